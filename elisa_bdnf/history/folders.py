"""Result folders → the plates that a history keeps of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from elisa_bdnf.errors import HistoryError, Problem
from elisa_bdnf.model.history import ChartedPlate, charted_from_mapping

_SCHEMA = "elisa-bdnf/result/"
_LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Found:
    """What result folders hold. ``passed_over`` are those that are not recorded, with the reason."""

    plates: tuple[ChartedPlate, ...]
    passed_over: tuple[tuple[str, str], ...]


def plates_in_folders(folders: Iterable[Path]) -> Found:
    """Every accepted plate of these folders and all below, a later folder replacing an earlier one.

    Raises :class:`HistoryError` with every file that cannot be read.
    """
    plates: dict[object, ChartedPlate] = {}
    passed_over: list[tuple[str, str]] = []
    problems: list[Problem] = []
    for file in _results(folders, problems):
        try:
            plate = _accepted_or_reason(file)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            found = f"not a result of elisa-bdnf ({error})"
            problems.append(Problem(found, hint="run the plate again", file=file.as_posix()))
            continue
        if isinstance(plate, str):
            passed_over.append((file.as_posix(), plate))
            continue
        if plates.get(plate.identity, plate) != plate:
            passed_over.append((plates[plate.identity].file, f"replaced by {file.as_posix()}"))
        plates[plate.identity] = plate
    if problems:
        raise HistoryError(problems=problems)
    return Found(tuple(plates.values()), tuple(passed_over))


def _results(folders: Iterable[Path], problems: list[Problem]) -> Iterable[Path]:
    for folder in folders:
        if not folder.is_dir():
            problems.append(Problem("there is no such folder", "a folder of results", file=folder.as_posix()))
        found = sorted(folder.rglob("result.json"))
        if folder.is_dir() and not found:
            problems.append(Problem("no result.json is in it or below", "a folder of results", file=folder.as_posix()))
        yield from found


def _accepted_or_reason(file: Path) -> ChartedPlate | str:
    if file.stat().st_size > _LARGEST:
        raise ValueError("larger than any result")
    document = json.loads(file.read_text(encoding="utf-8"))
    if not str(document["schema"]).startswith(_SCHEMA):
        raise ValueError(f"its schema is {document['schema']!r}")
    if document["verdict"] != "accepted":
        return "rejected by QC"
    if "history" not in document:
        return "written by a version without history: run the plate again"
    return charted_from_mapping(document["history"])
