"""Standards: how many, in which order, how well replicated, how well recovered."""

from __future__ import annotations

import math
from itertools import pairwise

from elisa_bdnf.model.curve import Curve, NoCurve, StandardPoint
from elisa_bdnf.model.evidence import Edit, EditedPart
from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.protocol import LimitSettings
from elisa_bdnf.qc.rule import Missing, Remark, Verdicts, as_set, below, digits, exceeds, plain, rule
from elisa_bdnf.qc.subjects import ZERO_RESPONDS_MOST, CurveSubject, PlateSubject, StandardSubject, pooled_sd


@rule("STD-01", FindingLevel.ERROR, "ICH M10 §4.2: six levels; five for kits")
def there_are_enough_levels(plate: PlateSubject, *, min_levels: float = 5) -> Verdicts:
    """The curve rests on enough non-zero, non-anchor levels with at least one usable well."""
    levels = [g for g in plate.standard_levels() if not g.content.anchor]
    usable = [g for g in levels if g.responses]
    if not plate.groups(Role.STANDARD):
        return  # INP-03 says so
    if below(len(usable), min_levels):
        without = [plain(g.content.nominal) for g in levels if not g.responses]
        lost = f" (no usable well at {', '.join(without)})" if without else ""
        yield Remark(
            f"the curve has {len(usable)} usable non-zero levels{lost}",
            measured=str(len(usable)),
            limit=as_set(min_levels),
            action="stop",
            hint=f"at least {plain(min_levels)} are needed; see what the layout names and which wells were left out",
        )


@rule("REP-01", FindingLevel.WARN, "vendors: ≤ 10 % good, > 15 % bad; ICH M10: 20 %, 25 % at the ends")
def standard_replicates_agree(
    standard: StandardSubject, *, cv_percent: float = 15.0, cv_ends_percent: float = 25.0
) -> Verdicts:
    """The replicate responses of a level agree (zero standards are judged by BLK-03)."""
    point = standard.point
    if point.level.nominal == 0:
        return
    if point.cv_percent is None:
        yield Missing("standards with a single usable well")
        return
    limit = cv_ends_percent if standard.at_end or point.level.anchor else cv_percent
    if exceeds(point.cv_percent, limit):
        yield Remark(
            f"the responses of the standard {plain(point.level.nominal)} differ: "
            f"CV {digits(point.cv_percent, limit)} %",
            measured=digits(point.cv_percent, limit, unit=" %"),
            limit=f"{as_set(limit)} %",
            action="annotate",
        )


@rule("STD-02", FindingLevel.WARN, "policy; a falling top standard is how a hook shows")
def standards_rise_from_level_to_level(plate: PlateSubject, *, fail_sd: float = 2.0) -> Verdicts:
    """The mean response rises from each level to the next; a fall beyond ``fail_sd`` pooled SDs rejects the plate."""
    levels = [group for group in plate.standard_levels() if group.responses]
    if len(levels) < 2 or _competitive([group.mean for group in levels]):
        return
    sd = pooled_sd(levels)
    for lower, higher in pairwise(levels):
        step = higher.mean - lower.mean
        if not below(step, 0.0):
            continue
        fails = not math.isnan(sd) and below(step, -fail_sd * sd)
        top = " (hook effect?)" if higher is levels[-1] else ""
        allowed = -fail_sd * sd if fails else 0.0
        yield Remark(
            f"the response falls from standard {plain(lower.content.nominal)} to {plain(higher.content.nominal)} "
            f"by {digits(-step, -allowed)}{top}",
            measured=digits(step, allowed),
            limit=digits(allowed, step),
            level=FindingLevel.FAIL_PLATE if fails else FindingLevel.WARN,
            wells=lower.wells + higher.wells,
            action="reject" if fails else "annotate",
        )
    yield from _hook_left_out(plate.analysis.curve)


