"""What a plate map is asked to hold: values."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from elisa_bdnf.model.plate import Shape


class Order(StrEnum):
    """In which order samples fill a plate."""

    RANDOM = "random"
    SUBJECT = "subject"  # a subject's samples side by side, subjects in random order
    SHEET = "sheet"


@dataclass(frozen=True, slots=True)
class Control:
    """A control, or a blank where it has no name. ``nominal`` is None for a pool whose content nobody knows."""

    name: str
    nominal: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """Standards in descending order without the zero standard, which every plate gets too.

    ``replicates`` is how many wells each sample and control has, side by side; standards have at least two.
    """

    shape: Shape
    unit: str | None  # None where the protocol leaves it to the layout, which then states none
    standards: tuple[float, ...]
    anchors: tuple[float, ...]
    controls: tuple[Control, ...]
    blank: bool
    replicates: int
    order: Order
    seed: int
    balance: str  # the column whose groups are spread over the plates

    @property
    def standard_width(self) -> int:
        return max(2, self.replicates)

    @property
    def standard_blocks(self) -> int:
        """Columns of standards, each ``standard_width`` wide and as high as the plate."""
        return -(-(len(self.standards) + 1) // self.shape.rows)

    @property
    def places(self) -> int:
        """How many samples, controls and blanks a plate has room for, each with its replicates."""
        left = self.shape.columns - self.standard_blocks * self.standard_width
        return max(0, left // self.replicates) * self.shape.rows

    @property
    def capacity(self) -> int:
        """How many of these places are for samples."""
        return self.places - len(self.controls) - self.blank


def drawn(seed: int, *words: str) -> str:
    """A lot: sorting by it is a random order that every computer and every version finds alike."""
    return hashlib.sha256("\n".join([str(seed), *words]).encode("utf-8", "surrogatepass")).hexdigest()
