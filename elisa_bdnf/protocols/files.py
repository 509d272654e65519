"""Where protocols, kits and presets are found: shipped by id, the user's own by path or beside what names them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from elisa_bdnf.errors import ProtocolError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.protocols.fields import hint_of_closest, shown


class Sort(StrEnum):
    """Kinds of files; the value is what people call one."""

    PROTOCOL = "protocol"
    KIT = "kit"
    PRESET = "preset"

    @property
    def folder(self) -> str:
        return {"protocol": ".", "kit": "kits", "preset": "presets"}[self.value]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The bytes of a file. ``name`` is how problems name it; ``folder`` is None for what is shipped."""

    name: str
    stem: str
    data: bytes
    folder: Path | None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def shipped_folder() -> Path:
    """``_shipped/protocols`` inside an installed package; ``protocols`` beside the package in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_shipped" / "protocols"
    return installed if installed.is_dir() else package.parent / "protocols"


def shipped_ids(sort: Sort) -> tuple[str, ...]:
    """Ids of everything shipped of one sort, by name."""
    return tuple(sorted(path.stem for path in (shipped_folder() / sort.folder).glob("*.toml")))


def find(sort: Sort, reference: str, beside: Path | None) -> SourceFile:
    """The file that an id or a path means; ``beside`` is the folder in which the user's own files are looked for.

    Raises :class:`ProtocolError` where there is none, or where both a shipped one and another of the user have the id.
    """
    if reference.endswith(".toml") or "/" in reference or "\\" in reference:
        return _own((beside or Path()) / reference)
    own = _beside_or_none(sort, reference, beside)
    shipped = _shipped(sort, reference) if reference in shipped_ids(sort) else None
    if own and shipped and own.data != shipped.data:
        raise ProtocolError(
            f"{shown(reference)} is both a shipped {sort} and the file {own.name}",
            hint=f"write ./{own.name} for the file, or give it another name",
        )
    found = shipped or own
    if found is None:
        raise _unknown(sort, reference)
    return found


def _unknown(sort: Sort, reference: str) -> ProtocolError:
    ids = shipped_ids(sort)
    return ProtocolError(
        f"there is no {sort} {shown(reference)}",
        expected=f"one of {', '.join(ids)}, or the path of a .toml file",
        hint=hint_of_closest(reference, ids),
    )


def _beside_or_none(sort: Sort, reference: str, beside: Path | None) -> SourceFile | None:
    if beside is None or reference in ("", ".", ".."):
        return None
    for folder in (beside, beside / sort.folder):
        path = folder / f"{reference}.toml"
        if path.is_file():
            return _own(path)
    return None


def _own(path: Path) -> SourceFile:
    data = InputFile.open(path, error=ProtocolError).data
    return SourceFile(path.as_posix(), path.stem, data, path.parent)


def _shipped(sort: Sort, reference: str) -> SourceFile:
    path = shipped_folder() / sort.folder / f"{reference}.toml"
    name = "/".join(part for part in ("protocols", sort.folder, path.name) if part != ".")
    return SourceFile(name, path.stem, path.read_bytes(), None)
