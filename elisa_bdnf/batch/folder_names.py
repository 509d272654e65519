"""Names of the result folders: made of the path of the export alone, so that further exports change none of them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

from elisa_bdnf.output import safe_stem

_JOINT = "__"
_MOST_CHARACTERS = 120
# Names of files that the batch folder itself holds.
TABLES = (
    "wells.csv", "samples.csv", "standards.csv", "controls.csv", "findings.csv", "unreadable.csv", "plates.csv",
    "batch.json", "batch.html", "batch.xlsx", "manifest.json",
)  # fmt: skip


def folder_names(files: Iterable[str]) -> dict[str, str]:
    """Path of an export below the searched folder → name of its result folder; no two are one, whatever their case.

    ``week 1/plate.txt`` → ``week_1__plate``, ``plate.xlsx`` → ``plate-xlsx``. Only paths that would give the same name,
    or differ in letter case alone, get eight digits of their SHA-256.
    """
    names = {file: _name(file) for file in files}
    counts = Counter(name.casefold() for name in names.values())
    return {file: _told_apart(name, file) if counts[name.casefold()] > 1 else name for file, name in names.items()}


def _name(file: str) -> str:
    path = PurePosixPath(file)
    parts = [safe_stem(part) for part in path.parts[:-1]]
    stem, ending = safe_stem(path.stem), path.suffix.removeprefix(".")
    if ending != "txt":  # what most readers write; any other ending is part of the name
        stem = safe_stem(f"{path.stem}-{ending}") if ending else stem
    name = _JOINT.join([*parts, stem])
    doubtful = any(_JOINT in part for part in (*parts, stem)) or name.casefold() in TABLES
    return _told_apart(name, file) if doubtful or len(name) > _MOST_CHARACTERS else name


def _told_apart(name: str, file: str) -> str:
    digest = hashlib.sha256(file.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{name[: _MOST_CHARACTERS - 9]}-{digest}"
