"""One thing that was tested, and all of them: values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Part(StrEnum):
    """The parts of a qualification, as laboratories call them."""

    IQ = "IQ"
    OQ = "OQ"
    PQ = "PQ"


TITLES = {
    Part.IQ: "Installation: what is installed is what was packed",
    Part.OQ: "Operation: known answers, wrong inputs, changed results",
    Part.PQ: "Performance: the laboratory's own verified plates",
}


class Outcome(StrEnum):
    """A ``remark`` is not counted: nothing was tested, or it is for a person to weigh."""

    PASSED = "passed"
    FAILED = "failed"
    REMARK = "remark"


@dataclass(frozen=True, slots=True)
class Item:
    """``name`` says what was tested, ``found`` what came of it."""

    part: Part
    name: str
    outcome: Outcome
    found: str


@dataclass(frozen=True, slots=True)
class SelfTest:
    """All items. ``not_run`` are cases of the laboratory that could not be run at all."""

    version: str
    items: tuple[Item, ...]
    not_run: int = 0
    about: dict[str, str] = field(default_factory=dict)  # computer and libraries, for people

    def of(self, part: Part) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.part is part)

    def passed(self, part: Part) -> int:
        return sum(item.outcome is Outcome.PASSED for item in self.of(part))

    def tested(self, part: Part) -> int:
        return sum(item.outcome is not Outcome.REMARK for item in self.of(part))

    @property
    def summary(self) -> str:
        """``IQ 9/9  OQ 41/41  PQ 0/0``."""
        return "  ".join(f"{part} {self.passed(part)}/{self.tested(part)}" for part in Part)

    @property
    def exit_code(self) -> int:
        """0 all passed, 1 something failed, 3 a case of the laboratory could not be run, which outranks 1."""
        if self.not_run:
            return 3
        return int(any(item.outcome is Outcome.FAILED for item in self.items))


def judged(part: Part, name: str, found: str, *, passed: bool) -> Item:
    """Something with an answer."""
    return Item(part, name, Outcome.PASSED if passed else Outcome.FAILED, found)


def remark(part: Part, name: str, found: str) -> Item:
    """Something to know."""
    return Item(part, name, Outcome.REMARK, found)
