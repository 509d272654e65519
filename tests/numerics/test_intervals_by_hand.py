"""Intervals by the delta method, computed from the printed parameters with nothing of the program."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import optimize, stats

from program import elisa_bdnf

X = np.repeat([0, 15.6, 31.2, 62.5, 125, 250, 500, 1000.0], [2, 2, 2, 3, 6, 2, 3, 2])  # unequal on purpose
READ = 0.9
LOGARITHMS = {"c", "b", "g"}

Curve = Callable[[dict[str, float], np.ndarray], np.ndarray]


def five_pl(p: dict[str, float], x: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        v = p["b"] * (np.log(x) - math.log(p["c"]))
    return np.asarray(p["d"] + (p["a"] - p["d"]) * np.exp(-p["g"] * np.logaddexp(0, v)))


def mirror(p: dict[str, float], x: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        v = p["b"] * (np.log(x) - math.log(p["c"]))
    return np.asarray(p["a"] + (p["d"] - p["a"]) * np.exp(-p["g"] * np.logaddexp(0, -v)))


def line(p: dict[str, float], x: np.ndarray) -> np.ndarray:
    return np.asarray(p["a"] + p["b"] * x)


CASES: dict[str, tuple[Curve, tuple[str, ...]]] = {
    "--model 4pl --weights none": (five_pl, ("a", "b", "c", "d")),
    "--model 4pl --weights 1/y": (five_pl, ("a", "b", "c", "d")),
    "--model 4pl --weights 1/y2": (five_pl, ("a", "b", "c", "d")),
    "--model 4pl --weights power:0.6": (five_pl, ("a", "b", "c", "d")),
    "--model 4pl --weights power:1 --fit-on means": (five_pl, ("a", "b", "c", "d")),
    "--model 4pl --weights none --fit-on means": (five_pl, ("a", "b", "c", "d")),
    "--model 3pl --weights power:1 --fix a=0.06": (five_pl, ("b", "c", "d")),
    "--model 3pl --weights power:1 --fix c=300": (five_pl, ("a", "b", "d")),
    "--model 5pl --weights power:1": (five_pl, ("a", "b", "c", "d", "g")),
    "--model 5pl --weights none --fix b=1.2": (five_pl, ("a", "c", "d", "g")),
    "--model 5pl-r --weights power:1": (mirror, ("a", "b", "c", "d", "g")),
    "--model linear --weights power:1": (line, ("a", "b")),
}


def responses(*, straight: bool) -> np.ndarray:
    noise = np.random.default_rng(8)
    truth = 0.05 + 0.002 * X if straight else 2.5 - 2.44 / (1 + (X / 300) ** 1.2)
    return np.asarray(truth * (1 + 0.015 * noise.normal(size=len(X))))


def by_hand(
    curve: Curve, free: tuple[str, ...], p: dict[str, float], options: str, y: np.ndarray
) -> tuple[float, float]:
    """The interval of one well that reads READ: σ²·(J'WJ)⁻¹ with derivatives by differences, by ln b, ln c and ln g."""
    x, mean_of = X, 1.0
    if "means" in options:
        x, counts = np.unique(X, return_counts=True)
        y, mean_of = np.array([y[each == X].mean() for each in x]), len(x) / float(np.sum(1 / counts))
    weights = options.split("--weights ")[1].split(maxsplit=1)[0]
    theta = {"none": 0.0, "1/y": 0.5, "1/y2": 1.0}.get(weights) if "power" not in weights else float(weights[6:])
    assert theta is not None
    size = curve(p, x) if "power" in weights else y
    floor = 0.005 * float(y.max())
    root = np.maximum(size, floor) ** -theta

    def moved(name: str, step: float) -> dict[str, float]:
        return {**p, name: p[name] * math.exp(step) if curve is not line and name in LOGARITHMS else p[name] + step}

    def slopes(at: np.ndarray) -> np.ndarray:
        return np.stack([(curve(moved(n, 1e-5), at) - curve(moved(n, -1e-5), at)) / 2e-5 for n in free])

    df = len(x) - len(free)
    sigma2 = float(np.sum(((y - curve(p, x)) * root) ** 2)) / df
    j = slopes(x) * root
    found = optimize.brentq(lambda lnx: float(curve(p, np.array([math.exp(lnx)]))[0]) - READ, 0.0, 12.0, xtol=1e-14)
    at = np.array([math.exp(found)])
    g = slopes(at)[:, 0]
    steep = float((curve(p, at * math.exp(1e-5)) - curve(p, at * math.exp(-1e-5)))[0]) / 2e-5
    variance = sigma2 * (mean_of * READ ** (2 * theta) + float(g @ np.linalg.solve(j @ j.T, g)))
    half = stats.t.ppf(0.975, df) * math.sqrt(variance) / abs(steep)
    assert half < 0.1, "beyond it the interval is by inversion"
    return math.exp(found - half), math.exp(found + half)


@pytest.mark.parametrize("options", CASES)
def test_interval(options: str, tmp_path: Path) -> None:
    curve, free = CASES[options]
    y = responses(straight=curve is line)
    rows = [f"{float(a)!r},{float(b)!r}" for a, b in zip(X, y, strict=True)]
    table = tmp_path / "table.csv"
    table.write_text("\n".join(["concentration,response", *rows, f",{READ}"]), encoding="utf-8")
    done = elisa_bdnf("fit", table, "--json", *options.split())
    assert done.code == 0, done.err
    found = json.loads(done.out)
    p = {name: value for name, value in found["parameters"].items() if value is not None}
    (unknown,) = found["unknowns"]
    assert (unknown["ci_low"], unknown["ci_high"]) == pytest.approx(by_hand(curve, free, p, options, y), rel=1e-6)


@pytest.mark.parametrize("scatter", [0.01, 0.2, 3.0])
@pytest.mark.parametrize("model", ["linear", "loglog"])
def test_a_line_gives_the_interval_of_fieller(model: str, scatter: float, tmp_path: Path) -> None:
    """Unweighted, the inversion is a quadratic in x (in ln x): ends at its roots, at 0, or none where b may be 0."""
    noise = np.random.default_rng(6)
    x = np.array([1.0, 2, 4, 8, 16, 32, 64])
    straight = (lambda v: v) if model == "linear" else np.log
    y, read = 2 + 0.1 * x + scatter * noise.normal(size=7), [2.3, 4.0, 7.0]
    if model == "loglog":
        y = 0.05 * x**0.8 * np.exp(scatter / 3 * noise.normal(size=7))
        read = [0.1, 0.35, 1.2]
    rows = [f"{float(a)!r},{float(b)!r}" for a, b in zip(x, y, strict=True)] + [f",{value}" for value in read]
    table = tmp_path / "table.csv"
    table.write_text("\n".join(["concentration,response", *rows]), encoding="utf-8")
    done = elisa_bdnf("fit", table, "--json", "--model", model, "--weights", "none", "--extrapolate")
    assert done.code == 0, done.err
    u, v = straight(x), straight(y)
    fit = stats.linregress(u, v)
    sxx = float(np.sum((u - u.mean()) ** 2))
    s2 = float(np.sum((v - fit.intercept - fit.slope * u) ** 2)) / 5
    t = float(stats.t.ppf(0.975, 5))
    for unknown in json.loads(done.out)["unknowns"]:
        off = straight(unknown["response"]) - v.mean()
        roots = np.roots([fit.slope**2 - t**2 * s2 / sxx, -2 * fit.slope * off, off**2 - t**2 * s2 * (1 + 1 / 7)])
        low, high = sorted(u.mean() + roots.real)
        bounds = (max(low, 0.0), high) if model == "linear" else (math.exp(low), math.exp(high))
        if fit.slope**2 * sxx < t**2 * s2:
            assert unknown["ci_high"] is None or unknown["ci_low"] == 0
            assert "too flat" in unknown["interval_remark"]  # never just "one-sided" where no side is bounded
        elif "inversion" in unknown["interval_remark"] or unknown["ci_low"] == 0:
            assert (unknown["ci_low"], unknown["ci_high"]) == pytest.approx(bounds, rel=1e-8)
        else:
            value = unknown["concentration"]
            per_ln_x = fit.slope * (value if model == "linear" else 1)
            error = math.sqrt(s2 * (1 + 1 / 7 + (straight(value) - u.mean()) ** 2 / sxx)) / per_ln_x
            assert (unknown["ci_low"], unknown["ci_high"]) == pytest.approx(
                (value * math.exp(-t * error), value * math.exp(t * error)), rel=1e-8
            )
