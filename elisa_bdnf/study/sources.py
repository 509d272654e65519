"""What a person names on the command line → result folders and tables, each once, in order."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from elisa_bdnf.errors import ElisaError, Problem, StudyError
from elisa_bdnf.study.result_folder import RESULT, as_rejected, read_result_folder
from elisa_bdnf.study.rows import Read
from elisa_bdnf.study.table import read_table

MERGED, BATCH = "samples.csv", "batch.json"
_COPIES = b'"INP-04"'  # what a batch says of plates that read the same


def read_sources(paths: Sequence[Path]) -> tuple[Read, ...]:
    """Every result folder in or below a folder, every table that is named. Raises StudyError with all problems."""
    reads: list[Read] = []
    problems: list[Problem] = []
    found = list(dict.fromkeys(part for path in paths for part in _parts(path, problems)))
    for path in found:
        try:
            reads.append(_read_folder(path) if path.is_dir() else read_table(path))
        except ElisaError as error:
            problems += error.problems
    if problems:
        raise StudyError(problems=problems)
    return _with_own_names(reads, found)


def _read_folder(folder: Path) -> Read:
    """A result folder; what its batch rejects beside other plates is rejected, whatever it says by itself."""
    read = read_result_folder(folder)
    whole = folder.absolute()
    for above in list(whole.parents)[:3]:
        rejected = _rejected_by_batch(above)
        reasons = rejected.get(whole.relative_to(above).as_posix()) if rejected else None
        if reasons is not None and read.source.verdict == "accepted":
            return as_rejected(read, reasons)
    return read


@lru_cache(maxsize=8)
def _rejected_by_batch(folder: Path) -> Mapping[str, tuple[str, ...]]:
    """Result folder → why the batch in this folder rejects it because of another plate; empty where there is none."""
    try:
        data = (folder / BATCH).read_bytes()
        if _COPIES not in data:
            return {}
        plates = json.loads(data)["plates"]
        return {str(plate["folder"]): tuple(map(str, plate["reasons"])) for plate in plates if _is_copy(plate)}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _is_copy(plate: Mapping[str, object]) -> bool:
    findings = plate.get("findings")
    said = findings if isinstance(findings, list) else []
    return plate.get("verdict") == "rejected" and any(each.get("rule") == "INP-04" for each in said)


def _parts(path: Path, problems: list[Problem]) -> Iterator[Path]:
    """A folder stands for all results below it; where there are none, for the samples.csv in it."""
    if not path.is_dir():
        yield path
        return
    folders = list(_result_folders(path))
    if not folders and (path / MERGED).is_file():
        folders = [path / MERGED]
    if not folders:
        expected = f"a folder of results ({RESULT}), a folder of such folders, or a table"
        problems.append(Problem("the folder holds no results", expected, file=str(path)))
    yield from folders


def _result_folders(folder: Path) -> Iterator[Path]:
    for here, below, files in os.walk(folder):
        below[:] = sorted(name for name in below if not name.startswith("."))
        if RESULT in files:
            yield Path(here)


def _with_own_names(reads: Sequence[Read], paths: Sequence[Path]) -> tuple[Read, ...]:
    """Folders of one name get that of the folder above in front, so that each row names one source."""
    counts = Counter(read.source.name for read in reads)
    named = []
    for read, path in zip(reads, paths, strict=True):
        if counts[read.source.name] == 1:
            named.append(read)
            continue
        name = f"{path.absolute().parent.name}/{read.source.name}"
        rows = tuple(replace(row, source=name) for row in read.rows)
        named.append(Read(replace(read.source, name=name), rows))
    return tuple(named)
