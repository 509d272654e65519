"""The method: was the plate read and exported, and are kit, standards and settings, as the protocol says?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.reading import Correction
from elisa_bdnf.qc.rule import Missing, Remark, Verdicts, as_set, exceeds, plain, rule
from elisa_bdnf.qc.subjects import PlateSubject

ERROR, WARN = FindingLevel.ERROR, FindingLevel.WARN


@rule("INP-06", WARN, "reference subtraction removes fingerprints and turbidity")
def wavelengths_are_those_of_the_method(
    plate: PlateSubject, *, tolerance_nm: float = 5.0, main_rejects: bool = False
) -> Verdicts:
    """The plate was read at the wavelength of the kit or protocol, with the reference that they ask for.

    A reading that was corrected for path length is remarked: in an ELISA the colour of a well does not depend on its
    volume. ``main_rejects``: another main wavelength rejects the plate (ich-m10-lba).
    """
    protocol = plate.protocol
    wanted = protocol.reading.wavelength_nm or (protocol.kit.wavelength_nm if protocol.kit else None)
    channel = next(c for c in plate.analysis.reading.channels if c.label == plate.analysis.responses.main_channel)
    if channel.correction is Correction.PATH_LENGTH:
        yield Remark(
            f"{channel.label} was corrected for path length; read without",
            measured="path length corrected",
            limit="as read",
            action="annotate",
        )
    if wanted is None:
        yield Missing("neither protocol nor kit states a wavelength")
        return
    if channel.wavelength_nm is None:
        yield Missing(f"the export does not state the wavelength of {channel.label!r}")
    elif exceeds(abs(channel.wavelength_nm - wanted), tolerance_nm):
        yield Remark(
            f"the plate was read at {plain(channel.wavelength_nm)} nm; the method asks for {plain(wanted)} nm",
            measured=f"{plain(channel.wavelength_nm)} nm",
            limit=f"{as_set(wanted)} ± {as_set(tolerance_nm)} nm",
            level=FindingLevel.FAIL_PLATE if main_rejects else None,
            action="reject" if main_rejects else "annotate",
        )
    references = protocol.reading.reference_nm or (protocol.kit.reference_nm if protocol.kit else ())
    if references and plate.analysis.responses.reference_channel is None and channel.correction.value == "none":
        named = " or ".join(plain(nm) for nm in references)
        said = f"the method asks for a reference read at {named} nm; none was subtracted"
        yield Remark(said, measured="none", limit=f"{named} nm", action="annotate")


@rule("INP-07", WARN, "six-kit comparison (Sci Rep 5:17989): inserts understate the variation between assays")
def kit_was_checked_against_its_insert(plate: PlateSubject, *, expired_rejects: bool = False) -> Verdicts:
    """The kit was confirmed by a person with the insert of the lot in hand, names its lot, and had not expired.

    The date is that of the reading (``--date``, or the export where it states one without doubt), never today's.
    ``expired_rejects``: a kit past its date rejects the plate (ich-m10-lba).
    """
    kit = plate.protocol.kit
    if kit is None:
        yield Missing("the protocol names no kit")
        return
    if not kit.verified:
        yield Remark(
            f"kit {kit.id} is UNVERIFIED: nobody has confirmed its standards and limits against the insert of the lot",
            measured="unverified",
            limit="verified",
            action="annotate",
        )
    elif not kit.lot:
        said = f"the lot of kit {kit.id} is not stated (kit.lot)"
        yield Remark(said, measured="not stated", limit="stated", action="annotate")
    if not kit.expires:
        yield Missing(f"the date until which kit {kit.id} is good is not stated (kit.expires)")
    read_on = plate.analysis.read_on
    if kit.expires and read_on is None:
        yield Missing("when the plate was read is not known, so neither whether the kit had expired (give --date)")
    elif kit.expires and read_on is not None and read_on > date.fromisoformat(kit.expires):
        yield Remark(
            f"kit {kit.id} had expired when the plate was read",
            measured=read_on.isoformat(),
            limit=kit.expires,
            level=FindingLevel.FAIL_PLATE if expired_rejects else None,
            action="reject" if expired_rejects else "annotate",
        )


@rule(
    "INP-08",
    WARN,
    "a unit slip in the standards moves every result by 1000 and no other check sees it",
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


@rule(
    "INP-09",
    FindingLevel.INFO,
    "what a reader decides by itself is shown: nothing is dropped or taken for granted in silence",
)
def export_left_nothing_to_decide(plate: PlateSubject) -> Verdicts:
    """The export is whole and has one meaning: its reader left nothing out and had to decide nothing.

    Each remark of the reader is named: an ambiguous date, a plate or well that was left out, an encoding that was
    guessed, masked wells that the instrument used all the same, the reading of several that was taken.
    """
    for said in plate.analysis.reading.remarks:
        yield Remark(said, measured="1", limit="0", wells=(), action="annotate")


@rule("FIT-07", WARN, "what makes the numbers is fixed before the data are seen (ICH M10; the protocol is the lock)")
def numbers_are_made_as_the_protocol_says(plate: PlateSubject) -> Verdicts:
    """Model, weights, reduction, correction and limits were not changed on the command line for this plate.

    The protocol file is what the study agreed on; a setting given beside it makes this plate unlike the others.
    """
    changed = [key for key, origin in plate.protocol.origins.items() if origin == _AT_ONCE and _makes_numbers(key)]
    if changed:
        yield Remark(
            f"changed on the command line: {', '.join(changed)}: not the method that the protocol fixed for all plates",
            measured=f"{len(changed)} changed",
            limit="0",
            action="annotate",
            hint="leave it as the protocol has it, or write it into a protocol of your own that extends this one; to "
            "look at the numbers only, use a preset that just remarks it: --set qc.preset=kit-research",
        )


_AT_ONCE = "command line"
_MAKES_NUMBERS = ("curve", "reading", "reduce", "limits", "dilution", "standards", "kit", "unit")


def _makes_numbers(key: str) -> bool:
    return key.partition(".")[0] in _MAKES_NUMBERS and key not in ("kit.lot", "kit.expires")
