"""Other exports beside which a plate is judged: none of their plates may have the same readings (INP-04)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from elisa_bdnf.errors import UsageError
from elisa_bdnf.inputs.file import name_of
from elisa_bdnf.model.reading import Reading

RULE = "INP-04"  # the one that looks at other exports


def compared(
    export: Path, others: Sequence[Path], read: Callable[[Path], tuple[Reading, ...]]
) -> dict[Path, tuple[Reading, ...]]:
    """The plates of other exports. Raises UsageError for an export that would be compared with itself."""
    if export.resolve() in {path.resolve() for path in others}:
        told = f"{name_of(export)} would be compared with itself"
        raise UsageError(told, expected="--compare-with another export", file=name_of(export))
    return {path: read(path) for path in others}


def open_rules(others: Sequence[Path] | None) -> Collection[str]:
    """The rules whose waivers may still be needed, where it is not known yet which exports to look at."""
    return (RULE,) if others is None else ()
