"""Nothing that a rule forbids appears as reportable anywhere: every rule, at both levels that forbid, in every file."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest

from elisa_bdnf import qc
from elisa_bdnf.errors import StudyError
from elisa_bdnf.examples.case import Case, cases
from elisa_bdnf.examples.judged import analyzed
from elisa_bdnf.model.finding import Finding
from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.model.study import StudyResult
from elisa_bdnf.reports.folder import files_from_result
from elisa_bdnf.study_workflow import StudyRequest, run_study

BY_RULE = {case.rule: case for case in reversed(cases()) if case.finds and not case.over_plates}
LEVELS = ("fail_result", "fail_plate")


def judged_at(case: Case, level: str) -> PlateResult:
    return qc.judge(analyzed(case, {f"qc.rules.{case.rule}.level": level}))


def forbids(finding: Finding, sample: dict[str, object]) -> bool:
    """Whether a finding of the level fail_result is about this sample, one of its wells, or the plate at its wells."""
    wells = set(sample["wells"])  # type: ignore[call-overload]
    if finding.subject == "plate":
        return not finding.wells or bool(wells & set(finding.wells))
    return finding.subject == f"sample {sample['sample']}" or (len(finding.wells) == 1 and finding.wells[0] in wells)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("rule", sorted(BY_RULE))
def test_what_a_rule_forbids_is_in_no_table(rule: str, level: str) -> None:
    result = judged_at(BY_RULE[rule], level)
    own = [finding for finding in result.findings if finding.rule == rule]
    assert {finding.level.value for finding in own} == {level}
    files = files_from_result(result, ())
    document = json.loads(files["result.json"])
    rows = list(csv.DictReader(io.StringIO(files["samples.csv"].decode())))
    assert document["verdict"] == ("rejected" if level == "fail_plate" else document["verdict"])
    for sample, row in zip(document["samples"], rows, strict=True):
        if level == "fail_plate" or any(forbids(finding, sample) for finding in own):
            assert (sample["reportable"], sample["concentration"], sample["ci_low"], sample["ci_high"]) == (
                False, None, None, None,
            )  # fmt: skip
            assert sample["reason"]
            assert (row["reportable"], row["concentration"], row["ci_low"], row["ci_high"]) == ("false", "", "", "")
    if level == "fail_plate":
        assert not any(each["reportable"] for each in (*document["results"], *document["controls"]))


# A good plate but for one sample that reads 888 pg/mL, a number that is nowhere else.
ONE = Case("QCS-04", "a result of its own", in_well={"A5": 44.4, "A6": 44.41})
ONE_SAMPLE = Case("PRE-01", "a result of its own", in_well=ONE.in_well,
                  content={"A5": {"attributes": {"freeze_thaw_n": "9"}}})  # fmt: skip


def texts(files: dict[str, bytes]) -> str:
    """All that a person reads in the page and in the workbook."""
    with zipfile.ZipFile(io.BytesIO(files["report.xlsx"])) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if name.endswith(".xml")]
    return files["report.html"].decode() + "".join(sheets)


def shows(said: str) -> bool:
    return ">888<" in said or "888 pg/mL" in said or "888.09" in said or ">888\n" in said


def test_the_number_is_shown_where_nothing_forbids_it() -> None:
    assert shows(texts(files_from_result(qc.judge(analyzed(ONE)))))


@pytest.mark.parametrize(("case", "level"), [(ONE, "fail_plate"), (ONE, "fail_result"), (ONE_SAMPLE, "fail_result")])
def test_a_forbidden_number_is_in_neither_page_nor_workbook(case: Case, level: str) -> None:
    assert not shows(texts(files_from_result(judged_at(case, level))))


def study_of(result: PlateResult, folder: Path) -> StudyResult:
    for name, data in files_from_result(result, ()).items():
        (folder / name).write_bytes(data)
    return run_study(StudyRequest((folder,), protocol="human-infusion-plasma"))


def test_a_study_does_not_use_a_result_that_is_forbidden(tmp_path: Path) -> None:
    study = study_of(judged_at(ONE_SAMPLE, "fail_result"), tmp_path)
    assert {each.sample for each in study.measurements if not each.used} == {"S1-baseline"}


def test_a_study_does_not_use_a_plate_that_is_forbidden(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="plate rejected by QC"):
        study_of(judged_at(ONE, "fail_plate"), tmp_path)
