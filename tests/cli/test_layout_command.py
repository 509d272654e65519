"""``elisa-bdnf layout``: show, check, convert, new."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from elisa_bdnf.cli.layout import app
from elisa_bdnf.errors import ElisaError, LayoutError, UsageError

LAYOUT = """[expt]
unit = "pg/mL"
[block.2x1]
A1 = {role = "standard", concentration = 500}
A3 = {sample = "P\\u001b[31m1", dilution = 20, subject = "S1"}
"""
GRID = "OD 450,1,2,3\nA,0.5,0.4,0.3\n\nrole,1,2,3\nA,std,std,sample\n\nsample,1,2,3\nA,,,P1\n\nconc,1,2,3\nA,500,500\n"


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    path = tmp_path / "plate.layout.toml"
    path.write_text(LAYOUT, encoding="utf-8")
    return path


def test_show(layout: Path) -> None:
    shown = run("show", layout)
    assert "1 standards in 2 wells, 1 samples in 2 wells, 92 empty; concentrations in pg/mL" in shown
    assert "P\\x1b[31m1" in shown
    assert "\x1b" not in shown


def test_show_as_json(layout: Path) -> None:
    plate = json.loads(run("show", layout, "--json"))["plates"][0]
    assert (plate["rows"], plate["unit"], len(plate["wells"])) == (8, "pg/mL", 4)
    assert plate["wells"][0] == {"well": "A1", "role": "standard", "sample": "Standard 500", "concentration": "500"}


@pytest.mark.parametrize(("form", "ending"), [("toml", "toml"), ("plater", "csv"), ("csv", "csv")])
def test_convert_and_back(tmp_path: Path, layout: Path, form: str, ending: str) -> None:
    layout.write_text(LAYOUT.replace("\\u001b[31m", ""), encoding="utf-8")
    out = tmp_path / f"other.{ending}"
    run("convert", layout, "--to", form, "--out", out)
    assert run("convert", out, "--to", "toml") == run("convert", layout)


def test_convert_takes_the_layout_out_of_an_export(tmp_path: Path) -> None:
    export = tmp_path / "plate.csv"
    export.write_text(GRID, encoding="utf-8")
    assert run("convert", export, "--to", "csv").splitlines()[1] == "A1,standard,Standard 500,500"


def test_check_against_an_export(tmp_path: Path, layout: Path) -> None:
    export = tmp_path / "plate.csv"
    export.write_text(GRID, encoding="utf-8")
    assert "nothing is wrong with it" in run("check", layout, export)
    layout.write_text(LAYOUT.replace("A3 =", "J3 ="), encoding="utf-8")
    with pytest.raises(LayoutError, match="not on plate"):
        run("check", layout, export)


def test_new_is_written_once_and_reads_back(tmp_path: Path) -> None:
    out = tmp_path / "new.toml"
    run("new", out, "--standards", "1000,100,10,0", "--dilution", "1+9")
    assert "4 standards in 8 wells" in run("show", out)
    with pytest.raises(UsageError, match="is there already"):
        run("new", out)


@pytest.mark.parametrize("option", [("--unit", "pounds"), ("--dilution", "neat"), ("--standards", "high,low")])
def test_new_refuses_what_it_does_not_understand(option: tuple[str, str]) -> None:
    with pytest.raises(UsageError, match=option[1]):
        run("new", *option)


def test_unknown_form(layout: Path) -> None:
    with pytest.raises(UsageError, match="toml, plater, csv"):
        run("convert", layout, "--to", "xml")


def test_encodings(tmp_path: Path) -> None:
    """Of a layout as of an export: the option is named where it helps, and what was decided is said."""
    path = tmp_path / "plate.csv"
    path.write_bytes("well,sample\nA1,Проба\nA2,другая\n".encode("cp1251"))
    assert "Проба" in run("show", path, "--encoding", "cp1251")
    assert "is not UTF-8" in run("show", path)
    path.write_bytes(b"well,sample\nA1,\x81\x8d\n")
    with pytest.raises(ElisaError, match="--encoding"):
        run("show", path)
