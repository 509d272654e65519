"""Paths → the expected files that they mean."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from elisa_bdnf.checking.expected_file import read_document
from elisa_bdnf.checking.outcome import CaseReport, Failure, Place, failed, shown_path
from elisa_bdnf.errors import ElisaError

NAME = "expected.toml"


def expected_files(paths: Sequence[Path]) -> Iterator[Path | CaseReport]:
    """The expected files of all paths, each once; a path that means none gives the report of a failed case."""
    seen: set[Path] = set()
    for path in paths:
        found = list(_of_path(path))
        if not found:
            yield _nothing_found(path)
        for file in found:
            if file.resolve() not in seen:
                seen.add(file.resolve())
                yield file


def is_expected_file(name: str) -> bool:
    """``expected.toml``, or ``plate.expected.toml`` where a folder holds several cases."""
    return name == NAME or name.endswith(f".{NAME}")


def _of_path(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from _below(path)
    elif path.exists() and is_expected_file(path.name):
        yield path
    elif path.exists():
        beside = sorted(each for each in path.parent.iterdir() if is_expected_file(each.name))
        yield from (file for file in beside if _is_about(file, path))


def _below(folder: Path) -> Iterator[Path]:
    """Files of a tree by path; hidden folders (.git, .venv) are not entered, links not followed."""
    for here, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(here, name) for name in sorted(names) if is_expected_file(name))


def _refuse(error: OSError) -> None:
    """A folder that cannot be listed may hold cases: passing over it would look like success."""
    raise ElisaError(
        f"the folder cannot be read ({error.strerror})",
        hint="check its permissions",
        file=shown_path(Path(error.filename)),
    ) from None


def _is_about(file: Path, export: Path) -> bool:
    """Whether the expected file names this export; one that cannot be read is taken, so that its mistakes are told."""
    try:
        named = read_document(file, file.name).data.get("export")
    except ElisaError:
        return True
    return not isinstance(named, str) or (file.parent / named).resolve() == export.resolve()


def _nothing_found(path: Path) -> CaseReport:
    file = shown_path(path)
    if not path.exists():
        message = "there is no such file or folder; check the name"
    elif path.is_dir():
        message = (
            f'no case was found; expected a file {NAME} in this folder or below, with at least export = "plate.txt"'
        )
    else:
        message = f"no case was found; expected a file {NAME} beside it that names it as its export"
    return failed(file, [Failure(Place(file), message)])
