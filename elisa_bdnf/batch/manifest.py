"""The manifest of a batch: which layout, sample sheet and protocol are whose, said by a person. As csv or toml.

    export,layout,samples,protocol            [[export]]
    week1/plate1.txt,maps/a.toml,,            file = "week1/plate1.txt"
                                              layout = "maps/a.toml"

Paths are below the folder of the manifest, with ``/`` or as Windows writes them; what is left out is looked for as
without a manifest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from elisa_bdnf.batch.pairing import Said
from elisa_bdnf.errors import ElisaError, Problem
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.toml import read_toml

NAMES = ("manifest.csv", "manifest.toml")
_KEYS = ("export", "layout", "samples", "protocol")
_MOST_BYTES = 2_000_000

Line = tuple[str, Mapping[str, str]]  # place in the file, key → text


class ManifestError(ElisaError):
    """A manifest that contradicts itself or names files that are not there."""


def manifest_in(folder: Path) -> Path | None:
    """``manifest.csv`` or ``manifest.toml`` in the searched folder. Raises ManifestError for both."""
    found = [folder / name for name in NAMES if (folder / name).is_file()]
    if len(found) > 1:
        raise ManifestError(f"the folder holds {' and '.join(NAMES)}", expected="one of them", file=str(folder))
    return found[0] if found else None


def read_manifest(path: Path) -> dict[Path, Said]:
    """Resolved path of an export → what is said of it. Raises ManifestError with everything that is wrong."""
    file = InputFile.open(path, error=ManifestError)
    problems: list[Problem] = []
    said: dict[Path, Said] = {}
    lines = _toml_lines(file, problems) if path.suffix.casefold() == ".toml" else _table_lines(file, problems)
    for place, line in lines:
        export = _file(path, line, "export", place, problems)
        if export is None:
            continue
        if export in said:
            problems.append(Problem(f"{line['export']!r} is named twice", "a line for each export", place=place))
        layout, samples = (_file(path, line, key, place, problems) for key in ("layout", "samples"))
        said[export] = Said(layout, samples, _protocol(path, line.get("protocol", "")))
    if problems:
        raise ManifestError(problems=problems).in_file(path.name)
    return said


def _table_lines(file: InputFile, problems: list[Problem]) -> Iterator[Line]:
    """Lines of a table with the headings of ``_KEYS`` in any order."""
    page = file.pages[0]
    headings = [text.strip().casefold() for text in page.rows[0]]
    if "export" not in headings or not set(headings) - {""} <= set(_KEYS):
        found = f"the headings are {', '.join(filter(None, page.rows[0]))}"
        problems.append(Problem(found, f"export and any of {', '.join(_KEYS[1:])}", place=page.place(0, 0)))
        return
    for number, row in enumerate(page.rows[1:], start=1):
        line = {key: page.text(number, at).strip() for at, key in enumerate(headings) if key}
        if any(row):
            yield page.place(number, 0), line


def _toml_lines(file: InputFile, problems: list[Problem]) -> Iterator[Line]:
    document = read_toml(file.data, file.name, max_bytes=_MOST_BYTES, error=ManifestError)
    tables = document.data.get("export", [])
    problems += [
        Problem(f"unknown key {key!r}", "[[export]] only", place=document.place((key,)))
        for key in document.data
        if key != "export"
    ]
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        problems.append(Problem("export is no list of tables", "[[export]]", place=document.place(("export",))))
        return
    for index, table in enumerate(tables):
        line = {"export" if key == "file" else str(key): value for key, value in table.items()}
        for key, value in line.items():
            if key not in _KEYS or not isinstance(value, str):
                place = document.place(("export", index, key))
                problems.append(Problem(f"{key} = {value!r}", f"a text for file, {', '.join(_KEYS[1:])}", place=place))
        yield document.place(("export", index)), {k: v for k, v in line.items() if isinstance(v, str)}


def _file(manifest: Path, line: Mapping[str, str], key: str, place: str, problems: list[Problem]) -> Path | None:
    """The file that a line names, resolved; a problem where there is none."""
    text = line.get(key, "")
    for path in (manifest.parent / text, manifest.parent / text.replace("\\", "/")) if text else ():
        if path.is_file():
            return path.resolve()
    if text or key == "export":
        found = f"there is no file {text!r}" if text else "the line names no export"
        problems.append(Problem(found, "a path below the folder of the manifest", place=place))
    return None


def refuse_missed(manifest: Path, named: Iterable[Path], found: Collection[Path], folder: Path) -> None:
    """Raise ManifestError where exports that it names are not among those ``found`` (resolved) in the searched folder.

    A manifest that lies elsewhere may name exports of other folders too.
    """
    top = folder.resolve()
    of_this_folder = manifest.resolve().is_relative_to(top)
    missed = [path for path in named if path not in found and (of_this_folder or path.is_relative_to(top))]
    if missed:
        expected = "exports below it that are neither hidden nor temporary, nor among results"
        hint = "move it there, or take its line out"
        problems = [Problem(f"{path} is not found in the folder {folder}", expected, hint) for path in missed]
        raise ManifestError(problems=problems).in_file(manifest.name)


def _protocol(manifest: Path, text: str) -> str | None:
    """A file beside the manifest, or an id."""
    beside = manifest.parent / text
    return str(beside) if text and beside.is_file() else text or None
