"""The curve itself: derivatives against differences, limits, the scalar form against the arrays."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from elisa_bdnf.analysis.calibrate import calibrate
from elisa_bdnf.analysis.curves import gradient, invert_or_none, predict, slope
from elisa_bdnf.analysis.shape import (
    FAMILIES,
    jacobian_of,
    ln_from_x,
    response_of,
    shape_of,
    weighted_curvature,
)
from elisa_bdnf.model.curve import Curve, CurveSpec, Level, Model, weights_from_text
from numerics.reference import EVERYTHING

LOGISTIC = [Model.FOUR_PL, Model.FIVE_PL, Model.FIVE_PL_R]
X = np.array([0.0, 0.3, 5.0, 80.0, 1e3, 1e6])[:, None]
PLACES = [(0.05, 3.0, math.log(60.0), 0.2, 0.6), (2.5, 0.1, math.log(5.0), -0.4, -0.9), (0.0, 1e8, 20.0, 0.0, 0.0)]


def place(model: Model, coordinates: tuple[float, ...]) -> np.ndarray:
    out = np.array(coordinates)[:, None]
    if not FAMILIES[model].asymmetric:
        out[4] = 0.0
    return out


def response(model: Model, coordinates: np.ndarray) -> np.ndarray:
    shape = shape_of(FAMILIES[model], ln_from_x(X), coordinates)
    return response_of(FAMILIES[model], shape, coordinates)[:, 0]


@pytest.mark.parametrize("model", LOGISTIC)
@pytest.mark.parametrize("coordinates", PLACES)
def test_canonical_form(model: Model, coordinates: tuple[float, ...]) -> None:
    z = place(model, coordinates)
    a, d, ln_c, ln_b, ln_g = z[:, 0]
    c, b, g = np.exp(ln_c), np.exp(ln_b), np.exp(ln_g)
    with np.errstate(divide="ignore"):
        direct = d + (a - d) / (1 + (X[:, 0] / c) ** b) ** g
        mirror = a + (d - a) / (1 + (c / X[:, 0]) ** b) ** g
    expected = mirror if model is Model.FIVE_PL_R else direct
    assert response(model, z) == pytest.approx(expected, rel=1e-12, abs=1e-7 if d > 1e6 else 1e-14)
    assert response(model, z)[0] == a


@pytest.mark.parametrize("model", LOGISTIC)
@pytest.mark.parametrize("coordinates", PLACES[:2])
def test_derivatives(model: Model, coordinates: tuple[float, ...]) -> None:
    """Central differences of the response give the Jacobian, of the Jacobian the second derivatives."""
    family, z, h = FAMILIES[model], place(model, coordinates), 1e-5
    m = 5 if family.asymmetric else 4

    def jacobian(at: np.ndarray) -> np.ndarray:
        return jacobian_of(family, shape_of(family, ln_from_x(X), at), at)[:, :, 0]

    weight = np.array([0.3, 1.0, -0.7, 2.0, 0.4, 1.5])[:, None]
    second = weighted_curvature(family, shape_of(family, ln_from_x(X), z), z, weight)[:, :, 0]
    for i in range(m):
        step = np.zeros((5, 1))
        step[i] = h
        assert jacobian(z)[i] == pytest.approx(
            (response(model, z + step) - response(model, z - step)) / (2 * h), abs=1e-8
        )
        difference = (jacobian(z + step) - jacobian(z - step)) / (2 * h)
        assert second[i] == pytest.approx(difference @ weight[:, 0], abs=1e-7)


def made(model: Model, a: float, d: float, c: float, b: float, g: float) -> Curve:
    """A curve with given parameters, by way of a real one."""
    levels = [Level(float(x), (0.1 + x / (x + 50.0),)) for x in (1, 5, 20, 80, 300, 900)]
    curve = calibrate(levels, CurveSpec(Model.FOUR_PL, weights_from_text("none")), EVERYTHING)
    assert isinstance(curve, Curve)
    names = ("a", "d", "ln c", "ln b", "ln g") if model is not Model.FOUR_PL else ("a", "d", "ln c", "ln b")
    return replace(curve, spec=replace(curve.spec, model=model), a=a, d=d, c=c, b=b, g=g, covariance_of=names)


@pytest.mark.parametrize("model", LOGISTIC)
def test_scalar_form_is_the_array_form(model: Model) -> None:
    z = place(model, PLACES[0])
    a, d, ln_c, ln_b, ln_g = (float(v) for v in z[:, 0])
    curve = made(model, a, d, math.exp(ln_c), math.exp(ln_b), math.exp(ln_g))
    family = FAMILIES[model]
    table = jacobian_of(family, shape_of(family, ln_from_x(X), z), z)[:, :, 0]
    for index, x in enumerate(X[:, 0]):
        assert predict(curve, float(x)) == pytest.approx(response(model, z)[index], rel=1e-13)
        if x > 0:
            assert gradient(curve, float(x)) == pytest.approx(tuple(table[:, index]), rel=1e-10, abs=1e-14)
            h = 1e-6
            rise = (predict(curve, x * math.exp(h)) - predict(curve, x * math.exp(-h))) / (2 * h)
            assert slope(curve, float(x)) == pytest.approx(rise, rel=1e-6, abs=1e-9)


@given(
    st.sampled_from(LOGISTIC),
    st.floats(-0.05, 0.3),
    st.floats(0.5, 4.0),
    st.floats(0.1, 1e4),
    st.floats(0.4, 3.0),
    st.floats(0.3, 4.0),
    st.floats(-3.0, 3.0),
    st.booleans(),
)
def test_inverse_of_the_prediction(
    model: Model, low: float, rise: float, c: float, b: float, g: float, v: float, falls: bool
) -> None:
    """invert(predict(x)) = x wherever the curve is not flat, rising or falling."""
    a, d = (low + rise, low) if falls else (low, low + rise)
    curve = made(model, a, d, c, b, 1.0 if model is Model.FOUR_PL else g)
    x = c * math.exp(v / b)
    y = predict(curve, x)
    if min(abs(y - a), abs(y - d)) > 1e-4 * rise:
        assert invert_or_none(curve, y) == pytest.approx(x, rel=1e-9)
    for outside in (a, d, min(a, d) - 0.1, max(a, d) + 0.1, math.nan):
        assert invert_or_none(curve, outside) is None


def test_a_plateau_far_away_costs_no_digits() -> None:
    """The power-law limit: d ten orders of magnitude above the standards."""
    k, b, top = 2.5, 0.9, 500.0
    curve = made(Model.FOUR_PL, 0.3, 0.3 + k * math.exp(23), top * math.exp(23 / b), b, 1.0)
    for x in (1.0, 30.0, 500.0):
        y = 0.3 + k * (x / top) ** b
        assert predict(curve, x) == pytest.approx(y, rel=2e-10)
        assert invert_or_none(curve, y) == pytest.approx(x, rel=1e-8)
