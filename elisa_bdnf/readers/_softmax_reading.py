"""Blocks of a SoftMax Pro export → readings: groups brought to their plates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.text import numbers_of_cells
from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.reading import ChannelKind, InstrumentCurve, Reading, Source
from elisa_bdnf.readers._cells import decimal_mark, places_of, wells_of
from elisa_bdnf.readers._holes import named, remarks_on_holes
from elisa_bdnf.readers._key_lines import Header
from elisa_bdnf.readers._limits import MOST_PLATES, refuse_more_than
from elisa_bdnf.readers._softmax_blocks import Block, BlockKind, Document, document_from_rows
from elisa_bdnf.readers._softmax_channels import Responses, channels_from_plate, with_notes
from elisa_bdnf.readers._softmax_checks import checked
from elisa_bdnf.readers._softmax_curve import curve_or_none, r_squared_or_none
from elisa_bdnf.readers._softmax_groups import Group, Purpose, group_from_block
from elisa_bdnf.readers._softmax_head import head_from_block
from elisa_bdnf.readers._softmax_layout import Part, layout_from_parts, notes_from_parts, roles_of_groups
from elisa_bdnf.readers._softmax_lines import GroupLine
from elisa_bdnf.readers._softmax_plate import PlateBlock, plate_from_block
from elisa_bdnf.readers._softmax_results import results_from_parts

_FORMAT = "softmax"
_FEW_WELLS = 1

_PLATE_LINE = re.compile(r'"?Plate:"?(?P<delimiter>[\t,;|])')


def readings_from_file(file: InputFile) -> tuple[Reading, ...]:
    """One reading per endpoint plate. Raises ExportError where there is none, and for unknown words in wells."""
    delimiter = next((match["delimiter"] for line in file.lines if (match := _PLATE_LINE.match(line))), file.delimiter)
    rows = file.rows if delimiter == file.delimiter else file.rows_by(delimiter)
    document = document_from_rows(rows, numbers_of_cells(file.lines, delimiter))
    draft = _draft(document, states_fit=b"rsquared(" in file.letters)
    draft.remarks += _cut_off(file.lines, document)
    if not draft.plates:
        raise _nothing_measured(document)
    source = Source(file.name, file.sha256, _FORMAT, _software(document))
    header = _header_of_file(document, draft.groups)
    return tuple(_reading(draft, index, header, source, file.decoding_remarks) for index in range(len(draft.plates)))


def _cut_off(lines: Sequence[str], document: Document) -> list[str]:
    """``##BLOCKS= n`` is often wrong; fewer blocks and no last line together mean that the end is missing."""
    stated = re.match(r"\W*##BLOCKS\s*=\s*([0-9]{1,6})", next((line for line in lines if line.strip()), ""))
    if document.footer or stated is None or int(stated[1]) <= len(document.blocks):
        return []
    return [f"The export announces {stated[1]} blocks and ends after {len(document.blocks)}: it was cut off or edited."]


@dataclass(slots=True)
class _Draft:
    """The document with groups brought to plates: ``parts[n]`` are the wells of ``plates[n]``."""

    decimal: str
    plates: list[PlateBlock] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    parts: list[list[Part]] = field(default_factory=list)
    responses: list[Responses] = field(default_factory=list)
    roles: dict[int, Role] = field(default_factory=dict)  # by the first line of a group
    remarks: list[str] = field(default_factory=list)
    standards: list[frozenset[int]] = field(default_factory=list)  # by plate: first lines of groups of standards
    r_squared: float | None = None


def _draft(document: Document, *, states_fit: bool) -> _Draft:
    """``states_fit``: a formula for the coefficient of determination stands somewhere in the file."""
    draft = _Draft(".")
    refuse_more_than(MOST_PLATES, sum(block.kind is BlockKind.PLATE for block in document.blocks), "plates")
    for block in document.blocks:
        if block.kind is BlockKind.GROUP:
            draft.groups.append(group_from_block(block))
        elif block.kind is BlockKind.PLATE:
            _take_plate(draft, block)
    draft.decimal = _decimal_mark(draft)
    draft.r_squared = r_squared_or_none(document, draft.decimal) if states_fit else None
    draft.groups = [checked(group.with_numbers(draft.decimal)) for group in draft.groups]
    draft.responses = [channels_from_plate(plate, draft.decimal) for plate in draft.plates]
    roles, remarks = roles_of_groups(draft.groups)
    draft.roles = {group.line: roles[index] for index, group in enumerate(draft.groups)}
    draft.remarks += [*remarks, *(remark for group in draft.groups for remark in group.remarks)]
    draft.parts = [[] for _ in draft.plates]
    for group in draft.groups:
        _bring_to_plates(draft, group)
    draft.standards = [
        frozenset([part.group.line for part in parts if draft.roles[part.group.line] is Role.STANDARD])
        for parts in draft.parts
    ]
    return draft


