"""The lab's own rules: what their names mean on a plate, and what follows where one does not hold."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import suppress

from elisa_bdnf.model.curve import Curve, StandardPoint
from elisa_bdnf.model.estimate import Estimate, RangeStatus
from elisa_bdnf.model.expression import Name, value_of
from elisa_bdnf.model.finding import Finding, FindingLevel, NotEvaluated
from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.protocol import OwnRule
from elisa_bdnf.model.quantities import unit_of, written
from elisa_bdnf.model.reading import ChannelKind
from elisa_bdnf.model.result import Analysis
from elisa_bdnf.qc.rule import plain


class Unknown(Exception):
    """A quantity that this plate does not have, in words."""


def judge_own(
    analysis: Analysis, findings: list[Finding], missing: dict[tuple[str, str], NotEvaluated], applied: list[str]
) -> None:
    """Add what the lab's own rules say; one that names what the plate does not have is not evaluated."""
    for rule in analysis.protocol.qc.own:
        applied.append(rule.id)
        try:
            values = {name: quantity(analysis, name) for name in rule.require.names}
            holds = bool(value_of(rule.require.root, values.__getitem__))
        except Unknown as unknown:
            missing[rule.id, str(unknown)] = NotEvaluated(rule.id, str(unknown))
        except ArithmeticError as no_number:
            what = "divides by zero" if isinstance(no_number, ZeroDivisionError) else "gives no number"
            reason = f"{rule.require.text} {what} on this plate"
            missing[rule.id, reason] = NotEvaluated(rule.id, reason)
        else:
            if not holds:
                findings.append(_finding(rule, values, analysis))


def _finding(rule: OwnRule, values: Mapping[Name, float], analysis: Analysis) -> Finding:
    digits = _digits(rule, values)
    measured = ", ".join(_with_unit(name, value, digits, analysis) for name, value in values.items())
    return Finding(
        rule=rule.id,
        level=FindingLevel(rule.level),
        subject="plate",
        message=f"the lab requires {rule.require.text}" + (f": {rule.why}" if rule.why else ""),
        measured=measured,
        limit=rule.require.text,
        action="reject" if rule.level == FindingLevel.FAIL_PLATE else "annotate",
        preset=analysis.protocol.qc.preset,
        limit_origin=rule.origin,
    )


def _digits(rule: OwnRule, values: Mapping[Name, float]) -> int:
    """With how many significant digits, six at least, the quantities are seen not to do what the rule requires."""
    for digits in range(6, 12):
        shown = {name: float(f"{value:.{digits}g}") for name, value in values.items()}
        with suppress(ArithmeticError):
            if not value_of(rule.require.root, shown.__getitem__):
                return digits
    return 12


def _with_unit(name: Name, value: float, digits: int, analysis: Analysis) -> str:
    main = next(c for c in analysis.reading.channels if c.label == analysis.responses.main_channel)
    of_response = "OD" if main.kind is ChannelKind.ABSORBANCE else ""
    return f"{written(name)} = {plain(value, digits)} {unit_of(name, analysis.protocol.unit, of_response)}".rstrip()


def quantity(analysis: Analysis, name: Name) -> float:
    """The number that a name means on a plate; raises :class:`Unknown` with the reason where it means none."""
    kind, *rest = name
    meaning: dict[str, Callable[[Analysis, list[str]], float | None]] = {
        "blank": _blank, "zero": _zero, "top": _top, "bottom": _bottom, "control": _control, "standard": _standard,
        "curve": _curve, "samples": _samples,
    }  # fmt: skip
    found = meaning[kind](analysis, rest)
    if found is None or not math.isfinite(found):
        raise Unknown(f"{written(name)} is not known on this plate")
    return float(found)


def _mean_of(analysis: Analysis, role: Role, *, zero: bool = False) -> float | None:
    groups = [g for g in analysis.groups if g.content.role is role and (not zero or g.content.is_zero_standard)]
    responses = [response for group in groups for response in group.responses]
    return sum(responses) / len(responses) if responses else None