def _hook_left_out(curve: Curve | NoCurve) -> Verdicts:
    """A standard that turned back and that editing left out: the curve is better for it, the assay is not."""
    if isinstance(curve, NoCurve) or curve.hook is None:
        return
    hook = curve.hook
    if not any(p.edited and p.level.nominal >= hook.peak for p in curve.standards):
        return
    fall = abs(hook.peak_response - hook.last_response)
    yield Remark(
        f"{hook.text} (editing left standards there out of the curve)",
        measured=digits(-fall, 0.0),
        limit=digits(0.0, -fall),
        action="annotate",
    )


def _competitive(means: list[float]) -> bool:
    """Falling overall: a competitive assay, or reversed standards, which INP-05 names."""
    return means[0] > means[-1] and sum(b < a for a, b in pairwise(means)) > len(means) // 2


_RECOVERY = ("limits.recovery_percent", "limits.recovery_ends_percent")


@rule("STD-03", FindingLevel.WARN, "ICH M10 §4.2.3: 20 %, 25 % at the ends; wider for kits", keys=_RECOVERY)
def standard_is_recovered(standard: StandardSubject) -> Verdicts:
    """The level, read on its own curve, gives back its nominal concentration. Anchors and zero are not judged.

    The limits are ``limits.recovery_percent`` and ``limits.recovery_ends_percent`` of preset or protocol, since they
    also decide where the quantitative range ends.
    """
    point, limits = standard.point, standard.analysis.protocol.limits
    if not point.is_quantitative or point.edited:
        return  # of a standard that editing left out STD-05 speaks
    limit = limits.recovery_ends_percent if standard.at_end else limits.recovery_percent
    if point.recovery_percent is None:
        yield Remark(
            f"the response of the standard {plain(point.level.nominal)} has no inverse on the curve",
            measured="no inverse",
            limit=f"100 ± {as_set(limit)} %",
            action="annotate",
        )
    elif exceeds(abs(point.recovery_percent - 100), limit):
        shown = digits(point.recovery_percent, 100 + math.copysign(limit, point.recovery_percent - 100))
        yield Remark(
            f"the standard {plain(point.level.nominal)} is recovered as {plain(point.back_calculated, 4)}: {shown} %",
            measured=f"{shown} %",
            limit=f"100 ± {as_set(limit)} %",
            action="annotate",
        )


@rule("STD-04", FindingLevel.FAIL_PLATE, "ICH M10 §4.2.3: 75 % of the standards and six levels; five for kits")
def enough_standards_are_recovered(curve: CurveSubject, *, fraction: float = 0.75, min_levels: float = 5) -> Verdicts:
    """At least ``fraction`` of the non-anchor levels, and at least ``min_levels``, are recovered within the limits.

    The levels are those of the layout: one that lost its wells or was left out by editing counts and does not pass.
    The limits are those of STD-03, which also decide where the quantitative range ends. Editing that cannot save the
    curve (``editing.standards``) fails the plate.
    """
    if isinstance(curve.curve, NoCurve):
        return  # FIT-01 says so
    fitted, limits = curve.curve, curve.protocol.limits
    points = [p for p in fitted.standards if p.is_quantitative]
    passing = [p for p in points if _passes(p, fitted, limits)]
    total = max(len(fitted.planned), len(points))
    editing = curve.analysis.editing
    failure = editing.failure if editing else ""
    if failure or below(len(passing), fraction * total) or below(len(passing), min_levels):
        yield Remark(
            f"{len(passing)} of {total} standards are recovered within the limits"
            + (f"; editing does not save the curve: {failure}" if failure else ""),
            measured=f"{len(passing)} of {total}",
            limit=f"{as_set(100 * fraction)} % and at least {as_set(min_levels)}",
            wells=tuple(well for p in points if p not in passing for well in p.level.wells),
            action="reject",
        )


