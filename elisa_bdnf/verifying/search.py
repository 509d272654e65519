"""The inputs of a result, found again by their name and hash.

Manifests hold bare names, since the same input must give the same bytes wherever it lies. A file counts as found only
with the hash that the manifest knows; one of its name with other bytes is told apart from one that is not there.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from elisa_bdnf.errors import UsageError
from elisa_bdnf.inputs.file import name_of, text_of_name
from elisa_bdnf.output import sha256_or_none

MOST_FILES = 200_000


@dataclass(frozen=True, slots=True)
class Sought:
    """What came of looking for a file: where it is, or where one of its name with other bytes is, or neither."""

    file: str
    found: Path | None
    other: Path | None = None


class Search:
    """Folders to look into: ``named`` by a person, with all below; ``near`` only themselves, if a file is there."""

    def __init__(self, named: Sequence[Path], near: Iterable[Path]) -> None:
        missing = [str(folder) for folder in named if not folder.is_dir()]
        if missing:
            raise UsageError(f"there is no folder {', '.join(missing)}", expected="--inputs with a folder that exists")
        self.named = tuple(named)
        self.near = tuple(dict.fromkeys(folder.resolve() for folder in near))
        self.of_file = cache(self._of_file)
        self._index: dict[str, list[Path]] | None = None

    def _of_file(self, file: str, sha256: str, taken: frozenset[Path] = frozenset()) -> Sought:
        """The file of this name and content; none of those ``taken`` (resolved), which are copies of it."""
        other: Path | None = None
        for path in self._candidates(file):
            if taken and path.resolve() in taken:
                continue
            digest = sha256_or_none(path)
            if digest == sha256:
                return Sought(file, path)
            other = other or (path if digest else None)
        return Sought(file, None, other)

    def _candidates(self, file: str) -> Iterable[Path]:
        if not file or Path(file).name != file:  # a manifest that somebody edited must not lead anywhere
            return
        yield from self._below_named().get(file, ())
        yield from (path for folder in self.near for path in _in_folder(folder, file))

    def _below_named(self) -> dict[str, list[Path]]:
        """Name → paths, of everything below the folders that a person named; links are not followed."""
        if self._index is None:
            self._index, number = {}, 0
            for folder in self.named:
                for here, below, files in os.walk(folder):
                    below.sort()
                    number += len(files)
                    if number > MOST_FILES:
                        raise UsageError(f"--inputs holds more than {MOST_FILES} files", expected="a smaller folder")
                    for name in sorted(files):
                        self._index.setdefault(text_of_name(name), []).append(Path(here, name))
        return self._index

    def places(self) -> str:
        """Where was looked, for people."""
        folders = [*(f"{folder} and below" for folder in self.named), *(str(folder) for folder in self.near)]
        return ", ".join(folders[:4]) + (f" and {len(folders) - 4} more folders" if len(folders) > 4 else "")


def _in_folder(folder: Path, file: str) -> Iterable[Path]:
    """The file of this name, as manifests write names, in a folder."""
    if (folder / file).is_file():
        return (folder / file,)
    if "\\x" not in file:
        return ()
    return (path for path in sorted(folder.iterdir()) if name_of(path) == file and path.is_file())
