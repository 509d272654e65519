"""The F test of level means against replicates, by its formula."""

from __future__ import annotations

import pytest
from scipy import stats

from elisa_bdnf.analysis.calibrate import calibrate
from elisa_bdnf.analysis.curves import predict
from elisa_bdnf.model.curve import Curve, CurveSpec, Level, weights_from_text
from numerics.reference import EVERYTHING

LEVELS = {400.0: (2.12, 2.05), 200.0: (1.5, 1.41), 100.0: (0.93, 0.9), 50.0: (0.47, 0.5), 25.0: (0.29, 0.3)}


def curve_of(wells: dict[float, tuple[float, ...]], weights: str) -> Curve:
    curve = calibrate(
        [Level(x, y) for x, y in wells.items()], CurveSpec(weights=weights_from_text(weights)), EVERYTHING
    )
    assert isinstance(curve, Curve)
    return curve


@pytest.mark.parametrize(("weights", "theta"), [("none", 0.0), ("power:1", 1.0), ("power:0.5", 0.5)])
@pytest.mark.parametrize("singles", [0, 4])
def test_p_of_the_f_test(weights: str, theta: float, singles: int) -> None:
    """Five levels and four parameters leave one degree of freedom for the lack of fit; of one duplicate, one below."""
    wells = {x: y[:1] if i < singles else y for i, (x, y) in enumerate(LEVELS.items())}
    curve = curve_of(wells, weights)
    between = within = 0.0
    for x, y in wells.items():
        fitted, mean = predict(curve, x), sum(y) / len(y)
        between += len(y) * (mean - fitted) ** 2 / fitted ** (2 * theta)
        within += sum((value - mean) ** 2 for value in y) / fitted ** (2 * theta)
    df = 5 - singles
    assert curve.report.lack_of_fit_p == pytest.approx(stats.f.sf(between / (within / df), 1, df), rel=1e-9)


def test_without_replicates_or_levels_to_spare_there_is_no_test() -> None:
    assert curve_of({x: y[:1] for x, y in LEVELS.items()}, "none").report.lack_of_fit_p is None
    assert curve_of(dict(list(LEVELS.items())[:4]), "none").report.lack_of_fit_p is None
