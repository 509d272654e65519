"""What a sample sheet, or a list of subjects, adds to rows: whose a sample is, when it was drawn, which arm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from elisa_bdnf.errors import ElisaError, Problem, StudyError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.matrices import matrix_from_text
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.inputs.tables import table_below
from elisa_bdnf.inputs.well_facts import folded
from elisa_bdnf.model.timepoint import (
    Timepoint,
    UnknownTimepoint,
    minutes_from_text_or_none,
    normalized,
    timepoint_from_text,
)
from elisa_bdnf.study.rows import RawRow, frozen

_HEADING_LINES = 20
_GROUPS = ("arm", "responder")
_BASELINE = Timepoint("baseline", None)


class SheetLine(Protocol):
    """A line of a sample sheet, as the room of sample sheets reads it."""

    @property
    def sample(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def subject(self) -> str | None: ...
    @property
    def timepoint(self) -> str | None: ...
    @property
    def matrix(self) -> str | None: ...
    @property
    def attributes(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class SubjectList:
    """One line per subject: what holds for all of its samples."""

    file: str
    sha256: str
    subjects: Mapping[str, Mapping[str, str]]
    places: Mapping[str, str]


def read_subject_list_or_none(path: Path) -> SubjectList | None:
    """A table with subjects and without samples; None where it has a column of samples. Raises StudyError."""
    try:
        file = InputFile.open(path, error=StudyError)
        found = [made for page in file.pages if (made := _subjects_of(page)) is not None]
    except ElisaError as error:
        raise StudyError(problems=error.problems).in_file(path.name) from None
    if len(found) != 1:
        return None
    subjects, places, twice = found[0]
    if twice:
        raise StudyError(
            problems=[Problem(f"subject {name!r} stands in two lines", "every subject once") for name in twice]
        ).in_file(file.name)
    return SubjectList(file.name, file.sha256, subjects, places)


def _subjects_of(page: Page) -> tuple[dict[str, Mapping[str, str]], dict[str, str], list[str]] | None:
    for top in range(min(len(page.rows), _HEADING_LINES)):
        table = table_below(page, top)
        subject = table.heading("subject")
        if table.heading("sample") is not None or subject is None or len(table.headings) < 2:
            continue
        subjects: dict[str, Mapping[str, str]] = {}
        places: dict[str, str] = {}
        twice: list[str] = []
        for line in table.lines:
            name = table.text(line, subject)
            if name in subjects:
                twice.append(name)
            said = {h.column.name: table.text(line, h) for h in table.headings if h is not subject}
            subjects[name] = {key: text for key, text in said.items() if text}
            places[name] = table.place(line, subject)
        return subjects, places, twice
    return None


def with_subjects(rows: Sequence[RawRow], known: SubjectList) -> tuple[RawRow, ...]:
    """Rows with the arm and whatever else is said of their subject; an unknown subject is an error, said once."""
    unknown: dict[str, RawRow] = {}
    for row in rows:
        if row.subject and row.subject not in known.subjects:
            unknown.setdefault(row.subject, row)
    if unknown:
        near = {folded(name): name for name in known.subjects}
        problems = [_unknown_subject(row, near.get(folded(name), ""), known.file) for name, row in unknown.items()]
        raise StudyError(problems=problems)
    return tuple(_completed(row, known.subjects.get(row.subject, {})) for row in rows)


def _unknown_subject(row: RawRow, near: str, file: str) -> Problem:
    hint = f"did you mean {near!r}?" if near else f"add a line for it to {file}"
    return Problem(f"subject {row.subject!r} ({row.spoken}) is not in the list", hint=hint, file=file)


def with_sheet(rows: Sequence[RawRow], lines: Sequence[SheetLine], file: str) -> tuple[RawRow, ...]:
    """Rows joined to a sample sheet by the exact name of the sample. Raises StudyError with everything that differs.

    A sample that the sheet lacks is an error unless the row itself knows its subject and timepoint.
    """
    by_sample = {line.sample: line for line in lines}
    problems = [*_unknown_samples(rows, by_sample, file), *_conflicts(rows, by_sample, file)]
    if problems:
        raise StudyError(problems=problems)
    return tuple(_from_line(row, by_sample.get(row.sample)) for row in rows)


def _unknown_samples(rows: Sequence[RawRow], by_sample: Mapping[str, SheetLine], file: str) -> Iterator[Problem]:
    near = {folded(name): name for name in by_sample}
    seen: set[str] = set()
    for row in rows:
        if row.sample in by_sample or row.sample in seen or (row.subject and row.timepoint):
            continue
        seen.add(row.sample)
        hint = f"did you mean {near[folded(row.sample)]!r}?" if folded(row.sample) in near else ""
        found = (
            f"sample {row.sample!r} ({row.spoken}) is not in the sheet"
            if row.sample
            else f"{row.spoken} names no sample"
        )
        yield Problem(found, "a line for every sample", hint, file=file)


def _conflicts(rows: Sequence[RawRow], by_sample: Mapping[str, SheetLine], file: str) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for row in rows:
        line = by_sample.get(row.sample)
        if line is None:
            continue
        for what, here, there in (
            ("subject", row.subject, line.subject),
            ("arm", row.arm, line.attributes.get("arm")),
            ("responder", row.responder, line.attributes.get("responder")),
            ("matrix", matrix_from_text(row.matrix), line.matrix),
            ("timepoint", row.timepoint, line.timepoint),
        ):
            if (
                here
                and there
                and here != there
                and not _same_time(what, here, there)
                and (row.sample, what) not in seen
            ):
                seen.add((row.sample, what))
                found = f"sample {row.sample!r} has {what} {there!r} in the sheet and {here!r} in {row.source}"
                yield Problem(found, "the same in both, or in one of them only", place=line.place, file=file)


def _same_time(what: str, here: str, there: str) -> bool:
    """Two spellings of a time contradict one another only where both state minutes, and others."""
    if what != "timepoint" or normalized(here) == normalized(there):
        return what == "timepoint"
    times = [_time_or_none(text) for text in (here, there)]
    return None in times or times[0] == times[1]


def _time_or_none(text: str) -> float | None:
    """Minutes after the anchor, −1 for a baseline; None for what only a protocol understands."""
    try:
        return timepoint_from_text(text, [_BASELINE]).minutes or -1.0
    except UnknownTimepoint:
        pass
    try:
        return minutes_from_text_or_none(text)
    except ValueError:
        return None  # what is ambiguous is said by the timepoints


def _from_line(row: RawRow, line: SheetLine | None) -> RawRow:
    if line is None:
        return row
    joined = replace(
        row,
        subject=row.subject or line.subject or "",
        timepoint=row.timepoint or line.timepoint or "",
        matrix=row.matrix or line.matrix or "",
    )
    return _completed(joined, line.attributes)


def _completed(row: RawRow, said: Mapping[str, str]) -> RawRow:
    """What the row does not say itself. The columns that rows have of their own are filled; the rest are attributes."""
    rest = {key: text for key, text in said.items() if key not in (*_GROUPS, "matrix", "actual_time_min", "lot")}
    return replace(
        row,
        arm=row.arm or said.get("arm", ""),
        responder=row.responder or said.get("responder", ""),
        matrix=row.matrix or matrix_from_text(said.get("matrix", "")),
        actual_minutes=row.actual_minutes or said.get("actual_time_min", ""),
        lot=row.lot or said.get("lot", ""),
        attributes=frozen({**rest, **row.attributes}),
    )
