"""A plain table of concentrations and responses: standards, and below them (or between them) unknowns."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from elisa_bdnf.analysis.calibrate import calibrate
from elisa_bdnf.analysis.quantify import CurveReading, read_responses
from elisa_bdnf.errors import Problem, TableError, UsageError
from elisa_bdnf.inputs.columns import column_from_text
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.numbers import decimal_mark_from_rows, number_from_text_or_none, response_or_none
from elisa_bdnf.model.curve import Curve, CurveSpec, FitOn, Level, Limits, Model, NoCurve, weights_from_text
from elisa_bdnf.model.protocol import LimitSettings
from elisa_bdnf.model.reading import NoteKind
from elisa_bdnf.model.result import RangeStatus

SCHEMA = "elisa-bdnf/fit/1"
_RESPONSE = re.compile(  # of a heading in lower case, letters and digits only
    r"(mean|net|corrected|raw|blanked)?"
    r"(response|od|oddata|opticaldensity|absorbance|abs|y|signal|value|reading|mfi|rlu|rfu|fluorescence|luminescence)"
    r"(od|au)?(\d{3}(nm)?(\d{3}(nm)?)?)?"
)
_SAME = 1e-8  # relative difference of concentrations that is only rounding by a spreadsheet
_PARAMETERS = "abcdg"
_EVERYTHING = LimitSettings(recovery_percent=math.inf, recovery_ends_percent=math.inf, cv_percent=math.inf)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A response without a concentration; nan where the reader could not measure it."""

    response: float
    name: str = ""
    saturated: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Levels by ascending concentration, unknowns in the order of the file, remarks on what was left out."""

    levels: tuple[Level, ...]
    unknowns: tuple[Unknown, ...]
    remarks: tuple[str, ...] = ()


def read_table(path: Path) -> Table:
    """Read a csv, tsv or xlsx with the columns concentration and response (and, if there is one, sample).

    Rows without a concentration are unknowns. Raises TableError naming every cell that cannot be used.
    """
    file = InputFile.open(path, error=TableError)
    rows = file.sheets[0].texts if file.kind in ("xlsx", "xls") else file.rows
    filled = [(number, row) for number, row in enumerate(rows, start=1) if any(cell.strip() for cell in row)]
    if not filled:
        raise TableError("the table is empty", expected="the columns concentration and response", file=file.name)
    columns = _columns(filled[0][1], file.name)
    decimal = decimal_mark_from_rows([[_cell(row, columns[name]) for name in ("concentration", "response")]
                                      for _, row in filled[1:]])  # fmt: skip
    return _table(filled[1:], columns, decimal, file.name)


def _columns(header: Sequence[str], file: str) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for index, text in enumerate(header):
        name = column_from_text(text).name
        compact = "".join(c for c in text.casefold() if c.isalnum())
        if name == "concentration" or compact == "x":
            found.setdefault("concentration", index)
        elif _RESPONSE.fullmatch(compact):
            found.setdefault("response", index)
        elif name == "sample":
            found.setdefault("sample", index)
    missing = [name for name in ("concentration", "response") if name not in found]
    if missing:
        raise TableError(
            f"the first row names no {' and no '.join(missing)}: {', '.join(repr(t.strip()) for t in header)}",
            expected="a heading such as concentration,response",
            hint="name the columns in the first row",
            place="1",
            file=file,
        )
    return found


def _cell(row: Sequence[str], index: int | None) -> str:
    return row[index].strip() if index is not None and index < len(row) else ""


def _table(rows: Sequence[tuple[int, Sequence[str]]], columns: Mapping[str, int], decimal: str, file: str) -> Table:
    problems: list[Problem] = []
    remarks: list[str] = []
    standards: dict[float, list[float]] = {}
    unknowns: list[Unknown] = []
    for number, row in rows:
        text, name = _cell(row, columns["concentration"]), _cell(row, columns.get("sample"))
        concentration = number_from_text_or_none(text, decimal)
        cell = response_or_none(_cell(row, columns["response"]), decimal)
        if text and (concentration is None or concentration < 0):
            problems.append(Problem(f"the concentration {text!r} is not a number ≥ 0", place=str(number), file=file))
        elif cell is None or (math.isnan(cell.value) and cell.note is None):
            found = _cell(row, columns["response"])
            problems.append(Problem(f"the response {found!r} is not a number", place=str(number), file=file))
        elif concentration is None:
            saturated = cell.note is not None and cell.note.kind is NoteKind.OVERFLOW
            unknowns.append(Unknown(cell.value, name, saturated))
        elif math.isnan(cell.value) or cell.note is not None:
            word = cell.note.text if cell.note else ""
            remarks.append(f"line {number}: the standard {concentration:g} has {word!r} and is left out")
        else:
            standards.setdefault(_known(concentration, standards), []).append(cell.value)
    if problems:
        raise TableError(problems=problems)
    if not standards:
        raise TableError("no row has both a concentration and a response", expected="standards", file=file)
    levels = tuple(Level(nominal, tuple(standards[nominal])) for nominal in sorted(standards))
    return Table(levels, tuple(unknowns), tuple(remarks))


def _known(concentration: float, standards: Mapping[float, object]) -> float:
    """The concentration as it stands in the table already, up to rounding; itself where it is new."""
    near = (other for other in standards if abs(other - concentration) <= _SAME * concentration)
    return next(near, concentration)


def spec_from_options(
    model: str, weights: str, fit_on: str, fixed: Sequence[str], *, zero_in_fit: bool = True, confidence: float = 0.95
) -> CurveSpec:
    """The options of the command line as a CurveSpec; raises UsageError."""
    problems = []
    values: dict[str, float] = {}
    for text in fixed:
        name, _, number = text.partition("=")
        value = number_from_text_or_none(number)
        if name.strip() in values:
            problems.append(Problem(f"--fix {name.strip()} is given twice", "each parameter once"))
        elif name.strip() not in _PARAMETERS or not name.strip() or value is None:
            problems.append(Problem(f"--fix {text!r} cannot be understood", "a parameter and a number, such as a=0.05"))
        else:
            values[name.strip()] = value
    try:
        chosen = weights_from_text(weights)
    except ValueError as error:
        problems.append(Problem(f"--weights {error}"))
    if model not in list(Model):
        problems.append(Problem(f"--model {model!r} is not known", f"one of {', '.join(Model)}"))
    if fit_on not in list(FitOn):
        problems.append(Problem(f"--fit-on {fit_on!r} is not known", f"one of {', '.join(FitOn)}"))
    if not 0 < confidence < 1:
        problems.append(
            Problem(f"--confidence {confidence:g} is not a share", "a number between 0 and 1, such as 0.95")
        )
    if problems:
        raise UsageError(problems=problems)
    return CurveSpec(Model(model), chosen, FitOn(fit_on), zero_in_fit, MappingProxyType(values), confidence)


def fit_table(table: Table, spec: CurveSpec) -> Curve:
    """Fit the standards of a table; the range is that of its standards, since no protocol judges them.

    Raises TableError where no curve is possible, UsageError where that is due to the options alone.
    """
    curve = calibrate(table.levels, spec, _EVERYTHING)
    if isinstance(curve, NoCurve) and curve.cause == "settings":
        raise UsageError(curve.reason, hint=curve.hint)
    if isinstance(curve, NoCurve):
        raise TableError(f"no curve can be fitted ({curve.cause}): {curve.reason}", hint=curve.hint)
    nominals = [level.nominal for level in table.levels if level.nominal > 0]
    limits = Limits(
        min(nominals), max(nominals), "lowest standard", "highest standard", curve.limits.lod, curve.limits.lod_reason
    )
    return replace(curve, limits=limits)


def read_unknowns(table: Table, curve: Curve, *, extrapolate: bool = False) -> tuple[CurveReading, ...]:
    """Every unknown on the curve, as a single well."""
    readable = [u.response for u in table.unknowns if not (u.saturated or math.isnan(u.response))]
    found = iter(read_responses(curve, readable, [1] * len(readable), extrapolate=extrapolate))
    saturated = CurveReading(None, RangeStatus.SATURATED, "the reader could not measure it")
    nothing = CurveReading(None, RangeStatus.NO_VALUE, "no response")
    return tuple(
        saturated if u.saturated else nothing if math.isnan(u.response) else next(found) for u in table.unknowns
    )


def _number_or_none(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def json_from_fit(table: Table, curve: Curve, readings: Sequence[CurveReading]) -> dict[str, object]:
    """The record of ``fit --json``: numbers at full precision, null where there is none. Never nan or infinity."""
    report = curve.report
    finite = {name: _number_or_none(curve.estimate_or_none(name)) for name in _PARAMETERS}
    return {
        "schema": SCHEMA,
        "model": curve.model.value,
        "weights": str(curve.spec.weights),
        "parameters": finite,
        "standard_errors": {name: _number_or_none(curve.standard_errors.get(name)) for name in _PARAMETERS},
        "residual_sum_of_squares": _number_or_none(report.residual_sum_of_squares),
        "r_squared": _number_or_none(report.r_squared),
        "n": report.n,
        "standards": [
            {
                "concentration": point.level.nominal,
                "response": point.response,
                "back_calculated": _number_or_none(point.back_calculated),
                "recovery_percent": _number_or_none(point.recovery_percent),
            }
            for point in curve.standards
        ],
        "unknowns": [
            {
                "response": _number_or_none(unknown.response),
                "concentration": _number_or_none(reading.in_well) if reading.status.has_number else None,
                "ci_low": _number_or_none(reading.interval.low),
                "ci_high": _number_or_none(reading.interval.high),
                "status": reading.status.value,
                "sample": unknown.name,
                "reason": reading.reason,
                "interval_remark": reading.interval.remark,
            }
            for unknown, reading in zip(table.unknowns, readings, strict=True)
        ],
        "fit_on": curve.spec.fit_on.value,
        "fixed": dict(curve.spec.fixed),
        "confidence": curve.spec.confidence,
        "residual_sd": _number_or_none(report.residual_sd),
        "degrees_of_freedom": report.degrees_of_freedom,
        "theta": _number_or_none(report.theta),
        "not_identified": list(report.not_identified),
        "no_finite_estimate": list(report.no_finite_estimate),
        "starts": report.starts,
        "starts_at_optimum": report.starts_at_optimum,
        "remarks": [*table.remarks, *report.remarks],
    }
