"""Subjects: one line each over the timepoints, and every change from baseline."""

from __future__ import annotations

from elisa_bdnf.model.order import natural_order
from elisa_bdnf.model.study import StudyResult, StudySubject
from elisa_bdnf.reports import digits
from elisa_bdnf.reports.parts import Cell, Column, Row, Table, Tone
from elisa_bdnf.reports.study_words import change_text, unit_text, value_cell


def ordered(result: StudyResult) -> list[StudySubject]:
    """By group, then as people list names."""
    return sorted(result.subjects, key=lambda s: (natural_order(s.group), natural_order(s.subject)))


def courses(result: StudyResult) -> Table:
    """Subject × timepoint: the concentration with its interval, or why there is none."""
    times = [Column(t.name, t.name, unit=unit_text(result), numeric=True) for t in result.timepoints]
    who = _who(result)
    columns = (Column("subject", "Subject"), *who, *times)
    rows = tuple(
        Row((Cell(s.subject), *_who_cells(who, s), *(value_cell(value) for value in s.values)), f"subject-{n}")
        for n, s in enumerate(ordered(result), 1)
    )
    note = "Below each result its 95 % interval. < and > are bounds, not results. Hover what is missing for the reason."
    return Table("courses", "Concentrations by subject", columns, rows, note, "No subjects.")


def changes(result: StudyResult) -> Table:
    """Subject × later timepoint: the change in percent with the interval of its measurement error."""
    baseline = next((t.name for t in result.timepoints if t.minutes is None), "")
    later = [t.name for t in result.timepoints if t.name != baseline]
    who = _who(result)
    columns = (Column("subject", "Subject"), *who, *(Column(t, t, unit="%", numeric=True) for t in later))
    rows = []
    for number, subject in enumerate(ordered(result), 1):
        known = {value.timepoint: value for value in subject.values}
        cells = [Cell(subject.subject), *_who_cells(who, subject)]
        for name in later:
            change = known[name].change if name in known else None
            text, _, interval = change_text(change).partition(" (")
            beyond = bool(change and change.beyond_reference_change)
            cells.append(
                Cell(
                    text or digits.MISSING,
                    change.percent if change else None,
                    Tone.WARN if beyond else Tone.PLAIN,
                    change.reason if change else "",
                    interval.rstrip(")"),
                )
            )
        rows.append(Row(tuple(cells), f"change-{number}"))
    note = (
        "Change from the subject's own baseline in percent. The interval holds the error of both measurements and "
        "nothing of the variation from day to day, so one subject's change is not an effect."
    )
    return Table("changes", "Change from baseline by subject", columns, tuple(rows), note, "No subjects.")


def _who(result: StudyResult) -> tuple[Column, ...]:
    columns = []
    if len(result.groups) > 1:
        columns.append(Column("group", "Group"))
    if any(subject.responder for subject in result.subjects) and result.group_by != "responder":
        columns.append(Column("responder", "Response", "hover for the criterion"))
    if _several_plates(result):
        columns.append(Column("plates", "Plates"))
    return tuple(columns)


def _who_cells(who: tuple[Column, ...], subject: StudySubject) -> list[Cell]:
    known = {
        "group": Cell(subject.group or digits.MISSING),
        "responder": Cell(subject.responder or digits.MISSING, help=subject.responder_origin),
        "plates": Cell(
            ", ".join(subject.plates), tone=Tone.WARN if len(subject.plates) > 1 else Tone.PLAIN,
            help="on several plates: the difference of the plates is in the change" if len(subject.plates) > 1 else "",
        ),
    }  # fmt: skip
    return [known[column.key] for column in who]


def _several_plates(result: StudyResult) -> bool:
    return len({plate for subject in result.subjects for plate in subject.plates}) > 1
