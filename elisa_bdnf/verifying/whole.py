"""An output folder, or a report in one → a :class:`Verification`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from elisa_bdnf import __version__
from elisa_bdnf.errors import ElisaError
from elisa_bdnf.kept.documents import text
from elisa_bdnf.kept.folder import BATCH, MANIFEST, RESULT, KeptOutput, KeptPlate, read_output, study_or_none
from elisa_bdnf.verifying.again import CannotBeDone, Recomputing
from elisa_bdnf.verifying.batch_files import batch_checks, entry_checks
from elisa_bdnf.verifying.check import Check, Standing, Verification, Verified, not_done, wrong
from elisa_bdnf.verifying.compared import compare
from elisa_bdnf.verifying.search import Search
from elisa_bdnf.verifying.written import files_as_written

OnDone = Callable[[Verified], None]
_OF_A_STUDY = "a study is not computed again: verify the result folders that it was made of"


def verify(
    output: Path, inputs: Sequence[Path] = (), history: Path | None = None, on_done: OnDone = lambda _: None
) -> Verification:
    """Look at everything that an output folder holds; ``on_done`` is told of each plate.

    ``inputs`` are folders that hold the inputs, with all below. Raises ElisaError where there is nothing to look at.
    """
    if output.is_file() and not (output.parent / MANIFEST).is_file() and output.name != BATCH:
        alone = _alone(output)
        on_done(alone)
        return Verification(str(output), __version__, (alone,))
    only = output.name if output.is_file() and not (output.parent / BATCH).is_file() else ""
    if (study := study_or_none(output.parent if only else output)) is not None:
        part = Verified(".", "study", (*files_as_written(study, only), not_done("again", _OF_A_STUDY)))
        on_done(part)
        return Verification(str(output), __version__, (part,))
    kept = read_output(output)
    recomputing = Recomputing(Search(inputs, _near(kept)), history)
    parts = []
    for plate in kept.plates:
        parts.append(_verified(plate, kept, recomputing, only))
        on_done(parts[-1])
    if kept.batch is not None:
        parts.append(Verified(".", "", tuple(batch_checks(kept))))
        on_done(parts[-1])
    return Verification(str(output), __version__, tuple(parts))


def _alone(report: Path) -> Verified:
    said = f"no {MANIFEST} lies beside it: it names the inputs and hashes; verify the whole result folder"
    return Verified(".", report.name, (not_done("manifest", said, report.name),))


def _near(kept: KeptOutput) -> Iterator[Path]:
    """Where inputs usually lie: the working folder, the two above the results, folders beside, what a batch searched.

    Not the results themselves: a table of theirs has the name of many a sample sheet.
    """
    here, top = Path.cwd(), kept.path.resolve()
    around = [here, top.parent, top.parent.parent]
    yield from around
    whole = any((top / name).exists() for name in (RESULT, BATCH))
    places = [here, top.parent, *([] if whole else [top])]  # a folder that holds results and more, as demo makes it
    yield from (path for folder in places for path in _folders_in(folder) if path != top)
    yield from [] if whole else [top]
    searched = text(kept.batch or {}, "folder")
    if searched and Path(searched).name == searched:
        for folder in around:
            if (folder / searched).is_dir() and (folder / searched) != top:
                yield from _all_below(folder / searched)


def _folders_in(folder: Path) -> Iterator[Path]:
    """Folders beside the results, such as ``exports``; not hidden ones, and not other results."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.name.startswith("."):
            ours = any((path / name).exists() for name in (RESULT, BATCH, MANIFEST))
            yield from () if ours else (path,)


def _all_below(folder: Path) -> Iterator[Path]:
    """The folder that a batch searched, with those below it: exports may lie in any."""
    yield folder
    yield from (path for path in sorted(folder.rglob("*")) if path.is_dir() and not path.is_symlink())


def _verified(plate: KeptPlate, kept: KeptOutput, recomputing: Recomputing, only: str) -> Verified:
    name = f"{plate.export}, {plate.plate}" if plate.export else plate.plate
    if plate.manifest is None:
        said = f"there is no {MANIFEST} that can be read: it names the inputs and the hashes of the files"
        return Verified(plate.folder, name, (not_done("manifest", said, MANIFEST),))
    return Verified(plate.folder, name, tuple(_checks(plate, kept, recomputing, only)))


def _checks(plate: KeptPlate, kept: KeptOutput, recomputing: Recomputing, only: str) -> Iterator[Check]:
    yield from files_as_written(plate, only)
    inputs, looked = recomputing.inputs(plate)
    yield from looked
    if any(check.standing is not Standing.VERIFIED for check in looked):
        return
    if "export" not in inputs.by_role:
        yield wrong("manifest", "it names no export", MANIFEST)
        return
    try:
        again = recomputing.plate(plate, inputs)
    except CannotBeDone as reason:
        yield reason.check
        return
    except ElisaError as refused:
        yield not_done("again", str(refused.problems[0]))
        return
    yield from compare(plate, again, only)
    yield from entry_checks(plate, kept, again.result)
