"""``elisa-bdnf verify``: what somebody changed is caught, what is missing is said, and what is right is verified."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from batches import CSV, CSV_LAYOUT, GEN5, LETTER, TWO_PLATES, batch, digests, folder_of
from program import FIXTURES, elisa_bdnf

SCHEMA = json.loads(
    (Path(__file__).resolve().parents[2] / "docs" / "schemas" / "verify.schema.json").read_text(encoding="utf-8")
)
SHEET = FIXTURES / "gen5-pass" / "samples.csv"
Json = dict[str, Any]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with inputs and, beside them, results."""
    folder = folder_of(tmp_path_factory.mktemp("made"), {"in/plate.txt": GEN5, "in/samples.csv": SHEET})
    words = ("-p", "human-infusion-plasma", "-s", folder / "in" / "samples.csv", "--weights", "none")
    assert elisa_bdnf("run", folder / "in" / "plate.txt", *words, "-o", folder / "out").code == 0
    return folder


@pytest.fixture(scope="module")
def made(full: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same without the workbook, which takes half of the time: as a batch leaves it out."""
    folder = shutil.copytree(full, tmp_path_factory.mktemp("light") / "made")
    path = folder / "out" / "manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["outputs"] = [each for each in manifest["outputs"] if each["file"] != "report.xlsx"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "out" / "report.xlsx").unlink()
    return folder


@pytest.fixture
def mine(made: Path, tmp_path: Path) -> Path:
    """A copy to change."""
    return shutil.copytree(made, tmp_path / "made")


def verified(output: Path, *words: str | Path) -> Json:
    done = elisa_bdnf("verify", output, "--json", *words)
    found: Json = json.loads(done.out)
    jsonschema.validate(found, SCHEMA)
    assert done.code == int(found["status"] != "verified"), done.err
    return found


def said(found: Json, status: str) -> list[tuple[str | None, str]]:
    parts = [*found["plates"], *([found["batch"]] if found["batch"] else [])]
    return [(each["file"], each["message"]) for part in parts for each in part["checks"] if each["status"] == status]


def test_a_result_with_its_inputs_is_verified_and_left_alone(full: Path) -> None:
    before = digests(full)
    done = elisa_bdnf("verify", full / "out", "--inputs", full / "in")
    assert done.code == 0
    assert "7 files the same byte for byte" in done.out
    assert "1 plate: 1 verified" in done.out
    assert digests(full) == before


def test_inputs_are_found_in_the_working_folder(made: Path) -> None:
    assert elisa_bdnf("verify", made / "out", "--quiet", folder=made / "in").code == 0


def test_inputs_are_found_in_a_folder_beside_the_results(made: Path, tmp_path: Path) -> None:
    assert elisa_bdnf("verify", made / "out", "--quiet", folder=tmp_path).code == 0


def test_an_input_that_is_not_found_is_not_verified(made: Path, tmp_path: Path) -> None:
    found = verified(shutil.copytree(made / "out", tmp_path / "a" / "b" / "out"))
    assert found["status"] == "not_verified"
    assert [file for file, _ in said(found, "not_verified")] == ["plate.txt", "samples.csv"]
    assert all("--inputs" in message for _, message in said(found, "not_verified"))


def test_an_input_with_other_bytes_is_not_the_one(mine: Path) -> None:
    with (mine / "in" / "samples.csv").open("ab") as stream:
        stream.write(b"\n")
    ((file, message),) = said(verified(mine / "out", "-i", mine / "in"), "not_verified")
    assert file == "samples.csv"
    assert "has other bytes" in message


# --- changed by hand ------------------------------------------------------------------------------------------------

OUTPUTS = ("result.json", "wells.csv", "samples.csv", "standards.csv", "findings.csv", "report.html")


def flipped(path: Path) -> None:
    """One bit of a digit, or of a workbook anywhere, is another."""
    data = bytearray(path.read_bytes())
    at = next(i for i in range(len(data) // 2, len(data)) if chr(data[i]).isdigit() or path.suffix == ".xlsx")
    data[at] ^= 1
    path.write_bytes(data)


def forged(folder: Path) -> None:
    """The manifest is made to fit what lies there."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for each in manifest["outputs"]:
        each["sha256"] = hashlib.sha256((folder / each["file"]).read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


@pytest.mark.parametrize("name", OUTPUTS)
def test_one_changed_digit_is_caught(mine: Path, name: str) -> None:
    flipped(mine / "out" / name)
    shutil.rmtree(mine / "in")  # its inputs are not needed for this
    found = verified(mine / "out")
    assert found["status"] == "different"
    assert said(found, "different") == [(name, "was changed after it was written")]


@pytest.mark.parametrize("name", OUTPUTS)
def test_one_changed_digit_is_caught_also_where_the_manifest_was_made_to_fit(mine: Path, name: str) -> None:
    flipped(mine / "out" / name)
    forged(mine / "out")
    found = verified(mine / "out", "-i", mine / "in")
    assert found["status"] == "different"
    assert name in [file for file, _ in said(found, "different")]


def test_a_changed_workbook_is_caught(full: Path, tmp_path: Path) -> None:
    mine = shutil.copytree(full, tmp_path / "made")
    flipped(mine / "out" / "report.xlsx")
    for _ in range(2):
        found = verified(mine / "out" / "report.xlsx", "-i", mine / "in")
        assert found["status"] == "different"
        assert "report.xlsx" in [file for file, _ in said(found, "different")]
        forged(mine / "out")


def test_a_changed_report_is_caught_without_its_inputs(mine: Path) -> None:
    flipped(mine / "out" / "report.html")
    shutil.rmtree(mine / "in")
    found = verified(mine / "out" / "report.html")
    assert said(found, "different") == [("report.html", "was changed after it was written")]


def test_missing_and_strange_files_are_named(mine: Path) -> None:
    (mine / "out" / "report.html").unlink()
    folder_of(mine / "out", {"final.csv": b"1", ".DS_Store": b"", "~$report.xlsx": b""})
    found = verified(mine / "out", "-i", mine / "in")
    wrong = [(file, message.split(",")[0]) for file, message in said(found, "different")]
    assert ("report.html", "is missing") in wrong
    assert ("final.csv", "was not written by the program") in wrong
    assert {file for file, _ in wrong} == {"report.html", "final.csv"}


MANIFESTS: dict[str, Callable[[Json], None]] = {
    "verdict": lambda manifest: manifest.update(verdict="rejected"),
    "command": lambda manifest: manifest["command"].append("--set"),
    "protocol": lambda manifest: manifest["protocol"]["settings"].update({"curve.model": "5pl"}),
    "plate": lambda manifest: manifest.update(plate="another"),
}


@pytest.mark.parametrize("key", MANIFESTS)
def test_a_manifest_that_tells_otherwise_is_caught(mine: Path, key: str) -> None:
    path = mine / "out" / "manifest.json"
    manifest = json.loads(path.read_bytes())
    MANIFESTS[key](manifest)
    path.write_text(json.dumps(manifest), encoding="utf-8")
    found = verified(mine / "out", "-i", mine / "in")
    assert [file for file, message in said(found, "different") if repr(key) in message] == ["manifest.json"]


def test_paths_in_a_manifest_lead_nowhere(mine: Path) -> None:
    path = mine / "out" / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b'"file": "plate.txt"', b'"file": "../in/plate.txt"'))
    found = verified(mine / "out", "-i", mine / "in")
    assert found["status"] == "not_verified"


