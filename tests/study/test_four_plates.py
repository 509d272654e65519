"""The simulated study on four plates from its exports to its answers: what was put in comes out."""

from __future__ import annotations

import csv
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from program import FIXTURES, elisa_bdnf

STUDY = FIXTURES / "studies" / "plates"
TRUTH = tomllib.loads((STUDY / "truth.toml").read_text(encoding="utf-8"))
Document = dict[str, Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Document:
    """Exports → batch → study, by two commands, as a person would."""
    folder = tmp_path_factory.mktemp("four-plates")
    batch = elisa_bdnf(
        "batch", STUDY / "exports", "--protocol", "human-infusion-plasma", "--out", folder / "results", "--jobs", "1",
        "--quiet",
    )  # fmt: skip
    assert batch.code == 0, batch.err
    done = elisa_bdnf("study", folder / "results", "--out", folder / "study", "--quiet")
    assert done.code == 0, done.err
    document: Document = json.loads((folder / "study" / "study.json").read_text(encoding="utf-8"))
    return document


def main(document: Document, key: str) -> dict[tuple[str, str], Document]:
    return {(c["group"], c["timepoint"]): c for c in document[key] if c["analysis"] == "main"}


def test_all_plates_and_draws_take_part(made: Document) -> None:
    assert [(source["verdict"], source["kind"]) for source in made["sources"]] == [("accepted", "result folder")] * 4
    assert (len(made["subjects"]), len(made["measurements"])) == (24, 119)
    assert all(each["used"] for each in made["measurements"])
    assert made["groups"] == ["ketamine", "placebo"]


def test_true_effects_lie_in_their_intervals_and_no_effect_stays_none(made: Document) -> None:
    found = main(made, "contrasts")
    for arm, ratios in TRUTH["ratio"].items():
        for timepoint, true in ratios.items():
            each = found[arm, timepoint]
            assert each["ci_low"] <= true <= each["ci_high"], each
            assert (each["p_holm"] < 0.05) is (true != 1.0), each
    between = main(made, "comparisons")
    for timepoint, true in TRUTH["ratio"]["ketamine"].items():
        assert between["ketamine", timepoint]["ci_low"] <= true <= between["ketamine", timepoint]["ci_high"]


def test_what_is_wrong_with_the_study_is_said(made: Document) -> None:
    states = {(s["subject"], v["timepoint"]): v for s in made["subjects"] for v in s["values"]}
    missing = [place for place, value in states.items() if value["state"] == "missing"]
    assert missing == [(TRUTH["without_baseline"], "baseline")]
    below = {place: value["limit"] for place, value in states.items() if value["state"] == "below"}
    true = true_concentrations()
    assert below
    assert all(true[place] < 1.3 * limit for place, limit in below.items())
    assert made["model"]["n_censored"] == len(below)
    assert made["model"]["method"].startswith("censored")
    found = {(f["rule"], f["subject"]) for f in made["findings"]}
    assert {
        ("SUB-01", f"subject {TRUTH['without_baseline']}"),
        ("SUB-02", f"subject {TRUTH['across_plates']}"),
    } <= found


def true_concentrations() -> dict[tuple[str, str], float]:
    names = {"120 min": "120min", "230 min": "230min", "24 h": "24h", "7 d": "7d"}
    found = {}
    for path in sorted(STUDY.glob("truth-plate-*.csv")):
        for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
            if row["role"] == "sample":
                place = (row["subject"], names.get(row["timepoint"], row["timepoint"]))
                found[place] = float(row["true_concentration"])
    return found


def test_the_demo_shows_this_study(tmp_path: Path) -> None:
    done = elisa_bdnf("demo", "--out", tmp_path / "demo")
    assert done.code == 0, done.err
    page = tmp_path / "demo" / "study" / "study.html"
    assert str(page) in done.out
    assert "24 subjects" in page.read_text(encoding="utf-8")
