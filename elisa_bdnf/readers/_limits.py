"""How much one file may hold: far more than any run of plates, and little enough to be read within seconds."""

from __future__ import annotations

from elisa_bdnf.errors import ExportError

MOST_TEXT = 2_000_000  # characters: a hundred plates with all that is said of them, or two thousand bare ones
FEWEST_CHARACTERS = 20  # of a line of an export, on average
MOST_PLATES = 2_000
MOST_BLOCKS = 10_000  # plates, groups and notes of SoftMax
MOST_MEASUREMENTS = 1_000  # of one plate


def refuse_more_than(most: int, number: int, what: str) -> None:
    """Raises ExportError for a file that holds more than is ever exported at once."""
    if number > most:
        raise ExportError(
            f"there are {number:,} {what}",
            expected=f"at most {most:,}, more than any export of plates has",
            hint="split the file, plate by plate",
        )
