"""Relations between runs of ``elisa-bdnf fit``: what must not matter does not, what must scale does."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from program import elisa_bdnf

Rows = list[tuple[float | None, float]]
UNKNOWNS = (0.11, 0.45, 1.3, 2.2)


def noisy_rows(seed: int = 4) -> Rows:
    noise = np.random.default_rng(seed)
    truth = [(x, 3 - 2.94 / (1 + (x / 280) ** 1.15)) for x in (0.0, *(1000 / 2**k for k in range(8)))]
    standards: Rows = [(x, float(y * (1 + noise.normal(0, 0.03)))) for x, y in truth for _ in range(2)]
    return standards + [(None, y) for y in UNKNOWNS]


def fitted(folder: Path, rows: Sequence[tuple[float | None, float]], *options: str, **style: str) -> dict[str, Any]:
    """The JSON of a table; ``style`` says how it is written."""
    separator, mark = style.get("separator", ","), style.get("mark", ".")
    cells = [("" if x is None else repr(x), repr(y)) for x, y in rows]
    lines = [style.get("header", "concentration,response").replace(",", separator)]
    lines += [separator.join(cell.replace(".", mark) for cell in line) for line in cells]
    table = folder / "table.csv"
    table.write_bytes(style.get("end", "\n").join([*lines, ""]).encode(style.get("encoding", "utf-8")))
    done = elisa_bdnf("fit", table, "--json", *options)
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def concentrations(found: dict[str, Any]) -> list[float | None]:
    keys = ("concentration", "ci_low", "ci_high")
    return [unknown[key] for unknown in found["unknowns"] for key in keys]


def close(ours: list[float | None], theirs: list[float | None], factor: float = 1.0) -> None:
    for value, other in zip(ours, theirs, strict=True):
        assert value == (None if other is None else pytest.approx(factor * other, rel=1e-7))
    assert any(value is not None for value in ours)


WEIGHTS = pytest.mark.parametrize("weights", ["none", "1/y2", "power:1", "power:0.5", "power"])


@WEIGHTS
@pytest.mark.parametrize("k", [0.001, 37.0])
def test_m1_standards_times_k(tmp_path: Path, weights: str, k: float) -> None:
    base = fitted(tmp_path, noisy_rows(), "--weights", weights)
    scaled: Rows = [(None if x is None else k * x, y) for x, y in noisy_rows()]
    found = fitted(tmp_path, scaled, "--weights", weights)
    close(concentrations(found), concentrations(base), k)
    for name, factor in {"a": 1.0, "b": 1.0, "c": k, "d": 1.0}.items():
        assert found["parameters"][name] == pytest.approx(factor * base["parameters"][name], rel=1e-8)


@WEIGHTS
@pytest.mark.parametrize("k", [0.01, 12000.0])
def test_m2_responses_times_k(tmp_path: Path, weights: str, k: float) -> None:
    base = fitted(tmp_path, noisy_rows(), "--weights", weights)
    found = fitted(tmp_path, [(x, k * y) for x, y in noisy_rows()], "--weights", weights)
    close(concentrations(found), concentrations(base))
    for name, factor in {"a": k, "b": 1.0, "c": 1.0, "d": k}.items():
        assert found["parameters"][name] == pytest.approx(factor * base["parameters"][name], rel=1e-7)


def test_m6_a_constant_added_to_every_response(tmp_path: Path) -> None:
    base = fitted(tmp_path, noisy_rows(), "--weights", "none")
    found = fitted(tmp_path, [(x, y + 0.75) for x, y in noisy_rows()], "--weights", "none")
    close(concentrations(found), concentrations(base))


def test_m7_every_well_twice(tmp_path: Path) -> None:
    base = fitted(tmp_path, noisy_rows())
    found = fitted(tmp_path, [row for row in noisy_rows() for _ in (0, 1) if row[0] is not None])
    for name in "abcd":
        assert found["parameters"][name] == pytest.approx(base["parameters"][name], rel=1e-8)
    assert found["n"] == 2 * base["n"]
    twice = 2 * base["residual_sum_of_squares"]
    assert found["residual_sum_of_squares"] == pytest.approx(twice, rel=1e-9)


@WEIGHTS
@pytest.mark.parametrize(
    "order", [sorted, reversed, lambda rows: [rows[i] for i in np.random.default_rng(1).permutation(len(rows))]]
)
def test_m9_m12_order_of_rows(tmp_path: Path, weights: str, order: Callable[[Rows], Any]) -> None:
    base = fitted(tmp_path, noisy_rows(), "--weights", weights)
    standards = [row for row in noisy_rows() if row[0] is not None]
    rows = [*order(standards), *((None, y) for y in UNKNOWNS)]
    close(concentrations(fitted(tmp_path, rows, "--weights", weights)), concentrations(base))


STYLES = [
    {"separator": ";", "mark": ","},
    {"separator": "\t", "end": "\r\n", "encoding": "utf-16"},
    {"encoding": "utf-8-sig", "header": "Conc. (pg/mL),OD"},
    {"header": "Standard concentration,Absorbance 450 nm"},
    {"header": "x,y"},
    {"header": "nominal,OD (450/570)"},
]


@pytest.mark.parametrize("style", STYLES, ids=lambda style: "-".join(repr(value) for value in style.values()))
def test_m11_written_differently(tmp_path: Path, style: dict[str, str]) -> None:
    assert fitted(tmp_path, noisy_rows(), **style) == fitted(tmp_path, noisy_rows())


def test_m13_a_noise_free_level_more(tmp_path: Path) -> None:
    def exact(*xs: float) -> Rows:
        return [(x, 0.05 + 2.95 / (1 + (250 / x) ** 1.1) if x else 0.05) for x in xs for _ in (0, 1)]

    for xs in ((0.0, 5.0, 20.0, 80.0, 320.0, 1280.0), (0.0, 5.0, 20.0, 80.0, 160.0, 320.0, 1280.0)):
        found = fitted(tmp_path, exact(*xs))["parameters"]
        assert [found[name] for name in "abcd"] == pytest.approx([0.05, 1.1, 250.0, 3.0], rel=1e-6)


def test_concentrations_that_differ_by_rounding_are_one_level(tmp_path: Path) -> None:
    rows = [(x and x * (1 + 1e-13 * index), y) for index, (x, y) in enumerate(noisy_rows())]
    found = fitted(tmp_path, rows)
    assert len(found["standards"]) == 9
    close(concentrations(found), concentrations(fitted(tmp_path, noisy_rows())))


@pytest.mark.parametrize("model", ["4pl", "5pl", "5pl-r", "linear", "loglog"])
@WEIGHTS
def test_every_number_has_a_status_and_lies_in_its_interval(tmp_path: Path, model: str, weights: str) -> None:
    rows = noisy_rows() + [(None, y) for y in (-0.2, 0.0, 0.05, 0.06, 2.5, 2.9, 3.1, 9.0)]
    unknowns = fitted(tmp_path, rows, "--model", model, "--weights", weights)["unknowns"]
    for unknown in unknowns:
        x, low, high = unknown["concentration"], unknown["ci_low"], unknown["ci_high"]
        assert (x is not None) == (unknown["status"] == "within")
        assert low is None or low >= 0
        if x is not None:
            assert 0 < x <= 1000 * (1 + 1e-9)
            assert (low or 0.0) <= x <= (math.inf if high is None else high)
