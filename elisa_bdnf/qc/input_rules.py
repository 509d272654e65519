"""Input and layout: is this a plate, with all that a standard curve needs?"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping

from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.layout import Content, Role
from elisa_bdnf.model.reading import Reading
from elisa_bdnf.model.response import WellUse
from elisa_bdnf.qc.rule import Missing, Remark, Verdicts, as_set, below, digits, exceeds, plain, rule
from elisa_bdnf.qc.subjects import PlateSubject

ERROR, FAIL_PLATE, WARN, INFO = (
    FindingLevel.ERROR,
    FindingLevel.FAIL_PLATE,
    FindingLevel.WARN,
    FindingLevel.INFO,
)


@rule("INP-01", ERROR, "SerolyzeR NEWS 0.1.3: empty rows and columns, overflow texts")
def every_laid_out_well_was_read(plate: PlateSubject) -> Verdicts:
    """Every well of the layout holds a number or a word of the instrument.

    A well that the layout names and the export leaves empty means that layout and export do not belong together, or
    that only part of the plate was read.
    """
    holes = tuple(
        well.well
        for well in plate.analysis.responses.wells
        if well.content.role is not Role.EMPTY and well.use is WellUse.MISSING and well.note is None
    )
    if holes:
        yield Remark(
            f"the layout names {len(holes)} well{'s' * (len(holes) > 1)} for which the export holds neither a number "
            f"nor a word: {_some(holes)}",
            measured=str(len(holes)),
            limit="0",
            wells=holes,
            action="stop",
            hint="check that layout and export belong together, or leave these wells out of the layout",
        )


@rule("INP-02", ERROR, "SerolyzeR #301: duplicate names")
def every_sample_is_declared_once(plate: PlateSubject) -> Verdicts:
    """One subject and timepoint is one sample, and one sample is one subject and timepoint.

    Two samples for the same subject and timepoint cannot both be right, and nothing in the numbers says which is. Two
    regions, analytes or matrices of a subject are samples of their own, and so are culture wells of one batch.
    """
    cultures = plate.protocol.design == "neuron_release"
    names: dict[tuple[str, ...], set[str]] = defaultdict(set)
    occasions: dict[str, set[tuple[str | None, str | None]]] = defaultdict(set)
    for group in plate.groups(Role.SAMPLE):
        content = group.content
        occasions[content.name].add((content.subject, content.timepoint))
        if content.subject and content.timepoint and not cultures:
            names[content.subject, content.timepoint, *_own_parts(plate, content)].add(content.name)
    for (subject, timepoint, *parts), samples in names.items():
        if len(samples) > 1:
            whose = " ".join([subject, *filter(None, parts[1:])])
            yield Remark(
                f"subject {whose} at {timepoint} is given as {len(samples)} samples: {', '.join(sorted(samples))}",
                measured=str(len(samples)),
                limit="1",
                action="stop",
                hint="correct the sample sheet, or give one of them another timepoint or dilution",
            )
    for name, said in occasions.items():
        if len(said) > 1:
            yield Remark(
                f"sample {name} is given for {len(said)} occasions: "
                + ", ".join(sorted(f"{subject or '?'} {timepoint or '?'}" for subject, timepoint in said)),
                measured=str(len(said)),
                limit="1",
                action="stop",
                hint="give each occasion a sample name of its own",
            )


def _own_parts(plate: PlateSubject, content: Content) -> tuple[str, ...]:
    """Matrix, region and analyte of a sample, as far as they are stated."""
    tissue = plate.protocol.extra.get("tissue")
    region = str(tissue.get("region_column", "region")) if isinstance(tissue, Mapping) else "region"
    said = {key.casefold(): text for key, text in content.attributes.items()}
    return (content.matrix or "", *(said.get(key.casefold(), "") for key in (region, "analyte")))


@rule("INP-03", ERROR, "SerolyzeR #108; ICH M10 §4.1")
def required_roles_are_on_the_plate(
    plate: PlateSubject, *, min_control_levels: float = 0, zero_required: bool = False
) -> Verdicts:
    """The plate has standards, and samples or controls to read on them; a plate without a zero or blank is remarked.

    ``min_control_levels``: levels of controls that the method demands (3 under ich-m10-lba, which also makes a plate
    without zero standard and blank an error: ``zero_required``).
    """
    counts = Counter(group.content.role for group in plate.analysis.groups)
    if not counts[Role.STANDARD]:
        yield Remark(
            "the layout names no standards, so there is nothing to read a sample on",
            measured="0",
            limit="1",
            action="stop",
            hint="name them in a layout file (role standard, with their concentrations) and give it with --layout",
        )
        return
    if not counts[Role.SAMPLE] and not counts[Role.CONTROL]:
        said = "the plate holds neither samples nor controls"
        yield Remark(said, measured="0", limit="1", level=INFO, action="annotate")
    if not plate.zero_groups():
        yield Remark(
            "no zero standard and no blank well: the background is not known",
            measured="0",
            limit="1",
            level=ERROR if zero_required else WARN,
            action="stop" if zero_required else "annotate",
            hint="name the zero standard (concentration 0) or a blank in the layout",
        )
    controls = len({g.content.nominal or g.content.name for g in plate.groups(Role.CONTROL)})
    if below(controls, min_control_levels):
        yield Remark(
            f"the plate holds {controls} levels of controls; the method demands {plain(min_control_levels)}",
            measured=str(controls),
            limit=as_set(min_control_levels),
            level=ERROR,
            action="stop",
            hint="add controls to the layout, or choose a preset that demands fewer",
        )


@rule("INP-04", FAIL_PLATE, "an export saved under the next plate's name gives two plates the same numbers (policy)")
def plate_is_not_another_one_again(plate: PlateSubject, *, max_equal_wells: float = 23) -> Verdicts:
    """No other plate has the same responses: all of them, or many at the same positions.

    Equal means equal to three decimals, in wells that read at least 0.1: near the background many plates are alike. The
    others are those of the same export and those of exports named by --compare-with. A batch compares all its exports
    and names to each what reads the same, so that both are rejected until it is known which is which.
    """
    analysis = plate.analysis
    if not analysis.siblings and not analysis.compared:
        yield Missing("the export holds one plate; exports are compared in a batch, or by --compare-with")
    others = [(other, other.plate) for other in analysis.siblings]
    others += [(other, f"{other.plate} of {other.source.file}") for other in analysis.compared]
    for other, name in others:
        equal = equal_wells(analysis.reading, other)
        whole = _is_the_same(analysis.reading, other)
        if whole or exceeds(len(equal), max_equal_wells):
            yield Remark(
                f"{'all responses' if whole else f'{len(equal)} wells'} read the same as on {name}: "
                "is one a copy of the other?",
                measured=str(len(equal)),
                limit=as_set(max_equal_wells),
                wells=equal,
                action="reject",
            )


def equal_wells(one: Reading, other: Reading) -> tuple[str, ...]:
    """Wells in which the first reads of two plates agree to three decimals, from 0.1 on; none of unlike shapes.

    To three decimals as they would be printed, so that what is seen of two exports by their
    :func:`thousandths <elisa_bdnf.batch.copies.thousandths>` is seen here.
    """
    if one.shape != other.shape or not one.channels or not other.channels:
        return ()
    pairs = zip(one.shape.wells(), one.channels[0].values, other.channels[0].values, strict=True)
    counted = ((well, a, b) for well, a, b in pairs if _COUNTED <= a < math.inf and math.isfinite(b))
    return tuple(well for well, a, b in counted if round(1000 * a) == round(1000 * b))


_COUNTED = 0.1  # in the unit of the response


def _is_the_same(one: Reading, other: Reading) -> bool:
    """Whether every number of the first reads is the same."""
    if one.shape != other.shape or not one.channels or not other.channels:
        return False
    values, others = one.channels[0].values, other.channels[0].values
    if all(map(math.isnan, values)):
        return False
    return all(a == b or (math.isnan(a) and math.isnan(b)) for a, b in zip(values, others, strict=True))


@rule("INP-05", ERROR, "standards loaded upside down are a live complaint; R² ≥ 0.98 in 93 % of such plates")
def standards_rise_with_their_concentration(plate: PlateSubject, *, correlation: float = 0.9) -> Verdicts:
    """The rank correlation between nominal concentration and mean response of the standards.

    At or below −correlation the standards are listed or pipetted in reversed order (unless the assay is competitive);
    between −correlation and correlation they are in no order at all, and the plate is rejected.
    """
    levels = [group for group in plate.groups(Role.STANDARD) if group.responses]
    if len(levels) < 3:
        yield Missing("fewer than three standards have a response")
        return
    rho = _spearman([group.content.nominal or 0.0 for group in levels], [group.mean for group in levels])
    measured, limit = digits(rho, -correlation), plain(correlation)
    if rho <= -correlation + 1e-12:
        yield Remark(
            "the standards fall with rising concentration: they appear to be reversed",
            measured=measured,
            limit=limit,
            action="stop",
            hint="check which end of the column holds the top standard; for a competitive assay switch the rule off "
            "with --set qc.rules.INP-05.enabled=false",
        )
    elif below(rho, correlation):
        yield Remark(
            "the standards are in no order: their responses do not follow their concentrations",
            measured=measured,
            limit=limit,
            level=FAIL_PLATE,
            action="reject",
        )


def _some(wells: tuple[str, ...], most: int = 12) -> str:
    return ", ".join(wells[:most]) + (f" and {len(wells) - most} more" if len(wells) > most else "")


def _spearman(xs: list[float], ys: list[float]) -> float:
    """Rank correlation with mid-ranks for ties."""
    return _pearson(_ranks(xs), _ranks(ys))


def _ranks(values: list[float]) -> list[float]:
    order = sorted(values)
    return [order.index(value) + (order.count(value) - 1) / 2 for value in values]


def _pearson(xs: list[float], ys: list[float]) -> float:
    x_mean, y_mean = sum(xs) / len(xs), sum(ys) / len(ys)
    covariance = sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys, strict=True))
    scale = math.sqrt(sum((x - x_mean) ** 2 for x in xs) * sum((y - y_mean) ** 2 for y in ys))
    return covariance / scale if scale else 0.0
