"""The contract of ``study.json`` against lme4 and lmerTest: a plain table goes in, R's numbers come out."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import pytest

from shared import REFERENCE, needs_reference
from study.tables import Line, study, written

STUDIES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "statistics" / "reference" / "mixed.json").read_text(encoding="utf-8")
)["studies"]
# A plate that holds whole subjects is no effect of its own here (docs/study.md), and R was asked for one.
COMPARED = [study for study in STUDIES if study["name"] != "nested_plates"]
FIVE_DIGITS = 5e-6
Document = dict[str, Any]


def lines_of(made: dict[str, Any]) -> list[Line]:
    """The table as a person has it: concentrations, and no column that is not in the model."""
    data = made["data"]
    columns = [name for name in ("subject", "timepoint", "arm", "responder", "plate") if name in data]
    columns = [name for name in columns if name != "arm" or "arm" in made["formula"]]
    return [
        {name: data[name][row] for name in columns} | {"concentration": repr(math.exp(y))}
        for row, y in enumerate(data["y"])
    ]


def assert_same(ours: dict[str, Any], term: dict[str, Any], sign: int = 1) -> None:
    got = [ours[key] for key in ("estimate", "se", "df", "t")]
    expected = [sign * term["estimate"], term["se"], term["df"], sign * term["t"]]
    assert got == pytest.approx(expected, rel=FIVE_DIGITS)
    assert math.log(ours["p"]) == pytest.approx(math.log(term["p"]), rel=FIVE_DIGITS, abs=1e-5)
    half = (math.log(ours["ci_high"]) - math.log(ours["ci_low"])) / 2
    assert ours["ratio"] == pytest.approx(math.exp(ours["estimate"]))
    assert half > ours["se"]


def term_of(name: str) -> tuple[str, str]:
    """``timepoint24h:armmidazolam`` → 24h, midazolam."""
    timepoint, _, factor = name.removeprefix("timepoint").partition(":")
    return timepoint, factor.removeprefix("arm").removeprefix("responder")


@pytest.mark.parametrize("made", COMPARED, ids=lambda made: made["name"])
def test_a_table_gives_the_numbers_of_lmer(made: dict[str, Any], tmp_path: Path) -> None:
    by_responder = "responder" in made["formula"]
    grouped = ("--set", "study.group_by=responder") if by_responder else ()
    _, document = study(tmp_path, written(tmp_path, lines_of(made)), *grouped)
    model = document["model"]
    sds = {"subject": model["sd_subject"], "Residual": model["sd_residual"], "plate": model["sd_plate"]}
    assert {name: sds[name] for name in made["sd"]} == pytest.approx(made["sd"], rel=FIVE_DIGITS, abs=1e-6)
    assert (model["n"], model["subjects"]) == (len(made["data"]["y"]), len(set(made["data"]["subject"])))
    assert -2 * model["log_likelihood"] == pytest.approx(made["criterion"], abs=1e-6)
    assert_terms(document, made["terms"])


def assert_terms(document: Document, terms: list[dict[str, Any]]) -> None:
    """Changes in R's first group are its coefficients, comparisons are its interactions, either way round."""
    groups = document["groups"]
    found = {(c["group"], c["timepoint"]): c for c in document["contrasts"] if c["analysis"] == "main"}
    between = {c["timepoint"]: c for c in document["comparisons"]}
    compared = 0
    for term in terms[1:]:
        timepoint, group = term_of(term["term"])
        if group and timepoint in between:
            assert_same(between[timepoint], term, 1 if between[timepoint]["group"] == group else -1)
        elif not group and (groups[0], timepoint) in found:
            assert_same(found[groups[0], timepoint], term)
        else:
            continue  # the groups at baseline are no contrast of ours
        compared += 1
    assert compared == len(terms) - len(groups)


def test_a_small_study_has_both_the_model_and_the_paired_tests_first(tmp_path: Path) -> None:
    made = next(each for each in STUDIES if each["name"] == "small_arms")
    _, document = study(tmp_path, written(tmp_path, lines_of(made)))
    assert document["headline"] == "paired_tests"
    assert "7 subjects" in document["headline_reason"]
    assert {c["method"] for c in document["contrasts"]} == {"REML"}
    assert {c["method"] for c in document["paired_tests"]} == {"paired t"}
    assert {c["method"] for c in document["paired_comparisons"]} == {"Welch t of changes"}
    pairs = {(c["group"], c["timepoint"]): c for c in document["paired_tests"]}
    for place, values in changes(made).items():
        mean = math.fsum(values) / len(values)
        assert pairs[place]["estimate"] == pytest.approx(mean)
        assert (pairs[place]["df"], pairs[place]["n"]) == (len(values) - 1, len(values))
        assert min(values) <= math.log(pairs[place]["wilcoxon_ratio"]) <= max(values)


def changes(made: dict[str, Any]) -> dict[tuple[str, str], list[float]]:
    """Arm and timepoint → ln changes of the subjects with both values."""
    data = made["data"]
    values = {(s, t): y for s, t, y in zip(data["subject"], data["timepoint"], data["y"], strict=True)}
    arms = dict(zip(data["subject"], data["arm"], strict=True))
    found: dict[tuple[str, str], list[float]] = {}
    for (subject, timepoint), y in values.items():
        if timepoint != "baseline" and (subject, "baseline") in values:
            found.setdefault((arms[subject], timepoint), []).append(y - values[subject, "baseline"])
    return found


@needs_reference
@pytest.mark.parametrize("name", ["orthodont", "co2", "ergostool"])
def test_a_shared_table_gives_the_numbers_of_lmer(name: str, tmp_path: Path) -> None:
    folder = REFERENCE / "mixed"
    expected = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    rows = list(csv.DictReader((folder / f"{name}.csv").read_text(encoding="utf-8").splitlines()))
    _, document = study(tmp_path, folder / f"{name}.csv")
    everybody = document["pooled_model"] or document["model"]
    sds = (everybody["sd_subject"], everybody["sd_residual"])
    assert sds == pytest.approx((expected["sd_subject"], expected["sd_residual"]), rel=FIVE_DIGITS)
    found = {c["timepoint"]: c for c in document["contrasts"] if c["group"] == "all"}
    assert set(found) == {row["timepoint"] for row in rows} - {"baseline"}
    for term in expected["coefficients"][1:]:
        ours = found[term_of(term["term"])[0]]
        assert_same(ours, term)
        assert math.log(ours["p_holm"]) == pytest.approx(math.log(expected["p_holm"][term["term"]]), abs=1e-4)
    if "arm_coefficients" in expected:
        assert_terms(document, expected["arm_coefficients"])
