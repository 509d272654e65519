"""Many curves at once are the same curves."""

from __future__ import annotations

import numpy as np
import pytest

from elisa_bdnf.analysis.batch import fit_many
from elisa_bdnf.analysis.calibrate import calibrate
from elisa_bdnf.analysis.equations import inverse_of, solve_scaled
from elisa_bdnf.model.curve import Curve, CurveSpec, weights_from_text
from numerics.reference import EVERYTHING, levels_from_table

X = np.repeat([*(1000 / 2.0 ** np.arange(7)), 0.0], 2)
TRUE = 3.0 - 2.94 / (1 + (X / 300) ** 1.2)
Y = TRUE[:, None] * (1 + 0.05 * np.random.default_rng(3).standard_normal((len(X), 40)))


@pytest.mark.parametrize("text", ["none", "1/y", "1/y2", "power:1", "power"])
def test_batch_equals_single(text: str) -> None:
    many = fit_many(X, Y, weights_from_text(text), chunk=16)
    assert many.found.all()
    for index in range(0, 40, 8):
        one = calibrate(levels_from_table(X, Y[:, index]), CurveSpec(weights=weights_from_text(text)), EVERYTHING)
        assert isinstance(one, Curve)
        a, d, ln_c, ln_b = many.coordinates[:4, index]
        assert (a, d, np.exp(ln_c), np.exp(ln_b)) == pytest.approx((one.a, one.d, one.c, one.b), rel=1e-7)
        assert many.rss[index] == pytest.approx(one.report.residual_sum_of_squares, rel=1e-7)
        assert many.covariance[:, :, index] == pytest.approx(np.array(one.covariance), rel=1e-5)
        if many.theta is not None:
            assert many.theta[index] == pytest.approx(one.report.theta, abs=1e-7)


def test_a_curve_does_not_depend_on_its_neighbours() -> None:
    whole = fit_many(X, Y, weights_from_text("power:1"))
    alone = fit_many(X, Y[:, 7:8], weights_from_text("power:1"))
    assert whole.coordinates[:, 7] == pytest.approx(alone.coordinates[:, 0], rel=1e-9, abs=1e-12)


def test_curves_without_a_plateau_are_named() -> None:
    proportional = np.stack([TRUE, 0.05 + 0.003 * X], axis=1)
    assert fit_many(X, proportional, weights_from_text("none")).found.tolist() == [True, False]


def test_many_systems_are_solved_as_single_ones_are() -> None:
    """The 200 are solved operation by operation, the singular one among them as well."""
    rows = np.random.default_rng(8).standard_normal((200, 7, 4))
    matrix = np.einsum("pni,pnj->ijp", rows, rows)
    scale = np.sqrt(np.einsum("iip->ip", matrix))
    matrix /= scale[:, None] * scale
    right = np.random.default_rng(9).standard_normal((4, 200))
    expected = np.stack([np.linalg.solve(matrix[:, :, p], right[:, p]) for p in range(200)], axis=1)
    assert solve_scaled(matrix, np.ones_like(right), right) == pytest.approx(expected, rel=1e-9)
    inverses = np.stack([np.linalg.inv(matrix[:, :, p]) for p in range(200)], axis=2)
    assert inverse_of(matrix) == pytest.approx(inverses, rel=1e-8)
    matrix[:, :, 5] = 1.0
    found = solve_scaled(matrix, np.ones_like(right), right)
    assert np.isfinite(found).all()
    assert found[:, 6] == pytest.approx(expected[:, 6], rel=1e-9)