def _take_plate(draft: _Draft, block: Block) -> None:
    head = head_from_block(block)
    over_time = head["read type"] == "Kinetic" and head.is_reduced
    if head["read type"] != "Endpoint" and not over_time:
        draft.remarks.append(f"Plate {head.name!r} ({head['read type']}) is no endpoint read; it was left out.")
        return
    plate = plate_from_block(block)
    if plate.was_read:
        draft.plates.append(plate)
        if over_time:
            draft.remarks.append(
                f"Plate {head.name!r} was read over time; its values are what SoftMax reduced each well to, by a "
                "reduction that the export does not name."
            )
    else:
        draft.remarks.append(f"No well of plate {head.name!r} holds a number; it was left out.")


def _decimal_mark(draft: _Draft) -> str:
    tables = [cells for plate in draft.plates for _, cells in plate.raw]
    tables += [plate.reduced for plate in draft.plates if plate.reduced]
    rows = (*(cells.values() for cells in tables), *(line.texts for group in draft.groups for line in group.lines))
    if not any("," in "".join(texts) for texts in rows):
        return "."
    return decimal_mark(tables, [line for group in draft.groups for line in _numbers_of_group(group)])


def _numbers_of_group(group: Group) -> Iterator[tuple[int, Sequence[str]]]:
    """Line and cells of everything but names."""
    names = [n for n, column in enumerate(group.columns) if column.purpose in (Purpose.NAME, Purpose.PLATE)]
    for line in group.lines:
        yield line.line, [text for n, text in enumerate(line.texts) if n not in names]


def _bring_to_plates(draft: _Draft, group: Group) -> None:
    """Put every well of a group on its plate, or say that it has none."""
    lost: list[str] = []
    on_plates: dict[int, list[GroupLine]] = {}
    for name, lines in _by_plate_name(group).items():
        index = _plate_of(draft, group, name)
        places = places_of(draft.plates[index].shape) if index is not None else {}
        elsewhere = [line.well for line in lines if line.well not in places]
        lost += elsewhere
        if index is not None:
            own = [line for line in lines if line.well in places] if elsewhere else lines
            on_plates.setdefault(index, []).extend(own)
    for index, lines in on_plates.items():
        draft.parts[index].append(Part(group, tuple(sorted(lines))))
    if lost and draft.plates:
        wells = f"{', '.join(lost[:6])}{' …' if len(lost) > 6 else ''}"
        draft.remarks.append(f"Wells {wells} of group {group.name!r} are on no plate that was read.")


def _by_plate_name(group: Group) -> Mapping[str, Sequence[GroupLine]]:
    """The lines of a group by the name of the plate that they print, empty where they print none."""
    position = group.position(Purpose.PLATE)
    if position is None:
        return {"": group.lines} if group.lines else {}
    found: dict[str, list[GroupLine]] = {}
    for line in group.lines:
        found.setdefault(line.texts[position], []).append(line)
    return found


def _plate_of(draft: _Draft, group: Group, name: str) -> int | None:
    """By the plate name of the line; of several plates (with that name, or at all) the last one before the group."""
    named = [index for index, plate in enumerate(draft.plates) if not name or plate.head.name == name]
    before = [index for index in named if draft.plates[index].line < group.line]
    if name or len(named) == 1:
        return before[-1] if before else next(iter(named), None)
    interleaved = any(group.line < plate.line for group in draft.groups for plate in draft.plates)
    if interleaved and before:
        return before[-1]
    return _by_value(draft, group, named)


def _by_value(draft: _Draft, group: Group, candidates: Sequence[int]) -> int | None:
    """All plates come first and the group names none: the printed values of the whole group have to tell."""
    whole = [Part(group, group.lines)]
    fitting = [index for index in candidates if draft.responses[index].evaluated(whole)[0]]
    return fitting[0] if len(fitting) == 1 else None


def _reading(draft: _Draft, index: int, around: Header, source: Source, remarks: tuple[str, ...]) -> Reading:
    plate, parts, responses = draft.plates[index], draft.parts[index], draft.responses[index]
    label, other = responses.evaluated(parts)
    response = responses.by_label(label or "")
    notes, masked = notes_from_parts(parts, response, draft.decimal)
    layout, layout_remarks = layout_from_parts(parts, draft.roles, plate.shape, draft.decimal)
    header = (*_header_of_plate(plate), *around)
    results = results_from_parts(parts, responses, draft.decimal)
    curve = curve_or_none(parts, label, response, results, draft.r_squared)
    ungrouped = _ungrouped(parts, responses)
    edited = [f"The groups print other responses than {label!r} in {named(other)}."] if other else []
    told = (
        *draft.remarks, *plate.remarks, *responses.remarks, *ungrouped, *edited, *masked, *layout_remarks,
        *remarks_on_holes(responses.channels, plate.shape, plate.stated_wells),
        *_about_curve(draft, index, label, curve),
    )  # fmt: skip
    return Reading(
        source,
        plate.head.name,
        plate.shape,
        with_notes(responses.channels, notes, plate.shape),
        header=header,
        unread_header=tuple(dict.fromkeys(key for key, _ in header if not key.startswith("Plate"))),
        layout=layout,
        instrument_results=results,
        instrument_curve=curve,
        curve_shared_with=_sharing(draft, index),
        remarks=(*remarks, *dict.fromkeys(told)),
    )


