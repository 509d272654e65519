"""A single 4PL in plain numbers, wells of a concentration taken together: against the same equations on arrays."""

from __future__ import annotations

import numpy as np
import pytest

from elisa_bdnf.analysis import sigmoid_newton
from elisa_bdnf.analysis.equations import Target, evaluate
from elisa_bdnf.analysis.merged import merged
from elisa_bdnf.analysis.refine_one import refine_one
from elisa_bdnf.analysis.shape import FAMILIES, Array, ln_from_x
from elisa_bdnf.analysis.sigmoid_newton import SigmoidEquations
from elisa_bdnf.model.curve import Model

UPPER = np.triu_indices(4)
FREE = (0, 1, 2, 3)


def target_of(seed: int, *, unit: float = 1.0, theta: float | None = None, free: tuple[int, ...] = FREE) -> Target:
    """A plate with one to three wells of each concentration, unequal weights, and one well without any."""
    random = np.random.default_rng(seed)
    x = np.repeat([0.0, *(10 * 2.0 ** np.arange(7))], random.integers(1, 4, 8))
    y = unit * (0.05 + 2.5 / (1 + (np.maximum(x, 1e-9) / 200) ** -1.2)) * (1 + 0.05 * random.normal(size=len(x)))
    weight = random.uniform(0.5, 2.0, len(x))
    weight[random.integers(len(x))] = 0.0
    floor = np.float64(0.005 * y.max())
    power = None if theta is None else np.float64(theta)
    return Target(FAMILIES[Model.FOUR_PL], ln_from_x(x), y, weight, free, power, floor)


def start_of(target: Target, seed: int) -> Array:
    random = np.random.default_rng(seed + 1000)
    unit = float(target.y.max())
    return np.array([0.01 * unit, unit, np.log(200.0), 0.2, 0.0]) * (1 + 0.1 * random.normal(size=5))


@pytest.mark.parametrize("theta", [None, 0.0, 0.5, 1.0, 1.7])
@pytest.mark.parametrize("seed", range(8))
def test_equations_are_those_on_arrays(seed: int, theta: float | None) -> None:
    target = target_of(seed, theta=theta)
    start = start_of(target, seed)
    equations = SigmoidEquations.of(target)
    assert equations is not None
    plain, arrays = equations.at(tuple(start[:4].tolist())), evaluate(target, start)
    assert plain.rss == pytest.approx(float(arrays.rss), rel=1e-13)
    assert plain.gradient == pytest.approx(float(arrays.gradient), rel=1e-11)
    assert plain.scale == pytest.approx(arrays.scale.tolist(), rel=1e-13)
    for ours, theirs in (
        (plain.score, arrays.score),
        (plain.newton, arrays.newton[UPPER]),
        (sigmoid_newton._information(plain), arrays.information[UPPER]),
    ):
        assert ours == pytest.approx(theirs.tolist(), rel=1e-10, abs=1e-12 * float(np.abs(theirs).max()))


@pytest.mark.parametrize("theta", [None, 1.0])
@pytest.mark.parametrize("seed", range(8))
def test_end_is_that_on_arrays(seed: int, theta: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    target = target_of(seed, theta=theta)
    start = start_of(target, seed)
    plain, _ = refine_one(target, start, 200, 1e8)
    monkeypatch.setattr(sigmoid_newton, "_MOST_LEVELS", 0)
    arrays, _ = refine_one(target, start, 200, 1e8)
    assert float(plain.gradient) < 1e-12
    assert plain.coordinates == pytest.approx(arrays.coordinates, rel=1e-10)


@pytest.mark.parametrize("unit", [1e-70, 1e-6, 1e6, 1e60])
def test_unit_of_the_response_does_not_matter(unit: float) -> None:
    """Where a power of the floor is hardly a number any more, arrays take over."""
    scaled = target_of(3, theta=1.5, unit=unit)
    assert (SigmoidEquations.of(scaled) is None) == (unit < 1e-50)
    ours, _ = refine_one(scaled, start_of(scaled, 3), 200, 1e8)
    usual, _ = refine_one(target_of(3, theta=1.5), start_of(target_of(3), 3), 200, 1e8)
    assert ours.coordinates[2:] == pytest.approx(usual.coordinates[2:], rel=1e-9)
    assert ours.coordinates[:2] / unit == pytest.approx(usual.coordinates[:2], rel=1e-9)


@pytest.mark.parametrize(
    "change",
    [{"free": (0, 1, 3)}, {"tie": 23.0}, {"family": FAMILIES[Model.FIVE_PL]}],
    ids=["fixed parameter", "plateau at infinity", "asymmetric"],
)
def test_other_curves_are_left_to_arrays(change: dict[str, object]) -> None:
    target = target_of(1)
    assert SigmoidEquations.of(target) is not None
    fields = {name: getattr(target, name) for name in Target.__dataclass_fields__}
    assert SigmoidEquations.of(Target(**{**fields, **change})) is None


@pytest.mark.parametrize("seed", range(6))
def test_steps_solve_any_symmetric_system(seed: int) -> None:
    """A positive definite one by elimination, an indefinite one by the library."""
    random = np.random.default_rng(seed)
    half, right, scale = random.normal(size=(4, 4)), random.normal(size=4), random.uniform(0.5, 2.0, 4)
    for matrix in (half @ half.T, half + half.T, np.diag([0.0, 1.0, 1.0, 1.0]) + 2 * np.eye(4)[::-1]):
        step = sigmoid_newton._solved(matrix[UPPER].tolist(), scale.tolist(), right.tolist(), 1.0)
        assert matrix @ np.array(step) == pytest.approx(right, rel=1e-9, abs=1e-9)


def test_damping_grows_the_diagonal() -> None:
    matrix, right = np.full((4, 4), 0.3) + np.diag([0.7] * 4), np.array([1.0, -2.0, 0.5, 3.0])
    step = sigmoid_newton._solved(matrix[UPPER].tolist(), [1.0] * 4, right.tolist(), 1.5)
    assert (matrix + 0.5 * np.eye(4)) @ np.array(step) == pytest.approx(right, rel=1e-12)


def test_overflow_is_an_infinite_gradient_and_never_an_error() -> None:
    equations = SigmoidEquations.of(target_of(2, theta=1.0))
    assert equations is not None
    for coordinates in ((0.0, 1.0, 5.0, 800.0), (1e300, -1e300, 5.0, 0.0), (float("nan"), 1.0, 5.0, 0.0)):
        place = equations.at(coordinates)
        assert place.gradient == float("inf") or np.isfinite(place.rss)


def test_merged_wells_keep_weight_mean_and_sum_of_squares() -> None:
    target = target_of(5)
    levels = merged(target.ln_x, target.y, target.weight)
    assert len(levels) == len(set(target.ln_x[target.weight > 0]))
    for level in levels:
        there = target.ln_x == level.ln_x
        weight, y = target.weight[there], target.y[there]
        assert level.weight == pytest.approx(weight.sum())
        assert level.weight * (level.apart + (level.y - 0.7) ** 2) == pytest.approx(np.sum(weight * (y - 0.7) ** 2))
