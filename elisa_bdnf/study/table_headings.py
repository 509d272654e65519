"""The line of headings of a table of concentrations: one column of them, or one for each timepoint."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from elisa_bdnf.errors import StudyError
from elisa_bdnf.inputs.pages import Page, spoken_place
from elisa_bdnf.inputs.units import name_and_unit_from_text
from elisa_bdnf.model.timepoint import Timepoint, UnknownTimepoint, minutes_from_text_or_none, timepoint_from_text
from elisa_bdnf.study.table_columns import Understood, heading_from_text

_HEADING_LINES = 20
_SHOWN = 12
_BASELINE = Timepoint("baseline", None)
_ANALYTE = r"(?:bdnf|conc|concentration)"
_AROUND = re.compile(rf"\A(?:{_ANALYTE}[\s_.:,-]+)+|(?:[\s_.:,-]+{_ANALYTE})+\Z", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]+\Z")

Columns = Mapping[str, tuple[int, Understood]]


class TimeColumn(NamedTuple):
    """A column of concentrations at one timepoint: ``BDNF 24 h (pg/mL)`` is ``24 h`` in pg/mL."""

    position: int
    heading: str
    timepoint: str
    unit: str

    @property
    def understood(self) -> Understood:
        return Understood("concentration", self.unit, known=True)


def headings_of_table(pages: Sequence[Page]) -> tuple[Page, int, Columns, tuple[TimeColumn, ...]]:
    """The page, the row of its headings, its columns by our words, and its timepoints where these are columns.

    The first line counts that has a heading for concentrations, or headings of two times or more, and one for what
    they belong to. Raises StudyError with the headings that were found instead.
    """
    tops = [(page, top) for page in pages for top in range(min(len(page.rows), _HEADING_LINES))]
    for page, top in tops:
        understood = [(at, heading_from_text(text)) for at, text in enumerate(page.rows[top]) if text]
        names = {heading.name for _, heading in understood if heading.known}
        if "concentration" in names and names & {"sample", "subject", "timepoint"}:
            _refuse_twins(page, top, understood)
            return page, top, {heading.name: (at, heading) for at, heading in reversed(understood)}, ()
        times = () if "timepoint" in names else _time_columns(understood, page.rows[top])
        if len(times) > 1 and names & {"sample", "subject"}:
            _refuse_twins(page, top, understood)
            taken = {time.position for time in times}
            columns = {heading.name: (at, heading) for at, heading in reversed(understood) if at not in taken}
            # A line with a column for each time is a subject, also where its column is called ID.
            columns.setdefault("subject", columns.get("sample", understood[0]))
            return page, top, columns, times
    raise _not_found(tops)


def _time_columns(understood: Sequence[tuple[int, Understood]], texts: Sequence[str]) -> tuple[TimeColumn, ...]:
    """Columns whose headings are times; a bare number is one only beside a word for the baseline."""
    found = []
    for at, heading in understood:
        name, unit = name_and_unit_from_text(texts[at])
        time = _AROUND.sub("", name)
        if not heading.known and time:
            found.append(TimeColumn(at, texts[at], time, unit or ""))
    with_baseline = any(_is_baseline(time.timepoint) for time in found)
    return tuple(t for t in found if _is_time(t.timepoint) or (with_baseline and _NUMBER.match(t.timepoint)))


def _is_baseline(text: str) -> bool:
    try:
        return timepoint_from_text(text, [_BASELINE]) is _BASELINE
    except UnknownTimepoint:
        return False


def _is_time(text: str) -> bool:
    """Also of a time that can mean two: it is refused as such, with its place."""
    try:
        return _is_baseline(text) or minutes_from_text_or_none(text) is not None
    except ValueError:
        return True


def _refuse_twins(page: Page, top: int, understood: Sequence[tuple[int, Understood]]) -> None:
    seen: dict[str, int] = {}
    for at, heading in understood:
        other = seen.setdefault(heading.name, at)
        if other != at and heading.known:
            found = f"the columns {page.text(top, other)!r} and {page.text(top, at)!r} mean the same"
            raise StudyError(found, expected="each column once", place=page.place(top, at))


def _not_found(tops: Sequence[tuple[Page, int]]) -> StudyError:
    """The line that looks most like headings is shown: the first with the most texts that are no numbers."""
    found = "no line of headings with a column of concentrations was found"
    words = {(page.place(top, 0), tuple(filter(_is_word, page.rows[top]))): None for page, top in tops}
    place, likely = max(words, key=lambda each: len(each[1]), default=("", ()))
    if likely:
        shown = ", ".join(repr(text[:40]) for text in likely[:_SHOWN]) + (", …" if len(likely) > _SHOWN else "")
        found += f"; {spoken_place(place)} has {shown}"
    return StudyError(
        found,
        expected="columns subject, timepoint and concentration; or sample and concentration with a sample sheet; "
        "or subject and a column for each timepoint",
    )


def _is_word(text: str) -> bool:
    return any(character.isalpha() for character in text)
