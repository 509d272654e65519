"""Long tables: one line per well (or per well and wavelength) with the responses in columns.

Columns such as ``OD``, ``450``, ``OD450`` or ``620 nm`` are channels; ``role``, ``sample``, ``concentration``,
``dilution``, … beside them are the layout; ``plate`` tells several plates apart. Several lines per well are a kinetic,
a spectrum or unnamed repeats, and refused.
"""

from __future__ import annotations

from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.model.reading import Reading
from elisa_bdnf.readers._reader import Reader


def recognizes(file: InputFile) -> bool:
    """A line of headings with a well (or row and column) and a response, wells below it, and no vendor's mark."""
    from elisa_bdnf.readers._list_readings import holds_list  # noqa: PLC0415 - asked last

    return holds_list(file)


def read(file: InputFile) -> tuple[Reading, ...]:
    """One reading per plate: per sheet, and within it per value of a column ``plate``. Raises ExportError."""
    from elisa_bdnf.readers._list_readings import readings_from_lists  # noqa: PLC0415 - asked last

    return readings_from_lists(file)


READER = Reader(
    "long_table",
    "tables in csv, txt or xlsx with one line per well: Well, OD 450, role, sample, …",
    recognizes,
    read,
    generic=True,
    forms=(
        "one line per well: `Well` (or `Row` and `Column`) and one or several columns such as `OD 450`",
        "one line per well and wavelength, with a column `Wavelength`",
        "turned round: a line `Well`, `A1`, `A2`, … and below it a line for each quantity",
        "several plates, with a column `Plate`; the layout in columns `role`, `sample`, `concentration`, `dilution`, …",
    ),
)
