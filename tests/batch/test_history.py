"""Batches with a history: plates see those before them, whatever the order, the number of processes and of runs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from batches import batch, digests
from charted_plates import STEADY, export, exports
from elisa_bdnf import output
from elisa_bdnf.batch.merging import merge
from elisa_bdnf.history import store
from program import elisa_bdnf

CONTROLS = [*STEADY, 110.0, 100.0]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """Twenty plates in control, one that is not, and one more: folder, results, history."""
    here = tmp_path_factory.mktemp("history")
    exports(here / "in", CONTROLS)
    assert batch(here / "in", here / "out", "--history", here / "h.sqlite", "--no-html", "--quiet").code == 1
    return here / "in", here / "out", here / "h.sqlite"


def rules(out: Path) -> dict[str, set[str]]:
    plates = json.loads((out / "batch.json").read_text(encoding="utf-8"))["plates"]
    return {p["export"]: {f["rule"] for f in p["findings"] if f["rule"].startswith("CTL")} for p in plates}


def test_plates_are_judged_by_those_before_them_in_one_run(done: tuple[Path, Path, Path]) -> None:
    found = rules(done[1])
    assert found["plate-21.csv"] >= {"CTL-01", "CTL-02"}
    assert not any(found[f"plate-{i:02d}.csv"] for i in (*range(1, 11), 22))


def test_accepted_plates_are_recorded_and_rejected_ones_are_not(done: tuple[Path, Path, Path]) -> None:
    recorded = [plate.file for plate in store.read(done[2]).plates]
    assert recorded == [f"plate-{i:02d}.csv" for i in range(1, 23) if i != 21]


def test_running_again_takes_all_over_and_forcing_it_gives_the_same_bytes(done: tuple[Path, Path, Path]) -> None:
    folder, out, history = done
    before = digests(out)
    again = batch(folder, out, "--history", history, "--no-html")
    assert "22 exports were as before" in again.out
    batch(folder, out, "--history", history, "--no-html", "--force", "--jobs", "3", "--quiet")
    assert digests(out) == before


def test_a_growing_folder_ends_in_the_same_bytes(done: tuple[Path, Path, Path], tmp_path: Path) -> None:
    """A plate a day, as on the bench, against all at once."""
    folder, out, _ = done
    grown, history = tmp_path / "in", tmp_path / "h.sqlite"
    for first, last in ((0, 12), (12, 21), (21, 22)):
        exports(grown, CONTROLS[first:last], first=first + 1)
        batch(grown, tmp_path / "out", "--history", history, "--no-html", "--quiet")
    assert digests(tmp_path / "out") == digests(out)
    assert store.read(history) == store.read(done[2])
    assert digests(grown) == digests(folder)


def test_single_runs_in_any_order_are_those_of_the_batch(done: tuple[Path, Path, Path], tmp_path: Path) -> None:
    folder, out, _ = done
    files = sorted(folder.glob("*.csv"), reverse=True)
    options = ("--history", tmp_path / "h.sqlite", "--quiet", "--out", tmp_path / "out")
    assert elisa_bdnf("run", *files, *options).code == 1
    assert store.read(tmp_path / "h.sqlite").plates == store.read(done[2]).plates
    for name in ("result.json", "findings.csv"):
        single, together = (tmp_path / "out" / "plate-21" / name), (out / "plate-21-csv" / name)
        assert single.read_bytes() == together.read_bytes()


def test_an_earlier_plate_that_comes_late_does_later_plates_again(
    done: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    folder, out = (Path(shutil.copytree(path, tmp_path / path.name)) for path in done[:2])
    history = shutil.copy(done[2], tmp_path / "h.sqlite")
    export(folder, 0, 100.0)
    said = batch(folder, out, "--history", history, "--no-html").out
    assert "exports were as before" not in said
    assert (out / "plate-00-csv" / "result.json").exists()


def test_a_new_lot_opens_a_new_segment(tmp_path: Path) -> None:
    exports(tmp_path / "in", STEADY)
    exports(tmp_path / "in", [140.0], lot="L2", first=21)
    assert batch(tmp_path / "in", tmp_path / "out", "--history", tmp_path / "h.sqlite", "--quiet").code == 0
    assert not rules(tmp_path / "out")["plate-21.csv"]
    assert [s.kit_lot for s in store.read(tmp_path / "h.sqlite").segments] == ["L1", "L2"]


def test_a_history_that_is_damaged_stops_before_anything_is_written(tmp_path: Path) -> None:
    exports(tmp_path / "in", [100.0])
    (tmp_path / "h.sqlite").write_bytes(b"damaged " * 200)
    refused = batch(tmp_path / "in", tmp_path / "out", "--history", tmp_path / "h.sqlite")
    assert refused.code == 3
    assert "damaged" in refused.err
    assert not (tmp_path / "out" / "batch.json").exists()


def test_charts_of_a_batch_begin_with_the_history(done: tuple[Path, Path, Path], tmp_path: Path) -> None:
    """The plates before it, none after it: also when it is done again after others were recorded."""
    history = Path(shutil.copy(done[2], tmp_path / "h.sqlite"))
    options = ("--history", history, "--no-html", "--quiet")
    exports(tmp_path / "in", CONTROLS[:2], first=23)
    batch(tmp_path / "in", tmp_path / "out", *options)
    before = digests(tmp_path / "out")
    page = (tmp_path / "out" / "batch.html").read_text(encoding="utf-8")
    assert "21 plates of the history that are earlier" in page
    assert ": 23 plates</h3>" in page
    assert "· earlier</title>" in page
    exports(tmp_path / "next", CONTROLS[2:3], first=25)
    batch(tmp_path / "next", tmp_path / "later", *options)
    batch(tmp_path / "in", tmp_path / "out", *options, "--force")
    assert digests(tmp_path / "out") == before
    said = elisa_bdnf("verify", tmp_path / "out", "--history", history).out
    assert "made again of its plates: the same byte for byte" in said
    batch(tmp_path / "in", tmp_path / "out", "--no-html", "--quiet")
    assert not (tmp_path / "out" / ".elisa-bdnf" / "earlier.json").exists()


@pytest.fixture
def shards(done: tuple[Path, Path, Path], tmp_path: Path) -> list[Path]:
    """The batch in two shards, which share a history that nobody has made yet."""
    folders = [tmp_path / "part1", tmp_path / "part2"]
    for number, out in enumerate(folders, start=1):
        words = ["--history", tmp_path / "h.sqlite", "--no-html", "--quiet"]
        assert batch(done[0], out, "--shard", f"{number}/2", *words).code == 0  # each too few to judge by
    assert not (tmp_path / "h.sqlite").exists()
    return folders


def test_merged_shards_are_judged_by_those_before_them_and_recorded(
    done: tuple[Path, Path, Path], shards: list[Path], tmp_path: Path
) -> None:
    merged = elisa_bdnf("merge", *reversed(shards), "--out", tmp_path / "out")
    assert merged.code == 1, merged.err
    assert digests(tmp_path / "out") == digests(done[1])
    assert store.read(tmp_path / "h.sqlite").plates == store.read(done[2]).plates
    again = batch(done[0], tmp_path / "out", "--history", tmp_path / "h.sqlite", "--no-html")
    assert "22 exports were as before" in again.out


@pytest.mark.parametrize("rename", [3, 100, 160, 210])
def test_a_merge_that_is_stopped_anywhere_ends_in_the_same_bytes(
    done: tuple[Path, Path, Path], shards: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rename: int
) -> None:
    left, renamed = [rename], output.rename

    def counted(part: Path, final: Path) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        renamed(part, final)

    monkeypatch.setattr(output, "rename", counted)
    with pytest.raises(KeyboardInterrupt):
        merge(shards, tmp_path / "out")
    assert merge(shards, tmp_path / "out", on_kept=pytest.fail)
    assert digests(tmp_path / "out") == digests(done[1])


def test_a_merge_with_a_history_needs_the_exports_as_they_were(shards: list[Path], tmp_path: Path) -> None:
    refused = elisa_bdnf("merge", *shards, "--out", tmp_path / "out", "--exports", tmp_path / "nowhere")
    assert refused.code == 3
    assert "is to be judged by the history" in refused.err


def test_shards_with_and_without_a_history_are_no_whole(
    done: tuple[Path, Path, Path], shards: list[Path], tmp_path: Path
) -> None:
    batch(done[0], tmp_path / "other", "--shard", "2/2", "--no-html", "--quiet")
    refused = elisa_bdnf("merge", shards[0], tmp_path / "other", "--out", tmp_path / "out")
    assert refused.code == 3
    assert "its settings or versions are not those of" in refused.err
