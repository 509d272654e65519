"""What can be wrong with an input, an output or a command: errors sorted by whose fault they are.

Deep code raises with what it knows (the place inside the file); the boundary that knows the file adds it with
:meth:`ElisaError.in_file`. The command line catches :class:`ElisaError` once and prints one line per problem.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, in the order in which a person needs to read it.

    ``place`` is where inside the file: ``12``, ``12:4``, ``Sheet1!D7`` or ``well A3``.
    """

    found: str
    expected: str = ""
    hint: str = ""
    place: str = ""
    file: str = ""

    def __str__(self) -> str:
        where = self.file
        if self.place:
            separator = ":" if where and self.place[0].isdigit() else ", " if where else ""
            where = f"{where}{separator}{self.place}"
        parts = [self.found.rstrip(".")]
        if self.expected:
            parts.append(f"expected {self.expected.rstrip('.')}")
        if self.hint:
            parts.append(self.hint.rstrip("."))
        sentence = "; ".join(parts)
        sentence += "" if sentence.endswith("?") else "."
        return f"{where}: {sentence}" if where else sentence


class ElisaError(Exception):
    """An expected failure: one or more :class:`Problem`, and the exit code of the program."""

    exit_code = 3

    def __init__(
        self,
        found: str = "",
        *,
        expected: str = "",
        hint: str = "",
        place: str = "",
        file: str = "",
        problems: Iterable[Problem] = (),
    ) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems) or (Problem(found, expected, hint, place, file),)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)

    def in_file(self, file: str) -> ElisaError:
        """Name the file in every problem that does not name one yet; returns itself, for ``raise``."""
        self.problems = tuple(p if p.file else replace(p, file=file) for p in self.problems)
        return self


class ExportError(ElisaError):
    """A plate-reader export that is not what it seems, or not an endpoint plate."""


class LayoutError(ElisaError):
    """A layout that contradicts itself or the plate."""


class SampleSheetError(ElisaError):
    """A sample sheet that contradicts itself or the layout."""


class ProtocolError(ElisaError):
    """A protocol, kit or preset file with unknown keys, wrong types or impossible values."""


class WaiverError(ElisaError):
    """A file of waivers and exclusions that is wrong, has expired, or says more than was done."""


class TableError(ElisaError):
    """A plain table (of ``fit``) that cannot be used."""


class StudyError(ElisaError):
    """Results, tables or a sample sheet that cannot be put together to one study."""


class AnalysisRefused(ElisaError):
    """The input is readable, but rules of level ``error`` forbid to analyze it."""


class HistoryError(ElisaError):
    """A history of plates that cannot be read: damaged, of another version, or no history at all."""


class UsageError(ElisaError):
    """A command line that asks for something that cannot be."""

    exit_code = 2


class OutputError(ElisaError):
    """A result that could not be written; nothing half-written is left."""

    exit_code = 4
