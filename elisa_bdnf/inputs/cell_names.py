"""Cells of a sheet as people name them: ``D7``."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=256)
def column_name(column: int) -> str:
    """0 → ``A``, 26 → ``AA``."""
    name = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        name = chr(65 + letter) + name
    return name


def cell_name(row: int, column: int) -> str:
    """Zero-based row and column → ``D7``."""
    return f"{column_name(column)}{row + 1}"
