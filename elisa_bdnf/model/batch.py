"""What is known of a folder of plates after all were judged: everything that a report on a batch may show.

Pure data, small enough to hold for ten thousand plates, and the same whether a plate was computed now, taken over from
an earlier run, or computed by another machine (``--shard`` and ``merge``). Single results are not in here: they are in
the result folder of each plate (``PlateRow.folder``) and in the merged tables.

A report on a batch is a function ``BatchResult → bytes`` (or chunks of bytes) in ``reports/``, named in
``reports/batch_folder.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from elisa_bdnf.errors import Problem
from elisa_bdnf.model.finding import Finding, NotEvaluated, Verdict
from elisa_bdnf.model.history import ChartedPlate


class Outcome(StrEnum):
    """What became of a file that was found. Every file has exactly one; the four counts add up to the files found."""

    ACCEPTED = "accepted"  # every plate of the export was accepted
    REJECTED = "rejected"  # analyzed; at least one plate was rejected by QC
    REFUSED = "refused"  # could not be analyzed; the problems say why
    IGNORED = "ignored"  # no export: a layout, a sample sheet, a temporary file, a link …


@dataclass(frozen=True, slots=True)
class DrawnCurve:
    """Enough to draw a curve over others or as a sparkline; no results come from it.

    ``x`` is evenly spaced in logarithms from the lowest to the highest non-zero standard, in the unit of the plate;
    ``response`` has the fitted value at each (six digits). ``standards`` are (nominal, mean response, in the fit).
    """

    x: tuple[float, ...]
    response: tuple[float, ...]
    standards: tuple[tuple[float, float, bool], ...]


@dataclass(frozen=True, slots=True)
class CurveRow:
    """Model and numbers of a fitted curve, at full precision; ``drawn`` for pictures."""

    model: str
    weights: str
    parameters: Mapping[str, float]  # those of a, b, c, d, g that the model has
    theta: float | None  # variance exponent in force
    theta_estimated: bool
    residual_sd: float | None
    degrees_of_freedom: int
    r_squared: float | None
    lloq: float  # in the well
    uloq: float
    lod: float | None
    drawn: DrawnCurve


@dataclass(frozen=True, slots=True)
class ControlRow:
    """A control of a plate. ``found`` is what was measured, whatever the verdict says of reporting it.

    ``concentration`` is None where nothing may be reported; ``text`` is what a person reads.
    """

    name: str
    nominal: float | None
    low: float | None  # accepted range
    high: float | None
    in_well: float | None
    dilution_factor: float | None
    found: float | None
    concentration: float | None
    recovery_percent: float | None
    cv_percent: float | None
    in_range: bool | None
    text: str
    response_mean: float | None


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding of level warn or worse; ``message`` is a sentence."""

    rule: str
    level: str
    subject: str
    message: str


@dataclass(frozen=True, slots=True)
class PlateRow:
    """One judged plate.

    ``folder`` is the result folder below the batch folder, with ``/``; ``sentence`` and ``reasons`` are the headline of
    its report. ``read_on`` is the date in the export as it is written there, or empty.
    """

    folder: str
    plate: str
    export: str
    export_sha256: str
    values_sha256: str  # of the responses as exported: equal for one plate that was exported twice
    format: str
    layout: str
    protocol: str
    protocol_sha256: str
    kit: str
    unit: str
    verdict: Verdict
    sentence: str
    reasons: tuple[str, ...]
    read_on: str
    samples: int
    reportable: int  # samples with a number or a bound
    within: int  # samples with a number
    below: int  # reportable samples below the range
    above: int  # and above it
    levels: Mapping[str, int]  # level → how many findings
    findings: tuple[FindingRow, ...]
    curve: CurveRow | None
    no_curve: str  # why there is none
    controls: tuple[ControlRow, ...]
    charted: ChartedPlate | None = None  # for charts over plates
    page: bool = True  # whether its folder has a report.html
    told: str = ""  # stands for what the plate was told of earlier ones; empty without a history

    @property
    def accepted(self) -> bool:
        return self.verdict is Verdict.ACCEPTED


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One file that was taken for an export: its plates, or the problems for which it was refused.

    ``file`` is the path below the folder that was searched, with ``/`` and printable. ``folder`` is where its results
    are (each of several plates in a folder of its own therein).
    """

    file: str
    folder: str
    outcome: Outcome
    plates: tuple[PlateRow, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class IgnoredRow:
    """A file that is no export, and why it was passed over; ``odd`` where a person should look at it."""

    file: str
    reason: str
    odd: bool = False


@dataclass(frozen=True, slots=True)
class BatchResult:
    """A folder of exports, all done. ``exports`` and ``ignored`` are sorted by file."""

    folder: str  # name of the folder that was searched
    protocol: str
    protocol_title: str
    exports: tuple[ExportRow, ...]
    ignored: tuple[IgnoredRow, ...]
    remarks: tuple[str, ...] = ()  # about the batch as a whole, such as one plate exported twice
    findings: tuple[Finding, ...] = ()  # of rules that look at several plates at once
    not_evaluated: tuple[NotEvaluated, ...] = ()
    between_plates: Mapping[str, Any] = field(default_factory=dict)  # preset and settings of such rules
    earlier: tuple[ChartedPlate, ...] = ()  # of a history, for charts

    def plates(self) -> Iterator[PlateRow]:
        """Every judged plate, in order."""
        for export in self.exports:
            yield from export.plates

    def refused(self) -> Iterator[ExportRow]:
        """The exports that could not be analyzed."""
        return (export for export in self.exports if export.outcome is Outcome.REFUSED)

    def counts(self) -> dict[Outcome, int]:
        """Files by what became of them; the sum is the number of files found."""
        found = dict.fromkeys(Outcome, 0)
        for export in self.exports:
            found[export.outcome] += 1
        found[Outcome.IGNORED] = len(self.ignored)
        return found
