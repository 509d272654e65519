"""Curves with outliers, few levels, no plateaus: nothing lower exists on a dense grid, or the answer has a name."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize

from elisa_bdnf.analysis.calibrate import calibrate
from elisa_bdnf.analysis.curves import predict
from elisa_bdnf.analysis.equations import Target, evaluate
from elisa_bdnf.analysis.fit import Points, _nearer, fit_logistic, points_from_table
from elisa_bdnf.analysis.search import Found, Problems, believed
from elisa_bdnf.analysis.shape import FAMILIES, response_of, shape_of
from elisa_bdnf.model.curve import Curve, CurveSpec, Level, Model, NoCurve, weights_from_text
from numerics.reference import EVERYTHING, levels_from_table

NONE = CurveSpec(weights=weights_from_text("none"))
SLOPES, PLACES = np.exp(np.linspace(-3.0, 4.0, 71)), np.linspace(-12.0, 15.0, 271)


def hard(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """4 to 12 levels, noise of 0.1 to 30 %, often an outlier, the inflection inside or outside, rising or falling."""
    noise = np.random.default_rng(seed)
    levels, step = int(noise.integers(4, 13)), noise.uniform(1.5, 5)
    x = np.repeat(1000 / step ** np.arange(levels), 2)
    low, high = sorted((noise.uniform(0, 0.3), noise.uniform(0.5, 4)), reverse=bool(seed % 3 == 0))
    c, b = np.exp(noise.uniform(np.log(x.min()) - 1, 8.4)), np.exp(noise.uniform(-1, 1.6))
    y = high + (low - high) / (1 + (x / c) ** b)
    y *= 1 + 10 ** noise.uniform(-3, -0.5) * noise.standard_normal(len(x))
    y[0] *= noise.choice([1.0, 1.0, noise.uniform(0.3, 3)])
    return x, y


def lowest_of(shapes: np.ndarray, y: np.ndarray) -> float:
    """Sum of squares of the best of many shapes (…, N), a and d by least squares."""
    shapes = shapes - shapes.mean(axis=-1, keepdims=True)
    size = np.sum(shapes**2, axis=-1)
    pull = np.sum(shapes * (y - y.mean()), axis=-1)
    explained = np.where(size > 1e-9, pull**2 / np.maximum(size, 1e-9), 0.0)
    return float(np.sum((y - y.mean()) ** 2) - explained.max())


def lowest_on_a_grid(x: np.ndarray, y: np.ndarray) -> float:
    """Sum of squares of the best of 19,000 sigmoids."""
    exponent = np.clip((np.log(x) - PLACES[:, None])[None] * SLOPES[:, None, None], -50, 50)
    return lowest_of(1 / (1 + np.exp(-exponent)), y)


@pytest.mark.parametrize("seed", range(60))
def test_nothing_lower_on_a_dense_grid(seed: int) -> None:
    x, y = hard(seed)
    outcome = fit_logistic(points_from_table(x, y), NONE)
    assert float(outcome.state.rss[0]) <= lowest_on_a_grid(x, y) * (1 + 2e-6) + 1e-12


def bent(seed: int) -> tuple[np.ndarray, np.ndarray, bool]:
    """Flat on one side of a bend between two standards, a power of x on the other: what 5PL and 5PL-R tend to."""
    noise = np.random.default_rng([5, seed])
    x = np.repeat(1000 / noise.choice([2.0, 4.0, 10.0]) ** np.arange(noise.integers(6, 11)), 2)
    mirror = bool(seed % 2)
    u = np.log(x) - noise.uniform(np.log(x.min()) + 0.3, np.log(x.max()) - 0.3)
    h = np.exp(-noise.uniform(0.3, 1.5) * np.maximum(-u if mirror else u, 0.0))
    y = 2.0 + (0.1 - 2.0) * (1 - h if mirror else h)
    return x, y * (1 + 10 ** noise.uniform(-3, -1) * noise.standard_normal(len(x))), mirror


def lowest_bend_on_a_grid(x: np.ndarray, y: np.ndarray, mirror: bool) -> float:
    """Sum of squares of the best of 40,000 bends."""
    u = np.log(x) - np.linspace(np.log(x.min()), np.log(x.max()), 400)[:, None]
    return lowest_of(np.exp(-np.exp(np.linspace(-3, 2, 100))[:, None, None] * np.maximum(-u if mirror else u, 0.0)), y)


@pytest.mark.parametrize("seed", range(40))
def test_no_bend_is_lower_than_a_curve_with_asymmetry(seed: int) -> None:
    x, y, mirror = bent(seed)
    spec = CurveSpec(Model.FIVE_PL_R if mirror else Model.FIVE_PL, weights_from_text("none"))
    outcome = fit_logistic(points_from_table(x, y), spec)
    assert float(outcome.state.rss[0]) <= lowest_bend_on_a_grid(x, y, mirror) * (1 + 2e-3) + 1e-12


def test_a_step_between_two_standards_is_refused_by_name() -> None:
    """A power law through it, with plausible concentrations, would be off by a factor."""
    x = np.repeat([1000.0, 250.0, 62.5, 15.6, 3.9], 2)
    y = np.array([2.44, 2.45, 2.46, 2.47, 1.6, 1.61, 0.22, 0.23, 0.25, 0.26])
    found = calibrate(levels_from_table(x, y), NONE, EVERYTHING)
    assert isinstance(found, NoCurve)
    assert found.cause == "one_level_dominates"


def test_a_plateau_out_of_reach_is_no_step() -> None:
    """With a wrong standard the fit creeps towards infinity; all standards lie on one side of the inflection."""
    x = np.repeat([0.0, 15.6, 31.25, 62.5, 125.0, 250.0, 500.0], 2)
    y = [0.0233, 0.0279, 0.2039, 0.2035, 0.1018, 0.0994, 0.3644, 0.3746, 0.7187, 0.6798, 1.1351, 1.2247, 1.7542, 1.7408]
    found = calibrate(levels_from_table(x, np.array(y)), CurveSpec(), EVERYTHING)
    assert isinstance(found, Curve)
    assert set(found.report.no_finite_estimate) == {"c", "d"}


def test_a_sum_of_squares_that_no_curve_has_is_not_believed() -> None:
    """Towards a plateau of 1e160 the reduced equations of the search lose every digit, and may leave a 0."""
    family = FAMILIES[Model.FIVE_PL]
    ln_x = np.log([1.0, 10.0, 100.0, 1000.0])[:, None]
    near, far = [0.1, 2.0, 4.0, 0.0, 0.0], [0.1, 1e160, 85.0, -5.9, 6.1]
    places = np.array([near, far]).T
    y = response_of(family, shape_of(family, ln_x, places[:, :1]), places[:, :1])
    problems = Problems(family, ln_x, y, np.ones_like(y), {}, *np.array([[[-np.inf]] * 5, [[np.inf]] * 5]))
    found = believed(Found(places, np.array([1e-30, 0.0]), np.zeros(2, dtype=np.int64)), problems)
    assert found.rss[0] == 1e-30
    assert found.rss[1] > 1.0


def test_reweighting_rests_where_the_fit_ended() -> None:
    """With the weights of the level means this bent series has no upper plateau; with those of the curve it has one."""
    x = (31.25, 62.5, 125.0, 250.0, 500.0, 1000.0)
    wells = ((0.0871, 0.0839), (0.1331, 0.1349), (0.2544, 0.2478), (0.2973, 0.331), (1.0135, 1.0258), (1.5813, 1.5735))
    curve = calibrate([Level(a, b) for a, b in zip(x, wells, strict=True)], CurveSpec(), EVERYTHING)
    assert isinstance(curve, Curve)
    assert curve.report.no_finite_estimate == ()
    xs, ys = np.repeat(x, 2), np.array(wells).ravel()
    fitted = np.array([predict(curve, float(a)) for a in xs])

    def residual(p: np.ndarray) -> np.ndarray:
        return np.asarray((p[1] + (p[0] - p[1]) / (1 + (xs / np.exp(p[2])) ** np.exp(p[3])) - ys) / fitted)

    starts = ([0.05, 3.0, 7.0, 0.2], [0.05, 8.0, 8.0, 0.2], [0.05, 50.0, 10.0, 0.1])
    lowest = min(optimize.least_squares(residual, start, x_scale="jac").cost for start in starts)
    assert float(np.sum((ys / fitted - 1) ** 2)) == pytest.approx(2 * lowest, rel=1e-6)


def far_plateau(seed: int) -> Points:
    """Duplicates whose upper plateau lies far above the standards: the sum of squares has a flat, bent valley."""
    noise = np.random.default_rng(seed)
    b, c = noise.uniform(0.6, 2.0), 1500 * np.exp(noise.uniform(-1.0, 4.0))
    zero, cv = noise.random() < 0.5, noise.choice([0.03, 0.08, 0.15])
    x = np.repeat([*(1500 / 2.0 ** np.arange(8)), *([0.0] if zero else [])], 2)
    y = 0.04 + 2.0 * (1 + (1500 / c) ** b) * (x / 1500) ** b / (1 + (x / c) ** b)
    return points_from_table(x, y * (1 + cv * noise.standard_normal(len(x))))


def lowest_power_law(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> float:
    """Weighted sum of squares of the best y = a + k·x^b: what is left of a 4PL whose plateau is infinitely far away."""
    share = weight / weight.sum()

    def left(b: float) -> float:
        column = x**b - share @ x**b
        rest = y - share @ y
        return float(weight @ (rest - column * (weight @ (column * rest)) / (weight @ column**2)) ** 2)

    return float(optimize.minimize_scalar(left, bounds=(0.2, 4.0), method="bounded", options={"xatol": 1e-9}).fun)


FAR = [
    (Model.FOUR_PL, 89, "power:0.5"), (Model.FOUR_PL, 105, "power:1"), (Model.FOUR_PL, 111, "power"),
    (Model.FOUR_PL, 132, "power:1"), (Model.FOUR_PL, 138, "power:0.5"),
    (Model.FIVE_PL, 24, "power:1"), (Model.FIVE_PL_R, 8, "power:1"), (Model.FIVE_PL_R, 34, "power:0.5"),
]  # fmt: skip


@pytest.mark.parametrize(("model", "seed", "weights"), FAR)
def test_a_plateau_far_away_is_found(model: Model, seed: int, weights: str) -> None:
    """Not taken for one that is infinitely far away: that limit is no minimum, by the weights of the curve itself."""
    points = far_plateau(seed)
    outcome = fit_logistic(points, CurveSpec(model, weights_from_text(weights)))
    assert outcome.unidentified == ()
    assert float(outcome.state.gradient[0]) < 1e-12
    rss = float(outcome.state.rss[0])
    assert rss < lowest_power_law(points.x[:, 0], points.y[:, 0], outcome.state.weight[:, 0]) * (1 - 1e-6)


@pytest.mark.parametrize(("away", "box", "leads_down"), [(0.0, 3.0, False), (0.3, 0.0, True)])
def test_a_search_between_steps_counts_only_where_it_leads_down(away: float, box: float, leads_down: bool) -> None:
    """Its box can exclude where the steps already are: then it ends higher, and the fit would too."""
    x = np.repeat(1000 / 2.0 ** np.arange(8), 2)
    y = (0.05 + 2 / (1 + (150 / x) ** 1.3)) * (1 + 0.05 * np.random.default_rng(1).standard_normal(16))
    points = points_from_table(x, y)
    best = fit_logistic(points, NONE).state.coordinates
    low = best + np.array([[-np.inf], [-np.inf], [box - 1.0], [-1.0], [-1.0]])
    problems = Problems(FAMILIES[Model.FOUR_PL], np.log(points.x), points.y, np.ones_like(points.y), {}, low, low + 2.0)
    target = Target(problems.family, problems.ln_x, points.y, np.ones_like(points.y), (0, 1, 2, 3))
    state = evaluate(target, best + np.array([[0.0], [0.0], [away], [0.0], [0.0]]))
    assert (_nearer(problems)(state) is not None) == leads_down
