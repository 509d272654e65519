"""Plates of different exports that read the same: rejected by all that a batch and their own folders say."""

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


def finding_of(out: Path, folder: str) -> dict[str, Any] | None:
    result = json.loads((out / folder / "result.json").read_text(encoding="utf-8"))
    return next((each for each in result["findings"] if each["rule"] == "INP-04"), None)


def verdict_of(out: Path, folder: str) -> str:
    made = json.loads((out / folder / "result.json").read_text(encoding="utf-8"))
    return str(made["verdict"])


def test_both_are_rejected_and_the_third_is_not(out: Path) -> None:
    made = document(out)
    verdicts = {plate["export"]: plate["verdict"] for plate in made["plates"]}
    assert verdicts["a.txt"] == verdicts["b/a.txt"] == "rejected"
    assert made["remarks"] == ["All responses of Plate 1 (a.txt), Plate 1 (b/a.txt) read the same."]
    assert {e["outcome"] for e in made["exports"] if e["file"] != "c.txt"} == {"rejected"}
    assert all(plate["reportable"] == 0 for plate in made["plates"] if plate["export"] != "c.txt")


@pytest.mark.parametrize(("plate", "other"), [("a", "b/a.txt"), ("b__a", "a.txt")])
def test_the_folder_of_each_says_so_and_reports_nothing(out: Path, plate: str, other: str) -> None:
    assert verdict_of(out, plate) == "rejected"
    found = finding_of(out, plate)
    assert found is not None
    assert (found["level"], found["action"], found["measured"]) == ("fail_plate", "reject", "90")
    assert "all responses read the same as on Plate 1 of a.txt" in found["message"]
    with (out / plate / "samples.csv").open(encoding="utf-8", newline="") as stream:
        assert {row["reportable"] for row in csv.DictReader(stream)} == {"false"}
    manifest = json.loads((out / plate / "manifest.json").read_text(encoding="utf-8"))
    assert [each["file"] for each in manifest["inputs"] if each["role"] == "compared"] == [Path(other).name]
    assert manifest["command"][-2:] == ["--compare-with", "a.txt"]


def test_a_single_run_beside_the_other_is_the_same(out: Path) -> None:
    top, single = out.parent / "in", out.parent / "single"
    done = elisa_bdnf("run", top / "a.txt", *WORDS, "--compare-with", top / "b" / "a.txt", "--out", single, "--quiet")
    assert done.code == 1
    assert (single / "result.json").read_bytes() == (out / "a" / "result.json").read_bytes()


def test_no_merged_table_holds_a_result_of_theirs(out: Path) -> None:
    with (out / "samples.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["export_file"] != "c.txt"]
    assert len(rows) == 70
    for row in rows:
        assert (row["reportable"], row["concentration"], row["ci_low"], row["ci_high"]) == ("false", "", "", "")
        assert (row["text"], row["plate_verdict"], row["result_concentration"]) == ("not reportable", "rejected", "")
        assert row["reason"] == "plate rejected by QC"
    with (out / "findings.csv").open(encoding="utf-8", newline="") as stream:
        found = [row["export_file"] for row in csv.DictReader(stream) if row["rule"] == "INP-04"]
    assert found == ["a.txt", "b/a.txt"]
    page = (out / "batch.html").read_text(encoding="utf-8")
    assert "is one a copy of the other?" in page


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
    assert verdict_of(top / "part1", "a") == "accepted"  # a shard does not know the other
    assert digests(top / "merged") == digests(out)


def test_a_merge_needs_the_exports_only_if_some_read_the_same(out: Path, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5, "b.txt": GEN5, "c.txt": SOFTMAX})
    for number in (1, 2):
        batch(folder, tmp_path / f"part{number}", *WORDS, "--shard", f"{number}/2")
    folder.rename(tmp_path / "moved")
    parts = (tmp_path / "part1", tmp_path / "part2")
    done = elisa_bdnf("merge", *parts, "--out", tmp_path / "merged")
    assert done.code == 3
    assert "a.txt reads the same as b.txt" in done.err
    assert "--exports" in done.err
    assert elisa_bdnf("merge", *parts, "--out", tmp_path / "merged", "--exports", tmp_path / "moved").code in (1, 3)
    assert verdict_of(tmp_path / "merged", "a") == verdict_of(tmp_path / "merged", "b") == "rejected"


@pytest.mark.parametrize(("equal", "verdict"), [(60, "rejected"), (8, "accepted")])
def test_many_equal_wells_are_enough(tmp_path: Path, equal: int, verdict: str) -> None:
    other = with_changed_wells(GEN5.read_bytes(), equal)
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5, "b.txt": other})
    batch(folder, tmp_path / "out", *WORDS)
    assert {plate["verdict"] for plate in document(tmp_path / "out")["plates"]} == {verdict}


