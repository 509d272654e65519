"""The workbook's formulas give the numbers of the analysis, for every curve and every way of reduction."""

from __future__ import annotations

import io
import math
import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from elisa_bdnf import workflow
from elisa_bdnf.analysis.curves import invert_or_none, predict
from elisa_bdnf.analysis.quantify import quantify
from elisa_bdnf.model.curve import Curve, CurveSpec, Limits, Model
from elisa_bdnf.model.estimate import Estimate, RangeStatus, WellEstimate
from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.protocol import (
    BlankMode,
    DilutionSettings,
    Extrapolation,
    LimitSettings,
    MissingDilution,
    ReadingSettings,
    Reduce,
)
from elisa_bdnf.model.response import Group
from elisa_bdnf.model.result import Analysis, PlateResult
from elisa_bdnf.reports.xlsx import xlsx_from_result
from reports.build import STATES, analysis, judged
from reports.xlsx_calculator import Calculator

NAN = math.nan
PARAMETERS = {
    Model.FOUR_PL: {"a": 0.062, "b": 1.08, "c": 318.0, "d": 3.15, "g": 1.0},
    Model.THREE_PL: {"a": 0.062, "b": 1.08, "c": 318.0, "d": 3.0, "g": 1.0},
    Model.FIVE_PL: {"a": 0.062, "b": 1.15, "c": 250.0, "d": 3.3, "g": 0.8},
    Model.FIVE_PL_R: {"a": 0.05, "b": 1.02, "c": 330.0, "d": 3.2, "g": 1.2},
    Model.LINEAR: {"a": 0.1, "b": 0.0025, "c": NAN, "d": NAN, "g": NAN},
    Model.LOG_LOG: {"a": -3.8, "b": 0.7, "c": NAN, "d": NAN, "g": NAN},
}
PLATES = {
    **{model.value: {"model": model} for model in Model},
    # (x/c)^b and ratio^(1/g) are more than a number holds.
    "5pl-steep": {"model": Model.FIVE_PL, "curve": {"a": 0.062, "b": 900.0, "c": 10.0, "d": 3.3, "g": 0.0004}},
    "5pl-r-steep": {"model": Model.FIVE_PL_R, "curve": {"a": 0.05, "b": 900.0, "c": 400.0, "d": 3.2, "g": 0.0012}},
    "4pl-steep": {"curve": {"b": 900.0}},
    "mean-concentration": {"reduce": Reduce.MEAN_CONCENTRATION},
    "blank": {"blank": True},
    "volume-factor": {"dilution": DilutionSettings(volume_factor=1.04)},
    "extrapolated": {"limits": LimitSettings(extrapolation=Extrapolation.TO_ASYMPTOTES)},
    "no-range": {"curve": {"limits": Limits(NAN, NAN, "no level recovers", "no level recovers")}},
    "falling": {"curve": {"a": 3.15, "d": 0.062}},
    "falling-loglog": {"model": Model.LOG_LOG, "curve": {"a": 2.5, "b": -0.7}},
    "no-dilution": {"factor": None},
    "no-dilution-in-well": {"factor": None, "dilution": DilutionSettings(MissingDilution.IN_WELL, volume_factor=1.04)},
    "mean-concentration-falling": {"reduce": Reduce.MEAN_CONCENTRATION, "curve": {"a": 3.15, "d": 0.062}},
}


def plate(
    model: Model = Model.FOUR_PL,
    *,
    blank: bool = False,
    reduce: Reduce = Reduce.MEAN_RESPONSE,
    dilution: DilutionSettings = DilutionSettings(),  # noqa: B008 immutable
    limits: LimitSettings = LimitSettings(),  # noqa: B008 immutable
    curve: Mapping[str, object] = {},
    factor: float | None = 10.0,
) -> PlateResult:
    """The hand-made plate, read anew on a curve of the given model."""
    mode = BlankMode.SUBTRACT if blank else BlankMode.NONE
    made = analysis(
        curve=CurveSpec(model), reduce=reduce, dilution=dilution, limits=limits, instrument=False,
        reading=ReadingSettings(450.0, (570.0,), blank=mode),
    )  # fmt: skip
    made = with_blanks(made) if blank else made
    assert isinstance(made.curve, Curve)
    fitted = replace(made.curve, **{**PARAMETERS[model], **covariance(model), **curve})
    points = tuple(
        replace(
            point,
            fitted=predict(fitted, point.level.nominal),
            back_calculated=(x := invert_or_none(fitted, point.response)),
            recovery_percent=100 * x / point.level.nominal if x is not None and point.level.nominal else None,
        )
        for point in made.curve.standards
    )
    fitted = replace(fitted, standards=points)
    made = replace(made, curve=fitted)

    def read(group: Group) -> Estimate:
        diluted = group._replace(content=replace(group.content, dilution_factor=factor))
        return quantify([diluted], fitted, made.protocol)[0]

    return judged(
        replace(
            made,
            controls=tuple(read(e.group) for e in made.controls),
            samples=tuple(read(e.group) for e in made.samples),
            standard_wells=tuple(
                WellEstimate(w.well, x, RangeStatus.WITHIN if x is not None else RangeStatus.NO_VALUE)
                for w in made.responses.wells
                if w.content.role is Role.STANDARD
                for x in (invert_or_none(fitted, w.response),)
            ),
        )
    )


