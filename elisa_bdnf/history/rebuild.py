"""A history made anew from what result folders hold; nothing that was known is dropped without being asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from elisa_bdnf.errors import HistoryError, OutputError
from elisa_bdnf.history import store
from elisa_bdnf.inputs.file import KIND_TITLES, kind_from_bytes
from elisa_bdnf.model.history import ChartedPlate


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many plates there were before, and where the damaged file is kept, if there was one."""

    before: str
    damaged: Path | None = None


def rebuild(path: Path, plates: Sequence[ChartedPlate], *, replace: bool = False) -> Rebuilt:
    """Make the history hold exactly these plates. Raises :class:`HistoryError` where that would drop others."""
    _refuse_what_is_no_history(path)
    try:
        known = store.read(path).plates
    except store.ForeignFile:
        raise
    except HistoryError:
        kept = _set_aside(path)
        store.replace_all(path, plates)
        return Rebuilt("unreadable", kept)
    dropped = {plate.identity for plate in known} - {plate.identity for plate in plates}
    if dropped and not replace:
        names = sorted(f"{plate.plate} ({plate.file})" for plate in known if plate.identity in dropped)
        raise HistoryError(
            f"{len(dropped)} of {len(known)} plates are not in these folders, accepted: {', '.join(names[:5])}"
            + (" …" if len(names) > 5 else ""),
            expected="the folders of all plates",
            hint="name those folders too, or drop the plates with --replace",
            file=str(path),
        )
    store.replace_all(path, plates)
    return Rebuilt(str(len(known)))


def _refuse_what_is_no_history(path: Path) -> None:
    """A table or a workbook that was named by mistake must stay where it is; no damage makes one of a history."""
    try:
        with path.open("rb") as stream:
            kind = kind_from_bytes(stream.read(1 << 16))
    except OSError:
        return  # it is not there, or what is wrong with it is said when it is read
    if kind not in ("sqlite", "empty", "binary"):
        raise HistoryError(f"this is {KIND_TITLES[kind]}", expected="the file of a history", file=str(path))


def _set_aside(path: Path) -> Path:
    """Move a file that cannot be read to a name of its own: somebody may still want to rescue it."""
    names = (path.with_name(f"{path.name}.damaged{'' if i == 1 else f'-{i}'}") for i in count(1))
    free = next(name for name in names if not name.exists())
    try:
        path.rename(free)
    except OSError as error:
        raise OutputError(f"the damaged history cannot be moved: {error.strerror}", file=str(path)) from error
    return free
