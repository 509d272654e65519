"""Exports with standards and one control in a csv, of one kit lot, whose control reads what a test wants."""

from __future__ import annotations

from pathlib import Path

from plates import LEVELS, response

LAYOUT = """[expt]
unit = "pg/mL"
kit_lot = "{lot}"
""" + "".join(
    f'\n[block.2x1.{row}1]\nrole = "standard"\nsample = "S{i}"\nconcentration = {level}\n'
    for i, (row, level) in enumerate(zip("ABCDEFGH", LEVELS, strict=True))
) + "\n".join(
    f'\n[block.2x1.{row}3]\nrole = "{role}"\nsample = "{name}"{more}\n'
    for row, role, name, more in (
        ("A", "control", "QC", "\nconcentration = 100\nlow = 50\nhigh = 150"),
        ("B", "sample", "X", ""),
    )
)  # fmt: skip


def export(folder: Path, number: int, control: float, *, lot: str = "L1", scale: float = 1.0) -> Path:
    """``plate-07.csv`` with its layout beside it; ``scale`` multiplies every response of the plate."""
    side = 0.004 * (1 + number % 5) + 1e-5 * number  # no two plates are equal
    rows = []
    for row, level in zip("ABCDEFGH", LEVELS, strict=True):
        read = {1: response(level) * (1 + side), 2: response(level) * (1 - side)}
        if row in "AB":
            read |= dict.fromkeys((3, 4), response(control if row == "A" else 60.0))
        cells = (f"{scale * read[column]:.6f}" if column in read else "" for column in range(1, 13))
        rows.append(",".join((row, *cells)))
    path = folder / f"plate-{number:02d}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([",".join(map(str, ["", *range(1, 13)])), *rows]) + "\n", encoding="utf-8")
    path.with_suffix(".layout.toml").write_text(LAYOUT.format(lot=lot), encoding="utf-8")
    return path


def exports(folder: Path, controls: list[float], *, lot: str = "L1", first: int = 1) -> list[Path]:
    """One export for each value of the control, numbered from ``first``."""
    return [export(folder, first + i, value, lot=lot) for i, value in enumerate(controls)]


# Around 100 with an SD near 2, so that 110 is far off and no run is on one side.
STEADY = [98.0, 102.0, 99.0, 101.0, 97.5, 102.5, 98.5, 101.5, 100.5, 99.5] * 2
