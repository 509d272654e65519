"""``elisa-bdnf history``: what it shows, draws and rebuilds, and what it refuses."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from charted_plates import STEADY, export, exports
from elisa_bdnf.history import store
from elisa_bdnf.model.chart import Chart, Placed, SegmentCharts, Standing
from elisa_bdnf.model.control_chart import limits_from
from elisa_bdnf.model.history import ChartedPlate, Segment
from elisa_bdnf.reports.history_text import chart_lines
from program import FIXTURES, elisa_bdnf

SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "schemas" / "history.schema.json"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve plates of one lot and three of another, run and recorded."""
    here = tmp_path_factory.mktemp("lab")
    files = [*exports(here / "in", STEADY[:12]), *exports(here / "in", [101.0, 99.0, 100.0], lot="L2", first=13)]
    done = elisa_bdnf("run", *files, "--history", here / "h.sqlite", "--out", here / "out", "--quiet")
    assert (done.code, done.err) == (0, "")
    return here


def history(command: str, lab: Path, *more: str | Path) -> str:
    done = elisa_bdnf("history", command, *more, "--history", lab / "h.sqlite")
    assert done.code == 0, done.err
    return done.out


def test_show_tells_how_far_each_chart_goes(lab: Path) -> None:
    first, second = history("show", lab).replace("|", " ").split("lot L2")
    assert "lot L1" in first
    assert "12 plates" in first
    assert [line.split()[-2:] for line in first.splitlines() if "QC pg/mL" in line] == [["12", "warns"]]
    assert [line.split()[-3:] for line in second.splitlines() if "QC pg/mL" in line] == [["3", "nothing", "yet"]]


def test_show_plates_lists_them_in_order(lab: Path) -> None:
    lines = [line for line in history("show", lab, "--plates", "--lot", "L1").splitlines() if "plate-" in line]
    assert [line.split()[2] for line in lines] == sorted(line.split()[2] for line in lines)
    assert len(lines) == 12


