"""Release and tissue from exports to answers, by the two commands that a person gives: what was put in comes out."""

from __future__ import annotations

import csv
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from program import FIXTURES, elisa_bdnf

Document = dict[str, Any]
REGIONS = {"HPC": "hippocampus", "PFC": "prefrontal_cortex"}


def studied(name: str, protocol: str, folder: Path) -> Document:
    exports = FIXTURES / "studies" / f"{name}-plates" / "exports"
    batch = elisa_bdnf(
        "batch", exports, "--protocol", protocol, "--out", folder / "results", "--jobs", "1", "--quiet"
    )  # fmt: skip
    assert batch.code == 0, batch.err
    done = elisa_bdnf("study", folder / "results", "--out", folder / "study", "--quiet", "--strict")
    assert done.code == 0, done.err
    document: Document = json.loads((folder / "study" / "study.json").read_text(encoding="utf-8"))
    return document


def truth(name: str) -> Document:
    return tomllib.loads((FIXTURES / "studies" / f"{name}-plates" / "truth.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Document:
    return studied("release", "neuron-release", tmp_path_factory.mktemp("release"))


@pytest.fixture(scope="module")
def tissue(tmp_path_factory: pytest.TempPathFactory) -> Document:
    return studied("tissue", "rodent-tissue", tmp_path_factory.mktemp("tissue"))


def test_true_folds_lie_in_their_intervals_over_culture_batches(release: Document) -> None:
    folds = truth("release")["fold"]
    assert release["groups"] == ["veh", *folds]
    for contrast in release["contrasts"]:
        assert contrast["ci_low"] <= folds[contrast["group"]] <= contrast["ci_high"], contrast
        assert contrast["n"] == 3
    found = release["release"]
    for each in found["inhibitions"]:
        if not each["batch"]:
            assert each["low"] <= truth("release")["removed_percent"][each["blocker"]] <= each["high"], each


def test_release_is_per_ml_of_medium_and_corrected_by_the_spiked_control(release: Document) -> None:
    found = release["release"]
    assert (found["unit"], found["sentence"]) == (
        "pg/mL medium", "recovery-corrected in every culture batch",
    )  # fmt: skip
    recoveries = [each["recovery"] for each in found["recoveries"]]
    assert recoveries == pytest.approx([truth("release")["recovery"]] * 3, rel=0.12)
    assert not [each for each in found["controls"] if each["problem"]]
    vehicle = {v["batch"]: v["value"] for v in found["values"] if v["condition"] == "veh" and v["timepoint"] == "15min"}
    assert vehicle == pytest.approx({"C1": 30.0, "C2": 40.0, "C3": 25.0}, rel=0.15)


def test_conditions_are_listed_in_the_order_of_the_protocol_and_not_of_the_wells(release: Document) -> None:
    batch = [(v["condition"], v["timepoint"]) for v in release["release"]["values"] if v["batch"] == "C1"]
    assert batch[:6] == [(name, time) for name in ("veh", "ket") for time in ("15min", "60min", "6h")]
    assert [name for name, _ in batch[6:]] == [
        "NBQX", "ket+NBQX", "verapamil", "ket+verapamil", "medium_only", "beads_only", "antibody_only", "ip_spike",
    ]  # fmt: skip


def test_true_ratios_of_tissue_lie_in_their_intervals(tissue: Document) -> None:
    ratios = {REGIONS[name]: ratio for name, ratio in truth("tissue")["ratio"].items()}
    found = [c for c in tissue["tissue"]["contrasts"] if c["analyte"] == "BDNF"]
    assert len(found) == 4
    for contrast in found:
        assert contrast["ci_low"] <= ratios[contrast["region"]] <= contrast["ci_high"], contrast
    (ratio,) = tissue["ratios"]
    for contrast in ratio["contrasts"]:
        assert contrast["ci_low"] <= truth("tissue")["ptrkb_trkb"]["ratio"] <= contrast["ci_high"], contrast
        assert contrast["p_holm"] < 0.05


def test_two_regions_and_three_assays_of_an_animal_are_values_of_their_own(tissue: Document) -> None:
    values = tissue["tissue"]["values"]
    assert len(values) == 16 * 2 * 3
    assert {v["region"] for v in values} == set(REGIONS.values())
    true = {
        (row["subject"].rsplit(" ", 1)[0], analyte): float(row["true_concentration"])
        for analyte in ("BDNF", "TrkB", "p-TrkB")
        for row in table(f"truth-tissue-{analyte}.csv")
        if row["role"] == "sample"
    }
    short = {region: name for name, region in REGIONS.items()}
    for value in values:
        expected = true[f"{value['subject']} {short[value['region']]}", value["analyte"]]
        assert value["extract"] == pytest.approx(expected, rel=0.15)
        assert value["value"] == pytest.approx(value["extract"] / value["per"])


def changed(folder: Path, design: str, old: str, new: str) -> Path:
    """The table of concentrations of a design with a column of another name."""
    head, _, rest = (FIXTURES / "studies" / design / "concentrations.csv").read_text(encoding="utf-8").partition("\n")
    path = folder / "table.csv"
    path.write_text(f"{head.replace(old, new)}\n{rest}", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("design", "column", "what"),
    [("release", "prep_id", "batch"), ("release", "condition", "condition"), ("tissue", "region", "region")],
)
def test_a_column_that_a_design_needs_is_asked_for_by_its_name(
    design: str, column: str, what: str, tmp_path: Path
) -> None:
    table_ = changed(tmp_path, design, column, "something")
    done = elisa_bdnf("study", table_, "--design", design, "--out", tmp_path / "out")
    assert done.code == 3
    assert f"expected a column {column} with a {what} for every row" in done.err


def test_values_without_a_result_are_counted_with_the_reason(tmp_path: Path) -> None:
    table_ = changed(tmp_path, "tissue", "protein_mg_ml", "protein")
    done = elisa_bdnf("study", table_, "--design", "tissue", "--out", tmp_path / "out")
    assert done.code == 0
    assert "144 of 144 values have no result: neither protein_mg_ml nor protein_mg" in " ".join(done.out.split())


@pytest.mark.parametrize(("arm", "beside"), [("ketamine", True), ("KET 25", True), ("imipramine", False)])
def test_only_the_drug_of_a_finding_stands_beside_it(arm: str, beside: bool, tmp_path: Path) -> None:
    text = (FIXTURES / "studies" / "tissue" / "concentrations.csv").read_text(encoding="utf-8")
    table_ = tmp_path / "table.csv"
    table_.write_text(text.replace("ketamine", arm), encoding="utf-8")
    elisa_bdnf("study", table_, "--design", "tissue", "--out", tmp_path / "out", "--quiet")
    document = json.loads((tmp_path / "out" / "study.json").read_text(encoding="utf-8"))
    rows = {row["id"]: row for row in document["literature"]}
    assert rows["fraga-2013"]["comparable"] is beside
    assert [b["group"] for b in rows["fraga-2013"]["beside"]] == [f"hippocampus, {arm}"] * 2 * beside


def test_a_batch_without_results_says_so(tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    whole = FIXTURES / "demo" / "bdnf-plate.txt"
    (exports / "cut.txt").write_bytes(whole.read_bytes()[:900])
    elisa_bdnf("batch", exports, "--out", tmp_path / "results", "--jobs", "1", "--quiet")
    done = elisa_bdnf("study", tmp_path / "results", "--out", tmp_path / "out")
    assert done.code == 3
    assert "all of its exports were refused" in done.err


def table(name: str) -> list[dict[str, str]]:
    text = (FIXTURES / "studies" / "tissue-plates" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
