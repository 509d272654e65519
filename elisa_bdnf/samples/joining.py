"""Sample sheet and layouts, joined by the exact name of the sample and in both directions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from elisa_bdnf.errors import Problem, SampleSheetError
from elisa_bdnf.inputs.matrices import KNOWN
from elisa_bdnf.inputs.pages import spoken_place
from elisa_bdnf.inputs.well_facts import folded
from elisa_bdnf.model.layout import Content, Layout, Role
from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.timepoint import minutes_from_text_or_none, normalized
from elisa_bdnf.samples.sheet import SampleRow, SampleSheet

_ADORNMENT = re.compile(r"[-_.]+|(?<![0-9])0+(?=[0-9])")


def join(layout: Layout, sheet: SampleSheet) -> Layout:
    """A layout with what the sheet knows of its samples. Raises SampleSheetError as :func:`join_all` does."""
    return join_all([layout], sheet)[0]


def join_all(layouts: Sequence[Layout], sheet: SampleSheet) -> list[Layout]:
    """Layouts of one run with what the sheet knows of their samples (and of controls, where it has lines for them).

    Raises SampleSheetError, all at once, for samples that the sheet lacks, for what sheet and layout say differently,
    and where no line fits any sample. Lines for samples that are on no plate become a remark.
    """
    rows = sheet.by_sample()
    problems = [*_missing(layouts, sheet, rows), *_conflicts(layouts, rows)]
    names = {content.name for layout in layouts for content in layout.contents.values()}
    unused = [row.sample for row in sheet.rows if row.sample not in names]
    if len(unused) == len(rows):
        first = next((c.name for layout in layouts for c in layout.contents.values() if c.role is Role.SAMPLE), "none")
        found = f"no line of the sheet is about a sample of this run (sheet: {unused[0]!r}, plate: {first!r})"
        problems = [Problem(found, "the names that the layout uses", place=sheet.rows[0].place)]
    if problems:
        raise SampleSheetError(problems=dict.fromkeys(problems)).in_file(sheet.file)
    remarks = (*([_unused_remark(unused, sheet.file)] if unused else []), *_unknown_matrices(sheet))
    return [replace(_joined(layout, rows), remarks=(*layout.remarks, *remarks)) for layout in layouts]


def _missing(layouts: Sequence[Layout], sheet: SampleSheet, rows: Mapping[str, SampleRow]) -> Iterator[Problem]:
    folded_names = {folded(row.sample): row for row in sheet.rows}
    for layout in layouts:
        first: dict[str, Well] = {}
        for well, content in layout.contents.items():
            if content.role is Role.SAMPLE:
                first.setdefault(content.name, well)
        for name, well in first.items():
            if name not in rows:
                plate = f" of plate {layout.plate!r}" if layout.plate else ""
                found = f"sample {name!r} (well {well}{plate}) is not in the sheet"
                yield Problem(found, "a line for every sample", _hint(name, folded_names, rows))


def _hint(name: str, folded_names: Mapping[str, SampleRow], rows: Mapping[str, SampleRow]) -> str:
    """The same name written otherwise; another letter or number is another sample."""
    near = folded_names.get(folded(name))
    if near is None:
        alike = [row for sample, row in rows.items() if _unadorned(sample) == _unadorned(name)]
        near = alike[0] if len(alike) == 1 else None
    return f"did you mean {near.sample!r} ({spoken_place(near.place)})?" if near else ""


def _unadorned(name: str) -> str:
    """Without case, blanks, dashes and zeros in front of numbers: ``P-01`` → ``p1``."""
    return _ADORNMENT.sub("", folded(name))


def _conflicts(layouts: Sequence[Layout], rows: Mapping[str, SampleRow]) -> Iterator[Problem]:
    for layout in layouts:
        for well, content in layout.contents.items():
            row = rows.get(content.name)
            if row is None or content.role not in (Role.SAMPLE, Role.CONTROL):
                continue
            for what, here, there in _differences(content, row):
                said = f"{there!r} in the sheet and {here!r} in the layout (well {well})"
                found = f"sample {content.name!r} has {what} {said}"
                yield Problem(found, "the same in both, or in one of them only", place=row.place)
                break


def _differences(content: Content, row: SampleRow) -> Iterator[tuple[str, str, str]]:
    here, there = content.dilution_factor, row.dilution_factor
    if here is not None and there is not None and abs(here - there) > 1e-9 * there:
        yield "dilution", f"{here:g}", f"{there:g}"
    for what in ("subject", "matrix"):
        mine, theirs = getattr(content, what), getattr(row, what)
        if mine and theirs and mine != theirs:
            yield what, mine, theirs
    if content.timepoint and row.timepoint and not _same_time(content.timepoint, row.timepoint):
        yield "timepoint", content.timepoint, row.timepoint
    for name, theirs in row.attributes.items():
        mine = content.attributes.get(name)
        if mine is not None and mine != theirs:
            yield name, mine, theirs


def _same_time(one: str, other: str) -> bool:
    """Whether two texts are one timepoint before any protocol is known: written alike, or the same minutes."""
    if normalized(one) == normalized(other):
        return True
    try:
        minutes = minutes_from_text_or_none(one)
        return minutes is not None and minutes == minutes_from_text_or_none(other)
    except ValueError:
        return False


def _joined(layout: Layout, rows: Mapping[str, SampleRow]) -> Layout:
    contents = {well: _completed(content, rows.get(content.name)) for well, content in layout.contents.items()}
    return replace(layout, contents=contents)


def _completed(content: Content, row: SampleRow | None) -> Content:
    if row is None or content.role not in (Role.SAMPLE, Role.CONTROL):
        return content
    return replace(
        content,
        subject=content.subject or row.subject,
        timepoint=content.timepoint or row.timepoint,
        matrix=content.matrix or row.matrix,
        dilution_factor=content.dilution_factor if content.dilution_factor is not None else row.dilution_factor,
        attributes=MappingProxyType({**row.attributes, **content.attributes}),
    )


def _unknown_matrices(sheet: SampleSheet) -> Iterator[str]:
    """Words that are no matrix: limits and comparisons by matrix pass such samples over, which is to be said."""
    first: dict[str, SampleRow] = {}
    for row in sheet.rows:
        if row.matrix and row.matrix not in KNOWN:
            first.setdefault(row.matrix, row)
    for word, row in first.items():
        yield (
            f"{sheet.file}, {spoken_place(row.place)}: {word!r} is no matrix that is known, so rules that look at the "
            f"matrix pass such samples over; known are {', '.join(KNOWN)}"
        )


def _unused_remark(unused: Sequence[str], file: str) -> str:
    shown = ", ".join(unused[:10]) + (f" and {len(unused) - 10} more" if len(unused) > 10 else "")
    what = "a sample that is" if len(unused) == 1 else f"{len(unused)} samples that are"
    return f"{file} has {what} on no plate of this run: {shown}"
