"""Molecular Devices SoftMax Pro: the text export, in UTF-16 or as re-saved by a spreadsheet program.

    ##BLOCKS= n                                   not to be trusted
    Plate:⇥name⇥1.3⇥PlateFormat⇥Endpoint⇥…        matrices by wavelength, then the reduced one; ends at ~End
    Group: name                                   wells, samples, concentrations, formulas of the columns
    Original Filename: …; Date Last Saved: …

Which plate a well is on says a column with the formula ``!WellPlateName``, else the order of the blocks: two plates may
have one name. The curve was fitted to the reduced values at full precision, which the groups print rounded; the model
and its parameters are not in the file.
"""

from __future__ import annotations

import re

from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.model.reading import Reading
from elisa_bdnf.readers._limits import MOST_TEXT
from elisa_bdnf.readers._reader import TEXTS, Reader

_FIRST_LINE = re.compile(r'\s*"?##BLOCKS\s*=', re.IGNORECASE)
_PLATE_LINE = re.compile(r'"?Plate:"?(?P<delimiter>[\t,;|])')
_HEAD_LINES = 200


def recognizes(file: InputFile) -> bool:
    """``##BLOCKS=`` on the first line that is not empty, or a ``Plate:`` line with the arrangement of its block."""
    if file.kind != "text":
        return False
    lines = [line for line in file.lines[:_HEAD_LINES] if line.strip()]
    return bool(lines) and (
        _FIRST_LINE.match(lines[0]) is not None
        or any(_PLATE_LINE.match(line) and ("PlateFormat" in line or "TimeFormat" in line) for line in lines)
    )


def read(file: InputFile) -> tuple[Reading, ...]:
    """One reading per endpoint plate. Raises ExportError where there is none, and for unknown words in wells."""
    from elisa_bdnf.readers._softmax_reading import readings_from_file  # noqa: PLC0415 - most files are not of SoftMax

    return readings_from_file(file)


READER = Reader(
    name="softmax",
    title="Molecular Devices SoftMax Pro text export",
    recognizes=recognizes,
    read=read,
    marks=("##blocks", "plate:"),
    most_text=2 * MOST_TEXT,
    kinds=TEXTS,
    software="SoftMax Pro 5 to 7 (format 1.3)",
    real_example=True,
    states_wells=True,
    forms=(
        "plates as matrices (PlateFormat) or with the wells across (TimeFormat), one or several, also of one name",
        "groups with samples, standards, dilutions and results",
        "copies saved by a spreadsheet program, with tabs or commas",
    ),
)
