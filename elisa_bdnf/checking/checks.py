"""All cases of some paths, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from elisa_bdnf import workflow
from elisa_bdnf.checking.came import Came, run_case
from elisa_bdnf.checking.case import Case
from elisa_bdnf.checking.compare import differences
from elisa_bdnf.checking.expected_file import read_case
from elisa_bdnf.checking.find import expected_files
from elisa_bdnf.checking.outcome import CaseReport, CheckReport, Status, failed, failures_from_error, shown_path
from elisa_bdnf.checking.update import files_from_case
from elisa_bdnf.errors import ElisaError, OutputError


def check_paths(paths: Sequence[Path], *, update: bool = False) -> CheckReport:
    """Run every case that the paths mean and compare; a case that cannot be run does not stop the others.

    With ``update`` the reports of cases with differences hold the files for :func:`write_updates`. Nothing is written.
    """
    found = expected_files(paths)
    return CheckReport(tuple(each if isinstance(each, CaseReport) else _check(each, update=update) for each in found))


def write_updates(report: CheckReport) -> None:
    """Write down what came; raises :class:`elisa_bdnf.errors.OutputError` with the old files intact."""
    for case in report.cases:
        if not case.files:
            continue
        try:
            workflow.write_files(case.folder, case.files)
        except OutputError as error:
            found = error.problems[0].found.replace("the results", "what came")
            raise OutputError(found, expected="a folder that may be written to", file=case.file) from None


def _check(path: Path, *, update: bool) -> CaseReport:
    file = shown_path(path)
    try:
        case = read_case(path, file)
    except ElisaError as error:
        return failed(file, failures_from_error(error, file))
    came = run_case(case)
    if came.refused is not None and case.refused is None:
        return replace(failed(file, failures_from_error(came.refused, file)), export=case.export.name)
    report = _compared(case, came)
    if not report.differences or not update:
        return report
    return replace(report, status=Status.UPDATED, folder=path.parent, files=files_from_case(case, came))


def _compared(case: Case, came: Came) -> CaseReport:
    found = differences(case, came)
    status = Status.DIFFERENT if found else Status.AS_EXPECTED
    results = 0 if case.results is None else len(case.results)
    return CaseReport(case.file, status, case.export.name, len(came.plates), results, found)
