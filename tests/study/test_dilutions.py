"""Several dilutions of one sample: what the plate reports counts, else the mean of those in range."""

from __future__ import annotations

from typing import Any

import pytest

from elisa_bdnf.model.measurement import Measurement, Use
from elisa_bdnf.study.dilutions import one_per_sample


def measured(factor: float, concentration: float, **attributes: str) -> Measurement:
    numbers: dict[str, Any] = {"low": 0.9 * concentration, "high": 1.1 * concentration}
    return Measurement("S1", "P1", "24h", "plate", "", concentration, dilution_factor=factor, attributes=attributes,
                       plate="1", **numbers)  # fmt: skip


def used(measurements: list[Measurement]) -> list[Measurement]:
    found, problems = one_per_sample(measurements)
    assert problems == []
    return [each for each in found if each.used]


def test_a_dilution_that_a_hook_discredits_is_not_averaged() -> None:
    series = [
        measured(5, 233.0, reported="False"),
        measured(80, 11433.0, reported="false"),
        measured(320, 11988.0, reported="True"),
    ]
    (only,) = used(series)
    assert only.concentration == 11988.0
    assert [each.use for each in one_per_sample(series)[0][:2]] == [Use.OTHER_DILUTION] * 2


def test_a_mean_has_the_interval_of_the_plate() -> None:
    said = {"reported": "true", "result_concentration": "1000", "result_ci_low": "950", "result_ci_high": "1052"}
    (only,) = used([measured(10, 990.0, **said), measured(40, 1010.0, **said)])
    assert (only.concentration, only.low, only.high) == (1000.0, 950.0, 1052.0)


def test_a_table_of_ones_own_says_nothing_and_the_mean_is_taken() -> None:
    (only,) = used([measured(10, 990.0), measured(40, 1010.0)])
    assert only.concentration == pytest.approx(1000.0)
    assert (only.low, only.high) == pytest.approx((900.0, 1100.0))


def test_a_dilution_that_is_in_the_mean_is_not_said_to_be_left_out() -> None:
    _, other = one_per_sample([measured(10, 990.0), measured(40, 1010.0)])[0]
    assert other.reason == "is in the mean of the dilutions 10, 40 of S1, which stands in another line"
