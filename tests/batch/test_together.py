"""Rules that look at several plates at once: what they say of a batch, however it is made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from batches import batch, digests
from charted_plates import exports
from program import elisa_bdnf

APART = [60.0, 100.0, 140.0]  # a CV of 40 %


def document(out: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads((out / "batch.json").read_text(encoding="utf-8"))
    return made


def test_a_control_that_scatters_between_plates_is_said_everywhere(tmp_path: Path) -> None:
    exports(tmp_path / "in", APART)
    done = batch(tmp_path / "in", tmp_path / "out")
    (finding,) = document(tmp_path / "out")["findings"]
    assert (finding["rule"], finding["level"], finding["subject"]) == ("STU-02", "warn", "control QC")
    assert (finding["limit"], finding["preset"]) == ("25 %", "kit-research")
    assert f"warn: STU-02: {finding['message']}" in done.out
    assert finding["message"][1:] in (tmp_path / "out" / "batch.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("settings", "levels", "code"),
    [((), ["warn"], 0), (("--strict",), ["warn"], 1),
     (("--set", "qc.rules.STU-02.level=fail_plate"), ["fail_plate"], 1),
     (("--set", "qc.rules.STU-02.cv_percent=50"), [], 0), (("--set", "qc.rules.STU-02.enabled=false"), [], 0)],
)  # fmt: skip
def test_the_protocol_decides(tmp_path: Path, settings: tuple[str, ...], levels: list[str], code: int) -> None:
    exports(tmp_path / "in", APART)
    off = ("--set", "qc.rules.QCS-04.enabled=false") if "--strict" in settings else ()
    done = batch(tmp_path / "in", tmp_path / "out", *settings, *off)
    assert [each["level"] for each in document(tmp_path / "out")["findings"]] == levels
    assert done.code == code


def test_few_plates_and_rejected_ones_say_nothing(tmp_path: Path) -> None:
    exports(tmp_path / "in", [60.0, 100.0, 300.0])  # the last control is out of its range
    batch(tmp_path / "in", tmp_path / "out")
    made = document(tmp_path / "out")
    assert made["findings"] == []
    assert [each["rule"] for each in made["not_evaluated"]] == ["STU-02"]


def test_shards_and_verify_come_to_the_same(tmp_path: Path) -> None:
    exports(tmp_path / "in", APART)
    limit = ("--set", "qc.rules.STU-02.cv_percent=30")
    batch(tmp_path / "in", tmp_path / "whole", *limit)
    for number in (1, 2):
        batch(tmp_path / "in", tmp_path / f"part{number}", *limit, "--shard", f"{number}/2")
    elisa_bdnf("merge", tmp_path / "part1", tmp_path / "part2", "--out", tmp_path / "merged")
    whole, merged = digests(tmp_path / "whole"), digests(tmp_path / "merged")
    assert {name: whole[name] for name in ("batch.json", "batch.html")} == {
        name: merged[name] for name in ("batch.json", "batch.html")
    }
    assert elisa_bdnf("verify", tmp_path / "whole").code == 0
