"""Who responded: as the sample sheet says it, or by the protocol's criterion on a rating scale."""

from __future__ import annotations

from collections.abc import Sequence

from elisa_bdnf.inputs.numbers import number_from_text_or_none
from elisa_bdnf.model.measurement import Measurement
from elisa_bdnf.model.protocol import ResponseCriterion
from elisa_bdnf.study.identity import attribute

RESPONDER, NON_RESPONDER = "responder", "non-responder"
_YES = frozenset(["yes", "y", "true", "1", "r", "responder", "resp", "response", "responded"])
_NO = frozenset(["no", "n", "false", "0", "nr", "nonresponder", "nonresp", "noresponse", "notresponder"])
_UNKNOWN = frozenset(["", "na", "n/a", "nan", "-", "?", "unknown", "nd"])


def class_from_text(text: str) -> str:
    """``yes`` → responder, ``0`` → non-responder; a word that is neither stays as it was written."""
    compact = text.strip().casefold().replace("-", "").replace(" ", "").replace("_", "")
    if compact in _UNKNOWN or text.strip() in _UNKNOWN:
        return ""
    if compact in _YES:
        return RESPONDER
    return NON_RESPONDER if compact in _NO else text.strip()


def class_by_criterion(
    of_subject: Sequence[Measurement], criterion: ResponseCriterion, baseline: str
) -> tuple[str, str]:
    """Class and its reason (both empty where the scores are not there): the reduction in percent of baseline.

    All rows of the subject count, also those without a concentration: a rating needs no blood.
    """
    scores: dict[str, float] = {}
    for each in of_subject:
        score = number_from_text_or_none(attribute(each, criterion.score_column))
        if score is not None:
            scores.setdefault(each.timepoint, score)
    before, after = scores.get(baseline), scores.get(criterion.timepoint)
    if before is None or after is None or before <= 0:
        return "", ""
    reduction = 100 * (before - after) / before
    found = RESPONDER if reduction >= criterion.reduction_percent - 1e-9 else NON_RESPONDER
    return found, (
        f"{criterion.score_column} {before:g} → {after:g} at {criterion.timepoint}: {reduction:.0f} % lower "
        f"(criterion {criterion.reduction_percent:g} %)"
    )
