"""Samples and their dilutions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

from elisa_bdnf.model.concentration_unit import factor_or_none
from elisa_bdnf.model.curve import Curve
from elisa_bdnf.model.estimate import RangeStatus
from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.layout import Content, Role
from elisa_bdnf.model.protocol import MissingDilution
from elisa_bdnf.qc.rule import Missing, Remark, Verdicts, as_set, below, digits, exceeds, plain, rule
from elisa_bdnf.qc.subjects import EstimateSubject, PlateSubject

_HIGH = (RangeStatus.ABOVE_ULOQ, RangeStatus.ABOVE_CURVE, RangeStatus.SATURATED)
_LOW = (RangeStatus.BELOW_LLOQ, RangeStatus.BELOW_CURVE)
# Reported concentrations in pg/mL: (warn below, warn above, error below, error above); DOMAIN §2.2, policy.
PLAUSIBLE_PG_ML: Mapping[str, tuple[float, float, float, float]] = MappingProxyType(
    {
        "serum": (5_000, 60_000, 200, 300_000),
        "plasma_edta": (20, 20_000, 2, 100_000),
        "csf": (0, 50, 0, 1_000),
        "saliva": (10, 10_000, 0, math.inf),
        "medium": (0, 5_000, 0, math.inf),
        "mouse blood": (1, 200, 0, 5_000),
    }
)
BY_MATRIX = -1.0  # a limit that is not set: that of the matrix


@rule("SMP-01", FindingLevel.INFO, "ICH M10; GraphPad leaves such cells blank, we say why")
def sample_is_above_the_lower_limit(sample: EstimateSubject) -> Verdicts:
    """A sample below the range is censored at the LLOQ × dilution factor, with its reason; never a negative number."""
    estimate = sample.estimate
    if estimate.status in _LOW:
        limit = _limit(sample, low=True)
        yield Remark(
            _beside_its_kin(sample, "below", "<")
            or ("below the range" + ("" if estimate.limit is None else f": reported as < {plain(estimate.limit, 4)}")),
            measured="no inverse" if estimate.in_well is None else f"{plain(estimate.in_well, 4)} in the well",
            limit=limit,
            action="censor_left",
        )


@rule("SMP-02", FindingLevel.INFO, "dilute and assay again, do not extrapolate (vendors, ICH M10)")
def sample_is_below_the_upper_limit(sample: EstimateSubject) -> Verdicts:
    """A sample above the range is censored at the ULOQ × dilution factor, and a dilution is suggested."""
    estimate = sample.estimate
    if estimate.status in _HIGH:
        advice = f"; assay again at 1:{plain(estimate.suggested_dilution)}" if estimate.suggested_dilution else ""
        bound = "above the range" + ("" if estimate.limit is None else f": reported as > {plain(estimate.limit, 4)}")
        beside = _beside_its_kin(sample, "above", ">")
        yield Remark(
            beside or bound + advice,
            measured="no inverse" if estimate.in_well is None else f"{plain(estimate.in_well, 4)} in the well",
            limit=_limit(sample, low=False),
            action="censor_right" if beside else "censor_right, repeat",
        )


def _beside_its_kin(sample: EstimateSubject, where: str, sign: str) -> str:
    """What to say of a dilution on which the result of its sample does not rest; empty where the result is this one."""
    estimate = sample.estimate
    results = (r for r in sample.analysis.results if r.is_series and any(e is estimate for e in r.estimates))
    result = next(results, None)
    if result is None or not result.status.has_number:
        return ""
    used = ", ".join(f"1:{plain(e.group.content.dilution_factor)}" for e in result.used)
    bound = "" if estimate.limit is None else f" ({sign} {plain(estimate.limit, 4)})"
    own = plain(estimate.group.content.dilution_factor)
    return f"{where} the range at 1:{own}{bound}; the sample is reported from {used}"


def _limit(sample: EstimateSubject, *, low: bool) -> str:
    curve = sample.analysis.curve
    if not isinstance(curve, Curve):
        return ""
    return f"LLOQ {plain(curve.limits.lloq)}" if low else f"ULOQ {plain(curve.limits.uloq)}"


@rule("SMP-03", FindingLevel.WARN, "MasterPlex: a tiny change of response, a huge change of concentration")
def sample_is_not_extrapolated(sample: EstimateSubject) -> Verdicts:
    """A result beyond the range is given only because the protocol asks for it, and says so."""
    if sample.estimate.status is RangeStatus.EXTRAPOLATED:
        yield Remark(
            "EXTRAPOLATED beyond the quantitative range, as the protocol asks",
            measured=f"{plain(sample.estimate.in_well, 4)} in the well",
            limit="the quantitative range",
            action="annotate",
            hint='measure it again at another dilution, and leave limits.extrapolation = "none"',
        )


@rule("SMP-04", FindingLevel.WARN, "reported ranges per matrix; the outer band is a unit slip")
def concentration_is_plausible_for_the_matrix(
    sample: EstimateSubject,
    *,
    warn_below: float = BY_MATRIX,
    warn_above: float = BY_MATRIX,
    fail_below: float = BY_MATRIX,
    fail_above: float = BY_MATRIX,
) -> Verdicts:
    """The concentration is one that the matrix can have. Far outside, unit or dilution are wrong.

    Literature on plasma spreads over two orders of magnitude (platelets), so the inner band only warns. Limits are in
    pg/mL; -1 is that of the matrix: serum, plasma, csf, saliva, medium, and blood of mice (species in the sample
    sheet).
    """
    estimate, protocol = sample.estimate, sample.analysis.protocol
    matrix = estimate.group.content.matrix or protocol.matrix
    known = _band_or_none(matrix or "", estimate.group.content)
    factor = factor_or_none(protocol.unit, "pg/mL")
    asked = (warn_below, warn_above, fail_below, fail_above)
    if factor is None or (known is None and BY_MATRIX in asked):
        yield Missing(f"no plausible range is known for {matrix or 'an unnamed matrix'} in {protocol.unit}")
        return
    if estimate.concentration is None:
        return
    value = estimate.concentration * factor
    warn_low, warn_high, error_low, error_high = (
        limit if limit != BY_MATRIX else of_matrix for limit, of_matrix in zip(asked, known or asked, strict=True)
    )
    beyond = below(value, error_low) or exceeds(value, error_high)
    if beyond or below(value, warn_low) or exceeds(value, warn_high):
        low, high = (error_low, error_high) if beyond else (warn_low, warn_high)
        measured = digits(value, low if value < low else high, unit=" pg/mL")
        yield Remark(
            f"{measured} is {'hardly possible' if beyond else 'unusual'} for {matrix}"
            + (": check unit and dilution" if beyond else ""),
            measured=measured,
            limit=f"{as_set(low)} to {as_set(high)} pg/mL",
            level=FindingLevel.FAIL_RESULT if beyond else FindingLevel.WARN,
            action="annotate",
        )


def _band_or_none(matrix: str, content: Content) -> tuple[float, float, float, float] | None:
    """That of the matrix; all kinds of plasma share one, and blood of mice holds a thousandth of ours."""
    of_blood = matrix == "serum" or matrix.startswith("plasma")
    if of_blood and content.attributes.get("species", "").casefold() in ("mouse", "mice", "mus musculus"):
        return PLAUSIBLE_PG_ML["mouse blood"]
    return PLAUSIBLE_PG_ML.get("plasma_edta" if matrix.startswith("plasma") else matrix)


@rule("SMP-06", FindingLevel.WARN, "drc #41")
def interval_is_narrow(sample: EstimateSubject, *, half_width_percent: float = 30.0) -> Verdicts:
    """Half the width of the 95 % interval is small beside the concentration (curve and replicate error together)."""
    estimate = sample.estimate
    if estimate.concentration is None or estimate.low is None or estimate.high is None:
        return
    half = 100 * (estimate.high - estimate.low) / 2 / estimate.concentration if estimate.concentration else math.inf
    if exceeds(half, half_width_percent):
        shown = digits(half, half_width_percent, unit=" %") if math.isfinite(half) else "unbounded"
        yield Remark(
            f"the 95 % interval is ± {shown} of the concentration",
            measured=shown,
            limit=f"{as_set(half_width_percent)} %",
            action="annotate",
        )


@rule("DIL-04", FindingLevel.ERROR, "forgotten or doubled dilution factors are the commonest slip")
def dilution_is_stated(plate: PlateSubject, *, withhold_below_minimum: bool = False) -> Verdicts:
    """Every sample states its dilution factor, and it is not less than the matrix demands.

    A protocol may allow results as read in the well (``dilution.when_missing = "in_well"``), but only where no sample
    of the plate states a dilution: some with and some without is a mistake. ``withhold_below_minimum``: a sample that
    is diluted less than the matrix demands is not reportable (ich-m10-lba).
    """
    samples = plate.groups(Role.SAMPLE)
    missing = [group for group in samples if group.content.dilution_factor is None]
    allowed = plate.protocol.dilution.when_missing is MissingDilution.IN_WELL and len(missing) == len(samples)
    if missing and allowed:
        yield Remark(
            "no sample states a dilution factor: concentrations are as read in the well",
            measured=str(len(missing)),
            limit="0",
            level=FindingLevel.WARN,
            action="annotate",
        )
    elif missing:
        names = ", ".join(group.content.name for group in missing[:8]) + (" …" if len(missing) > 8 else "")
        yield Remark(
            f"{len(missing)} of {len(samples)} samples state no dilution factor: {names}",
            measured=str(len(missing)),
            limit="0",
            hint="add a column dilution_factor to the sample sheet or layout (10 means 1:10, 1 means undiluted)",
            wells=tuple(well for group in missing for well in group.all_wells),
            action="stop",
        )
    minimum = plate.protocol.dilution.minimum
    for group in samples:
        factor = group.content.dilution_factor
        if minimum is not None and factor is not None and below(factor, minimum):
            yield Remark(
                f"diluted 1:{plain(factor)}; the matrix demands at least 1:{plain(minimum)}",
                measured=plain(factor),
                limit=as_set(minimum),
                level=FindingLevel.FAIL_RESULT if withhold_below_minimum else FindingLevel.WARN,
                wells=group.all_wells,
                action="annotate",
                subject=f"sample {group.content.name}",
            )
