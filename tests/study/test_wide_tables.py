"""Tables with a column for each timepoint, and headings that were not understood."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from study.tables import TIMES, Line, lines, study, written

HEADINGS = {
    "as the protocol names them": ("baseline", "120min", "230min", "24h", "7d"),
    "as people do": ("T0", "+2h", "3h50", "D1", "D7"),
    "with bare minutes": ("0", "120", "230", "1440", "10080"),
    "with the analyte and its unit": (
        "BDNF pre (pg/mL)", "BDNF 120 min (pg/mL)", "BDNF 230 min (pg/mL)", "BDNF 24 h (pg/mL)", "BDNF day 7 (pg/mL)",
    ),
}  # fmt: skip


def wide(headings: tuple[str, ...], subject: str = "subject") -> list[Line]:
    long = lines(4)
    return [
        {subject: f"S{n}", "age": 30 + n}
        | {h: line["concentration"] for h, line in zip(headings, long[5 * (n - 1) :], strict=False)}
        for n in range(1, 5)
    ]


def values(document: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(m["subject"], m["timepoint"], m["concentration"]) for m in document["measurements"]]


@pytest.mark.parametrize("subject", ["subject", "Patient ID", "ID"])
@pytest.mark.parametrize("name", HEADINGS)
def test_a_column_for_each_timepoint_is_the_same_study(name: str, subject: str, tmp_path: Path) -> None:
    _, long = study(tmp_path, written(tmp_path, lines(4, lloq="", matrix="", plate=""), "long.csv"))
    done, document = study(tmp_path, written(tmp_path, wide(HEADINGS[name], subject), "wide.csv"))
    assert done.code == 0, done.err
    assert values(document) == values(long)
    assert document["contrasts"] == long["contrasts"]
    (source,) = document["sources"]
    said = f"a column for each timepoint: {', '.join(HEADINGS[name])}; not read as concentrations: age"
    assert source["remarks"] == [said]
    assert f"wide.csv has {said}" in document["remarks"]


def test_cells_of_a_wide_table_have_their_place(tmp_path: Path) -> None:
    rows = wide(HEADINGS["as people do"])
    rows[0]["+2h"], rows[1]["D1"], rows[2]["D7"] = -3, "n.d.", ""
    done, _ = study(tmp_path, written(tmp_path, rows))
    assert done.code == 3
    assert "table.csv:2:4: the concentration is -3" in done.err
    assert "table.csv:3:6: 'n.d.' can mean" in done.err


def test_a_sample_of_a_wide_table_can_be_left_out_by_its_name(tmp_path: Path) -> None:
    table = written(tmp_path, wide(HEADINGS["as people do"]))
    _, document = study(tmp_path, table, "--exclude", "S2 +2h: tube broken in transit")
    (left,) = [m for m in document["measurements"] if not m["used"]]
    assert (left["subject"], left["timepoint"], left["reason"]) == ("S2", "120min", "tube broken in transit")


@pytest.mark.parametrize(
    ("headings", "said"),
    [
        (("T0", "2:30", "3h50", "D1", "D7"), "'2:30' can mean hours:minutes or minutes:seconds"),
        (("T0", "2h", "240 min", "D1", "D7"), "'240 min' means 240 min, which is none of the protocol's timepoints"),
        (("T0", "2h", "120min", "D1", "D7"), "2 samples for S1 at 120min"),
        (("first", "second", "third", "fourth", "fifth"), "line 1 has 'subject', 'age', 'first', 'second'"),
    ],
)
def test_headings_that_are_no_timepoints_are_refused(headings: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done, document = study(tmp_path, written(tmp_path, wide(headings)))
    assert (done.code, document) == (3, {})
    assert said in done.err


def test_a_column_named_after_the_analyte_holds_its_concentrations(tmp_path: Path) -> None:
    rows = [
        {"Participant ID": line["subject"], "Visit": line["timepoint"], "BDNF (ng/mL)": line["concentration"]}
        for line in lines(2)
    ]
    _, document = study(tmp_path, written(tmp_path, rows))
    assert document["unit"] == "ng/mL"
    assert [m["timepoint_text"] for m in document["measurements"]] == [*TIMES, *TIMES]


def test_rows_of_nobody_are_said_and_not_called_twins_as_well(tmp_path: Path) -> None:
    rows = [{"sample": line["sample"], "concentration": line["concentration"]} for line in lines(2)]
    done, _ = study(tmp_path, written(tmp_path, rows))
    assert done.err.count("error:") == 2
    assert "10 rows have no subject: lines 2, 3, 4, 5, 6 and 5 more" in done.err
