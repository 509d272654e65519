"""Digits of agreement with the public reference sets: python benchmarks/accuracy.py [--write].

Prints docs/accuracy.md, or writes it. The sets lie in ../shared/reference/open beside the checkout and belong to their
authors; where they are absent there is nothing to compare with, and the script says so.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from elisa_bdnf.analysis.calibrate import calibrate
from elisa_bdnf.analysis.curves import invert_or_none
from elisa_bdnf.analysis.intervals import inversion
from elisa_bdnf.analysis.student_t import t_quantile
from elisa_bdnf.model.curve import Curve, CurveSpec, Level, Model, NoCurve, weights_from_text
from elisa_bdnf.model.protocol import LimitSettings

ROOT = Path(__file__).resolve().parents[1]
SETS = ROOT.parent / "shared" / "reference" / "open"
PAGE = ROOT / "docs" / "accuracy.md"
MODELS = {"4PL": Model.FOUR_PL, "5PL": Model.FIVE_PL, "5PL-R": Model.FIVE_PL_R}
EVERYTHING = LimitSettings(recovery_percent=math.inf, recovery_ends_percent=math.inf, cv_percent=math.inf)
MOST = 12.0
COLUMNS = ("parameters", "standard errors", "sum of squares", "concentrations", "interval ends")

HEAD = """# Accuracy

How many significant digits of the program's numbers agree with reference values that others certified or that were
computed in 50 digits and checked in R. The page is written by `python benchmarks/accuracy.py --write` from public
sets: measured standards of ELISA, Luminex and dose-response experiments, and NIST's certified Rat42. A test holds the
page to what the program gives. Formulas: [maths.md](maths.md).

Digits are −log₁₀ of the relative difference, rounded down; the lowest over all fits of a set (models 4PL, 5PL and
5PL-R under each weighting that the reference has). More than 12 are written as 12. Interval ends are those by inversion
for one well. *No optimum*: fits of which the reference says that no finite optimum exists; the program says so too,
names the parameters, and reads concentrations all the same.

| set | fits | {columns} | no optimum |
|---|---|{rules}|---|
"""

FOOT = """
**All sets**: {fits} fits; lowest {lowest}. {named} of {without} fits without a finite optimum are answered as such.

Where θ is estimated from the plate itself the reference takes it as known for its intervals and the program does not
(see *θ from one plate* in maths.md), so those intervals are not compared. Fits for which the reference programs gave up
(`gls` without convergence) are left out. NIST's Rat42 is also fitted from both of the starts that NIST gives, in
`tests/numerics`.
"""


def sets() -> Iterator[dict[str, Any]]:
    """Every set, by name; none where they are absent."""
    for path in sorted(SETS.glob("[!_]*.json")):
        yield json.loads(path.read_text(encoding="utf-8"))


def digits(found: float | None, expected: float) -> float:
    """Significant digits that agree, from 0 to 12."""
    if found is None or not math.isfinite(found):
        return 0.0
    difference = abs(found - expected) / (abs(expected) or 1.0)
    return MOST if difference == 0 else min(MOST, max(0.0, -math.log10(difference)))


def fitted(data: dict[str, Any], fit: dict[str, Any]) -> Curve | NoCurve:
    by_nominal: dict[float, list[float]] = {}
    for nominal, response in zip(data["x"], data["y"], strict=True):
        by_nominal.setdefault(nominal, []).append(response)
    levels = [Level(nominal, tuple(values)) for nominal, values in sorted(by_nominal.items())]
    weights = weights_from_text(fit["weights"].replace("gls:est", "power").replace("gls:", "power:"))
    return calibrate(levels, CurveSpec(MODELS[fit["model"]], weights, fixed=fit["fixed"]), EVERYTHING)


def agreement(curve: Curve, fit: dict[str, Any]) -> list[float]:
    """The lowest digits of each column."""
    inverses = [row for row in fit["inverse"] if row["x"] is not None]
    return [
        min(digits(getattr(curve, name), value) for name, value in fit["params"].items()),
        min(digits(curve.standard_errors.get(name), value) for name, value in fit["se"].items()),
        digits(curve.report.residual_sum_of_squares, fit["rss"]),
        min((digits(invert_or_none(curve, row["y"]), row["x"]) for row in inverses), default=MOST),
        min((value for row in inverses for value in ends(curve, row)), default=MOST),
    ]


def ends(curve: Curve, row: dict[str, Any]) -> Iterator[float]:
    expected = row.get("inversion95_x_m1")
    if expected is None or curve.report.theta_estimated:
        return
    t = t_quantile(0.975, float(curve.report.degrees_of_freedom))
    x = invert_or_none(curve, row["y"])
    if x is not None:
        found = inversion(curve, row["y"], 1, t, x)
        yield from (digits(a, b) for a, b in zip((found.low, found.high), expected, strict=True) if b is not None)


def page() -> str:
    """The whole page."""
    lines, every, named, without = [], [], 0, 0
    for reference in sets():
        rows, here, answered = [], 0, 0
        for fit in reference["fits"]:
            curve = fitted(reference["data"], fit)
            if fit["status"] == "ok":
                rows.append(agreement(curve, fit) if isinstance(curve, Curve) else [0.0] * len(COLUMNS))
            elif fit["status"] in ("no_finite_optimum", "not_identified"):
                here += 1
                answered += isinstance(curve, Curve) and bool(curve.report.no_finite_estimate)
        lowest = [str(math.floor(min(column))) for column in zip(*rows, strict=True)] or ["–"] * len(COLUMNS)
        limits = f"{answered} of {here}" if here else "–"
        lines.append(f"| {reference['id']} | {len(rows)} | {' | '.join(lowest)} | {limits} |")
        every, named, without = every + rows, named + answered, without + here
    summary = [f"{math.floor(min(c))} ({name})" for name, c in zip(COLUMNS, zip(*every, strict=True), strict=True)]
    head = HEAD.format(columns=" | ".join(COLUMNS), rules="---|" * (len(COLUMNS) - 1) + "---")
    foot = FOOT.format(fits=len(every), lowest=", ".join(summary), named=named, without=without)
    return head + "\n".join(lines) + "\n" + foot


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write docs/accuracy.md")
    chosen = parser.parse_args()
    if not SETS.is_dir():
        sys.exit("the reference sets are not there (../shared/reference/open beside the checkout): nothing to compare")
    if chosen.write:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        print(page())


if __name__ == "__main__":
    main()
