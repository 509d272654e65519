"""Figures: well-formed, complete, the same bytes each time, for every shape of plate."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest

from elisa_bdnf.analysis.calibrate import calibrate
from elisa_bdnf.analysis.curves import predict
from elisa_bdnf.analysis.landscape import Landscape
from elisa_bdnf.model.curve import CurveSpec, Level, Model
from elisa_bdnf.model.plate import Shape
from elisa_bdnf.model.protocol import LimitSettings
from elisa_bdnf.reports import svg
from elisa_bdnf.reports.curve_figure import curve_figure
from elisa_bdnf.reports.curve_line import line_and_band, response_at
from elisa_bdnf.reports.plate_map import plate_map
from elisa_bdnf.reports.precision_figure import precision_figure
from elisa_bdnf.reports.recovery_figure import recovery_figure
from elisa_bdnf.reports.timecourse_figure import timecourse_figure
from reports import build

FIGURES = [curve_figure, plate_map, precision_figure, recovery_figure, timecourse_figure]
NS = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("state", build.STATES)
def test_figure_is_well_formed_named_and_repeatable(figure, state):
    made = figure(build.STATES[state]())
    if not made:  # nothing may be read, so nothing is drawn
        assert (state, figure) in {
            ("without_curve", recovery_figure), ("without_curve", timecourse_figure), ("rejected", timecourse_figure),
            ("without_curve", precision_figure),
        }  # fmt: skip
        return
    root = ET.fromstring(made)  # noqa: S314
    assert root.get("role") == "img"
    assert root.find(f"{NS}title").text
    assert root.find(f"{NS}desc").text
    assert not re.search(r'="[^"]*\b(nan|inf)\b', made)
    assert made == figure(build.STATES[state]())


def hovers(made):
    return [title.text for title in ET.fromstring(made).iter(f"{NS}title")]  # noqa: S314


def test_every_standard_control_and_sample_can_be_hovered_on_the_curve():
    result = build.accepted()
    said = "\n".join(hovers(curve_figure(result)))
    for judged in (*result.samples, *result.controls):
        assert judged.estimate.group.content.name in said
    for point in result.analysis.curve.standards:
        assert all(f"{well} · " in said for well in point.level.wells)


PROFILES = {
    "all inside": ((10.0, 9.0), (50.0, 4.0), (250.0, 8.0), 1),
    "out at both ends": ((10.0, math.inf), (30.0, 19.0), (60.0, 6.0), (120.0, 12.0), (250.0, 900.0), 1),
    "out between": ((10.0, 9.0), (30.0, 10.0), (60.0, math.nan), (120.0, 12.0), (250.0, 19.0), 2),
}


@pytest.mark.parametrize("name", PROFILES)
def test_a_precision_that_leaves_the_picture_is_not_joined(name):
    *points, lines = PROFILES[name]
    result = build.accepted()
    profile = replace(result.analysis.profile, points=tuple(points))
    made = precision_figure(replace(result, analysis=replace(result.analysis, profile=profile)))
    assert made.count('class="curve"') == lines
    lowest = [
        float(y) for path in re.findall(r'd="M([^"]*)" class="curve"', made) for y in re.findall(r",([0-9.]+)", path)
    ]
    assert all(26 <= y <= 246 for y in lowest)
    assert not re.search(r"\b(nan|inf)\b", made)


def test_every_well_can_be_hovered_on_the_map():
    said = hovers(plate_map(build.accepted()))[1:]
    assert [text.split(" · ")[0] for text in said] == list(Shape(8, 12).wells())
    (masked,) = [text for text in said if text.startswith("D6 ")]
    assert "masked: excluded in the reader's software" in masked


@pytest.mark.parametrize("shape", [Shape(8, 12), Shape(16, 24), Shape(32, 48)], ids=str)
def test_map_works_for_every_shape(shape):
    made = plate_map(build.judged(build.analysis(shape=shape)))
    assert len(re.findall(r'id="map-', made)) == shape.size


def test_bounds_are_drawn_as_bounds_and_never_joined():
    made = timecourse_figure(build.accepted())
    assert made.count('class="bound"') == 2 * 3
    results = len([j for j in build.accepted().samples if j.reportable and j.estimate.status.has_number])
    assert made.count("<circle") == results


TICKS = [
    ((0.0, 3.15), [0, 0.5, 1, 1.5, 2, 2.5, 3]),
    ((62.0, 138.0), [70, 80, 90, 100, 110, 120, 130]),
    ((-0.2, 0.2), [-0.2, -0.15, -0.1, -0.05, 0, 0.05, 0.1, 0.15, 0.2]),
]


@pytest.mark.parametrize(("ends", "ticks"), TICKS)
def test_linear_ticks_are_round(ends, ticks):
    assert svg.linear_ticks(*ends) == pytest.approx(ticks)


def test_log_ticks():
    assert svg.log_ticks(7, 2200) == [10, 20, 50, 100, 200, 500, 1000, 2000]
    assert svg.log_ticks(1e-3, 1e3) == pytest.approx([1e-3, 1e-2, 0.1, 1, 10, 100, 1000])


MODELS = {
    Model.FOUR_PL: build.response_at(100.0),
    Model.FIVE_PL: build.response_at(100.0),
    Model.THREE_PL: build.response_at(100.0),  # a 4PL with one parameter held: its slope is not 1
    Model.LINEAR: build.A + build.B * 100,
}


@pytest.mark.parametrize(("model", "response"), MODELS.items())
def test_line_is_the_canonical_curve(model, response):
    curve = build.accepted().analysis.curve
    assert response_at(replace(curve, spec=replace(curve.spec, model=model)), 100.0) == pytest.approx(response)


def test_band_is_the_delta_method():
    """With one free parameter, ln c, the error is |dy/d ln c| · se."""
    curve = replace(build.accepted().analysis.curve, covariance=((0.01,),), covariance_of=("ln c",))
    ((_, _, error), *_) = line_and_band(curve, 200.0, 400.0)
    u = (200.0 / build.C) ** build.B
    slope = (build.A - build.D) * build.B * u / (1 + u) ** 2
    assert error == pytest.approx(abs(slope) * 0.1, rel=1e-4)


def test_a_band_of_what_the_data_do_not_determine_is_drawn():
    """A standard error of ln g of a million must not become a number that no float holds."""
    plain = build.accepted().analysis.curve
    spec = replace(plain.spec, model=Model.FIVE_PL)
    curve = replace(plain, spec=spec, covariance=((1e12,),), covariance_of=("ln g",))
    assert all(error > 0 for _, _, error in line_and_band(curve, 200.0, 400.0))


@pytest.mark.parametrize("model", [Model.FOUR_PL, Model.FIVE_PL, Model.FIVE_PL_R, Model.LINEAR, Model.LOG_LOG])
@pytest.mark.parametrize("straight", [True, False], ids=["no plateau", "sigmoid"])
def test_line_and_band_are_those_of_the_analysis(model, straight):
    """Where the upper plateau is infinitely far away too: a plain formula loses all its digits there."""
    truth = (lambda x: 0.05 + 0.002 * x**1.2) if straight else (lambda x: 2.5 - 2.44 / (1 + (x / 300) ** 1.2))
    levels = [
        Level(x, (truth(x) * 0.98, truth(x) * 1.02)) for x in (7.8, 15.6, 31.2, 62.5, 125.0, 250.0, 500.0, 1000.0)
    ]
    curve = calibrate(levels, CurveSpec(model), LimitSettings())
    drawn = np.array(line_and_band(curve, 10.0, 900.0))
    expected, _, variance = Landscape(curve).at(np.log(drawn[:, 0]))
    assert drawn[:, 1] == pytest.approx(expected, rel=1e-12)
    assert drawn[:, 2] == pytest.approx(np.sqrt(variance), rel=1e-4)
    assert response_at(curve, 100.0) == pytest.approx(predict(curve, 100.0), rel=1e-12)
