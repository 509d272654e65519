"""Wrong input: exit 3, one clear line for each problem, and nothing written."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from program import FIXTURES, elisa_bdnf

WRONG = FIXTURES / "wrong-input"
CASES = tomllib.loads((WRONG / "cases.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_wrong_input(case: dict[str, Any], tmp_path: Path) -> None:
    here = tmp_path / "here"
    shutil.copytree(WRONG, here)
    before = sorted(path.name for path in here.iterdir())
    done = elisa_bdnf(*case["arguments"], folder=here)
    assert done.code == case["exit_code"], done.err
    for fragment in case["fragments"]:
        assert fragment in done.err
    assert "Traceback" not in done.err
    assert done.out == ""
    if done.code == 3:
        assert all(line.startswith("error: ") for line in done.err.splitlines())
    assert sorted(path.name for path in here.iterdir()) == before
