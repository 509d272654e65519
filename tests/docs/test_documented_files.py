"""The layouts and sample sheets shown in the documentation are read as they stand there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from elisa_bdnf import qc
from elisa_bdnf.layouts import read_layouts
from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.timepoint import UnknownTimepoint, normalized, timepoint_from_text
from elisa_bdnf.protocols import load_protocol
from elisa_bdnf.samples import read_samples
from program import elisa_bdnf

DOCS = Path(__file__).resolve().parents[2] / "docs"
BLOCK = re.compile(r"^```(toml|csv) (layout|samples|fit)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def shown(kind: str) -> list[tuple[str, str]]:
    pages = sorted(DOCS.glob("*.md"))
    found = [match for page in pages for match in BLOCK.findall(page.read_text(encoding="utf-8"))]
    return [(ending, text) for ending, its_kind, text in found if its_kind == kind]


@pytest.mark.parametrize(("ending", "text"), shown("layout"))
def test_shown_layout(ending: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / f"layout.{ending}"
    path.write_text(text, encoding="utf-8")
    (layout,) = read_layouts(path)
    assert layout.unit == "pg/mL"
    contents = [layout.contents[well] for well in ("A1", "A3")]
    assert [content.role for content in contents] == [Role.STANDARD, Role.SAMPLE]
    assert contents[0].nominal == 500
    assert (contents[1].name, contents[1].dilution_factor) == ("K01 baseline", 20)


@pytest.mark.parametrize(("ending", "text"), shown("samples"))
def test_shown_sample_sheet(ending: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / f"samples.{ending}"
    path.write_text(text, encoding="utf-8")
    sheet = read_samples(path)
    assert {row.matrix for row in sheet.rows} == {"plasma_edta"}
    assert {row.dilution_factor for row in sheet.rows} == {20}


def test_shown_table_for_fit(tmp_path: Path) -> None:
    ((_, text),) = shown("fit")
    (tmp_path / "table.csv").write_text(text, encoding="utf-8")
    done = elisa_bdnf("fit", tmp_path / "table.csv", "--json")
    assert done.code == 0, done.err
    (unknown,) = json.loads(done.out)["unknowns"]
    assert unknown["ci_low"] < unknown["concentration"] < unknown["ci_high"]
    assert unknown["status"] == "within"


def shown_times() -> list[tuple[str, str]]:
    text = (DOCS / "sample-sheets.md").read_text(encoding="utf-8").partition("| written | read as |")[2]
    rows = [line.split("|")[1:3] for line in text.splitlines() if line.startswith("| `")]
    return [
        (spelling, meaning.strip()) for spellings, meaning in rows for spelling in re.findall("`([^`]+)`", spellings)
    ]


@pytest.mark.parametrize(("spelling", "meaning"), shown_times())
def test_shown_timepoint(spelling: str, meaning: str) -> None:
    declared = load_protocol("human-infusion-plasma", qc.schemas()).timepoints
    if meaning.startswith("an error"):
        with pytest.raises(UnknownTimepoint):
            timepoint_from_text(spelling, declared)
    else:
        assert timepoint_from_text(spelling, declared).name == normalized(meaning)


def test_documents_show_all_forms() -> None:
    assert sorted(ending for ending, _ in shown("layout")) == ["csv", "csv", "toml"]
    assert len(shown("samples")) == 1
    assert len(shown_times()) > 10
