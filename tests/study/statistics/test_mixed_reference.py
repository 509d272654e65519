"""Mixed models against lme4 and lmerTest (reference/make.R), and against what the shared reference folder holds."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from courses import TIMEPOINTS, Course, treatment_coded
from elisa_bdnf.study.statistics import Contrast, MixedFit, NoResult, contrasts, fit_mixed
from shared import REFERENCE, needs_reference

STUDIES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "reference" / "mixed.json").read_text(encoding="utf-8")
)["studies"]
FIVE_DIGITS = 5e-6
"""Relative; lme4's own search stops at about 1e-6 of a standard deviation."""


def course_of(study: dict[str, Any]) -> Course:
    data = study["data"]
    factor = next((name for name in ("arm", "responder") if name in study["formula"]), "")
    x, names = treatment_coded(data["timepoint"], data.get(factor))
    names = tuple(re.sub(r"(^|:)arm", rf"\1{factor}", name) for name in names)
    plate = tuple(data["plate"]) if "plate" in study["formula"] else None
    return Course(np.array(data["y"]), x, names, tuple(data["subject"]), plate)


def fitted(course: Course) -> MixedFit:
    fit = fit_mixed(course.y, course.x, course.names, **course.groups)
    assert isinstance(fit, MixedFit)
    assert fit.convergence.converged
    return fit


def assert_same_terms(fit: MixedFit, terms: list[dict[str, Any]]) -> None:
    assert list(fit.names) == [term["term"] for term in terms]
    unit = np.eye(len(fit.columns))[[fit.columns.index(name) for name in fit.names]]
    for contrast, term in zip(contrasts(fit, unit, fit.names), terms, strict=True):
        assert isinstance(contrast, Contrast)
        got = (contrast.estimate, contrast.se, contrast.df, contrast.t)
        assert got == pytest.approx((term["estimate"], term["se"], term["df"], term["t"]), rel=FIVE_DIGITS)
        # A p value far out moves with the df by more than the df itself.
        assert np.log(contrast.p) == pytest.approx(np.log(term["p"]), rel=FIVE_DIGITS, abs=1e-5)


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study["name"])
def test_estimates_errors_and_degrees_of_freedom_are_those_of_lme4(study: dict[str, Any]) -> None:
    fit = fitted(course_of(study))
    assert_same_terms(fit, study["terms"])
    assert fit.criterion == pytest.approx(study["criterion"], abs=1e-7)
    assert np.array(fit.covariance) == pytest.approx(np.array(study["covariance"]), rel=1e-5, abs=1e-12)
    sds = {"subject": fit.sd_subject, "Residual": fit.sd_residual, "plate": fit.sd_plate}
    assert {name: sds[name] for name in study["sd"]} == pytest.approx(study["sd"], rel=FIVE_DIGITS, abs=1e-6)
    assert bool(fit.boundary) is study["singular"]


def test_a_cell_without_data_is_dropped_as_r_does_and_its_contrasts_refused() -> None:
    course = course_of(next(study for study in STUDIES if study["name"] == "empty_cell"))
    fit = fitted(course)
    assert fit.dropped == ("timepoint7d:armmidazolam",)
    change = np.zeros((2, len(course.names)))
    change[:, course.names.index("timepoint7d")] = 1
    change[1, course.names.index("timepoint7d:armmidazolam")] = 1
    in_ketamine, in_midazolam = contrasts(fit, change, ["7d ketamine", "7d midazolam"])
    assert isinstance(in_ketamine, Contrast)
    assert isinstance(in_midazolam, NoResult)
    assert "timepoint7d:armmidazolam" in in_midazolam.reason


@needs_reference
@pytest.mark.parametrize("name", ["orthodont", "ergostool", "co2"])
def test_shared_reference_fits(name: str) -> None:
    folder = REFERENCE / "mixed"
    expected = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    rows = list(csv.DictReader((folder / f"{name}.csv").read_text(encoding="utf-8").splitlines()))
    timepoints = [row["timepoint"] for row in rows]
    assert set(timepoints) <= set(TIMEPOINTS)
    y, subject = np.log([float(row["concentration"]) for row in rows]), tuple(row["subject"] for row in rows)
    fit = fitted(Course(y, *treatment_coded(timepoints), subject))
    assert_same_terms(fit, expected["coefficients"])
    assert fit.criterion == pytest.approx(expected["reml"], abs=1e-7)
    assert (fit.sd_subject, fit.sd_residual) == pytest.approx(
        (expected["sd_subject"], expected["sd_residual"]), rel=FIVE_DIGITS
    )
    if "arm_coefficients" in expected:
        by_arm = Course(y, *treatment_coded(timepoints, [row["arm"] for row in rows]), subject)
        assert_same_terms(fitted(by_arm), expected["arm_coefficients"])
