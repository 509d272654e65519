"""When two values are the same, and how far apart two numbers are."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elisa_bdnf.changes.numbers import digits_or_none, percent_or_none, same

NUMBERS = st.floats(min_value=1e-9, max_value=1e9)

SAME = [
    (1.0, 1, 0.0),
    (100.0, 100.9, 1.0),
    (None, None, 0.0),
    ("CV 20.4 %", "CV 20.5 %", 1e-6),  # the last printed digit
    ("recovered as 30.05", "recovered as 30.2", 1.0),
    ([1.0, 2.0], [1.0, 2.0001], 0.1),
]
DIFFERENT = [
    (1.0, 1.0 + 1e-12, 0.0),
    (100.0, 102.0, 1.0),
    (True, 1, 0.0),
    (0, False, 5.0),
    (None, 0.0, 100.0),
    ("CV 20.4 %", "CV 20.5 %", 0.0),
    ("2 wells", "3 wells", 1.0),  # a count is no measurement
    ("wells A1", "wells B1", 100.0),
    ([1.0], [1.0, 1.0], 100.0),
]


@pytest.mark.parametrize(("one", "other", "tolerance"), SAME)
def test_same(one: object, other: object, tolerance: float) -> None:
    assert same(one, other, tolerance)
    assert same(other, one, tolerance)


@pytest.mark.parametrize(("one", "other", "tolerance"), DIFFERENT)
def test_different(one: object, other: object, tolerance: float) -> None:
    assert not same(one, other, tolerance)
    assert not same(other, one, tolerance)


def test_digits_are_the_log_relative_error() -> None:
    assert digits_or_none(1000.0, 1001.0) == pytest.approx(math.log10(1001))
    assert digits_or_none(1.0, -1.0) == 0
    assert digits_or_none(0.0, 5.0) == 0
    assert digits_or_none(3.0, 3.0) is None
    assert digits_or_none(None, 3.0) is None


@given(NUMBERS, st.integers(min_value=1, max_value=12))
def test_a_change_in_one_digit_agrees_to_the_digits_before_it(value: float, digit: int) -> None:
    moved = value * (1 + 10.0**-digit)
    assert digits_or_none(value, moved) == pytest.approx(digit, abs=0.31)  # log10(2), and rounding of doubles


@given(NUMBERS, NUMBERS)
def test_percent_tells_what_came_of_what_was(before: float, after: float) -> None:
    percent = percent_or_none(before, after)
    assert percent is not None
    assert before * (1 + percent / 100) == pytest.approx(after, rel=1e-6, abs=1e-9 * before)


def test_percent_of_nothing_is_none() -> None:
    assert percent_or_none(0, 1.0) is None
    assert percent_or_none("1", 1.0) is None
    assert percent_or_none(True, 1.0) is None
