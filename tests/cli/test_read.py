"""``read`` shows what an export holds, whatever that is, and ``formats`` what can be read."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from elisa_bdnf.readers import READERS
from program import FIXTURES, elisa_bdnf

DEMO = FIXTURES / "demo" / "bdnf-plate.txt"


def document_of(*arguments: str | Path) -> dict[str, object]:
    done = elisa_bdnf("read", *arguments, "--json")
    assert (done.code, done.err) == (0, "")
    document = json.loads(done.out)
    assert isinstance(document, dict)
    return document


def test_json_is_what_other_programs_rely_on() -> None:
    document = document_of(DEMO)
    assert next(iter(document)) == "schema"
    assert document["schema"] == "elisa-bdnf/reading/1"
    assert set(document["source"]) == {"file", "sha256", "format", "software"}  # type: ignore[call-overload]
    (plate,) = document["plates"]  # type: ignore[misc]
    assert {"name", "rows", "columns", "channels", "layout", "instrument_results"} <= set(plate)
    assert {"label", "wavelength_nm", "kind", "values"} <= set(plate["channels"][0])
    assert plate["channels"][0]["values"][0] == {"well": "A1", "value": 1.935, "note": None}
    assert plate["layout"][0] == {
        "well": "A1", "role": "standard", "name": "STD1", "concentration": 500.0, "dilution_factor": None,
    }  # fmt: skip
    assert set(plate["instrument_results"][0]) == {"well", "quantity", "value", "note"}


def test_the_table_has_every_well_of_every_channel_and_result() -> None:
    done = elisa_bdnf("read", DEMO, "--csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    (plate,) = document_of(DEMO)["plates"]  # type: ignore[misc]
    assert len(rows) == 96 * len(plate["channels"]) + len(plate["instrument_results"])
    assert (rows[0]["well"], rows[0]["value"], rows[0]["role"]) == ("A1", "1.935", "standard")


def test_the_picture_names_everything() -> None:
    done = elisa_bdnf("read", DEMO)
    assert done.code == 0
    for expected in ("Gen5 3.12.08", "'450'", "'570'", "1.935", "SPL8", "S 500", "508.669", "Remarks", "Reader Type"):
        assert expected in done.out


# Escape sequences, rich markup, direction marks and formulas in every place where an export holds free text.
HOSTILE = "[bold red]x[/]\x1b[31m\u202e=cmd()"


def hostile_export() -> bytes:
    text = DEMO.read_text(encoding="utf-8")
    text = text.replace("SPL8", HOSTILE).replace("Plate Number\tPlate 1", f"Plate Number\t{HOSTILE}")
    return text.replace("Reader Type:", f"{HOSTILE}:").encode("utf-8")


@pytest.mark.parametrize("option", [[], ["--json"], ["--csv"]], ids=["picture", "json", "csv"])
def test_text_of_the_export_is_inert(tmp_path: Path, option: list[str]) -> None:
    export = tmp_path / "plate.txt"
    export.write_bytes(hostile_export())
    done = elisa_bdnf("read", export, *option)
    assert done.code == 0
    assert "[bold red]" in done.out
    assert "\x1b" not in done.out
    assert "\u202e" not in done.out


def test_a_cell_that_begins_like_a_formula_is_text(tmp_path: Path) -> None:
    export = tmp_path / "plate.txt"
    export.write_bytes(DEMO.read_bytes().replace(b"SPL8", b"=SUM(A1)"))
    names = {row["name"] for row in csv.DictReader(io.StringIO(elisa_bdnf("read", export, "--csv").out))}
    assert "'=SUM(A1)" in names


def test_what_is_no_export_is_one_line_and_exit_3(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear colleague,\n", encoding="utf-8")
    done = elisa_bdnf("read", letter)
    assert (done.code, done.out) == (3, "")
    assert re.fullmatch(r"error: letter\.txt: this is text, but no export.*\n", done.err)


def test_json_and_csv_exclude_each_other() -> None:
    assert elisa_bdnf("read", DEMO, "--json", "--csv").code == 2


def test_formats_are_those_of_the_registry() -> None:
    document = json.loads(elisa_bdnf("formats", "--json").out)
    assert next(iter(document)) == "schema"
    assert [entry["format"] for entry in document["formats"]] == [reader.name for reader in READERS]
    listed = elisa_bdnf("formats").out
    assert all(reader.title in listed for reader in READERS)
