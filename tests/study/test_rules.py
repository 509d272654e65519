"""Every rule of studies on a study that it must pass and one that it must object to."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency
from scipy.stats.contingency import crosstab

from charted_plates import exports
from elisa_bdnf import qc
from elisa_bdnf.examples.study import StudyCase, said_of_study, study_cases
from elisa_bdnf.qc.study_balance_rules import cramers_v
from program import FIXTURES, elisa_bdnf
from study.tables import Line, lines, study, written

Change = Callable[[list[Line]], None]


def good() -> list[Line]:
    """Twelve subjects, each on one of two plates, all arms and times on both."""
    rows = lines(12, lot="L1", actual_time_min="", anticoagulant="edta", plate_verdict="accepted")
    for row in rows:
        number = int(str(row["subject"])[1:])
        row |= {"plate": f"P{number % 2}", "arm": "ketamine" if number % 4 < 2 else "placebo"}
        row["actual_time_min"] = {"120 min": 125, "230 min": 228}.get(str(row["timepoint"]), "")
    return rows


@pytest.mark.parametrize("case", study_cases(), ids=lambda case: f"{case.rule} {case.name}")
def test_what_the_program_shows_of_a_rule(case: StudyCase) -> None:
    found, missing = said_of_study(case)
    assert [f"{f.level.value} {f.subject}" for f in found] == list(case.finds)
    assert bool(missing) >= case.not_evaluated


def test_every_rule_that_looks_at_studies_alone_has_cases() -> None:
    alone = set(qc.STUDY_RULES) - set(qc.RULES)
    assert alone == {case.rule for case in study_cases() if case.finds}
    assert alone == {case.rule for case in study_cases() if not case.finds and not case.not_evaluated}


def at(index: int, **values: object) -> Change:
    return lambda rows: rows[index].update(values)


def every(test: Callable[[Line], bool], **values: object) -> Change:
    return lambda rows: [row.update(values) for row in rows if test(row)] and None


FAILING: dict[str, Change] = {
    "STU-06": every(lambda row: row["plate"] == "P1", plate_verdict="rejected"),
    "STU-03": every(lambda row: row["timepoint"] == "7 d" and row["plate"] == "P1", concentration="< 50"),
    "STU-04": every(lambda row: row["arm"] == "placebo", plate="P1"),
    "SUB-01": at(0, concentration=""),
    "SUB-02": at(3, plate="P9"),
    "SUB-03": at(1, actual_time_min=140),
    "SUB-04": at(3, anticoagulant="heparin"),
    "SUB-05": at(3, concentration=5000),
}


@pytest.fixture(scope="module")
def passed(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("good")
    _, document = study(folder, written(folder, good()))
    assert document["model"]["method"] == "REML"
    return {finding["rule"] for finding in document["findings"]}


def test_a_good_study_has_no_findings(passed: set[str]) -> None:
    assert passed == set()


@pytest.mark.parametrize("rule", FAILING)
def test_an_objection(rule: str, tmp_path: Path) -> None:
    rows = good()
    FAILING[rule](rows)
    _, document = study(tmp_path, written(tmp_path, rows))
    assert rule in {finding["rule"] for finding in document["findings"]}
    table = written(tmp_path, rows)
    _, silent = study(tmp_path, table, "--set", f"qc.rules.{rule}.enabled=false")
    assert rule not in {finding["rule"] for finding in silent["findings"]}


def test_a_draw_far_off_is_not_that_timepoint(tmp_path: Path) -> None:
    rows = good()
    rows[1]["actual_time_min"] = 151
    _, document = study(tmp_path, written(tmp_path, rows))
    assert [each["use"] for each in document["measurements"]].count("off_time") == 1


@pytest.mark.parametrize(("preset", "uses"), [("kit-research", 0), ("ich-m10-lba", 1)])
def test_no_change_is_made_of_another_tube_where_that_is_forbidden(preset: str, uses: int, tmp_path: Path) -> None:
    rows = good()
    rows[3]["anticoagulant"] = "heparin"
    _, document = study(tmp_path, written(tmp_path, rows), "--set", f"qc.preset={preset}")
    assert [each["use"] for each in document["measurements"]].count("other_handling") == uses
    (finding,) = [each for each in document["findings"] if each["rule"] == "SUB-04"]
    assert finding["level"] == ("fail_result" if uses else "warn")
    (subject,) = [each for each in document["subjects"] if each["subject"] == "S1"]
    (value,) = [each for each in subject["values"] if each["timepoint"] == "24h"]
    assert (value["state"] == "excluded") is bool(uses)


RELEASE = {
    "P2-01": (",100\n", ",\n"),  # nothing was added to the spiked control
    "P2-02": (",beads_only,,< 15.6,,,", ",beads_only,,60,55,65,"),
}


@pytest.mark.parametrize("rule", RELEASE)
def test_an_objection_to_a_release_study(rule: str, tmp_path: Path) -> None:
    text = (FIXTURES / "studies" / "release" / "concentrations.csv").read_text(encoding="utf-8")
    (tmp_path / "t.csv").write_text(text.replace(*RELEASE[rule]), encoding="utf-8")
    _, document = study(tmp_path, tmp_path / "t.csv", "--design", "release")
    assert rule in {finding["rule"] for finding in document["findings"]}


def test_repeats_that_do_not_agree(tmp_path: Path) -> None:
    rows = good()
    again = [row | {"plate": "P9", "concentration": 3 * float(str(row["concentration"]))} for row in rows[:5]]
    left_out = [word for row in rows[:5] for word in ("--exclude", f"{row['sample']}@P9: measured again to compare")]
    asked = ("--set", "qc.rules.STU-01.enabled=true", "--set", "qc.rules.STU-01.repeated=0.05")
    _, document = study(tmp_path, written(tmp_path, [*rows, *again]), *left_out, *asked)
    (finding,) = [each for each in document["findings"] if each["rule"] == "STU-01"]
    assert finding["measured"] == "0 %"


def test_plates_that_were_not_assessed_alike(tmp_path: Path) -> None:
    case = FIXTURES / "demo"
    other = FIXTURES / "softmax-pass"
    sheet = (other / "samples.csv").read_text(encoding="utf-8").replace(",KET-", ",KEX-")
    (tmp_path / "sheet.csv").write_text(sheet, encoding="utf-8")
    common = ("--protocol", "human-infusion-plasma", "--quiet", "--out")
    elisa_bdnf("run", case / "bdnf-plate.txt", "--samples", case / "samples.csv", *common, tmp_path / "r" / "one")
    elisa_bdnf("run", other / "plate.txt", "--samples", tmp_path / "sheet.csv", "--fit-on", "means", *common,
               tmp_path / "r" / "two")  # fmt: skip
    _, document = study(tmp_path, tmp_path / "r")
    (finding,) = [each for each in document["findings"] if each["rule"] == "FIT-07"]
    assert "method differs between plates" in finding["message"]
    path = tmp_path / "r" / "one" / "result.json"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    _, document = study(tmp_path, tmp_path / "r")
    assert any("changed after it was written" in each["message"] for each in document["findings"])


def test_every_rule_of_studies_is_tried() -> None:
    assert set(qc.STUDY_RULES) - set(FAILING) - set(RELEASE) == {"STU-01", "STU-02", "STU-05", "FIT-07"}  # tried above


@pytest.mark.parametrize(("scale", "levels"), [(1.0, []), (2.0, ["warn"])])
def test_a_control_between_the_plates_of_a_study(scale: float, levels: list[str], tmp_path: Path) -> None:
    exports(tmp_path / "in", [100.0 - 22 * scale, 100.0, 100.0 + 22 * scale])
    elisa_bdnf("batch", tmp_path / "in", "--out", tmp_path / "r", "--quiet")
    for path in (tmp_path / "r").glob("*/result.json"):  # whose samples have no subject
        document = json.loads(path.read_text(encoding="utf-8"))
        for row in document["samples"]:
            row |= {"subject": f"S {path.parent.name}", "timepoint": "baseline", "matrix": "plasma_edta"}
        path.write_text(json.dumps(document), encoding="utf-8")
    _, document = study(tmp_path, tmp_path / "r", "--protocol", "human-infusion-plasma")
    assert [each["level"] for each in document["findings"] if each["rule"] == "STU-02"] == levels


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.integers(0, 5)), min_size=8, max_size=60))
def test_association_of_timepoints_and_columns(pairs: list[tuple[str, int]]) -> None:
    """Against scipy's χ², with the correction of Bergsma 2013 by hand; 1 where each class has a column of its own."""
    table = crosstab([first for first, _ in pairs], [second for _, second in pairs]).count
    rows, columns, n = *table.shape, len(pairs)
    fewer = min(size - (size - 1) ** 2 / (n - 1) for size in (rows, columns)) - 1
    if min(rows, columns) < 2 or fewer <= 0:
        assert cramers_v(pairs) == 0.0
        return
    excess = max(0.0, chi2_contingency(table, correction=False).statistic / n - (rows - 1) * (columns - 1) / (n - 1))
    assert cramers_v(pairs) == pytest.approx(math.sqrt(excess / fewer), abs=1e-7)
    assert cramers_v([(first, ord(first)) for first, _ in pairs]) == pytest.approx(float(rows > 1))
