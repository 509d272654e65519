"""A folder of exports through the command line: counts, tables, exit codes; the same bytes however it is done."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from batches import (
    CSV,
    CSV_LAYOUT,
    FIVE,
    GEN5,
    LETTER,
    REJECTED,
    SOFTMAX,
    TROUBLED,
    TWO_PLATES,
    batch,
    digests,
    folder_of,
)
from program import FIXTURES, elisa_bdnf

TABLES = ("wells.csv", "samples.csv", "standards.csv", "controls.csv", "findings.csv", "unreadable.csv", "plates.csv")
PER_PLATE = {
    "result.json", "wells.csv", "samples.csv", "standards.csv", "findings.csv", "report.html", "manifest.json",
}  # fmt: skip


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Five exports and what becomes of them."""
    folder = folder_of(tmp_path_factory.mktemp("in"), {**FIVE, ".DS_Store": b"", "~$a.txt": b"lock"})
    out = tmp_path_factory.mktemp("out") / "results"
    assert batch(folder, out).code == 3
    return folder, out


def test_counts_add_up_and_are_printed(done: tuple[Path, Path]) -> None:
    again = batch(*done)
    assert "8 files found = 3 accepted + 1 rejected + 1 refused + 3 ignored" in again.out
    counts = json.loads((done[1] / "batch.json").read_text(encoding="utf-8"))["counts"]
    assert counts["found"] == sum(counts[name] for name in ("accepted", "rejected", "refused", "ignored")) == 8
    assert counts["plates"] == counts["plates_accepted"] + counts["plates_rejected"] == 5


def test_every_plate_has_a_folder_and_every_table_is_merged(done: tuple[Path, Path]) -> None:
    _, out = done
    plates = json.loads((out / "batch.json").read_text(encoding="utf-8"))["plates"]
    assert [plate["folder"] for plate in plates] == [
        "B", "a", "week_2__plate-csv", "week_2__plates/Plate_1", "week_2__plates/Plate_2",
    ]  # fmt: skip
    for plate in plates:
        assert {path.name for path in (out / plate["folder"]).iterdir()} == PER_PLATE
    assert {path.name for path in out.glob("*.csv")} >= set(TABLES)


@pytest.mark.parametrize("name", ["wells.csv", "samples.csv", "standards.csv", "findings.csv"])
def test_a_merged_table_holds_the_lines_of_each_plate_unchanged(done: tuple[Path, Path], name: str) -> None:
    _, out = done
    merged = rows(out / name)
    plates = json.loads((out / "batch.json").read_text(encoding="utf-8"))["plates"]
    expected = [
        (row, plate["folder"], plate["export"]) for plate in plates for row in rows(out / plate["folder"] / name)
    ]
    assert len(merged) == len(expected)
    for row, (own, folder, export) in zip(merged, expected, strict=True):
        assert row["result_folder"] == folder
        assert row["export_file"] == export
        assert {key: row[key] for key in own} == own


def test_controls_are_those_of_result_json(done: tuple[Path, Path]) -> None:
    _, out = done
    merged = rows(out / "controls.csv")
    plates = json.loads((out / "batch.json").read_text(encoding="utf-8"))["plates"]
    own = [
        (plate["folder"], control["control"], control["recovery_percent"])
        for plate in plates
        for control in json.loads((out / plate["folder"] / "result.json").read_text(encoding="utf-8"))["controls"]
    ]
    assert own
    assert [(r["result_folder"], r["control"], r["recovery_percent"]) for r in merged] == [
        (folder, name, "" if recovery is None else repr(recovery)) for folder, name, recovery in own
    ]


def test_a_refused_export_is_a_row_with_its_reason(done: tuple[Path, Path]) -> None:
    _, out = done
    refused = rows(out / "unreadable.csv")
    assert {row["export_file"] for row in refused} == {"letter.txt"}
    assert all(row["found"] and row["expected"] and row["message"] for row in refused)


@pytest.mark.parametrize(
    ("file", "folder", "words"),
    [
        ("a.txt", "a", []),
        ("B.txt", "B", []),
        ("week 2/plate.csv", "week_2__plate-csv", []),
        ("week 2/plates.txt", "week_2__plates", []),
    ],
)
def test_a_batch_is_its_single_runs(tmp_path: Path, file: str, folder: str, words: list[str]) -> None:
    exports = folder_of(tmp_path / "in", {**FIVE})
    batch(exports, tmp_path / "out", "--xlsx")
    elisa_bdnf("run", exports / file, "--out", tmp_path / "run")
    assert digests(tmp_path / "out" / folder) == digests(tmp_path / "run")


ORDERS = {"jobs": ["--jobs", "2"], "one job": ["--jobs", "1"], "forced": ["--force"], "quiet": ["--quiet"]}


@pytest.mark.parametrize("words", ORDERS.values(), ids=ORDERS)
def test_the_same_bytes_however_it_is_done(done: tuple[Path, Path], tmp_path: Path, words: list[str]) -> None:
    batch(done[0], tmp_path / "out", *words)
    assert digests(tmp_path / "out") == digests(done[1])


