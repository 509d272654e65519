"""Does the reader stop at some response? Many wells at the plate's maximum are a ceiling, not a coincidence.

A reader that saturates (or a gain that was set too high) gives the same highest number again and again. No check of
replicates, recoveries or R² sees it: saturated duplicates agree perfectly.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from elisa_bdnf.errors import ExportError
from elisa_bdnf.model.layout import Layout
from elisa_bdnf.model.protocol import ReadingSettings
from elisa_bdnf.model.reading import Channel, ChannelKind, Reading

LEAST_RESPONSE = 2.0  # OD; below, nothing saturates
IMPOSSIBLE_OD = 6.0
LEAST_WELLS, MANY_WELLS = 3, 5
NEAR = 0.01  # OD: the spread of a saturated reader's numbers
TIGHT = 0.004  # OD: of three wells at a plateau of the curve, one plate in some hundreds lies so close


def ceiling_or_none(responses: Iterable[float]) -> float | None:
    """The response at and above which the wells of a plate are at the reader's ceiling; None where there is none.

    Three wells lie within 0.01 of the maximum and above 2 OD, more than in the next 0.03 below, and two of them read
    the very same or all lie within 0.004; or five crowd there, more than twice as many as below. A plateau of the curve
    scatters, a ceiling does not: benchmarks/faults.py counts both.
    """
    known = [value for value in responses if math.isfinite(value)]
    top = max(known, default=0.0)
    near = [value for value in known if value >= top - NEAR]
    if top < LEAST_RESPONSE or len(near) < LEAST_WELLS:
        return None
    below = sum(top - 4 * NEAR <= value < top - NEAR for value in known)
    equal = len(near) - len(set(near))
    crowded = len(near) >= MANY_WELLS and len(near) > 2 * below
    tight = max(near) - min(near) <= TIGHT
    return min(near) if crowded or ((equal or tight) and len(near) > below) else None


def check_scale(reading: Reading, layout: Layout, main: Channel, settings: ReadingSettings) -> None:
    """Raise :class:`ExportError` where most wells of the layout absorb more than any reader measures.

    Such numbers are thousandths, or lost their decimal marks on the way. ``reading.max_response`` can allow them.
    """
    read = zip(reading.shape.wells(), main.values, strict=True)
    known = sorted(value for well, value in read if well in layout.contents and math.isfinite(value))
    most = max(IMPOSSIBLE_OD, settings.max_response)
    if main.kind is not ChannelKind.ABSORBANCE or len(known) < 2 or known[len(known) // 2] <= most:
        return
    raise ExportError(
        f"most wells of {main.label!r} read more than {most:g} OD (from {known[0]:g} to {known[-1]:g})",
        expected="absorbances in OD, which no reader measures beyond 4 to 6",
        hint="export OD, not mOD, and look whether the decimal marks were lost; numbers that are no absorbances need "
        "--set reading.max_response=… above the highest",
        place=f"plate {reading.plate}",
        file=reading.source.file,
    )
