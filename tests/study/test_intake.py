"""What comes in is accounted for, and what cannot be right is said, once, with its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from study.tables import Line, lines, study, written

Change = Callable[[list[Line]], None]


def setting(at: int, **values: object) -> Change:
    return lambda rows: rows[at].update(values)


def everything(**values: object) -> Change:
    return lambda rows: [row.update(values) for row in rows] and None


def dropping(column: str) -> Change:
    return lambda rows: [row.pop(column) for row in rows] and None


REFUSED: dict[str, tuple[Change, tuple[str, ...]]] = {
    "ambiguous time": (setting(2, timepoint="2:30"), ("table.csv:4", "can mean", "hours:minutes")),
    "240 is not 230": (setting(2, timepoint="240 min"), ("240 min, which is none",)),
    "two samples in one place": (setting(6, timepoint="baseline"), ("2 samples for S2 at baseline", "--exclude")),
    "two spellings of one time": (setting(2, timepoint="2h"), ("2 samples for S1 at 120min", "written '2h'")),
    "mixed units": (setting(4, unit="ng/mL"), ("2 units", "ng/mL (line 6", "pg/mL (line 2")),
    "mixed matrices": (setting(4, matrix="serum"), ("2 matrices", "plasma_edta", "serum", "--matrix")),
    "no subject": (setting(3, subject=""), ("1 row has no subject: line 5",)),
    "no subject column": (dropping("subject"), ("15 rows have no subject", "--samples")),
    "twins": (setting(5, subject="s1", timepoint="24 h"), ("differ only in case",)),
    "negative": (setting(1, concentration=-3, lloq=""), ("table.csv:3", "-3")),
    "zero": (setting(1, concentration=0, lloq=""), ("table.csv:3", "the concentration is 0")),
    "a word": (setting(1, concentration="high"), ("'high' is neither a number nor a limit",)),
    "n.d.": (setting(1, concentration="n.d."), ("not detected or not determined",)),
    "below an unknown limit": (setting(1, concentration="BLQ", lloq=""), ("a limit that is not stated",)),
    "interval beside its value": (
        lambda rows: [row.update(ci_low=900, ci_high=1000) for row in rows] and None,
        ("does not hold its concentration",),
    ),
    "two arms": (
        lambda rows: [row.update(arm="a" if at % 2 else "b") for at, row in enumerate(rows)] and None,
        ("crossover",),
    ),
    "status unknown": (setting(1, status="maybe"), ("the status 'maybe' is not known",)),
    "everything rejected": (everything(plate_verdict="rejected"), ("no row can be used", "rejected by QC")),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str, tmp_path: Path) -> None:
    change, said = REFUSED[name]
    rows = lines()
    change(rows)
    done, _ = study(tmp_path, written(tmp_path, rows))
    assert done.code == 3
    for words in said:
        assert words in done.err
    assert not (tmp_path / "study").exists()


def test_all_problems_are_said_together(tmp_path: Path) -> None:
    rows = lines()
    rows[2]["timepoint"] = "2:30"
    rows[4]["unit"] = "ng/mL"
    rows[7]["concentration"] = "high"
    done, _ = study(tmp_path, written(tmp_path, rows))
    assert done.code == 3
    assert done.err.count("'high'") == done.err.count("ng/mL") == 1
    assert "2:30" in done.err


CENSORED = {
    "< 31.2": ("left", 31.2),
    "<31.2": ("left", 31.2),
    "BLQ": ("left", 10.0),
    "5": ("left", 10.0),  # below the LLOQ of its line
    "> 900": ("right", 900.0),
}


@pytest.mark.parametrize("text", CENSORED)
def test_limits_are_kept_as_limits(text: str, tmp_path: Path) -> None:
    rows = lines()
    rows[1]["concentration"] = text
    _, made = study(tmp_path, written(tmp_path, rows))
    found = made["measurements"][1]
    assert (found["censoring"], found["limit"]) == CENSORED[text]
    assert found["concentration"] is None
    assert len(made["measurements"]) == len(rows)


def test_decimal_commas_and_semicolons_give_the_same_study(tmp_path: Path) -> None:
    rows = lines()
    for row in rows:
        row["concentration"] = float(str(row["concentration"])) + 0.25
    _, plain = study(tmp_path, written(tmp_path, rows))
    text = written(tmp_path, rows, "german.csv").read_text(encoding="utf-8").replace(",", ";").replace(".25", ",25")
    (tmp_path / "german.csv").write_text(text, encoding="utf-16")
    _, german = study(tmp_path, tmp_path / "german.csv")
    assert german["contrasts"] == plain["contrasts"]
    assert german["descriptives"] == plain["descriptives"]


def test_a_sample_sheet_says_whose_samples_are(tmp_path: Path) -> None:
    rows = lines()
    sheet = written(tmp_path, rows, "sheet.csv", ("sample", "subject", "timepoint"))
    table = written(tmp_path, rows, "table.csv", ("sample", "concentration", "unit"))
    done, made = study(tmp_path, table, "--samples", sheet)
    assert done.code == 0, done.err
    assert [subject["subject"] for subject in made["subjects"]] == ["S1", "S2", "S3"]
    for there in ("24 h", "pre"):
        other = [row | {"timepoint": there} if row["sample"] == "S1 120 min" else row for row in rows]
        wrong = written(tmp_path, other, "wrong.csv", ("sample", "subject", "timepoint"))
        done, _ = study(tmp_path, written(tmp_path, rows, "full.csv"), "--samples", wrong)
        assert done.code == 3
        assert f"has timepoint '{there}' in the sheet and '120 min' in full.csv" in done.err
    short = written(tmp_path, rows[1:], "short.csv", ("sample", "subject", "timepoint"))
    done, _ = study(tmp_path, table, "--samples", short)
    assert done.code == 3
    assert "sample 'S1 baseline'" in done.err
    assert "is not in the sheet" in done.err


def test_a_list_of_subjects_adds_their_arms_and_refuses_strangers(tmp_path: Path) -> None:
    table = written(tmp_path, lines(4))
    people = [{"subject": f"S{n}", "arm": "ketamine" if n < 3 else "placebo"} for n in range(1, 5)]
    done, made = study(tmp_path, table, "--samples", written(tmp_path, people, "people.csv"))
    assert done.code == 0, done.err
    assert made["groups"] == ["ketamine", "placebo"]
    done, _ = study(tmp_path, table, "--samples", written(tmp_path, people[:3], "people.csv"))
    assert done.code == 3
    assert done.err.count("subject 'S4'") == 1


def test_left_out_by_a_person_with_a_reason(tmp_path: Path) -> None:
    table = written(tmp_path, lines())
    done, _ = study(tmp_path, table, "--exclude", "S1 24 h: bad")
    assert done.code == 2
    done, made = study(tmp_path, table, "--exclude", "S1 24 h: tube was broken on arrival")
    assert done.code == 0, done.err
    (row,) = [each for each in made["measurements"] if not each["used"]]
    assert (row["sample"], row["use"], row["concentration"]) == ("S1 24 h", "left_out", 139.0)
    assert any(finding["rule"] == "STU-05" for finding in made["findings"])
    done, _ = study(tmp_path, table, "--exclude", "S9 24 h: tube was broken on arrival")
    assert done.code == 3


def test_one_matrix_can_be_taken(tmp_path: Path) -> None:
    rows = lines(2) + [row | {"matrix": "serum", "sample": f"x{at}"} for at, row in enumerate(lines(2))]
    done, made = study(tmp_path, written(tmp_path, rows), "--matrix", "serum")
    assert done.code == 0, done.err
    assert made["matrix"] == "serum"
    assert sum(each["use"] == "not_asked" for each in made["measurements"]) == 10


def test_rejected_plates_never_enter(tmp_path: Path) -> None:
    rows = lines(3, plate_verdict="accepted")
    _, before = study(tmp_path, written(tmp_path, rows))
    wrong = [row | {"subject": f"R{row['subject']}", "plate": "P2", "plate_verdict": "rejected"} for row in lines(3)]
    done, after = study(tmp_path, written(tmp_path, [*rows, *wrong]))
    assert done.code == 1
    assert after["contrasts"] == before["contrasts"]
    assert [each["n"] for each in after["descriptives"]] == [each["n"] for each in before["descriptives"]]
    assert sum(each["use"] == "plate_rejected" for each in after["measurements"]) == 15


def test_a_missing_baseline_is_a_finding_and_no_change(tmp_path: Path) -> None:
    done, made = study(tmp_path, written(tmp_path, lines()[1:]))
    assert done.code == 0
    (finding,) = [f for f in made["findings"] if f["rule"] == "SUB-01" and f["level"] == "fail_result"]
    assert "S1 has no number at baseline" in finding["message"]
    assert {value["ratio"] for value in made["subjects"][0]["values"]} == {None}


def test_a_folder_without_results_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done, _ = study(tmp_path, tmp_path / "empty")
    assert done.code == 3
    assert "holds no results" in done.err
