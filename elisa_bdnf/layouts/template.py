"""A layout to start from: eight standards in duplicate, two controls, samples in duplicate, with what to change."""

from __future__ import annotations

from collections.abc import Sequence

from elisa_bdnf.errors import UsageError
from elisa_bdnf.layouts.convert import number_text

_ROWS = "ABCDEFGH"


def new_layout(standards: Sequence[float], unit: str, dilution: float) -> str:
    """A commented wellmap TOML of a 96-well plate with up to eight standards: concentrations in the well."""
    if not 2 <= len(standards) <= len(_ROWS) or any(each < 0 for each in standards):
        raise UsageError(f"{len(standards)} standards", expected="2 to 8 concentrations from 0, separated by commas")
    return "\n".join([*_head(unit), *_standards(standards), *_controls(), *_samples(dilution)]) + "\n"


def _head(unit: str) -> list[str]:
    return [
        "# What is in each well of a 96-well plate. Save it beside the export, as EXPORT.layout.toml.",
        "# The form is that of wellmap (wellmap.readthedocs.io): [well.A1], [block.2x1.A1], [row.A], [col.1], [expt].",
        "# A block of 2x1 is 2 wells wide and 1 high; the smaller group wins over the larger.",
        "",
        "[expt]",
        f'unit = "{unit}"  # of all concentrations in this file',
        "",
        "# Standards in columns 1 and 2: the concentration in the well; 0 is the zero standard.",
    ]


def _standards(standards: Sequence[float]) -> list[str]:
    lines = []
    for number, (row, nominal) in enumerate(zip(_ROWS, standards, strict=False), start=1):
        lines += [f"[block.2x1.{row}1]", 'role = "standard"', f'sample = "STD{number}"']
        lines += [f"concentration = {number_text(nominal)}", ""]
    return lines


def _controls() -> list[str]:
    lines = ["# Controls: with the range that is accepted, where the kit or your history gives one."]
    for row, level in (("A", "low"), ("B", "high")):
        lines += [f"[block.2x1.{row}3]", 'role = "control"', f'sample = "QC {level}"']
        lines += ["# concentration = 40", "# low = 32", "# high = 48", ""]
    return lines


def _samples(dilution: float) -> list[str]:
    lines = [
        "# Samples in duplicate. subject, timepoint and dilution may stand in a sample sheet instead (--samples).",
        "# dilution: 20, 1:20, 1/20 and 20x are the same; 1+19 too.",
    ]
    places = [(row, 3) for row in _ROWS[2:]] + [(row, column) for column in (5, 7, 9, 11) for row in _ROWS]
    for number, (row, column) in enumerate(places, start=1):
        lines += [f"[block.2x1.{row}{column}]", 'role = "sample"', f'sample = "S{number:02d}"']
        lines += [f"dilution = {number_text(dilution)}", ""]
    return lines[:-1]
