"""Complete pairs, each timepoint by itself: what a small study is answered by, and what any other must survive."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from elisa_bdnf.model.effect import Contrast, Ranks
from elisa_bdnf.study.cells import Cells
from elisa_bdnf.study.question import Answers, Question, adjusted, contrast_from
from elisa_bdnf.study.statistics import Contrast as Estimate
from elisa_bdnf.study.statistics import NoResult, SignedRank, paired
from elisa_bdnf.study.statistics.contrasts import t_contrast


def paired_answers(cells: Cells, question: Question) -> Answers:
    """Paired t and signed ranks within groups, Welch's t test of the changes between them."""
    within = [_change(cells, question, *place) for place in question.within]
    between = [_comparison(cells, question, *place) for place in question.between]
    return Answers(adjusted(within, question.primary), adjusted(between, question.primary))


def _change(cells: Cells, question: Question, group: str, timepoint: str) -> Contrast:
    pairs = cells.pairs(group, question.baseline, timepoint)
    found = paired([b for b, _ in pairs], [a for _, a in pairs], timepoint)
    one = contrast_from(found.t_test, timepoint, group, question.baseline, len(pairs), "paired t")
    return one if isinstance(found.signed_rank, NoResult) else replace(one, ranks=_ranks(found.signed_rank))


def _ranks(found: SignedRank) -> Ranks:
    logs = (found.pseudomedian, found.low, found.high)
    return Ranks(found.p, *(None if log is None else math.exp(log) for log in logs))


def _comparison(cells: Cells, question: Question, group: str, timepoint: str) -> Contrast:
    sides = [[a - b for b, a in cells.pairs(g, question.baseline, timepoint)] for g in (group, question.reference)]
    n = len(sides[0]) + len(sides[1])
    return contrast_from(welch(*sides), timepoint, group, question.reference, n, "Welch t of changes")


def welch(one: Sequence[float], other: Sequence[float]) -> Estimate | NoResult:
    """Difference of two means with unequal variances; Satterthwaite's degrees of freedom (Welch 1947)."""
    if min(len(one), len(other)) < 2:
        return NoResult("a comparison needs at least two values on either side")
    variances = [float(np.var(side, ddof=1)) / len(side) for side in (one, other)]
    total = sum(variances)
    if total <= 0:
        return NoResult("no scatter within the groups")
    df = total**2 / sum(v**2 / (len(s) - 1) for v, s in zip(variances, (one, other), strict=True))
    return t_contrast("", float(np.mean(one) - np.mean(other)), math.sqrt(total), df)
