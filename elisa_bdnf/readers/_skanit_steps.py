"""Steps of SkanIt workbooks: matrices with the plate and wavelength that the lines above them name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.reading import ChannelKind, Correction
from elisa_bdnf.readers._key_lines import (
    Header,
    header_from_rows,
    kind_from_text,
    not_an_endpoint,
    wavelength_from_text_or_none,
)
from elisa_bdnf.readers._placed import Cells, cells_of, grid_remarks, grids_at_left

_TITLE = "Measurement results"
_CONTEXT = re.compile(
    r"(?:Wavelength|Excitation|Emission|Variable|Source step|Type|Formula|Fit type|Reading|Sample group)s?\b.*:",
    re.IGNORECASE,
)
_RANGE = re.compile(r"Autoloading range A1\s*-\s*[A-Z]{1,3}([0-9]{1,6})\Z", re.IGNORECASE)
_DIFFERENCE = re.compile(r"Formula:\s*(\w+)\s*-\s*(\w+)\s*\Z")
_RAW_CORNERS = {
    "abs": ChannelKind.ABSORBANCE,
    "rfu": ChannelKind.FLUORESCENCE,
    "rlu": ChannelKind.LUMINESCENCE,
}
_MEASUREMENT_STEP = re.compile(r"(?:photometric|absorbance|fluorescence|luminescence|trf|alpha)", re.IGNORECASE)
_CORRECTED = {"blank subtracted": Correction.BLANK, "pathlength corrected": Correction.PATH_LENGTH}


@dataclass(frozen=True, slots=True)
class StepMatrix:
    """One matrix with what the lines above it say."""

    step: str
    plate: str
    wavelength_nm: float | None
    corner: str
    cells: Cells
    difference: bool
    remarks: tuple[str, ...]
    place: str


def is_step(page: Page) -> bool:
    return page.text(0, 0).casefold() == _TITLE.casefold()


def step_title(page: Page) -> str:
    return next((page.firsts[row] for row in range(3, len(page.rows)) if page.firsts[row]), page.name)


def matrices_of_step(page: Page) -> Iterable[StepMatrix]:
    step, stated, plate, last = step_title(page), "", "", 3
    seen: set[tuple[str, str, str]] = set()
    for grid in grids_at_left(page):
        above = [text for row in range(last, grid.top) if (text := page.firsts[row])]
        for text in above:
            if text.casefold().startswith(("wavelength", "excitation", "emission")):
                stated = text
        names = [text for text in above[-1:] if text != step and not _CONTEXT.match(text)]
        plate = names[0] if names else plate or "Plate 1"
        difference = any(_DIFFERENCE.match(text) for text in above)
        key = (plate, stated, grid.corner)
        if key in seen and grid.corner.casefold() != "sample":
            what = f"a step that measured each well several times ({step!r}: {grid.corner} of {plate} again)"
            raise not_an_endpoint(what, place=page.place(grid.top, 0))
        seen.add(key)
        cells = cells_of(page, grid)
        place = page.place(grid.top, 0)
        yield StepMatrix(
            step, plate, _wavelength(step, stated), grid.corner, cells, difference, grid_remarks(page, grid), place
        )
        last = grid.bottom


def _wavelength(step: str, stated: str) -> float | None:
    """``Wavelength: 450 nm``; of fluorescence the last one that a line states, which is the emission."""
    if kind_from_text(step) is not ChannelKind.FLUORESCENCE:
        return wavelength_from_text_or_none(stated)
    return next((nm for word in reversed(stated.split()) if (nm := wavelength_from_text_or_none(word))), None)


def changed_after_export(page: Page) -> tuple[str, ...]:
    """A sentence where the last line, ``Autoloading range A1 - M53``, does not stand where SkanIt puts it."""
    for row, text in enumerate(page.firsts):
        match = _RANGE.match(text) if text else None
        if match and int(match[1]) != row - 1:
            where = f"says row {match[1]}, belongs two rows below it, and stands in row {row + 1}"
            sheet = f"the sheet {page.name!r}" if page.is_sheet else "the text"
            return (f"Lines of {sheet} were put in or taken out: 'Autoloading range' {where}.",)
    return ()


def without_matrices(steps: Iterable[Page]) -> ExportError:
    titles = ", ".join(step_title(page) for page in steps)
    text = "\n".join(cell for page in steps for row in page.rows for cell in row[:2])
    if re.search(r"kinetic|reading|\btime\b", text, re.IGNORECASE):
        return not_an_endpoint(f"a SkanIt session read over time ({titles})")
    if re.search(r"spectr|scan", text, re.IGNORECASE):
        return not_an_endpoint(f"a SkanIt spectrum or scan ({titles})")
    return ExportError(f"the steps ({titles}) hold no plate matrix", hint="export the results as plates, not as lists")


def step_header(page: Page) -> Header:
    """Session, time and the settings of a step, without the lines of its matrices and tables."""
    lines = [row for row in page.rows[1:] if len(row) - row.count("") == 1]
    single = [line for line in lines if line[0]]
    named = (("Session name", single[0][0]), ("Execution time", single[1][0])) if len(single) > 1 else ()
    return (*named, *header_from_rows(line for line in single[2:] if len(line[0]) > 2 and ":" in line[0]))


def without_copies(matrices: Iterable[StepMatrix]) -> tuple[list[StepMatrix], tuple[str, ...]]:
    """Matrices without those of a copied sheet, which repeat another one value by value; and sentences about them."""
    kept: list[StepMatrix] = []
    remarks: list[str] = []
    alike: dict[tuple[str, str, float | None, str], list[StepMatrix]] = {}
    for matrix in matrices:
        others = alike.setdefault((matrix.step, matrix.plate, matrix.wavelength_nm, matrix.corner), [])
        first = next((other for other in others if other.cells == matrix.cells), None)
        if first is None:
            kept.append(matrix)
            others.append(matrix)
        elif not is_ids(matrix):
            remarks.append(f"{matrix.corner} in {matrix.place} repeats {first.place} and was left out.")
    return kept, tuple(remarks)


def is_ids(matrix: StepMatrix) -> bool:
    return matrix.corner.casefold() == "sample"


def is_factor(matrix: StepMatrix) -> bool:
    return matrix.corner.casefold() == "dilution factor"


def meaning_or_none(matrix: StepMatrix) -> tuple[ChannelKind, Correction] | None:
    """Kind and correction of a matrix of responses; None for calculated ones."""
    corner = matrix.corner.casefold()
    if corner in _RAW_CORNERS:
        return _RAW_CORNERS[corner], Correction.NONE
    if corner in _CORRECTED:
        return ChannelKind.UNKNOWN, _CORRECTED[corner]
    if corner == "value" and matrix.difference:
        return ChannelKind.UNKNOWN, Correction.REFERENCE
    if _MEASUREMENT_STEP.match(matrix.step) and corner not in ("sample", "avg", "sd", "cv%"):
        return kind_from_text(matrix.step), Correction.NONE
    return None


def label_of(matrix: StepMatrix) -> str:
    return f"{matrix.step} ({matrix.wavelength_nm:g} nm)" if matrix.wavelength_nm else matrix.step
