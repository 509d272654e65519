"""Single wells: saturation, impossible responses, bubbles and precipitates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from statistics import median

from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.response import WellResponse, WellUse
from elisa_bdnf.qc.rule import Missing, Remark, Verdicts, as_set, below, digits, digits_of_both, exceeds, plain, rule
from elisa_bdnf.qc.subjects import PlateSubject, WellSubject


@rule(
    "WEL-01",
    FindingLevel.WARN,
    "a 96-well reader's specification: linear within 1.5 % up to OD 3.0",
    keys=("reading.max_response",),
)
def response_is_below_saturation(well: WellSubject) -> Verdicts:
    """The response is below what the reader measures reliably (``reading.max_response``), and no overflow was written.

    A saturated standard or control is masked; a saturated sample is above the range, not missing: it is censored and
    goes on the repeat list. The limit belongs to the reading, since it decides which wells enter the curve; a ceiling
    that the plate itself shows (three or more wells at the same maximum above 2 OD) goes before it.
    """
    if well.well.use is WellUse.SATURATED:
        of_sample = well.well.content.role is Role.SAMPLE
        limit = well.analysis.protocol.reading.max_response
        measured = well.well.note.text if well.well.note else digits(well.well.raw, limit)
        yield Remark(
            f"{well.well.reason}; the well is {'censored' if of_sample else 'left out'}",
            measured=measured,
            limit="ceiling of the reader on this plate" if below(well.well.raw, limit) else as_set(limit),
            action="censor_right, repeat" if of_sample else "mask",
        )


@rule("WEL-02", FindingLevel.WARN, "policy")
def response_is_not_negative(well: WellSubject, *, warn_below: float = -0.02, fail_below: float = -0.05) -> Verdicts:
    """A corrected response clearly below zero was corrected wrongly or read wrongly."""
    if well.well.use is not WellUse.USED or not below(well.well.response, warn_below):
        return
    fails = below(well.well.response, fail_below)
    limit = fail_below if fails else warn_below
    yield Remark(
        f"the corrected response is {digits(well.well.response, limit)}, below {plain(limit)}",
        measured=digits(well.well.response, limit),
        limit=as_set(limit),
        level=FindingLevel.FAIL_RESULT if fails else FindingLevel.WARN,
        action="repeat" if fails else "annotate",
    )


@rule("WEL-03", FindingLevel.WARN, "fingerprints and turbidity absorb at every wavelength")
def reference_read_is_even(plate: PlateSubject, *, min_excess: float = 0.05, deviations: float = 5.0) -> Verdicts:
    """No well's reference read stands out from the plate: a bubble, a smear, precipitate or haemolysis.

    The limit is the median of the plate plus the larger of ``min_excess`` and ``deviations`` × 1.4826 × the median
    absolute deviation. The color itself absorbs a little at the reference wavelength (0.041 at 0.065 OD, 0.14 at 3.5):
    what a well's response above the plate's median brings along, by the median slope between the standards, is no
    smear and is allowed on top.
    """
    filled = [w for w in plate.analysis.responses.wells if w.content.role is not Role.EMPTY]
    wells = [w for w in filled if not math.isnan(w.reference)]
    if len(wells) < 8:
        yield Missing("the export holds no reference read")
        return
    center = median(w.reference for w in wells)
    spread = 1.4826 * median(abs(w.reference - center) for w in wells)
    limit = center + max(min_excess, deviations * spread)
    high = [w for w in wells if exceeds(w.reference, limit)]
    color = _color_at_the_reference(plate, wells) if high else {}
    for w in high:
        own = limit + color.get(w.well, 0.0)
        if exceeds(w.reference, own):
            measured, allowed = digits_of_both(w.reference, own)
            yield Remark(
                f"the reference read of well {w.well} ({w.content.name}) is {measured} while the plate's median is "
                f"{center:.3f}: bubble, smear, precipitate or haemolysis?",
                measured=measured,
                limit=allowed,
                wells=(w.well,),
                action="annotate",
                subject=f"well {w.well}",
            )


def _color_at_the_reference(plate: PlateSubject, wells: Sequence[WellResponse]) -> dict[Well, float]:
    """How much higher each well's reference read may be than the median's for its response alone, in OD.

    By the median of the slopes between standards, which one smeared standard does not move.
    """
    ceiling = plate.protocol.reading.max_response  # what a well without a number reads at least, if it overflowed
    main = {w.well: ceiling if w.use is WellUse.SATURATED and math.isnan(w.raw) else w.raw for w in wells}
    points = [(w.raw, w.reference) for w in wells if w.content.role is Role.STANDARD and not math.isnan(w.raw)]
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(points, 2) if abs(b[0] - a[0]) > _APART]
    slope = min(max(median(slopes), 0.0), _COLOR_AT_MOST) if slopes else 0.0
    known = {well: value for well, value in main.items() if not math.isnan(value)}
    center = median(known.values()) if known else 0.0
    return {well: slope * max(value - center, 0.0) for well, value in known.items()}


_APART = 0.1  # OD between two standards from which their slope says something
_COLOR_AT_MOST = 0.10  # a steeper rise is no color: WEL-04


@rule("WEL-04", FindingLevel.WARN, "the reference read rises by about 0.03 per unit of response")
def reference_hardly_follows_the_response(plate: PlateSubject, *, max_slope: float = 0.10) -> Verdicts:
    """The reference read of the standards hardly rises with the main read.

    A steeper slope means a wrong reference wavelength, exchanged wavelengths, or TMB that was not stopped.
    """
    pairs = [
        (w.raw, w.reference)
        for w in plate.analysis.responses.wells
        if w.content.role is Role.STANDARD and not math.isnan(w.raw) and not math.isnan(w.reference)
    ]
    if len(pairs) < 4:
        yield Missing("the export holds no reference read of the standards")
        return
    x_mean, y_mean = (sum(values) / len(pairs) for values in zip(*pairs, strict=True))
    spread = sum((x - x_mean) ** 2 for x, _ in pairs)
    slope = sum((x - x_mean) * (y - y_mean) for x, y in pairs) / spread if spread else 0.0
    if exceeds(slope, max_slope):
        yield Remark(
            f"the reference read rises by {digits(slope, max_slope)} per unit of response over the standards",
            measured=digits(slope, max_slope),
            limit=as_set(max_slope),
            action="annotate",
        )
