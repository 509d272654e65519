"""``elisa-bdnf diff`` as a person uses it: a run, one thing changed, another run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from batches import CSV, CSV_LAYOUT, GEN5, LETTER, REJECTED, TWO_PLATES, batch, folder_of
from program import FIXTURES, elisa_bdnf

SCHEMA = json.loads(
    (Path(__file__).resolve().parents[2] / "docs" / "schemas" / "diff.schema.json").read_text(encoding="utf-8")
)
PLASMA = ("-p", "human-infusion-plasma")
SHEET = FIXTURES / "gen5-pass" / "samples.csv"
Json = dict[str, Any]


def inputs(folder: Path) -> Path:
    return folder_of(folder, {"plate.txt": GEN5, "samples.csv": SHEET})


def run(folder: Path, out: Path, *words: str | Path) -> Path:
    done = elisa_bdnf("run", folder / "plate.txt", "-s", folder / "samples.csv", *PLASMA, "-q", "-o", out, *words)
    assert done.code in (0, 1), done.err
    return out


def diffed(before: Path, after: Path, *words: str) -> Json:
    done = elisa_bdnf("diff", before, after, "--json", *words)
    found: Json = json.loads(done.out)
    jsonschema.validate(found, SCHEMA)
    assert done.code == int(not found["same"])
    return found


def causes(found: Json) -> list[tuple[str, str]]:
    return [(cause["kind"], cause["what"]) for plate in found["plates"] for cause in plate["causes"]]


def changes(found: Json, kind: str) -> list[Json]:
    return [change for plate in found["plates"] for change in plate["changes"] if change["kind"] == kind]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the plate as it is."""
    folder = tmp_path_factory.mktemp("first")
    return run(inputs(folder), folder / "out")


def replaced(file: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / file).read_bytes()
        assert old.encode() in text
        (folder / file).write_bytes(text.replace(old.encode(), new.encode()))

    return change


def test_the_same_is_the_same(first: Path, tmp_path: Path) -> None:
    again = run(inputs(tmp_path), tmp_path / "out")
    found = diffed(first, again)
    assert found["same"]
    assert found["counts"] == {"same": 1, "different": 0, "only_before": 0, "only_after": 0}
    assert causes(found) == []


CHANGED = {
    "a setting": (None, ("--weights", "none"), ("setting", "curve.weights"), "curve"),
    "a limit of a rule": (None, ("--set", "qc.rules.REP-03.cv_percent=4"), ("setting", "qc.rules.REP-03.cv_percent"),
                          "finding"),
    "the export": (replaced("plate.txt", "0.665", "0.765"), (), ("export", "its content"), "well"),
    "the sheet": (replaced("samples.csv", ",yes", ",no"), (), ("samples", "its content"), "sample"),
}  # fmt: skip


@pytest.mark.parametrize("case", CHANGED)
def test_what_was_changed_is_named_as_the_only_cause(first: Path, tmp_path: Path, case: str) -> None:
    change, words, cause, kind = CHANGED[case]
    folder = inputs(tmp_path)
    if change is not None:
        change(folder)
    found = diffed(first, run(folder, tmp_path / "out", *words))
    assert not found["same"]
    assert causes(found) == [cause]
    assert changes(found, kind)


def test_a_corrected_dilution_doubles_each_concentration_of_the_same_samples(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {"plate.csv": CSV, "plate.layout.toml": CSV_LAYOUT})
    words = ("run", folder / "plate.csv", *PLASMA, "-o")
    assert elisa_bdnf(*words, tmp_path / "a").code == 0
    replaced("plate.layout.toml", "dilution = 20", "dilution = 40")(folder)
    assert elisa_bdnf(*words, tmp_path / "b").code == 0
    found = diffed(tmp_path / "a", tmp_path / "b")
    assert causes(found) == [("layout", "its content")]
    moved = [change for change in changes(found, "sample") if change["field"] == "concentration"]
    assert len(moved) == 35
    assert all(change["change_percent"] == pytest.approx(100) for change in moved)
    assert all(change["digits"] == pytest.approx(0.30103) for change in moved)
    assert not [change for change in changes(found, "sample") if change["only"]]


