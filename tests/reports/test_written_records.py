"""Records as lines, and what is worked out once: quicker ways that must say the same as the plain ones."""

import csv
import io
import json
import math
from dataclasses import asdict

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from elisa_bdnf.model.plain import plain
from elisa_bdnf.reports import digits
from elisa_bdnf.reports.csv_tables import csv_from_records, csv_from_written
from elisa_bdnf.reports.inert import markup, markups
from elisa_bdnf.reports.json_result import json_text
from elisa_bdnf.reports.remembered import remembered
from elisa_bdnf.reports.written_records import written
from reports import build

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.one_of(st.none(), st.booleans(), st.integers(), NUMBERS, st.text(), st.lists(st.text(max_size=3)))
TABLES = st.integers(1, 4).flatmap(lambda n: st.lists(st.tuples(*[VALUES] * n), min_size=1, max_size=5))


def records(rows):
    return [{f"column % {index}": value for index, value in enumerate(row)} for row in rows]


@given(TABLES)
@example([(0.0,), (-0.0,)])
@example([(1,), (1.0,), (True,)])
@example([(None,), (0.1,)])
def test_lines_are_those_of_single_records(rows):
    table, lines = records(rows), written(records(rows))
    assert list(lines.json) == [json.dumps(record, ensure_ascii=False) for record in table]
    assert csv_from_written({"t": lines})["t"] == csv_from_records(table)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_json_does_not_know_is_refused(value):
    with pytest.raises(ValueError, match="nan"):
        written([{"x": 1.0}, {"x": value}])


def test_records_without_the_columns_of_the_first_are_refused():
    with pytest.raises(ValueError, match="columns"):
        written([{"x": 1, "y": 2}, {"y": 2, "x": 1}])


@pytest.mark.parametrize("text", ["}, {", "{", '"}, {"', "a\nb", ""])
def test_braces_and_line_ends_in_texts_split_no_record(text):
    document = {"list": [{"x": text}, {"x": text, "y": [{"z": text}]}]}
    assert json.loads(json_text(document)) == document
    assert len(json_text(document).splitlines()) == 6


@given(st.lists(st.text()))
@example(["a\nb", "<&>"])
@example([""])
def test_many_texts_are_made_harmless_as_each_alone(texts):
    assert markups(texts) == list(map(markup, texts))


@given(NUMBERS, st.integers(1, 6))
@example(9.995, 3)
@example(99.95, 3)
@example(0.99995, 4)
def test_decimals_give_so_many_digits(value, wanted):
    exponent = int(f"{value:.{wanted - 1}e}".partition("e")[2]) if value else wanted
    assert digits.decimals_for(value, wanted) == max(0, wanted - 1 - exponent)


def test_plain_is_asdict():
    analysis = build.accepted().analysis
    for value in (analysis.protocol.limits, analysis.curve.report, analysis.curve.standards[0]):
        assert plain(value) == asdict(value)


def test_a_value_is_asked_once_while_it_is_known():
    asked = []
    length = remembered(2)(lambda value: asked.append(value) or len(value))
    values = [[1], [1, 2], [1]]
    assert [length(value) for value in (values[0], values[0], values[1], values[2])] == [1, 1, 2, 1]
    assert asked == values


def test_cells_of_csv_read_back():
    lines = csv_from_written({"t": written([{"x": 'a "b", c', "y": 0.1, "z": ["A1", "A2"]}])})["t"]
    assert list(csv.DictReader(io.StringIO(lines.decode()))) == [{"x": 'a "b", c', "y": "0.1", "z": "A1 A2"}]
