"""The language of a lab's own rules: what it says, and where it is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elisa_bdnf.model.expression import ExpressionError, expression_from_text, value_of
from elisa_bdnf.model.quantities import QUANTITIES, objection_or_none

PLATE = {("blank",): 0.05, ("control", "high"): 1.5, ("control", "QC 2", "cv"): 8.0, ("top",): 2.0, ("zero",): 0.0}
TRUE = (
    "blank < 0.0501", "blank <= 0.05", "blank == 0.050", "blank != 0.06", "not blank > 0.05",
    "control.high > 1.0 and control.high < 2.5", "1 < control.high < 2.5", "top > 3 or blank < 1",
    "blank < 1 and (top > 3 or top > 1)", "2 + 3 * 4 == 14", "(2 + 3) * 4 == 20", "7 - 2 - 1 == 4", "8 / 4 / 2 == 1",
    "-blank < 0", "- -top == 2", "abs(blank - top) > 1.9", "max(blank, top, 1) == 2", "min(blank, 1e-3) == 0.001",
    'control["QC 2"].cv < 10', "control['QC 2'].cv<10", "not not blank < 1", "1 < 2 < 3 < 4",
    "(0.1 + 0.2) / 2 <= 0.15", "not (0.1 + 0.2) / 2 > 0.15", "3 * 0.1 == 0.3",
)  # fmt: skip
FALSE = (
    "(0.1 + 0.2) / 2 > 0.15",
    "0.7 + 0.1 < 0.8",
    "blank < 0.05",
    "1 < control.high < 1.2",
    "not blank < 1",
    "top > 3 or blank > 1 and top > 1",
    "3 < 2 < 5",
)
WRONG = {
    "": (1, "the end"),
    "blank": (1, "a number"),
    "blank <": (8, "the end"),
    "blank < 0.05 0.06": (14, "'0.06'"),
    "blank < 0.05)": (13, "')'"),
    "(blank < 0.05": (14, "the end"),
    "blank & top": (7, "'& top'"),
    "blank = 0.05": (7, "'= 0.05'"),
    "blank < 0.05 and top": (18, "a number"),
    "(blank < 1) + 2 > 1": (2, "a comparison"),
    "abs(blank, top) > 1": (1, "abs of 2"),
    "max(blank) > 1": (1, "max of 1"),
    "open('x') > 1": (5, "'('"),
    "blank.__class__ < 1 and __import__('os')": (25, "a number"),
    "blank < 1.2.3": (9, "'1.2.3'"),
    "blank < 1x": (9, "'1x'"),
    "blank < 1e400": (9, "'1e400' is too large"),
    "(" * 30 + "1" + ")" * 30 + " > 0": (26, "nested"),
    "blank < 1 and " * 50 + "top > 1": (500, "707 characters"),
}


@pytest.mark.parametrize("text", TRUE)
def test_true(text: str) -> None:
    assert value_of(expression_from_text(text).root, PLATE.__getitem__) is True


@pytest.mark.parametrize("text", FALSE)
def test_false(text: str) -> None:
    assert value_of(expression_from_text(text).root, PLATE.__getitem__) is False


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_has_its_column(text: str) -> None:
    with pytest.raises(ExpressionError) as raised:
        expression_from_text(text)
    column, found = WRONG[text]
    assert (raised.value.column, raised.value.found.startswith(found)) == (column, True), str(raised.value)


@given(st.text(alphabet="blank topcrl.[]\"'<>=!()+-*/,andotr0123456789e ", max_size=60))
def test_any_text_is_an_expression_or_has_a_column(text: str) -> None:
    column = 1
    try:
        expression_from_text(text)
    except ExpressionError as wrong:
        column = wrong.column
    assert 1 <= column <= len(text) + 1


NAMES = {
    "blnk < 1": "there is no quantity 'blnk'",
    "blank.x < 1": "blank.x is no quantity",
    "control > 1": "control is no quantity",
    "control.low.od > 1": "control has no 'od'",
    "curve.k > 1": "curve has no 'k'",
    "standard.top > 1": "standard.top is no quantity",
}


@pytest.mark.parametrize("text", NAMES)
def test_names_that_mean_nothing(text: str) -> None:
    objections = [objection_or_none(name) for name in expression_from_text(text).names]
    assert [o[0] for o in objections if o] == [NAMES[text]]


def test_every_documented_quantity_is_one() -> None:
    for written in QUANTITIES:
        assert [objection_or_none(name) for name in expression_from_text(f"{written} > 0").names] == [None]
