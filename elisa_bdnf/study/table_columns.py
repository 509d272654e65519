"""Headings of a table of concentrations → our words, and the texts that stand in place of a concentration."""

from __future__ import annotations

import re
from typing import NamedTuple

from elisa_bdnf.inputs.columns import column_from_text
from elisa_bdnf.inputs.numbers import number_from_text_or_none
from elisa_bdnf.inputs.units import name_and_unit_from_text

# Columns of samples.csv and their usual names elsewhere, beside those that sample sheets have.
_OWN = {
    "ci_low": ("ci_low", "cilow", "cilower", "lowerci", "ci95low", "ci95lower", "lower95", "lcl", "ll95"),
    "ci_high": ("ci_high", "cihigh", "ciupper", "upperci", "ci95high", "ci95upper", "upper95", "ucl", "ul95"),
    "status": ("status", "rangestatus", "flag"),
    "lloq": ("lloq", "loq", "lowerlimitofquantification", "limitofquantification"),
    "uloq": ("uloq", "upperlimitofquantification"),
    "limit": ("limit",),
    "reason": ("reason",),
    "reportable": ("reportable",),
    "plate_verdict": ("plate_verdict", "plateverdict", "verdict"),
    "kit": ("kit", "kitid", "kitname"),
    "lot": ("lot", "kitlot", "lotnumber", "batchnumber"),
    "text": ("text",),
}
_ANALYTE = frozenset(["bdnf", "bdnfconc", "bdnfconcentration", "bdnflevel", "bdnflevels"])
_BY_KEY = {re.sub(r"[^a-z0-9]", "", word): name for name, words in _OWN.items() for word in words}
_SHARED = frozenset({
    "sample", "subject", "timepoint", "concentration", "plate", "matrix", "unit", "arm", "responder", "dilution",
    "actual_time_min",
})  # fmt: skip
NUMBERS = ("concentration", "ci_low", "ci_high", "lloq", "uloq", "limit", "actual_time_min")

BELOW_STATUS = frozenset(["below_lloq", "below_curve", "below_range", "below_lod"])
ABOVE_STATUS = frozenset(["above_uloq", "above_curve", "above_range", "saturated"])
WITHIN_STATUS = frozenset(["within", "within_range", "in_range", "ok", "quantified", ""])
_BELOW = frozenset(["blq", "bql", "bloq", "blloq", "lloq", "<lloq", "belowlloq", "<loq", "<lod", "belowlod", "bld",
                    "belowcurve", "belowrange", "below"])  # fmt: skip
_ABOVE = frozenset(["alq", "aql", "uloq", ">uloq", "aboveuloq", "abovecurve", "aboverange", "above", "saturated",
                    "overflow", "ovrflw"])  # fmt: skip
_MISSING = frozenset(["", "na", "n/a", "nan", "null", "none", "missing", "-", "--", ".", "–"])
_AMBIGUOUS = frozenset(["nd", "n.d.", "n.d"])


class Understood(NamedTuple):
    """A heading: our word, the unit behind it, and whether it is one of ours."""

    name: str
    unit: str
    known: bool


class Cell(NamedTuple):
    """A cell of concentrations: a number, a bound (``<``, ``>``) with or without its number, or a problem."""

    value: float | None = None
    bound: str = ""
    problem: str = ""


def heading_from_text(text: str) -> Understood:
    """``CI low`` → ci_low; ``conc_pg_mL`` → concentration in pg/mL; anything else keeps its own name."""
    own = _BY_KEY.get(re.sub(r"[^a-z0-9]", "", text.casefold()))
    if own is not None:
        return Understood(own, "", known=True)
    name, unit = name_and_unit_from_text(text)
    if re.sub(r"[^a-z]", "", name.casefold()) in _ANALYTE:
        return Understood("concentration", unit or "", known=True)
    column = column_from_text(text)
    if column.known and column.name in _SHARED:
        return Understood(column.name, column.unit or "", known=True)
    return Understood(text.strip(), "", known=False)


def concentration_from_text(text: str, decimal: str) -> Cell:
    """``412``, ``< 31.2``, ``BLQ``, ``NA``; never a guess about ``n.d.``, a negative number or zero."""
    number = number_from_text_or_none(text, decimal)
    if number is not None:
        return Cell(number)
    compact = re.sub(r"\s+", "", text.casefold()).replace("≤", "<").replace("≥", ">")
    if compact in _MISSING:
        return Cell()
    if compact in _AMBIGUOUS:
        return Cell(problem=f"{text!r} can mean not detected or not determined")
    if compact[0] in "<>" and (limit := number_from_text_or_none(compact[1:].lstrip("="), decimal)) is not None:
        return Cell(limit, compact[0])
    word = compact.replace("_", "").replace("-", "")
    if word in _BELOW or word in _ABOVE:
        return Cell(None, "<" if word in _BELOW else ">")
    return Cell(problem=f"the concentration {text!r} is neither a number nor a limit such as < 31.2")


def status_from_text(text: str) -> str:
    """A status in our words where it is one of them, else as written: ``BLQ`` → ``below_lloq``."""
    compact = re.sub(r"[^a-z<>]", "", text.casefold())
    if compact in _BELOW:
        return "below_lloq"
    if compact in _ABOVE:
        return "above_uloq"
    return text.strip().casefold().replace(" ", "_")
