"""A case: which export to run and how, and what is expected of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from elisa_bdnf.checking.outcome import Place
from elisa_bdnf.reports.inert import show
from elisa_bdnf.workflow import RunRequest

DEFAULT_DIGITS = 4
_FORMULA_STARTS = frozenset("=+-@{＝＋－＠")
SELECTORS = ("plate", "sample", "subject", "timepoint", "dilution_factor")


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a concentration may be from the expected one: one in the last of ``digits``, or so many percent."""

    digits: int | None = DEFAULT_DIGITS
    percent: float | None = None

    def allows(self, expected: float, came: float) -> bool:
        return abs(came - expected) <= self._margin(expected) * (1 + 1e-9)

    def _margin(self, expected: float) -> float:
        if self.percent is not None:
            return abs(expected) * self.percent / 100
        # A whole unit, not half of one: a number near the middle between two would fall to either side.
        return 10.0 ** (_exponent(expected) - (self.digits or DEFAULT_DIGITS) + 1) if expected else 0.0

    def rounded(self, value: float) -> str:
        """As it is written into an expected file, never with an exponent; six digits where percent are allowed."""
        digits = self.digits or 6
        decimals = digits - 1 - _exponent(value) if value else 0
        return f"{round(value, decimals):.{max(0, decimals)}f}"

    def __str__(self) -> str:
        return f"± {self.percent:g} %" if self.percent is not None else f"to {self.digits} digits"


def comparable(text: str) -> str:
    """A text from data as expected files hold it: control characters shown, no blanks around it, no formula guard."""
    text = show(text).strip()
    bare = text[1:].strip() if text.startswith("'") else ""
    return bare if bare and bare[0] in _FORMULA_STARTS else text


def _exponent(value: float) -> int:
    return int(f"{value:e}".partition("e")[2])


@dataclass(frozen=True, slots=True)
class ExpectedFinding:
    """A rule that must have something to say about a subject."""

    rule: str
    level: str
    subject: str
    place: Place

    @property
    def key(self) -> tuple[str, str, str]:
        return self.rule, self.level, self.subject


@dataclass(frozen=True, slots=True)
class ExpectedPlate:
    """``name`` is empty where the export holds one plate; None for verdict or findings means: not compared."""

    name: str
    verdict: str | None
    findings: tuple[ExpectedFinding, ...] | None
    place: Place
    verdict_place: Place
    findings_place: Place


@dataclass(frozen=True, slots=True)
class ExpectedResult:
    """What one result must be. ``selectors``: the words of :data:`SELECTORS` that say which one is meant."""

    selectors: Mapping[str, str]
    concentration: float | None
    text: str | None
    place: Place

    @property
    def about(self) -> str:
        return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in self.selectors.items())


@dataclass(frozen=True, slots=True)
class Case:
    """One expected file. ``settings`` are its keys that say what to run, as they stand in it.

    ``results`` None: concentrations are not compared. ``table`` is the file of the concentrations, which need not
    exist. ``every_result``: results that nobody expects are differences.
    """

    path: Path
    file: str
    export: Path
    request: RunRequest
    settings: Mapping[str, object]
    tolerance: Tolerance
    refused: str | None
    plates: tuple[ExpectedPlate, ...]
    results: tuple[ExpectedResult, ...] | None
    every_result: bool
    table: Path
    inline_results: bool

    @property
    def place(self) -> Place:
        return Place(self.file, 1)

    @property
    def is_new(self) -> bool:
        """Whether nothing was written down yet of what comes."""
        return not self.plates and self.results is None
