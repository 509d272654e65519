"""Files of a result folder against the hashes that its manifest knows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from elisa_bdnf.kept.documents import records, text
from elisa_bdnf.kept.folder import MANIFEST, KeptPlate
from elisa_bdnf.output import is_copy_of_edited
from elisa_bdnf.reports.digits import count
from elisa_bdnf.verifying.check import Check, fine, not_done, wrong

ABOUT = "files"
# What systems leave in folders; it is nobody's result.
_OF_THE_SYSTEM = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


def outputs_of(plate: KeptPlate) -> Mapping[str, str]:
    """File → SHA-256, as the manifest says."""
    return {text(each, "file"): text(each, "sha256") for each in records(plate.manifest or {}, "outputs")}


def files_as_written(plate: KeptPlate, only: str = "") -> Iterator[Check]:
    """Every file that was edited, is missing, or was put there; ``only`` looks at one of them."""
    known = outputs_of(plate)
    if not known:
        yield not_done(ABOUT, "the manifest names no files: it was cut or is of another program", MANIFEST)
        return
    chosen = {only: known.get(only, "")} if only else known
    wrongs = [check for name, digest in chosen.items() if (check := _as_written(plate.path / name, digest))]
    strangers = [] if only else _strangers(plate.path, known)
    wrongs += [_stranger(name) for name in strangers if not is_copy_of_edited(name)]
    yield from wrongs
    for name in filter(is_copy_of_edited, strangers):
        yield fine(ABOUT, f"{name} is what somebody made of an earlier result, kept when it was made anew")
    if not wrongs:
        yield fine(ABOUT, f"{count(len(chosen), 'file')} as written")


def _as_written(path: Path, digest: str) -> Check | None:
    if not digest:
        return wrong(ABOUT, "the manifest knows no such file", path.name)
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return wrong(ABOUT, "is missing", path.name)
    except OSError as failed:
        return not_done(ABOUT, f"cannot be read: {failed.strerror}", path.name)
    return None if found == digest else wrong(ABOUT, "was changed after it was written", path.name)


def _stranger(name: str) -> Check:
    return wrong(ABOUT, "was not written by the program, or by another run", name)


def _strangers(folder: Path, known: Mapping[str, str]) -> list[str]:
    """Files beside the outputs; folders are those of other plates."""
    names = [path.name for path in folder.iterdir() if not path.is_dir()]
    return sorted(name for name in names if name not in known and name != MANIFEST and not is_left_alone(name))


def is_left_alone(name: str) -> bool:
    """Hidden files, locks of office programs and what systems leave are no results to anybody."""
    return name.casefold() in _OF_THE_SYSTEM or name.startswith((".", "~$"))
