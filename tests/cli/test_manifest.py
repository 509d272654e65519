"""``manifest.json`` says enough to find out later what a result came from."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import jsonschema

from batches import CSV, CSV_LAYOUT, GEN5, folder_of
from program import FIXTURES, elisa_bdnf

SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "schemas" / "manifest.schema.json"


def manifest(tmp_path: Path, *words: str | Path) -> dict[str, Any]:
    done = elisa_bdnf("run", *words, "--out", tmp_path / "out")
    assert done.code == 0, done.err
    made: dict[str, Any] = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    jsonschema.validate(made, json.loads(SCHEMA.read_text(encoding="utf-8")))
    return made


def test_it_follows_its_schema_and_holds_every_value_in_force(tmp_path: Path) -> None:
    made = manifest(tmp_path, GEN5, "-p", "human-infusion-plasma", "--set", "qc.rules.REP-01.cv_percent=12")
    settings = made["protocol"]["settings"]
    assert settings["qc.rules.REP-01.cv_percent"] == 12
    assert settings["curve.model"] == "4pl"
    assert settings["kit.id"] == "promega-emax-g7610"
    assert made["options"]["set"] == {"qc.rules.REP-01.cv_percent": "12"}
    assert [source["file"].rpartition("/")[2] for source in made["protocol"]["sources"]] == [
        "human-infusion-plasma.toml", "kit-research.toml", "promega-emax-g7610.toml",
    ]  # fmt: skip
    assert made["history"] is None


def test_it_names_the_format_that_was_asked_for(tmp_path: Path) -> None:
    made = manifest(tmp_path, GEN5, "--format", "gen5")
    assert made["options"]["format"] == "gen5"
    assert made["command"][-2:] == ["--format", "gen5"]


def test_it_names_what_a_layout_includes(tmp_path: Path) -> None:
    whole = CSV_LAYOUT.read_bytes()
    including = b'meta.include = "part.toml"\n'
    folder = folder_of(tmp_path, {"plate.csv": CSV, "plate.layout.toml": including, "part.toml": whole})
    made = manifest(tmp_path, folder / "plate.csv")
    assert [(each["role"], each["file"]) for each in made["inputs"]][-1] == ("included", "part.toml")
    assert made["inputs"][-1]["sha256"] == hashlib.sha256(whole).hexdigest()


def test_it_says_what_the_plate_was_told_of_earlier_ones(tmp_path: Path) -> None:
    history = tmp_path / "lab.sqlite"
    common = (
        "-p",
        "human-infusion-plasma",
        "--history",
        history,
        "--set",
        "kit.lot=7",
        "--set",
        "history.date_order=month_first",
    )
    first = manifest(tmp_path, FIXTURES / "gen5-pass" / "plate.txt", *common)["history"]
    second = manifest(tmp_path, FIXTURES / "demo" / "bdnf-plate.txt", *common)["history"]
    whole = manifest(tmp_path, FIXTURES / "gen5-pass" / "plate.txt", *common)
    again = whole["history"]
    assert whole["command"][-6:-4] == ["--history", "lab.sqlite"]
    assert first["file"] == "lab.sqlite"
    assert (first["plates"], second["plates"]) == (0, 1)
    assert again == first != second
