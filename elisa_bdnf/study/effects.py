"""Changes from baseline, and differences between groups in them, with all that is asked about each."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from elisa_bdnf.model.effect import Contrast, ModelSummary, Sensitivity
from elisa_bdnf.study.cells import Cells
from elisa_bdnf.study.method import Choice, Method, choice_for, fitted, small_study_reason
from elisa_bdnf.study.pairs import paired_answers
from elisa_bdnf.study.question import Answers, Question, adjusted, contrast_from, no_contrast
from elisa_bdnf.study.statistics import MixedFit, NoResult, contrasts


@dataclass(frozen=True, slots=True)
class Effects:
    """Answers to a question: those of the model, and those of the pairs, with the reason why these may come first.

    Where no model can be fitted (``fit`` is None), the answers of the pairs stand in its place too.
    """

    model: ModelSummary
    modelled: Answers
    paired: Answers
    small: str
    choice: Choice
    fit: MixedFit | None = None

    @property
    def headline(self) -> Answers:
        return self.paired if self.small else self.modelled


def effects(cells: Cells, question: Question) -> Effects:
    """Choose the method by the rules, fit, and ask. A model that cannot be fitted gives way to paired tests, said."""
    choice = choice_for(cells, question.baseline)
    fit = fitted(cells, choice.method)
    obstacle = fit.reason if isinstance(fit, NoResult) else ""
    if isinstance(fit, NoResult) and choice.method is Method.CENSORED:
        why = f"{choice.reason}; the censored likelihood has no answer ({fit.reason}): limits enter as LLOQ/√2 and ULOQ"
        choice = Choice(Method.REML, why)
        fit = fitted(cells, choice.method)
    pairs = paired_answers(cells, question)
    small = small_study_reason(cells, question.baseline)
    if isinstance(fit, NoResult):
        choice = Choice(Method.PAIRED, f"no mixed model ({obstacle})")
        return Effects(_paired_summary(cells, choice), pairs, pairs, choice.reason, choice)
    answers = asked(fit, cells, question, choice.method.value)
    return Effects(_summary(fit, cells, question, choice), answers, pairs, small, choice, fit)


def asked(fit: MixedFit, cells: Cells, question: Question, method: str) -> Answers:
    """Every change from baseline and every difference between groups in it."""
    within = [_contrast(fit, cells, question, method, place) for place in question.within]
    between = [_contrast(fit, cells, question, method, place, question.reference) for place in question.between]
    return Answers(adjusted(within, question.primary), adjusted(between, question.primary))


def _contrast(
    fit: MixedFit, cells: Cells, question: Question, method: str, place: tuple[str, str], against: str = ""
) -> Contrast:
    group, timepoint = place
    n = len(cells.pairs(group, question.baseline, timepoint))
    n += len(cells.pairs(against, question.baseline, timepoint)) if against else 0
    needed = [(g, t) for g in (group, against) if g for t in (timepoint, question.baseline)]
    empty = [" ".join(cell) for cell in needed if cell not in cells.cells]
    if empty:
        return no_contrast(timepoint, group, against or question.baseline, n, f"no values for {', '.join(empty)}")
    weights = np.zeros(len(cells.cells))
    for sign, name in ((1, group), (-1, against)):
        if name:
            weights[cells.cells.index((name, timepoint))] += sign
            weights[cells.cells.index((name, question.baseline))] -= sign
    (found,) = contrasts(fit, weights[np.newaxis, :], [timepoint])
    return contrast_from(found, timepoint, group, against or question.baseline, n, method)


def _summary(fit: MixedFit, cells: Cells, question: Question, choice: Choice) -> ModelSummary:
    share = int((cells.known_variance > 0).sum())
    numbers = len(cells.rows) - cells.n_censored
    remarks = list(fit.notes)
    if 0 < share < numbers:
        remarks.append(f"{numbers - share} of {numbers} values have no interval: no measurement error is known of them")
    remarks += [f"the variance of {name} is estimated as zero" for name in fit.boundary]
    # With censored values plates are columns of the design, beside those of groups and timepoints.
    plate = " + (1 | plate)" if fit.sd_plate is not None else " + plate" * (len(fit.columns) > len(cells.cells))
    return ModelSummary(
        formula=question.formula + plate,
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


def _paired_summary(cells: Cells, choice: Choice) -> ModelSummary:
    numbers = [row for row in cells.rows if row.measurement.concentration is not None]
    return ModelSummary(
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


def sensitivity(cells: Cells, question: Question, found: Effects) -> tuple[Sensitivity, ...]:
    """The changes of the headline under other assumptions about method, limits and measurement error."""
    if found.fit is None:
        return ()
    result = [
        Sensitivity(name, meaning, asked(fit, cells, question, name).contrasts)
        for name, meaning, fit in _other_fits(cells, found.choice.method)
        if not isinstance(fit, NoResult)
    ]
    if found.small:
        method = f"{found.model.formula} by {found.choice.method}, in spite of few subjects"
        return (Sensitivity("mixed model", method, found.modelled.contrasts), *result)
    return (*result, Sensitivity("paired t", "complete pairs only, each timepoint by itself", found.paired.contrasts))


def _other_fits(cells: Cells, method: Method) -> list[tuple[str, str, MixedFit | NoResult]]:
    made = []
    if cells.n_censored:
        for name, share in (("LLOQ/√2", 1 / math.sqrt(2)), ("LLOQ/2", 0.5)):
            if method is Method.REML and share > 0.6:
                continue  # that is the main analysis
            meaning = f"values below the LLOQ replaced by {name}, those above the ULOQ by the ULOQ; REML"
            made.append((f"substitution {name}", meaning, fitted(cells, Method.REML, below=share)))
    if (cells.known_variance > 0).any():
        meaning = "the intervals of the concentrations are left out of the model"
        made.append(("measurement error ignored", meaning, fitted(cells, method, known_error=False)))
    return made
