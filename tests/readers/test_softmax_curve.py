"""The model of a SoftMax curve by its printed numbers: straight lines are seen, curves are never taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elisa_bdnf.readers._softmax_curve import _line_or_none, _Pair

RESPONSES = (0.0512, 0.0944, 0.1723, 0.2871, 0.4456, 0.8012, 1.3377, 1.9021, 2.2954)
slopes, offsets = st.floats(1, 5000), st.floats(-0.05, 3.0)  # concentrations may be negative


def printed(concentrations: list[float], digits: int = 3) -> list[_Pair]:
    rounded = [round(value, digits) for value in concentrations]
    return [_Pair(response, value, 0.5 * 10**-digits) for response, value in zip(RESPONSES, rounded, strict=True)]


@given(slopes, offsets)
def test_a_straight_line(slope: float, offset: float) -> None:
    assert _line_or_none(printed([slope * (response - offset) for response in RESPONSES])) == "linear"


@given(st.floats(100, 5000), st.one_of(st.floats(0.5, 0.9), st.floats(1.1, 2.0)))
def test_a_straight_line_of_logarithms(scale: float, power: float) -> None:
    assert _line_or_none(printed([scale * response**power for response in RESPONSES])) == "loglog"


@given(st.floats(50, 1000), st.floats(0.7, 1.6), st.floats(0.0, 0.04), st.floats(2.5, 4))
def test_a_four_parameter_curve_is_none_of_them(c: float, b: float, a: float, d: float) -> None:
    assert _line_or_none(printed([c * ((y - a) / (d - y)) ** (1 / b) for y in RESPONSES])) is None


SHORT = [("few wells", slice(0, 5)), ("a short piece", slice(3, 8))]


@pytest.mark.parametrize(("name", "part"), SHORT)
def test_too_little_to_tell(name: str, part: slice) -> None:
    assert _line_or_none(printed([100 * response for response in RESPONSES])[part]) is None
