"""Plate-reader exports → Reading; one module is one format.

Every module of this package without a leading underscore that has a ``READER`` is a format. All of them are asked about
a file; exactly one must say yes.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from elisa_bdnf.errors import ElisaError, ExportError
from elisa_bdnf.inputs.file import KIND_TITLES, InputFile, letters_of
from elisa_bdnf.model.reading import Reading
from elisa_bdnf.readers._limits import FEWEST_CHARACTERS, MOST_TEXT
from elisa_bdnf.readers._reader import Reader
from elisa_bdnf.readers._refusals import near_miss_or_none, refusal_or_none, words_without_numbers_or_none
from elisa_bdnf.readers._saved_as_workbook import sheets_as_texts
from elisa_bdnf.readers._whole_file import with_remarks

MOST_JSON = 8_000_000  # it has a page of text for each well
_READABLE_KINDS = frozenset(["text", "xlsx", "xls", "xml", "json"])


def _registered() -> tuple[Reader, ...]:
    names = sorted(module.name for module in iter_modules(__path__) if not module.name.startswith("_"))
    found = [getattr(import_module(f"{__name__}.{name}"), "READER", None) for name in names]
    return tuple(reader for reader in found if isinstance(reader, Reader))


# Software of which no export was at hand; nothing is claimed about it, and the generic readers are the way in.
NOT_SUPPORTED = ("Promega GloMax", "Bio-Rad Microplate Manager", "PerkinElmer VICTOR", "Thermo Ascent")

READERS: tuple[Reader, ...] = _registered()
_MOST_TEXT_OF_ALL = max(reader.most_text for reader in READERS)
_MARKS = {reader.name: tuple(map(letters_of, reader.marks)) for reader in READERS}


def read_export(path: Path, *, format: str | None = None, encoding: str | None = None) -> tuple[Reading, ...]:  # noqa: A002 - as --format
    """Read every plate of an export. Raises ExportError, which names the file."""
    return read_file(InputFile.open(path, encoding=encoding), format=format)


def read_file(file: InputFile, *, format: str | None = None) -> tuple[Reading, ...]:  # noqa: A002 - as --format
    """Read every plate of a file that is already in memory. Raises ExportError, which names the file."""
    try:
        _refuse_unreadable(file)
        reader, file = (_chosen(format), file) if format else _recognized(file)
        _refuse_endless(file, reader.most_text)
        readings = reader.read(file)
        if not readings:
            raise ExportError(f"this is {reader.title}, but it holds no plate", expected="at least one value of a well")
        return with_remarks(file, readings, states_wells=reader.states_wells)
    except ElisaError as refused:
        raise ExportError(problems=refused.problems).in_file(file.name) from None


def _refuse_unreadable(file: InputFile) -> None:
    """What no reader can read is refused once, before all of them are asked."""
    if file.kind not in _READABLE_KINDS:
        hint = "unpack it first" if file.kind in {"zip", "gzip", "7z", "rar", "bzip2", "xz"} else ""
        hint = "remove the password, or export as text" if file.kind == "encrypted" else hint
        raise ExportError(f"this is {KIND_TITLES[file.kind]}", expected="an export of a plate reader", hint=hint)
    if file.kind in ("xlsx", "xls"):
        _ = file.sheets
    else:
        _refuse_endless(file, _MOST_TEXT_OF_ALL)


def _refuse_endless(file: InputFile, most: int) -> None:
    """A text far longer than any export of plates is refused before readers look for plates in it."""
    if file.kind in ("xlsx", "xls"):
        return
    most, most_lines = MOST_JSON if file.kind == "json" else most, most // FEWEST_CHARACTERS
    found = f"{len(file.data):,} bytes" if len(file.data) > 4 * most else ""
    if not found and len(file.text) > most:
        found = f"{len(file.text):,} characters"
    expected = f"at most {most:,}, more than any export of plates has"
    if not found and file.kind == "text" and len(file.lines) > most_lines:
        found, expected = f"{len(file.lines):,} lines", f"at most {most_lines:,}, more than any export of plates has"
    if found:
        raise ExportError(f"the text has {found}", expected=expected, hint="split it, plate by plate")


def _chosen(name: str) -> Reader:
    for reader in READERS:
        if reader.name == name:
            return reader
    raise ExportError(f"there is no format {name!r}", expected=f"one of {_names(READERS)}")


def _recognized(file: InputFile) -> tuple[Reader, InputFile]:
    """The one reader whose format this is, and what it is to read; the generic ones are asked last of all."""
    candidates = [reader for reader in READERS if not reader.generic and _recognizes(reader, file)]
    if not candidates:
        _refuse_endless(file, MOST_TEXT)
        if len(texts := _texts_of_sheets(file)) == 1:
            return texts[0]
        if refusal := refusal_or_none(file):
            raise refusal
        candidates = [reader for reader in READERS if reader.generic and _recognizes(reader, file)]
    if len(candidates) == 1:
        return candidates[0], file
    if candidates:
        found = f"more than one format fits: {_names(candidates)}"
        raise ExportError(found, hint="choose one with --format")
    if refusal := words_without_numbers_or_none(file) or near_miss_or_none(file):
        raise refusal
    raise ExportError(
        f"this is {KIND_TITLES[file.kind]}, but no export and no plate that any reader recognizes",
        expected=f"one of: {_names(READERS)}",
        hint="elisa-bdnf formats tells more about them; if it is one of these, name it with --format",
    )


def _texts_of_sheets(file: InputFile) -> list[tuple[Reader, InputFile]]:
    """Sheets of a workbook that are a text export which another program saved so, with the reader of each."""
    likely = [reader for reader in READERS if not reader.generic and reader.marks and _holds_mark(reader, file)]
    if not likely or file.kind not in ("xlsx", "xls"):
        return []
    return [(reader, text) for text in sheets_as_texts(file) for reader in likely if _recognizes(reader, text)]


def _recognizes(reader: Reader, file: InputFile) -> bool:
    """A file that stops a reader while it looks for its marks is not its own."""
    try:
        return file.kind in reader.kinds and _holds_mark(reader, file) and reader.recognizes(file)
    except ElisaError:
        return False


def _holds_mark(reader: Reader, file: InputFile) -> bool:
    letters = file.letters
    return not reader.marks or any(mark in letters for mark in _MARKS[reader.name])


def _names(readers: tuple[Reader, ...] | list[Reader]) -> str:
    return ", ".join(reader.name for reader in readers)
