"""Rows of all inputs → measurements in the words of the protocol, or everything that is wrong with them at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from elisa_bdnf.errors import Problem, StudyError
from elisa_bdnf.inputs.matrices import matrix_from_text
from elisa_bdnf.inputs.numbers import number_from_text_or_none
from elisa_bdnf.model.measurement import Measurement, StudySource, UnderstoodTimepoint, Use
from elisa_bdnf.model.protocol import Protocol
from elisa_bdnf.model.timepoint import Timepoint
from elisa_bdnf.study.conflicts import conflicts
from elisa_bdnf.study.dilutions import one_per_sample
from elisa_bdnf.study.exclusions import Exclusion, leave_out
from elisa_bdnf.study.handling import handled_alike
from elisa_bdnf.study.identity import Design, identity_of
from elisa_bdnf.study.responders import class_from_text
from elisa_bdnf.study.rows import RawRow, Read
from elisa_bdnf.study.timepoints import Times, times_from_rows
from elisa_bdnf.study.values import Value, value_from_row


@dataclass(frozen=True, slots=True)
class StudyData:
    """Everything that came in, understood: the input of all arithmetic."""

    protocol: Protocol
    design: Design
    unit: str
    matrix: str
    timepoints: tuple[Timepoint, ...]
    understood: tuple[UnderstoodTimepoint, ...]
    sources: tuple[StudySource, ...]
    measurements: tuple[Measurement, ...]

    @property
    def used(self) -> tuple[Measurement, ...]:
        return tuple(each for each in self.measurements if each.used)

    @property
    def baseline(self) -> Timepoint | None:
        return next((timepoint for timepoint in self.timepoints if timepoint.minutes is None), None)


def study_data(
    reads: Sequence[Read],
    rows: Sequence[RawRow],
    protocol: Protocol,
    design: Design,
    *,
    matrix: str = "",
    unit: str = "",
    exclusions: Sequence[Exclusion] = (),
) -> StudyData:
    """Understand and account for every row. ``rows`` are those of ``reads`` after the sample sheet was joined.

    ``matrix`` takes one matrix and sets the others aside; ``unit`` holds where no row states one. Raises StudyError
    with all problems, each said once.
    """
    times, problems = times_from_rows([row for row in rows if row.timepoint], protocol.timepoints)
    copies = list(_same_plate_twice(reads))
    problems += [*copies, *_nameless(rows, design)]
    made = []
    for row in rows:
        problems += row.problems
        value = value_from_row(row)
        if isinstance(value, Problem):
            problems.append(value)
            continue
        made.append(_measurement(row, value, times, protocol, design))
    asked = [_as_asked(each, matrix_from_text(matrix)) for each in made]
    asked, unmatched = leave_out(asked, exclusions)
    measurements, undecided = one_per_sample([_in_time(each, times, protocol) for each in asked])
    measurements = list(handled_alike(measurements, times.planned, protocol))
    problems += [*unmatched, *undecided]
    if not copies:  # all that two copies of a plate have in common would be told again, sample by sample
        problems += conflicts(measurements, design)
    if problems:
        raise StudyError(problems=dict.fromkeys(problems))
    return StudyData(
        protocol,
        design,
        _the_one(each.unit for each in measurements) or unit,
        _the_one(each.matrix for each in measurements if each.used),
        times.planned,
        times.understood,
        _with_counts([read.source for read in reads], measurements),
        tuple(measurements),
    )


def _the_one(texts: Iterator[str]) -> str:
    return next((text for text in texts if text), "")


def _same_plate_twice(reads: Sequence[Read]) -> Iterator[Problem]:
    seen: dict[tuple[str, str], str] = {}
    for source in (read.source for read in reads):
        key = (source.export_sha256 or source.sha256, source.plate)
        other = seen.setdefault(key, source.name)
        if other != source.name:
            found = f"{other} and {source.name} are results of the same plate ({source.plate or source.name})"
            yield Problem(found, "each plate once", "name only the one that counts")


def _nameless(rows: Sequence[RawRow], design: Design) -> Iterator[Problem]:
    """Rows without what makes them somebody's: said once per input, with the first places."""
    for what in design.needed:
        without = [row for row in rows if not identity_of(row, design).get(what)]
        for source in dict.fromkeys(row.source for row in without):
            places = [row.place or f"sample {row.sample}" for row in without if row.source == source]
            shown = f"line{'s' * (len(places) > 1)} " * places[0].isdigit()
            shown += ", ".join(places[:5]) + (f" and {len(places) - 5} more" if len(places) > 5 else "")
            yield Problem(
                f"{'1 row has' if len(places) == 1 else f'{len(places)} rows have'} no {what}: {shown}",
                f"a column {design.columns.get(what, what)} with a {what} for every row ({design.title})",
                "give a sample sheet with --samples",
                file=source,
            )