def covariance(model: Model) -> dict[str, object]:
    """A small error of every parameter, so that there are intervals."""
    straight = model in (Model.LINEAR, Model.LOG_LOG)
    names = {"a": "a", "b": "b"} if straight else {"a": "a", "b": "ln b", "c": "ln c", "d": "d"}
    names |= {"g": "ln g"} if model in (Model.FIVE_PL, Model.FIVE_PL_R) else {}
    square = tuple(tuple(1e-8 if i == j else 0.0 for j in range(len(names))) for i in range(len(names)))
    return {"covariance": square, "covariance_of": tuple(names.values()), "standard_errors": dict.fromkeys(names, 1e-4)}


def with_blanks(made: Analysis) -> Analysis:
    """The empty corner turned into blanks whose mean was subtracted; the curve takes responses as they come."""
    wells = tuple(
        w._replace(content=replace(w.content, role=Role.BLANK), use=w.use.USED, reason="")
        if w.content.role is Role.EMPTY
        else w
        for w in made.responses.wells
    )
    mean = sum(w.response for w in wells if w.content.role is Role.BLANK) / 4
    wells = tuple(w._replace(raw=w.raw if w.content.role is Role.BLANK else w.raw + mean) for w in wells)
    wells = tuple(w._replace(response=w.response - mean) if w.content.role is Role.BLANK else w for w in wells)
    return replace(made, responses=replace(made.responses, wells=wells, blank_mean=mean))


FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
EXAMPLES = ("edited-standard", "dilution-series", "triplicates")


@cache
def workbook(name: str) -> bytes:
    if name in EXAMPLES:
        request = workflow.RunRequest()
        protocol = workflow.protocol_from_request(request)
        return xlsx_from_result(workflow.run(FIXTURES / name / "plate.csv", request, protocol).results[0])
    return xlsx_from_result(STATES[name]() if name in STATES else plate(**PLATES[name]))


@pytest.mark.parametrize("name", [*PLATES, *STATES, *EXAMPLES])
def test_every_formula_gives_its_value(name: str) -> None:
    book, wrong, count = Calculator(workbook(name)), [], 0
    for sheet, address, formula, cached in book.formula_cells():
        count += 1
        again = book.value(sheet, address)
        if not same(again, cached):
            wrong.append(f"{sheet}!{address} {formula}: {again!r}, written {cached!r}")
    assert not wrong, "\n".join(wrong[:10])
    assert count > 300


def same(again: object, cached: object) -> bool:
    if isinstance(again, (int, float)) and isinstance(cached, (int, float)):
        return math.isclose(again, cached, rel_tol=1e-9, abs_tol=1e-11)
    return (again or None) == (cached or None)


@pytest.mark.parametrize("name", ["5pl-r", "rejected"])
def test_libreoffice_calculates_the_same(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("needs LibreOffice")
    folder = tmp_path_factory.mktemp("office")
    (folder / "in").mkdir()
    (folder / "in" / "book.xlsx").write_bytes(without_values(workbook(name)))
    profile = f"-env:UserInstallation={(tmp_path_factory.getbasetemp() / 'profile').as_uri()}"
    command = [program, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder), "in/book.xlsx"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=100)
    again = openpyxl.load_workbook(folder / "book.xlsx", data_only=True)
    wrong = [
        f"{sheet}!{address} {formula}: {again[sheet][address].value!r}, written {cached!r}"
        for sheet, address, formula, cached in Calculator(workbook(name)).formula_cells()
        if not same(again[sheet][address].value, cached)
    ]
    assert not wrong, "\n".join(wrong[:10])


def without_values(data: bytes) -> bytes:
    """The workbook with formulas only, so that whatever LibreOffice shows it has calculated itself."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                content = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", content)
                assert b"</f><v>" not in content
            new.writestr(name, content)
    return made.getvalue()
