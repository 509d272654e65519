"""Which method answers a study, by rules that were written down before any data were seen (docs/study.md).

1. Fewer than 10 subjects with a number at baseline and later: paired t tests on ln concentration, with Wilcoxon's
   signed ranks, are what the report says first. The model of rules 2 and 3 stands beside them.
2. Any value above the ULOQ, or more than 10 % of the values of any group and timepoint below the LLOQ: mixed model by
   restricted likelihood with limits as censored observations.
3. Otherwise: mixed model by REML; the few values below the LLOQ enter as LLOQ/√2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from elisa_bdnf.model.measurement import Censoring
from elisa_bdnf.study.cells import MOST_SUBSTITUTED_PERCENT, Cells
from elisa_bdnf.study.statistics import MixedFit, NoResult, fit_censored, fit_mixed

LEAST_SUBJECTS = 10


class Method(StrEnum):
    PAIRED = "paired t"
    REML = "REML"
    CENSORED = "censored restricted likelihood"


@dataclass(frozen=True, slots=True)
class Choice:
    """A method, and the rule that chose it as a sentence."""

    method: Method
    reason: str


def small_study_reason(cells: Cells, baseline: str) -> str:
    """Why paired tests come first (rule 1); empty where the study is large enough for the model."""
    complete = cells.complete_subjects(baseline)
    if complete >= LEAST_SUBJECTS:
        return ""
    have = "1 subject has" if complete == 1 else f"{complete} subjects have"
    return f"{have} a number at {baseline} and later; below {LEAST_SUBJECTS} paired tests come first"


def choice_for(cells: Cells, baseline: str) -> Choice:
    """The model, by rules 2 and 3."""
    if any(row.measurement.censoring is Censoring.RIGHT for row in cells.rows):
        return Choice(Method.CENSORED, "values above the ULOQ enter as such")
    share = cells.most_censored_percent()
    if share > MOST_SUBSTITUTED_PERCENT:
        said = f"{share:.0f} % of the values of a group and timepoint are below the LLOQ"
        return Choice(Method.CENSORED, f"{said} (limit for substitution: {MOST_SUBSTITUTED_PERCENT:g} %)")
    complete = cells.complete_subjects(baseline)
    said = f"{'1 subject has' if complete == 1 else f'{complete} subjects have'} a number at {baseline} and later"
    few_below = f"; {cells.n_censored} below the LLOQ enter as LLOQ/√2" if cells.n_censored else ""
    return Choice(Method.REML, said + few_below)


def fitted(
    cells: Cells, method: Method, *, below: float = 1 / math.sqrt(2), above: float = 1.0, known_error: bool = True
) -> MixedFit | NoResult:
    """The mixed model of all cells. ``below`` and ``above`` stand in for limits where the method substitutes."""
    names = [" ".join(cell) for cell in cells.cells]
    subject = [row.subject for row in cells.rows]
    plate = cells.plates if cells.spans_plates() else None
    known = cells.known_variance if known_error else None
    if method is Method.CENSORED:
        return fit_censored(
            cells.logs(), cells.design(), names, subject=subject, censoring=cells.sides(), plate=plate,
            known_variance=known,
        )  # fmt: skip
    return fit_mixed(
        cells.logs(below, above), cells.design(), names, subject=subject, plate=plate, known_variance=known
    )
