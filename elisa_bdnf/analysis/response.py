"""Reading × Layout → Responses: which channel is the response, what is subtracted, and which wells take part.

There is one correction for the whole plate. A response that was corrected for the samples but not for the standards
shows in no number afterwards, so it must not be expressible.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from elisa_bdnf.analysis.ceiling import ceiling_or_none, check_scale
from elisa_bdnf.errors import ExportError, LayoutError
from elisa_bdnf.model.layout import Content, Layout, Role
from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.protocol import BlankMode, Protocol, ReadingSettings, ReferenceMode
from elisa_bdnf.model.reading import Channel, ChannelKind, Correction, Note, NoteKind, Reading
from elisa_bdnf.model.response import Responses, WellResponse, WellUse

TOLERANCE_NM = 5.0
TMB_NM = 450.0
# Wavelengths at which acid-stopped TMB hardly absorbs: what readers offer as reference for 450 nm (DOMAIN §5).
USUAL_REFERENCES_NM = (540.0, 550.0, 570.0, 590.0, 595.0, 600.0, 620.0, 630.0, 650.0, 655.0, 690.0)
NOTHING = Content(Role.EMPTY, "")


@dataclass(frozen=True, slots=True)
class Selection:
    """The channels that make up the response. ``reference`` None: nothing is subtracted from ``main``."""

    main: Channel
    reference: Channel | None
    sentence: str


def lay_out(reading: Reading, layout: Layout, protocol: Protocol) -> Responses:
    """Put the layout over the reading and correct every well alike.

    Raises :class:`ExportError` where the response cannot be chosen without guessing, :class:`LayoutError` where the
    layout does not fit the plate.
    """
    _check_fit(reading, layout)
    selection = select_channels(reading, protocol.reading)
    follow_instrument = protocol.reading.blank is BlankMode.INSTRUMENT
    check_scale(reading, layout, selection.main, protocol.reading)
    most = _most_trusted(reading, layout, selection.main, protocol.reading)
    references = selection.reference.values if selection.reference else [math.nan] * len(selection.main.values)
    wells = [
        _well_response(layout, well, (raw, reference), selection, most, follow_instrument)
        for well, raw, reference in zip(reading.shape.wells(), selection.main.values, references, strict=True)
    ]
    blank = _blank_mean(wells, protocol.reading.blank)
    sentence = selection.sentence
    if blank is not None:
        wells = [_minus(well, blank) for well in wells]
        sentence += f"; the mean of the blank wells ({blank:.4f}) is subtracted from every well"
    reference = selection.reference.label if selection.reference else None
    return Responses(tuple(wells), selection.main.label, reference, sentence, blank)


def _check_fit(reading: Reading, layout: Layout) -> None:
    plate = set(reading.shape.wells())
    off = [well for well in layout.contents if well not in plate]
    if off:
        raise LayoutError(
            f"the layout names {', '.join(off[:6])}{' …' if len(off) > 6 else ''}, which the plate does not have",
            expected=f"wells of a plate of {reading.shape} (plate {reading.plate})",
            hint="check the layout, or whether it belongs to this export",
            file=layout.origin,
        )


def select_channels(reading: Reading, settings: ReadingSettings) -> Selection:
    """Choose the channel that was meant, by label or wavelength, never by order.

    Raises :class:`ExportError` where no channel or several channels qualify.
    """
    if settings.channel is not None:
        return _by_label(reading, settings.channel)
    if settings.reference is ReferenceMode.INSTRUMENT:
        return _as_instrument(reading)
    raw = [channel for channel in reading.channels if channel.correction is Correction.NONE]
    main = _main_channel(reading, raw, settings.wavelength_nm)
    if main.correction is not Correction.NONE:
        return Selection(
            main, None, f"response: {main.label!r} as exported, already corrected by the reader's software"
        )
    return _with_reference(reading, main, [channel for channel in raw if channel is not main], settings)


def _by_label(reading: Reading, label: str) -> Selection:
    found = [c for c in reading.channels if c.label.strip().casefold() == label.strip().casefold()]
    if len(found) != 1:
        raise ExportError(
            f"{len(found) or 'no'} channels are called {label!r}",
            expected=f"one of {_labels(reading.channels)}",
            place=f"plate {reading.plate}",
            file=reading.source.file,
        )
    return Selection(found[0], None, f"response: {found[0].label!r} as exported (chosen by the protocol)")


def _as_instrument(reading: Reading) -> Selection:
    """The response that the reader's software fitted: what it says, else its own correction, else the only raw read."""
    label = reading.instrument_curve.response_label if reading.instrument_curve else ""
    for channel in reading.channels:
        if label and channel.label == label:
            return Selection(channel, None, f"response: {label!r}, which the reader's software fitted")
    pair = [channel for part in label.split(" - ") for channel in reading.channels if channel.label == part]
    if len(pair) == 2:
        return Selection(pair[0], pair[1], f"response: {label}, which the reader's software fitted")
    order = (Correction.REDUCED, Correction.REFERENCE, Correction.BLANK)
    corrected = sorted((c for c in reading.channels if c.correction in order), key=lambda c: order.index(c.correction))
    if corrected:
        return Selection(corrected[0], None, f"response: {corrected[0].label!r}, as corrected by the reader's software")
    main = _main_channel(reading, list(reading.channels), None)
    return Selection(main, None, f"response: {main.label!r} as exported")


