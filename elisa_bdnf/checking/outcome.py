"""What a check found: values that every format of its output is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from elisa_bdnf.errors import ElisaError, Problem


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was expected. ``file`` is relative to the working folder if it lies in it; 0 means unknown."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        parts = [self.file, *(str(number) for number in (self.line, self.column) if number)]
        return ":".join(parts)


class Kind(StrEnum):
    """What differs."""

    CASE = "case"  # nothing at all is expected yet
    REFUSAL = "refusal"
    PLATE = "plate"
    VERDICT = "verdict"
    FINDING = "finding"
    CONCENTRATION = "concentration"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as expected. ``about`` says of what in words: ``plate 'Plate 1', sample SPL3``."""

    kind: Kind
    place: Place
    about: str
    expected: str
    came: str

    @property
    def sentence(self) -> str:
        about = f"{self.about}: " if self.about else ""
        return f"{about}{self.kind.value}: expected {self.expected}, came {self.came}"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a case could not be run, or what is wrong with its expected file."""

    place: Place
    message: str


class Status(StrEnum):
    AS_EXPECTED = "as_expected"
    DIFFERENT = "different"
    UPDATED = "updated"  # there were differences, and what came is written down
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CaseReport:
    """One case. ``results`` counts the concentrations that were compared.

    ``files`` (name → content) is what an update writes into ``folder``; nothing otherwise.
    """

    file: str
    status: Status
    export: str = ""
    plates: int = 0
    results: int = 0
    differences: tuple[Difference, ...] = ()
    failures: tuple[Failure, ...] = ()
    folder: Path = Path()
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CheckReport:
    """All cases in the order in which they were given, those of a folder by path."""

    cases: tuple[CaseReport, ...]

    def count(self, status: Status) -> int:
        return sum(case.status is status for case in self.cases)

    @property
    def exit_code(self) -> int:
        """0 all as expected, 1 a difference, 3 a case that could not be run, which outranks 1."""
        if self.count(Status.FAILED):
            return 3
        return int(self.count(Status.DIFFERENT) > 0)


def shown_path(path: Path) -> str:
    """A path as it is printed: from the working folder where it lies in it (as CI services want it), with slashes."""
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()


def failures_from_error(error: ElisaError, file: str) -> tuple[Failure, ...]:
    """Every problem of an error; those of other files (the export, the protocol) are told with that file's name."""
    return tuple(_failure(problem, file) for problem in error.problems)


def _failure(problem: Problem, file: str) -> Failure:
    if problem.file and problem.file != file:
        return Failure(Place(file), str(problem))
    line, _, column = problem.place.partition(":")
    if not line.isdigit():
        return Failure(Place(file), str(replace(problem, file="")))
    message = str(replace(problem, file="", place=""))
    return Failure(Place(file, int(line), int(column) if column.isdigit() else 0), message)


def failed(file: str, failures: Sequence[Failure]) -> CaseReport:
    """The report of a case that could not be run."""
    return CaseReport(file, Status.FAILED, failures=tuple(failures))