def test_the_same_bytes_wherever_the_folder_is_and_whenever_files_came(done: tuple[Path, Path], tmp_path: Path) -> None:
    files: dict[str, Path | bytes] = {p.relative_to(done[0]).as_posix(): p for p in done[0].rglob("*") if p.is_file()}
    folder = folder_of(tmp_path / "x" / done[0].name, dict(reversed(files.items())))
    os.utime(folder / "a.txt", (1, 1))
    batch(folder, tmp_path / "out")
    assert digests(tmp_path / "out") == digests(done[1])


SURROUNDINGS = [
    {"PYTHONHASHSEED": "0", "TZ": "Asia/Kathmandu", "LC_ALL": "C", "COLUMNS": "60"},
    {"PYTHONHASHSEED": "7", "TZ": "America/St_Johns", "LC_ALL": "tr_TR.UTF-8", "OPENBLAS_NUM_THREADS": "2"},
]


@pytest.mark.parametrize("surroundings", SURROUNDINGS)
def test_the_same_bytes_in_any_surroundings(
    done: tuple[Path, Path], tmp_path: Path, surroundings: dict[str, str]
) -> None:
    code = "from elisa_bdnf.cli.main import main; main()"
    command = [sys.executable, "-c", code, "batch", done[0], "--out", tmp_path / "out", "--quiet"]
    subprocess.run(command, check=False, capture_output=True, env=os.environ | surroundings)
    assert digests(tmp_path / "out") == digests(done[1])


def test_further_exports_change_nothing_that_is_there(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5, "week/a.txt": SOFTMAX})
    batch(folder, tmp_path / "out")
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in (tmp_path / "out").glob("*a/*")}
    folder_of(folder, {"0.txt": TROUBLED, "a.csv": CSV, "a.layout.toml": b"", "week_a.txt": REJECTED})
    (folder / "a.layout.toml").unlink()
    batch(folder, tmp_path / "out")
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in before} == before


def test_only_what_changed_is_done_again(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5, "b.txt": SOFTMAX, "c.csv": CSV, "c.layout.toml": CSV_LAYOUT})
    batch(folder, tmp_path / "out")
    changes = [
        ({"a.txt": TROUBLED}, [], {"a.txt"}),
        ({"c.layout.toml": CSV_LAYOUT.read_bytes() + b"\n# again\n"}, [], {"c.csv"}),
        ({}, ["--weights", "none"], {"a.txt", "b.txt", "c.csv"}),
        ({}, ["--weights", "none"], set()),
        ({}, ["--weights", "none", "--xlsx"], {"a.txt", "b.txt", "c.csv"}),
        ({}, ["--weights", "none", "--xlsx", "--force"], {"a.txt", "b.txt", "c.csv"}),
    ]
    for files, words, again in changes:
        folder_of(folder, files)
        said = batch(folder, tmp_path / "out", *words).err.splitlines()
        assert {line.split()[1].rstrip(":") for line in said if "as before" not in line} == again
    batch(folder, tmp_path / "fresh", "--weights", "none", "--xlsx")
    assert digests(tmp_path / "fresh") == digests(tmp_path / "out")


def test_results_that_were_edited_or_removed_are_made_again(tmp_path: Path) -> None:
    folder, out = folder_of(tmp_path / "in", {"a.txt": GEN5, "b.txt": SOFTMAX}), tmp_path / "out"
    batch(folder, out)
    before = digests(out)
    (out / "b" / "report.html").unlink()
    (out / "wells.csv").unlink()
    assert "note: " not in batch(folder, out).err
    assert digests(out) == before


def test_what_a_person_has_edited_is_kept_beside_what_is_made_anew_and_told(tmp_path: Path) -> None:
    folder, out = folder_of(tmp_path / "in", {"a.txt": GEN5, "b.txt": SOFTMAX}), tmp_path / "out"
    batch(folder, out)
    before = digests(out)
    for text, copy in (("mine", "samples.edited.csv"), ("later", "samples.edited-2.csv")):
        folder_of(out, {"a/samples.csv": text.encode(), "plates.csv": b"with remarks"})
        told = [line for line in batch(folder, out).err.splitlines() if line.startswith("note: ")]
        assert [Path(line.split()[1]).name for line in told] == [copy, "plates.edited.csv"]
        assert (out / "a" / copy).read_text(encoding="utf-8") == text
        assert {file: digests(out)[file] for file in before} == before
    kept = digests(out).keys() - before.keys()
    assert kept == {"a/samples.edited.csv", "a/samples.edited-2.csv", "plates.edited.csv"}
    assert "note: " not in batch(folder, out, "--force").err  # nothing else was edited
    assert elisa_bdnf("verify", out, "--inputs", folder).code == 0


