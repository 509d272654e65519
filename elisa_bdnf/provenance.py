"""``manifest.json``: what a result folder says of itself, enough to find out later what it came from.

Which program, with which protocol (every value in force, and the files that it was put together from), asked how, from
which files, told what of earlier plates, wrote which files. ``diff`` reads causes off it, ``verify`` does it all again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from elisa_bdnf import __version__
from elisa_bdnf.model.history import ChartedPlate, EarlierPlates
from elisa_bdnf.model.protocol import Protocol
from elisa_bdnf.model.result import Analysis, PlateResult
from elisa_bdnf.reports.json_result import Encoded, json_text, json_value
from elisa_bdnf.reports.records import Record
from elisa_bdnf.reports.remembered import remembered

FILE = "manifest.json"
SCHEMA = "elisa-bdnf/manifest/1"


@dataclass(frozen=True, slots=True)
class InputRecord:
    """One file that took part: its role, bare name and hash."""

    role: str
    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Asked:
    """How the program was asked: the command of a single run, and the same without the grammar of a shell."""

    command: Sequence[str]
    options: Mapping[str, object]


def versions() -> dict[str, str]:
    """What computed the numbers."""
    import numpy as np  # noqa: PLC0415  (the analysis has loaded it; start-up has not)

    return {"elisa-bdnf": __version__, "numpy": np.__version__}


def manifest(
    result: PlateResult, place: int, inputs: Sequence[InputRecord], asked: Asked, files: Mapping[str, bytes]
) -> bytes:
    """The manifest of one plate; ``place`` is its place in the export, from 0, and ``files`` are the others."""
    analysis = result.analysis
    document = {
        "schema": SCHEMA,
        "versions": versions(),
        "command": list(asked.command),
        "plate": analysis.reading.plate,
        "place": place,
        "verdict": result.verdict.value,
        "protocol": _protocol(analysis.protocol),
        "options": dict(asked.options),
        "history": _told(analysis.earlier),
        "inputs": [_input(each) for each in (*inputs, *_included(analysis))],
        "outputs": [{"file": name, "sha256": sha256_of(data)} for name, data in files.items()],
    }
    return json_text(document).encode()


@remembered(16)
def sha256_of(data: bytes) -> str:
    """Of a file of a result: its manifest says it, and so does the entry of a batch."""
    return hashlib.sha256(data).hexdigest()


def _input(record: InputRecord) -> Record:
    return {"role": record.role, "file": record.file, "sha256": record.sha256}


def _included(analysis: Analysis) -> Iterator[InputRecord]:
    """Files that the layout includes: another content of them is another layout."""
    for file, sha256 in dict.fromkeys(analysis.layout.included):
        yield InputRecord("included", file, sha256)


def _protocol(protocol: Protocol) -> Record:
    return {
        "id": protocol.id,
        "origin": protocol.origin,
        "sha256": protocol.sha256,
        "sources": [{"file": file, "sha256": sha256} for file, sha256 in protocol.sources],
        "settings": _settings(protocol.values),
    }


@remembered(16)
def _settings(values: Mapping[str, object]) -> Encoded:
    """Every plate of a batch says the same some hundred values."""
    return Encoded(json_value(dict(values), depth=2))


def _told(earlier: EarlierPlates | None) -> Record | None:
    """Which history, how many plates of it, and a hash of all that they say; null without one."""
    if earlier is None:
        return None
    whole = hashlib.sha256(earlier.reason.encode())
    for plate in earlier.plates:
        whole.update(_digest(plate))
    return {"file": earlier.history, "plates": len(earlier.plates), "sha256": whole.hexdigest()}


_DIGESTS: dict[int, tuple[ChartedPlate, bytes]] = {}  # the plate is kept, so that its id stays its own


def _digest(plate: ChartedPlate) -> bytes:
    """Of all that is known of a plate; every plate after it asks again."""
    known = _DIGESTS.get(id(plate))
    if known is None or known[0] is not plate:
        known = _DIGESTS[id(plate)] = (plate, hashlib.sha256(repr(plate).encode()).digest())
    return known[1]
