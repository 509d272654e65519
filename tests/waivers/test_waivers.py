"""A file of waivers and exclusions, from what is wrong in it to what it changes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from elisa_bdnf.errors import WaiverError
from elisa_bdnf.waivers import read_decisions
from program import FIXTURES, Done, elisa_bdnf

EXCLUDE = '[[exclude]]\nwells = ["B12"]\nreason = "bubble, seen before reading"\nby = "A. Meier"\n'
WAIVE = (
    '[[waive]]\nrule = "INP-07"\nreason = "compared with the insert by hand"\nby = "A. Meier"\nuntil = "2026-12-31"\n'
)
WRONG = {
    "unknown table": ("[[mask]]\nwells = []\n", "1:3: unknown key 'mask'"),
    "no list": ('[exclude]\nwells = ["B12"]\n', "1:2: exclude is no list of tables; expected [[exclude]]"),
    "unknown key": (EXCLUDE + 'well = "A1"\n', "5:1: unknown key 'well' in [[exclude]]"),
    "no such well name": (EXCLUDE.replace("B12", "12B"), "2:1: wells is '12B'"),
    "no reason": (EXCLUDE.replace('reason = "bubble, seen before reading"\n', ""), "1:3: [[exclude]] without reason"),
    "short reason": (
        EXCLUDE.replace("bubble, seen before reading", "outlier"),
        "3:1: the reason 'outlier' is too short",
    ),
    "nobody": (EXCLUDE.replace("A. Meier", " "), "4:1: by is ' '"),
    "wells and sample": (EXCLUDE + 'sample = "S1"\n', "1:3: [[exclude]] names wells and sample"),
    "nothing named": (EXCLUDE.replace('wells = ["B12"]\n', ""), "1:3: [[exclude]] names nothing"),
    "waiver for ever": (WAIVE.replace('until = "2026-12-31"\n', ""), "1:3: [[waive]] without until"),
    "no such rule": (WAIVE.replace("INP-07", "INP-7"), "2:1: there is no rule 'INP-7'"),
    "no date": (WAIVE.replace("2026-12-31", "31.12.2026"), "5:1: until is '31.12.2026'"),
    "no such day": (WAIVE.replace("2026-12-31", "2026-02-30"), "5:1: until is '2026-02-30'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_has_its_place(name: str, tmp_path: Path) -> None:
    text, said = WRONG[name]
    path = tmp_path / "plate.waivers.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WaiverError) as raised:
        read_decisions(path, ["INP-07"])
    assert f"plate.waivers.toml:{said}" in str(raised.value)


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    path = tmp_path / "w.toml"
    path.write_text(WRONG["short reason"][0] + WRONG["no such rule"][0], encoding="utf-8")
    with pytest.raises(WaiverError) as raised:
        read_decisions(path, ["INP-07"])
    assert len(raised.value.problems) == 2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A plate with a spoiled duplicate (B12) and an unverified kit."""
    for name in ("plate.txt", "samples.csv"):
        shutil.copy(FIXTURES / "gen5-troubled" / name, tmp_path / name)
    return tmp_path


def run(folder: Path, text: str | None, *more: str, command: tuple[str, ...] = ("run", "plate.txt")) -> Done:
    if text is not None:
        (folder / "plate.waivers.toml").write_text(text, encoding="utf-8")
    options = ("--protocol", "human-infusion-plasma", "--samples", "samples.csv", "--out", "out")
    return elisa_bdnf(*command, *options, *more, folder=folder)


def result(folder: Path) -> dict:  # type: ignore[type-arg]
    return json.loads((folder / "out" / "result.json").read_text(encoding="utf-8"))


def test_an_excluded_well_takes_no_part_and_both_results_are_there(folder: Path) -> None:
    assert run(folder, EXCLUDE, "--quiet").code == 0
    after = result(folder)
    sample = next(s for s in after["samples"] if "B11" in s["wells"])
    before = next(s for s in after["decisions"]["before"]["samples"] if "B11" in s["wells"])
    assert (sample["wells"], before["wells"]) == (["B11"], ["B11", "B12"])
    assert sample["concentration"] != before["concentration"]
    well = next(w for w in after["wells"] if w["well"] == "B12")
    assert (well["used"], well["use"], well["reason"]) == (False, "excluded", "bubble, seen before reading (A. Meier)")
    page = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert "Before and after" in page
    assert "bubble, seen before reading" in page


