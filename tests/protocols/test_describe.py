"""Docs, JSON Schema and templates are made from the schema, and are true."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from elisa_bdnf import qc
from elisa_bdnf.protocols import (
    check_protocol,
    every_key,
    json_schema_of_protocol,
    list_protocols,
    load_protocol,
    markdown_of_schema,
    template_of_protocol,
    toml_of_value,
)
from elisa_bdnf.protocols.files import shipped_folder
from protocols.rule_schemas import RULES

ROOT = Path(__file__).resolve().parents[2]
IDS = [entry.id for entry in list_protocols()]


def test_the_page_of_all_keys_is_current():
    page = (ROOT / "docs" / "protocols.md").read_text(encoding="utf-8")
    assert page == markdown_of_schema(), "write it anew: elisa-bdnf protocol keys --markdown > docs/protocols.md"


def test_the_json_schema_is_current():
    published = json.loads((ROOT / "docs" / "schemas" / "protocol-file.schema.json").read_text(encoding="utf-8"))
    how = "write it anew: elisa-bdnf protocol keys --json-schema > docs/schemas/protocol-file.schema.json"
    assert published == json.loads(json.dumps(json_schema_of_protocol())), how


@pytest.fixture(scope="module")
def validator():
    schema = json.loads(json.dumps(json_schema_of_protocol()))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("identity", IDS)
def test_shipped_files_fit_the_json_schema(identity, validator):
    text = (shipped_folder() / f"{identity}.toml").read_text(encoding="utf-8")
    assert list(validator.iter_errors(tomllib.loads(text))) == []


JSON_CASES = [
    ("kit = 'x'", True), ("kit = 1", False), ("[kit]\nuse = 'x'\nlod = 2", True), ("curve.model = '4pl'", True),
    ("curve.model = '6pl'", False), ("curve.modle = '4pl'", False), ("limits.lloq = 'standards'", True),
    ("limits.lloq = 'x'", False), ("limits.lloq = 0", False), ("reading.reference_nm = 540", True),
    ("reading.reference_nm = [540, 570]", True), ("reading.reference_nm = [1]", False), ("id = 'A b'", False),
    ("replicates = 2.5", False), ("timepoints.x.minutes = 5", True), ("timepoints.x.minute = 5", False),
    ("qc.rules.ANY-01.cv = 5", True), ("qc.rules.ANY-01.enabled = 5", False), ("nonsense = 1", False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "fits"), JSON_CASES)
def test_the_json_schema_says_what_the_program_says(text, fits, validator, tmp_path):
    file = tmp_path / "p.toml"
    if "ANY-01" not in text and "'x'" not in text:
        file.write_text(f"{text}\nqc.preset = './none.toml'\n" if "[" not in text[:1] else text, encoding="utf-8")
        (tmp_path / "none.toml").write_text("", encoding="utf-8")
        assert (not [p for p in check_protocol(str(file), RULES).problems if "baseline" not in p.found]) == fits
    assert validator.is_valid(tomllib.loads(text)) == fits


@pytest.mark.parametrize("identity", IDS)
def test_a_new_file_loads_and_changes_nothing(identity, tmp_path):
    rules = qc.schemas()
    report = check_protocol(identity, rules)
    text = template_of_protocol(report.protocol, report.settings, identity, "My Study 2")
    commented, spoken = tmp_path / "a.toml", tmp_path / "b.toml"
    commented.write_text(text, encoding="utf-8")
    spoken.write_text("".join(line.removeprefix("#= ") for line in text.splitlines(keepends=True)), encoding="utf-8")
    assert "\n#= " in text
    for file in (commented, spoken):
        ours = load_protocol(str(file), rules)
        assert ours.id == "my-study-2"
        assert same_numbers(ours) == same_numbers(report.protocol)


def same_numbers(protocol):
    """A protocol without its words and origins."""
    rules = {rule: (said.enabled, said.level, dict(said.values)) for rule, said in protocol.qc.rules.items()}
    bare = replace(
        protocol, id="", title="", description="", origin="", sha256="", origins={}, sources=(), values={}, qc=None,
        curve=replace(protocol.curve, weights=replace(protocol.curve.weights, origin="")),
    )  # fmt: skip
    return bare, rules, protocol.qc.preset


VALUES = [True, 0.5, 500.0, 1e-7, 'a "quoted" \\ text\nwith lines\tand tabs', (1.0, 2.5), ("a", "b"), (), "µ"]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_come_back_as_they_were_written(value):
    read = tomllib.loads(f"value = {toml_of_value(value)}")["value"]
    assert (tuple(read) if isinstance(read, list) else read) == value


def test_every_key_is_explained_and_none_twice():
    keys = [path for path, _ in every_key()]
    assert len(keys) == len(set(keys)) > 80
    assert all(field.doc.endswith(".") for _, field in every_key())