def test_what_lies_beside_the_export_today_is_not_used(mine: Path) -> None:
    folder_of(mine / "in", {"plate.layout.toml": CSV_LAYOUT, "plate.waivers.toml": b"nonsense"})
    assert verified(mine / "out", "-i", mine / "in")["status"] == "verified"


# --- reports alone --------------------------------------------------------------------------------------------------


def test_a_report_stands_for_its_own_bytes(mine: Path) -> None:
    (mine / "out" / "samples.csv").unlink()
    assert verified(mine / "out" / "report.html", "-i", mine / "in")["status"] == "verified"
    assert verified(mine / "out", "-i", mine / "in")["status"] == "different"


def test_a_study_is_held_against_its_hashes(made: Path, tmp_path: Path) -> None:
    assert elisa_bdnf("study", made / "out", "-o", tmp_path / "study").code == 0
    found = verified(tmp_path / "study")
    assert (found["status"], said(found, "different")) == ("not_verified", [])
    flipped(tmp_path / "study" / "values.csv")
    assert said(verified(tmp_path / "study"), "different") == [("values.csv", "was changed after it was written")]
    assert elisa_bdnf("diff", tmp_path / "study", made / "out").code == 3


def test_a_report_without_its_manifest_says_what_is_missing(mine: Path, tmp_path: Path) -> None:
    report = shutil.copy(mine / "out" / "report.html", tmp_path / "report.html")
    done = elisa_bdnf("verify", report)
    assert done.code == 1
    assert "no manifest.json lies beside it" in done.out


@pytest.mark.parametrize("content", [None, b"{", b'{"schema": "other"}'])
def test_a_folder_without_a_manifest_is_not_verified(mine: Path, content: bytes | None) -> None:
    path = mine / "out" / "manifest.json"
    path.unlink() if content is None else path.write_bytes(content)
    assert verified(mine / "out", "-i", mine / "in")["status"] == "not_verified"


@pytest.mark.parametrize("words", [["nowhere"], [".", "-i", "nowhere"]])
def test_wrong_places(tmp_path: Path, words: list[str]) -> None:
    done = elisa_bdnf("verify", *words, folder=tmp_path)
    assert done.code in (2, 3)
    assert done.err.startswith("error: ")


# --- versions, protocols, histories ---------------------------------------------------------------------------------


