"""Layout × protocol: which layout is whose plate's, and what its words mean under a protocol.

Timepoints get the protocol's names, concentrations its unit, controls the ranges of its kit. Nothing is matched by
order or likeness: a word either means one thing here, or the run is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from elisa_bdnf.errors import LayoutError, Problem, SampleSheetError
from elisa_bdnf.inputs.file import name_of
from elisa_bdnf.model.concentration_unit import factor_or_none
from elisa_bdnf.model.curve import Model
from elisa_bdnf.model.layout import Content, Layout, Role
from elisa_bdnf.model.plate import Shape
from elisa_bdnf.model.protocol import Protocol, ReferenceMode
from elisa_bdnf.model.reading import Reading
from elisa_bdnf.model.timepoint import UnknownTimepoint, timepoint_from_text


def layouts_for(
    readings: Sequence[Reading], file: Path | None, export: Path, read: Callable[[Path, Shape], tuple[Layout, ...]]
) -> list[Layout]:
    """One layout per plate: from the layout file where there is one, else the export's own; ``read`` reads a file."""
    if file is None:
        without = [reading.plate for reading in readings if reading.layout is None]
        if without:
            raise LayoutError(
                f"the export says nothing about what is in the wells of {', '.join(without)}",
                expected=f"a layout in the export, with --layout, or as {export.stem}.layout.toml beside it",
                hint="write one with: elisa-bdnf layout new",
                file=name_of(export),
            )
        return [reading.layout for reading in readings if reading.layout is not None]
    return [_layout_of(reading, readings, read(file, reading.shape), file) for reading in readings]


def _layout_of(reading: Reading, readings: Sequence[Reading], offered: Sequence[Layout], file: Path) -> Layout:
    bound = [layout for layout in offered if names_plate(layout, reading)]
    free = [layout for layout in offered if layout.plate is None]
    chosen = bound or free
    if len(chosen) != 1:
        said = ", ".join(repr(layout.plate) for layout in offered if layout.plate is not None) or "no plate"
        raise LayoutError(
            f"{len(chosen) or 'no'} layouts of the file fit plate {reading.plate!r}; the file names {said}",
            expected="exactly one layout for each plate of the export",
            hint=f"bind each layout to one of: {', '.join(other.plate for other in readings)}",
            file=name_of(file),
        )
    layout = chosen[0]
    remarks = list(layout.remarks)
    if reading.layout is not None:
        remarks.append(f"the layout file {name_of(file)} replaces the layout in the export")
    if not bound and len(readings) > 1:
        remarks.append(f"the layout file {name_of(file)} names no plate and is used for all {len(readings)}")
    return replace(layout, remarks=tuple(remarks))


def names_plate(layout: Layout, reading: Reading) -> bool:
    """Whether a layout is bound to this plate: by its name, its file with or without the ending, or its SHA-256."""
    if layout.plate is None:
        return False
    spoken = layout.plate.strip().casefold()
    file = reading.source.file.casefold()
    return spoken in (reading.plate.strip().casefold(), file, file.rpartition(".")[0], reading.source.sha256)


def bound(layout: Layout, protocol: Protocol, sheet: Path | None = None) -> tuple[Layout, Protocol]:
    """Layout and protocol in one another's words; ``sheet`` is named where a timepoint is not understood."""
    named = with_kit_controls(with_timepoints(layout, protocol, sheet), protocol)
    in_unit, applied = in_unit_of(named, protocol)
    return with_anchors(in_unit, applied), applied


def follows_instrument(protocol: Protocol) -> bool:
    """Whether the protocol reproduces what the reader's software did rather than what is best for the plate."""
    return protocol.reading.reference is ReferenceMode.INSTRUMENT


def as_instrument(protocol: Protocol, reading: Reading, overrides: Mapping[str, str]) -> Protocol:
    """A protocol that follows the instrument, with what the instrument did; other protocols stay as they are.

    It takes the model that the export names (``--model`` goes before it) and fits whatever the software would fit.
    """
    if not follows_instrument(protocol):
        return protocol
    named = reading.instrument_curve.model if reading.instrument_curve else None
    model = protocol.curve.model if named is None or "curve.model" in overrides else Model(named)
    return replace(protocol, curve=replace(protocol.curve, model=model, scrutinized=False))


def with_shared_curve_remark(reading: Reading, *, pooled: bool) -> Reading:
    """Say what was done where the reader's software fitted one curve to the standards of several plates."""
    if not reading.curve_shared_with:
        return reading
    done = "as there, the standards of all of them are fitted together" if pooled else "here each plate has its own"
    return replace(reading, remarks=(*reading.remarks, f"One curve for several plates in the export: {done}."))


