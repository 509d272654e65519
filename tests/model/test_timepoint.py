"""Timepoints as people write them, and what is refused rather than guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elisa_bdnf.model.timepoint import (
    Timepoint,
    UnknownTimepoint,
    minutes_from_text_or_none,
    name_from_minutes,
    timepoint_from_text,
)
from plates import TIMEPOINTS

UNDERSTOOD = {
    "baseline": ("baseline", "Baseline", "BASE", "BL", "T0", "t 0", "pre", "Pre-dose", "pre infusion", "0", "0 min",
                 "D0", "day 0", "0h", "time 0", "before", "T=0", "BSL", "prior"),
    "120min": ("120min", "120 min", "120", "+120", "+120 min", "T120", "2h", "2 h", "2 hrs", "2 hours", "120 minutes",
               "2h00", "120 min post-infusion", "2 h post", "2hr after dose", "7200 s",
               "T120min", "t = 2h", "T+2h", "120 min.", "2,0 h", "minute 120", "post-infusion 120 min"),
    "230min": ("230min", "230", "+230 min", "3h50", "3 h 50 min", "3h50m", "T230", "t+230", "3:50 h", "3 h 50", "230'"),
    "24h": ("24h", "24 h", "24hrs", "1d", "day 1", "D1", "1440 min", "H24", "24 hours post", "D+1", "day+1", "T24h"),
    "7d": ("7d", "D7", "day 7", "7 days", "1 week", "week 1", "168 h", "10080", "wk1", "D+7", "post-dose day 7", "T7d"),
}  # fmt: skip
REFUSED = {
    "2:30": "can mean",
    "3:50": "can mean",
    "1,440 min": "can mean",
    "T24": "24 min, which is none",
    "screening": "not a time",
    "١٢٠": "not a time",
    "240": "240 min, which is none",
    "4h": "240 min, which is none",
    "-30 min": "before the anchor",
    "-7d": "before the anchor",
    "−120 min": "before the anchor",
    "D-1": "before or after",
    "Day -7": "before or after",
    "T-120": "before or after",
    "day–1": "before or after",
    "t = -120 min": "before or after",
    "24": "24 min, which is none",
    "visit 3": "not a time",
    "after lunch": "not a time",
    "": "not a time",
    "2h30x": "not a time",
    "1.5 d": "2160 min",
}


@pytest.mark.parametrize(("text", "name"), [(text, name) for name, texts in UNDERSTOOD.items() for text in texts])
def test_understood(text: str, name: str) -> None:
    assert timepoint_from_text(text, TIMEPOINTS).name == name


@pytest.mark.parametrize(("text", "why"), REFUSED.items())
def test_refused(text: str, why: str) -> None:
    with pytest.raises(UnknownTimepoint, match=why):
        timepoint_from_text(text, TIMEPOINTS)


@given(st.integers(min_value=1, max_value=60 * 24 * 400))
def test_a_name_made_from_minutes_is_read_as_those_minutes(minutes: int) -> None:
    assert minutes_from_text_or_none(name_from_minutes(minutes)) == minutes


def test_what_a_protocol_spells_with_a_minus_is_taken_as_it_is_spelled() -> None:
    declared = [Timepoint("baseline", None, ("D-1",)), Timepoint("1d", 1440, ("day 1",))]
    assert timepoint_from_text("d-1", declared).name == "baseline"
    assert timepoint_from_text("Day1", declared).name == "1d"
    with pytest.raises(UnknownTimepoint, match="before or after"):
        timepoint_from_text("Day-1", declared)
