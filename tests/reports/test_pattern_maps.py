"""The pictures on which a pattern over the plate would show."""

from __future__ import annotations

from statistics import median
from xml.etree.ElementTree import fromstring

import pytest

from elisa_bdnf.examples.case import Case, cases
from elisa_bdnf.examples.judged import judged
from elisa_bdnf.reports.pattern_maps import caption, from_nominal, from_replicates, pattern_maps

GOOD = judged(Case("PLT-03", "the good plate"))
EDGE = judged(next(case for case in cases() if case.rule == "PLT-03" and case.finds))


def test_figures_are_those_of_the_wells() -> None:
    replicates = from_replicates(GOOD)
    assert replicates["A5"] == pytest.approx(0.5)
    assert replicates["A6"] == pytest.approx(-0.5)
    assert "H1" not in replicates  # the zero standard reads too little for a ratio
    nominal = from_nominal(judged(Case("PLT-01", "one control high", in_well={"A3": 30.0})))
    assert nominal["A3"] == pytest.approx(20.0)
    assert abs(nominal["A4"]) < 1
    assert "A5" not in nominal


def test_a_diluted_control_is_compared_in_the_well() -> None:
    diluted = judged(Case("PLT-01", "diluted", content={"A3": {"nominal": 100.0, "dilution_factor": 4.0}}))
    assert abs(from_nominal(diluted)["A3"]) < 1


def test_an_edge_effect_is_seen_and_told() -> None:
    texts = [text for element in fromstring(pattern_maps(EDGE)).iter() if (text := element.text)]  # noqa: S314
    at_edge = [v for w, v in from_replicates(EDGE).items() if w[0] in "AH" or w[1:] in ("1", "12")]
    assert f"edge {median(at_edge):+.1f} % ({len(at_edge)} wells)" in texts
    assert any(text.startswith("inside −") for text in texts)
    assert "PLT-03: in 11 duplicates the well at the edge reads" in caption(EDGE)
    assert "PLT-01, PLT-04, PLT-06 found no pattern" in caption(EDGE)
    assert "PLT-05 could not look" in caption(EDGE)


def test_a_plate_without_figures_has_no_picture() -> None:
    singles = tuple(f"{row}{column}" for rows, column in (("ABCDEFGH", 2), ("ABC", 4), ("ABCDEF", 6)) for row in rows)
    empty = judged(Case("PLT-01", "singles of a flat curve", response={"standards": 0.5}, leave_out=singles))
    assert from_nominal(empty) == {}
    assert pattern_maps(empty) == ""