def test_the_text_begins_with_verdict_cause_and_the_biggest(first: Path, tmp_path: Path) -> None:
    after = run(inputs(tmp_path), tmp_path / "out", "--weights", "none")
    done = elisa_bdnf("diff", first, after)
    lines = done.out.splitlines()
    assert lines[3:6] == ["plate.txt, Plate 1: different, accepted", "  caused by",
                          "    setting  curve.weights  power:1 -> none"]  # fmt: skip
    shown = [line.split("%")[0].rsplit(maxsplit=1)[-1] for line in lines if line.startswith("    KET")]
    sizes = [float(percent) for percent in shown]
    assert len(sizes) == 12
    assert sizes == sorted(sizes, key=abs, reverse=True)
    assert "23 more" in done.out
    assert elisa_bdnf("diff", first, after, "--all").out.count("    KET") == 35
    assert lines[-1] == "1 plate: 1 different"


def test_quiet_tells_by_its_exit_code_alone(first: Path, tmp_path: Path) -> None:
    after = run(inputs(tmp_path), tmp_path / "out", "--weights", "none")
    done = elisa_bdnf("diff", first, after, "--quiet")
    assert (done.code, done.out, done.err) == (1, "", "")


def test_numbers_within_the_tolerance_are_the_same(first: Path, tmp_path: Path) -> None:
    after = run(inputs(tmp_path), tmp_path / "out", "--set", "curve.confidence=0.9500001")
    assert not diffed(first, after)["same"]
    within = diffed(first, after, "--tolerance", "0.01")
    fields = {change["field"] for plate in within["plates"] for change in plate["changes"]}
    assert not fields & {"ci_low", "ci_high", "concentration"}
    assert causes(within) == [("setting", "curve.confidence")]


def test_a_rejected_plate_is_a_change_of_verdict_and_of_what_is_reportable(first: Path, tmp_path: Path) -> None:
    after = run(inputs(tmp_path), tmp_path / "out", "--set", "qc.rules.STD-06.min_top=5",
                "--set", "qc.rules.STD-06.level=fail_plate")  # fmt: skip
    found = diffed(first, after)
    (plate,) = found["plates"]
    assert plate["verdict"] == {"before": "accepted", "after": "rejected"}
    reportable = [change["after"] for change in changes(found, "sample") if change["field"] == "reportable"]
    assert reportable == [False] * 35
    assert any(change["subject"].startswith("STD-06") and change["only"] == "after" for change in
               changes(found, "finding"))  # fmt: skip
    assert "different, accepted -> rejected" in elisa_bdnf("diff", first, after).out


def test_a_waiver_and_a_day_are_causes(tmp_path: Path) -> None:
    folder = inputs(tmp_path)
    before = run(folder, tmp_path / "a")
    waiver = b'[[exclude]]\nwells = ["A5"]\nreason = "a bubble was seen in the well"\nby = "A. Person"\n'
    folder_of(folder, {"plate.waivers.toml": waiver})
    after = run(folder, tmp_path / "b", "--date", "2026-03-30")
    found = diffed(before, after)
    assert causes(found) == [("waivers", "waivers"), ("option", "--date")]
    excluded = [change for change in changes(found, "well") if change["subject"] == "A5"]
    assert any(change["field"] == "used" and change["after"] is False for change in excluded)


def test_a_protocol_file_is_told_by_its_settings_or_as_wording(tmp_path: Path) -> None:
    folder = inputs(tmp_path)
    text = 'id = "mine"\ntitle = "Mine"\nextends = "human-infusion-plasma"\n'
    outs = []
    for number, more in enumerate(("", "# a remark\n", "[qc.rules.REP-03]\ncv_percent = 4\n")):
        (folder / "mine.toml").write_text(text + more, encoding="utf-8")
        words = ("run", folder / "plate.txt", "-p", folder / "mine.toml", "-o", tmp_path / str(number))
        assert elisa_bdnf(*words).code == 0
        outs.append(tmp_path / str(number))
    remarked, changed = diffed(outs[0], outs[1]), diffed(outs[1], outs[2])
    # result.json itself names the hash of the file, which is no result
    assert remarked["same"]
    assert causes(remarked) == [("protocol", "content of its file, with the same values")]
    assert causes(changed) == [("setting", "qc.rules.REP-03.cv_percent")]


