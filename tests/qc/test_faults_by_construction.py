"""What no number shows must not be possible: half a plate corrected, a layout or the samples of another plate."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from elisa_bdnf.analysis.response import lay_out
from elisa_bdnf.examples.case import Case
from elisa_bdnf.examples.change import plate_from_case
from elisa_bdnf.model.protocol import BlankMode, ReadingSettings, ReferenceMode
from plates import protocol
from program import FIXTURES, Done, elisa_bdnf

BLANKS = {"role": "blank", "name": "BLK", "response": 0.05}
PLATE = Case("", "", reference={"A5": 0.2}, add={"A12": BLANKS, "B12": BLANKS})


@pytest.mark.parametrize(("reference", "blank"), list(product(ReferenceMode, BlankMode)), ids=str)
def test_whatever_is_subtracted_is_subtracted_from_every_well(reference: ReferenceMode, blank: BlankMode) -> None:
    reading, layout = plate_from_case(PLATE)
    how = replace(protocol(), reading=ReadingSettings(wavelength_nm=450.0, reference=reference, blank=blank))
    responses = lay_out(reading, layout, how)
    used = responses.reference_channel is not None
    read = [well for well in responses.wells if math.isfinite(well.raw)]
    left = {round(w.raw - (w.reference if used else 0.0) - w.response, 12) for w in read}
    assert len(read) == 36
    assert left == {round(responses.blank_mean or 0.0, 12)}


ROWS = "".join(f"{row},{','.join(['0.5'] * 12)}\n" for row in "ABCDEFGH")
EXPORT = "," + ",".join(str(column) for column in range(1, 13)) + "\n" + ROWS


@pytest.mark.parametrize("other", ["Plate 7", "another.csv", hashlib.sha256(b"another").hexdigest()])
def test_a_layout_of_another_plate_is_refused(tmp_path: Path, other: str) -> None:
    layout = f'[expt]\nunit = "pg/mL"\nplate = "{other}"\n[block.2x8.A1]\nrole = "sample"\nsample = "X"\n'
    (tmp_path / "night.csv").write_text(EXPORT, encoding="utf-8")
    (tmp_path / "night.layout.toml").write_text(layout, encoding="utf-8")
    done = elisa_bdnf("run", "night.csv", "--out", "out", folder=tmp_path)
    assert done.code == 3
    assert other in done.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["night.csv", "night", "NIGHT.CSV", hashlib.sha256(EXPORT.encode()).hexdigest()])
def test_a_layout_of_this_plate_is_used(tmp_path: Path, name: str) -> None:
    layout = f'[expt]\nunit = "pg/mL"\nplate = "{name}"\n[block.2x8.A1]\nrole = "sample"\nsample = "X"\n'
    (tmp_path / "night.csv").write_bytes(EXPORT.encode())
    (tmp_path / "night.layout.toml").write_text(layout, encoding="utf-8")
    done = elisa_bdnf("run", "night.csv", "--out", "out", folder=tmp_path)
    assert "INP-03" in done.err  # it is this plate, which has no standards


DEMO = FIXTURES / "demo"
SHEET = (DEMO / "samples.csv").read_text(encoding="utf-8").splitlines()


def run_with(folder: Path, lines: list[str]) -> Done:
    (folder / "sheet.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return elisa_bdnf("run", DEMO / "bdnf-plate.txt", "--samples", folder / "sheet.csv", "--out", folder / "out")


def test_a_sample_of_the_plate_that_the_sheet_lacks_is_refused(tmp_path: Path) -> None:
    gone = SHEET[1].split(",")[0]
    done = run_with(tmp_path, SHEET[:1] + SHEET[2:])
    assert (done.code, f"{gone!r}" in done.err) == (3, True)
    assert not (tmp_path / "out").exists()


def test_a_line_of_the_sheet_that_is_on_no_plate_is_said(tmp_path: Path) -> None:
    done = run_with(tmp_path, [*SHEET, "STRAY9,KET-99,baseline,plasma_edta,20,,no"])
    assert done.code == 0
    for file in ("report.html", "result.json"):
        assert "STRAY9" in (tmp_path / "out" / file).read_text(encoding="utf-8")


def test_the_sheet_of_another_plate_is_refused(tmp_path: Path) -> None:
    done = run_with(tmp_path, SHEET[:1] + [line.replace("SPL", "OTHER", 1) for line in SHEET[1:]])
    assert done.code == 3
    assert not (tmp_path / "out").exists()
