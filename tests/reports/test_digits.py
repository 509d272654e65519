"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elisa_bdnf.reports import digits

CASES = [
    (digits.concentration, 412.3, "412"),
    (digits.concentration, 1234.5, "1234"),
    (digits.concentration, 7.8125, "7.81"),
    (digits.concentration, 9.996, "10.0"),
    (digits.concentration, 0.00123, "0.00123"),
    (digits.concentration, 3.2e-7, "3.20 × 10⁻⁷"),
    (digits.concentration, 2.5e9, "2.50 × 10⁹"),
    (digits.concentration, -5.25, "−5.25"),
    (digits.concentration, 0.0, "0"),
    (digits.concentration, None, "–"),
    (digits.concentration, math.nan, "–"),
    (digits.concentration, math.inf, "∞"),
    (digits.limit, 25.0, "25"),
    (digits.limit, 78.125, "78.1"),
    (digits.limit, 1200.0, "1200"),
    (digits.exact, 15.625, "15.625"),
    (digits.exact, 1000.0, "1000"),
    (digits.exact, 0.1, "0.1"),
    (digits.response, 0.0614, "0.061"),
    (digits.response, -0.0004, "0.000"),
    (digits.response, -0.0136, "−0.014"),
    (digits.response, math.nan, "–"),
    (digits.response, 12345.6, "12346"),
    (digits.percent, 102.34, "102.3"),
    (digits.percent, 3e7, "3.00 × 10⁷"),
    (digits.parameter, 318.04, "318.0"),
    (digits.parameter, -math.inf, "−∞"),
    (digits.r_squared, 0.9999999, "0.99999"),
    (digits.r_squared, 1.0, "1.00000"),
    (digits.r_squared, math.nan, "–"),
]


@pytest.mark.parametrize(("made", "value", "text"), CASES, ids=lambda case: getattr(case, "__name__", repr(case)))
def test_number_becomes_text(made, value, text):
    assert made(value) == text


INTERVALS = [
    ((380.2, 447.6, 412.0), "380–448"),
    ((7.1, 8.64, 7.81), "7.10–8.64"),
    ((0.0, 3.2, 1.5), "0.00–3.20"),
    ((380.0, math.inf, 412.0), "≥ 380"),
    ((-math.inf, 447.0, 412.0), "≤ 447"),
    ((-math.inf, math.inf, 412.0), "not bounded"),
    ((None, 447.0, 412.0), "–"),
    ((math.nan, 447.0, 412.0), "–"),
    ((1e8, 2e8, 1.5e8), "1.00 × 10⁸ to 2.00 × 10⁸"),
]


@pytest.mark.parametrize(("arguments", "text"), INTERVALS)
def test_interval_becomes_text(arguments, text):
    assert digits.interval(*arguments) == text


@given(st.floats(min_value=1e-4, max_value=9.9e6))
def test_three_digits_are_never_off_by_more_than_their_last_half(value):
    shown = float(digits.concentration(value))
    assert math.isclose(shown, value, rel_tol=0.0051)


@given(st.floats())
def test_no_number_is_ever_shown_as_nan_or_inf(value):
    for made in (digits.concentration, digits.limit, digits.exact, digits.response, digits.percent, digits.r_squared):
        assert "nan" not in made(value)
        assert "inf" not in made(value)
        assert "-" not in made(value)
