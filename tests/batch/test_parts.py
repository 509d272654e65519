"""Names of folders, what is found, and what belongs to what."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batches import CSV, CSV_LAYOUT, GEN5, SOFTMAX, batch, folder_of
from elisa_bdnf.batch.discover import all_found, discover
from elisa_bdnf.batch.folder_names import TABLES, folder_names
from elisa_bdnf.batch.pairing import Unit, pair

NAMES = {
    "plate.txt": "plate",
    "plate.xlsx": "plate-xlsx",
    "week 1/Plate 3.txt": "week_1__Plate_3",
    "plate": "plate",
}
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=12)
PATHS = st.lists(st.lists(TEXT | st.sampled_from(["a", "A", "a__b", "con", "batch.json"]), min_size=1, max_size=3))


@pytest.mark.parametrize(("file", "name"), NAMES.items())
def test_usual_names_stay_readable(file: str, name: str) -> None:
    assert folder_names([file]) == {file: name}


@given(PATHS)
def test_no_two_names_are_one_on_any_system(paths: list[list[str]]) -> None:
    files = sorted({"/".join(part for part in parts if part not in (".", "..")) or "x" for parts in paths})
    names = folder_names(files)
    assert len({name.casefold() for name in names.values()}) == len(files)
    assert all(name.isascii() and len(name) <= 120 and name[0] not in ".-" for name in names.values())
    assert not {name.casefold() for name in names.values()} & set(TABLES)


@pytest.mark.parametrize("further", ["week/plate.txt", "plate.csv", "week_plate.txt", "plates.txt", "0/1/plate.txt"])
def test_a_further_export_leaves_names_alone(further: str) -> None:
    files = ["plate.txt", "week 1/plate.txt", "plate.xlsx"]
    before = folder_names(files)
    assert {file: name for file, name in folder_names([*files, further]).items() if file in before} == before


IGNORED = [
    "~$plate.xlsx", ".~lock.plate.csv#", "._plate.txt", ".DS_Store", "Thumbs.db", "desktop.ini", "plate.txt.tmp",
    "plate.txt.part", "plate.csv.crdownload", "plate.txt~", ".hidden", "notes.md", "photo.PNG", "protocol.toml",
]  # fmt: skip


@pytest.mark.parametrize("name", IGNORED)
def test_what_is_no_export_is_passed_over_with_a_reason(tmp_path: Path, name: str) -> None:
    tree = discover(folder_of(tmp_path, {name: b"x", "plate.txt": b"x"}), tmp_path / "out")
    assert [each.file for each in tree.exports] == ["plate.txt"]
    assert [row.file for row in tree.ignored] == [name]
    assert tree.ignored[0].reason


@pytest.mark.skipif(not hasattr(os, "symlink") or os.name == "nt", reason="links need a privilege on Windows")
def test_links_are_told_and_not_followed(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5})
    (folder / "link.txt").symlink_to(folder / "a.txt")
    (folder / "loop").symlink_to(folder)
    tree = discover(folder, tmp_path / "out")
    assert [each.file for each in tree.exports] == ["a.txt"]
    assert {row.file: row.reason.split(":")[0] for row in tree.ignored} == {"link.txt": "a link", "loop": "a link"}


@pytest.mark.skipif(not hasattr(os, "symlink") or os.name == "nt", reason="links need a privilege on Windows")
def test_a_link_that_the_manifest_names_is_an_export(tmp_path: Path) -> None:
    elsewhere = folder_of(tmp_path / "reader", {"run7.txt": GEN5})
    folder = folder_of(tmp_path / "in", {"manifest.csv": b"export\nweek1.txt\n", "b.txt": SOFTMAX})
    (folder / "week1.txt").symlink_to(elsewhere / "run7.txt")
    done = batch(folder, tmp_path / "out")
    assert done.code == 0, done.err
    assert "3 files found = 2 accepted + 0 rejected + 0 refused + 1 ignored" in done.out
    assert (tmp_path / "out" / "week1" / "result.json").is_file()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5})
    os.mkfifo(folder / "pipe.txt")
    done = batch(folder, tmp_path / "out")
    assert done.code == 3
    assert "pipe.txt: this is a device, pipe or socket" in done.err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_a_name_that_is_no_text_is_shown_escaped(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5})
    (folder / os.fsdecode(b"pl\xff\x1b.txt")).write_bytes(GEN5.read_bytes())
    tree = discover(folder, tmp_path / "out")
    assert [each.file for each in tree.exports] == ["a.txt", "pl\\xff\\x1b.txt"]


def paired(folder: Path, layout: Path | None = None) -> dict[str, Unit]:
    tree = discover(folder, folder / "out")
    units, ignored = pair(tree, {}, layout, None)
    assert sorted(all_found(tree)) == sorted([u.file for u in units] + [i.file for i in ignored])
    return {unit.file: unit for unit in units}


# Files, and for each export its layout and its sheet; None where it is refused, since several could be meant.
PAIRS: dict[str, tuple[list[str], dict[str, tuple[str, str] | None]]] = {
    "nothing": (["a.txt"], {"a.txt": ("", "")}),
    "beside": (["a.txt", "a.layout.toml", "a_samples.csv"], {"a.txt": ("a.layout.toml", "a_samples.csv")}),
    "its own only": (["a.txt", "b.txt", "a.samples.csv"], {"a.txt": ("", "a.samples.csv"), "b.txt": ("", "")}),
    "for the folder": (
        ["a.txt", "b.csv", "layout.toml", "w/c.txt"],
        {"a.txt": ("layout.toml", ""), "b.csv": ("layout.toml", ""), "w/c.txt": ("", "")},
    ),
    "elsewhere by name": (["x/A1.txt", "layouts/a1.layout.csv"], {"x/A1.txt": ("layouts/a1.layout.csv", "")}),
    "two beside": (["a.txt", "a.layout.toml", "a-layout.xlsx"], {"a.txt": None}),
    "own and folder's": (["a.txt", "a.samples.csv", "samples.xlsx"], {"a.txt": None}),
    "beside and elsewhere": (["a.txt", "a.layout.toml", "l/a.layout.toml"], {"a.txt": None}),
    "one for two exports": (["x/a.txt", "y/a.txt", "l/a.layout.toml"], {"x/a.txt": None, "y/a.txt": None}),
    "beside one of two of a name": (
        ["x/a.txt", "y/a.txt", "x/a.layout.toml"],
        {"x/a.txt": ("x/a.layout.toml", ""), "y/a.txt": ("", "")},
    ),
    "an export that is called samples": (
        ["serum_samples.csv", "serum-layout.csv"],
        {"serum_samples.csv": ("", ""), "serum-layout.csv": ("", "")},
    ),
}


@pytest.mark.parametrize(("files", "expected"), PAIRS.values(), ids=PAIRS)
def test_pairing(tmp_path: Path, files: list[str], expected: dict[str, tuple[str, str] | None]) -> None:
    def name(path: Path | None) -> str:
        return path.relative_to(tmp_path).as_posix() if path else ""

    units = paired(folder_of(tmp_path, dict.fromkeys(files, b"x")))
    found = {file: None if unit.problems else (name(unit.layout), name(unit.samples)) for file, unit in units.items()}
    assert found == expected


def test_an_option_holds_for_all(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {"a.txt": b"x", "a.layout.toml": b"x", "b.txt": b"x"})
    assert {unit.layout for unit in paired(folder, Path("all.toml")).values()} == {Path("all.toml")}


def test_a_layout_that_names_the_plate_is_found(tmp_path: Path) -> None:
    named = b'meta.path = "plate7.csv"\n' + CSV_LAYOUT.read_bytes()
    other = named.replace(b"plate7", b"plate8")
    folder = folder_of(tmp_path / "in", {"x/plate7.csv": CSV, "l/one.layout.toml": named, "l/two.layout.toml": other})
    assert batch(folder, tmp_path / "out").code == 0
    folder_of(folder, {"l/three.layout.toml": named + b"\n"})
    refused = batch(folder, tmp_path / "out")
    assert refused.code == 3
    assert "more than one layout names the plate: l/one.layout.toml, l/three.layout.toml" in refused.err


def test_such_a_layout_may_have_any_name(tmp_path: Path) -> None:
    named = b'[meta]\npath = "plate7.csv"\n' + CSV_LAYOUT.read_bytes()
    folder = folder_of(tmp_path / "in", {"x/plate7.csv": CSV, "l/seven.toml": named, "l/own.toml": b"[curve]\n"})
    done = batch(folder, tmp_path / "out")
    assert done.code == 0, done.err
    # by its content alone: the name of another export does not make it that one's
    (folder / "l" / "seven.toml").rename(folder / "x" / "b.toml")
    folder_of(folder, {"x/b.txt": GEN5})
    assert batch(folder, tmp_path / "out").code == 0


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="everything is permitted to root")
@pytest.mark.parametrize("mode", [0o000, 0o444])
def test_a_folder_that_is_shut_stops_no_other_export(tmp_path: Path, mode: int) -> None:
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5, "shut/b.txt": SOFTMAX})
    (folder / "shut").chmod(mode)
    done = batch(folder, tmp_path / "out")
    (folder / "shut").chmod(0o755)
    assert done.code == 3
    assert "2 files found = 1 accepted + 0 rejected + 1 refused" in done.out


def test_a_layout_that_could_be_an_export_s_is_not_said_to_be_nobody_s(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", {"a.csv": CSV, "a.layout.toml": CSV_LAYOUT, "l/a.layout.toml": CSV_LAYOUT})
    done = batch(folder, tmp_path / "out")
    assert "more than one file could be its layout" in done.err
    assert "belongs to no export" not in done.out
