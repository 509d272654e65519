"""Shards and the manifest."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from batches import CSV, CSV_LAYOUT, FIVE, GEN5, SOFTMAX, TROUBLED, batch, digests, folder_of
from program import FIXTURES, elisa_bdnf


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A batch as a whole and in three shards."""
    here = tmp_path_factory.mktemp("shards")
    folder = folder_of(here / "in", {**FIVE, "notes.md": b"x"})
    batch(folder, here / "whole")
    for number in (1, 2, 3):
        batch(folder, here / f"part{number}", "--shard", f"{number}/3")
    return here


def merge(parts: Path, out: Path, *numbers: int) -> tuple[int, str]:
    done = elisa_bdnf("merge", *(parts / f"part{number}" for number in numbers), "--out", out)
    return done.code, done.err


def test_merged_shards_are_the_whole(parts: Path, tmp_path: Path) -> None:
    assert merge(parts, tmp_path / "out", 2, 3, 1) == (3, "")
    assert digests(tmp_path / "out") == digests(parts / "whole")
    assert merge(parts, tmp_path / "out", 1, 2, 3) == (3, "")
    assert digests(tmp_path / "out") == digests(parts / "whole")


def test_a_run_goes_on_from_merged_shards(parts: Path, tmp_path: Path) -> None:
    merge(parts, tmp_path / "out", 1, 2, 3)
    said = batch(parts / "in", tmp_path / "out").err
    assert said.count("as before") == 5
    assert digests(tmp_path / "out") == digests(parts / "whole")


def test_a_shard_does_its_own_exports_only(parts: Path) -> None:
    folders = [{path.parent.name for path in (parts / f"part{n}").glob("*/manifest.json")} for n in (1, 2, 3)]
    assert folders == [{"B", "week_2__plate-csv"}, {"a"}, set()]
    assert not (parts / "part1" / "batch.json").exists()


@pytest.mark.parametrize(
    ("numbers", "said"), [((1, 2), "shard 3/3 is missing"), ((1, 2, 3, 4), "part4: this is no shard of a batch")]
)
def test_shards_that_are_no_whole_are_refused(parts: Path, tmp_path: Path, numbers: tuple[int, ...], said: str) -> None:
    code, err = merge(parts, tmp_path / "out", *numbers)
    assert code == 3
    assert said in err
    assert not (tmp_path / "out").exists()


def test_shards_of_other_settings_or_exports_are_refused(parts: Path, tmp_path: Path) -> None:
    shutil.copytree(parts / "part1", tmp_path / "part1")
    folder = folder_of(tmp_path / "in", {**FIVE, "notes.md": b"x"})
    batch(folder, tmp_path / "part2", "--shard", "2/3", "--weights", "none")
    folder_of(folder, {"further.txt": GEN5})
    batch(folder, tmp_path / "part3", "--shard", "3/3")
    for number, what in ((2, "settings"), (3, "exports")):
        code, err = merge(tmp_path, tmp_path / "out", 1, number)
        assert code == 3
        assert f"part{number}: its {what}" in err


def test_a_shard_that_was_changed_is_refused(parts: Path, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        shutil.copytree(parts / f"part{number}", tmp_path / f"part{number}")
    (tmp_path / "part1" / "B" / "samples.csv").write_text("edited", encoding="utf-8")
    code, err = merge(tmp_path, tmp_path / "out", 1, 2, 3)
    assert code == 3
    assert "B/samples.csv is not what the shard wrote" in err


def test_a_whole_batch_does_not_become_a_shard(parts: Path) -> None:
    before = digests(parts / "whole")
    assert batch(parts / "in", parts / "whole", "--shard", "1/2").code == 4
    assert digests(parts / "whole") == before


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "1/0", "a/b", "-1/2", "1/2/3", "١/٢"])
def test_what_is_no_shard_is_a_wrong_command_line(tmp_path: Path, text: str) -> None:
    assert batch(folder_of(tmp_path / "in", {"a.txt": GEN5}), tmp_path / "out", "--shard", text).code == 2


# --- the manifest ---------------------------------------------------------------------------------------------------

