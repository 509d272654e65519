"""A worksheet that takes our formulas as they are.

XlsxWriter looks through every formula for some forty functions of recent Excel versions, which costs more than half of
the time of a report; none of them is used here. Where a later version works otherwise, only that time is lost.
"""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet


class FormulaSheet(Worksheet):  # type: ignore[misc, unused-ignore]
    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:  # noqa: ARG002
        return formula.removeprefix("=")