def test_layouts_and_what_they_include_are_causes(tmp_path: Path) -> None:
    whole = CSV_LAYOUT.read_bytes()
    folder = folder_of(
        tmp_path, {"plate.csv": CSV, "plate.layout.toml": b'meta.include = "part.toml"\n', "part.toml": whole}
    )
    for name in ("a", "b"):
        assert elisa_bdnf("run", folder / "plate.csv", "-o", tmp_path / name).code == 0
        (folder / "part.toml").write_bytes(whole.replace(b"20", b"25"))
    assert causes(diffed(tmp_path / "a", tmp_path / "b")) == [("included", "its content")]


def test_a_history_is_a_cause_where_the_plate_was_told_otherwise(tmp_path: Path) -> None:
    words = ("--history", tmp_path / "lab.sqlite", "--set", "kit.lot=7", "--set", "history.date_order=month_first")
    earlier, plate = inputs(tmp_path), FIXTURES / "demo" / "bdnf-plate.txt"
    for name in ("a", "b"):
        elisa_bdnf("run", plate, *PLASMA, *words, "-o", tmp_path / name)
        run(earlier, tmp_path / "earlier", *words)
    found = diffed(tmp_path / "a", tmp_path / "b")
    assert causes(found) == [("history", "what the plate was told of earlier ones")]


