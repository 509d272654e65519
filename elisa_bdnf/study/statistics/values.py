"""What the statistics hand back: frozen values on the ln scale, or a reason why there is none.

Arrays inside a fit are read-only. A result that could not be had is a :class:`NoResult`, never a nan and never an
exception, so that a report can print the reason in the place of the number.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

LARGEST_LOG = 709.0
Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class NoResult:
    """A number that cannot be had, and why: one sentence for the reader of the report."""

    reason: str


@dataclass(frozen=True, slots=True)
class Convergence:
    """How an iteration ended: ``decrement`` is the drop in −2 ln L that one more Newton step would promise."""

    converged: bool
    iterations: int
    decrement: float


@dataclass(frozen=True, slots=True, eq=False)
class MixedFit:
    """A linear mixed model: fixed effects with their covariance, and standard deviations of the random parts.

    ``coefficients`` and ``covariance`` belong to ``names``; a column that the data cannot tell from the others is in
    ``dropped`` and not in ``names``. ``sd_plate`` is None without a plate effect. ``boundary`` names the components
    whose standard deviation is estimated as 0. ``criterion`` is −2 ln L (restricted: −2 ln of the REML likelihood,
    with the constant that lme4 prints). ``notes`` are sentences for the report.
    """

    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    sd_subject: float
    sd_plate: float | None
    sd_residual: float
    criterion: float
    n: int
    subjects: int
    plates: int
    censored: int
    method: str
    boundary: tuple[str, ...]
    dropped: tuple[str, ...]
    notes: tuple[str, ...]
    convergence: Convergence
    # What the degrees of freedom are made of: see `satterthwaite`.
    columns: tuple[str, ...]
    """All columns of the design, in the order in which contrasts are given."""
    aliases: Floats
    """(kept, dropped): each dropped column as a combination of the kept ones."""
    covariance_slopes: Floats
    """(components, kept, kept): change of ``covariance`` with each standard deviation."""
    component_covariance: Floats
    """(components, components): covariance of the estimated standard deviations."""
    most_df: float
    """No contrast has more degrees of freedom than this (inf where Satterthwaite's formula needs no cap)."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """One question to a fit, on the ln scale: estimate, standard error, t test and 95 % interval."""

    name: str
    estimate: float
    se: float
    df: float
    t: float
    p: float
    low: float
    high: float

    @property
    def ratio(self) -> float:
        """Ratio of geometric means."""
        return exp_or_inf(self.estimate)

    @property
    def ratio_low(self) -> float:
        return exp_or_inf(self.low)

    @property
    def ratio_high(self) -> float:
        return exp_or_inf(self.high)


def exp_or_inf(logarithm: float) -> float:
    """Infinite instead of an error: two pairs far apart have an interval beyond all numbers."""
    return math.exp(logarithm) if logarithm < LARGEST_LOG else math.inf


@dataclass(frozen=True, slots=True)
class SignedRank:
    """Wilcoxon's signed-rank test of paired differences.

    ``w`` is the sum of ranks of the positive differences, ``zeros`` the number of pairs without a difference (left
    out, as Wilcoxon did), ``ties`` whether ranks were shared. ``pseudomedian`` is the Hodges-Lehmann estimate;
    ``low``/``high`` its interval of at least 95 %, None where so few pairs cannot give one.
    """

    n: int
    zeros: int
    ties: bool
    w: float
    p: float
    pseudomedian: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class PairedTests:
    """Both paired tests of the same differences: t on the ln scale, and signed ranks."""

    name: str
    pairs: int
    t_test: Contrast | NoResult
    signed_rank: SignedRank | NoResult


def read_only(values: Any) -> Floats:
    """A copy as floats that nobody can change."""
    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array
