"""Plates of a batch that read the same: an export saved under the next plate's name (INP-04 across exports).

What reads the same is known when all exports are done. Each of those is then judged once more, beside the others that
read the same, as ``run --compare-with`` does: its own folder says so, and its waivers and settings hold.
"""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from elisa_bdnf import qc
from elisa_bdnf.comparing import RULE
from elisa_bdnf.model.protocol import RuleSettings
from elisa_bdnf.model.reading import Reading

_UNUSED = -1  # no number, or so little that many plates read it
_NEVER = -2  # equal to nothing
_NAMED = 5  # plates in a sentence


@dataclass(frozen=True, slots=True)
class Print:
    """What is kept of the readings of a plate to find copies by: its finger print.

    ``values_sha256`` is of shape and responses as exported; ``thousandths`` see there.
    """

    plate: str
    values_sha256: str
    thousandths: str


@dataclass(frozen=True, slots=True)
class Printed:
    """A plate of an export of the batch, by its path below the searched folder, and its print."""

    export: str
    print: Print

    def __str__(self) -> str:
        return f"{self.print.plate} ({self.export})"


@dataclass(frozen=True, slots=True)
class Alike:
    """Plates of several exports that read the same: all ``ones`` the same as all ``others``, in so many wells.

    Where all responses are the same, both are the whole group, and the wells are not counted.
    """

    ones: tuple[Printed, ...]
    others: tuple[Printed, ...]
    wells: int = 0

    @property
    def sentence(self) -> str:
        if self.ones == self.others:
            named = ", ".join(map(str, self.ones[:_NAMED])) + _and_more(len(self.ones) - _NAMED)
            return f"All responses of {named} read the same."
        return f"{self.wells} wells of {self.ones[0]} and {self.others[0]} read the same."


def _and_more(number: int) -> str:
    return f" and {number} more" if number > 0 else ""


def thousandths(values: Sequence[float], least: float = 0.1) -> str:
    """Responses to three decimals as hexadecimal text; what is below ``least`` OD stands for nothing."""
    counted = (_UNUSED if math.isnan(v) or v < least or v > 30 else round(1000 * v) for v in values)
    return np.fromiter(counted, dtype=">i2", count=len(values)).tobytes().hex()


def print_of(reading: Reading) -> Print:
    """The print of one plate; of responses as doubles, so that one plate in two exports has it twice."""
    digest = hashlib.sha256(f"{reading.shape.rows}x{reading.shape.columns}".encode())
    for channel in reading.channels:
        digest.update(struct.pack(f"<{len(channel.values)}d", *channel.values))
    first = thousandths(reading.channels[0].values) if reading.channels else ""
    return Print(reading.plate, digest.hexdigest(), first)


def copies(plates: Sequence[Printed], settings: RuleSettings) -> Iterator[Alike]:
    """Plates of different exports with all responses equal, or more equal wells than the rule allows."""
    if not settings.enabled:
        return
    limit = float(settings.values.get("max_equal_wells", qc.RULES[RULE].settings["max_equal_wells"]))
    groups: dict[str, list[Printed]] = {}
    for plate in plates:
        groups.setdefault(plate.print.values_sha256, []).append(plate)
    for group in groups.values():
        if _of_several(group):
            yield Alike(tuple(group), tuple(group))
    for one, other, wells in _pairs([group[0].print for group in groups.values()], limit):
        ones, others = groups[one.values_sha256], groups[other.values_sha256]
        if _of_several([*ones, *others]):
            yield Alike(tuple(ones), tuple(others), wells)


def _of_several(plates: Sequence[Printed]) -> bool:
    return len({plate.export for plate in plates}) > 1


def _pairs(prints: Sequence[Print], most_equal: float) -> Iterator[tuple[Print, Print, int]]:
    """Two prints of one size, and in how many wells they are equal where these are more than that."""
    by_size: dict[int, list[Print]] = {}
    for each in prints:
        by_size.setdefault(len(each.thousandths), []).append(each)
    for alike in by_size.values():
        table = np.array([np.frombuffer(bytes.fromhex(each.thousandths), dtype=">i2") for each in alike])
        by_well = np.ascontiguousarray(table.T.astype(np.int16))  # a row for each well: sums run along the plates
        own = np.where(by_well == _UNUSED, _NEVER, by_well)
        for index, one in enumerate(alike[:-1]):
            equal = (by_well[:, index + 1 :] == own[:, index : index + 1]).sum(axis=0, dtype=np.int16)
            for offset in np.flatnonzero(equal > most_equal).tolist():
                yield one, alike[index + 1 + offset], int(equal[offset])