def test_the_protocol_may_only_remark_it(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5, "b.txt": GEN5})
    done = batch(folder, tmp_path / "out", *WORDS, "--set", "qc.rules.INP-04.level=warn")
    found = [finding_of(tmp_path / "out", name) for name in ("a", "b")]
    assert [each["level"] for each in found if each] == ["warn", "warn"]
    assert done.code == 0
    done = batch(folder, tmp_path / "out", *WORDS, "--set", "qc.rules.INP-04.enabled=false")
    assert finding_of(tmp_path / "out", "a") is None
    assert done.code == 0


DAY = ("--date", "2026-03-31")
WAIVER = """
[[waive]]
rule = "INP-04"
reason = "the plate was read twice, the second file is kept"
by = "A. Person"
until = 2099-01-01
"""


def test_it_can_be_waived_of_one_of_them(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5, "b.txt": GEN5, "b.waivers.toml": WAIVER.encode()})
    batch(folder, tmp_path / "out", *WORDS, *DAY)
    assert verdict_of(tmp_path / "out", "a") == "rejected"
    assert verdict_of(tmp_path / "out", "b") == "accepted"
    before = digests(tmp_path / "out")
    again = batch(folder, tmp_path / "out", *WORDS, *DAY)
    assert "2 exports were as before" in again.out
    assert digests(tmp_path / "out") == before


def test_a_waiver_that_nothing_needs_is_refused(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5, "c.txt": SOFTMAX, "a.waivers.toml": WAIVER.encode()})
    for _ in range(2):
        done = batch(folder, tmp_path / "out", *WORDS, *DAY)
        assert done.code == 3
        assert "INP-04" in done.err
        assert next(e["outcome"] for e in document(tmp_path / "out")["exports"]) == "refused"


def test_a_copy_that_is_refused_beside_the_other_stays_a_copy(tmp_path: Path) -> None:
    wrong = WAIVER.replace("until", 'subject = "another"\nuntil')
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5, "b.txt": GEN5, "a.waivers.toml": wrong.encode()})
    seen = []
    for _ in range(3):
        batch(folder, tmp_path / "out", *WORDS, *DAY)
        assert [e["outcome"] for e in document(tmp_path / "out")["exports"]] == ["refused", "rejected"]
        seen.append(digests(tmp_path / "out"))
    assert seen[0] == seen[1] == seen[2]


def test_what_comes_and_goes_is_judged_as_if_it_had_always_been_so(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5, "c.txt": SOFTMAX})
    batch(folder, tmp_path / "out", *WORDS)
    alone = digests(tmp_path / "out")
    assert verdict_of(tmp_path / "out", "a") == "accepted"
    (folder / "b.txt").write_bytes(GEN5.read_bytes())
    done = batch(folder, tmp_path / "out", *WORDS)
    assert "b.txt: rejected" in done.err
    assert "a.txt: rejected" in done.err
    assert "1 exports were as before" in done.out
    assert verdict_of(tmp_path / "out", "a") == "rejected"
    batch(folder, tmp_path / "fresh", *WORDS, "--jobs", "2")
    assert digests(tmp_path / "fresh") == digests(tmp_path / "out")
    (folder / "b.txt").unlink()
    batch(folder, tmp_path / "out", *WORDS)
    assert digests(tmp_path / "out") == alone


def test_a_history_keeps_none_of_them(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    exports(folder, [98.0, 102.0, 99.0, 101.0])
    copy = folder / "copy.csv"
    copy.write_bytes((folder / "plate-02.csv").read_bytes())
    copy.with_suffix(".layout.toml").write_bytes((folder / "plate-02.layout.toml").read_bytes())
    for name in ("one", "two"):
        batch(folder, tmp_path / name, "--history", str(tmp_path / "lab.sqlite"))
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    shown = elisa_bdnf("history", "show", "--history", tmp_path / "lab.sqlite", "--json")
    print(shown.out)
    assert len(json.loads(shown.out)["plates"]) == 3


def test_a_good_batch_has_no_copies(tmp_path: Path) -> None:
    exports(tmp_path / "in", [98.0, 102.0, 99.0])
    batch(tmp_path / "in", tmp_path / "out")
    assert document(tmp_path / "out")["remarks"] == []


def test_what_is_near_the_background_counts_for_nothing() -> None:
    assert thousandths([0.0999, 0.1, float("nan"), 1.2344, 55.0]) == "ffff0064ffff04d2ffff"