def _passes(point: StandardPoint, curve: Curve, limits: LimitSettings) -> bool:
    limit = limits.recovery_ends_percent if point.level.nominal in curve.ends else limits.recovery_percent
    recovery = point.recovery_percent
    return not point.edited and recovery is not None and not exceeds(abs(recovery - 100), limit)


@rule("STD-05", FindingLevel.WARN, "ICH M10: a rejected standard is documented; two gone side by side are a gap (§3.3)")
def few_standards_are_left_out(curve: CurveSubject) -> Verdicts:
    """Every level, anchor or well that editing left out is named; two neighbouring levels gone reject the plate.

    A level without a usable well counts as gone. The curve as acquired stands beside the edited one in every report.
    """
    editing = curve.analysis.editing
    for edit in editing.in_force if editing else ():
        measured, limit = _measured_and_limit(edit, curve)
        yield Remark(
            f"the {_EDITED[edit.what]} {plain(edit.nominal)} is left out of the curve: {edit.reason}",
            measured=measured,
            limit=limit,
            wells=edit.wells,
            action="mask" if edit.what is EditedPart.WELL else "edit",
        )
    if isinstance(curve.curve, NoCurve):
        return
    series = sorted(curve.curve.planned)
    there = {p.level.nominal for p in curve.curve.standards if p.is_quantitative and not p.edited}
    for lower, upper in pairwise(series[1:-1]):
        if lower not in there and upper not in there:
            yield Remark(
                f"the neighbouring standards {plain(lower)} and {plain(upper)} are both missing from the curve",
                measured="2 missing",
                limit="1 missing",
                level=FindingLevel.FAIL_PLATE,
                action="reject",
            )


_EDITED = {EditedPart.WELL: "well of the standard", EditedPart.ANCHOR: "anchor", EditedPart.LEVEL: "standard"}


def _measured_and_limit(edit: Edit, curve: CurveSubject) -> tuple[str, str]:
    """By what editing went: the recovery of a level, if it has one, and the CV of a well's or anchor's level."""
    limits, settings = curve.protocol.limits, curve.protocol.editing
    at_end = isinstance(curve.curve, Curve) and edit.nominal in curve.curve.ends
    if edit.what is EditedPart.LEVEL:
        limit = limits.recovery_ends_percent if at_end else limits.recovery_percent
        measured = "no inverse" if edit.recovery_percent is None else f"{plain(edit.recovery_percent, 4)} %"
        return measured, f"100 ± {plain(limit)} %"
    cv = settings.cv_ends_percent if at_end else settings.cv_percent
    return f"CV {plain(edit.cv_percent, 4)} %", f"CV {plain(cv)} %"


@rule("STD-06", FindingLevel.WARN, "general knowledge")
def top_standard_is_strong(plate: PlateSubject, *, min_top: float = 0.8, min_ratio: float = 5.0) -> Verdicts:
    """The top standard gives a strong response, and many times that of the zero standard."""
    levels = [group for group in plate.standard_levels() if group.responses]
    channel = next(c for c in plate.analysis.reading.channels if c.label == plate.analysis.responses.main_channel)
    if not levels or channel.kind.value != "absorbance":
        yield Missing("the response is not an absorbance")
        return
    if plate.falls:
        yield Missing(ZERO_RESPONDS_MOST)
        return
    top = levels[-1].mean
    if below(top, min_top):
        yield Remark(
            f"the top standard reads {digits(top, min_top)}: weak signal",
            measured=digits(top, min_top),
            limit=as_set(min_top),
            wells=levels[-1].wells,
            action="annotate",
        )
    zeros = [response for group in plate.zero_groups() for response in group.responses]
    zero = sum(zeros) / len(zeros) if zeros else math.nan
    if zero > 0 and below(top / zero, min_ratio):
        yield Remark(
            f"the top standard reads {digits(top / zero, min_ratio)} times the background",
            measured=digits(top / zero, min_ratio),
            limit=as_set(min_ratio),
            wells=levels[-1].wells,
            action="annotate",
        )
