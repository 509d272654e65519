"""The fit and the range that it opens."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import comb

from elisa_bdnf.model.curve import Curve, Model, NoCurve
from elisa_bdnf.model.estimate import RangeStatus
from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.reading import ChannelKind
from elisa_bdnf.qc.rule import Missing, Remark, Verdicts, as_set, below, digits, exceeds, plain, rule
from elisa_bdnf.qc.subjects import CurveSubject, nominal_in_well_or_none

_SIGMOID = (Model.FOUR_PL, Model.FIVE_PL, Model.FIVE_PL_R, Model.THREE_PL)
NO_CURVE = "there is no curve"


@rule("FIT-01", FindingLevel.FAIL_PLATE, "GraphPad: reasons for blank results; drc #44")
def curve_was_found(curve: CurveSubject, *, min_starts: float = 2) -> Verdicts:
    """There is a curve; its parameters are determined; the best fit was reached from several starts; it converged.

    A curve that only one start finds may be a local minimum, unless it is the limit of a curve whose plateau is not
    reached: that was found by a scan over all slopes, while searches creep towards it without end. Where no curve is
    possible, the cause is named and the model is never changed silently.
    """
    if isinstance(curve.curve, NoCurve):
        hint = f"; {curve.curve.hint}" if curve.curve.hint else ""
        yield Remark(
            f"no curve: {curve.curve.reason}{hint}", measured=curve.curve.cause, limit="a curve", action="reject"
        )
        return
    report = curve.curve.report
    if not report.converged:
        yield Remark("the fit did not converge", measured="not converged", limit="converged", action="reject")
    free = report.n - report.degrees_of_freedom
    if report.rank < free and not report.no_finite_estimate:
        yield Remark(
            f"the standards determine {report.rank} of the {free} parameters of the curve",
            measured=str(report.rank),
            limit=str(free),
            action="reject",
        )
    searched = curve.curve.model in _SIGMOID and not report.no_finite_estimate
    if searched and below(report.starts_at_optimum, min(min_starts, report.starts)):
        yield Remark(
            f"{report.starts_at_optimum} of {report.starts} starts reached the best fit: it may be a local minimum",
            measured=str(report.starts_at_optimum),
            limit=as_set(min_starts),
            action="reject",
        )


@rule(
    "FIT-02",
    FindingLevel.WARN,
    "policy: what immunoassays have; an upper plateau that is not reached (GraphPad: ambiguous parameters)",
)
def parameters_are_plausible(
    curve: CurveSubject,
    *,
    slope_low: float = 0.5,
    slope_high: float = 2.5,
    plateau_ratio: float = 3.0,
    inflection_error_percent: float = 50.0,
    foot_low: float = -0.05,
    foot_high: float = 0.5,
) -> Verdicts:
    """Slope, plateaus and inflection are those of an immunoassay, and the data determine them.

    The lower plateau (a of a rising curve) is looked at where the response is an absorbance.
    Where the upper plateau is not reached, d and c are not identified; concentrations inside the standards remain
    valid, and nothing is reported beyond the top standard.
    """
    if not isinstance(curve.curve, Curve) or curve.curve.model not in _SIGMOID:
        yield Missing(NO_CURVE if isinstance(curve.curve, NoCurve) else "the model has no plateaus")
        return
    fitted = curve.curve
    yield from _foot(curve, fitted, foot_low, foot_high)
    yield from _slope(fitted, slope_low, slope_high)
    top = max(abs(point.response) for point in fitted.standards)
    unidentified = fitted.report.not_identified
    if unidentified or exceeds(abs(fitted.d), plateau_ratio * top):
        what = ", ".join(unidentified) or "d"
        yield Remark(
            f"the upper plateau is not reached by the standards: {what} not identified; results inside the standards "
            "stay valid",
            measured="∞" if unidentified else digits(abs(fitted.d) / top, plateau_ratio),
            limit=f"{as_set(plateau_ratio)} × the top response",
            action="annotate",
        )
        return
    error = 100 * fitted.standard_errors.get("c", 0.0) / fitted.c if fitted.c > 0 else 0.0
    if exceeds(error, inflection_error_percent):
        yield Remark(
            f"the inflection c is known to {digits(error, inflection_error_percent)} % only",
            measured=digits(error, inflection_error_percent, unit=" %"),
            limit=f"{as_set(inflection_error_percent)} %",
            action="annotate",
        )


def _slope(fitted: Curve, low: float, high: float) -> Verdicts:
    if below(fitted.b, low) or exceeds(fitted.b, high):
        measured = digits(fitted.b, low if fitted.b < low else high)
        yield Remark(
            f"the slope b is {measured}",
            measured=measured,
            limit=f"{as_set(low)} to {as_set(high)}",
            action="annotate",
        )


def _foot(curve: CurveSubject, fitted: Curve, low: float, high: float) -> Verdicts:
    """The response at zero: it rests on the zero standard, or is drawn from the lowest standards alone."""
    kinds = {c.label: c.kind for c in curve.analysis.reading.channels}
    if kinds.get(curve.analysis.responses.main_channel) is not ChannelKind.ABSORBANCE:
        return
    name = "d" if fitted.falls else "a"
    foot = fitted.estimate_or_none(name)
    if foot is not None and (below(foot, low) or exceeds(foot, high)):
        measured = digits(foot, low if foot < low else high)
        yield Remark(
            f"the lower plateau {name} is {measured}: no zero standard in the fit, a high background, or no foot?",
            measured=measured,
            limit=f"{as_set(low)} to {as_set(high)}",
            action="annotate",
        )


@rule("FIT-03", FindingLevel.WARN, "the curve must miss the levels by no more than the wells of a level differ (§6.5)")
def curve_follows_the_levels(curve: CurveSubject, *, p_value: float = 0.01) -> Verdicts:
    """The levels lie no further from the curve than their own replicates explain (F test, weighted).

    With tight duplicates the test sees more than matters: it never rejects, recoveries do.
    """
    if isinstance(curve.curve, NoCurve):
        yield Missing(NO_CURVE)
        return
    p = curve.curve.report.lack_of_fit_p
    if p is None:
        yield Missing("no replicates, or as many parameters as levels: lack of fit cannot be told from scatter")
    elif below(p, p_value):
        yield Remark(
            f"the curve misses the levels by more than their replicates explain (p = {digits(p, p_value)})",
            measured=digits(p, p_value),
            limit=as_set(p_value),
            action="annotate",
        )


@rule("FIT-05", FindingLevel.INFO, "high R² coexists with 10 % error at the low end; never a gate")
def r_squared_is_shown(curve: CurveSubject, *, r_squared: float = 0.98) -> Verdicts:
    """R² is remarked where it is low. It never fails a plate: recoveries judge a curve, R² does not."""
    if isinstance(curve.curve, NoCurve):
        yield Missing(NO_CURVE)
    elif below(curve.curve.report.r_squared, r_squared):
        value = curve.curve.report.r_squared
        yield Remark(
            f"R² is {digits(value, r_squared)}",
            measured=digits(value, r_squared),
            limit=as_set(r_squared),
            action="annotate",
        )


@rule("RNG-01", FindingLevel.WARN, "ICH M10 §4.2.3: the range of the run may be narrower than that of the method")
def range_serves_the_samples(curve: CurveSubject, *, fraction: float = 0.25) -> Verdicts:
    """The range of this plate is that of the method, and most samples lie inside it."""
    if isinstance(curve.curve, NoCurve):
        yield Missing(NO_CURVE)
        return
    fixed, limits = curve.protocol.limits, curve.curve.limits
    if fixed.lloq is not None and exceeds(limits.lloq, fixed.lloq):
        yield Remark(
            f"the plate quantifies from {plain(limits.lloq)} up; the method says {plain(fixed.lloq)}: "
            f"{limits.lloq_reason}",
            measured=digits(limits.lloq, fixed.lloq),
            limit=as_set(fixed.lloq),
            action="repeat",
        )
    if fixed.uloq is not None and below(limits.uloq, fixed.uloq):
        yield Remark(
            f"the plate quantifies up to {plain(limits.uloq)}; the method says {plain(fixed.uloq)}: "
            f"{limits.uloq_reason}",
            measured=digits(limits.uloq, fixed.uloq),
            limit=as_set(fixed.uloq),
            action="repeat",
        )
    samples = curve.analysis.results  # one a sample: a series of dilutions is meant to reach beyond the range
    outside = [e for e in samples if e.status not in (RangeStatus.WITHIN, RangeStatus.NO_VALUE)]
    if samples and exceeds(len(outside) / len(samples), fraction):
        share = 100 * len(outside) / len(samples)
        yield Remark(
            f"{len(outside)} of {len(samples)} samples lie outside the range: another dilution?",
            measured=digits(share, 100 * fraction, unit=" %"),
            limit=f"{as_set(100 * fraction)} %",
            action="repeat",
        )


@rule("RNG-02", FindingLevel.WARN, "ICH M10 §4.3.2 (from memory): the range of the run covers its controls")
def range_covers_the_controls(curve: CurveSubject) -> Verdicts:
    """Every control lies, by its nominal concentration in the well, inside the range of the plate."""
    if isinstance(curve.curve, NoCurve):
        yield Missing(NO_CURVE)
        return
    limits = curve.curve.limits
    for control in curve.analysis.controls:
        nominal = nominal_in_well_or_none(control.group.content)
        if nominal is not None and (below(nominal, limits.lloq) or exceeds(nominal, limits.uloq)):
            measured = digits(nominal, limits.lloq if nominal < limits.lloq else limits.uloq)
            allowed = f"{as_set(limits.lloq)} to {as_set(limits.uloq)}"
            yield Remark(
                f"control {control.group.content.name} ({measured} in the well) lies outside the range of the plate, "
                f"{allowed}",
                measured=measured,
                limit=allowed,
                wells=control.group.wells,
                action="annotate",
            )


@rule("FIT-04", FindingLevel.INFO, "residuals of one sign in a row mean that the model has another shape")
def residuals_change_their_sign(curve: CurveSubject, *, p_value: float = 0.05, min_levels: float = 8) -> Verdicts:
    """The signs of the residuals of the levels are mixed (Wald–Wolfowitz runs test, exact, one-sided: too few runs)."""
    if isinstance(curve.curve, NoCurve):
        yield Missing(NO_CURVE)
        return
    signs = [p.response > p.fitted for p in curve.curve.standards if p.in_fit and p.response != p.fitted]
    if len(signs) < min_levels:
        yield Missing(f"fewer than {plain(min_levels)} levels")
        return
    p = runs_p(signs)
    if p < p_value:
        runs = 1 + sum(a != b for a, b in pairwise(signs))
        shown = digits(p, p_value)
        yield Remark(
            f"the residuals of {len(signs)} levels form {runs} runs of one sign (p = {shown}): another model?",
            measured=shown,
            limit=as_set(p_value),
            action="annotate",
        )


def runs_p(signs: Sequence[bool]) -> float:
    """P(as few runs as these, or fewer) when every order of the signs is as likely."""
    ups, downs = sum(signs), len(signs) - sum(signs)
    runs = 1 + sum(a != b for a, b in pairwise(signs))
    if not ups or not downs:
        return 1.0
    ways = 0
    for r in range(2, runs + 1):
        half = r // 2
        if r % 2 == 0:
            ways += 2 * comb(ups - 1, half - 1) * comb(downs - 1, half - 1)
        else:
            ways += comb(ups - 1, half) * comb(downs - 1, half - 1) + comb(ups - 1, half - 1) * comb(downs - 1, half)
    return ways / comb(ups + downs, ups)
