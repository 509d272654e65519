"""What a report for people is made of: words and digits that formats arrange and never change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.result import PlateResult


class Tone(StrEnum):
    """How loud a piece of text is; a format chooses colour, weight or sign, and never colour alone."""

    PLAIN = "plain"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    MUTED = "muted"


class Cell(NamedTuple):
    """``text`` is what is read, ``sub`` a second, smaller line, ``help`` more for those who ask.

    ``value`` is the same at full precision, for sorting and for workbooks; None where there is no number.
    """

    text: str = ""
    value: float | str | None = None
    tone: Tone = Tone.PLAIN
    help: str = ""
    sub: str = ""
    wells: tuple[Well, ...] = ()  # where ``text`` names wells


class Column(NamedTuple):
    key: str
    title: str
    help: str = ""
    unit: str = ""
    numeric: bool = False


class Row(NamedTuple):
    cells: tuple[Cell, ...]
    key: str = ""  # unique within the table; an anchor
    tone: Tone = Tone.PLAIN


class Table(NamedTuple):
    """``mark`` is not empty on a rejected plate and must be seen wherever the table is seen."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    note: str = ""
    empty: str = ""  # what to say where there are no rows
    mark: str = ""


class Fact(NamedTuple):
    label: str
    text: str
    help: str = ""
    tone: Tone = Tone.PLAIN


class Banner(NamedTuple):
    """Something that must be read before the numbers."""

    title: str
    text: str
    tone: Tone = Tone.WARN


class Headline(NamedTuple):
    """The verdict in a word and a sentence, and why."""

    word: str
    sentence: str
    reasons: tuple[str, ...]
    tone: Tone


@dataclass(frozen=True, slots=True)
class Document:
    """One judged plate in words. ``result`` is there for figures, which need coordinates, not words."""

    title: str
    subtitle: str
    headline: Headline
    mark: str  # "REJECTED – not reportable", or empty
    banners: tuple[Banner, ...]
    facts: tuple[Fact, ...]
    overview: Table | None  # samples by subject and timepoint; None where the layout knows no subjects
    samples: Table
    controls: Table
    standards: Table
    parameters: Table | None  # None without a curve
    curve_facts: tuple[Fact, ...]
    dilutions: Table | None  # None where no sample stands on the plate at several dilutions
    edits: Table | None  # None where editing left nothing out
    curve_versions: Table | None
    findings: Table
    not_evaluated: Table
    comparison: Table | None  # None where the export holds no concentrations of its own
    comparison_sentence: str
    exclusions: Table
    decisions: Table  # what a person excluded and waived
    before_and_after: Table
    wells: Table
    accounting: tuple[Fact, ...]
    provenance: Table
    header: Table
    remarks: tuple[str, ...]
    methods: tuple[str, ...]
    limitations: tuple[str, ...]
    result: PlateResult

    @property
    def decided(self) -> tuple[Table, ...]:
        """What a person excluded and waived, and what it changed; nothing where nobody did."""
        return (self.decisions, self.before_and_after) if self.decisions.rows else ()

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table there is, in the order of a report."""
        known = (
            self.overview, self.samples, self.dilutions, self.controls, self.standards, self.edits,
            self.curve_versions, self.parameters, self.comparison, self.findings, self.not_evaluated, *self.decided,
            self.exclusions, self.wells, self.provenance, self.header,
        )  # fmt: skip
        return tuple(table for table in known if table is not None)