SHEET = FIXTURES / "demo" / "samples.csv"
TREE = {"x/p.csv": CSV, "x/serum_samples.csv": GEN5, "maps/one.toml": CSV_LAYOUT, "who.csv": SHEET, "b.txt": SOFTMAX}
AS_CSV = b"export,layout,protocol\nx/p.csv,maps/one.toml,\nx/serum_samples.csv,,generic\n"
AS_TOML = b'[[export]]\nfile = "x/p.csv"\nlayout = "maps/one.toml"\n[[export]]\nfile = "x/serum_samples.csv"\n'


@pytest.mark.parametrize(("name", "content"), [("manifest.csv", AS_CSV), ("manifest.toml", AS_TOML)])
def test_a_manifest_says_what_belongs_together(tmp_path: Path, name: str, content: bytes) -> None:
    folder = folder_of(tmp_path / "in", {**TREE, name: content})
    (folder / "who.csv").unlink()
    done = batch(folder, tmp_path / "out")
    assert "5 files found = 3 accepted + 0 rejected + 0 refused + 2 ignored" in done.out, done.err


def test_a_manifest_may_lie_elsewhere_and_gives_each_its_sheet_and_protocol(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", {"a.txt": FIXTURES / "demo" / "bdnf-plate.txt", "who.csv": SHEET})
    line = b"export;samples;protocol\n../in/a.txt;../in/who.csv;human-infusion-plasma\n"
    manifest = folder_of(tmp_path / "m", {"list.csv": line}) / "list.csv"
    done = batch(folder, tmp_path / "out", "--manifest", manifest)
    assert "2 files found = 1 accepted" in done.out, done.err
    words = ["--samples", folder / "who.csv", "--protocol", "human-infusion-plasma"]
    elisa_bdnf("run", folder / "a.txt", "--out", tmp_path / "run", *words)
    one, other = (tmp_path / "out" / "a" / "samples.csv", tmp_path / "run" / "samples.csv")
    assert one.read_bytes() == other.read_bytes()


def test_a_manifest_elsewhere_may_name_exports_of_other_folders_and_be_written_on_windows(tmp_path: Path) -> None:
    files = {"in/w1/a.txt": GEN5, "in/w2/b.csv": CSV, "maps/b.toml": CSV_LAYOUT}
    lines = b"export,layout\r\nin\\w1\\a.txt,\r\nin\\w2\\b.csv,maps\\b.toml\r\n"
    folder = folder_of(tmp_path, {**files, "list.csv": lines})
    done = batch(folder / "in" / "w2", tmp_path / "out", "--manifest", folder / "list.csv")
    assert "1 files found = 1 accepted" in done.out, done.err


WRONG = {
    "no such export": (b"export\nz.txt\n", "manifest.csv:2: there is no file 'z.txt'"),
    "no such layout": (b"export,layout\nb.txt,z.toml\n", "there is no file 'z.toml'"),
    "unknown column": (b"export,layuot\nb.txt,z.toml\n", "the headings are export, layuot"),
    "no export": (b"layout\nmaps/one.toml\n", "the headings are layout"),
    "passed over": (b"export\n../far.txt\n.hidden.txt\n", "far.txt is not found in the folder"),
    "twice": (b"export\nb.txt\nx/../b.txt\n", "manifest.csv:3: 'x/../b.txt' is named twice"),
}


@pytest.mark.parametrize(("content", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_manifest_stops_everything_with_its_line(tmp_path: Path, content: bytes, said: str) -> None:
    files = {**TREE, "manifest.csv": content, "../far.txt": GEN5, ".hidden.txt": GEN5}
    done = batch(folder_of(tmp_path / "in", files), tmp_path / "out")
    assert done.code == 3
    assert said in done.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "content", [b"[[export]]\nfil = 'b.txt'\n", b"export = 3\n", b"[other]\n", b"[[export]]\nfile = 3"]
)
def test_a_wrong_toml_manifest_is_refused(tmp_path: Path, content: bytes) -> None:
    done = batch(folder_of(tmp_path / "in", {"b.txt": TROUBLED, "manifest.toml": content}), tmp_path / "out")
    assert done.code == 3
    assert "manifest.toml:" in done.err
