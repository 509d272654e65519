"""Samples that a person leaves out: each with a reason, each recorded, none without effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from elisa_bdnf.errors import Problem, UsageError
from elisa_bdnf.model.measurement import Measurement, Use

LEAST_REASON = 10


@dataclass(frozen=True, slots=True)
class Exclusion:
    """``plate`` empty: the sample on every plate (or table)."""

    sample: str
    plate: str
    reason: str


def exclusions_from_options(options: Sequence[str]) -> tuple[Exclusion, ...]:
    """``SAMPLE: reason`` or ``SAMPLE@PLATE: reason``. Raises UsageError for all that have no reason worth the name."""
    made, problems = [], []
    for option in options:
        who, colon, reason = option.partition(": ")
        sample, _, plate = who.partition("@")
        if not colon or not sample.strip() or len(reason.strip()) < LEAST_REASON:
            expected = f"SAMPLE: reason, or SAMPLE@PLATE: reason, of at least {LEAST_REASON} characters"
            problems.append(Problem(f"--exclude {option!r} leaves out a sample without a reason", expected))
        made.append(Exclusion(sample.strip(), plate.strip(), reason.strip()))
    if problems:
        raise UsageError(problems=problems)
    return tuple(made)


def leave_out(
    measurements: Sequence[Measurement], exclusions: Sequence[Exclusion]
) -> tuple[list[Measurement], list[Problem]]:
    """Measurements with the excluded ones marked, and a problem for every exclusion that fits no sample."""
    left, fitting = list(measurements), set()
    for index, each in enumerate(measurements):
        for exclusion in exclusions:
            if each.sample == exclusion.sample and exclusion.plate in ("", each.plate, each.source):
                fitting.add(exclusion)
                left[index] = replace(each, use=Use.LEFT_OUT, reason=exclusion.reason)
    unmatched = [
        Problem(f"--exclude names {e.sample!r}{f' on {e.plate!r}' if e.plate else ''}, which is not in the study")
        for e in exclusions
        if e not in fitting
    ]
    return left, unmatched
