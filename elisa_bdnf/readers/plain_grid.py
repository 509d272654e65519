"""Plain matrices of a plate, as people make them: in csv, txt or xlsx, one or several, with or without titles.

A title that states a wavelength or says ``OD`` names a channel; any other title names a plate. Titled grids of text
(role, sample, …) beside the numbers are the layout. Matrices without labels count only where they fill a whole plate.
"""

from __future__ import annotations

from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.model.reading import Reading
from elisa_bdnf.readers._reader import Reader


def recognizes(file: InputFile) -> bool:
    """A matrix of numbers with row letters and column numbers, or one that fills a plate, and no vendor's mark."""
    from elisa_bdnf.readers._grid_readings import holds_matrix  # noqa: PLC0415 - asked last

    return holds_matrix(file)


def read(file: InputFile) -> tuple[Reading, ...]:
    """One reading per plate, in the order of the file. Raises ExportError."""
    from elisa_bdnf.readers._grid_readings import readings_from_matrices  # noqa: PLC0415 - asked last

    return readings_from_matrices(file)


READER = Reader(
    "plain_grid",
    "matrices of a plate in csv, txt or xlsx, with or without titles and layout",
    recognizes,
    read,
    real_example=True,
    generic=True,
    forms=(
        "matrices with row letters and column numbers, one or several, titled or not, on one sheet or several",
        "one matrix for each attribute (plater): numbers, role, sample, concentration, dilution",
        "matrices without labels, or with letters or numbers alone, that fill a plate",
    ),
)
