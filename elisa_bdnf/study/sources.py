"""What a person names on the command line → result folders and tables, each once, in order."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from elisa_bdnf.errors import ElisaError, Problem, StudyError
from elisa_bdnf.study.result_folder import RESULT, read_result_folder
from elisa_bdnf.study.rows import Read
from elisa_bdnf.study.table import read_table

MERGED = "samples.csv"


def read_sources(paths: Sequence[Path]) -> tuple[Read, ...]:
    """Every result folder in or below a folder, every table that is named. Raises StudyError with all problems."""
    reads: list[Read] = []
    problems: list[Problem] = []
    found = list(dict.fromkeys(part for path in paths for part in _parts(path, problems)))
    for path in found:
        try:
            reads.append(read_result_folder(path) if path.is_dir() else read_table(path))
        except ElisaError as error:
            problems += error.problems
    if problems:
        raise StudyError(problems=problems)
    return _with_own_names(reads, found)


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
