"""What a reading holds is enough to get the concentrations that the reader's software printed.

Unweighted least squares on level means, as the vendors fit; nothing is used but channels, layout, notes and the label
of the fitted response of our own readings.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from scipy.optimize import least_squares

from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.reading import NoteKind, Reading
from elisa_bdnf.readers import read_export
from shared import CORPUS, EXPORTS, needs_corpus

pytestmark = needs_corpus

FORMATS = ("agilent_gen5/", "moldev_softmax_pro/", "cran_ELISAtools/")
ORACLES = sorted((CORPUS / "oracles").glob("*.json")) if EXPORTS.is_dir() else []


def usable(path: Any) -> bool:
    oracle = json.loads(path.read_text(encoding="utf-8"))
    return bool(oracle["usable_as_oracle"]) and oracle["file"].startswith(FORMATS)


def responses_of(reading: Reading) -> dict[Well, float]:
    """The response that the curve was fitted to, by the label that the reading gives for it."""
    assert reading.instrument_curve is not None
    parts = reading.instrument_curve.response_label.split(" - ")
    channels = {channel.label: channel for channel in reading.channels}
    values = np.array(channels[parts[0]].values)
    if len(parts) == 2:
        values = values - np.array(channels[parts[1]].values)
    wells = list(reading.shape.wells())
    excluded = {
        well
        for channel in reading.channels
        for well, note in channel.notes.items()
        if note.kind is NoteKind.MASKED and not note.used_by_instrument
    }
    return {well: math.nan if well in excluded else float(value) for well, value in zip(wells, values, strict=True)}


def levels_of(readings: Sequence[Reading]) -> tuple[np.ndarray, np.ndarray]:
    levels: dict[float, list[float]] = {}
    for reading in readings:
        responses = responses_of(reading)
        assert reading.layout is not None
        for well, content in reading.layout.contents.items():
            if content.role is Role.STANDARD and content.nominal is not None and not math.isnan(responses[well]):
                levels.setdefault(content.nominal, []).append(responses[well])
    nominal = np.array(sorted(levels))
    return nominal, np.array([np.mean(levels[x]) for x in nominal])


def four_pl(x: np.ndarray, y: np.ndarray) -> Callable[[float], float]:
    """Inverse of y = d + (a − d)/(1 + (x/c)^b)."""

    def curve(p: np.ndarray) -> np.ndarray:
        a, d, log_b, log_c = p
        ratio = np.where(x > 0, np.exp(np.exp(log_b) * (np.log(np.where(x > 0, x, 1)) - log_c)), 0.0)
        return d + (a - d) / (1 + ratio)

    scale = y.max() - y.min()
    fits = [
        least_squares(
            lambda p: (curve(p) - y) / scale,
            [y.min(), top * y.max(), 0.0, math.log(inflection * x.max())],
            xtol=1e-15,
            ftol=1e-15,
            gtol=1e-15,
            max_nfev=5000,
        )
        for top in (1.2, 3.0)
        for inflection in (0.3, 2.0)
    ]
    a, d, log_b, log_c = min(fits, key=lambda fit: fit.cost).x

    def inverse(response: float) -> float:
        inner = (a - response) / (response - d)
        return math.exp(log_c + math.log(inner) / math.exp(log_b)) if inner > 0 else math.nan

    return inverse


def linear(x: np.ndarray, y: np.ndarray) -> Callable[[float], float]:
    slope, intercept = np.polyfit(x, y, 1)
    return lambda response: float((response - intercept) / slope)


def log_log(x: np.ndarray, y: np.ndarray) -> Callable[[float], float]:
    slope, intercept = np.polyfit(np.log10(x), np.log10(y), 1)
    return lambda response: float(10 ** ((math.log10(response) - intercept) / slope)) if response > 0 else math.nan


MODELS = {"4PL": four_pl, "linear": linear, "loglog": log_log}


def within(ours: float, printed: float, tolerance: str) -> bool:
    if match := re.match(r"abs ([0-9.]+)", tolerance):
        return abs(ours - printed) <= float(match[1])
    # Absorbance of three decimals leaves 0.0005 / slope = 0.3 in every concentration, also where 2e-3 of it is less.
    relative, absolute = re.findall(r"(?:rel|abs) ([0-9.]+(?:e-?[0-9]+)?)", tolerance)
    return abs(ours - printed) <= max(float(relative) * printed, float(absolute))


@pytest.mark.parametrize("path", [path for path in ORACLES if usable(path)], ids=lambda path: path.stem)
def test_printed_concentrations_come_back(path: Any) -> None:
    oracle = json.loads(path.read_text(encoding="utf-8"))
    readings = list(read_export(EXPORTS / oracle["file"]))
    if len(oracle.get("plates", ())) < len(readings):
        readings = [readings[oracle["plate_cluster"]]]
    inverse = MODELS[oracle["model"]](*levels_of(readings))
    compared = 0
    for reading in readings:
        responses = responses_of(reading)
        for result in reading.instrument_results:
            if result.quantity == "concentration" and result.value is not None and result.note is None:
                ours = inverse(responses[result.well])
                assert within(ours, result.value, oracle["recommended_tolerance"]), (result, ours)
                compared += 1
    assert compared >= oracle["verified"]["agreement"]["n"] - MEAN_ONLY.get(path.stem, 0)


# The standards of this file print one concentration per level, read from the mean: no well has it.
MEAN_ONLY = {"group_cols_with_int_sample_names": 7}


@pytest.mark.parametrize("name", MEAN_ONLY)
def test_concentrations_of_the_mean_response_come_back_from_the_mean(name: str) -> None:
    oracle = json.loads((CORPUS / "oracles" / f"{name}.json").read_text(encoding="utf-8"))
    (reading,) = read_export(EXPORTS / oracle["file"])
    inverse, responses = MODELS[oracle["model"]](*levels_of([reading])), responses_of(reading)
    assert reading.layout is not None
    contents = reading.layout.contents
    printed = [r for r in reading.instrument_results if r.quantity == "concentration of the mean response"]
    read = {r.well: r.value for r in printed if r.value is not None}
    assert len(read) == MEAN_ONLY[name]
    for well, value in read.items():
        level = [responses[other] for other, content in contents.items() if content.name == contents[well].name]
        assert inverse(float(np.mean(level))) == pytest.approx(value, abs=0.00051)
        assert inverse(responses[well]) != pytest.approx(value, abs=0.00051)


@pytest.mark.parametrize("path", [path for path in ORACLES if usable(path)], ids=lambda path: path.stem)
def test_layout_is_that_of_the_oracle(path: Any) -> None:
    oracle = json.loads(path.read_text(encoding="utf-8"))
    readings = list(read_export(EXPORTS / oracle["file"]))
    if len(oracle.get("plates", ())) < len(readings):
        readings = [readings[oracle["plate_cluster"]]]
    by_plate = {reading.plate: reading for reading in readings}
    names = [reading.plate for reading in readings]
    for entry in [*oracle["standards"], *oracle["samples"]]:
        for well, plate in zip(entry["wells"], entry.get("plates") or names[:1] * len(entry["wells"]), strict=True):
            layout = by_plate[plate].layout
            assert layout is not None
            content = layout.contents[well]
            assert layout.unit == oracle["unit"]
            if "conc" in entry:
                assert (content.role, content.nominal) == (Role.STANDARD, entry["conc"])
            else:
                assert content.role is not Role.STANDARD
                assert content.dilution_factor == factor_of(entry.get("dilution"), oracle["software"])


def factor_of(stated: float | None, software: str) -> float | None:
    """Gen5 writes the fraction that is left, SoftMax the factor."""
    if stated is None:
        return None
    return 1 / stated if software.startswith("Gen5") else stated
