"""Standard curves in the canonical form, and the answer where there is none.

    4PL, 5PL   y = d + (a − d) / (1 + (x/c)^b)^g        b > 0, c > 0, g > 0 (4PL: g = 1)
    5PL-R      y = a + (d − a) / (1 + (c/x)^b)^g        the mirror family
    linear     y = a + b·x
    log-log    ln y = a + b·ln x

``a`` is the response at zero, ``d`` at infinity; x = 0 gives y = a exactly. Unused parameters are nan.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from elisa_bdnf.model.hook import Hook
from elisa_bdnf.model.plate import Well


class Model(StrEnum):
    FOUR_PL = "4pl"
    FIVE_PL = "5pl"
    FIVE_PL_R = "5pl-r"
    THREE_PL = "3pl"
    LINEAR = "linear"
    LOG_LOG = "loglog"


class FitOn(StrEnum):
    MEANS = "means"
    REPLICATES = "replicates"


class WeightKind(StrEnum):
    NONE = "none"
    INVERSE_RESPONSE = "1/y"  # on the observed response: for comparison with other programs
    INVERSE_RESPONSE_SQUARED = "1/y2"
    POWER = "power"  # Var = σ²·f(x)^(2θ) on the fitted curve


@dataclass(frozen=True, slots=True)
class Weights:
    """How the variance of the response depends on the response. ``theta`` None: estimated from the plate."""

    kind: WeightKind
    theta: float | None = None
    origin: str = ""  # "protocol", "command line", "history of 23 plates": where theta comes from

    def __str__(self) -> str:
        if self.kind is WeightKind.POWER and self.theta is not None:
            return f"power:{self.theta:g}"
        return self.kind.value


def weights_from_text(text: str) -> Weights:
    """``none``, ``1/y``, ``1/y2`` (or ``1/y^2``), ``power``, ``power:1``; raises ValueError for anything else."""
    compact = text.strip().lower().replace("^", "").replace("²", "2")
    if compact.startswith("power:"):
        try:
            theta = float(compact.removeprefix("power:"))
        except ValueError:
            theta = -1.0
        if not 0 <= theta <= 3:
            raise ValueError(f"{text!r}: the power must be a number from 0 to 3")
        return Weights(WeightKind.POWER, theta)
    try:
        return Weights(WeightKind(compact))
    except ValueError:
        known = ", ".join([kind.value for kind in WeightKind] + ["power:T"])
        raise ValueError(f"{text!r} is not one of {known}") from None


NO_FIXED: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CurveSpec:
    """What to fit: the settings of the protocol after the overrides of the command line.

    ``scrutinized`` False lays straight lines even through standards that are flat or in no order, as reader software
    does: only to compare with its numbers.
    """

    model: Model = Model.FOUR_PL
    weights: Weights = field(default_factory=lambda: Weights(WeightKind.POWER, 1.0))
    fit_on: FitOn = FitOn.REPLICATES
    zero_in_fit: bool = True
    fixed: Mapping[str, float] = field(default_factory=lambda: NO_FIXED)
    confidence: float = 0.95
    scrutinized: bool = True


@dataclass(frozen=True, slots=True)
class Level:
    """One concentration of the standard: what goes into a fit. ``responses`` are the used wells only."""

    nominal: float
    responses: tuple[float, ...]
    wells: tuple[Well, ...] = ()
    name: str = ""
    anchor: bool = False

    @property
    def mean(self) -> float:
        return math.fsum(self.responses) / len(self.responses)


@dataclass(frozen=True, slots=True)
class StandardPoint:
    """A level beside the fitted curve. ``back_calculated`` is None where its response has no inverse.

    ``edited`` marks a level that the editing of the standards left out: it is not in the fit and never passes.
    """

    level: Level
    response: float  # mean of the used wells
    cv_percent: float | None  # of the responses; None below two wells
    fitted: float
    back_calculated: float | None
    recovery_percent: float | None  # None for the zero standard and where there is no inverse
    in_fit: bool = True
    edited: bool = False

    @property
    def is_quantitative(self) -> bool:
        """Whether the level counts: neither the zero standard nor an anchor."""
        return self.level.nominal > 0 and not self.level.anchor


@dataclass(frozen=True, slots=True)
class FitReport:
    """How far to trust the fit: separate questions, answered separately."""

    converged: bool
    starts: int
    starts_at_optimum: int  # starts that reached the best sum of squares (relative 1e-6)
    iterations: int
    gradient: float  # largest scaled component of the gradient at the optimum
    rank: int
    condition: float
    residual_sum_of_squares: float  # weighted
    residual_sd: float  # √(RSS / degrees of freedom); nan without degrees of freedom
    degrees_of_freedom: int
    r_squared: float
    n: int
    theta: float | None  # variance exponent in force; None where weights are none, 1/y or 1/y2
    theta_estimated: bool = False
    not_identified: tuple[str, ...] = ()  # parameters the data do not determine ("d")
    no_finite_estimate: tuple[str, ...] = ()  # those of them whose best value is infinite (or 0): numbers stand in
    remarks: tuple[str, ...] = ()
    lack_of_fit_p: float | None = None  # F test of level means against replicates; None where there is no such test
    wells_per_point: float = 1.0  # wells behind one fitted point: 1, or the harmonic mean over the levels
    response_floor: float = 0.0  # below it the variance no longer follows the response


@dataclass(frozen=True, slots=True)
class Limits:
    """Quantitative range in the well, and why it ends there."""

    lloq: float
    uloq: float
    lloq_reason: str
    uloq_reason: str
    lod: float | None = None
    lod_reason: str = ""
    lob: float | None = None  # limit of blank; with lod_reason where there is none


@dataclass(frozen=True, slots=True)
class Curve:
    """A fitted curve; frozen before controls and samples are looked at.

    ``covariance`` is of ``covariance_of`` (the free parameters in fitting coordinates, e.g. a, d, ln c, ln b).
    ``standard_errors`` are of the canonical parameters; a parameter that was fixed has none.
    """

    spec: CurveSpec
    a: float
    b: float
    c: float
    d: float
    g: float
    covariance: tuple[tuple[float, ...], ...]
    covariance_of: tuple[str, ...]
    standard_errors: Mapping[str, float]
    standards: tuple[StandardPoint, ...]
    report: FitReport
    limits: Limits
    planned: tuple[float, ...] = ()  # quantitative levels of the layout, those without a usable well among them
    hook: Hook | None = None  # of all standards, those that editing left out among them

    @property
    def model(self) -> Model:
        return self.spec.model

    @property
    def falls(self) -> bool:
        """Whether the response falls as the concentration rises, as in a competitive assay."""
        return self.b < 0 if self.model in (Model.LINEAR, Model.LOG_LOG) else self.d < self.a

    def estimate_or_none(self, name: str) -> float | None:
        """A canonical parameter for people and files: None where the model lacks it or its best value is infinite.

        The attribute then holds a number that stands in, so that the curve can be computed.
        """
        value: float = getattr(self, name)
        return None if math.isnan(value) or name in self.report.no_finite_estimate else value

    @property
    def ends(self) -> tuple[float, ...]:
        """Lowest and highest quantitative level as planned: they have limits of their own; () where there is none.

        A level that became an end because another was lost or left out is none.
        """
        levels = self.planned or tuple(p.level.nominal for p in self.standards if p.is_quantitative)
        return (min(levels), max(levels)) if levels else ()


@dataclass(frozen=True, slots=True)
class NoCurve:
    """No curve is possible, and why: ``cause`` is a short name, ``reason`` a sentence for people."""

    cause: str  # "flat", "reversed", "too_few_levels", "no_curvature", "one_level_dominates", "not_converged"
    reason: str
    hint: str = ""
    levels: tuple[Level, ...] = ()


def fingerprint_of(curve: Curve | NoCurve) -> str:
    """SHA-256 of what a response is read with: model, weights, parameters and limits, at full precision.

    It is taken when the curve is final and before any control or sample is read; the same curve has the same one.
    """
    if isinstance(curve, NoCurve):
        text = f"no curve: {curve.cause}"
    else:
        limits = curve.limits
        numbers = (curve.a, curve.b, curve.c, curve.d, curve.g, limits.lloq, limits.uloq)
        text = f"{curve.model.value} {curve.spec.weights} {' '.join(repr(float(number)) for number in numbers)}"
    return hashlib.sha256(text.encode()).hexdigest()
