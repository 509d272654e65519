"""Is a fit a proper minimum, and if not, what is left of the model: which parameters have no finite estimate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from elisa_bdnf.analysis.equations import Target
from elisa_bdnf.analysis.limiting import FAR_ASYMMETRY, power_law_limits
from elisa_bdnf.analysis.search import Problems, believed, search
from elisa_bdnf.analysis.settle import Outcome, is_far_out, settle
from elisa_bdnf.analysis.shape import LN_B, LN_C, LN_G, LN_ZERO, Array
from elisa_bdnf.model.curve import Weights

NAMES = ("a", "d", "c", "b", "g")
NEGLIGIBLE = 1e-5  # relative difference in the sum of squares that does not decide between limiting models
IDENTIFIED_ASYMMETRY = 7.5  # |ln g| beyond which a curve cannot be told from its limit g → 0 or ∞
SHARP = 1e-12  # gradient of a proper minimum; larger ones are found on the way to infinity
FAR_ASYMMETRY_SEEN = 4.0  # |ln g| beyond which the limits g → 0 and ∞ are tried too
_FLAT = 2e-11  # an eigenvalue of the scaled second derivatives below which there is no minimum, times 2
ON_A_PLATEAU = 5.0  # b·|ln x − ln c| beyond which a curve is within 1 % of its plateau
_MUCH_LOWER = 0.9  # a fit that did not settle is preferred to a limit only where its sum of squares is so much lower
_HOPELESS = 2.0  # × the sum of squares of the fit: where finishing a limit cannot make it the better one
_ROUGH = 0.02  # of the sum of squares of the responses, which finishing a limit can gain
_ROUNDING = 1e-13  # × the largest response: residuals that are nothing but rounding


def is_interior(outcome: Outcome, problems: Problems) -> bool:
    """Whether the fit is a proper minimum: converged, curved in every direction, inside the box."""
    if not outcome.converged or not (
        outcome.state.gradient[0] < SHARP
        or _frozen(outcome, problems) < 1e-18 * np.sum((problems.root_weight * problems.y) ** 2)
    ):
        return False
    return not _undetermined(outcome, problems)


def is_remote(outcome: Outcome) -> bool:
    """Whether a minimum lies so far out that the limit beyond it may be lower still."""
    return is_far_out(outcome.state) or abs(float(outcome.coordinates[LN_G])) > FAR_ASYMMETRY_SEEN


def _undetermined(outcome: Outcome, problems: Problems) -> tuple[str, ...]:
    """Parameters that left the box, or along which the sum of squares does not curve upwards."""
    place, low, high = (part[:, 0].tolist() for part in (outcome.state.coordinates, problems.low, problems.high))
    bad = {i for i in outcome.free if not low[i] < place[i] < high[i]}
    if LN_G in outcome.free and abs(place[LN_G]) > IDENTIFIED_ASYMMETRY:
        bad.add(LN_G)
    scale = outcome.state.scale[:, 0]
    matrix = outcome.state.newton[:, :, 0] / scale[:, None] / scale
    if not _curves_upwards(matrix + matrix.T):
        _, vectors = np.linalg.eigh(matrix + matrix.T)
        bad |= {i for i, weight in zip(outcome.free, vectors[:, 0].tolist(), strict=True) if abs(weight) > 0.2}
    return tuple(NAMES[i] for i in outcome.free if i in bad)


def _curves_upwards(matrix: Array) -> bool:
    """Whether every eigenvalue of a symmetric matrix is above ``_FLAT``."""
    try:
        np.linalg.cholesky(matrix - _FLAT * np.eye(len(matrix)))
    except np.linalg.LinAlgError:
        return False
    return True


def limits_of(target: Target, weights: Weights, problems: Problems, grid: Array, outcome: Outcome) -> list[Outcome]:
    """The limiting models of the family that can be fitted, without power laws that are much worse than ``outcome``."""
    ln_x, weight = problems.ln_x[:, 0], problems.root_weight[:, 0] ** 2
    rises = float(np.sum(weight * (problems.y[:, 0] - np.average(problems.y[:, 0], weights=weight)) ** 2))
    hopeless = max(_HOPELESS * _frozen(outcome, problems), _ROUGH * rises)
    fits = []
    for limit in power_law_limits(
        problems.family, ln_x, problems.y[:, 0], weight, problems.fixed, *span_of(problems.ln_x)
    ):
        if limit.rss > hopeless:
            continue
        tied = replace(target, free=limit.free, anchor=np.array([limit.anchor]), tie=limit.tie)
        one = settle(tied, weights, limit.coordinates)
        fits.append(replace(one, unidentified=limit.unidentified, remarks=(*one.remarks, limit.sentence)))
    if problems.family.asymmetric and LN_G not in problems.fixed:
        fits += [_extreme_asymmetry(target, weights, problems, grid, sign) for sign in (-1.0, 1.0)]
    return [one for one in fits if one.converged]


def best_of(outcome: Outcome, limits: Sequence[Outcome], problems: Problems, *, proper: bool) -> Outcome:
    """A proper minimum unless a limit is lower; otherwise the limit unless the fit, where it stopped, is lower."""
    exact = float(np.sum((_ROUNDING * np.max(np.abs(problems.y)) * problems.root_weight) ** 2))
    if proper:
        better = [one for one in limits if _frozen(one, problems) < _frozen(outcome, problems) * (1 - 1e-9) - exact]
        candidates = better or [outcome]
    else:
        named = _named(outcome, problems)
        lost = not named.converged and any(
            _frozen(one, problems) * _MUCH_LOWER < _frozen(named, problems) for one in limits
        )
        candidates = [*limits, *([] if lost else [named])]
    lowest = min(_frozen(one, problems) for one in candidates)
    enough = lowest * (1 + NEGLIGIBLE) + exact
    best = next(one for one in candidates if _frozen(one, problems) <= enough)
    return replace(
        best, starts=outcome.starts, starts_at_optimum=outcome.starts_at_optimum, iterations=outcome.iterations
    )


def _frozen(outcome: Outcome, problems: Problems) -> float:
    """Sum of squares with the weights of the search, in which fits of different limits can be compared."""
    return float(np.sum((problems.root_weight * outcome.state.residual) ** 2))


def _named(outcome: Outcome, problems: Problems) -> Outcome:
    """A fit on its way to infinity, with the parameters that have no finite estimate; as it is where there are none."""
    names = _undetermined(outcome, problems) or step(outcome, problems)
    if not names:
        if outcome.converged or LN_G not in outcome.free:
            return outcome
        names = ("g",)
    sentence = (
        f"{' and '.join(names)} {'have' if len(names) > 1 else 'has'} no finite estimate: the fit improves for ever "
        f"while {'they change together' if len(names) > 1 else 'it grows'}; "
        "concentrations inside the standards are not affected"
    )
    return replace(outcome, converged=True, unidentified=names, remarks=(*outcome.remarks, sentence))


def step(outcome: Outcome, problems: Problems) -> tuple[str, ...]:
    """Whether the curve is on its way to a step: b, with at most one concentration between its plateaus.

    Concentrations on one side of the inflection only are no step but a plateau that is never reached.
    """
    _, _, ln_c, ln_b, _ = outcome.coordinates.tolist()
    b = math.exp(ln_b)
    far = {ln_x: (ln_x - ln_c) * b for ln_x in problems.ln_x[:, 0].tolist()}
    between = [ln_x for ln_x, v in far.items() if ln_x > LN_ZERO and abs(v) < ON_A_PLATEAU]
    two_sided = min(far.values()) < 0 < max(far.values())
    return ("b",) if LN_B in outcome.free and two_sided and len(between) <= 1 else ()


def _extreme_asymmetry(target: Target, weights: Weights, problems: Problems, grid: Array, sign: float) -> Outcome:
    """The curve for g → 0 or g → ∞, which 5PL fits often run away to."""
    held = {**problems.fixed, LN_G: sign * FAR_ASYMMETRY}
    starts = grid.copy()
    if sign > 0:  # (1 + (x/c)^b)^−g depends on g·c^−b only: c moves along
        starts[LN_C] += problems.family.sign * (FAR_ASYMMETRY - starts[LN_G]) * np.exp(-starts[LN_B])
    wider = np.zeros((5, 1))
    wider[LN_C] = 100.0 * np.ptp(starts[LN_C])
    reaching = replace(problems, fixed=held, low=problems.low - wider, high=problems.high + wider)
    found = believed(search(reaching, starts), reaching)
    best = int(np.argmin(found.rss))
    one = settle(
        replace(target, free=tuple(i for i in target.free if i != LN_G)), weights, found.coordinates[:, [best]]
    )
    runaway = "c" if sign > 0 else "a" if problems.family.mirror else "d"
    sentence = (
        f"{runaway} and g have no finite estimate: the fit improves for ever towards g → {'∞' if sign > 0 else '0'}; "
        "concentrations inside the standards are not affected"
    )
    return replace(one, unidentified=(runaway, "g"), remarks=(*one.remarks, sentence))


def span_of(ln_x: Array) -> tuple[float, float]:
    """Lowest and highest ln x above zero concentration."""
    real = ln_x[ln_x > LN_ZERO]
    return float(real.min()), float(real.max())
