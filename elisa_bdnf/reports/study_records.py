"""Records of a study for machines: full precision, null where there is no number, the same columns in JSON and CSV.

The names are a contract (docs/design.md); new ones come after the old ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from functools import cached_property
from itertools import islice
from typing import Any

from elisa_bdnf.model.effect import Contrast
from elisa_bdnf.model.measurement import Censoring, Measurement
from elisa_bdnf.model.study import Change, Descriptive, StudyResult, StudySubject, SubjectValue
from elisa_bdnf.reports import digits
from elisa_bdnf.reports.finite import finite_or_none
from elisa_bdnf.reports.records import Record
from elisa_bdnf.reports.written_records import WrittenRecords, written


def plain(value: Any) -> Any:
    """A value of the model as JSON knows it: tuples as lists, nan and infinity as null, dataclasses as records."""
    if isinstance(value, float):
        return finite_or_none(value)
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return value


class StudyRecords:
    """The long records of a study, which JSON, CSV and workbook share: made once, when they are first asked for.

    What is ``written`` is text already, every number printed once for JSON and CSV.
    """

    def __init__(self, result: StudyResult) -> None:
        self.result = result

    @cached_property
    def measurements(self) -> list[Record]:
        """Every row that came in, used or not; columns that are not understood stay in the inputs of ``study.json``."""
        return [_measurement(each) for each in self.result.measurements]

    @cached_property
    def written_measurements(self) -> WrittenRecords:
        return written(self.measurements)

    @property
    def values(self) -> list[Record]:
        """Subject × timepoint as one line each: the tidy table of a time course."""
        owners = [subject for subject in self.result.subjects for _ in subject.values]
        return [_identity(subject) | own for subject, own in zip(owners, self._own_values, strict=True)]

    @cached_property
    def _own_values(self) -> list[Record]:
        return [_value(value) for subject in self.result.subjects for value in subject.values]

    @cached_property
    def _written_own(self) -> WrittenRecords:
        return written(self._own_values)

    @property
    def written_values(self) -> WrittenRecords:
        """As :attr:`values`, its JSON without whom a value is of: that is said around it."""
        identities = written([_identity(subject) for subject in self.result.subjects])
        counts = [len(subject.values) for subject in self.result.subjects]
        heads = [line for line, count in zip(identities.csv, counts, strict=True) for _ in range(count)]
        own = self._written_own
        lines = [f"{head},{line}" for head, line in zip(heads, own.csv, strict=True)]
        return WrittenRecords((*identities.columns, *own.columns), own.json, lines)

    @cached_property
    def written_subjects(self) -> list[str]:
        """An object for each subject, with its values in the order of the timepoints."""
        heads = written([_identity(subject) | _origin(subject) for subject in self.result.subjects]).json
        values = iter(self._written_own.json)
        own = [", ".join(islice(values, len(subject.values))) for subject in self.result.subjects]
        return [f'{head[:-1]}, "values": [{text}]}}' for head, text in zip(heads, own, strict=True)]


def _measurement(each: Measurement) -> Record:
    return {
        "sample": each.sample,
        "subject": each.subject,
        "timepoint": each.timepoint,
        "timepoint_text": each.timepoint_text,
        "actual_time_min": finite_or_none(each.actual_minutes),
        "arm": each.arm,
        "responder": each.responder,
        "matrix": each.matrix,
        "concentration": finite_or_none(each.concentration),
        "ci_low": finite_or_none(each.low),
        "ci_high": finite_or_none(each.high),
        "unit": each.unit,
        "censoring": each.censoring.value,
        "limit": finite_or_none(each.limit),
        "status": each.status,
        "used": each.used,
        "use": each.use.value,
        "reason": each.reason,
        "text": text_of(each),
        "plate": each.plate,
        "kit": each.kit,
        "lot": each.lot,
        "dilution_factor": finite_or_none(each.dilution_factor),
        "source": each.source,
        "place": each.place,
    }


def text_of(each: Measurement) -> str:
    """What a person reads: ``412``, ``< 78.1``, ``–``."""
    if not each.used:
        return digits.MISSING
    if each.concentration is not None:
        return digits.concentration(each.concentration)
    return f"{'<' if each.censoring is Censoring.LEFT else '>'} {digits.limit(each.limit)}"


def _identity(subject: StudySubject) -> Record:
    return {
        "subject": subject.subject,
        "group": subject.group,
        "arm": subject.arm,
        "responder": subject.responder,
    }


def _origin(subject: StudySubject) -> Record:
    return {"responder_origin": subject.responder_origin, "plates": list(subject.plates)}


def _value(value: SubjectValue) -> Record:
    measurement, used = value.measurement, value.state in ("measured", "below", "above")
    change = value.change or Change()
    return {
        "timepoint": value.timepoint,
        "state": value.state,
        "concentration": value.concentration,
        "ci_low": finite_or_none(measurement.low) if measurement and used else None,
        "ci_high": finite_or_none(measurement.high) if measurement and used else None,
        "limit": finite_or_none(measurement.limit) if measurement and used else None,
        "text": text_of(measurement) if measurement else digits.MISSING,
        "reason": value.reason,
        "sample": measurement.sample if measurement else "",
        "plate": measurement.plate if measurement else "",
        "actual_time_min": finite_or_none(measurement.actual_minutes) if measurement else None,
        "change": change.absolute,
        "change_ci_low": change.absolute_low,
        "change_ci_high": change.absolute_high,
        "change_percent": change.percent,
        "change_percent_ci_low": change.percent_low,
        "change_percent_ci_high": change.percent_high,
        "ratio": change.ratio,
        "ratio_ci_low": change.ratio_low,
        "ratio_ci_high": change.ratio_high,
        "direction": change.direction,
        "beyond_reference_change": change.beyond_reference_change,
        "change_reason": change.reason,
    }


def descriptive_records(result: StudyResult) -> list[Record]:
    """Group × timepoint: what a review needs to pool a study."""
    return [_descriptive(each) for each in result.descriptives]


def _descriptive(each: Descriptive) -> Record:
    first = ("group", "timepoint", "n", "n_below_lloq", "mean", "sd", "geometric_mean", "geometric_sd", "median", "q1",
             "q3")  # fmt: skip
    rest = [field.name for field in fields(each) if field.name not in first]
    return {name: plain(getattr(each, name)) for name in (*first, *rest)}


def contrast_records(result: StudyResult) -> list[Record]:
    """Changes from baseline: of all groups together, of the main analysis, then by class of response."""
    pooled = [contrast_record(each, "pooled") for each in result.pooled]
    return pooled + _with_classes(result.contrasts, result.by_responder, between=False)


def comparison_records(result: StudyResult) -> list[Record]:
    """Differences of groups in their change from baseline."""
    return _with_classes(result.comparisons, result.by_responder, between=True)


def paired_records(result: StudyResult) -> list[Record]:
    """The same changes by paired tests, each timepoint by itself; empty in designs without a baseline."""
    return _with_classes(result.paired.contrasts, result.paired.by_responder, between=False) if result.paired else []


def paired_comparison_records(result: StudyResult) -> list[Record]:
    """Differences of groups by Welch's t test of the changes."""
    return _with_classes(result.paired.comparisons, result.paired.by_responder, between=True) if result.paired else []


