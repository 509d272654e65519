"""Whatever the program prints or writes as JSON says which schema it follows, and follows the published one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from program import FIXTURES, elisa_bdnf

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
DEMO = FIXTURES / "demo" / "bdnf-plate.txt"
TABLE = (
    "sample,concentration,response\nS1,0,0.05\nS2,10,0.2\nS3,100,1.1\nS4,500,2.4\nS5,1000,2.8\nu,,0.5\nv,,0.01\nw,,4\n"
)

PRINTED = {
    "reading": ("read", DEMO, "--json"),
    "fit": ("fit", "table.csv", "--json"),
    "fit-straight": ("fit", "table.csv", "--model", "linear", "--weights", "none", "--json"),
    "rules": ("rules", "--json"),
    "rules-one": ("rules", "STD-03", "--json"),
    "protocols": ("protocol", "list", "--json"),
    "protocol": ("protocol", "show", "human-infusion-plasma", "--json"),
    "formats": ("formats", "--json"),
    "layout": ("layout", "show", DEMO, "--json"),
    "run": ("run", DEMO, FIXTURES / "gen5-pass" / "plate.txt", "--json"),
    "result": ("run", DEMO, "--json"),
    "check": ("check", FIXTURES / "gen5-pass", "--format", "json"),
}


def failures(document: dict[str, Any]) -> list[str]:
    assert next(iter(document)) == "schema"
    program, kind, version = document["schema"].split("/")
    schema = json.loads((SCHEMAS / f"{kind}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"{program}/{kind}/{version}"
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(document)]


@pytest.mark.parametrize("name", PRINTED)
def test_what_is_printed_follows_its_schema(name: str, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(TABLE)
    done = elisa_bdnf(*PRINTED[name], folder=tmp_path)
    assert done.code in (0, 1), done.err
    document = json.loads(done.out)
    assert document["schema"].split("/")[1] == name.split("-", maxsplit=1)[0]
    assert failures(document) == []


def test_every_file_of_a_study_follows_its_schema(tmp_path: Path) -> None:
    values = "subject,timepoint,concentration\nA,baseline,10\nA,24h,12\nB,baseline,9\nB,24h,13\n"
    (tmp_path / "values.csv").write_text(values)
    done = elisa_bdnf("study", "values.csv", "--protocol", "human-infusion-plasma", "--out", "out", folder=tmp_path)
    assert done.code == 0, done.err
    for file in sorted((tmp_path / "out").glob("*.json")):
        assert failures(json.loads(file.read_text(encoding="utf-8"))) == [], file.name


def test_an_unknown_of_a_table_keeps_its_name_and_a_reason_where_it_has_no_number(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(TABLE)
    unknowns = json.loads(elisa_bdnf("fit", "table.csv", "--json", folder=tmp_path).out)["unknowns"]
    assert [each["sample"] for each in unknowns] == ["u", "v", "w"]
    assert [bool(each["reason"]) for each in unknowns] == [each["concentration"] is None for each in unknowns]
