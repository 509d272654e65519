"""No line of an export is lost in silence: the file is refused, a remark tells of it, or all is read as before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.model.reading import Reading
from elisa_bdnf.readers import read_file

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "readings"
FOLDERS = (
    "bmg_mars",
    "gen5",
    "perkin_elmer_enspire",
    "perkin_elmer_envision",
    "revvity_kaleido",
    "softmax",
    "tecan_spark",
)
OTHERS = ("tecan_unlabeled", "thermo_multiskan")
ENDINGS = (".txt", ".csv")
EVERY = 3  # of the lines: the next line is lost in the next file


def _texts() -> dict[str, Path]:
    found = [path for folder in FOLDERS for path in sorted((FIXTURES / folder).rglob("plate*"))]
    texts = [path for path in found if path.suffix in ENDINGS and InputFile.open(path).kind == "text"]
    return {f"{path.parent.parent.name}-{path.parent.name}": path for path in texts}


TEXTS = _texts()


def facts(readings: Sequence[Reading]) -> Iterator[tuple[object, ...]]:
    """What is read of each plate: its numbers and words, its layout, and what the instrument calculated."""
    for place, reading in enumerate(readings):
        yield place, reading.plate, str(reading.shape)
        for channel in reading.channels:
            yield place, channel.label, channel.wavelength_nm, channel.kind, channel.correction
            numbers = zip(reading.shape.wells(), channel.values, strict=True)
            yield from ((place, channel.label, well, value) for well, value in numbers if value == value)
            yield from ((place, channel.label, well, note) for well, note in channel.notes.items())
        for well, content in reading.layout.contents.items() if reading.layout else ():
            yield place, well, content.role, content.name, content.nominal, content.dilution_factor
        yield from ((place, *result) for result in reading.instrument_results)


def remarks(readings: Sequence[Reading]) -> Counter[str]:
    layouts = (reading.layout.remarks for reading in readings if reading.layout)
    return Counter(said for remarks in (*(r.remarks for r in readings), *layouts) for said in remarks)


def without(text: str, line: int) -> bytes | None:
    """The text without one line; None where that is an empty one."""
    lines = text.splitlines(keepends=True)
    return "".join([*lines[:line], *lines[line + 1 :]]).encode() if lines[line].strip(" \t,;\r\n") else None


def is_silent(data: bytes, whole: set[tuple[object, ...]], said: Counter[str]) -> bool:
    try:
        readings = read_file(InputFile("plate.txt", data))
    except ExportError:
        return False
    return set(facts(readings)) != whole and not remarks(readings) - said


def _is_spare(case: str, line: str) -> bool:
    """A further replicate in a group of SoftMax Pro: which wells of a plate are in no group is a person's choice."""
    return case.startswith("softmax-") and line.startswith((" \t", " ,"))


@pytest.mark.parametrize("case", TEXTS)
def test_no_line_is_lost_in_silence(case: str) -> None:
    file = InputFile.open(TEXTS[case])
    readings = read_file(file)
    whole, said = set(facts(readings)), remarks(readings)
    start = list(TEXTS).index(case) % EVERY
    lines = file.text.splitlines()
    silent = [
        f"{n + 1}: {lines[n]!r}"
        for n in range(start, len(lines), EVERY)
        if (data := without(file.text, n)) is not None and is_silent(data, whole, said)
        if not _is_spare(case, lines[n])
    ]
    assert not silent