def with_timepoints(layout: Layout, protocol: Protocol, sheet: Path | None = None) -> Layout:
    """Put the protocol's names for the timepoints in place of the texts; all unknown texts are reported at once.

    A protocol without timepoints leaves the texts as they are.
    """
    if not protocol.timepoints:
        return layout
    names: dict[str, str] = {}
    problems = []
    for text in dict.fromkeys(c.timepoint for c in layout.contents.values() if c.timepoint):
        try:
            names[text] = timepoint_from_text(text, protocol.timepoints).name
        except UnknownTimepoint as unknown:
            problems.append(_unknown_timepoint(str(unknown), text, layout, protocol, sheet))
    if problems:
        raise SampleSheetError(problems=problems)
    return replace(layout, contents={well: _renamed(content, names) for well, content in layout.contents.items()})


def _unknown_timepoint(said: str, text: str, layout: Layout, protocol: Protocol, sheet: Path | None) -> Problem:
    wells = [well for well, content in layout.contents.items() if content.timepoint == text]
    sample = layout.contents[wells[0]].name
    return Problem(
        f"timepoint {said}",
        expected=", ".join(timepoint.name for timepoint in protocol.timepoints) + f" (protocol {protocol.id})",
        hint="write it with its unit, or add an alias to the protocol",
        place=f"sample {sample}",
        file=name_of(sheet) if sheet else layout.origin,
    )


def _renamed(content: Content, names: Mapping[str, str]) -> Content:
    return replace(content, timepoint=names[content.timepoint]) if content.timepoint else content


def with_kit_controls(layout: Layout, protocol: Protocol) -> Layout:
    """Give controls the accepted range that the kit states for them by name, where the layout states none."""
    known = {control.name.strip().casefold(): control for control in protocol.kit.controls} if protocol.kit else {}
    if not known:
        return layout

    def completed(content: Content) -> Content:
        control = known.get(content.name.strip().casefold()) if content.role is Role.CONTROL else None
        if control is None:
            return content
        return replace(
            content,
            nominal=content.nominal if content.nominal is not None else control.nominal,
            low=content.low if content.low is not None else control.low,
            high=content.high if content.high is not None else control.high,
        )

    return replace(layout, contents={well: completed(content) for well, content in layout.contents.items()})


def with_anchors(layout: Layout, protocol: Protocol) -> Layout:
    """Mark the standards that the protocol or kit calls anchors: they help the fit and are judged nowhere.

    Kits print rounded concentrations (7.8 for 7.8125), so 2 % of difference is the same standard.
    """
    if not protocol.anchors:
        return layout

    def marked(content: Content) -> Content:
        nominal = content.nominal if content.role is Role.STANDARD else None
        is_anchor = nominal is not None and any(abs(nominal - anchor) <= 0.02 * anchor for anchor in protocol.anchors)
        return replace(content, anchor=True) if is_anchor else content

    return replace(layout, contents={well: marked(content) for well, content in layout.contents.items()})


def in_unit_of(layout: Layout, protocol: Protocol) -> tuple[Layout, Protocol]:
    """Layout and protocol in one unit: that of the protocol, or that of the layout where the protocol has none.

    Raises :class:`LayoutError` for units that do not convert into one another.
    """
    said = (layout.unit or "").strip()
    if not said or not protocol.unit:
        return layout, protocol if protocol.unit else replace(protocol, unit=said)
    factor = factor_or_none(said, protocol.unit)
    if factor is None:
        raise LayoutError(
            f"the layout states concentrations in {said}",
            expected=f"{protocol.unit} (protocol {protocol.id}), or a unit that converts to it",
            file=layout.origin,
        )
    if factor == 1.0 and said.casefold() == protocol.unit.casefold():
        return layout, protocol
    remark = f"the layout states concentrations in {said}; they were converted to {protocol.unit}"
    contents = {well: _times(content, factor) for well, content in layout.contents.items()}
    return replace(layout, contents=contents, unit=protocol.unit, remarks=(*layout.remarks, remark)), protocol


def _times(content: Content, factor: float) -> Content:
    def scaled(value: float | None) -> float | None:
        return None if value is None else float(f"{value * factor:.15g}")  # 0.5 ng/mL is 500 pg/mL, not 499.99…

    return replace(content, nominal=scaled(content.nominal), low=scaled(content.low), high=scaled(content.high))
