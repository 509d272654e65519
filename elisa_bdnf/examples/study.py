"""A good study, and what is changed on it so that a rule on studies passes or objects: ``study_cases.toml``.

Run as a person's study is, from a table; twelve subjects at five timepoints on two plates, or a release assay of three
cultures with all its controls.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from elisa_bdnf.model.finding import Finding, NotEvaluated

FILE = Path(__file__).resolve().parent / "study_cases.toml"
TIMES = {"baseline": "", "120 min": 125, "230 min": 228, "24 h": "", "7 d": ""}
CONTROLS = {"medium_only": "< 15.6", "beads_only": "< 15.6", "antibody_only": "< 15.6"}
Row = dict[str, object]


def _none() -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class StudyCase:
    """``change``: rows with these values (``where``) get those (``to``). ``leave_out``: as ``--exclude`` takes them."""

    rule: str
    name: str
    finds: tuple[str, ...] = ()
    not_evaluated: bool = False
    table: str = "infusion"
    change: tuple[Mapping[str, Mapping[str, object]], ...] = ()
    leave_out: tuple[str, ...] = ()
    again: Mapping[str, float] = field(default_factory=_none)  # subjects measured once more, so many times as high
    set: Mapping[str, Any] = field(default_factory=_none)


@cache
def study_cases() -> tuple[StudyCase, ...]:
    """All cases on studies, in the order of the file."""
    entries: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["case"]
    told: list[dict[str, Any]] = [
        {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()} for entry in entries
    ]
    return tuple(StudyCase(**each) for each in told)


def rows_of(case: StudyCase) -> list[Row]:
    """The table of a case."""
    rows = list(_release() if case.table == "release" else _infusion())
    for change in case.change:
        for row in rows:
            if all(str(row[key]) == str(value) for key, value in change["where"].items()):
                row.update(change["to"])
    repeats = [
        row | {"plate": "P9", "concentration": case.again[str(row["subject"])] * float(str(row["concentration"]))}
        for row in rows
        if row.get("subject") in case.again
    ]
    return rows + repeats


def _infusion() -> Iterator[Row]:
    for number in range(1, 13):
        for at, (time, actual) in enumerate(TIMES.items()):
            yield {
                "sample": f"S{number} {time}", "subject": f"S{number}", "timepoint": time,
                "concentration": 100 * number + 10 * at + number * at * at, "lloq": 10, "unit": "pg/mL",
                "matrix": "plasma_edta", "plate": f"P{number % 2}", "lot": "L1",
                "arm": "ketamine" if number % 4 < 2 else "placebo", "actual_time_min": actual,
                "anticoagulant": "edta", "plate_verdict": "accepted",
                "wells": f"{'ABCDEF'[number % 6]}{3 + (number + at) % 5}",
            }  # fmt: skip


def _release() -> Iterator[Row]:
    for culture, scale in (("C1", 1.0), ("C2", 1.1), ("C3", 0.9)):
        common = {"prep_id": culture, "lloq": 15.6, "unit": "pg/mL", "v_medium_ul": 500, "v_eluate_ul": 100}
        for condition, level in (("veh", 250.0), ("ket", 400.0), ("NBQX", 245.0), ("ket+NBQX", 255.0)):
            for well, side in enumerate((0.97, 1.0, 1.04)):
                yield {"sample": f"{culture} {condition} {well}", "condition": condition, "timepoint": "60 min",
                       "concentration": scale * level * side, **common, "spike_added_pg_ml": ""}  # fmt: skip
        for condition, text in CONTROLS.items():
            yield {"sample": f"{culture} {condition}", "condition": condition, "timepoint": "", "concentration": text,
                   **common, "spike_added_pg_ml": ""}  # fmt: skip
        yield {"sample": f"{culture} ip_spike", "condition": "ip_spike", "timepoint": "", "concentration": 380.0,
               **common, "spike_added_pg_ml": 100}  # fmt: skip


def said_of_study(case: StudyCase) -> tuple[list[Finding], list[NotEvaluated]]:
    """What the rule of the case finds, and what it lacked."""
    from elisa_bdnf.study_workflow import StudyRequest, run_study  # noqa: PLC0415  (loads the statistics of studies)

    rows = rows_of(case)
    lines = [",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]
    with TemporaryDirectory() as folder:
        table = Path(folder) / "study.csv"
        table.write_text("\n".join(lines) + "\n", encoding="utf-8")
        design = "release" if case.table == "release" else None
        repeats = (f"{row['sample']}@P9: measured again to compare" for row in rows if row.get("plate") == "P9")
        request = StudyRequest((table,), design=design, excluded=(*case.leave_out, *repeats), overrides=case.set)
        result = run_study(request)
    found = [each for each in result.findings if each.rule == case.rule]
    return found, [each for each in result.not_evaluated if each.rule == case.rule]
