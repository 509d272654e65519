"""PlateResult → PlateRow: what a batch remembers of a plate."""

from __future__ import annotations

import math
from collections import Counter

from elisa_bdnf.batch.copies import Print
from elisa_bdnf.model.batch import ControlRow, CurveRow, DrawnCurve, FindingRow, PlateRow
from elisa_bdnf.model.curve import Curve, NoCurve
from elisa_bdnf.model.estimate import RangeStatus
from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.result import JudgedSample, PlateResult
from elisa_bdnf.reports import words
from elisa_bdnf.reports.curve_line import responses_at
from elisa_bdnf.reports.finite import finite_or_none
from elisa_bdnf.reports.prose import headline
from elisa_bdnf.reports.sample_tables import (
    accepted_bounds,
    control_in_range_or_none,
    control_recovery,
    found_in_control,
)
from elisa_bdnf.reports.shown import shown

_POINTS = 33
_ABOVE = (RangeStatus.ABOVE_ULOQ, RangeStatus.ABOVE_CURVE, RangeStatus.SATURATED)


def plate_row(
    result: PlateResult, print_: Print, *, folder: str, export: str, told: str = "", page: bool = True
) -> PlateRow:
    """The row of one judged plate; ``folder`` and ``export`` are where its results and its file are.

    ``told`` stands for what it was told of earlier plates.
    """
    analysis, head = result.analysis, headline(result)
    protocol, curve = analysis.protocol, analysis.curve
    reported = [judged for judged in result.results if judged.reportable]
    levels = Counter(finding.level for finding in result.findings)
    return PlateRow(
        folder=folder,
        plate=analysis.reading.plate,
        export=export,
        export_sha256=analysis.reading.source.sha256,
        values_sha256=print_.values_sha256,
        format=analysis.reading.source.format,
        layout=analysis.layout.origin,
        protocol=protocol.id,
        protocol_sha256=protocol.sha256,
        kit=protocol.kit.id if protocol.kit else "",
        unit=protocol.unit,
        verdict=result.verdict,
        sentence=head.sentence,
        reasons=head.reasons,
        read_on=next((text for key, text in analysis.reading.header if "date" in key.casefold()), ""),
        samples=len(result.results),
        reportable=len(reported),
        within=sum(judged.result.status.has_number for judged in reported),
        below=sum(judged.result.status in words.BELOW for judged in reported),
        above=sum(judged.result.status in _ABOVE for judged in reported),
        levels={level.value: levels[level] for level in FindingLevel if levels[level]},
        findings=tuple(
            FindingRow(f.rule, f.level.value, f.subject, f.message)
            for f in result.findings
            if f.level is not FindingLevel.INFO
        ),
        curve=_curve_row(curve) if isinstance(curve, Curve) else None,
        no_curve=words.sentence(curve.reason) if isinstance(curve, NoCurve) else "",
        controls=tuple(_control_row(judged) for judged in result.controls),
        charted=analysis.charted,
        page=page,
        told=told,
    )


def _curve_row(curve: Curve) -> CurveRow:
    report, limits = curve.report, curve.limits
    values = {name: curve.estimate_or_none(name) for name in "abcdg"}
    return CurveRow(
        model=curve.model.value,
        weights=str(curve.spec.weights),
        parameters={name: value for name, value in values.items() if value is not None},
        theta=finite_or_none(report.theta),
        theta_estimated=report.theta_estimated,
        residual_sd=finite_or_none(report.residual_sd),
        degrees_of_freedom=report.degrees_of_freedom,
        r_squared=finite_or_none(report.r_squared),
        lloq=limits.lloq,
        uloq=limits.uloq,
        lod=finite_or_none(limits.lod),
        drawn=_drawn(curve),
    )


def _drawn(curve: Curve) -> DrawnCurve:
    nominal = [point.level.nominal for point in curve.standards if point.level.nominal > 0]
    standards = tuple((p.level.nominal, _six_digits(p.response), p.in_fit) for p in curve.standards)
    if not nominal or min(nominal) == max(nominal):
        return DrawnCurve((), (), standards)
    low, step = min(nominal), math.log(max(nominal) / min(nominal)) / (_POINTS - 1)
    points = [low * math.exp(index * step) for index in range(_POINTS)]
    line = zip(points, responses_at(curve, points), strict=True)
    drawn = [(_six_digits(x), _six_digits(y)) for x, y in line if math.isfinite(y)]
    return DrawnCurve(tuple(x for x, _ in drawn), tuple(y for _, y in drawn), standards)


def _six_digits(value: float) -> float:
    return float(f"{value:.6g}")


def _control_row(judged: JudgedSample) -> ControlRow:
    estimate, one, content = judged.estimate, shown(judged), judged.estimate.group.content
    low, high = accepted_bounds(judged)
    return ControlRow(
        name=content.name,
        nominal=finite_or_none(content.nominal),
        low=finite_or_none(low),
        high=finite_or_none(high),
        in_well=finite_or_none(estimate.in_well),
        dilution_factor=finite_or_none(content.dilution_factor),
        found=finite_or_none(found_in_control(judged)),
        concentration=finite_or_none(one.number),
        recovery_percent=finite_or_none(control_recovery(judged)),
        cv_percent=finite_or_none(estimate.cv_percent),
        in_range=control_in_range_or_none(judged),
        text=one.text,
        response_mean=finite_or_none(estimate.group.mean),
    )
