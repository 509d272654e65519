"""The quantitative range of a curve in the well: LLOQ and ULOQ from the standards, LOD from the zero wells.

A standard passes when its recovery (from its mean response) and the CV of its responses are within the limits of the
protocol; the two ends of the series have their own, wider recovery limit. Zero standard and anchors never count. The
range is the longest stretch of the series that begins and ends with a standard that passes and in which no two
neighbours both fail: one standard may have gone wrong inside, a gap may not. A standard that cannot be told from zero
(``separation``) is no lower limit, and one that editing left out never passes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from elisa_bdnf.analysis.curves import invert_or_none, rises
from elisa_bdnf.analysis.scatter import well_variance
from elisa_bdnf.model.curve import Curve, Limits, StandardPoint
from elisa_bdnf.model.protocol import LimitSettings

SLACK = 1e-9  # a value that equals its limit passes, whatever the last bit says
_LOD_WELLS = 4
_ONE_SIDED = 1.645  # normal quantile of 95 %


def limits_from_standards(curve: Curve, settings: LimitSettings) -> Limits:
    """LLOQ and ULOQ with the reason of each; nan where no standard passes. LOD None with the reason where unknown."""
    points = [p for p in curve.standards if p.is_quantitative]
    hidden = _hidden_by_zero(curve, settings.separation)
    failures = [failure_or_empty(p, settings, p.level.nominal in curve.ends) or hidden.get(p.level.nominal, "")
                for p in points]  # fmt: skip
    lob, lod, lod_reason = detection_limits(curve)
    stretch = _longest_stretch([not failure for failure in failures])
    if stretch is None:
        reason = "no standard passes: " + "; ".join(failures) if failures else "there is no standard above zero"
        return Limits(math.nan, math.nan, reason, reason, lod, lod_reason, lob)
    first, last = stretch
    lloq, lloq_reason = _end(points, failures, first, range(first))
    uloq, uloq_reason = _end(points, failures, last, range(len(points) - 1, last, -1))
    if settings.lloq is not None:
        lloq, lloq_reason = _fixed("LLOQ", settings.lloq, lloq, lloq_reason, raise_it=True)
    if settings.uloq is not None:
        uloq, uloq_reason = _fixed("ULOQ", settings.uloq, uloq, uloq_reason, raise_it=False)
    if lloq > uloq * (1 + SLACK):  # a fixed limit lies beyond what this plate supports at the other end
        reason = f"nothing is left between LLOQ {lloq:g} ({lloq_reason}) and ULOQ {uloq:g} ({uloq_reason})"
        return Limits(math.nan, math.nan, reason, reason, lod, lod_reason, lob)
    return Limits(lloq, uloq, lloq_reason, uloq_reason, lod, lod_reason, lob)


def failure_or_empty(point: StandardPoint, settings: LimitSettings, at_end: bool) -> str:
    """Why a standard does not pass, as a phrase; empty where it passes."""
    name = f"standard {point.level.nominal:g}"
    if point.edited:
        return f"{name} was left out by editing"
    most = settings.recovery_ends_percent if at_end else settings.recovery_percent
    if point.recovery_percent is None:
        return f"{name} has a response outside the curve"
    if abs(point.recovery_percent - 100) > most * (1 + SLACK):
        return f"{name} has a recovery of {point.recovery_percent:.1f} % (allowed {100 - most:g} to {100 + most:g} %)"
    if point.cv_percent is not None and point.cv_percent > settings.cv_percent * (1 + SLACK):
        return f"{name} has a CV of {point.cv_percent:.1f} % (allowed {settings.cv_percent:g} %)"
    return ""


def _longest_stretch(passes: Sequence[bool]) -> tuple[int, int] | None:
    """Ends of the longest run without two failing neighbours, trimmed to passing ends; of equal ones the lower."""
    best: tuple[int, int] | None = None
    start: int | None = None
    last = -1
    for index, ok in enumerate(passes):
        if not ok:
            continue
        if start is None or index - last > 2:
            start = index
        last = index
        if best is None or last - start > best[1] - best[0]:
            best = (start, last)
    return best


def _end(points: Sequence[StandardPoint], failures: Sequence[str], index: int, beyond: range) -> tuple[float, str]:
    nominal = points[index].level.nominal
    outside = [
        failures[i] or f"standard {points[i].level.nominal:g} passes but is cut off from the range" for i in beyond
    ]
    which = "lowest" if beyond.step > 0 else "highest"
    if not outside:
        return nominal, f"{which} standard; recovery and CV pass"
    return nominal, f"{which} standard of the range that passes; " + "; ".join(outside)


def _fixed(name: str, fixed: float, found: float, reason: str, *, raise_it: bool) -> tuple[float, str]:
    """A limit from the protocol holds only inside what the standards of this plate support."""
    inside = fixed >= found * (1 - SLACK) if raise_it else fixed <= found * (1 + SLACK)
    if inside:
        return fixed, f"{name} fixed by the protocol; the standards of this plate reach {found:g}"
    return found, f"the protocol fixes the {name} at {fixed:g}, which this plate does not support: {reason}"


def _hidden_by_zero(curve: Curve, separation: float) -> dict[float, str]:
    """Levels below the first that lies ``separation`` pooled SDs from the zero standard, with the reason.

    The SD is pooled over the zero standard and the three lowest levels; without replicates of them nothing is hidden.
    """
    zeros = [p for p in curve.standards if p.level.nominal == 0]
    levels = [p for p in curve.standards if p.is_quantitative and not p.edited]
    low = [p.level.responses for p in (*zeros, *levels[:3])]
    df = sum(len(responses) - 1 for responses in low)
    if not zeros or not levels or df < 1 or separation <= 0:
        return {}
    squares = [(y - math.fsum(r) / len(r)) ** 2 for r in low for y in r]
    sd = math.sqrt(math.fsum(squares) / df)
    blank = math.fsum(y for p in zeros for y in p.level.responses) / sum(len(p.level.responses) for p in zeros)
    hidden: dict[float, str] = {}
    for point in levels:
        distance = (point.response - blank) * (1.0 if rises(curve) else -1.0)
        if sd == 0 or distance >= separation * sd * (1 - SLACK):
            break
        name = f"standard {point.level.nominal:g}"
        hidden[point.level.nominal] = f"{name} lies {distance / sd:.1f} SD from zero (needed {separation:g})"
    return hidden


def detection_limits(curve: Curve) -> tuple[float | None, float | None, str]:
    """LoB = mean₀ + 1.645·SD₀ and LoD = LoB + c·SD at LoB, with c = 1.645/(1 − 1/(4·df)): CLSI EP17, on one plate.

    SD at LoB comes from the variance model of the curve, with the curve's degrees of freedom. Returns both as
    concentrations in the well with how they were found, None with the reason where there is none.
    """
    wells = [y for p in curve.standards if p.level.nominal == 0 for y in p.level.responses]
    if len(wells) < _LOD_WELLS:
        return None, None, f"needs at least {_LOD_WELLS} wells of the zero standard, there are {len(wells)}"
    df = curve.report.degrees_of_freedom
    if df < 1:
        return None, None, "the curve leaves no degrees of freedom, so the scatter of a low sample is not known"
    mean = math.fsum(wells) / len(wells)
    sd = math.sqrt(math.fsum((y - mean) ** 2 for y in wells) / (len(wells) - 1))
    direction = 1.0 if rises(curve) else -1.0
    blank = mean + direction * _ONE_SIDED * sd
    response = blank + direction * _ONE_SIDED / (1 - 1 / (4 * df)) * math.sqrt(well_variance(curve, blank))
    lob, lod = invert_or_none(curve, blank), invert_or_none(curve, response)
    if lod is None:
        return lob, None, f"the response at the detection limit ({response:.4g}) lies outside the curve"
    return (
        lob,
        lod,
        (
            f"response {response:.4g}: mean of {len(wells)} zero wells + 1.645 of their SD (limit of blank, "
            f"{blank:.4g}) + 1.645 of the SD of a well there (corrected for degrees of freedom)"
        ),
    )
