"""The terminal: everything said, nothing obeyed, at every width."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich import box
from rich.console import Console
from rich.text import Text

from elisa_bdnf.reports import terminal, terminal_curve
from elisa_bdnf.reports.document import document_from_result
from elisa_bdnf.reports.terminal_speech import speakable
from elisa_bdnf.reports.terminal_stack import StackedTable
from reports import build


def printed(result, width=120, *, color=False):
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=color, color_system="truecolor" if color else None)
    terminal.print_result(result, Path("out") / "plate", console)
    return stream.getvalue()


@pytest.fixture(params=build.STATES)
def result(request):
    return build.STATES[request.param]()


@pytest.mark.parametrize("width", [40, 60, 80, 100, 140, 200])
def test_no_line_is_wider_than_the_window(result, width):
    lines = printed(result, width).splitlines()
    assert max(len(line.rstrip()) for line in lines) <= width


def test_every_subject_and_bound_is_there():
    said = printed(build.accepted())
    for text in ("P01", "P07", "< 156", "> 10000", "not reportable", "383–462", "7 of 7", "3 of 3", "DIL-04", "PRE-01"):
        assert text in said
    assert "P01 D3…H4" in said
    assert str(Path("out") / "plate" / "report.html") in said


def test_rejected_stands_at_the_top_and_on_every_table():
    said = printed(build.rejected())
    assert said.lstrip().startswith("REJECTED")
    assert said.count("REJECTED – not reportable") == 5
    assert "STD-04" in said[:400]


def test_without_a_curve_the_reason_is_said():
    assert "No curve: The responses of the standards do not rise" in printed(build.without_curve())


def test_text_from_data_is_inert():
    said = printed(build.hostile(), 200)
    assert "\x1b" not in said
    stream_lists_names = build.judged(build.analysis(rename=build.HOSTILE), findings=())
    names = printed(_without_subjects(stream_lists_names), 200)
    assert "\\x1b[31mred\\x1b[0m" in names
    assert "[bold]loud[/bold] [/] :skull:" in names
    assert "\\u202egnp.exe" in names


def _without_subjects(result):
    made = result.analysis
    samples = tuple(
        e._replace(group=e.group._replace(content=replace(e.group.content, subject=None, timepoint=None)))
        for e in made.samples
    )
    return build.judged(replace(made, samples=samples), findings=())


def test_colours_only_where_asked():
    assert "\x1b[" in printed(build.accepted(), color=True)
    assert "\x1b[" not in printed(build.accepted())


def test_curve_has_its_standards_samples_and_limits():
    rows = terminal_curve.curve_rows(build.accepted(), 100, 16)
    kinds = {what for row in rows for _, what in row}
    assert {"line", "standard", "sample", "control", "limit"} <= kinds
    assert {sum(len(sign) for sign, _ in row) for row in rows[:16]} == {100}


def test_a_stream_without_utf8_gets_what_it_can_say():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", newline="\n")
    speaking = speakable(stream)
    speaking.write("−1 ± 2 · 样")
    speaking.flush()
    assert raw.getvalue() == b"-1 +/- 2 | \\u6837"


def test_a_stream_with_utf8_is_left_alone():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    assert speakable(stream) is stream


TIMES, CONTROL = ("baseline", "120min", "230min", "24h", "7d"), ("found", "recovery_percent")
STANDARD = ("nominal", "response", "cv_percent", "back_calculated", "recovery_percent")
NUMBERS = re.compile(r"[<>]? ?[0-9][0-9.–,]*")


@pytest.mark.parametrize("width", [32, 40, 50, 60, 70, 80])
def test_a_narrow_window_breaks_no_number(result, width):
    """Whatever stands in a cell of a table at full width stands whole at any width."""
    lines = printed(result, width).splitlines()
    words = {word for line in lines for word in line.split()}
    shown = document_from_result(result)
    for table, keys in ((shown.overview, TIMES), (shown.controls, CONTROL), (shown.standards, STANDARD)):
        columns = [at for at, column in enumerate(table.columns if table else ()) if column.key in keys]
        cells = [row.cells[at].text for row in (table.rows if table else ()) for at in columns]
        assert {word for cell in cells for word in cell.split() if NUMBERS.fullmatch(word)} <= words


def test_a_table_without_room_stands_in_parts_with_its_first_column():
    rows = [[Text(cell) for cell in row] for row in (("P01", "1234", "5678", "yes"), ("P02", "12", "34567", "no"))]
    titles = [Text(title) for title in ("Subject", "CV % of all", "7 d", "In range")]
    table = StackedTable(titles, [False, True, True, False], rows, box.SIMPLE_HEAD, "Title")

    def at(width):
        stream = io.StringIO()
        Console(file=stream, width=width).print(table)
        lines = stream.getvalue().replace("\xa0", "_").splitlines()
        return [line.split() for line in lines if line.strip(" ─")]

    assert at(80)[1] == ["Subject", "CV", "%", "of", "all", "7", "d", "In", "range"]
    assert [line for line in at(24) if line[0] == "P01"] == [["P01", "1234", "5678"], ["P01", "yes"]]
    assert [line for line in at(16) if line[0] == "P02"] == [["P02", "12"], ["P02", "34567"], ["P02", "no"]]
    assert [line[0] for line in at(16)].count("Title") == 1
    assert any("CV_%" in line for line in at(24))