def as_older(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["versions"]["elisa-bdnf"] = "0.0.9"
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_of_another_version_the_results_are_compared(mine: Path) -> None:
    as_older(mine / "out")
    found = verified(mine / "out", "-i", mine / "in")
    assert found["status"] == "verified"
    assert any("bytes were not compared" in message for _, message in said(found, "verified"))


def test_of_another_version_other_results_are_caught(mine: Path) -> None:
    result = mine / "out" / "result.json"
    result.write_bytes(result.read_bytes().replace(b'"status": "within"', b'"status": "below_lloq"'))
    forged(mine / "out")
    as_older(mine / "out")
    found = verified(mine / "out", "-i", mine / "in")
    assert found["status"] == "different"
    assert any("this one finds other results" in message for _, message in said(found, "different"))


def test_a_protocol_of_ones_own_is_found_by_its_hash(tmp_path: Path) -> None:
    own = b'id = "mine"\ntitle = "Mine"\nextends = "human-infusion-plasma"\n'
    folder = folder_of(tmp_path, {"in/plate.txt": GEN5, "far/off/lab/mine.toml": own})
    lab = folder / "far" / "off" / "lab"
    elisa_bdnf("run", folder / "in" / "plate.txt", "-p", lab / "mine.toml", "-o", folder / "out")
    inputs = ("-i", folder / "in")
    ((file, _),) = said(verified(folder / "out", *inputs), "not_verified")
    assert file == "mine.toml"
    assert verified(folder / "out", *inputs, "-i", lab)["status"] == "verified"
    (lab / "mine.toml").write_bytes(own + b"replicates = 3\n")
    assert verified(folder / "out", *inputs, "-i", lab)["status"] == "not_verified"


def test_a_result_with_a_history_needs_it_and_what_follows_changes_nothing(tmp_path: Path) -> None:
    history = tmp_path / "far" / "off" / "lab.sqlite"
    history.parent.mkdir(parents=True)
    words = ("-p", "human-infusion-plasma", "--set", "kit.lot=7", "--set", "history.date_order=month_first")
    exports = (GEN5, FIXTURES / "demo" / "bdnf-plate.txt")
    for export in exports:
        elisa_bdnf("run", export, *words, "--history", history, "-o", tmp_path / export.stem)
    first, second = (tmp_path / export.stem for export in exports)
    inputs = ("-i", GEN5.parent, "-i", exports[1].parent)
    assert "name it with --history" in said(verified(second, *inputs), "not_verified")[0][1]
    for out in (first, second):
        assert verified(out, *inputs, "--history", history)["status"] == "verified"
    elisa_bdnf("history", "rebuild", second, "--history", history, "--replace")
    found = verified(second, *inputs, "--history", history)
    assert "1 plates then, 0 now" in said(found, "not_verified")[0][1]


# --- batches --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def batched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("batched")
    files: dict[str, Path | bytes] = {
        "in/a.txt": GEN5, "in/two.txt": TWO_PLATES, "in/bad.txt": LETTER, "in/w/plate.csv": CSV,
        "in/w/plate.layout.toml": CSV_LAYOUT,
    }  # fmt: skip
    folder_of(folder, files)
    assert batch(folder / "in", folder / "out", "--xlsx").code == 3
    return folder


def test_a_batch_beside_its_exports_is_verified(batched: Path) -> None:
    found = verified(batched / "out")
    assert found["counts"] == {"verified": 4, "not_verified": 0, "different": 0}
    assert found["batch"]["status"] == "verified"


BATCH_FILES = ("samples.csv", "wells.csv", "plates.csv", "batch.json", "batch.html", "batch.xlsx", "unreadable.csv")


@pytest.mark.parametrize("name", BATCH_FILES)
def test_a_changed_file_of_the_batch_itself_is_caught(batched: Path, tmp_path: Path, name: str) -> None:
    mine = shutil.copytree(batched / "out", tmp_path / "out")
    flipped(mine / name)
    found = verified(mine)
    assert found["batch"]["status"] == "different" or name == "batch.json"
    assert found["status"] == "different"


def test_a_plate_that_was_put_there_or_taken_away_is_caught(batched: Path, tmp_path: Path) -> None:
    mine = shutil.copytree(batched / "out", tmp_path / "out")
    shutil.copytree(mine / "a", mine / "b")
    found = verified(mine, "-i", batched / "in")
    assert said(found, "different") == [("b", "belongs to no plate of the batch")]
    shutil.rmtree(mine / "b")
    shutil.rmtree(mine / "a")
    assert elisa_bdnf("verify", mine, "-i", batched / "in", "-q").code in (1, 3)


def test_without_its_entries_the_tables_of_a_batch_are_not_verified(batched: Path, tmp_path: Path) -> None:
    mine = shutil.copytree(batched / "out", tmp_path / "out", ignore=shutil.ignore_patterns(".elisa-bdnf"))
    found = verified(mine, "-i", batched / "in")
    assert found["counts"]["verified"] == 4
    assert found["batch"]["status"] == "not_verified"


def test_an_export_and_its_copies_are_told_apart(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {f"in/{place}/plate.txt": GEN5 for place in "abc"})
    elisa_bdnf("batch", folder / "in", "-o", folder / "out", "--quiet")
    found = verified(folder / "out", "--inputs", folder / "in")
    assert found["status"] == "verified", said(found, "different")
    shutil.rmtree(folder / "in" / "c")
    found = verified(folder / "out", "--inputs", folder / "in")
    assert found["status"] == "not_verified", "a copy that is gone was not looked at"
