"""JSON and CSV: full precision, null where there is no number, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path

import jsonschema
import pytest

from elisa_bdnf.reports import csv_tables, json_result
from elisa_bdnf.reports.inert import csv_text
from reports import build

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/schemas/result.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

SAMPLE_COLUMNS = [
    "sample", "subject", "timepoint", "matrix", "dilution_factor", "wells", "n", "response_mean", "cv_percent",
    "in_well", "concentration", "ci_low", "ci_high", "unit", "status", "reason", "reportable", "text",
]  # fmt: skip
WELL_COLUMNS = [
    "well",
    "role",
    "name",
    "raw",
    "response",
    "in_well",
    "status",
    "used",
    "note",
    "instrument_concentration",
]
FINDING_COLUMNS = ["rule", "level", "subject", "wells", "measured", "limit", "message", "action"]


@pytest.fixture(params=build.STATES)
def result(request):
    return build.STATES[request.param]()


@pytest.fixture
def document(result):
    return json.loads(json_result.render(result))


def tables(result):
    return {
        name: list(csv.DictReader(io.StringIO(data.decode())))
        for name, data in csv_tables.csv_from_result(result).items()
    }


def test_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_result_is_valid(document):
    VALIDATOR.validate(document)
    assert next(iter(document)) == "schema"
    assert document["schema"] == "elisa-bdnf/result/1"


def test_schema_refuses_a_number_on_a_rejected_plate():
    document = json_result.json_from_result(build.rejected())
    document["samples"][0]["concentration"] = 412.0
    assert list(VALIDATOR.iter_errors(document))


def test_contract_columns_come_first(document):
    assert list(document["samples"][0])[: len(SAMPLE_COLUMNS)] == SAMPLE_COLUMNS
    assert list(document["wells"][0])[: len(WELL_COLUMNS)] == WELL_COLUMNS
    assert list(document["findings"][0])[: len(FINDING_COLUMNS)] == FINDING_COLUMNS


def test_csv_has_the_columns_and_rows_of_the_json(result, document):
    for name, rows in tables(result).items():
        records = document[name.removesuffix(".csv")]
        assert len(rows) == len(records)
        assert list(rows[0]) == list(records[0])


def test_no_number_without_a_reason(document):
    for sample in document["samples"]:
        assert sample["concentration"] is not None or sample["reason"], sample["sample"]
        assert sample["reportable"] or sample["reason"]


def test_rejected_is_in_every_row_of_every_table():
    result = build.rejected()
    for name, rows in tables(result).items():
        assert {row["plate_verdict"] for row in rows} == {"rejected"}, name
    samples = tables(result)["samples.csv"]
    assert {(row["concentration"], row["ci_low"], row["ci_high"], row["reportable"]) for row in samples} == {
        ("", "", "", "false")
    }
    assert {row["text"] for row in samples} == {"not reportable"}


def test_numbers_come_back_exactly():
    result = build.accepted()
    wells = {row["well"]: row for row in tables(result)["wells.csv"]}
    for well in result.analysis.responses.wells:
        text = wells[well.well]["response"]
        assert math.isnan(well.response) if not text else float(text) == well.response


def test_every_well_is_there_once(document):
    assert len({well["well"] for well in document["wells"]}) == len(document["wells"]) == 96
    assert sum(well["used"] for well in document["wells"]) == 89
    (masked,) = [well for well in document["wells"] if well["well"] == build.MASKED]
    assert (masked["used"], masked["status"], masked["note"]) == (False, "masked", "*0.356*")


def test_bounds_are_in_sample_units():
    samples = {row["sample"]: row for row in json_result.json_from_result(build.accepted())["samples"]}
    assert samples["P02-24h"]["text"] == "< 156"
    assert samples["P02-24h"]["limit"] == samples["P02-24h"]["lloq"] == 156.25
    assert samples["P03-baseline"]["uloq"] == 10000.0
    assert samples["P03-baseline"]["suggested_dilution"] == 20.0


def test_attributes_of_the_sheet_follow_the_contract():
    records = json_result.json_from_result(build.accepted())["samples"]
    assert list(records[0])[-1] == "arm"
    assert {record["arm"] for record in records} == {"ketamine", "placebo"}


def test_instrument_is_beside_ours():
    instrument = json_result.json_from_result(build.accepted())["instrument"]
    assert (instrument["compared"], instrument["equal_at_printed_digits"]) == (65, 64)
    assert instrument["largest_difference_percent"] == pytest.approx(0.398, abs=0.01)


def test_one_result_or_several_with_run_json():
    result = build.accepted()
    assert json_result.runs_json([result])["schema"] == "elisa-bdnf/result/1"
    several = json_result.runs_json([result, build.rejected()])
    assert [each["verdict"] for each in several["results"]] == ["accepted", "rejected"]
    assert json_result.json_text(several).isprintable() is False


def test_same_result_same_bytes(result):
    assert json_result.render(result) == json_result.render(result)
    assert csv_tables.csv_from_result(result) == csv_tables.csv_from_result(result)


def test_a_table_without_rows_has_its_header():
    result = build.judged(build.analysis(), findings=())
    assert csv_tables.csv_from_result(result)["findings.csv"].decode().startswith('"rule","level","subject"')


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "{=1}", "＝1", '=cmd|"/c calc"!A1', "\r=1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_text_never_starts_a_formula(text):
    (cell,) = next(csv.reader([csv_text(text)]))
    assert cell.startswith("'")


PLAIN_TEXTS = ["P01", "a=b", "1-Mar", 'say "hi"', "Ünïcode, 样本", ""]


@pytest.mark.parametrize("text", PLAIN_TEXTS)
def test_other_text_comes_back_as_it_was(text):
    assert next(csv.reader([csv_text(text)])) == [text]


def test_csv_is_utf8_with_lf_and_without_control_characters():
    for data in csv_tables.csv_from_result(build.hostile()).values():
        text = data.decode("utf-8")
        assert "\r" not in text
        assert text.endswith("\n")
        assert not [c for c in text if not c.isprintable() and c != "\n"]
