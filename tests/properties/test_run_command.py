"""Relations between runs of ``elisa-bdnf run`` on one plate written in other ways (RELIABILITY §4.5)."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from program import elisa_bdnf

ROWS, COLUMNS = "ABCDEFGH", range(1, 13)
LEVELS = (500.0, 250.0, 125.0, 62.5, 31.25, 15.6, 7.8, 0.0)
SAMPLES = ("P1", "P2", "P3", "P4", "P5", "P6")
NUMBERS = ("in_well", "concentration", "ci_low", "ci_high")


@dataclass(frozen=True)
class Plate:
    """Well → (role, sample, concentration, dilution) and well → response."""

    contents: dict[str, tuple[str, str, float | None, float | None]]
    responses: dict[str, float]


def plate() -> Plate:
    """Standards in columns 1 and 2, six samples and a control in duplicate beside them."""
    noise = np.random.default_rng(11)
    contents: dict[str, tuple[str, str, float | None, float | None]] = {}
    truth: dict[str, float] = {}
    for row, level in zip(ROWS, LEVELS, strict=True):
        contents |= dict.fromkeys((f"{row}1", f"{row}2"), ("standard", "", level, None))
        truth |= dict.fromkeys((f"{row}1", f"{row}2"), level)
    for row, name, x in zip(ROWS, (*SAMPLES, "QC"), (20.0, 35.0, 60.0, 110.0, 190.0, 330.0, 80.0), strict=False):
        role, nominal, dilution = ("control", 80.0, None) if name == "QC" else ("sample", None, 10.0)
        contents |= dict.fromkeys((f"{row}5", f"{row}6"), (role, name, nominal, dilution))
        truth |= dict.fromkeys((f"{row}5", f"{row}6"), x)
    responses = {
        well: 0.03 + 2.9 * x / (x + 300) * (1 + 0.03 * noise.standard_normal()) + 0.001 * noise.standard_normal()
        for well, x in truth.items()
    }
    return Plate(contents, responses)


def run(folder: Path, made: Plate, *options: str) -> dict[str, dict[str, Any]]:
    """The samples of ``result.json`` by name."""
    folder.mkdir(exist_ok=True)
    grid = [",".join(["", *map(str, COLUMNS)])]
    grid += [",".join([row, *(repr(made.responses.get(f"{row}{c}", 0.0)) for c in COLUMNS)]) for row in ROWS]
    (folder / "plate.csv").write_text("\n".join(grid) + "\n", encoding="utf-8")
    with (folder / "plate.layout.csv").open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["well", "role", "sample", "concentration (pg/mL)", "dilution"])
        lines.writerows([well, *("" if v is None else v for v in said)] for well, said in made.contents.items())
    done = elisa_bdnf("run", folder / "plate.csv", "--out", folder / "out", "--json", *options)
    assert done.code in (0, 1), done.err
    found = json.loads(done.out)
    return {sample["sample"]: sample for sample in found["samples"]}


def close(ours: dict[str, Any], theirs: dict[str, Any], factor: float = 1.0, rel: float = 1e-9) -> None:
    for name in NUMBERS:
        assert ours[name] is not None
        assert math.isclose(ours[name], factor * theirs[name], rel_tol=rel), (name, ours[name], theirs[name])


def renamed(made: Plate, name: Callable[[str], str]) -> Plate:
    return Plate({name(w): c for w, c in made.contents.items()}, {name(w): y for w, y in made.responses.items()})


def test_m1_standards_times_k(tmp_path: Path) -> None:
    base, k = plate(), 7.0
    scaled = {w: (r, s, None if x is None else k * x, f) for w, (r, s, x, f) in base.contents.items()}
    ours, theirs = run(tmp_path / "k", replace(base, contents=scaled)), run(tmp_path / "1", base)
    for name in SAMPLES:
        close(ours[name], theirs[name], k, 1e-7)


def test_m2_responses_times_k(tmp_path: Path) -> None:
    base = plate()
    halved = replace(base, responses={well: 0.5 * y for well, y in base.responses.items()})
    ours, theirs = run(tmp_path / "k", halved), run(tmp_path / "1", base)
    for name in SAMPLES:
        close(ours[name], theirs[name], rel=1e-7)


def test_m3_the_dilution_of_one_sample_times_k(tmp_path: Path) -> None:
    base = plate()
    more = {w: (r, s, x, 40.0 if s == "P3" else f) for w, (r, s, x, f) in base.contents.items()}
    ours, theirs = run(tmp_path / "k", replace(base, contents=more)), run(tmp_path / "1", base)
    assert ours["P3"]["concentration"] == pytest.approx(4 * theirs["P3"]["concentration"], rel=1e-12)
    for name in SAMPLES:
        assert ours[name]["in_well"] == theirs[name]["in_well"]
        if name != "P3":
            assert ours[name] == theirs[name]


MOVES: dict[str, Callable[[str], str]] = {
    "rows": lambda well: ROWS[7 - ROWS.index(well[0])] + well[1:],
    "columns": lambda well: f"{well[0]}{13 - int(well[1:])}",
    "rotation": lambda well: f"{ROWS[7 - ROWS.index(well[0])]}{13 - int(well[1:])}",
}


@pytest.mark.parametrize("move", MOVES)
def test_m4_wells_moved_with_the_layout(tmp_path: Path, move: str) -> None:
    ours, theirs = run(tmp_path / "k", renamed(plate(), MOVES[move])), run(tmp_path / "1", plate())
    for name in SAMPLES:
        close(ours[name], theirs[name])


def test_m5_samples_renamed(tmp_path: Path) -> None:
    base = plate()
    others = {w: (r, s[::-1] if r == "sample" else s, x, f) for w, (r, s, x, f) in base.contents.items()}
    ours, theirs = run(tmp_path / "k", replace(base, contents=others)), run(tmp_path / "1", base)
    for name in SAMPLES:
        assert {**ours[name[::-1]], "sample": name} == theirs[name]


def test_m6_a_constant_on_every_response(tmp_path: Path) -> None:
    base, unweighted = plate(), ("--weights", "none")
    lifted = replace(base, responses={well: y + 0.1 for well, y in base.responses.items()})
    ours, theirs = run(tmp_path / "k", lifted, *unweighted), run(tmp_path / "1", base, *unweighted)
    for name in SAMPLES:
        close(ours[name], theirs[name], rel=1e-6)


def test_m7_every_well_twice(tmp_path: Path) -> None:
    """The other half of the plate is the same once more: means stay, the number of wells doubles."""
    base = plate()
    there = {w: f"{w[0]}{int(w[1:]) + 6}" for w in base.contents}
    twice = Plate(
        {**base.contents, **{there[w]: c for w, c in base.contents.items()}},
        {**base.responses, **{there[w]: y for w, y in base.responses.items()}},
    )
    ours, theirs = run(tmp_path / "k", twice), run(tmp_path / "1", base)
    for name in SAMPLES:
        assert ours[name]["in_well"] == pytest.approx(theirs[name]["in_well"], rel=1e-9)
        assert ours[name]["response_mean"] == pytest.approx(theirs[name]["response_mean"], rel=1e-12)
        assert (ours[name]["n"], theirs[name]["n"]) == (4, 2)


@pytest.mark.parametrize("wells", [("C1",), ("C5",), ("F2", "A6")], ids=["standard", "sample", "both"])
def test_m8_an_excluded_well_is_a_well_that_is_not_there(tmp_path: Path, wells: tuple[str, ...]) -> None:
    base = plate()
    (tmp_path / "k").mkdir()
    named = ", ".join(f'"{well}"' for well in wells)
    decision = f'[[exclude]]\nwells = [{named}]\nreason = "bubble, seen before reading"\nby = "A. Meier"\n'
    (tmp_path / "k" / "plate.waivers.toml").write_text(decision, encoding="utf-8")
    less = replace(base, contents={w: c for w, c in base.contents.items() if w not in wells})
    ours, theirs = run(tmp_path / "k", base), run(tmp_path / "1", less)
    for name in SAMPLES:
        close(ours[name], theirs[name], rel=1e-12)
        assert ours[name]["n"] == theirs[name]["n"]


def test_m10_a_plate_more_in_a_batch_changes_no_other(tmp_path: Path) -> None:
    run(tmp_path / "in", plate())
    (tmp_path / "in" / "out").rename(tmp_path / "single")

    def batch(out: str) -> dict[str, bytes]:
        assert elisa_bdnf("batch", tmp_path / "in", "--out", tmp_path / out).code in (0, 1)
        return {file.name: file.read_bytes() for file in (tmp_path / out / "plate-csv").iterdir()}

    alone = batch("alone")
    base = plate()
    run(tmp_path / "more", replace(base, responses={well: 0.97 * y for well, y in base.responses.items()}))
    for part in ("plate.csv", "plate.layout.csv"):
        (tmp_path / "more" / part).rename(tmp_path / "in" / part.replace("plate", "another"))
    assert batch("beside another") == alone
    assert alone["result.json"] == (tmp_path / "single" / "result.json").read_bytes()


def test_m12_the_layout_listed_the_other_way_round(tmp_path: Path) -> None:
    base = plate()
    ours = run(tmp_path / "k", replace(base, contents=dict(reversed(base.contents.items()))))
    assert ours == run(tmp_path / "1", base)
