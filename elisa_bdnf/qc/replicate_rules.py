"""Replicates of controls and samples: do they agree, are there enough, is one of them apart?"""

from __future__ import annotations

from collections.abc import Sequence

from elisa_bdnf.model.curve import Curve
from elisa_bdnf.model.estimate import RangeStatus
from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.response import Group, WellUse
from elisa_bdnf.qc.rule import Missing, Remark, Verdicts, as_set, below, digits, exceeds, plain, rule
from elisa_bdnf.qc.subjects import EstimateSubject, PlateSubject, nominal_in_well_or_none

_LOW = (RangeStatus.BELOW_LLOQ, RangeStatus.BELOW_CURVE)


@rule("REP-02", FindingLevel.WARN, "ICH M10: 20 %, 25 % at the limits; failing controls stay in the statistics")
def control_replicates_agree(
    control: EstimateSubject, *, cv_percent: float = 20.0, cv_ends_percent: float = 20.0
) -> Verdicts:
    """The concentrations of a control's replicates agree; ``cv_ends_percent`` holds for one at the LLOQ or ULOQ.

    The value stays in the statistics: a control is not better for being left out.
    """
    estimate, curve = control.estimate, control.analysis.curve
    if estimate.cv_percent is None:
        yield Missing("controls with a single usable well")
        return
    nominal = nominal_in_well_or_none(estimate.group.content)
    at_end = isinstance(curve, Curve) and nominal is not None and _is_at_an_end(nominal, curve)
    limit = cv_ends_percent if at_end else cv_percent
    if exceeds(estimate.cv_percent, limit):
        of = "concentrations" if estimate.cv_basis == "concentration" else "responses"
        yield Remark(
            f"the {of} of the replicates differ: CV {digits(estimate.cv_percent, limit)} %",
            measured=digits(estimate.cv_percent, limit, unit=" %"),
            limit=f"{as_set(limit)} %",
            action="annotate",
        )


def _is_at_an_end(in_well: float, curve: Curve) -> bool:
    return not exceeds(in_well, curve.limits.lloq) or not exceeds(curve.limits.uloq, in_well)


@rule("REP-03", FindingLevel.WARN, "Thermo: < 20 % best practice; ICH M10: 20 %")
def sample_replicates_agree(
    sample: EstimateSubject, *, cv_percent: float = 20.0, cv_low_percent: float = 25.0
) -> Verdicts:
    """The concentrations of the replicates agree; near the LLOQ (below twice) a wider limit holds.

    Where a well has no concentration, the CV of the responses is judged instead. Of two wells that differ none is
    dropped: which of them is wrong, two numbers cannot tell.
    """
    estimate = sample.estimate
    if estimate.cv_percent is None:
        yield Missing("samples with a single usable well")
        return
    if estimate.status in _LOW:
        return
    curve = sample.analysis.curve
    low = isinstance(curve, Curve) and estimate.in_well is not None and estimate.in_well < 2 * curve.limits.lloq
    limit = cv_low_percent if low else cv_percent
    if exceeds(estimate.cv_percent, limit):
        of = "concentrations" if estimate.cv_basis == "concentration" else "responses"
        yield Remark(
            f"the {of} of the replicates differ: CV {digits(estimate.cv_percent, limit)} %",
            measured=digits(estimate.cv_percent, limit, unit=" %"),
            limit=f"{as_set(limit)} %",
            action="repeat",
        )


@rule("REP-05", FindingLevel.WARN, "AAPS 2014 workshop: 41 % accept singlets in no case")
def sample_has_its_replicates(sample: EstimateSubject, *, minimum: float = 2) -> Verdicts:
    """As many usable wells as the method plans; a result from fewer is flagged."""
    group = sample.estimate.group
    planned = min(minimum, sample.analysis.protocol.replicates)
    if group.n and below(group.n, planned):
        lost = f"; left out: {', '.join(w.well for w in group.left_out)}" if group.left_out else ""
        yield Remark(
            f"{group.n} usable well{'s' if group.n > 1 else ''}; the method plans {plain(planned)}{lost}",
            measured=str(group.n),
            limit=as_set(planned),
            action="annotate",
        )


@rule("REP-06", FindingLevel.WARN, "policy")
def replicates_lie_on_one_side_of_the_limits(sample: EstimateSubject) -> Verdicts:
    """The replicates do not straddle the LLOQ or the ULOQ; where they do, the mean response decides."""
    curve = sample.analysis.curve
    if not isinstance(curve, Curve):
        yield Missing("there is no curve")
        return
    values = [well.in_well for well in sample.estimate.wells if well.in_well is not None]
    for name, limit in (("LLOQ", curve.limits.lloq), ("ULOQ", curve.limits.uloq)):
        if values and below(min(values), limit) and exceeds(max(values), limit):
            spread = f"{digits(min(values), limit)} to {digits(max(values), limit)}"
            yield Remark(
                f"the replicates straddle the {name} ({plain(limit)}): {spread} in the well",
                measured=spread,
                limit=as_set(limit),
                action="annotate",
            )