def test_excluding_a_sample_is_excluding_its_wells(folder: Path) -> None:
    sample = next(s for s in json.loads(run(folder, None, "--json").out)["samples"] if "B12" in s["wells"])
    run(folder, EXCLUDE.replace('wells = ["B12"]', f'sample = "{sample["sample"]}"'), "--quiet")
    gone = next(s for s in result(folder)["samples"] if s["sample"] == sample["sample"])
    assert (gone["n"], gone["status"], gone["concentration"], gone["reportable"]) == (0, "no_value", None, False)
    assert "A. Meier" in gone["reason"]


def test_a_waived_finding_is_information_and_says_who_and_why(folder: Path) -> None:
    assert run(folder, WAIVE, "--date", "2026-12-31", "--quiet").code == 0
    finding = next(f for f in result(folder)["findings"] if f["rule"] == "INP-07")
    assert (finding["level"], finding["waived_level"], finding["waived_by"]) == ("info", "warn", "A. Meier")
    assert "compared with the insert by hand" in finding["message"]


def test_a_waiver_can_accept_a_plate_that_is_rejected_without_it(tmp_path: Path) -> None:
    for name in ("plate.txt", "samples.csv"):
        shutil.copy(FIXTURES / "softmax-rejected" / name, tmp_path / name)
    assert run(tmp_path, None, "--quiet").code == 1
    fatal = {f["rule"] for f in result(tmp_path)["findings"] if f["level"] == "fail_plate"}
    text = "".join(WAIVE.replace("INP-07", rule) for rule in sorted(fatal))
    assert run(tmp_path, text, "--date", "2026-03-01", "--quiet").code == 0
    assert result(tmp_path)["decisions"]["before"]["verdict"] == "rejected"


REFUSED = {
    "expired": (WAIVE, ("--date", "2027-01-01"), "had expired: it holds until 2026-12-31"),
    "the day is not known": (WAIVE, (), "when the plate Plate 1 was read is not known"),
    "no such finding": (WAIVE.replace("INP-07", "STD-02"), ("--date", "2026-01-01"), "STD-02: every finding is not"),
    "a finding elsewhere": (WAIVE + 'wells = ["A1"]\n', ("--date", "2026-01-01"), "INP-07: A1 is not used"),
    "no such sample": (EXCLUDE.replace('wells = ["B12"]', 'sample = "P99"'), (), "sample P99 is not used"),
    "no content in the well": (EXCLUDE.replace("B12", "G11"), (), "G11 is not used: no such well or sample"),
    "said twice": (EXCLUDE + EXCLUDE, (), "or another entry names it"),
    "another plate": (EXCLUDE + 'plate = "Plate 7"\n', (), "B12 (plate Plate 7) is not used"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_hold_or_changes_nothing_is_refused(name: str, folder: Path) -> None:
    text, options, said = REFUSED[name]
    done = run(folder, text, *options)
    assert (done.code, said in done.err) == (3, True), done.err
    assert not (folder / "out").exists()


def test_the_same_files_give_the_same_bytes(folder: Path) -> None:
    run(folder, EXCLUDE, "--quiet")
    first = (folder / "out" / "result.json").read_bytes()
    run(folder, EXCLUDE, "--quiet")
    assert (folder / "out" / "result.json").read_bytes() == first


def test_a_file_for_several_exports_names_their_plates(folder: Path) -> None:
    shutil.copy(folder / "plate.txt", folder / "again.txt")
    (folder / "all.toml").write_text(EXCLUDE, encoding="utf-8")
    several = ("run", "plate.txt", "again.txt", "--waivers", "all.toml")
    assert "names no plate, and the file is used for several exports" in run(folder, None, command=several).err
    (folder / "all.toml").write_text(EXCLUDE + 'plate = "again"\n', encoding="utf-8")
    assert run(folder, None, command=several).code == 0
    (folder / "all.toml").write_text(EXCLUDE + 'plate = "third"\n', encoding="utf-8")
    done = run(folder, None, command=several)
    assert (done.code, "B12 (plate third) is not used: no such plate" in done.err) == (3, True)


def test_a_batch_takes_the_file_beside_each_export_and_does_it_again_when_it_changes(folder: Path) -> None:
    batch = ("batch", ".")
    assert run(folder, None, "--quiet", command=batch).code == 0
    run(folder, EXCLUDE, "--quiet", command=batch)
    assert '"file": "plate.waivers.toml"' in next((folder / "out").rglob("result.json")).read_text(encoding="utf-8")
    run(folder, EXCLUDE.replace("bubble", "fibre"), "--quiet", command=batch)
    assert "fibre, seen" in next((folder / "out").rglob("result.json")).read_text(encoding="utf-8")
