"""What changed: values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a change is about, in the order in which a person needs to know."""

    VERDICT = "verdict"
    FINDING = "finding"
    NOT_EVALUATED = "not_evaluated"  # rules that lacked data
    RESULT = "result"  # of a sample, over its dilutions
    SAMPLE = "sample"  # one dilution of a sample
    CONTROL = "control"
    CURVE = "curve"
    STANDARD = "standard"
    WELL = "well"


@dataclass(frozen=True, slots=True)
class Change:
    """One field. ``before`` or ``after`` is None where there is none.

    ``percent`` is the change relative to ``before``; ``digits`` says to how many significant digits two numbers agree:
    −log10 of their distance over the larger of them.
    """

    field: str
    before: object
    after: object
    percent: float | None = None
    digits: float | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """A sample, control, well, finding …: its changed fields. ``shown`` is what a person read of it before and after.

    ``only`` is ``before`` or ``after`` for what is in one of the two results alone.
    """

    kind: Kind
    subject: str
    changes: tuple[Change, ...]
    shown: tuple[str, str] = ("", "")
    only: str = ""

    @property
    def size(self) -> float:
        """For sorting, the biggest first: what is no matter of digits, then by the number that a person looks at."""
        if self.only or any(c.field in DECIDING or (c.field in _SIZED and c.percent is None) for c in self.changes):
            return float("inf")
        percents = {change.field: abs(change.percent) for change in self.changes if change.percent is not None}
        return next((percents[field] for field in _SIZED if field in percents), max(percents.values(), default=0.0))


# Where one of these is other, it is more than a matter of digits.
DECIDING = ("status", "reportable", "level", "used", "in_fit", "in_range", "role", "name", "dilution_factor", "nominal")
_SIZED = ("concentration", "recovery_percent", "raw", "response")


@dataclass(frozen=True, slots=True)
class Cause:
    """A thing that was different when the two were made.

    ``kind`` is version, export, layout, samples, waivers, included, protocol, setting, option, history, edited (a
    result that its manifest does not know) or unknown.
    """

    kind: str
    what: str
    before: object = None
    after: object = None


@dataclass(frozen=True, slots=True)
class PlateDiff:
    """One plate in both outputs, or in one. ``before`` and ``after`` are its folders."""

    plate: str
    before: str | None
    after: str | None
    verdicts: tuple[str, str] = ("", "")
    changed: tuple[Changed, ...] = ()
    causes: tuple[Cause, ...] = ()
    remark: str = ""

    @property
    def status(self) -> str:
        if self.before is None or self.after is None:
            return "only_after" if self.before is None else "only_before"
        return "different" if self.changed else "same"


@dataclass(frozen=True, slots=True)
class ExportDiff:
    """An export of a batch that was refused in one of them, or refused for another reason; empty: not refused."""

    file: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Diff:
    """Two outputs beside each other. ``tolerance`` is the percentage that numbers may differ by."""

    before: str
    after: str
    tolerance: float
    plates: tuple[PlateDiff, ...]
    exports: tuple[ExportDiff, ...] = ()

    @property
    def same(self) -> bool:
        return not self.exports and all(plate.status == "same" for plate in self.plates)
