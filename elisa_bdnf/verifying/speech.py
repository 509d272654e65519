"""What verifying found, for people."""

from __future__ import annotations

from collections.abc import Iterator

from elisa_bdnf.reports.digits import count
from elisa_bdnf.reports.inert import show
from elisa_bdnf.verifying.check import Check, Standing, Verification, Verified

_WORDS = {
    Standing.VERIFIED: "verified",
    Standing.NOT_VERIFIED: "not verified",
    Standing.DIFFERENT: "NOT WHAT IT SHOULD BE",
}
_COUNTED = {Standing.VERIFIED: "verified", Standing.NOT_VERIFIED: "not verified", Standing.DIFFERENT: "different"}


def lines_of_part(part: Verified) -> Iterator[str]:
    """A line for the plate, and one for each thing that was looked at."""
    name = f"{part.folder} ({part.plate})" if part.plate else "the batch as a whole"
    yield show(f"{name}: {_WORDS[part.standing]}")
    yield from (show(line) for line in map(_line, part.checks))


def _line(check: Check) -> str:
    file = f"{check.file}  " if check.file and check.standing is not Standing.VERIFIED else ""
    sign = {Standing.VERIFIED: " ", Standing.NOT_VERIFIED: "?", Standing.DIFFERENT: "!"}[check.standing]
    return f"  {sign} {file}{check.message}"


def summary(verification: Verification) -> str:
    """``3 plates: 1 verified, 2 different``."""
    found = [(verification.count(standing), word) for standing, word in _COUNTED.items()]
    said = ", ".join(f"{number} {word}" for number, word in found if number)
    plates = count(sum(number for number, _ in found), "plate")
    whole = next((part for part in verification.parts if not part.plate), None)
    of_batch = f"; the batch as a whole {_COUNTED[whole.standing]}" if whole else ""
    return f"{plates}: {said or 'nothing to verify'}{of_batch} (elisa-bdnf {verification.program})"
