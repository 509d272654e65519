"""Numbers as ``docs/maths.md`` prints them: a test that reads them there fails when page and program part."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "maths.md"
NUMBER = r"(\d+(?: \d{3})*(?:\.\d+)?)"  # 19 416 is one number; it ends in a digit, so no full stop is taken along


@dataclass(frozen=True)
class Printed:
    """A number with the digits that the page gives it."""

    text: str

    @property
    def value(self) -> float:
        return float(self.text.replace(" ", ""))

    @property
    def rounding(self) -> float:
        """Half a unit of the last digit, and as much again for the steps that a reader rounds on the way."""
        return 10.0 ** -len(self.text.partition(".")[2])

    def is_(self, computed: float | None) -> bool:
        return computed is not None and computed == pytest.approx(self.value, rel=0, abs=self.rounding)


@lru_cache(maxsize=1)
def _sections() -> dict[str, str]:
    """Text by number of the section, blanks and line ends alike."""
    parts = re.split(r"^## (\d+)\. ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {number: " ".join(text.split()) for number, text in zip(parts[1::2], parts[2::2], strict=True)}


def printed(section: int, template: str) -> list[Printed]:
    """The numbers at the places of ``#`` in a sentence that stands in a section exactly once."""
    pattern = NUMBER.join(re.escape(part) for part in template.split("#"))
    (found,) = re.findall(pattern, _sections()[str(section)])
    return [Printed(text) for text in ((found,) if isinstance(found, str) else found)]


def values(section: int, template: str) -> list[float]:
    return [number.value for number in printed(section, template)]
