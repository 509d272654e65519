"""A fitted curve at many concentrations: responses, slopes, and how well both are known. Arrays in place of ``curves``.

What is the same everywhere (coordinates, covariance, variance model) is prepared once.
"""

from __future__ import annotations

import numpy as np

from elisa_bdnf.analysis.inverses import coordinates_of
from elisa_bdnf.analysis.scatter import response_floor, variance_power, well_sigma2
from elisa_bdnf.analysis.shape import COORDINATES, FAMILIES, LN_C, Array, jacobian_of, response_of, shape_of
from elisa_bdnf.model.curve import Curve, Model

_LARGEST_LN = 300.0  # the square of e^300, and of e^−300, is still a number


class Landscape:
    """The curve with its covariance and its variance model."""

    def __init__(self, curve: Curve) -> None:
        self.curve = curve
        self.covariance = np.array(curve.covariance)
        self.sigma2 = well_sigma2(curve)
        self.floor = response_floor(curve)
        self.power, self.follows_curve = variance_power(curve)
        self._family = FAMILIES.get(curve.model)
        if self._family is not None:
            self._coordinates = coordinates_of(curve)
            rows = [COORDINATES.index(name) for name in curve.covariance_of]
            # The covariance of a curve whose plateau is infinitely far away has ln c last.
            self._rows = None if rows == list(range(5 if self._family.asymmetric else 4)) else rows

    def at(self, ln_x: Array) -> tuple[Array, Array, Array]:
        """At many places (N): responses, slopes dy/d ln x, variances of the fitted response."""
        if self._family is None:
            expected, steep, jacobian = self._line(ln_x)
        else:
            shape = shape_of(self._family, ln_x, self._coordinates)
            every = jacobian_of(self._family, shape, self._coordinates)
            expected, steep = response_of(self._family, shape, self._coordinates), -every[LN_C]
            jacobian = every if self._rows is None else every[self._rows]
        variance: Array = np.add.reduce((self.covariance @ jacobian) * jacobian)
        return expected, steep, np.maximum(variance, 0.0, out=variance)

    def _line(self, ln_x: Array) -> tuple[Array, Array, Array]:
        curve = self.curve
        if curve.model is Model.LINEAR:
            x: Array = np.exp(ln_x)
            expected: Array = curve.a + curve.b * x
            steep, every = curve.b * x, {"a": np.ones_like(x), "b": x}
        else:
            expected = np.exp(np.clip(curve.a + curve.b * ln_x, -_LARGEST_LN, _LARGEST_LN))
            steep, every = curve.b * expected, {"a": expected, "b": expected * ln_x}
        return expected, steep, np.array([every[name] for name in curve.covariance_of], dtype=np.float64)

    def well_variances(self, y: Array) -> Array:
        """Variances of single wells whose expected responses are y (N): ``scatter.well_variance`` of many."""
        if self.power == 0.0:
            return np.full(np.shape(y), self.sigma2)
        size = np.maximum(y, self.floor) if self.follows_curve else np.abs(y)
        variances: Array = self.sigma2 * size**self.power
        return variances
