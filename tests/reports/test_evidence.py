"""What stands behind the numbers, on example plates: editing, dilutions, robustness, in every report."""

from __future__ import annotations

import csv
import io
import json
from functools import cache
from pathlib import Path

import jsonschema
import pytest

from elisa_bdnf import workflow
from elisa_bdnf.model.evidence import Robustness
from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.reports import csv_tables, html, json_result
from elisa_bdnf.reports.document import document_from_result
from elisa_bdnf.reports.shown import robustness_remark
from reports import build

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs/schemas/result.schema.json").read_text(encoding="utf-8"))
EXAMPLES = ("edited-standard", "dilution-series", "triplicates", "generic-csv")


@cache
def result(name: str, *overrides: tuple[str, str]) -> PlateResult:
    request = workflow.RunRequest(overrides=dict(overrides))
    protocol = workflow.protocol_from_request(request)
    return workflow.run(ROOT / "fixtures" / name / "plate.csv", request, protocol).results[0]


def as_json(name: str, *overrides: tuple[str, str]) -> dict:
    return json.loads(json_result.render(result(name, *overrides)))


def samples_csv(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_tables.csv_from_result(result(name))["samples.csv"].decode())))


@pytest.mark.parametrize("name", EXAMPLES)
def test_json_is_valid(name: str) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(as_json(name))


def test_both_curves_and_the_way_from_one_to_the_other_are_kept() -> None:
    found = as_json("edited-standard")
    assert found["curve_as_acquired"]["n"] - found["curve"]["n"] == 2
    assert [edit["concentration"] for edit in found["editing"]["edits"]] == [62.5]
    assert found["editing"]["edits"][0]["parameters_before"]["c"] == found["curve_as_acquired"]["parameters"]["c"]
    level = next(each for each in found["standards"] if each["concentration"] == 62.5)
    assert (level["edited"], level["in_fit"]) == (True, False)
    assert level["recovery_percent_as_acquired"] != level["recovery_percent"]
    assert {well["use"] for well in found["wells"] if well["well"] in ("D1", "D2")} == {"not_used"}
    page = html.render(document_from_result(result("edited-standard"))).decode()
    assert "The curve as acquired and as edited" in page
    assert "curve acquired" in page


def test_without_editing_the_curve_is_the_one_as_acquired() -> None:
    off = as_json("edited-standard", ("editing.standards", "none"))
    assert off["curve_as_acquired"] is None
    assert off["editing"]["mode"] == "none"
    assert off["curve"]["parameters"] == as_json("edited-standard")["curve_as_acquired"]["parameters"]
    untouched = as_json("generic-csv")
    assert untouched["curve_as_acquired"] is None
    assert untouched["editing"]["edits"] == []


def test_the_curve_is_frozen_before_samples_are_read() -> None:
    """Whatever the samples say, and however they are read, the curve has the same fingerprint."""
    fingerprint = as_json("dilution-series")["editing"]["curve_fingerprint"]
    for override in (
        ("dilution.policy", "nearest_c"),
        ("reduce", "mean_concentration"),
        ("editing.replicates", "keep"),
    ):
        assert as_json("dilution-series", override)["editing"]["curve_fingerprint"] == fingerprint
    assert as_json("dilution-series", ("curve.weights", "none"))["editing"]["curve_fingerprint"] != fingerprint


def test_every_dilution_is_in_the_table_and_the_reported_ones_are_named() -> None:
    rows = samples_csv("dilution-series")
    assert len(rows) == 32
    first = [row for row in rows if row["sample"] == "S1"]
    assert [row["reported"] for row in first] == ["false", "true", "true", "true"]
    assert len({row["result_concentration"] for row in first}) == 1
    hooked = [row for row in rows if row["sample"] == "S5"]
    assert [row["reported"] for row in hooked] == ["false", "false", "false", "true"]
    assert "hook at 1:5" in hooked[0]["result_reason"]
    assert {row["result_text"] for row in rows if row["sample"] == "S6"} == {"> 160000"}


@pytest.mark.parametrize(("policy", "reported"), [("lowest_df", [20.0]), ("mean_in_range", [20.0, 80.0, 320.0])])
def test_the_policy_of_the_protocol_decides(policy: str, reported: list[float]) -> None:
    found = as_json("dilution-series", ("dilution.policy", policy))
    first = found["results"][0]
    assert (first["sample"], first["policy"], first["reported"]) == ("S1", policy, reported)
    assert first["dilution_factors"] == [5.0, 20.0, 80.0, 320.0]


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_number_has_a_robustness_and_every_other_result_has_none(name: str) -> None:
    for row in samples_csv(name):
        assert bool(row["robustness_percent"]) == (row["status"] == "within")
        assert bool(row["robustness_change"]) == bool(row["robustness_percent"])


def test_a_sample_with_one_dilution_is_its_own_result() -> None:
    for row in samples_csv("generic-csv"):
        assert row["result_concentration"] == row["concentration"]
        assert (row["result_text"], row["reported"]) == (row["text"], "true")


def test_the_document_says_how_the_curve_was_made() -> None:
    labels = {fact.label: fact for fact in document_from_result(result("edited-standard")).curve_facts}
    assert labels["Editing"].text == "left out: level 62.5 (curve_edit_v1)"
    assert labels["Precision profile"].text.startswith("CV of a concentration at most 20 % in")
    assert labels["LOD in the well"].text == "n/a"


def test_the_methods_say_what_was_left_out_and_which_dilution_counts() -> None:
    edited = " ".join(document_from_result(result("edited-standard")).methods)
    assert "of the standards level 62.5 was left out" in edited
    series = " ".join(document_from_result(result("dilution-series")).methods)
    assert "8 samples stood at several dilutions; reported is the mean of the dilutions in range" in series
    untouched = " ".join(document_from_result(result("generic-csv")).methods)
    assert "left out" not in untouched
    assert "dilutions" not in untouched


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("5pl", "moves by 7.2 % under 5pl, beyond its interval"),
        ("weights none", "moves by 7.2 % with weights none, beyond its interval"),
        ("without standard 250", "moves by 7.2 % without standard 250, beyond its interval"),
    ],
)
def test_what_moves_a_result_is_said_in_words(change: str, said: str) -> None:
    (estimate, *_) = build.accepted().analysis.samples
    moved = estimate._replace(robustness=Robustness(7.2, change, beyond_interval=True))
    assert said in robustness_remark(moved)
    assert robustness_remark(estimate._replace(robustness=Robustness(7.2, change, beyond_interval=False))) == ""
