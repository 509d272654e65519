"""Layout files → Layout; one module is one way to write a layout.

wellmap TOML is the native form; stacked grids (plater) and long tables are read from csv, txt and xlsx.
"""

from __future__ import annotations

import os
from pathlib import Path

from elisa_bdnf.errors import ElisaError, LayoutError
from elisa_bdnf.model.layout import Layout
from elisa_bdnf.model.plate import Shape

__all__ = ["find_beside", "is_found_beside", "read_layouts"]

_ENDINGS = (".toml", ".csv", ".xlsx")


def read_layouts(path: Path, *, shape: Shape | None = None, encoding: str | None = None) -> tuple[Layout, ...]:
    """Every layout of a file, one per plate. Raises LayoutError with all that is wrong, each with its place.

    ``shape`` is that of the plate to lay out: wells beyond it are errors. Without it the smallest usual plate counts.
    ``encoding`` is the user's word on that of a text.
    """
    try:
        if path.suffix.casefold() == ".toml":
            from elisa_bdnf.layouts.wellmap import read_wellmap  # noqa: PLC0415 - only the form that is needed

            return read_wellmap(path, shape=shape)
        from elisa_bdnf.layouts.spreadsheet import read_spreadsheet  # noqa: PLC0415

        return read_spreadsheet(path, shape=shape, encoding=encoding)
    except LayoutError as error:
        raise error.in_file(path.name) from None
    except ElisaError as error:
        raise LayoutError(problems=error.problems).in_file(path.name) from None


def find_beside(export: Path) -> Path | None:
    """The layout file that lies beside an export, or None.

    It is called ``STEM.layout``, ``STEM_layout``, ``STEM-layout`` or ``layout``, with the ending toml, csv or xlsx.
    Raises LayoutError, naming them, where more than one lies there.
    """
    names = [f"{stem}{ending}" for stem in _stems(export) for ending in _ENDINGS]
    # Path.is_file raises in a folder that may be listed but not entered; the export itself will tell.
    found = [name for name in names if name != export.name and os.path.isfile(export.parent / name)]  # noqa: PTH113
    if len(found) > 1:
        raise LayoutError(
            f"more than one layout lies beside {export.name}: {', '.join(found)}",
            expected="one of them",
            hint="name the right one with --layout",
        )
    return export.parent / found[0] if found else None


def is_found_beside(layout: Path, export: Path) -> bool:
    """Whether a layout file is one that :func:`find_beside` looks for."""
    return layout.parent == export.parent and layout.suffix in _ENDINGS and layout.stem in _stems(export)


def _stems(export: Path) -> tuple[str, ...]:
    return f"{export.stem}.layout", f"{export.stem}_layout", f"{export.stem}-layout", "layout"
