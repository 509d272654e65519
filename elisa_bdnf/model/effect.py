"""What a study estimates: the model that was fitted, its contrasts, and the same questions by other methods.

Estimates and standard errors are on the ln scale, ratios and their intervals are not. A number that does not exist is
None, and ``reason`` says why.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """What was fitted, and why that. SDs are on the ln scale; None where the model has no such part."""

    formula: str
    method: str  # "REML", "censored restricted likelihood", "paired t"
    reason: str  # the rule by which it was chosen
    sd_subject: float | None
    sd_plate: float | None
    sd_residual: float | None
    n: int
    subjects: int
    n_censored: int = 0
    known_error: bool = False  # whether the interval of each concentration entered as known variance
    converged: bool = True
    boundary: bool = False  # a variance was estimated as zero
    log_likelihood: float | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranks:
    """Wilcoxon's signed-rank test of the same pairs, with the ratio of Hodges & Lehmann and its interval."""

    p: float
    ratio: float | None
    ci_low: float | None  # None where so few pairs give no interval of 95 %
    ci_high: float | None


@dataclass(frozen=True, slots=True)
class Contrast:
    """A ratio of geometric means. ``estimate`` and ``se`` on the ln scale; the interval is of the ratio, at 95 %.

    ``p_holm`` is p itself for the declared primary timepoint. ``n`` is the number of subjects with both values (of
    subjects of both sides in comparisons of groups). ``df`` None means a normal reference distribution.
    """

    timepoint: str
    group: str
    against: str
    estimate: float | None
    se: float | None
    df: float | None
    t: float | None
    p: float | None
    p_holm: float | None
    ratio: float | None
    ci_low: float | None
    ci_high: float | None
    n: int
    primary: bool = False
    method: str = ""
    ranks: Ranks | None = None
    reason: str = ""  # why there is no estimate


@dataclass(frozen=True, slots=True)
class PairedAnalysis:
    """Paired t and signed ranks within each group and timepoint; Welch's t test of the changes between groups.

    ``headline``: the study is so small that its report says these first, for the ``reason`` given.
    """

    contrasts: tuple[Contrast, ...]
    comparisons: tuple[Contrast, ...]
    by_responder: tuple[Contrast, ...]
    headline: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The same contrasts under another assumption."""

    name: str
    meaning: str
    contrasts: tuple[Contrast, ...]
