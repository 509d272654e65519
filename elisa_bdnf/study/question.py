"""What is asked of a study, and the shape in which every method answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from elisa_bdnf.model.effect import Contrast
from elisa_bdnf.study.statistics import Contrast as Estimate
from elisa_bdnf.study.statistics import NoResult, holm

_REFERENCES = ("placebo", "control", "vehicle", "saline", "sham", "midazolam", "untreated", "non-responder")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: which baseline, which timepoints after it, which groups, which one was declared primary."""

    baseline: str
    timepoints: tuple[str, ...]
    groups: tuple[str, ...]
    primary: str
    factor: str  # arm, responder or empty, for the formula

    @property
    def reference(self) -> str:
        """The group that the others are compared with: one with the name of a control, else the first."""
        named = [g for word in _REFERENCES for g in self.groups if g.casefold().startswith(word)]
        return named[0] if named else self.groups[0]

    @property
    def formula(self) -> str:
        times = f"timepoint × {self.factor}" if self.factor else "timepoint"
        return f"ln(concentration) ~ {times} + (1 | subject)"

    @property
    def within(self) -> list[tuple[str, str]]:
        """Group and timepoint of every change from baseline."""
        return [(group, timepoint) for group in self.groups for timepoint in self.timepoints]

    @property
    def between(self) -> list[tuple[str, str]]:
        """Group and timepoint of every comparison with the reference group."""
        return [(group, timepoint) for group, timepoint in self.within if group != self.reference]


@dataclass(frozen=True, slots=True)
class Answers:
    """Changes from baseline, and differences between groups in them."""

    contrasts: tuple[Contrast, ...]
    comparisons: tuple[Contrast, ...]


def contrast_from(
    found: Estimate | NoResult, timepoint: str, group: str, against: str, n: int, method: str
) -> Contrast:
    """An answer of the statistics as a value of the study."""
    if isinstance(found, NoResult):
        return no_contrast(timepoint, group, against, n, found.reason)
    df = found.df if math.isfinite(found.df) else None
    return Contrast(
        timepoint, group, against, found.estimate, found.se, df, found.t, found.p, None, found.ratio, found.ratio_low,
        found.ratio_high, n, method=method,
    )  # fmt: skip


def no_contrast(timepoint: str, group: str, against: str, n: int, reason: str) -> Contrast:
    """A question without an answer."""
    nothing = (None, None, None, None, None, None, None, None, None)
    return Contrast(timepoint, group, against, *nothing, n, reason=reason)


def adjusted(found: Sequence[Contrast], primary_timepoint: str = "") -> tuple[Contrast, ...]:
    """Holm's adjustment within each group; the timepoint that was declared primary keeps its own p."""
    result = list(found)
    for group in dict.fromkeys(each.group for each in found):
        family = [at for at, each in enumerate(found) if each.group == group and each.p is not None]
        declared = [bool(primary_timepoint) and found[at].timepoint == primary_timepoint for at in family]
        primary = declared.index(True) if True in declared else None
        p_values = holm([found[at].p or 0.0 for at in family], primary) if family else ()
        for at, p, is_primary in zip(family, p_values, declared, strict=True):
            result[at] = replace(found[at], p_holm=p, primary=is_primary)
    return tuple(result)