@rule("REP-04", FindingLevel.WARN, "simulated: of three wells, Grubbs and Dixon see 10 %; CV with a gap sees 61 % (§5)")
def no_replicate_lies_apart(plate: PlateSubject, *, cv_percent: float = 20.0, min_gap: float = 3.0) -> Verdicts:
    """Of three or more replicates none alone spoils the CV: beyond ``min_gap`` times the range of the others.

    With ``editing.replicates = "drop_one_of_three"`` such a well of a sample or standard is left out, and the finding
    is its record; otherwise nothing is left out by the program: what to exclude is a person's decision with a reason,
    in a file of waivers and exclusions, and the finding says what the CV would be. Of two wells nobody can tell which
    is wrong.
    """
    yield from _left_out(plate)
    groups = [g for g in plate.analysis.groups if g.n >= 3 and g.content.role in _REPLICATED]
    if not groups and not any(w.use is WellUse.OUTLIER for w in plate.analysis.responses.wells):
        yield Missing("no standard, control or sample has three or more usable wells")
    for group in groups:
        apart = _well_apart_or_none(group.responses, min_gap)
        if apart is None or group.content.is_zero_standard or not exceeds(group.cv_percent, cv_percent):
            continue
        others = [response for index, response in enumerate(group.responses) if index != apart]
        cv = _cv_percent(others)
        if exceeds(cv, cv_percent):
            continue
        well = group.wells[apart]
        yield Remark(
            f"well {well} of {group.content.name} lies apart from the other {len(others)}: CV "
            f"{digits(group.cv_percent, cv_percent)} %, without it {plain(cv, 3)} %",
            measured=digits(group.cv_percent, cv_percent, unit=" %"),
            limit=f"{as_set(cv_percent)} %",
            wells=(well,),
            action="mask, with a reason in a file of exclusions",
            subject=f"well {well}",
        )


def _left_out(plate: PlateSubject) -> Verdicts:
    """The wells that the protocol's replicate rule took out; of standards STD-05 speaks as well."""
    settings = plate.protocol.editing
    for well in plate.analysis.responses.wells:
        of_sample = well.content.role is Role.SAMPLE
        if well.use is WellUse.OUTLIER:
            yield Remark(
                f"well {well.well} of {well.content.name} is left out: {well.reason.removeprefix('REP-04: ')}",
                measured=plain(well.response, 4),
                limit=f"CV {as_set(settings.sample_cv_percent if of_sample else settings.cv_percent)} % with it",
                wells=(well.well,),
                action="mask",
                subject=f"well {well.well}",
            )


_REPLICATED = (Role.STANDARD, Role.CONTROL, Role.SAMPLE)


def _well_apart_or_none(responses: Sequence[float], min_gap: float) -> int | None:
    """The position of the one value that lies ``min_gap`` ranges of the others away from its neighbour."""
    order = sorted(range(len(responses)), key=responses.__getitem__)
    values = [responses[index] for index in order]
    low, high = values[1] - values[0], values[-1] - values[-2]
    gap, index, spread = (
        (low, order[0], values[-1] - values[1]) if low > high else (high, order[-1], values[-2] - values[0])
    )
    return None if gap == 0 or below(gap, min_gap * spread) else index


def _cv_percent(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return 100 * (sum((v - mean) ** 2 for v in values) / (len(values) - 1)) ** 0.5 / mean if mean > 0 else 0.0


@rule(
    "REP-07",
    FindingLevel.WARN,
    "one standard well copied over its duplicate shows in no other figure",
)
def duplicates_are_not_copies(plate: PlateSubject, *, min_response: float = 0.2, max_levels: float = 1) -> Verdicts:
    """Replicates of standards are not equal to the last digit, as copied wells are.

    One such level above ``min_response`` happens by chance and is only mentioned; more than ``max_levels`` do not.
    """
    levels = [group for group in plate.standard_levels() if group.n >= 2]
    if not levels:
        yield Missing("the standards are not replicated")
        return
    copies = [g for g in levels if len(set(g.responses)) == 1 and not below(g.mean, min_response)]
    if copies:
        named = ", ".join(plain(group.content.nominal) for group in copies)
        yield Remark(
            f"the wells of the standard{'s' if len(copies) > 1 else ''} {named} are equal to the last digit: copied?",
            measured=str(len(copies)),
            limit=as_set(max_levels),
            level=None if len(copies) > max_levels else FindingLevel.INFO,
            wells=tuple(well for group in copies for well in group.wells),
            action="annotate",
        )


@rule("REP-08", FindingLevel.FAIL_PLATE, "duplicates read in the wrong direction still give R² ≥ 0.98")
def replicates_agree_over_the_plate(
    plate: PlateSubject, *, cv_percent: float = 25.0, fraction: float = 0.25, min_groups: float = 6
) -> Verdicts:
    """Most replicates of controls and samples agree in their responses.

    Where many of them differ at once, the wells are not what the layout says: a plate that was rotated, transposed or
    shifted, or duplicates that lie side by side and were declared one above the other.
    """
    groups = [g for g in plate.analysis.groups if g.n >= 2 and g.content.role in (Role.CONTROL, Role.SAMPLE)]
    if len(groups) < min_groups:
        yield Missing(f"fewer than {plain(min_groups)} controls and samples are replicated")
        return
    apart = [group for group in groups if exceeds(_spread(group), cv_percent)]
    share = len(apart) / len(groups)
    if exceeds(share, fraction):
        yield Remark(
            f"the replicates of {len(apart)} of {len(groups)} controls and samples differ by a CV above "
            f"{plain(cv_percent)} %: does the layout belong to this plate, and the right way round?",
            measured=digits(100 * share, 100 * fraction, unit=" %"),
            limit=f"{as_set(100 * fraction)} %",
            wells=tuple(well for group in apart for well in group.wells),
            action="reject",
        )


def _spread(group: Group) -> float:
    """CV in percent; against 0.1 where the mean is less, so that noise around zero is not a difference."""
    return 100 * group.sd / max(group.mean, 0.1)