def test_another_version_is_a_cause_and_its_new_fields_are_no_change(first: Path, tmp_path: Path) -> None:
    old = shutil.copytree(first, tmp_path / "old")
    result = json.loads((old / "result.json").read_bytes())
    result["source"]["program"] = "elisa-bdnf 0.0.9"
    for sample in result["samples"]:
        del sample["robustness_percent"]
    (old / "result.json").write_text(json.dumps(result), encoding="utf-8")
    manifest = json.loads((old / "manifest.json").read_bytes())
    manifest["versions"]["elisa-bdnf"] = "0.0.9"
    manifest["outputs"] = []
    (old / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    found = diffed(old, first)
    assert found["same"]
    assert causes(found) == [("version", "elisa-bdnf")]
    assert "made of other things, with the same result" in elisa_bdnf("diff", old, first).out


def edited(folder: Path) -> Path:
    result = (folder / "result.json").read_bytes()
    (folder / "result.json").write_bytes(result.replace(b'"verdict": "accepted"', b'"verdict": "rejected"'))
    return folder


def test_an_edited_result_is_a_cause_of_its_own(first: Path, tmp_path: Path) -> None:
    found = diffed(first, edited(shutil.copytree(first, tmp_path / "out")))
    assert [kind for kind, _ in causes(found)] == ["edited"]


def test_without_a_manifest_the_cause_is_not_known(first: Path, tmp_path: Path) -> None:
    out = edited(shutil.copytree(first, tmp_path / "out"))
    (out / "manifest.json").unlink()
    found = diffed(first, out)
    assert [kind for kind, _ in causes(found)] == ["unknown"]
    assert "no manifest.json" in elisa_bdnf("diff", first, out).out


def test_a_report_stands_for_its_folder(first: Path) -> None:
    assert elisa_bdnf("diff", first / "report.html", first / "result.json").code == 0


# --- batches --------------------------------------------------------------------------------------------------------


def test_two_batches(tmp_path: Path) -> None:
    files = {"a.txt": GEN5, "gone.txt": REJECTED, "two.txt": TWO_PLATES, "bad.txt": LETTER, "mend.txt": LETTER}
    before = folder_of(tmp_path / "before", files)
    after = folder_of(tmp_path / "after", {"a.txt": GEN5, "two.txt": TWO_PLATES, "bad.txt": LETTER, "mend.txt": CSV,
                                           "mend.layout.toml": CSV_LAYOUT})  # fmt: skip
    batch(before, tmp_path / "b")
    batch(after, tmp_path / "a")
    found = diffed(tmp_path / "b", tmp_path / "a")
    assert found["counts"] == {"same": 3, "different": 0, "only_before": 1, "only_after": 1}
    assert [(export["file"], bool(export["before"]), bool(export["after"])) for export in found["exports"]] == [
        ("mend.txt", True, False)
    ]
    assert "refused before only" in elisa_bdnf("diff", tmp_path / "b", tmp_path / "a").out


def test_a_plate_of_a_batch_is_its_single_run_and_is_found_under_another_name(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", {"a.txt": GEN5, "two.txt": TWO_PLATES})
    batch(folder, tmp_path / "batch")
    elisa_bdnf("run", folder / "two.txt", "-o", tmp_path / "run")
    found = diffed(tmp_path / "batch", tmp_path / "run")
    assert found["counts"] == {"same": 2, "different": 0, "only_before": 1, "only_after": 0}
    assert {plate["folders"]["before"] for plate in found["plates"]} == {"a", "two/Plate_1", "two/Plate_2"}


# --- what is no result ----------------------------------------------------------------------------------------------

NO_RESULT = {
    "empty": ({}, "no result.json"),
    "cut": ({"result.json": b'{"schema": "elisa-bdnf/result/1", "pl'}, "no JSON"),
    "of another kind": ({"result.json": b'{"schema": "other/1"}'}, "the schema is 'other/1'"),
    "a list": ({"result.json": b"[]"}, "the schema is None"),
    "deep": ({"result.json": b"[" * 100_000}, "no JSON"),
    "not a number": ({"result.json": b'{"schema": "elisa-bdnf/result/1", "x": NaN}'}, "NaN"),
    "a key twice": ({"result.json": b'{"schema": "elisa-bdnf/result/1", "x": 1, "x": 2}'}, "a key twice"),
    "a manifest alone": ({"manifest.json": b'{"schema": "elisa-bdnf/manifest/1"}'}, "no result.json"),
}


@pytest.mark.parametrize("case", NO_RESULT)
def test_what_is_no_result_is_refused_by_name(first: Path, tmp_path: Path, case: str) -> None:
    files, said = NO_RESULT[case]
    folder = folder_of(tmp_path / "in", dict(files))
    folder.mkdir(exist_ok=True)
    done = elisa_bdnf("diff", first, folder)
    assert done.code == 3
    assert done.out == ""
    assert said in done.err


def test_a_folder_that_is_not_there(first: Path, tmp_path: Path) -> None:
    done = elisa_bdnf("diff", first, tmp_path / "nowhere")
    assert (done.code, "there is no such folder" in done.err) == (3, True)


def test_names_in_an_edited_batch_lead_nowhere_else(first: Path, tmp_path: Path) -> None:
    plates = [{"folder": f"../{first.name}"}, {"folder": str(first)}, {"folder": ""}]
    content = json.dumps({"schema": "elisa-bdnf/batch/1", "plates": plates, "exports": []}).encode()
    folder = folder_of(first.parent / "edited", {"batch.json": content})
    found = diffed(folder, first)
    assert found["counts"] == {"same": 0, "different": 0, "only_before": 0, "only_after": 1}


def test_names_from_data_are_inert(first: Path, tmp_path: Path) -> None:
    other = shutil.copytree(first, tmp_path / "out")
    text = (other / "result.json").read_text(encoding="utf-8")
    (other / "result.json").write_text(text.replace("KET-02 230 min", "\\u001b[31mred\\u202e"), encoding="utf-8")
    done = elisa_bdnf("diff", first, other)
    assert "\x1b" not in done.out
    assert "\\x1b[31mred\\u202e" in done.out
