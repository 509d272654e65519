"""``elisa-bdnf selftest``: it passes here, and each of its parts can fail."""

from __future__ import annotations

import importlib.metadata as metadata
import json
import math
import shutil
import tomllib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from elisa_bdnf.selftesting import certified, installation, plates, whole, workings
from elisa_bdnf.selftesting.item import Item, Outcome, Part, SelfTest, judged
from elisa_bdnf.selftesting.own_plates import own_items
from program import FIXTURES, Done, elisa_bdnf

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs" / "schemas" / "selftest.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A laboratory's folder of verified plates; its name must be inert in the page."""
    folder = tmp_path_factory.mktemp("own")
    shutil.copytree(FIXTURES / "gen5-pass", folder / "<b>plate")
    return folder


@pytest.fixture(scope="module")
def run(own: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Done, Path]:
    out = tmp_path_factory.mktemp("out")
    return elisa_bdnf("selftest", "--pq", own, "-o", out, "--verbose"), out


def failed(items: Iterable[Item]) -> list[str]:
    return [item.name for item in items if item.outcome is Outcome.FAILED]


def test_it_passes_here(run: tuple[Done, Path]) -> None:
    done, _ = run
    assert done.code == 0, done.out
    lines = done.out.splitlines()
    (summary,) = [line for line in lines if line.startswith("IQ ") and "  OQ " in line and "  PQ 1/1" in line]
    assert "not a validation" in lines[lines.index(summary) + 1]
    assert sum(line.startswith("OQ ok") for line in lines) >= 12 + 20


