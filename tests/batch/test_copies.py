"""Plates of different exports that read the same: rejected in everything that a batch says, and not used by a study."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from batches import GEN5, SOFTMAX, batch, digests, folder_of
from charted_plates import exports
from elisa_bdnf.batch.copies import thousandths
from program import FIXTURES, elisa_bdnf

WORDS = ("--protocol", "human-infusion-plasma", "--samples", str(FIXTURES / "gen5-pass" / "samples.csv"))


def with_changed_wells(text: bytes, keep: int) -> bytes:
    """The export with all but so many of its readings a little higher."""
    count = 0

    def changed(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return match[0] if count <= keep else f"{float(match[0]) + 0.011:.3f}"

    return re.sub(r"(?<=\t)\d\.\d{3}(?=\t)", changed, text.decode("cp1252")).encode("cp1252")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("copies")
    folder = folder_of(top / "in", {"a.txt": GEN5, "b/a.txt": GEN5.read_bytes() + b"\n", "c.txt": SOFTMAX})
    assert batch(folder, top / "out", *WORDS).code in (1, 3)
    return top / "out"


def document(out: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads((out / "batch.json").read_text(encoding="utf-8"))
    return made


def test_both_are_rejected_and_the_third_is_not(out: Path) -> None:
    made = document(out)
    verdicts = {plate["export"]: plate["verdict"] for plate in made["plates"]}
    assert verdicts["a.txt"] == verdicts["b/a.txt"] == "rejected"
    (finding,) = made["findings"]
    assert (finding["rule"], finding["level"], finding["action"]) == ("INP-04", "fail_plate", "reject")
    assert "a.txt" in finding["message"]
    assert "b/a.txt" in finding["message"]
    assert {e["outcome"] for e in made["exports"] if e["file"] != "c.txt"} == {"rejected"}
    assert all(plate["reportable"] == 0 for plate in made["plates"] if plate["export"] != "c.txt")


def test_no_merged_table_holds_a_result_of_theirs(out: Path) -> None:
    with (out / "samples.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["export_file"] != "c.txt"]
    assert len(rows) == 70
    for row in rows:
        assert (row["reportable"], row["concentration"], row["ci_low"], row["ci_high"]) == ("false", "", "", "")
        assert (row["text"], row["plate_verdict"], row["result_concentration"]) == ("not reportable", "rejected", "")
        assert row["reason"].startswith("INP-04: all responses of ")
    page = (out / "batch.html").read_text(encoding="utf-8")
    assert "are the same: is one a copy of the other?" in page


def test_a_study_does_not_use_them(out: Path) -> None:
    done = elisa_bdnf("study", out, "--out", out.parent / "study", "--quiet")
    assert done.code == 3
    assert "plate rejected by QC" in done.err
    one = elisa_bdnf("study", out / "a", "--out", out.parent / "one", "--quiet")
    assert one.code == 3


def test_verify_and_a_second_run_come_to_the_same(out: Path) -> None:
    before = digests(out)
    assert elisa_bdnf("verify", out, "--inputs", FIXTURES / "gen5-pass").code == 0
    batch(out.parent / "in", out, *WORDS)
    assert digests(out) == before


def test_shards_come_to_the_same(out: Path) -> None:
    top = out.parent
    for number in (1, 2):
        batch(top / "in", top / f"part{number}", *WORDS, "--shard", f"{number}/2")
    elisa_bdnf("merge", top / "part1", top / "part2", "--out", top / "merged")
    whole, merged = digests(out), digests(top / "merged")
    names = ("batch.json", "samples.csv", "controls.csv", "batch.html")
    assert {name: whole[name] for name in names} == {name: merged[name] for name in names}


@pytest.mark.parametrize(("equal", "verdict"), [(60, "rejected"), (8, "accepted")])
def test_many_equal_wells_are_enough(tmp_path: Path, equal: int, verdict: str) -> None:
    other = with_changed_wells(GEN5.read_bytes(), equal)
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5, "b.txt": other})
    batch(folder, tmp_path / "out", *WORDS)
    assert {plate["verdict"] for plate in document(tmp_path / "out")["plates"]} == {verdict}


def test_the_protocol_may_only_remark_it(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5, "b.txt": GEN5})
    done = batch(folder, tmp_path / "out", *WORDS, "--set", "qc.rules.INP-04.level=warn")
    assert [each["level"] for each in document(tmp_path / "out")["findings"]] == ["warn"]
    assert done.code == 0
    done = batch(folder, tmp_path / "out", *WORDS, "--set", "qc.rules.INP-04.enabled=false")
    assert document(tmp_path / "out")["findings"] == []
    assert done.code == 0


def test_a_good_batch_has_no_copies(tmp_path: Path) -> None:
    exports(tmp_path / "in", [98.0, 102.0, 99.0])
    batch(tmp_path / "in", tmp_path / "out")
    assert document(tmp_path / "out")["findings"] == []


def test_what_is_near_the_background_counts_for_nothing() -> None:
    assert thousandths([0.0999, 0.1, float("nan"), 1.2344, 55.0]) == "ffff0064ffff04d2ffff"
