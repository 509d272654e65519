"""An output folder → the plates in it, whether ``run`` wrote it (one plate or several) or ``batch``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from elisa_bdnf.kept.documents import Json, KeptError, read_document, records, text

RESULT, MANIFEST, BATCH, STUDY = "result.json", "manifest.json", "batch.json", "study.json"
RESULT_SCHEMA, MANIFEST_SCHEMA, BATCH_SCHEMA = (f"elisa-bdnf/{kind}/" for kind in ("result", "manifest", "batch"))


@dataclass(frozen=True, slots=True)
class KeptPlate:
    """A result folder. ``folder`` is its path below the output folder with ``/``, or ``.``."""

    path: Path
    folder: str
    plate: str
    export: str
    export_sha256: str
    manifest: Json | None  # None where there is none, or none that can be read

    def result(self) -> Json:
        """``result.json``; raises KeptError. It is not kept: a batch may hold ten thousand."""
        return read_document(self.path / RESULT, RESULT_SCHEMA, f"{self.folder}/{RESULT}".removeprefix("./"))


@dataclass(frozen=True, slots=True)
class KeptOutput:
    """All that an output folder holds. ``refused`` are exports of a batch without results: file → what was wrong."""

    path: Path
    plates: tuple[KeptPlate, ...]
    refused: dict[str, str]
    batch: Json | None = None


def read_output(path: Path) -> KeptOutput:
    """What lies in an output folder, or in that of a report or ``result.json`` which is named instead.

    Raises :class:`KeptError` where there is nothing that ``run`` or ``batch`` wrote.
    """
    folder = path.parent if path.is_file() else path
    if not folder.is_dir():
        raise KeptError("there is no such folder", expected="a folder of results", file=str(path))
    if (folder / BATCH).is_file():
        return _batch(folder)
    found = [_plate(each, folder) for each in _result_folders(folder)]
    plates = tuple(plate for plate in found if plate.manifest is None or "plate" in plate.manifest)
    if not plates:
        hint = "name the folder that run or batch wrote (--out)"
        raise KeptError(f"no {RESULT} is in it or below", expected="a folder of results", hint=hint, file=str(path))
    return KeptOutput(folder, plates, {})


def study_or_none(folder: Path) -> KeptPlate | None:
    """The folder of a study, as far as its manifest and files are like those of a plate; None where it is none."""
    if not (folder / STUDY).is_file() or (folder / RESULT).exists():
        return None
    try:
        manifest = read_document(folder / MANIFEST, MANIFEST_SCHEMA, MANIFEST)
    except KeptError:
        return None
    return KeptPlate(folder, ".", "study", "", "", manifest)


def _batch(folder: Path) -> KeptOutput:
    """``batch.json`` says which folders are its plates': others may lie there too."""
    batch = read_document(folder / BATCH, BATCH_SCHEMA, BATCH)
    named = [text(record, "folder") for record in records(batch, "plates")]
    plates = tuple(_plate(folder / name, folder) for name in named if _is_below(name))
    refused: dict[str, str] = {}
    for record in records(batch, "exports"):
        if record.get("outcome") == "refused":
            refused[text(record, "file")] = "; ".join(_sentence(each) for each in records(record, "problems")[:3])
    return KeptOutput(folder, plates, refused, batch)


def _is_below(name: str) -> bool:
    """A name from a file that somebody may have edited must not lead out of the folder."""
    parts = name.split("/")
    return bool(name) and ".." not in parts and "" not in parts and not Path(name).is_absolute() and "\\" not in name


def _sentence(problem: Json) -> str:
    return text(problem, "message") or text(problem, "found")


def _result_folders(folder: Path) -> Iterator[Path]:
    """Folders with a result, in the order of their paths; links are not followed."""
    for here, below, files in os.walk(folder):
        below.sort()
        if RESULT in files or (MANIFEST in files and STUDY not in files):
            yield Path(here)


def _plate(path: Path, top: Path) -> KeptPlate:
    folder = path.relative_to(top).as_posix()
    try:
        manifest = read_document(path / MANIFEST, MANIFEST_SCHEMA, f"{folder}/{MANIFEST}".removeprefix("./"))
    except KeptError:
        return _without_manifest(path, folder)
    export: Json = next((each for each in records(manifest, "inputs") if each.get("role") == "export"), {})
    return KeptPlate(path, folder, text(manifest, "plate"), text(export, "file"), text(export, "sha256"), manifest)


def _without_manifest(path: Path, folder: str) -> KeptPlate:
    result = KeptPlate(path, folder, "", "", "", None).result()
    source = ("source", "file"), ("source", "sha256")
    return KeptPlate(path, folder, text(result, "plate"), text(result, *source[0]), text(result, *source[1]), None)
