"""What the plates of an export are told of earlier ones, and whether it is the same as the last time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from elisa_bdnf.model.batch import PlateRow
from elisa_bdnf.model.history import ChartedPlate

if TYPE_CHECKING:
    from elisa_bdnf.history.past import Past


class Told:
    """The past as a batch goes on; without a history there is none and nothing is told."""

    def __init__(self, past: Past | None = None) -> None:
        self.past = past
        self._digests: dict[int, tuple[ChartedPlate, str]] = {}  # the plate is kept, so that its id stays its own

    def digests(self, plates: Iterable[ChartedPlate | None], accepted: Iterable[bool]) -> list[str]:
        """For each plate of an export a SHA-256 of all that it is told; empty without a history."""
        past, found = self.past, []
        for plate, good in zip(plates, accepted, strict=True):
            found.append(self._digest(past, plate) if past and plate else "")
            past = past.following(plate, accepted=good) if past and plate else past
        return found

    def follow(self, rows: Iterable[PlateRow]) -> None:
        """These plates are done and are the past of those after them."""
        for row in rows:
            if self.past is not None and row.charted is not None:
                self.past = self.past.following(row.charted, accepted=row.accepted)

    def is_as_before(self, rows: tuple[PlateRow, ...]) -> bool:
        """Whether plates that were done in an earlier run would be told the same now."""
        now = self.digests((row.charted for row in rows), (row.accepted for row in rows))
        return now == [row.told for row in rows]

    def _digest(self, past: Past, plate: ChartedPlate) -> str:
        whole = hashlib.sha256(f"{past.name}\n{past.before(plate).reason}\n".encode())
        for each in past.of_method_before(plate):
            whole.update(self._digest_of(each).encode())
        return whole.hexdigest()

    def _digest_of(self, plate: ChartedPlate) -> str:
        known = self._digests.get(id(plate))
        if known is None:
            known = plate, hashlib.sha256(repr(plate).encode()).hexdigest()
            self._digests[id(plate)] = known
        return known[1]
