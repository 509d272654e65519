"""Changes from baseline, and differences between groups in them, with all that is asked about each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from elisa_bdnf.model.study import Contrast, ModelSummary, Sensitivity
from elisa_bdnf.study.cells import Cells
from elisa_bdnf.study.method import Choice, Method, choice_for, fitted
from elisa_bdnf.study.statistics import Contrast as Estimate
from elisa_bdnf.study.statistics import MixedFit, NoResult, contrasts, holm, paired
from elisa_bdnf.study.statistics.contrasts import t_contrast

_REFERENCES = ("placebo", "control", "vehicle", "saline", "sham", "midazolam", "untreated", "non-responder")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: which baseline, which timepoints after it, which groups, which one was declared primary."""

    baseline: str
    timepoints: tuple[str, ...]
    groups: tuple[str, ...]
    primary: str
    factor: str  # arm, responder or empty, for the formula

    @property
    def reference(self) -> str:
        """The group that the others are compared with: one with the name of a control, else the first."""
        named = [g for word in _REFERENCES for g in self.groups if g.casefold().startswith(word)]
        return named[0] if named else self.groups[0]

    @property
    def formula(self) -> str:
        times = f"timepoint × {self.factor}" if self.factor else "timepoint"
        return f"ln(concentration) ~ {times} + (1 | subject)"


@dataclass(frozen=True, slots=True)
class Effects:
    """Answers to a question."""

    model: ModelSummary
    contrasts: tuple[Contrast, ...]
    comparisons: tuple[Contrast, ...]
    sensitivity: tuple[Sensitivity, ...]
    fit: MixedFit | None = None


def effects(cells: Cells, question: Question) -> Effects:
    """Choose the method by the rules, fit, and ask. A model that cannot be fitted gives way to paired tests, said."""
    choice = choice_for(cells, question.baseline)
    if choice.method is Method.PAIRED:
        return _paired_effects(cells, question, choice)
    fit = fitted(cells, choice.method)
    if isinstance(fit, NoResult) and choice.method is Method.CENSORED:
        why = f"{choice.reason}; the censored likelihood has no answer ({fit.reason}): limits enter as LLOQ/√2 and ULOQ"
        choice = Choice(Method.REML, why)
        fit = fitted(cells, choice.method)
    if isinstance(fit, NoResult):
        return _paired_effects(cells, question, Choice(Method.PAIRED, f"no mixed model: {fit.reason}"))
    within, between = asked(fit, cells, question, choice.method.value)
    return Effects(_summary(fit, cells, question, choice), within, between, _others(cells, question, choice), fit)


def asked(
    fit: MixedFit, cells: Cells, question: Question, method: str
) -> tuple[tuple[Contrast, ...], tuple[Contrast, ...]]:
    """Every change from baseline and every difference between groups in it."""
    within = [
        _contrast(fit, cells, question, method, timepoint, group)
        for group in question.groups
        for timepoint in question.timepoints
    ]
    between = [
        _contrast(fit, cells, question, method, timepoint, group, question.reference)
        for group in question.groups
        if group != question.reference
        for timepoint in question.timepoints
    ]
    return _adjusted(within, question), _adjusted(between, question)


def _contrast(
    fit: MixedFit, cells: Cells, question: Question, method: str, timepoint: str, group: str, against: str = ""
) -> Contrast:
    n = len(cells.pairs(group, question.baseline, timepoint))
    n += len(cells.pairs(against, question.baseline, timepoint)) if against else 0
    needed = [(g, t) for g in (group, against) if g for t in (timepoint, question.baseline)]
    empty = [" ".join(cell) for cell in needed if cell not in cells.cells]
    if empty:
        return _no_contrast(timepoint, group, against or question.baseline, n, f"no values for {', '.join(empty)}")
    weights = np.zeros(len(cells.cells))
    for sign, name in ((1, group), (-1, against)):
        if name:
            weights[cells.cells.index((name, timepoint))] += sign
            weights[cells.cells.index((name, question.baseline))] -= sign
    (found,) = contrasts(fit, weights[np.newaxis, :], [timepoint])
    return contrast_from(found, timepoint, group, against or question.baseline, n, method)


def contrast_from(
    found: Estimate | NoResult, timepoint: str, group: str, against: str, n: int, method: str
) -> Contrast:
    """An answer of the statistics as a value of the study."""
    if isinstance(found, NoResult):
        return _no_contrast(timepoint, group, against, n, found.reason)
    df = found.df if math.isfinite(found.df) else None
    return Contrast(
        timepoint, group, against, found.estimate, found.se, df, found.t, found.p, None, found.ratio, found.ratio_low,
        found.ratio_high, n, method=method,
    )  # fmt: skip


def _no_contrast(timepoint: str, group: str, against: str, n: int, reason: str) -> Contrast:
    nothing = (None, None, None, None, None, None, None, None, None)
    return Contrast(timepoint, group, against, *nothing, n, reason=reason)


