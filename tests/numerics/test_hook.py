"""Standards that turn back at the top: a response there may be that of two concentrations, and that is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from elisa_bdnf.analysis.calibrate import calibrate
from elisa_bdnf.analysis.curve_reading import read_responses
from elisa_bdnf.analysis.edit import edit_standards
from elisa_bdnf.model.curve import Curve, CurveSpec, Level
from elisa_bdnf.model.protocol import EditingSettings, LimitSettings
from numerics.reference import EVERYTHING
from program import elisa_bdnf

X = (0.0, 15.6, 31.2, 62.5, 125.0, 250.0, 500.0, 1000.0, 2000.0)
RISING = (0.06, 0.11, 0.17, 0.27, 0.48, 0.86, 1.45, 2.1, 2.6)
PLATEAU = (0.06, 0.15, 0.3, 0.6, 1.2, 2.0, 2.5, 2.62, 2.6)
HOOKED = (*RISING[:-1], 1.6)


def levels(means: tuple[float, ...], sides: tuple[float, ...]) -> list[Level]:
    return [Level(x, tuple(y * side for side in sides)) for x, y in zip(X, means, strict=True)]


def calibrated(means: tuple[float, ...], sides: tuple[float, ...] = (0.99, 1.01)) -> Curve:
    curve = calibrate(levels(means, sides), CurveSpec(), EVERYTHING)
    assert isinstance(curve, Curve)
    return curve


@pytest.mark.parametrize(
    ("means", "sides", "expected"),
    [
        (RISING, (0.99, 1.01), None),
        (HOOKED, (0.99, 1.01), (1000, 2000)),
        (HOOKED, (1.0,), (1000, 2000)),
        ((*RISING[:-2], 1.4, 1.1), (0.99, 1.01), (500, 2000)),
        (tuple(3 - y for y in HOOKED), (0.99, 1.01), (1000, 2000)),
        (PLATEAU, (0.97, 1.03), None),  # a plateau is no hook
        ((*PLATEAU[:-1], 2.2), (0.8, 1.2), None),  # the fall is within the scatter
        ((*RISING[:5], 1.6, *RISING[6:]), (0.99, 1.01), None),  # one standard in the middle is wrong
        ((*RISING[:-1], 2.02), (0.999, 1.001), None),  # 3.9 % of the rise, however sure
        ((*RISING[:-1], 1.98), (0.999, 1.001), (1000, 2000)),  # 5.9 %
        ((*RISING[:-1], 1.7), (1.0,), None),  # 2.96 standard errors of wells that scatter by 5 %
    ],
    ids=[
        "rising",
        "hook",
        "single wells",
        "two fall",
        "competitive",
        "plateau",
        "scatter",
        "outlier",
        "small",
        "enough",
        "within the scatter of single wells",
    ],
)
def test_what_is_a_hook(means: tuple[float, ...], sides: tuple[float, ...], expected: tuple[int, int] | None) -> None:
    hook = calibrated(means, sides).hook
    assert expected == (hook and (hook.peak, hook.last))


def test_only_responses_that_the_standards_passed_twice_are_marked() -> None:
    read = read_responses(calibrated(HOOKED), [0.3, 1.59, 1.61, 2.0], [2, 2, 2, 2])
    assert [bool(reading.reason) for reading in read] == [False, False, True, True]


def test_a_top_standard_that_editing_left_out_still_shows_the_hook() -> None:
    limits = LimitSettings(recovery_percent=20, recovery_ends_percent=25)
    settings = EditingSettings(cv_percent=20, cv_ends_percent=25, least_levels=6)
    found = edit_standards(levels(HOOKED, (0.99, 1.01)), CurveSpec(), limits, settings)
    assert not found.failure
    assert 2000 in [edit.nominal for edit in found.edits]
    assert isinstance(found.curve, Curve)
    assert found.curve.hook is not None
    assert (found.curve.hook.peak, found.curve.hook.last) == (1000, 2000)


def test_fit_says_it(tmp_path: Path) -> None:
    rows = [f"{x},{y}" for x, y in zip(X, HOOKED, strict=True)] + [",0.3", ",1.8"]
    table = tmp_path / "hook.csv"
    table.write_text("\n".join(["concentration,response", *rows]), encoding="utf-8")
    found = json.loads(elisa_bdnf("fit", table, "--json").out)
    assert any("turns back from standard 1000 (2.1) to 2000 (1.6)" in remark for remark in found["remarks"])
    assert [bool(unknown["reason"]) for unknown in found["unknowns"]] == [False, True]
    printed = elisa_bdnf("fit", table)
    assert "within, hook?" in printed.out
    assert "hook effect?" in printed.err