def test_it_writes_a_page_and_json(run: tuple[Done, Path]) -> None:
    _, out = run
    document: dict[str, Any] = json.loads((out / "selftest.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, SCHEMA)
    assert document["passed"]
    for part, counts in document["parts"].items():
        counted = [item for item in document["items"] if item["part"] == part and item["outcome"] != "remark"]
        assert counts["tested"] == len(counted) == counts["passed"]
    page = (out / "selftest.html").read_text(encoding="utf-8")
    assert "not a validation" in page
    assert "Signature" in page
    assert "<b>plate" not in page
    assert "&lt;b&gt;plate" in page
    assert "<script" not in page


def test_what_failed_is_printed_and_decides_the_exit_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def made(own: Sequence[Path], on_item: Callable[[Item], None]) -> SelfTest:
        items = [judged(Part.OQ, "this", "well", passed=True), judged(Part.OQ, "that", "\x1b[31m", passed=False)]
        for item in items:
            on_item(item)
        return SelfTest("0", tuple(items), not_run=len(own))

    monkeypatch.setattr(whole, "self_test", made)
    done = elisa_bdnf("selftest")
    assert done.code == 1
    assert done.out.splitlines()[:2] == ["OQ FAILED  that: \\x1b[31m", "IQ 0/0  OQ 1/2  PQ 0/0"]
    done = elisa_bdnf("selftest", "--json", "-o", tmp_path, "--pq", tmp_path)
    assert done.code == 3
    assert done.out == (tmp_path / "selftest.json").read_text(encoding="utf-8")
    jsonschema.validate(json.loads(done.out), SCHEMA)


# --- PQ -------------------------------------------------------------------------------------------------------------


def test_a_plate_that_comes_out_otherwise_fails(own: Path, tmp_path: Path) -> None:
    mine = shutil.copytree(own, tmp_path / "mine")
    expected = next(mine.rglob("expected.csv"))
    expected.write_text(expected.read_text(encoding="utf-8").replace("1088", "1188"), encoding="utf-8")
    items, not_run = own_items([mine])
    assert (len(failed(items)), not_run) == (1, 0)


def test_a_folder_without_plates_could_not_be_run(tmp_path: Path) -> None:
    items, not_run = own_items([tmp_path])
    assert (len(failed(items)), not_run) == (1, 1)


def test_no_folder_is_a_remark() -> None:
    items, not_run = own_items([])
    assert ([item.outcome for item in items], not_run) == ([Outcome.REMARK], 0)


# --- IQ -------------------------------------------------------------------------------------------------------------

FITS = [
    ("1.26.4", "numpy>=1.26", True),
    ("1.25", "numpy>=1.26", False),
    ("2.0.0rc1", "numpy>=1.26", True),
    ("0.28.1", "typer<0.29,>=0.26", True),
    ("0.29", "typer<0.29,>=0.26", False),
    ("0.29.0", "typer!=0.29", False),
    ("13.7.0", "rich==13.7", True),
    ("13.10", "rich>13.9,<=13.10", True),
]


@pytest.mark.parametrize(("version", "requirement", "expected"), FITS)
def test_versions(version: str, requirement: str, expected: bool) -> None:
    assert installation.fits(version, requirement) is expected


def test_a_changed_file_of_a_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    known = metadata.files("rich")
    assert known is not None
    monkeypatch.setattr(installation, "_digest_or_none", lambda path: None if path.name == "table.py" else "")
    monkeypatch.setattr(metadata, "files", lambda name: [f for f in known if f.name in ("table.py", "text.py")])
    item = installation._dependency("rich>=13.7")
    assert item.outcome is Outcome.FAILED
    assert "rich/table.py" in item.found


def test_a_missing_and_a_wrong_library_fail() -> None:
    assert installation._dependency("no-such-library-of-ours>=1").outcome is Outcome.FAILED
    assert "was not made for" in installation._dependency("rich>=99").found


def test_every_example_of_the_self_test_is_in_the_wheel() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = told["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    for name in {*plates.PLATES, *plates.HONEST, plates.BROKEN}:
        assert included.get(f"fixtures/{name}") in (
            f"elisa_bdnf/_shipped/{name}",
            f"elisa_bdnf/_shipped/examples/{name}",
        )


# --- OQ -------------------------------------------------------------------------------------------------------------


def test_certified_values_agree_to_ten_digits() -> None:
    for data in certified.DATASETS:
        found = certified._dataset(data).found
        assert float(found.partition(" ")[0]) >= 10


def test_another_certified_value_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {**certified.RAT43.values, "b1": certified.RAT43.values["b1"] * (1 + 1e-5)}
    monkeypatch.setattr(certified, "DATASETS", (certified.Certified(
        "Rat43", certified.RAT43.x, certified.RAT43.y, "5pl-r", ["a=0"], wrong, certified.RAT43.read),))  # fmt: skip
    assert failed(certified.certified_items()) == ["Rat43"]


def test_wrong_quantiles_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certified, "t_quantile", lambda probability, df: 1.96)
    assert failed(certified.certified_items()) == ["Student's t, quantiles"]


def test_digits() -> None:
    assert certified.digits_of(1.0, 1.0) == 15
    assert certified.digits_of(1.001, 1.0) == pytest.approx(3)
    assert certified.digits_of(math.nan, 1.0) == 0
    assert certified.digits_of(-5.0, 1.0) == 0


def test_plates_that_are_far_from_the_truth_fail(tmp_path: Path) -> None:
    mine = shutil.copytree(FIXTURES / "gen5-pass", tmp_path / "gen5-pass")
    truth = (mine / "truth.csv").read_text(encoding="utf-8").splitlines()
    columns = truth[0].split(",")
    rows = [dict(zip(columns, line.split(","), strict=True)) for line in truth[1:]]
    doubled = [row | {"true_concentration": str(2 * float(row["true_concentration"] or 0))} for row in rows]
    lines = [truth[0], *(",".join(row.values()) for row in doubled)]
    (mine / "truth.csv").write_text("\n".join(lines), encoding="utf-8")
    assert plates._near_the_truth(mine).outcome is Outcome.FAILED


def test_a_wrong_input_that_is_taken_fails(tmp_path: Path) -> None:
    mine = shutil.copytree(FIXTURES / "wrong-input", tmp_path / "wrong")
    shutil.copy(FIXTURES / "gen5-pass" / "plate.txt", mine / "letter.txt")
    assert "refuses: not an export" in failed(plates._refusals(mine))


def test_a_reader_that_takes_what_was_cut_off_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    strict = plates.readers.read_file
    data = (FIXTURES / "gen5-pass" / "plate.txt").read_bytes()
    other = data.replace(b"0.665", b"0.765")

    def lenient(file: Any, **options: Any) -> Any:
        return strict(type(file)(file.name, data if len(file.data) == len(data) else other), **options)

    monkeypatch.setattr(plates.readers, "read_file", lenient)
    monkeypatch.setattr(plates, "CUTS", 2)
    assert failed(plates._cut(FIXTURES / "gen5-pass")) == ["refuses: an export that was cut off"]


def test_a_verification_that_notices_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workings, "_CHANGED", "findings.csv")  # which has no such word: nothing is changed
    assert failed(workings.working_items()) == ["one changed letter of a result is noticed"]


def test_what_stops_the_workings_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(workings, "example_folder", broken)
    assert failed(workings.working_items()) == ["a plate from export to report"]
