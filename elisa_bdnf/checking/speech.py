"""The outcome of a check as text, JSON, JUnit XML and annotations of GitHub."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath

from elisa_bdnf.checking.outcome import CaseReport, CheckReport, Place, Status
from elisa_bdnf.reports import github, junit
from elisa_bdnf.reports.digits import count
from elisa_bdnf.reports.inert import show

SCHEMA = "elisa-bdnf/check/1"
TITLE = "elisa-bdnf check"
_WORDS = {
    Status.AS_EXPECTED: "as expected",
    Status.DIFFERENT: "different",
    Status.UPDATED: "updated",
    Status.FAILED: "not run",
}


def text_from_report(report: CheckReport) -> str:
    """A line for every case and, below it, one for each of its differences; failures go to stderr."""
    return "\n".join([*(show(line) for case in report.cases for line in _lines(case)), summary(report)]) + "\n"


def _lines(case: CaseReport) -> Iterator[str]:
    compared = f" ({count(case.plates, 'plate')}, {count(case.results, 'result')})" if case.plates else ""
    yield f"{_WORDS[case.status]:<11}  {case.file}{compared}"
    yield from (f"{each.place}: {each.sentence}" for each in case.differences)


def summary(report: CheckReport) -> str:
    """``9 cases: 8 as expected, 1 different``."""
    counts = [(report.count(status), word) for status, word in _WORDS.items()]
    said = ", ".join(f"{number} {word}" for number, word in counts if number)
    return f"{count(len(report.cases), 'case')}: {said}"


def failure_lines(report: CheckReport) -> list[str]:
    """``error: …`` for stderr, one for each problem."""
    return [f"error: {show(f'{each.place}: {each.message}')}" for case in report.cases for each in case.failures]


def json_from_report(report: CheckReport) -> str:
    """The contract of ``check --format json`` (docs/check.md)."""
    document = {
        "schema": SCHEMA,
        "exit_code": report.exit_code,
        "counts": {status.value: report.count(status) for status in Status},
        "cases": [_case(case) for case in report.cases],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _case(case: CaseReport) -> dict[str, object]:
    return {
        "file": case.file,
        "export": case.export or None,
        "status": case.status.value,
        "plates": case.plates,
        "results": case.results,
        "differences": [
            {
                "kind": each.kind.value,
                **_place(each.place),
                "about": each.about,
                "expected": each.expected,
                "came": each.came,
            }
            for each in case.differences
        ],
        "failures": [{**_place(each.place), "message": each.message} for each in case.failures],
    }


def _place(place: Place) -> dict[str, object]:
    return {"file": place.file, "line": place.line or None, "column": place.column or None}


def junit_from_report(report: CheckReport) -> str:
    """A test case for every case."""
    return junit.junit_xml(
        TITLE,
        [
            junit.TestCase(
                name=case.file,
                group="elisa-bdnf.check",
                file=case.file,
                failures=_differences(case),
                errors=tuple(f"{each.place}: {each.message}" for each in case.failures),
            )
            for case in report.cases
        ],
    )


def _differences(case: CaseReport) -> tuple[str, ...]:
    """Those that still are; what was written down with --update is settled."""
    if case.status is Status.UPDATED:
        return ()
    return tuple(f"{each.place}: {each.sentence}" for each in case.differences)


def github_from_report(report: CheckReport, below: str = "") -> str:
    """An annotation for every difference and failure, then the summary.

    ``below`` is where paths start, from the root of the repository and with a ``/`` at its end.
    """
    lines = []
    for case in report.cases:
        level = "notice" if case.status is Status.UPDATED else "error"
        found = [(each.place, each.sentence) for each in case.differences]
        found += [(each.place, each.message) for each in case.failures]
        lines += [
            github.annotation(level, text, _from_root(at.file, below), at.line, at.column, TITLE) for at, text in found
        ]
    return "\n".join([*lines, summary(report)]) + "\n"


def _from_root(file: str, below: str) -> str:
    return below + file if file and not PurePath(file).is_absolute() else file


FORMATS: Mapping[str, Callable[[CheckReport], str]] = {
    "text": text_from_report,
    "json": json_from_report,
    "junit": junit_from_report,
    "github": github_from_report,
}
