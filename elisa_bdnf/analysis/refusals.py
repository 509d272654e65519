"""Standards through which no curve can be laid, and the name of the reason. Never another model instead."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from elisa_bdnf.model.curve import CurveSpec, Level, Model, NoCurve, WeightKind

Check = Callable[[Sequence[Level], CurveSpec], NoCurve | None]

PARAMETERS = {
    Model.FOUR_PL: ("a", "b", "c", "d"),
    Model.THREE_PL: ("a", "b", "c", "d"),
    Model.FIVE_PL: ("a", "b", "c", "d", "g"),
    Model.FIVE_PL_R: ("a", "b", "c", "d", "g"),
    Model.LINEAR: ("a", "b"),
    Model.LOG_LOG: ("a", "b"),
}

# The range of the level means in standard errors of one. Of eight equal levels in duplicate three in four stay below
# the first, and nearly all below the second, which holds where there is no order either.
_FLAT, _FLAT_WITHOUT_ORDER = 4.0, 8.0
_ORDERED = 0.5  # rank correlation below which there is no direction
_REST = 0.05  # share of the rise that the other levels must make up together


def refusal_or_none(levels: Sequence[Level], spec: CurveSpec) -> NoCurve | None:
    """Why these levels (the fitted ones) cannot be fitted at all; None where they can be tried."""
    checks: tuple[Check, ...] = (_settings, _too_few, _not_positive)
    # A straight line can be laid through anything; a sigmoid through flat or disordered standards has no parameters.
    if spec.scrutinized or spec.model not in (Model.LINEAR, Model.LOG_LOG):
        checks += (_flat, _not_monotone, _one_level)
    for check in checks:
        refusal = check(levels, spec)
        if refusal is not None:
            return refusal
    return None


def _settings(_: Sequence[Level], spec: CurveSpec) -> NoCurve | None:
    known = PARAMETERS[spec.model]
    wrong = [name for name in spec.fixed if name not in known]
    if wrong:
        return NoCurve("settings", f"{spec.model} has no parameter {', '.join(wrong)}", f"it has {', '.join(known)}")
    bent = [n for n in ("b", "c", "g") if n in spec.fixed and spec.model not in (Model.LINEAR, Model.LOG_LOG)]
    if any(not spec.fixed[name] > 0 for name in bent) or (spec.fixed.get("b") == 0 and not bent):
        return NoCurve("settings", "b, c and g of a sigmoid are positive, and no slope can be fixed at 0")
    if "d" in spec.fixed and spec.fixed["d"] == spec.fixed.get("a"):
        return NoCurve("settings", f"both asymptotes are fixed at {spec.fixed['d']:g}", "fix two different responses")
    if spec.model is Model.THREE_PL and len(spec.fixed) != 1:
        return NoCurve("settings", "a 3PL is a 4PL with one parameter fixed", "fix one, for example a at 0.05")
    if len(spec.fixed) == len(known):
        return NoCurve("settings", "every parameter is fixed: nothing is left to fit")
    return None


def _too_few(levels: Sequence[Level], spec: CurveSpec) -> NoCurve | None:
    needed = len(PARAMETERS[spec.model]) - len(spec.fixed)
    found = len({level.nominal for level in levels})
    if found >= needed and any(level.nominal > 0 for level in levels):
        return None
    return NoCurve(
        "too_few_levels",
        f"{found} concentration{'' if found == 1 else 's'} of the standard cannot determine the {needed} "
        f"{'free ' if spec.fixed else ''}parameter{'' if needed == 1 else 's'} of a {spec.model} curve",
        f"at least {needed} are needed, six or more are advisable; look for standards that were excluded or not named",
    )


def _not_positive(levels: Sequence[Level], spec: CurveSpec) -> NoCurve | None:
    observed = spec.weights.kind in (WeightKind.INVERSE_RESPONSE, WeightKind.INVERSE_RESPONSE_SQUARED)
    if not observed and spec.model is not Model.LOG_LOG:
        return None
    bad = [level for level in levels if min(level.responses) <= 0]
    if not bad:
        return None
    what = f"weights {spec.weights} need" if observed else "a log-log line needs"
    several = "standards" if len(bad) > 1 else "standard"
    names = ", ".join(f"{level.nominal:g}" for level in bad)
    return NoCurve(
        "not_positive",
        f"{what} positive responses; the {several} {names} {'have' if len(bad) > 1 else 'has'} responses at or below 0",
        "weights power:1 and none allow them" if observed else "use a 4PL",
    )


def _spread(levels: Sequence[Level]) -> tuple[float, int]:
    """Pooled standard deviation of the replicates and its degrees of freedom."""
    total = math.fsum((y - level.mean) ** 2 for level in levels for y in level.responses)
    df = sum(len(level.responses) - 1 for level in levels)
    return (math.sqrt(total / df) if df else 0.0), df


def _is_flat(levels: Sequence[Level]) -> bool:
    means = [level.mean for level in levels]
    width = max(means) - min(means)
    sd, df = _spread(levels)
    size = max(abs(mean) for mean in means)
    replicates = min(len(level.responses) for level in levels)
    if df < 3 or width <= 1e-9 * size:
        return width <= 1e-9 * size
    errors = width * math.sqrt(replicates) / sd if sd > 0 else math.inf
    return errors < _FLAT or (errors < _FLAT_WITHOUT_ORDER and abs(rank_correlation(levels)) < _ORDERED)


def _flat(levels: Sequence[Level], _: CurveSpec) -> NoCurve | None:
    if not _is_flat(levels):
        return None
    means = [level.mean for level in levels]
    return NoCurve(
        "flat",
        f"the standards do not differ: their responses lie between {min(means):.4g} and {max(means):.4g}, "
        "which is within the scatter of their replicates",
        "check that the standards were pipetted, that the layout names the right wells, and the wavelength",
    )


def _ranks(values: Sequence[float]) -> list[float]:
    ordered = sorted(values)
    return [ordered.index(v) + (ordered.count(v) - 1) / 2 for v in values]


def rank_correlation(levels: Sequence[Level]) -> float:
    """Spearman's correlation of nominal concentration and mean response; 0 where one of them is constant."""
    x, y = _ranks([level.nominal for level in levels]), _ranks([level.mean for level in levels])
    middle = (len(levels) - 1) / 2
    product = math.fsum((i - middle) * (j - middle) for i, j in zip(x, y, strict=True))
    size = math.fsum((i - middle) ** 2 for i in x) * math.fsum((j - middle) ** 2 for j in y)
    return product / math.sqrt(size) if size > 0 else 0.0


def _not_monotone(levels: Sequence[Level], _: CurveSpec) -> NoCurve | None:
    correlation = rank_correlation(levels)
    if abs(correlation) >= _ORDERED:
        return None
    return NoCurve(
        "not_monotone",
        f"the responses of the standards neither rise nor fall with the concentration (rank correlation "
        f"{correlation:.2f})",
        "check the layout: standards listed in another order than pipetted, or rows and columns exchanged",
    )


def _one_level(levels: Sequence[Level], spec: CurveSpec) -> NoCurve | None:
    if len(levels) < 4 or spec.model in (Model.LINEAR, Model.LOG_LOG):
        return None
    ordered = sorted(levels, key=lambda level: level.nominal)
    width = max(level.mean for level in ordered) - min(level.mean for level in ordered)
    for one, rest in ((ordered[-1], ordered[:-1]), (ordered[0], ordered[1:])):
        means = [level.mean for level in rest]
        if max(means) - min(means) <= _REST * width:
            return NoCurve(
                "one_level_dominates",
                f"only the standard {one.nominal:g} differs from all others, so nothing determines the shape",
                "check the dilution series: a step that was skipped, or a standard in the wrong well",
            )
    return None
