"""docs/accuracy.md says what the program gives."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

from shared import needs_reference

ROOT = Path(__file__).resolve().parents[2]


def words(page: str) -> list[str]:
    return re.split(r"[\s|]+", page)


@needs_reference
def test_the_page_is_current() -> None:
    """Word by word; a digit may be one more or less, since the last bits differ between processors."""
    spec = importlib.util.spec_from_file_location("accuracy", ROOT / "benchmarks" / "accuracy.py")
    assert spec is not None
    assert spec.loader is not None
    accuracy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(accuracy)
    printed, now = words(accuracy.PAGE.read_text(encoding="utf-8")), words(accuracy.page())
    assert len(printed) == len(now)
    for ours, theirs in zip(printed, now, strict=True):
        near = ours.isdigit() and theirs.isdigit() and abs(int(ours) - int(theirs)) <= 1
        assert ours == theirs or near, "run: python benchmarks/accuracy.py --write"


def test_every_set_agrees_to_nine_digits_or_more() -> None:
    """The claim of the page itself, also where the sets are absent."""
    page = (ROOT / "docs" / "accuracy.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \w+ \| (\d+) \| (.*?) \| [^|]* \|$", page, re.MULTILINE)
    assert len(rows) > 50
    assert min(int(value) for _, cells in rows for value in cells.split(" | ") if value != "–") >= 9
    assert sum(int(fits) for fits, _ in rows) == 238