def sensitivity_records(result: StudyResult) -> list[Record]:
    """The changes of the headline under other assumptions."""
    return [
        {"name": each.name, "meaning": each.meaning,
         "contrasts": [contrast_record(contrast, "main") for contrast in each.contrasts]}
        for each in result.sensitivity
    ]  # fmt: skip


def _with_classes(main: Sequence[Contrast], classes: Sequence[Contrast], *, between: bool) -> list[Record]:
    """The main analysis, and of the classes of response either the changes or what lies between the classes."""
    names = {each.group for each in classes}
    kept = [each for each in classes if (each.against in names) is between]
    return [contrast_record(each, "main") for each in main] + [contrast_record(each, "responder") for each in kept]


def contrast_record(each: Contrast, analysis: str) -> Record:
    """One contrast; the ranks are null where no pairs were ranked."""
    first = ("timepoint", "group", "estimate", "se", "df", "t", "p", "p_holm", "ratio", "ci_low", "ci_high")
    rest = [field.name for field in fields(each) if field.name not in (*first, "ranks")]
    record = {name: plain(getattr(each, name)) for name in (*first, *rest)}
    ranks = {f"wilcoxon_{name}": getattr(each.ranks, name, None) for name in ("p", "ratio", "ci_low", "ci_high")}
    return {**record, **ranks, "analysis": analysis}
