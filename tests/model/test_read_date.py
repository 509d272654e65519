"""When a plate was read: only where the text can mean one day."""

from __future__ import annotations

from datetime import date

import pytest

from elisa_bdnf.model.read_date import date_from_text_or_none, read_date_or_none

DAYS = {
    "2026-03-10": date(2026, 3, 10),
    "2026/3/10 14:03:51": date(2026, 3, 10),
    "31/10/2026": date(2026, 10, 31),
    "10/31/2026 2:05 PM": date(2026, 10, 31),
    "3.3.2026": date(2026, 3, 3),
    "10 Mar 2026": date(2026, 3, 10),
    "March 10, 2026": date(2026, 3, 10),
    "10-Mar-2026": date(2026, 3, 10),
    "3/10/2026": None,  # the third of October, or the tenth of March
    "10.3.26": None,
    "31/31/2026": None,
    "2026-02-30": None,
    "yesterday": None,
}


@pytest.mark.parametrize("text", DAYS)
def test_day_of_a_text(text: str) -> None:
    assert date_from_text_or_none(text) == DAYS[text]


def test_only_keys_of_the_reading_count() -> None:
    assert read_date_or_none([("Date:", "2026-03-10"), ("Date Last Saved", "2026-05-01")]) == date(2026, 3, 10)
    assert read_date_or_none([("Date", "2026-03-10"), ("Measurement date", "2026-03-11")]) is None
    assert read_date_or_none([("Comment", "2026-03-10")]) is None