def _main_channel(reading: Reading, raw: Sequence[Channel], wavelength: float | None) -> Channel:
    target = wavelength
    if target is None and len(raw) > 1 and any(_near(channel, TMB_NM) for channel in raw):
        target = TMB_NM
    candidates = [channel for channel in raw if target is None or _near(channel, target)]
    if not candidates and len(raw) == 1 and raw[0].wavelength_nm is None:
        candidates = list(raw)  # the only read of the export, whose wavelength nobody stated: INP-06 says so
    if not candidates:
        candidates = [c for c in reading.channels if c.correction is not Correction.NONE and c.wavelength_nm is None]
        candidates += [c for c in reading.channels if c not in candidates and target is not None and _near(c, target)]
        candidates = [c for c in candidates if c.correction is not Correction.PATH_LENGTH]
    if len(candidates) == 1:
        return candidates[0]
    wanted = f"one read at {target:g} nm" if target is not None else "one read, or a protocol that says which"
    raise ExportError(
        f"the export holds {_labels(reading.channels)}",
        expected=wanted,
        hint="choose with --set reading.wavelength_nm=… or --set reading.channel='…'",
        place=f"plate {reading.plate}",
        file=reading.source.file,
    )


def _with_reference(reading: Reading, main: Channel, others: list[Channel], settings: ReadingSettings) -> Selection:
    if settings.reference is ReferenceMode.IGNORE:
        return Selection(main, None, f"response: {main.label!r}; no reference is subtracted (protocol)")
    wanted = settings.reference_nm or (USUAL_REFERENCES_NM if _near(main, TMB_NM) else ())
    found = [channel for channel in others if any(_near(channel, nm) for nm in wanted)]
    if len(found) == 1:
        return Selection(main, found[0], f"response: {main.label!r} − {found[0].label!r}, well by well")
    if found or settings.reference is ReferenceMode.SUBTRACT:
        named = " or ".join(f"{nm:g}" for nm in wanted) or "any wavelength"
        raise ExportError(
            f"{len(found) or 'no'} reads qualify as reference among {_labels(reading.channels)}",
            expected=f"one reference read at {named} nm",
            hint='set reading.reference_nm in the protocol, or reading.reference = "ignore"',
            place=f"plate {reading.plate}",
            file=reading.source.file,
        )
    return Selection(main, None, f"response: {main.label!r}; the export holds no reference read")


def _near(channel: Channel, wavelength: float) -> bool:
    return channel.wavelength_nm is not None and abs(channel.wavelength_nm - wavelength) <= TOLERANCE_NM


def _labels(channels: Sequence[Channel]) -> str:
    return ", ".join(repr(channel.label) for channel in channels) or "no reads"


@dataclass(frozen=True, slots=True)
class _Most:
    """The response from which on the reader is not trusted, and why."""

    response: float
    because: str


def _most_trusted(reading: Reading, layout: Layout, main: Channel, settings: ReadingSettings) -> _Most:
    """``max_response`` of the protocol, or the ceiling that this plate shows if that is lower."""
    if main.kind is not ChannelKind.ABSORBANCE:
        return _Most(math.inf, "")
    ceiling = None
    if settings.reference is not ReferenceMode.INSTRUMENT:
        ceiling = ceiling_or_none(
            v for w, v in zip(reading.shape.wells(), main.values, strict=True) if w in layout.contents
        )
    if ceiling is not None and ceiling < settings.max_response:
        return _Most(ceiling, "is at the ceiling of the reader on this plate: several wells read the same maximum")
    return _Most(settings.max_response, f"is not below {settings.max_response:g}, up to which the reader is trusted")


def _well_response(
    layout: Layout, well: Well, read: tuple[float, float], selection: Selection, most: _Most, follow: bool
) -> WellResponse:
    raw, reference = read
    response = raw
    note = selection.main.notes.get(well)
    if selection.reference is not None:
        response = raw - reference
        note = note or selection.reference.notes.get(well)
    content = layout.contents.get(well, NOTHING)
    use, reason = _use(content, raw, response, note, most, follow)
    excluded = layout.excluded.get(well)
    if excluded is not None and use is not WellUse.EMPTY:
        use, reason = WellUse.EXCLUDED, excluded
    return WellResponse(well, content, raw, reference, response, use, reason, note)


def _use(
    content: Content, raw: float, response: float, note: Note | None, most: _Most, follow: bool
) -> tuple[WellUse, str]:
    if content.role is Role.EMPTY:
        return WellUse.EMPTY, "" if math.isnan(raw) else "the layout names nothing here"
    if note is not None and note.kind is NoteKind.OVERFLOW:
        return WellUse.SATURATED, f"the reader wrote {note.text!r}: above what it can measure"
    if note is not None and note.kind is NoteKind.MASKED and not (follow and note.used_by_instrument):
        return WellUse.MASKED, f"excluded in the reader's software ({note.text!r})"
    if math.isnan(response):
        said = f"the reader wrote {note.text!r}" if note else "the export holds no number"
        return WellUse.MISSING, f"{said}: no response"
    if raw >= most.response:
        return WellUse.SATURATED, f"response {raw:.3f} {most.because}"
    return WellUse.USED, ""


def _blank_mean(wells: Sequence[WellResponse], mode: BlankMode) -> float | None:
    if mode is not BlankMode.SUBTRACT:
        return None
    blanks = [w.response for w in wells if w.content.role is Role.BLANK and w.use is WellUse.USED]
    if not blanks:
        raise LayoutError(
            "the protocol subtracts the blank, but the layout has no usable blank wells",
            expected="at least one well with role blank",
            hint='add blank wells, or set reading.blank = "none"',
        )
    return math.fsum(blanks) / len(blanks)


def _minus(well: WellResponse, blank: float) -> WellResponse:
    return WellResponse(
        well.well, well.content, well.raw, well.reference, well.response - blank, well.use, well.reason, well.note
    )
