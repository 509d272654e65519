"""The read steps of the procedure that a Gen5 export prints: what was measured, how, and where."""

from __future__ import annotations

import re
from dataclasses import dataclass

_READ_KIND = re.compile(
    r"(.*?)\s*\b(Endpoint|Polarization|Spectrum|Area Scan|Well Scan|Kinetic|Single Image|Montage)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Read:
    """One read step of the procedure: ``label`` of the user (may be empty), ``mode`` such as Absorbance."""

    label: str
    mode: str
    geometry: str  # Endpoint, Spectrum, Area Scan, …
    kinetic: bool
    wavelengths: tuple[float, ...] = ()  # of absorbance, in nm
    line: int = 0  # where the procedure names it
    full_plate: bool = False


def read_step(value: str, kinetic: bool, lines: list[str], place: int) -> Read:
    """The kind of a read stands behind ``Read``, or on the next line if the user gave the read a label."""
    stated = [line for line in lines if line.startswith("Wavelengths:")]
    wavelengths = tuple(float(number) for line in stated for number in re.findall(r"\b[0-9]{3,4}\b", line))
    whole = "Full Plate" in lines
    for label, text in [("", value), *((value, line) for line in lines[:1])]:
        if match := _READ_KIND.match(text):
            return Read(label, match[1], match[2].title(), kinetic, wavelengths, place, whole)
    return Read(value, "", "", kinetic, wavelengths, place, whole)
