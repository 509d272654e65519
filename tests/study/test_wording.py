"""What a study says in words: each thing once, nothing that its numbers do not carry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from study.tables import Line, lines, study, written

Rows = list[Line]


def noisy(subjects: int, **common: object) -> Rows:
    """Courses whose changes differ from subject to subject."""
    rows = lines(subjects, **common)
    for number, row in enumerate(rows):
        row["concentration"] = 1000 + 37 * ((number * number + 3 * number) % 17) + number % 5
    return rows


def one_in_placebo() -> Rows:
    rows = noisy(12)
    return [row | {"arm": "placebo" if row["subject"] == "S1" else "ketamine"} for row in rows]


def all_below() -> Rows:
    return [row | {"concentration": "< 20"} for row in lines(7)]


def without_baseline() -> Rows:
    return [row for row in noisy(12) if row["timepoint"] != "baseline"]


def one_week_for_one() -> Rows:
    return [row for row in noisy(12) if row["timepoint"] != "7 d" or row["subject"] == "S1"]


SAID: dict[str, tuple[Callable[[], Rows], tuple[str, ...], tuple[str, ...]]] = {
    "one control": (
        one_in_placebo,
        ("placebo, 24h", "ketamine against placebo, 24h", "fewer than 3 subjects, nothing is concluded"),
        (),
    ),
    "all censored": (
        all_below,
        ("120min, 230min, 24h, 7d: no estimate (",),
        ("adjusted", "not an effect", "in this study", "no difference"),
    ),
    "no baseline": (without_baseline, ("120min, 230min, 24h, 7d: no estimate (",), ("adjusted", "tested by itself")),
    "one subject": (lambda: noisy(1), ("no estimate (",), ("adjusted", "tested by itself")),
    "few subjects": (
        lambda: noisy(6),
        ("below 10 paired tests come first; each timepoint is tested by itself", "not an effect of the drug"),
        (),
    ),
    "no effect": (
        lambda: noisy(12),
        ("no difference shown.", "Where no difference is shown there may be one"),
        ("no effect", "raised", "proves", "confirms"),
    ),
}


@pytest.mark.parametrize("case", SAID)
def test_sentences(case: str, tmp_path: Path) -> None:
    make, present, absent = SAID[case]
    done, document = study(tmp_path, written(tmp_path, make()))
    assert done.code == 0, done.err
    said = "\n".join(document["sentences"])
    for text in present:
        assert text in said
    for text in absent:
        assert text not in said
    assert len(set(document["sentences"])) == len(document["sentences"])
    assert "-0 %" not in said
    assert "−0 %" not in said


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (all_below, "7 subjects: no number at baseline (below the LLOQ): no change from it"),
        (without_baseline, "no subject has a sample at baseline"),
        (lambda: [row for row in noisy(12) if row["timepoint"] != "7 d"], "no subject has a sample at 7d"),
        (one_week_for_one, "11 subjects: no value at 7d"),
        (lambda: noisy(12)[:-1], "S12 has no value at 7d"),
    ],
)  # fmt: skip
def test_what_many_subjects_lack_is_one_finding(make: Callable[[], Rows], message: str, tmp_path: Path) -> None:
    _, document = study(tmp_path, written(tmp_path, make()))
    (found,) = (finding for finding in document["findings"] if finding["rule"] == "SUB-01")
    assert message in found["message"]


@pytest.mark.parametrize("value", ["1e300", "1e-300", "0"])
def test_what_cannot_be_a_concentration_is_refused(value: str, tmp_path: Path) -> None:
    rows = lines(3)
    rows[4] |= {"concentration": value, "lloq": ""}
    done, _ = study(tmp_path, written(tmp_path, rows))
    assert done.code == 3
    assert "table.csv:6" in done.err


def test_a_narrow_interval_has_decimals(tmp_path: Path) -> None:
    rows = [row | {"concentration": 1000 + number % 7 / 10} for number, row in enumerate(lines(12))]
    _, document = study(tmp_path, written(tmp_path, rows))
    assert " 0 % to 0 %" not in "\n".join(document["sentences"])


def test_repeated_samples_are_listed_up_to_a_few(tmp_path: Path) -> None:
    rows = lines(3)
    done, _ = study(tmp_path, written(tmp_path, [*rows, *rows[:9]]))
    assert done.code == 3
    assert done.err.count("2 samples for") == 5
    assert "the same of 4 more" in done.err


def test_rejected_plates_of_a_table_are_named(tmp_path: Path) -> None:
    rows = [row | {"plate": f"P{row['subject']}", "plate_verdict": "accepted"} for row in noisy(12)]
    for row in rows[:5]:
        row["plate_verdict"] = "rejected"
    done, document = study(tmp_path, written(tmp_path, rows))
    assert done.code == 1
    page = (tmp_path / "study" / "study.html").read_text(encoding="utf-8")
    assert "PS1 did not pass QC and take no part." in page
    assert not any(each["used"] for each in document["measurements"] if each["plate"] == "PS1")


def test_a_table_without_samples_or_protocol_is_spoken_of_by_what_it_has(tmp_path: Path) -> None:
    rows = [{k: v for k, v in row.items() if k not in ("sample", "matrix", "plate")} for row in noisy(6)]
    table = written(tmp_path, [row | {"reportable": "false" if row["subject"] == "S1" else "true"} for row in rows])
    _, made = study(tmp_path, table)
    said = [finding["message"] for finding in made["findings"]]
    assert any(
        "5 results were withheld by rules of the plate: S1 at baseline (not reportable)" in each for each in said
    )
    assert any(each.startswith("1 subject has no value at all: S1") for each in said)
    assert "EDTA plasma" not in (tmp_path / "study" / "study.html").read_text(encoding="utf-8").split("</h1>")[0]


def test_rows_of_nobody_are_in_no_arm(tmp_path: Path) -> None:
    rows = [row | {"subject": "", "arm": "ab"[number % 2]} for number, row in enumerate(noisy(2))]
    done, _ = study(tmp_path, written(tmp_path, rows))
    assert (done.code, len(done.err.splitlines())) == (3, 1)
    assert "10 rows have no subject" in done.err
