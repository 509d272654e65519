"""The curve as spreadsheet formulas, in the named cells that the sheet ``Curve`` defines.

The same algebra as :mod:`elisa_bdnf.model.curve` states; ``y`` and ``x`` are addresses of cells.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from elisa_bdnf.model.curve import Curve, Model

PARAMETERS = {
    Model.FOUR_PL: ("a", "b", "c", "d"),
    Model.THREE_PL: ("a", "b", "c", "d"),
    Model.FIVE_PL: ("a", "b", "c", "d", "g"),
    Model.FIVE_PL_R: ("a", "b", "c", "d", "g"),
    Model.LINEAR: ("a", "b"),
    Model.LOG_LOG: ("a", "b"),
}
LONGEST_LIST = 60  # cell addresses in one AVERAGE; Excel takes 255 of them


def name(parameter: str) -> str:
    """The workbook name of a parameter; a bare ``c`` would mean a column to Excel."""
    return f"curve_{parameter}"


def response_formula(model: Model, x: str) -> str:
    """The fitted response at the concentration in cell ``x``."""
    if model is Model.LINEAR:
        return f"curve_a+curve_b*{x}"
    if model is Model.LOG_LOG:
        return f"IF({x}>0,EXP(curve_a+curve_b*LN({x})),0)"
    if model is Model.FIVE_PL_R:
        return f"IF({x}>0,curve_a+(curve_d-curve_a)/(1+(curve_c/{x})^curve_b)^curve_g,curve_a)"
    power = "^curve_g" if model is Model.FIVE_PL else ""
    return f"curve_d+(curve_a-curve_d)/(1+({x}/curve_c)^curve_b){power}"


def inverse_formula(model: Model, y: str) -> str:
    """The concentration at the response in cell ``y``; nothing where the curve has no inverse."""
    if model is Model.LINEAR:
        return f'IF(ISNUMBER({y}),IFERROR(IF(({y}-curve_a)/curve_b>0,({y}-curve_a)/curve_b,""),""),"")'
    if model is Model.LOG_LOG:
        return f'IF(ISNUMBER({y}),IFERROR(EXP((LN({y})-curve_a)/curve_b),""),"")'
    between = f"({y}-curve_a)*(curve_d-{y})>0"
    return f'IF(ISNUMBER({y}),IFERROR(IF({between},{_inverse(model, y)},""),""),"")'


def _inverse(model: Model, y: str) -> str:
    if model is Model.FIVE_PL:
        return f"curve_c*(((curve_d-curve_a)/(curve_d-{y}))^(1/curve_g)-1)^(1/curve_b)"
    if model is Model.FIVE_PL_R:
        return f"curve_c*(((curve_d-curve_a)/({y}-curve_a))^(1/curve_g)-1)^(-1/curve_b)"
    return f"curve_c*(({y}-curve_a)/(curve_d-{y}))^(1/curve_b)"


def status_formula(model: Model, y: str, x: str) -> str:
    """The range status, in the words of the other reports, from the response ``y`` and the concentration ``x``."""
    ranged = (
        f'IF({x}<LLOQ*(1-1E-9),IF(extrapolation="none","below_lloq","extrapolated"),'
        f'IF({x}>ULOQ*(1+1E-9),IF(extrapolation="none","above_uloq","extrapolated"),"within"))'
    )
    if model is Model.LINEAR:
        beyond = '"below_curve"'
    elif model is Model.LOG_LOG:
        beyond = 'IF(curve_b<0,"above_curve","below_curve")'
    else:
        beyond = f'IF(({y}-curve_a)*(curve_d-curve_a)<=0,"below_curve","above_curve")'
    return f'IF(ISNUMBER({x}),{ranged},IF(ISNUMBER({y}),{beyond},"no_value"))'


def list_formula(function: str, cells: Sequence[str]) -> str | None:
    """``AVERAGE(Wells!K5,Wells!K17)``; None where there are no cells, or too many to name them one by one."""
    if not cells or len(cells) > LONGEST_LIST:
        return None
    return f"{function}({','.join(cells)})"


def response_at(curve: Curve, x: float) -> float:
    """The fitted response at concentration ``x``: the value of :func:`response_formula`."""
    if curve.model is Model.LINEAR:
        return curve.a + curve.b * x
    if curve.model is Model.LOG_LOG:
        return math.exp(curve.a + curve.b * math.log(x)) if x > 0 else 0.0
    if x <= 0:
        return curve.a
    if curve.model is Model.FIVE_PL_R:
        return curve.a + (curve.d - curve.a) / math.pow(1 + math.pow(curve.c / x, curve.b), curve.g)
    g = curve.g if curve.model is Model.FIVE_PL else 1.0
    return curve.d + (curve.a - curve.d) / math.pow(1 + math.pow(x / curve.c, curve.b), g)
