"""Layouts and sample sheets that many exports share, read once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from elisa_bdnf import layouts, samples
from elisa_bdnf.errors import ElisaError
from elisa_bdnf.inputs.file import InputFile, files_read
from elisa_bdnf.model.layout import Layout
from elisa_bdnf.model.plate import Shape
from elisa_bdnf.output import sha256_or_none


class SharedFiles:
    """Layouts and sheets, each read once for all exports; every use notes the files that were read for it."""

    def __init__(self) -> None:
        self._made: dict[object, tuple[dict[Path, str | None], Any, ElisaError | None]] = {}
        self._noted: dict[Path, str | None] = {}
        self._digests: dict[Path, str | None] = {}

    def noting(self, noted: dict[Path, str | None]) -> SharedFiles:
        """From now on what is used is added to ``noted``."""
        self._noted = noted
        return self

    def __enter__(self) -> SharedFiles:
        return self

    def __exit__(self, *_: object) -> None:
        self._noted = {}

    def layouts(self, path: Path, shape: Shape) -> tuple[Layout, ...]:
        made = self._once(("layout", path, shape), lambda: layouts.read_layouts(path, shape=shape))
        return cast("tuple[Layout, ...]", made)

    def samples(self, path: Path) -> samples.SampleSheet:
        return cast("samples.SampleSheet", self._once(("samples", path), lambda: samples.read_samples(path)))

    def sha256(self, path: Path) -> str:
        return cast("str", self._once(("sha256", path), lambda: InputFile.open(path).sha256))

    def sha256_or_none(self, path: Path) -> str | None:
        """Of an input, hashed once."""
        if path not in self._digests:
            self._digests[path] = sha256_or_none(path)
        return self._digests[path]

    def _once(self, key: object, make: Callable[[], Any]) -> Any:
        if key not in self._made:
            with files_read() as read:
                try:
                    self._made[key] = (read, make(), None)
                except ElisaError as refused:
                    self._made[key] = (read, None, refused)
        read, value, error = self._made[key]
        self._noted |= read
        if error is not None:
            raise type(error)(problems=error.problems)
        return value
