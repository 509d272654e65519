"""Every rule of studies on a study that it must pass and one that it must object to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from elisa_bdnf import qc
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
    _, document = study(tmp_path, written(tmp_path, [*rows, *again]), *left_out)
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
    assert set(qc.STUDY_RULES) - set(FAILING) - set(RELEASE) == {"STU-01", "STU-05", "FIT-07"}  # tried above
