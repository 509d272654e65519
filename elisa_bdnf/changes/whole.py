"""Two output folders → a :class:`Diff`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from elisa_bdnf.changes.causes import causes_of
from elisa_bdnf.changes.change import Diff, ExportDiff, PlateDiff
from elisa_bdnf.changes.plates import changed_plate
from elisa_bdnf.changes.records import Comparison
from elisa_bdnf.kept.documents import at, text
from elisa_bdnf.kept.folder import KeptOutput, KeptPlate, read_output

Pair = tuple[KeptPlate | None, KeptPlate | None]


def diff_outputs(before: Path, after: Path, tolerance: float = 0.0) -> Diff:
    """What changed from one output to the other; numbers within ``tolerance`` percent are the same.

    Raises :class:`elisa_bdnf.kept.documents.KeptError` where one of them holds no results.
    """
    one, other = read_output(before), read_output(after)
    pairs = paired_plates(one.plates, other.plates)
    plates = tuple(_plate_diff(pair, one, other, tolerance) for pair in pairs)
    return Diff(str(before), str(after), tolerance, plates, tuple(_exports(one, other)))


def paired_plates(before: Sequence[KeptPlate], after: Sequence[KeptPlate]) -> list[Pair]:
    """Which plate is which: two single ones; else by folder, by content and name, by the name of export and plate."""
    if len(before) == len(after) == 1:
        return [(before[0], after[0])]
    left, found = list(before), dict[int, KeptPlate]()
    for key in _IDENTITIES:
        places: dict[object, list[KeptPlate]] = {}
        for plate in left:
            places.setdefault(key(plate), []).append(plate)
        for at_, plate in enumerate(after):
            if at_ not in found and len(same := places.get(key(plate), [])) == 1:
                found[at_] = same.pop()
        taken = {id(plate) for plate in found.values()}
        left = [plate for plate in left if id(plate) not in taken]
    return [(found.get(at_), plate) for at_, plate in enumerate(after)] + [(plate, None) for plate in left]


_IDENTITIES: Sequence[Callable[[KeptPlate], object]] = (
    lambda plate: plate.folder,
    lambda plate: (plate.export_sha256, plate.plate),
    lambda plate: (plate.export, plate.plate),
)


def _plate_diff(pair: Pair, one: KeptOutput, other: KeptOutput, tolerance: float) -> PlateDiff:
    before, after = pair
    if before is None or after is None:
        there = before or after
        assert there is not None  # noqa: S101 - a pair has at least one
        why = _why_missing(there, other if after is None else one)
        verdict = text(there.result(), "verdict")
        verdicts = (verdict, "") if after is None else ("", verdict)
        return PlateDiff(_name(there), _folder(before), _folder(after), verdicts, remark=why)
    was, is_ = before.result(), after.result()
    comparison = Comparison(tolerance, same_program=at(was, "source", "program") == at(is_, "source", "program"))
    changed = changed_plate(was, is_, comparison)
    verdicts = (text(was, "verdict"), text(is_, "verdict"))
    causes = causes_of(before, after, different=bool(changed))
    return PlateDiff(_name(after), before.folder, after.folder, verdicts, changed, causes)


def _folder(plate: KeptPlate | None) -> str | None:
    return None if plate is None else plate.folder


def _name(plate: KeptPlate) -> str:
    return f"{plate.export}, {plate.plate}" if plate.export else plate.plate


def _why_missing(plate: KeptPlate, output: KeptOutput) -> str:
    """The reason, where the other batch refused an export of this name."""
    said = [why for file, why in output.refused.items() if file.rpartition("/")[2] == plate.export]
    return f"refused there: {said[0]}" if len(said) == 1 else ""


def _exports(one: KeptOutput, other: KeptOutput) -> Iterator[ExportDiff]:
    """Refused exports whose refusal came, went, or has another reason; between two batches only."""
    if one.batch is None or other.batch is None:
        return
    for file in sorted(one.refused.keys() | other.refused.keys()):
        was, is_ = one.refused.get(file, ""), other.refused.get(file, "")
        if was != is_:
            yield ExportDiff(file, was, is_)
