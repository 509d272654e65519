"""Every export of the fixtures is read as it was when a person last looked at the reading.

``pytest tests/readers/test_golden.py --approve`` writes the golden readings anew; without it a missing one fails.
"""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import Any

import pytest

from elisa_bdnf.cli._reading_records import json_from_readings
from elisa_bdnf.readers import read_export

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
GOLDEN = Path(__file__).parent / "golden"
_MOST_LINES = 60


def _exports() -> dict[str, Path]:
    """Case → its export: the files named plate in each folder that says what it is about."""
    folders = sorted({path.parent for path in FIXTURES.rglob("about.toml")})
    plates = (path for folder in folders for path in sorted(folder.glob("*plate*")))
    found = [path for path in plates if path.suffix != ".toml" and not path.name.startswith("truth")]
    return {f"{path.parent.name}-{path.name}": path for path in found}


EXPORTS = _exports()


def _compact(value: Any, indent: str = "") -> str:
    """JSON with one line for each innermost object, so that a diff names the well."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if not any(isinstance(item, dict | list) and item for item in inner):
        return json.dumps(value, separators=(",", ":"))
    deeper = indent + " "
    if isinstance(value, dict):
        items = [f"{deeper}{json.dumps(key)}:{_compact(item, deeper)}" for key, item in value.items()]
        return "{\n" + ",\n".join(items) + "\n" + indent + "}"
    return "[\n" + ",\n".join(deeper + _compact(item, deeper) for item in value) + "\n" + indent + "]"


def _difference(golden: str, now: str) -> str:
    lines = list(difflib.unified_diff(golden.splitlines(), now.splitlines(), "golden", "now", n=1, lineterm=""))
    more = [f"… and {len(lines) - _MOST_LINES} more lines"] if len(lines) > _MOST_LINES else []
    return "\n".join([*lines[:_MOST_LINES], *more])


@pytest.mark.parametrize("case", EXPORTS)
def test_fixtures_are_read_as_approved(case: str, pytestconfig: pytest.Config) -> None:
    now = _compact(json.loads(json_from_readings(read_export(EXPORTS[case])))) + "\n"
    golden = GOLDEN / f"{case}.json"
    if pytestconfig.getoption("--approve"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(now, encoding="utf-8", newline="\n")
    approved = golden.read_text(encoding="utf-8") if golden.exists() else ""
    assert approved, f"{golden.name} is missing: look at the reading, then run pytest with --approve"
    difference = _difference(approved, now)
    assert not difference, f"\n{difference}"


def test_no_golden_reading_is_left_without_its_export() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(EXPORTS)
    assert len(EXPORTS) >= 8
