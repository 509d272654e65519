"""Small tables of concentrations for tests, and the study that the program makes of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from program import FIXTURES, Done, elisa_bdnf

sys.path.insert(0, str(FIXTURES))

TIMES = ("baseline", "120 min", "230 min", "24 h", "7 d")
HEADER = ("sample", "subject", "timepoint", "concentration", "lloq", "unit", "matrix", "plate")
Line = dict[str, object]


def lines(subjects: int = 3, **common: object) -> list[Line]:
    """Complete courses: subject S1 has 100, 110, …; each value differs."""
    return [
        {"sample": f"S{s} {t}", "subject": f"S{s}", "timepoint": t, "concentration": 100 * s + 10 * at + s * at * at,
         "lloq": 10, "unit": "pg/mL", "matrix": "plasma_edta", "plate": "P1", **common}
        for s in range(1, subjects + 1)
        for at, t in enumerate(TIMES)
    ]  # fmt: skip


def written(folder: Path, rows: Iterable[Line], name: str = "table.csv", header: Sequence[str] = ()) -> Path:
    made = list(rows)
    columns = list(header) or list(dict.fromkeys(key for row in made for key in row))
    text = [",".join(columns)] + [",".join(str(row.get(column, "")) for column in columns) for row in made]
    path = folder / name
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    return path


def study(folder: Path, *arguments: str | Path) -> tuple[Done, dict[str, Any]]:
    """Run ``study`` and return what it said and its study.json (empty where there is none)."""
    out = folder / "study"
    done = elisa_bdnf("study", *arguments, "--out", out, "--quiet")
    path = out / "study.json"
    return done, json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