def test_json_fits_the_published_schema(lab: Path) -> None:
    document = json.loads(history("show", lab, "--json"))
    jsonschema.validate(document, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert len(document["plates"]) == 15
    assert {chart["decides"] for chart in document["charts"]} == {"warnings", "nothing"}


def test_chart_in_the_terminal_shows_every_plate(lab: Path) -> None:
    said = history("chart", lab, "QC", "--lot", "L1")
    grid = [line[15:] for line in said.splitlines()[2:19]]
    assert sum(line.count("*") + line.count("o") + line.count("X") for line in grid) == 12
    assert said.splitlines()[19].split() == ["limits", "=" * 12]
    middle = next(line for line in said.splitlines() if "mean" in line)
    assert 99 < float(middle.split()[1]) < 101


@pytest.mark.parametrize("width", [30, 40, 60, 200])
def test_a_chart_fits_any_window_and_says_which_plates_its_limits_come_from(width: int) -> None:
    plates = tuple(Placed(_charted(number), Standing.EARLIER) for number in range(25))
    chart = Chart("QC", "pg/mL", tuple(100.0 + number % 5 for number in range(25)), limits_from([100.0, 104.0] * 10))
    lines = list(chart_lines(chart, SegmentCharts(plates[0].plate.segment, plates, (chart,), ()), width))[1:]
    assert max(map(len, lines[:-1])) < width
    shown = min(25, width - 8)
    assert lines[17].split()[1] == "=" * (20 - (25 - shown))
    assert "+3 SD" in lines[2]
    assert ("108.2" in lines[2]) == (width >= 60)


def _charted(number: int) -> ChartedPlate:
    segment = Segment("generic", "", "L1", "pg/mL", "4pl")
    return ChartedPlate(
        f"{number}.txt", f"{number:064}", 0, "Plate 1", f"2026-03-{number + 1:02}", segment, None, (), ()
    )


def test_page_and_picture(lab: Path, tmp_path: Path) -> None:
    history("chart", lab, "--out", tmp_path / "charts.html")
    page = (tmp_path / "charts.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 8
    assert "<script" not in page
    history("chart", lab, "ln c", "--lot", "L2", "--out", tmp_path / "c.svg")
    root = ET.fromstring((tmp_path / "c.svg").read_bytes())  # noqa: S314 - of our own making
    assert root.tag.endswith("svg")


def test_rebuilt_from_result_folders_it_is_the_same(lab: Path, tmp_path: Path) -> None:
    said = elisa_bdnf("history", "rebuild", lab / "out", "--history", tmp_path / "new.sqlite")
    assert "15 plates, before 0" in said.out
    assert store.read(tmp_path / "new.sqlite").segments == store.read(lab / "h.sqlite").segments


def test_rebuild_keeps_a_damaged_file_beside_the_new_one(lab: Path, tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    path.write_bytes(b"\0damaged\xff" * 300)
    said = elisa_bdnf("history", "rebuild", lab / "out", "--history", path)
    assert (said.code, "h.sqlite.damaged" in said.err) == (0, True)
    assert store.read(path).segments == store.read(lab / "h.sqlite").segments
    assert (tmp_path / "h.sqlite.damaged").read_bytes() == b"\0damaged\xff" * 300


@pytest.mark.parametrize("kind", ["table", "workbook", "another database", "folder"])
def test_rebuild_leaves_files_alone_that_are_no_history(lab: Path, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "h.sqlite"
    if kind == "table":
        path.write_text("sample,subject\nK01,1\n", encoding="utf-8")
    elif kind == "workbook":
        shutil.copy(FIXTURES / "generic-xlsx" / "plate.xlsx", path)
    elif kind == "folder":
        path.mkdir()
    else:
        with contextlib.closing(sqlite3.connect(path)) as database:
            database.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes() if path.is_file() else b""
    done = elisa_bdnf("history", "rebuild", lab / "out", "--history", path, "--replace")
    assert done.code == 3, done.out
    assert [each.name for each in tmp_path.iterdir()] == ["h.sqlite"]
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_rebuild_drops_nothing_unasked(lab: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(lab / "h.sqlite", tmp_path / "h.sqlite"))
    one = min((lab / "out").iterdir())
    refused = elisa_bdnf("history", "rebuild", one, "--history", path)
    assert refused.code == 3
    assert "14 of 15 plates are not in these folders" in refused.err
    assert len(store.read(path).plates) == 15
    assert elisa_bdnf("history", "rebuild", one, "--history", path, "--replace").code == 0
    assert len(store.read(path).plates) == 1


@pytest.mark.parametrize("content", ["{", "{}", '{"schema": "x"}', "[]"])
def test_rebuild_names_what_is_no_result(tmp_path: Path, content: str) -> None:
    (tmp_path / "result.json").write_text(content, encoding="utf-8")
    refused = elisa_bdnf("history", "rebuild", tmp_path, "--history", tmp_path / "h.sqlite")
    assert refused.code == 3
    assert "result.json: not a result of elisa-bdnf" in refused.err
    assert not (tmp_path / "h.sqlite").exists()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("show",), 2, "no history is named"),
        (("show", "--history", "no.sqlite"), 3, "there is no such history"),
        (("show", "--protocol", "generic"), 2, "names no history"),
        (("rebuild", "nowhere", "--history", "h.sqlite"), 3, "there is no such folder"),
    ],
)
def test_what_cannot_be_is_named(tmp_path: Path, words: tuple[str, ...], code: int, said: str) -> None:
    done = elisa_bdnf("history", *words, folder=tmp_path)
    assert done.code == code
    assert said in done.err


def test_an_unknown_chart_lot_or_ending_is_named(lab: Path, tmp_path: Path) -> None:
    for words, said in (
        (("chart", "QC9"), "one of QC, ln c"),
        (("show", "--lot", "L9"), "one of L1, L2"),
        (("chart", "--out", str(tmp_path / "x.png")), ".html or .svg"),
        (("chart", "--out", str(tmp_path / "x.svg")), "a picture holds one chart"),
    ):
        done = elisa_bdnf("history", *words, "--history", lab / "h.sqlite")
        assert done.code == 2
        assert said in done.err


def test_a_plate_without_a_lot_is_recorded_and_not_judged(tmp_path: Path) -> None:
    file = export(tmp_path, 1, 100.0, lot="")
    done = elisa_bdnf("run", file, "--history", tmp_path / "h.sqlite", "--out", tmp_path / "out", "--json")
    reasons = {each["rule"]: each["reason"] for each in json.loads(done.out)["not_evaluated"]}
    assert "kit lot is not stated" in reasons["CTL-01"]


def test_the_history_of_a_protocol_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "lab").mkdir()
    protocol = tmp_path / "lab" / "ours.toml"
    protocol.write_text('extends = "generic"\n[history]\nfile = "plates.sqlite"\n', encoding="utf-8")
    file = export(tmp_path / "in", 1, 100.0)
    assert elisa_bdnf("run", file, "-p", protocol, "--out", tmp_path / "out", "--quiet").code == 0
    assert [p.name for p in (tmp_path / "lab").glob("*.sqlite")] == ["plates.sqlite"]
    assert "1 plate" in elisa_bdnf("history", "show", "-p", protocol).out


def test_weights_power_take_their_exponent_from_the_history(lab: Path, tmp_path: Path) -> None:
    file = export(tmp_path, 16, 100.0, lot="L3")
    words = ("run", file, "--history", lab / "h.sqlite", "--out", tmp_path / "out", "--json", "--weights", "power")
    curve = json.loads(elisa_bdnf(*words).out)["curve"]
    assert curve["weights"].startswith("power:")
    assert curve["report"]["theta_estimated"] is False
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "pooled from 15 plates of the history h.sqlite" in page


def test_a_day_that_a_person_gives_places_the_plate(tmp_path: Path) -> None:
    words = ("--history", tmp_path / "h.sqlite", "--quiet")
    for number, day in ((1, "2026-03-02"), (2, "2026-03-01")):
        file = export(tmp_path, number, 100.0)
        assert elisa_bdnf("run", file, "--date", day, "--out", tmp_path / f"out{number}", *words).code == 0
    assert [p.read_at[:10] for p in store.read(tmp_path / "h.sqlite").plates] == ["2026-03-01", "2026-03-02"]
