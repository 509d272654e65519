"""A few discordant duplicates are no other layout: PLT-06 does not reject a plate over a pipetting error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from program import FIXTURES, elisa_bdnf

PLATE = FIXTURES / "demo" / "bdnf-plate.txt"


def with_errors(text: str, rows: str, column: int, factor: float) -> str:
    """The export with what the first read shows in these wells multiplied."""
    head, results = text.split("Results\n", 1)
    lines = results.split("\n")
    for index, line in enumerate(lines):
        cells = line.split("\t")
        if cells[0] in (*rows,):
            cells[column] = f"{float(cells[column]) * factor:.3f}"
            lines[index] = "\t".join(cells)
    return head + "Results\n" + "\n".join(lines)


@pytest.mark.parametrize(("rows", "column"), [("H", 6), ("H", 4), ("A", 6), ("AH", 8), ("AH", 5), ("BG", 6)])
def test_one_or_two_discordant_duplicates_leave_the_layout_alone(rows: str, column: int, tmp_path: Path) -> None:
    export = tmp_path / "plate.txt"
    export.write_text(with_errors(PLATE.read_text(encoding="utf-8"), rows, column, 1.8), encoding="utf-8")
    elisa_bdnf("run", export, "--out", tmp_path / "out")
    result = json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))
    assert "PLT-06" not in {finding["rule"] for finding in result["findings"]}
