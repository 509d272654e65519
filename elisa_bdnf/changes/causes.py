"""Two manifests of one plate → what was different when the results were made."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from elisa_bdnf.changes.change import Cause
from elisa_bdnf.changes.records import paired
from elisa_bdnf.kept.documents import Json, at, records, table, text
from elisa_bdnf.kept.folder import RESULT, KeptPlate

# Words for people that change no number; a setting of these alone is not worth a line.
_PROSE = ("title", "description")
_OPTIONS = ("format", "encoding", "date")  # the others are told by the protocol and its settings


def causes_of(before: KeptPlate, after: KeptPlate, *, different: bool) -> tuple[Cause, ...]:
    """All that can have caused a difference, what is nearest to the data first; ``unknown`` where nothing has.

    ``different`` says whether there is anything to explain.
    """
    found = [*_edited(before, "before"), *_edited(after, "after")]
    if before.manifest is not None and after.manifest is not None:
        found += _between(before.manifest, after.manifest)
        nothing = "both manifests tell the same of inputs, protocol and program"
    else:
        lacking = [plate.folder for plate in (before, after) if plate.manifest is None]
        nothing = f"no manifest.json that can be read beside the result in {' and '.join(lacking)}"
    if different and not found:
        found.append(Cause("unknown", nothing))
    return tuple(found)


def _edited(plate: KeptPlate, side: str) -> Iterator[Cause]:
    """A result that its own manifest does not know."""
    known = {text(each, "file"): text(each, "sha256") for each in records(plate.manifest or {}, "outputs")}
    if known.get(RESULT, "") not in ("", _sha256(plate.path / RESULT)):
        yield Cause("edited", f"{RESULT} ({side}) was changed after it was written: its manifest knows other bytes")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _between(before: Json, after: Json) -> Iterator[Cause]:
    yield from _inputs(before, after)
    yield from _protocol(before, after)
    for key in _OPTIONS:
        one, other = at(before, "options", key), at(after, "options", key)
        if one != other:
            yield Cause("option", f"--{key}", one, other)
    yield from _history(before, after)
    yield from _entries("version", table(before, "versions"), table(after, "versions"))


def _inputs(before: Json, after: Json) -> Iterator[Cause]:
    """Files with their role: other bytes, another name, or in one of the two only."""
    for one, other in paired(records(before, "inputs"), records(after, "inputs"), (("role", "file"), ("role",))):
        role = text(other or one or {}, "role")
        if one is None or other is None:
            yield Cause(role, role, one and text(one, "file"), other and text(other, "file"))
        elif one.get("sha256") != other.get("sha256"):
            yield Cause(role, "its content", _named(one), _named(other))


def _named(record: Json) -> str:
    return f"{text(record, 'file')} (sha256 {text(record, 'sha256')[:12]}…)"


def _protocol(before: Json, after: Json) -> Iterator[Cause]:
    one, other = table(before, "protocol"), table(after, "protocol")
    if one.get("id") != other.get("id"):
        yield Cause("protocol", "protocol", one.get("id"), other.get("id"))
    settings = [
        cause
        for cause in _entries("setting", table(one, "settings"), table(other, "settings"))
        if cause.what not in _PROSE and cause.what != "id"
    ]
    yield from settings
    files = list(_protocol_files(one, other))
    # Settings say what the change of a file meant; without one it was wording, or the manifest is of an older program.
    if not settings:
        yield from files


def _protocol_files(one: Json, other: Json) -> Iterator[Cause]:
    befores, afters = records(one, "sources"), records(other, "sources")
    if not (befores and afters):
        if one.get("sha256") != other.get("sha256"):
            yield Cause("protocol", "content of its file", text(one, "sha256")[:12], text(other, "sha256")[:12])
        return
    for was, is_ in paired(befores, afters, (("file",),)):
        if was and is_ and was.get("sha256") != is_.get("sha256"):
            yield Cause("protocol", "content of its file, with the same values", _named(was), _named(is_))


def _history(before: Json, after: Json) -> Iterator[Cause]:
    one, other = before.get("history"), after.get("history")
    if one != other:
        yield Cause("history", "what the plate was told of earlier ones", _told(one), _told(other))


def _told(history: object) -> str | None:
    if not isinstance(history, dict):
        return None
    digest = str(history.get("sha256"))[:12]
    return f"{history.get('plates')} plates of {history.get('file')} (sha256 {digest}…)"


def _entries(kind: str, before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[Cause]:
    """Keys with another value; an older manifest without any says nothing."""
    if not (before and after):
        return
    for key in dict.fromkeys([*before, *after]):
        if before.get(key) != after.get(key) or (key in before) != (key in after):
            yield Cause(kind, key, before.get(key), after.get(key))