def _measurement(row: RawRow, value: Value, times: Times, protocol: Protocol, design: Design) -> Measurement:
    identity = identity_of(row, design)
    timepoint = times.by_text.get(row.timepoint)
    return Measurement(
        sample=row.sample,
        subject=identity["subject"],
        timepoint=timepoint.name if timepoint else "",
        source=row.source,
        place=row.place,
        concentration=value.concentration,
        low=value.low,
        high=value.high,
        censoring=value.censoring,
        limit=value.limit,
        status=row.status,
        use=value.use,
        reason=value.reason,
        timepoint_text=row.timepoint,
        actual_minutes=_actual_minutes(row, protocol),
        arm=identity.get("condition") or row.arm,
        responder=class_from_text(row.responder),
        matrix=matrix_from_text(row.matrix) if row.matrix else "",
        unit=row.unit,
        plate=row.plate,
        kit=row.kit,
        lot=row.lot,
        dilution_factor=row.dilution_factor,
        attributes=row.attributes,
    )


def _actual_minutes(row: RawRow, protocol: Protocol) -> float | None:
    """Minutes after the anchor of the protocol; times that count from the other end of the infusion are moved."""
    minutes = number_from_text_or_none(row.actual_minutes)
    anchor = row.attributes.get("time_anchor", "").strip().casefold().replace(" ", "_")
    if minutes is None or not anchor or anchor == protocol.time_anchor:
        return minutes
    infusion = protocol.extra.get("infusion")
    duration = infusion.get("duration_min") if isinstance(infusion, Mapping) else None
    if not isinstance(duration, int | float):
        return minutes
    return minutes + duration if anchor == "infusion_end" else minutes - duration


def _as_asked(measurement: Measurement, matrix: str) -> Measurement:
    if not matrix or not measurement.used or measurement.matrix == matrix:
        return measurement
    return replace(measurement, use=Use.NOT_ASKED, reason=f"matrix {measurement.matrix or 'unknown'}, not {matrix}")


def _in_time(measurement: Measurement, times: Times, protocol: Protocol) -> Measurement:
    """Beyond twice the tolerance a draw is another timepoint than the one on its label."""
    timepoint = next((t for t in times.planned if t.name == measurement.timepoint), None)
    actual = measurement.actual_minutes
    if timepoint is None or timepoint.minutes is None or timepoint.tolerance_minutes is None or actual is None:
        return measurement
    rule = protocol.qc.rules.get("SUB-03")
    off = abs(actual - timepoint.minutes)
    if not measurement.used or off <= 2 * timepoint.tolerance_minutes + 1e-9 or (rule and not rule.enabled):
        return measurement
    reason = f"drawn {off:g} min off {timepoint.name}, more than twice the tolerance"
    return replace(measurement, use=Use.OFF_TIME, reason=reason)


def _with_counts(sources: Sequence[StudySource], measurements: Sequence[Measurement]) -> tuple[StudySource, ...]:
    used = Counter(each.source for each in measurements if each.used)
    return tuple(replace(source, used=used[source.name]) for source in sources)
