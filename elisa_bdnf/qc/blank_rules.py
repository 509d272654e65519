"""Zero standards and blanks."""

from __future__ import annotations

import math

from elisa_bdnf.model.curve import Model, NoCurve
from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.protocol import BlankMode
from elisa_bdnf.model.reading import ChannelKind
from elisa_bdnf.model.response import Group, WellUse
from elisa_bdnf.qc.rule import Missing, Remark, Verdicts, as_set, below, digits, exceeds, plain, rule
from elisa_bdnf.qc.subjects import ZERO_RESPONDS_MOST, CurveSubject, PlateSubject, pooled_sd


def _zero_responses(plate: PlateSubject) -> list[float]:
    return [response for group in plate.zero_groups() for response in group.responses]


def _is_absorbance(plate: PlateSubject) -> bool:
    channels = plate.analysis.reading.channels
    kind = next(c.kind for c in channels if c.label == plate.analysis.responses.main_channel)
    return kind is ChannelKind.ABSORBANCE


@rule("BLK-01", FindingLevel.WARN, "general knowledge")
def background_is_low(plate: PlateSubject, *, max_response: float = 0.20) -> Verdicts:
    """The mean response of zero standards and blanks is low: washing and blocking worked."""
    zeros = _zero_responses(plate)
    if not zeros or not _is_absorbance(plate):
        yield Missing("no zero standard or blank read as absorbance")
        return
    if plate.falls:
        yield Missing(ZERO_RESPONDS_MOST)
        return
    mean = sum(zeros) / len(zeros)
    if exceeds(mean, max_response):
        yield Remark(
            f"the background is {digits(mean, max_response)}: washing, blocking or substrate?",
            measured=digits(mean, max_response),
            limit=as_set(max_response),
            action="annotate",
        )


@rule("BLK-02", FindingLevel.WARN, "CLSI EP17 idea: what cannot be told from zero cannot be quantified")
def lowest_standard_stands_out_of_the_background(plate: PlateSubject, *, min_separation: float = 3.0) -> Verdicts:
    """The lowest standard lies at least ``min_separation`` pooled SDs above the zero standard.

    The SD is pooled over zeros and the three lowest standards. A lowest standard that editing left out is judged as it
    was read: where a standard was pipetted for zero, it is the standard that does not fit the curve.
    """
    levels, zeros = plate.standard_levels(), plate.zero_groups()
    usable = [group for group in zeros if group.responses]
    lowest = _as_read(levels[0]) if levels else ()
    if not usable or not lowest:
        yield Missing("no zero standard or blank beside the lowest standard")
        return
    sd = pooled_sd([*usable, *levels[:3]])
    if math.isnan(sd) or sd == 0:
        yield Missing("zero and low standards are not replicated")
        return
    zero_mean = sum(_zero_responses(plate)) / len(_zero_responses(plate))
    separation = (sum(lowest) / len(lowest) - zero_mean) / (-sd if plate.falls else sd)
    if below(separation, min_separation):
        yield Remark(
            f"the lowest standard ({plain(levels[0].content.nominal)}) lies {digits(separation, min_separation)} SD "
            f"{'below' if plate.falls else 'above'} the background: it cannot be told from zero",
            measured=digits(separation, min_separation),
            limit=as_set(min_separation),
            wells=levels[0].all_wells,
            action="annotate",
        )


def _as_read(standard: Group) -> tuple[float, ...]:
    edited = (well.response for well in standard.left_out if well.use is WellUse.NOT_USED)
    return standard.responses or tuple(response for response in edited if math.isfinite(response))


@rule("BLK-03", FindingLevel.WARN, "the CV of a mean near zero says nothing (a live complaint); so SD in OD")
def background_is_even(plate: PlateSubject, *, max_sd: float = 0.02) -> Verdicts:
    """Zero standards agree with one another, and so do blanks: by their SD, never by CV.

    With two wells the SD is estimated by range / 1.128.
    """
    if not _is_absorbance(plate):
        yield Missing("the response is not an absorbance")
        return
    groups = [group for group in plate.zero_groups() if group.n >= 2]
    if not groups:
        yield Missing("no replicated zero standard or blank")
    for group in groups:
        sd = abs(group.responses[0] - group.responses[1]) / 1.128 if group.n == 2 else group.sd
        if exceeds(sd, max_sd):
            word = "blank" if group.content.role is Role.BLANK else "zero standard"
            yield Remark(
                f"the wells of the {word} differ: SD {digits(sd, max_sd)}",
                measured=digits(sd, max_sd),
                limit=as_set(max_sd),
                wells=group.wells,
                action="annotate",
            )


@rule("BLK-04", FindingLevel.WARN, "readers often export blanked data already")
def blank_is_not_subtracted_twice(plate: PlateSubject, *, near_zero: float = 0.010) -> Verdicts:
    """Where the protocol subtracts the blank, the export was not blanked already."""
    blank = plate.analysis.responses.blank_mean
    if plate.protocol.reading.blank is not BlankMode.SUBTRACT or blank is None:
        return
    raw = [well.raw for well in plate.analysis.responses.wells if well.raw == well.raw]
    if not exceeds(abs(blank), near_zero) and raw and min(raw) < 0:
        yield Remark(
            f"the mean blank is {digits(blank, near_zero)} and some responses are negative: the export is blanked "
            "already?",
            measured=digits(blank, near_zero),
            limit=as_set(near_zero),
            action="annotate",
            hint='export the responses as they were read, or leave the blank in: reading.blank = "none"',
        )


@rule("BLK-05", FindingLevel.WARN, "simulated: docs/detection.md; a low standard bends a curve without zero")
def zero_standard_lies_at_the_foot_of_the_curve(curve: CurveSubject, *, deviations: float = 3.5) -> Verdicts:
    """A zero standard that is no part of the fit reads what the curve says at zero, its lower asymptote a.

    Apart counts |mean of the zero wells − a| in units of √(SE(a)² + variance of that mean by the curve's own scatter).
    Where zero is fitted, the fit and its lack of fit (FIT-03) speak of it. A low standard that holds twice what it
    should bends a curve without zero so well that its recovery looks right.
    """
    fitted = curve.curve
    zeros = [] if isinstance(fitted, NoCurve) else [p for p in fitted.standards if p.level.nominal == 0]
    if isinstance(fitted, NoCurve) or not zeros or fitted.model is Model.LOG_LOG:
        yield Missing("no zero standard, or no curve with a lower asymptote")
        return
    if any(point.in_fit for point in zeros):
        return
    error = fitted.standard_errors.get("a", math.nan)
    if fitted.estimate_or_none("a") is None or not math.isfinite(error):
        yield Missing("the curve has no lower asymptote that the standards determine")
        return
    read = [response for point in zeros for response in point.level.responses]
    mean = sum(read) / len(read)
    scatter = fitted.report.residual_sd * max(fitted.a, fitted.report.response_floor) ** (fitted.report.theta or 0.0)
    apart = abs(mean - fitted.a) / math.hypot(error, scatter / math.sqrt(len(read)))
    if exceeds(apart, deviations):
        yield Remark(
            f"the zero standard reads {mean:.3f} and the curve {fitted.a:.3f} at zero, "
            f"{digits(apart, deviations)} standard errors apart: is a low standard wrong?",
            measured=digits(apart, deviations),
            limit=as_set(deviations),
            wells=tuple(well for point in zeros for well in point.level.wells),
            action="annotate",
        )
