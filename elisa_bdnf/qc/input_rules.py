"""Input and layout: is this a plate, with all that a standard curve needs?"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable

from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.result import FindingLevel, WellUse
from elisa_bdnf.qc.rule import Missing, Remark, Verdicts, below, digits, exceeds, plain, rule
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
            f"the layout names {len(holes)} wells for which the export holds neither a number nor a word: "
            f"{_some(holes)}",
            measured=str(len(holes)),
            limit="0",
            wells=holes,
            action="stop",
            hint="check that layout and export belong together, or leave these wells out of the layout",
        )


@rule("INP-02", ERROR, "SerolyzeR #301: duplicate names; RELIABILITY F11")
def every_sample_is_declared_once(plate: PlateSubject) -> Verdicts:
    """One subject and timepoint is one sample, and one sample is one subject and timepoint.

    Two samples for the same subject and timepoint cannot both be right, and nothing in the numbers says which is.
    """
    names: dict[tuple[str, str], set[str]] = defaultdict(set)
    occasions: dict[str, set[tuple[str | None, str | None]]] = defaultdict(set)
    for group in plate.groups(Role.SAMPLE):
        content = group.content
        occasions[content.name].add((content.subject, content.timepoint))
        if content.subject and content.timepoint:
            names[content.subject, content.timepoint].add(content.name)
    for (subject, timepoint), samples in names.items():
        if len(samples) > 1:
            yield Remark(
                f"subject {subject} at {timepoint} is given as {len(samples)} samples: {', '.join(sorted(samples))}",
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


@rule("INP-03", ERROR, "SerolyzeR #108; ICH M10 §4.1")
def required_roles_are_on_the_plate(plate: PlateSubject, *, min_control_levels: float = 0) -> Verdicts:
    """The plate has standards, and samples or controls to read on them; a plate without a zero or blank is remarked.

    ``min_control_levels``: levels of controls that the method demands (3 under ich-m10-lba).
    """
    counts = Counter(group.content.role for group in plate.analysis.groups)
    if not counts[Role.STANDARD]:
        yield Remark(
            "the layout names no standards, so there is nothing to read a sample on",
            action="stop",
            hint="name them in a layout file (role standard, with their concentrations) and give it with --layout",
        )
        return
    if not counts[Role.SAMPLE] and not counts[Role.CONTROL]:
        yield Remark("the plate holds neither samples nor controls", level=INFO)
    if not plate.zero_groups():
        yield Remark("no zero standard and no blank well: the background is not known", level=WARN, action="annotate")
    if below(counts[Role.CONTROL], min_control_levels):
        yield Remark(
            f"the plate holds {counts[Role.CONTROL]} levels of controls; "
            f"the method demands {plain(min_control_levels)}",
            measured=str(counts[Role.CONTROL]),
            limit=plain(min_control_levels),
            level=ERROR,
            action="stop",
            hint="add controls to the layout, or choose a preset that demands fewer",
        )


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


@rule("INP-06", WARN, "DOMAIN §5: reference subtraction removes fingerprints and turbidity")
def wavelengths_are_those_of_the_method(plate: PlateSubject, *, tolerance_nm: float = 5.0) -> Verdicts:
    """The plate was read at the wavelength of the kit or protocol, with the reference that they ask for."""
    protocol = plate.protocol
    wanted = protocol.reading.wavelength_nm or (protocol.kit.wavelength_nm if protocol.kit else None)
    channel = next(c for c in plate.analysis.reading.channels if c.label == plate.analysis.responses.main_channel)
    if wanted is None:
        yield Missing("neither protocol nor kit states a wavelength")
        return
    if channel.wavelength_nm is None:
        yield Missing(f"the export does not state the wavelength of {channel.label!r}")
    elif exceeds(abs(channel.wavelength_nm - wanted), tolerance_nm):
        yield Remark(
            f"the plate was read at {plain(channel.wavelength_nm)} nm; the method asks for {plain(wanted)} nm",
            measured=f"{plain(channel.wavelength_nm)} nm",
            limit=f"{plain(wanted)} ± {plain(tolerance_nm)} nm",
            action="annotate",
        )
    references = protocol.reading.reference_nm or (protocol.kit.reference_nm if protocol.kit else ())
    if references and plate.analysis.responses.reference_channel is None and channel.correction.value == "none":
        named = " or ".join(plain(nm) for nm in references)
        yield Remark(f"the method asks for a reference read at {named} nm; none was subtracted", action="annotate")


@rule("INP-07", WARN, "six-kit comparison (Sci Rep 5:17989): inserts understate the variation between assays")
def kit_was_checked_against_its_insert(plate: PlateSubject) -> Verdicts:
    """The values of the kit were confirmed by a person with the insert of the lot in hand."""
    kit = plate.protocol.kit
    if kit is None:
        yield Missing("the protocol names no kit")
    elif not kit.verified:
        yield Remark(
            f"kit {kit.id} is UNVERIFIED: nobody has confirmed its standards and limits against the insert of the lot",
            action="annotate",
        )


@rule(
    "INP-08",
    WARN,
    "a unit slip in the standards moves every result by 1000 and no other check sees it (RELIABILITY F1)",
)
def standards_are_those_of_the_kit(plate: PlateSubject, *, tolerance_percent: float = 2.0) -> Verdicts:
    """The nominal concentrations on the plate are those of the kit or protocol, in its unit.

    Standards that fit after a factor of 1000 are in another unit than they claim: an error. Kits print rounded values
    (15.6 for 15.625), so a small tolerance is allowed. A curve with fewer or more levels than the kit is not remarked.
    """
    expected = plate.protocol.standards
    if not expected:
        yield Missing("neither protocol nor kit states the standards")
        return
    levels = [group.content.nominal or 0.0 for group in plate.standard_levels()]
    strange = [level for level in levels if not _is_one_of(level, expected, tolerance_percent)]
    if not strange:
        return
    for factor in (1000.0, 0.001):
        if all(_is_one_of(level * factor, expected, tolerance_percent) for level in levels):
            yield Remark(
                f"the standards ({_listed(levels)}) are those of the kit only after a factor of {plain(1 / factor)}: "
                f"are they in another unit than {plate.protocol.unit}?",
                measured=_listed(levels),
                limit=_listed(expected),
                level=ERROR,
                action="stop",
                hint="state the unit of the standards in the layout",
            )
            return
    yield Remark(
        f"the kit has no standard {_listed(strange)} {plate.protocol.unit}",
        measured=_listed(strange),
        limit=_listed(expected),
        action="annotate",
    )


def _is_one_of(value: float, expected: tuple[float, ...], tolerance_percent: float) -> bool:
    return any(abs(value - other) <= other * tolerance_percent / 100 for other in expected)


def _listed(values: Iterable[float]) -> str:
    return ", ".join(plain(value) for value in sorted(values, reverse=True))


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
