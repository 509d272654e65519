"""Is what a study compares spread over its plates, or would a plate or a gradient pass for an effect?"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.measurement import Measurement
from elisa_bdnf.model.plate import row_column_from_well, well_from_text_or_none
from elisa_bdnf.qc.rule import Missing, Remark, Verdicts, as_set, digits, exceeds
from elisa_bdnf.qc.study_rule import listed, study_rule

if TYPE_CHECKING:
    from elisa_bdnf.model.study import StudyAnalysis


@study_rule("STU-04", FindingLevel.WARN, "policy: what is on one plate only cannot be told from that plate")
def plates_are_balanced(study: StudyAnalysis, *, association: float = 0.5) -> Verdicts:
    """No timepoint, arm or class of response is on one plate only while there are several, nor in columns of its own.

    ``association`` is Cramér's V between timepoint and column of the plate, put right for the size of the table
    (Bergsma 2013): 0 where timepoints lie in all columns alike, 1 where each has its own.
    """
    yield from _timepoints_in_columns(study, association)
    used = [each for each in study.measurements if each.used and each.plate]
    plates = {each.plate for each in used}
    if len(plates) < 2:
        yield Missing("the study has one plate, or names none")
        return
    for what, value_of in (("timepoint", _timepoint), ("arm", _arm), ("responder", _responder)):
        where: dict[str, set[str]] = {}
        for each in used:
            if value_of(each):
                where.setdefault(value_of(each), set()).add(each.plate)
        lonely = [f"{value} ({next(iter(on))})" for value, on in where.items() if len(on) == 1]
        if len(where) > 1 and lonely:
            yield Remark(
                f"{what} on one plate only: {listed(lonely)}; its effect cannot be told from that of the plate",
                measured="1 plate",
                limit=f"several of {len(plates)}",
                action="annotate",
            )


def _timepoints_in_columns(study: StudyAnalysis, association: float) -> Verdicts:
    placed = [(each.timepoint, column_or_none(each)) for each in study.measurements if each.used and each.timepoint]
    known = [(timepoint, column) for timepoint, column in placed if column is not None]
    if not known:
        yield Missing("the input does not say in which wells samples were")
        return
    found = cramers_v(known)
    if exceeds(found, association):
        yield Remark(
            "timepoints lie in columns of their own: a gradient over the plate cannot be told from a change over time",
            measured=digits(found, association),
            limit=as_set(association),
            action="annotate",
        )


def column_or_none(each: Measurement) -> int | None:
    """The column of the first well of a sample, from 0; None where no well is stated."""
    first = each.attributes.get("wells", "").replace(",", " ").replace(";", " ").split()[:1]
    well = well_from_text_or_none(first[0]) if first else None
    return row_column_from_well(well)[1] if well else None


def cramers_v(pairs: Sequence[tuple[str, int]]) -> float:
    """Cramér's V of two classes with the correction of Bergsma 2013, 0 to 1; 0 where either has one class only."""
    n, both = len(pairs), Counter(pairs)
    one, other = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    rows, columns = len(one), len(other)
    if min(rows, columns) < 2:
        return 0.0
    chi2 = n * (sum(count**2 / (one[a] * other[b]) for (a, b), count in both.items()) - 1)
    excess = max(0.0, chi2 / n - (rows - 1) * (columns - 1) / (n - 1))
    fewer = min(size - (size - 1) ** 2 / (n - 1) for size in (rows, columns))
    return math.sqrt(excess / (fewer - 1)) if fewer > 1 else 0.0


def _timepoint(each: Measurement) -> str:
    return each.timepoint


def _arm(each: Measurement) -> str:
    return each.arm


def _responder(each: Measurement) -> str:
    return each.responder
