"""The simulation behind docs/detection.md, with few plates and generous figures."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def faults() -> Iterator[ModuleType]:
    sys.path.insert(0, str(BENCHMARKS))
    import faults as benchmark  # noqa: PLC0415 - a script, not a package

    yield benchmark
    sys.path.remove(str(BENCHMARKS))


def outcomes(faults: ModuleType, name: str, count: int) -> list[bool]:
    """Of the first plates that can have the fault: whether it is seen."""
    [fault] = [fault for fault in faults.FAULTS if fault.name.startswith(name)][:1]
    made = (faults.outcome_or_none(3, number, fault, "kit-research") for number in range(4 * count))
    return [outcome.seen(fault.about) for outcome in made if outcome is not None][:count]


@pytest.mark.parametrize(
    "name",
    [
        "duplicates across",
        "one row shifted",
        "all rows or columns",
        "zero standard holds",
        "reader stops",
        "another plate",
    ],
)
def test_faults_are_seen(faults: ModuleType, name: str) -> None:
    seen = outcomes(faults, name, 10)
    assert len(seen) == 10
    assert sum(seen) >= 9


def test_most_low_standards_off_by_two_are_seen(faults: ModuleType) -> None:
    assert sum(outcomes(faults, "a low standard", 20)) >= 15


def test_good_plates_are_accepted(faults: ModuleType) -> None:
    assert sum(outcomes(faults, "none: clean plates", 20)) <= 1
