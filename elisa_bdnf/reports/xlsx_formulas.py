"""The curve as spreadsheet formulas, in the named cells that the sheet ``Curve`` defines.

The same algebra as :mod:`elisa_bdnf.model.curve` states; ``y`` and ``x`` are addresses of cells.
"""

from __future__ import annotations

from collections.abc import Sequence

from elisa_bdnf.model.curve import Model

PARAMETERS = {
    Model.FOUR_PL: ("a", "b", "c", "d"),
    Model.THREE_PL: ("a", "b", "c", "d"),
    Model.FIVE_PL: ("a", "b", "c", "d", "g"),
    Model.FIVE_PL_R: ("a", "b", "c", "d", "g"),
    Model.LINEAR: ("a", "b"),
    Model.LOG_LOG: ("a", "b"),
}
LARGEST_LN = 700  # e^700 is still a number
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
        return f"IF({x}>0,curve_a+(curve_d-curve_a)*{_share(f'curve_c/{x}')},curve_a)"
    if model is Model.FIVE_PL:
        return f"IF({x}>0,curve_d+(curve_a-curve_d)*{_share(f'{x}/curve_c')},curve_a)"
    within = f"curve_d+(curve_a-curve_d)/(1+({x}/curve_c)^curve_b)"
    return f"IF({x}>0,IF(curve_b*LN({x}/curve_c)>{LARGEST_LN},curve_d,{within}),curve_a)"


def _share(ratio: str) -> str:
    """(1 + ratio^b)^−g; where ratio^b is more than a number holds, the 1 does not matter."""
    return f"IF(curve_b*LN({ratio})>{LARGEST_LN},({ratio})^(-curve_b*curve_g),(1+({ratio})^curve_b)^(-curve_g))"


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
        return f"curve_c*EXP({_ln_power(f'(curve_d-curve_a)/(curve_d-{y})')}/curve_b)"
    if model is Model.FIVE_PL_R:
        return f"curve_c*EXP(-{_ln_power(f'(curve_d-curve_a)/({y}-curve_a)')}/curve_b)"
    return f"curve_c*(({y}-curve_a)/(curve_d-{y}))^(1/curve_b)"


def _ln_power(ratio: str) -> str:
    """Ln(ratio^(1/g) − 1), by parts since ratio^(1/g) can be more than a number holds."""
    return f"(LN({ratio})/curve_g+LN(1-({ratio})^(-1/curve_g)))"


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
