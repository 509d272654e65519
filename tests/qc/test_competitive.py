"""A competitive assay, where zero responds most: rules for a low background and a strong top standard say nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from program import elisa_bdnf

LEVELS = (0.0, 7.8, 15.6, 31.2, 62.5, 125.0, 250.0, 500.0)


def response(x: float) -> float:
    return 0.08 + 2.3 / (1 + (x / 60) ** 1.1)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """Standards in columns 1 and 2, samples of 20 and 2000 in the well in columns 3 and 4."""
    folder: Path = tmp_path_factory.mktemp("competitive")
    grid = [",".join(["", *map(str, range(1, 5))])]
    layout = ["well,role,name,concentration,dilution_factor,unit"]
    for row, level in zip("ABCDEFGH", LEVELS, strict=True):
        sample = {"A": 20.0, "B": 2000.0}.get(row)
        wells = [response(level) * 0.99, response(level) * 1.01]
        wells += [response(sample) * 0.99, response(sample) * 1.01] if sample else []
        grid.append(",".join([row, *(f"{y:.4f}" for y in wells)] + [""] * (4 - len(wells))))
        layout += [f"{row}{column},standard,S,{level},,pg/mL" for column in (1, 2)]
        layout += [f"{row}{column},sample,P{row},,10,pg/mL" for column in (3, 4) if sample]
    (folder / "plate.csv").write_text("\n".join(grid), encoding="utf-8")
    (folder / "layout.csv").write_text("\n".join(layout), encoding="utf-8")
    done = elisa_bdnf(
        "run", folder / "plate.csv", "--layout", folder / "layout.csv", "--protocol", "generic",
        "--set", "qc.rules.INP-05.enabled=false", "--out", folder / "out",
    )  # fmt: skip
    assert done.code == 0, done.err
    return dict(json.loads((folder / "out" / "result.json").read_text(encoding="utf-8")))


def test_concentrations(result: dict) -> None:
    low, high = sorted(result["samples"], key=lambda sample: str(sample["sample"]))
    assert low["concentration"] == pytest.approx(200, rel=0.01)
    assert low["ci_low"] < 200 < low["ci_high"]
    assert (high["status"], high["text"]) == ("above_uloq", "> 5000")


def test_rules_of_a_low_background_are_not_evaluated(result: dict) -> None:
    said = {finding["rule"] for finding in result["findings"] if finding["level"] != "info"}
    assert not said & {"BLK-01", "BLK-02", "STD-02", "STD-06", "FIT-02"}
    missing = {each["rule"]: each["reason"] for each in result["not_evaluated"]}
    assert "falls" in missing["BLK-01"]
    assert "falls" in missing["STD-06"]
