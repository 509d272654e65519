"""What a reader is: the question whether a file is its own, and the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.model.reading import Reading
from elisa_bdnf.readers._limits import MOST_TEXT

TABLES = frozenset(["text", "xlsx", "xls"])
TEXTS = frozenset(["text"])
WORKBOOKS = frozenset(["xlsx", "xls"])


@dataclass(frozen=True, slots=True)
class Reader:
    """One format. A module of this package that has a ``READER`` is registered by that alone.

    ``recognizes`` is a closed question about the content and never raises for a file of another format (an ElisaError
    counts as no). ``read`` gives one reading per plate, in the order of the file, or raises ExportError; it is only
    given files that were recognized, or that the user chose the format for. A ``generic`` reader is asked only where no
    other one recognizes the file. ``marks`` are words in small letters, one of which stands in every file of the
    format: where none does, or where the file is none of its ``kinds`` (keys of ``KIND_TITLES``), ``recognizes`` is not
    asked. ``most_text`` is how many characters of text are read, for which this format has to be read within seconds
    whatever they are. ``software`` names the versions seen; ``real_example`` says
    whether an instrument's own file was at hand. ``forms`` says which arrangements of the format are read, in Markdown.
    A reader that ``states_wells`` knows from the export which wells were read, and says itself which lack a value.
    """

    name: str
    title: str
    recognizes: Callable[[InputFile], bool]
    read: Callable[[InputFile], tuple[Reading, ...]]
    marks: tuple[str, ...] = ()
    kinds: frozenset[str] = TABLES
    most_text: int = MOST_TEXT
    software: str = ""
    real_example: bool = False
    generic: bool = False
    states_wells: bool = False
    forms: tuple[str, ...] = ()
