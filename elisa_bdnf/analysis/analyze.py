"""Reading × Layout × Protocol → Analysis. The order of the steps inside one plate is here and nowhere else."""

from __future__ import annotations

import math
from collections.abc import Sequence

from elisa_bdnf.analysis.calibrate import calibrate
from elisa_bdnf.analysis.curve_reading import range_status
from elisa_bdnf.analysis.dilutions import results_from_samples
from elisa_bdnf.analysis.edit import edit_standards
from elisa_bdnf.analysis.inverses import in_wells
from elisa_bdnf.analysis.profile import precision_profile
from elisa_bdnf.analysis.quantify import quantify
from elisa_bdnf.analysis.reduce import levels_from_groups, pooled_levels, reduce
from elisa_bdnf.analysis.replicates import marked, marks_from_editing, marks_from_outliers
from elisa_bdnf.analysis.response import lay_out
from elisa_bdnf.model.curve import Curve, Level, Model, NoCurve, fingerprint_of
from elisa_bdnf.model.estimate import RangeStatus, WellEstimate
from elisa_bdnf.model.evidence import Editing, PrecisionProfile
from elisa_bdnf.model.layout import Layout, Role
from elisa_bdnf.model.protocol import Protocol, StandardEditing
from elisa_bdnf.model.reading import Reading
from elisa_bdnf.model.response import Group, Responses, WellResponse, WellUse
from elisa_bdnf.model.result import Analysis, Comparison


def analyze(
    reading: Reading, layout: Layout, protocol: Protocol, companions: Sequence[tuple[Reading, Layout]] = ()
) -> Analysis:
    """Lay out, reduce, calibrate, quantify. The curve is finished before any control or sample is read on it.

    ``companions`` are plates whose standards are fitted together with those of this one.
    Raises :class:`elisa_bdnf.errors.ElisaError` where layout and reading do not fit one another.
    """
    responses = lay_out(reading, layout, protocol)
    groups = reduce(responses)
    others = [levels_from_groups(reduce(lay_out(*other, protocol))) for other in companions]
    levels = pooled_levels(levels_from_groups(groups), others)
    curve, editing = _calibrated(levels, groups, protocol)
    fingerprint = fingerprint_of(curve)  # from here on nothing changes the curve
    marks = {**marks_from_editing(editing), **marks_from_outliers(groups, protocol.editing)}
    if marks:
        responses = marked(responses, marks)
        groups = reduce(responses)
    asked = [g for role in (Role.CONTROL, Role.SAMPLE) for g in groups if g.content.role is role]
    estimates = quantify(asked, curve, protocol)
    in_well = _in_wells(responses, curve)
    first = sum(g.content.role is Role.CONTROL for g in asked)
    controls, samples = estimates[:first], estimates[first:]
    return Analysis(
        reading, layout, protocol, responses, groups, curve, tuple(controls), tuple(samples),
        standard_wells=_standard_wells(responses, in_well, curve),
        comparisons=_comparisons(reading, responses, in_well, curve),
        editing=editing,
        curve_fingerprint=fingerprint,
        profile=_profile_or_none(curve, protocol),
        results=results_from_samples(samples, curve, protocol.dilution),
    )  # fmt: skip


def _calibrated(
    levels: Sequence[Level], groups: Sequence[Group], protocol: Protocol
) -> tuple[Curve | NoCurve, Editing | None]:
    """The curve that controls and samples will be read on, and what editing made of it where the protocol edits."""
    standards = [g.content for g in groups if g.content.role is Role.STANDARD and g.content.nominal]
    planned = tuple(sorted(c.nominal for c in standards if c.nominal and not c.anchor))
    if protocol.editing.standards is StandardEditing.NONE:
        return calibrate(levels, protocol.curve, protocol.limits, planned=planned), None
    editing = edit_standards(levels, protocol.curve, protocol.limits, protocol.editing, planned)
    return editing.curve, editing


def _profile_or_none(curve: Curve | NoCurve, protocol: Protocol) -> PrecisionProfile | None:
    if isinstance(curve, NoCurve):
        return None
    return precision_profile(curve, protocol.replicates, protocol.limits.profile_cv_percent)


def _in_wells(responses: Responses, curve: Curve | NoCurve) -> list[float | None]:
    """The concentration that every well of the plate reads on the curve."""
    if isinstance(curve, NoCurve):
        return [None] * len(responses.wells)
    return in_wells(curve, [well.response for well in responses.wells])


def _standard_wells(
    responses: Responses, in_well: Sequence[float | None], curve: Curve | NoCurve
) -> tuple[WellEstimate, ...]:
    """Standards and blanks read on the curve well by well, for the table of wells."""
    return tuple(
        WellEstimate(well.well, x, _status_of_well(well, x, curve))
        for well, x in zip(responses.wells, in_well, strict=True)
        if well.content.role in (Role.STANDARD, Role.BLANK)
    )


def _status_of_well(well: WellResponse, in_well: float | None, curve: Curve | NoCurve) -> RangeStatus:
    """Where a well lies in the quantitative range, by the same words as the wells of samples."""
    if isinstance(curve, NoCurve) or math.isnan(well.response) or math.isnan(curve.limits.lloq):
        return RangeStatus.NO_VALUE
    return range_status(curve, well.response, in_well)


def _comparisons(
    reading: Reading, responses: Responses, in_well: Sequence[float | None], curve: Curve | NoCurve
) -> tuple[Comparison, ...]:
    """Our concentration in each well beside the one that the reader's software printed.

    Wells that were not used have no number of ours. Inverses beyond the standards, and the negative ones of straight
    lines, are given here since the instruments give theirs; they appear nowhere else.
    """
    printed = [result for result in reading.instrument_results if result.quantity == "concentration"]
    if not printed:
        return ()
    ours = {well.well: (well, x) for well, x in zip(responses.wells, in_well, strict=True)}
    return tuple(
        Comparison(result.well, _unguarded_or_none(*ours[result.well], curve), result)
        for result in printed
        if result.well in ours
    )


def _unguarded_or_none(well: WellResponse, in_well: float | None, curve: Curve | NoCurve) -> float | None:
    if well.use is not WellUse.USED:
        return None
    if isinstance(curve, Curve) and curve.model is Model.LINEAR and curve.b:
        return (well.response - curve.a) / curve.b
    return in_well