def _blank(analysis: Analysis, rest: list[str]) -> float | None:
    return None if rest else _mean_of(analysis, Role.BLANK)


def _zero(analysis: Analysis, rest: list[str]) -> float | None:
    return None if rest else _mean_of(analysis, Role.STANDARD, zero=True)


def _end(analysis: Analysis, rest: list[str], place: int) -> float | None:
    levels = [g for g in analysis.groups if g.content.role is Role.STANDARD and g.content.nominal and g.responses]
    levels.sort(key=lambda group: group.content.nominal or 0.0)
    return levels[place].mean if levels and not rest else None


def _top(analysis: Analysis, rest: list[str]) -> float | None:
    return _end(analysis, rest, -1)


def _bottom(analysis: Analysis, rest: list[str]) -> float | None:
    return _end(analysis, rest, 0)


def _control(analysis: Analysis, rest: list[str]) -> float | None:
    wanted = rest[0].strip().casefold() if rest else ""
    found = [c for c in analysis.controls if c.group.content.name.strip().casefold() == wanted]
    found = found or [c for c in analysis.controls if _level(c) == wanted]
    if len(found) != 1:
        there = ", ".join(dict.fromkeys(c.group.content.name for c in analysis.controls)) or "none"
        raise Unknown(f"{len(found) or 'no'} controls are called {wanted!r}; there are: {there}")
    return _of_control(found[0], rest[1:])


def _level(control: Estimate) -> str:
    """``high`` for a control that the layout calls ``QC high``, or gives that level."""
    content = control.group.content
    level = content.attributes.get("level", "").strip().casefold()
    return level or content.name.strip().casefold().rpartition(" ")[2]


def _of_control(control: Estimate, rest: list[str]) -> float | None:
    content = control.group.content
    whole = None if control.in_well is None else control.in_well * (content.dilution_factor or 1.0)
    match rest:
        case [] | ["response"]:
            return control.group.mean
        case ["concentration"]:
            return whole
        case ["cv"]:
            return control.cv_percent
        case ["recovery"]:
            return 100 * whole / content.nominal if whole is not None and content.nominal else None
    return None


def _standard(analysis: Analysis, rest: list[str]) -> float | None:
    points = analysis.curve.standards if isinstance(analysis.curve, Curve) else ()
    found = [p for p in points if rest and plain(p.level.nominal) == rest[0]]
    if not found:
        there = ", ".join(plain(point.level.nominal) for point in points) or "none"
        raise Unknown(f"no standard is called {(rest or [''])[0]!r}; there are: {there}")
    return _of_standard(found[0], rest[1:])


def _of_standard(point: StandardPoint, rest: list[str]) -> float | None:
    values = {"response": point.response, "cv": point.cv_percent, "recovery": point.recovery_percent}
    return values[rest[0]]


def _curve(analysis: Analysis, rest: list[str]) -> float | None:
    curve, key = analysis.curve, ".".join(rest)
    if not isinstance(curve, Curve):
        raise Unknown("there is no curve")
    values = {name: getattr(curve, name) for name in "abcdg"}
    limits = curve.limits
    values |= {"r_squared": curve.report.r_squared, "lloq": limits.lloq, "uloq": limits.uloq, "lod": limits.lod}
    found: float | None = values[key]
    return found


def _samples(analysis: Analysis, rest: list[str]) -> float | None:
    results, key = analysis.results, ".".join(rest)  # one a sample, whatever the number of its dilutions
    if key == "n":
        return float(len(results))
    if key == "max_cv":
        return max((e.cv_percent for e in analysis.samples if e.cv_percent is not None), default=None)
    if key == "out_of_range_percent":
        outside = sum(result.status not in (RangeStatus.WITHIN, RangeStatus.NO_VALUE) for result in results)
        return 100 * outside / len(results) if results else None
    return None
