"""Small standard text exports of Gen5: a head, and whatever stands below it with ``|`` for tabs."""

from __future__ import annotations

from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.model.reading import Reading
from elisa_bdnf.readers import read_file

HEAD = """Software Version\t3.12.08\nExperiment File Path:\tx.xpt\n
Plate Number\t{plate}\nDate\t{date}\nReading Type\tReader\n
Procedure Details\n\nPlate Type\t96 WELL PLATE\nRead\tAbsorbance Endpoint\n\tWavelengths:  450\n
"""


def export(body: str, *, plate: str = "Plate 1", date: str = "2026-03-16") -> str:
    return HEAD.format(plate=plate, date=date) + body.replace("|", "\t")


def readings_of(*bodies: str) -> tuple[Reading, ...]:
    return read_file(InputFile("plate.txt", "\n".join(bodies).encode()))


def reading_of(body: str) -> Reading:
    (reading,) = readings_of(export(body))
    return reading
