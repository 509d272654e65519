"""A result as it lies there against the same computed again: byte by byte, or by its numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from elisa_bdnf.changes.change import Changed, Kind
from elisa_bdnf.changes.plates import changed_plate
from elisa_bdnf.changes.records import Comparison
from elisa_bdnf.kept.documents import Json, KeptError, text
from elisa_bdnf.kept.folder import MANIFEST, RESULT, KeptPlate
from elisa_bdnf.provenance import versions
from elisa_bdnf.reports.digits import count, fixed
from elisa_bdnf.verifying.again import Again, is_same_program, version_of
from elisa_bdnf.verifying.check import Check, fine, not_done, wrong
from elisa_bdnf.verifying.near import near
from elisa_bdnf.verifying.written import outputs_of

ABOUT = "again"
NEAR_PERCENT = 1e-6  # other versions of a numerical library differ in the last digits: eight must agree
_MOST = 5


def compare(plate: KeptPlate, again: Again, only: str = "") -> Iterator[Check]:
    """What came out now against what the folder holds."""
    manifest = plate.manifest or {}
    yield from _told_of_earlier(manifest, again)
    if is_same_program(manifest, versions()):
        yield from _bytes(plate, again, only)
        yield from _manifest(manifest, again)
        return
    yield from _numbers(plate, again)


def _told_of_earlier(manifest: Json, again: Again) -> Iterator[Check]:
    """A history goes on after a plate; what came before it should not change."""
    was, is_ = manifest.get("history"), json.loads(again.files[MANIFEST])["history"]
    if was != is_ and isinstance(was, dict):
        said = f"what it says of plates before this one has changed ({was.get('plates')} plates then"
        yield not_done("history", f"{said}, {is_['plates'] if is_ else 'none'} now)")


def _bytes(plate: KeptPlate, again: Again, only: str) -> Iterator[Check]:
    """Every output once more; where one differs, what is different in its numbers."""
    chosen = [name for name in outputs_of(plate) if only in ("", name)]
    lies = {name: _read_or_none(plate, name) for name in chosen}
    lost = [name for name in chosen if name not in again.files]
    other = [name for name in chosen if name not in lost and lies[name] != again.files[name]]
    close = [name for name in other if near(lies[name] or b"", again.files[name])]
    # Only where the numbers themselves are others in their last digits, a report may be another in them.
    if RESULT not in close and not (only and RESULT in again.files and _is_near_result(plate, again)):
        close = []
    for name in lost:
        yield wrong(ABOUT, "the program writes no such file", name)
    differing = [name for name in other if name not in close]
    for name in differing:
        yield wrong(ABOUT, _difference(lies[name], again.files[name]), name)
    if differing:
        yield from _changed_numbers(plate, again)
    elif not lost:
        yield fine(ABOUT, _said_of(len(chosen), len(close)))


def _is_near_result(plate: KeptPlate, again: Again) -> bool:
    """Of a report that is looked at alone."""
    there = _read_or_none(plate, RESULT)
    return there is not None and there != again.files[RESULT] and near(there, again.files[RESULT])


def _said_of(files: int, close: int) -> str:
    if not close:
        return f"computed again: {count(files, 'file')} the same byte for byte"
    same = f"{files - close} of {count(files, 'file')} the same byte for byte"
    return f"computed again: {same}, {close} with the same words and numbers to eight digits; another computer?"


def _read_or_none(plate: KeptPlate, name: str) -> bytes | None:
    try:
        return (plate.path / name).read_bytes()
    except OSError:
        return None


def _difference(lies: bytes | None, made: bytes) -> str:
    """The first line that differs, of a file with lines."""
    if lies is None:
        return "is not there to be compared with what comes out now"
    if made.startswith(b"PK"):
        return "is not what comes out now"
    at = next((i for i, (a, b) in enumerate(zip(lies, made, strict=False)) if a != b), min(len(lies), len(made)))
    line = made[:at].count(10) + 1
    return f"is not what comes out now; line {line} has {_piece(lies, at)!r} in place of {_piece(made, at)!r}"


def _piece(data: bytes, at: int) -> str:
    """What stands around a byte, on its line."""
    begin = max(data.rfind(10, 0, at) + 1, at - 24)
    end = data.find(10, at)
    return data[begin : min(at + 24, len(data) if end < 0 else end)].decode("utf-8", "replace")


def _changed_numbers(plate: KeptPlate, again: Again) -> Iterator[Check]:
    try:
        changed = _changes(plate, again, 0.0)
    except KeptError as broken:
        yield wrong(ABOUT, broken.problems[0].found, RESULT)
        return
    yield from (wrong(ABOUT, line, RESULT) for line in _lines(changed))
    digits = [change.digits for each in changed for change in each.changes if change.digits is not None]
    if digits and not any(each.only for each in changed):
        yield wrong(ABOUT, f"its numbers agree to {fixed(min(digits), 1)} digits or more", RESULT)


def _changes(plate: KeptPlate, again: Again, tolerance: float) -> Sequence[Changed]:
    made: Json = json.loads(again.files[RESULT])
    return changed_plate(plate.result(), made, Comparison(tolerance, same_program=not tolerance))


def _numbers(plate: KeptPlate, again: Again) -> Iterator[Check]:
    """Of another version: the results must be the same, the files need not."""
    version = version_of(plate.manifest or {})
    try:
        changed = _changes(plate, again, NEAR_PERCENT)
    except KeptError as broken:
        yield wrong(ABOUT, broken.problems[0].found, RESULT)
        return
    deciding = [each for each in changed if each.kind is not Kind.NOT_EVALUATED]
    made_by = f"written by another program or library ({version}), so bytes were not compared"
    if deciding:
        yield wrong(ABOUT, f"{made_by}; this one finds other results", RESULT)
        yield from (wrong(ABOUT, line, RESULT) for line in _lines(deciding))
    else:
        yield fine(ABOUT, f"computed again: the same results to eight digits; {made_by}")


def _lines(changed: Sequence[Changed]) -> Iterator[str]:
    """``KET-01 24h: concentration is 1040.2, and comes out as 1050.1``; the first of each."""
    for each in changed[:_MOST]:
        if each.only:
            where = "in the file only" if each.only == "before" else "comes out now only"
            yield f"{each.subject}: {where}"
            continue
        first = next((c for c in each.changes if c.field in ("concentration", "reportable")), each.changes[0])
        yield f"{each.subject}: {first.field} is {first.before!r}, and comes out as {first.after!r}"
    if len(changed) > _MOST:
        yield f"and {len(changed) - _MOST} more"


def _manifest(manifest: Json, again: Again) -> Iterator[Check]:
    """What the manifest says besides hashes: nothing else vouches for it."""
    made: Json = json.loads(again.files[MANIFEST])
    keys = [key for key in dict.fromkeys([*manifest, *made]) if key not in ("history", "outputs", "command")]
    wrongs = [key for key in keys if manifest.get(key) != made.get(key)]
    if _without_names(manifest) != _without_names(made):
        wrongs.append("command")
    for key in wrongs:
        was, is_ = (text(document, key)[:80] for document in (manifest, made))
        yield wrong("manifest", f"{key!r} says {was!r}, and comes out as {is_!r}", MANIFEST)


def _without_names(manifest: Json) -> list[object]:
    """The command but for files that the program finds by itself as well as by their option."""
    words, left = list(manifest.get("command") or []), []
    while words:
        word = words.pop(0)
        if word in ("--layout", "--waivers") and words:
            words.pop(0)
        else:
            left.append(word)
    return left