def _ungrouped(parts: Sequence[Part], responses: Responses) -> list[str]:
    """A sentence about a well or two that were read and stand in no group, where nearly all others do."""
    grouped = {well for part in parts for well in part.wells}
    held = responses.wells_held()
    rest = [well for well in wells_of(responses.shape) if well in held and well not in grouped]
    if not 0 < len(rest) <= _FEW_WELLS or len(grouped) < 8 * len(rest):
        return []
    return [f"No group holds {named(rest)}, which {'was' if len(rest) == 1 else 'were'} read: look for a lost line."]


def _header_of_plate(plate: PlateBlock) -> Header:
    return (
        ("Plate", plate.head.name),
        ("Plate: format version", plate.head.version),
        *((f"Plate: {key}", value) for key, value in plate.head.values.items() if value),
        *(("further cells of the plate", value) for value in plate.head.further),
        *(("Plate: temperature", value) for value in plate.temperatures),
    )


def _header_of_file(document: Document, groups: Sequence[Group]) -> Header:
    """What stands beside the plates, and is the same for all of them."""
    notes: list[tuple[str, str]] = []
    for block in document.blocks:
        if block.kind is BlockKind.NOTE:
            notes += [("Note", _joined(row)) for row in (block.head, *block.rows) if any(row)]
        elif block.kind is BlockKind.OTHER:
            notes.append(("block that is not read", block.name))
    summaries = [(f"Group {group.name}", _joined(summary)) for group in groups for summary in group.summaries]
    return (*document.footer, *notes, *summaries)


def _joined(cells: Sequence[str]) -> str:
    return " ".join(cell for cell in cells if cell)


def _about_curve(draft: _Draft, index: int, label: str | None, curve: InstrumentCurve | None) -> Iterator[str]:
    parts = draft.parts[index]
    if parts and label is None and any(any(part.texts(Purpose.VALUE)) for part in parts):
        yield "The responses that the groups print are neither those of the plate nor a difference of two wavelengths."
    if curve and curve.model:
        line = "straight line" if curve.model == "linear" else "straight line of logarithms"
        yield f"The export does not name its model; its concentrations lie on a {line}, which is taken for it."
    if shared := _sharing(draft, index):
        names = ", ".join(sorted({draft.plates[other].head.name for other in shared}))
        yield f"SoftMax fitted one curve to the standards of this plate and of {names}."
    if draft.plates[index].head.kind is ChannelKind.UNKNOWN:
        yield "The head of the plate does not say what was measured (Absorbance, Fluorescence, Luminescence)."
    if parts and not any(draft.roles[part.group.line] is Role.STANDARD for part in parts):
        yield "No group of standards is on this plate."


def _sharing(draft: _Draft, index: int) -> tuple[int, ...]:
    """The other plates on which a group of standards of this one has wells, too."""
    own = draft.standards[index]
    return tuple([n for n, other in enumerate(draft.standards) if n != index and not own.isdisjoint(other)])


def _software(document: Document) -> str:
    versions = {head_from_block(b).version for b in document.blocks if b.kind is BlockKind.PLATE}
    return f"SoftMax Pro (format {', '.join(sorted(versions))})"


def _nothing_measured(document: Document) -> ExportError:
    plates = [block for block in document.blocks if block.kind is BlockKind.PLATE]
    if not plates:
        return ExportError(
            "the export holds no plate", expected="a Plate: block", hint="export the plate sections, too"
        )
    described = ", ".join(map(_described, plates))
    return ExportError(
        f"no endpoint plate with numbers is here: {described}",
        expected="at least one endpoint plate",
        hint=""
        if "(kinetic)" not in described
        else "a kinetic can be read if it is exported as Reduced, a value a well",
        place=str(plates[0].line),
    )


def _described(block: Block) -> str:
    head = head_from_block(block)
    words = {
        "kinetic": "was read over time (kinetic)",
        "spectrum": "was read as a spectrum",
        "well scan": "was read as a well scan",
        "endpoint": "has no well that holds a number",
    }
    return f"plate {head.name!r} {words.get(head['read type'].casefold(), 'was read in an unknown way')}"
