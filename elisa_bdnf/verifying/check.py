"""What was looked at, and what came of it: values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """Of a check, a plate, or all: the worst of its parts."""

    VERIFIED = "verified"
    NOT_VERIFIED = "not_verified"  # could not be looked at: an input is missing, no manifest
    DIFFERENT = "different"  # looked at, and it is not what it should be


_ORDER = list(Standing)


def worst(standings: Iterator[Standing]) -> Standing:
    """Verified only where all are."""
    return max(standings, key=_ORDER.index, default=Standing.NOT_VERIFIED)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. ``about`` is files, inputs, protocol, history, again, or manifest."""

    about: str
    standing: Standing
    message: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Verified:
    """A plate, or what a batch made of its plates (``plate`` empty). ``folder`` is its folder below the output."""

    folder: str
    plate: str
    checks: tuple[Check, ...]

    @property
    def standing(self) -> Standing:
        return worst(check.standing for check in self.checks)


@dataclass(frozen=True, slots=True)
class Verification:
    """All of an output."""

    output: str
    program: str
    parts: tuple[Verified, ...]

    @property
    def standing(self) -> Standing:
        return worst(part.standing for part in self.parts)

    def count(self, standing: Standing) -> int:
        """How many plates have it."""
        return sum(part.standing is standing for part in self.parts if part.plate)


def fine(about: str, message: str, file: str = "") -> Check:
    """Looked at, and as it should be."""
    return Check(about, Standing.VERIFIED, message, file)


def wrong(about: str, message: str, file: str = "") -> Check:
    """Looked at, and not as it should be."""
    return Check(about, Standing.DIFFERENT, message, file)


def not_done(about: str, message: str, file: str = "") -> Check:
    """Not looked at, and why."""
    return Check(about, Standing.NOT_VERIFIED, message, file)