def _adjusted(found: Sequence[Contrast], question: Question) -> tuple[Contrast, ...]:
    """Holm's adjustment within each group; the declared primary timepoint keeps its own p."""
    result = list(found)
    for group in dict.fromkeys(each.group for each in found):
        family = [at for at, each in enumerate(found) if each.group == group and each.p is not None]
        primary = next((i for i, at in enumerate(family) if found[at].timepoint == question.primary), None)
        adjusted = holm([found[at].p or 0.0 for at in family], primary) if family else ()
        for at, p in zip(family, adjusted, strict=True):
            result[at] = replace(found[at], p_holm=p, primary=found[at].timepoint == question.primary)
    return tuple(result)


def _summary(fit: MixedFit, cells: Cells, question: Question, choice: Choice) -> ModelSummary:
    known = cells.known_variance()
    share = int((known > 0).sum())
    remarks = list(fit.notes)
    if 0 < share < known.size:
        remarks.append(
            f"{known.size - share} of {known.size} values have no interval: no measurement error is known of them"
        )
    remarks += [f"the variance of {name} is estimated as zero" for name in fit.boundary]
    return ModelSummary(
        formula=question.formula + (" + (1 | plate)" if fit.sd_plate is not None else ""),
        method=choice.method.value,
        reason=choice.reason,
        sd_subject=fit.sd_subject,
        sd_plate=fit.sd_plate,
        sd_residual=fit.sd_residual,
        n=fit.n,
        subjects=fit.subjects,
        n_censored=cells.n_censored,
        known_error=share > 0,
        converged=fit.convergence.converged,
        boundary=bool(fit.boundary),
        log_likelihood=-fit.criterion / 2,
        remarks=tuple(remarks),
    )


def _others(cells: Cells, question: Question, choice: Choice) -> tuple[Sensitivity, ...]:
    """The same questions under other assumptions about limits, measurement error and method."""
    made = []
    if cells.n_censored:
        for name, share in (("LLOQ/√2", 1 / math.sqrt(2)), ("LLOQ/2", 0.5)):
            if choice.method is Method.REML and share > 0.6:
                continue  # that is the main analysis
            meaning = f"values below the LLOQ replaced by {name}, those above the ULOQ by the ULOQ; REML"
            made.append((f"substitution {name}", meaning, fitted(cells, Method.REML, below=share)))
    if (cells.known_variance() > 0).any():
        meaning = "the intervals of the concentrations are left out of the model"
        made.append(("measurement error ignored", meaning, fitted(cells, choice.method, known_error=False)))
    result = [
        Sensitivity(name, meaning, asked(fit, cells, question, name)[0])
        for name, meaning, fit in made
        if not isinstance(fit, NoResult)
    ]
    pairs = paired_contrasts(cells, question)
    return (*result, Sensitivity("paired t", "complete pairs only, each timepoint by itself", pairs))


def _paired_effects(cells: Cells, question: Question, choice: Choice) -> Effects:
    within = paired_contrasts(cells, question)
    numbers = [row for row in cells.rows if row.measurement.concentration is not None]
    model = ModelSummary(
        formula="ln(concentration at timepoint) − ln(concentration at baseline), t test within each timepoint",
        method=choice.method.value,
        reason=choice.reason,
        sd_subject=None,
        sd_plate=None,
        sd_residual=None,
        n=len(numbers),
        subjects=len({row.subject for row in numbers}),
        n_censored=cells.n_censored,
        remarks=(f"{cells.n_censored} censored values are in no pair",) if cells.n_censored else (),
    )
    beside = fitted(cells, Method.REML)
    also = () if isinstance(beside, NoResult) else asked(beside, cells, question, "REML")[0]
    meaning = "mixed model by REML in spite of few subjects; limits enter as LLOQ/√2 and ULOQ"
    sensitivity = (Sensitivity("mixed model", meaning, also),) if also else ()
    return Effects(model, within, _welch_comparisons(cells, question), sensitivity)


def paired_contrasts(cells: Cells, question: Question) -> tuple[Contrast, ...]:
    """Paired t and signed ranks of complete pairs, by group and timepoint."""
    made = []
    for group in question.groups:
        for timepoint in question.timepoints:
            pairs = cells.pairs(group, question.baseline, timepoint)
            found = paired([b for b, _ in pairs], [a for _, a in pairs], timepoint)
            one = contrast_from(found.t_test, timepoint, group, question.baseline, len(pairs), "paired t")
            ranks = found.signed_rank
            made.append(one if isinstance(ranks, NoResult) else replace(one, wilcoxon_p=ranks.p))
    return _adjusted(made, question)


def _welch_comparisons(cells: Cells, question: Question) -> tuple[Contrast, ...]:
    """Changes of two groups by Welch's t test on the ln scale."""
    made = []
    for group in question.groups:
        for timepoint in question.timepoints if group != question.reference else ():
            sides = [
                [a - b for b, a in cells.pairs(g, question.baseline, timepoint)] for g in (group, question.reference)
            ]
            n = len(sides[0]) + len(sides[1])
            made.append(contrast_from(welch(*sides), timepoint, group, question.reference, n, "Welch t of changes"))
    return _adjusted(made, question)


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