def test_other_inputs_and_settings_edit_nothing(tmp_path: Path) -> None:
    folder, out = folder_of(tmp_path / "in", {"a.txt": GEN5, "b.txt": SOFTMAX}), tmp_path / "out"
    batch(folder, out)
    folder_of(folder, {"a.txt": TROUBLED})
    for words in ([], ["--weights", "none"], ["--xlsx"]):
        assert "note: " not in batch(folder, out, *words).err
    assert not list(out.rglob("*.edited*"))


def test_no_result_stays_of_an_export_that_is_gone_or_became_unreadable(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5, "b.txt": SOFTMAX, "c.txt": TWO_PLATES, "d.txt": GEN5})
    batch(folder, tmp_path / "out", "--xlsx")
    (folder / "a.txt").unlink()
    folder_of(folder, {"b.txt": LETTER, "c.txt": SOFTMAX})
    batch(folder, tmp_path / "out")
    batch(folder, tmp_path / "fresh")
    assert digests(tmp_path / "out") == digests(tmp_path / "fresh")


def test_a_person_s_own_file_in_a_result_folder_is_never_removed(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5, "b.txt": SOFTMAX})
    batch(folder, tmp_path / "out")
    (tmp_path / "out" / "a" / "notes.txt").write_text("mine", encoding="utf-8")
    (folder / "a.txt").unlink()
    batch(folder, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out" / "a").iterdir()] == ["notes.txt"]


EXIT_CODES = {
    "all accepted": ({"a.txt": GEN5}, [], 0),
    "a warning counts if strict": ({"a.txt": TROUBLED}, ["--strict"], 1),
    "rejected": ({"a.txt": GEN5, "b.txt": REJECTED}, [], 1),
    "refused outranks rejected": ({"a.txt": LETTER, "b.txt": REJECTED}, [], 3),
    "nothing there": ({"a.pdf": b"%PDF"}, [], 3),
    "no such option": ({"a.txt": GEN5}, ["--set", "curve.wieghts=none"], 2),
}


@pytest.mark.parametrize(("files", "words", "code"), EXIT_CODES.values(), ids=EXIT_CODES)
def test_exit_codes(tmp_path: Path, files: dict[str, Path | bytes], words: list[str], code: int) -> None:
    assert batch(folder_of(tmp_path / "in", files), tmp_path / "out", *words).code == code


def test_json_is_batch_json_alone(done: tuple[Path, Path]) -> None:
    printed = batch(*done, "--json").out
    assert json.loads(printed) == json.loads((done[1] / "batch.json").read_text(encoding="utf-8"))
    assert next(iter(json.loads(printed))) == "schema"


def test_batch_json_is_as_its_schema_says(done: tuple[Path, Path]) -> None:
    schema = json.loads((FIXTURES.parent / "docs" / "schemas" / "batch.schema.json").read_text(encoding="utf-8"))
    document = json.loads((done[1] / "batch.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema)


def test_quiet_leaves_errors(done: tuple[Path, Path]) -> None:
    said = batch(*done, "--quiet")
    assert said.out == ""
    assert said.err.count("\n") == said.err.count("error: letter.txt:") == 1


def test_a_sheet_for_all_and_a_shared_protocol(tmp_path: Path) -> None:
    demo = FIXTURES / "demo"
    folder = folder_of(tmp_path / "in", {"a.txt": demo / "bdnf-plate.txt"})
    words = ["--samples", demo / "samples.csv", "--protocol", "human-infusion-plasma"]
    assert batch(folder, tmp_path / "out", *words).code == 0
    elisa_bdnf("run", folder / "a.txt", "--out", tmp_path / "run", *words)
    one, other = (tmp_path / name / "result.json" for name in ("out/a", "run"))
    assert one.read_bytes() == other.read_bytes()


def test_a_plate_that_is_there_twice_is_said(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5, "copy of a.txt": GEN5, "b.txt": GEN5.read_bytes() + b"\n"})
    done = batch(folder, tmp_path / "out")
    assert "The same file is there more than once: a.txt, copy of a.txt." in done.out
    assert "All responses of Plate 1 (a.txt), Plate 1 (b.txt), Plate 1 (copy of a.txt) read the same." in done.out
    assert done.code == 1  # and none of them is believed, see test_copies


def test_files_that_no_batch_wrote_are_not_written_over(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5})
    folder_of(tmp_path / "out", {"samples.csv": b"mine"})
    done = batch(folder, tmp_path / "out")
    assert done.code == 4
    assert "samples.csv" in done.err
    assert digests(tmp_path / "out").keys() == {"samples.csv"}


def test_the_folder_of_exports_is_no_place_for_results(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5})
    assert batch(folder, folder).code == 2
    assert digests(folder).keys() == {"a.txt"}


def test_results_inside_the_folder_are_no_exports(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5})
    first = batch(folder, folder / "results").out
    elisa_bdnf("run", folder / "a.txt", "--out", folder / "single")
    second = batch(folder, folder / "results").out
    assert "1 files found = 1 accepted" in first
    assert "2 files found = 1 accepted + 0 rejected + 0 refused + 1 ignored" in second
