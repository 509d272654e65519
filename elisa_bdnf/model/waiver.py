"""What a person decided about a plate: wells that take no part, findings that do not count; each with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from elisa_bdnf.model.plate import Well


@dataclass(frozen=True, slots=True)
class Decision:
    """One entry of a file of waivers and exclusions.

    ``rule`` empty: an exclusion of ``wells``, or of all wells of ``sample``. Else a waiver of the findings of a rule;
    of those on ``wells``, on ``sample`` or on ``subject`` (as the finding writes it) where one of them is given.
    ``plate`` is its name, its file or the SHA-256 of its file; None: every plate of the export. ``until`` is the last
    day of reading for which the entry holds. ``place`` is where it stands in its file.
    """

    reason: str
    by: str
    rule: str = ""
    wells: tuple[Well, ...] = ()
    sample: str = ""
    subject: str = ""
    plate: str | None = None
    until: date | None = None
    place: str = ""

    @property
    def about(self) -> str:
        """What it is about, in words."""
        what = ", ".join(self.wells) or (f"sample {self.sample}" if self.sample else self.subject) or "every finding"
        return f"{self.rule}: {what}" if self.rule else what

    def concerns(self, *names: str) -> bool:
        """Whether its plate is one of these names, or any."""
        return self.plate is None or self.plate.strip().casefold() in {name.strip().casefold() for name in names}


@dataclass(frozen=True, slots=True)
class Decisions:
    """A whole file, in its order."""

    file: str = ""
    sha256: str = ""
    entries: tuple[Decision, ...] = ()

    @property
    def exclusions(self) -> tuple[Decision, ...]:
        return tuple(entry for entry in self.entries if not entry.rule)

    @property
    def waivers(self) -> tuple[Decision, ...]:
        return tuple(entry for entry in self.entries if entry.rule)


NO_DECISIONS = Decisions()
