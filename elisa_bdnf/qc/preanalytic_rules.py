"""How the blood was handled, where the sample sheet says so; platelets are the great confounder of plasma BDNF."""

from __future__ import annotations

import math

from elisa_bdnf.model.concentration_unit import factor_or_none
from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.qc.rule import Missing, Remark, Verdicts, as_set, below, digits, exceeds, number_or_none, rule
from elisa_bdnf.qc.subjects import EstimateSubject


@rule("SMP-PLT", FindingLevel.WARN, "about 99 % of blood BDNF sits in platelets (Sci Rep 2019, s41598-019-45976-5)")
def plasma_is_not_full_of_platelets(
    sample: EstimateSubject, *, max_pg_ml: float = 15_000, fraction: float = 0.5
) -> Verdicts:
    """Plasma does not hold so much BDNF that platelets must have been carried over.

    Nor half (``fraction``) of what the serum of the same subject and timepoint on this plate holds.
    """
    estimate, protocol = sample.estimate, sample.analysis.protocol
    matrix = estimate.group.content.matrix or protocol.matrix or ""
    factor = factor_or_none(protocol.unit, "pg/mL")
    if factor is None:
        yield Missing(f"{protocol.unit} is no mass of BDNF per volume")
    if not matrix.startswith("plasma") or factor is None:
        return
    if estimate.concentration is not None and exceeds(estimate.concentration * factor, max_pg_ml):
        value = estimate.concentration * factor
        yield Remark(
            f"{digits(value, max_pg_ml)} pg/mL in plasma: platelet carry-over?",
            measured=digits(value, max_pg_ml, unit=" pg/mL"),
            limit=f"{as_set(max_pg_ml)} pg/mL",
            action="annotate",
        )
    yield from _beside_serum(sample, fraction)


def _beside_serum(sample: EstimateSubject, fraction: float) -> Verdicts:
    content, plasma = sample.estimate.group.content, sample.estimate.concentration
    if plasma is None or not content.subject or not content.timepoint:
        return
    for other in sample.analysis.samples:
        drawn = other.group.content
        if drawn.matrix != "serum":
            continue
        if (drawn.subject, drawn.timepoint) == (content.subject, content.timepoint) and other.concentration:
            share = plasma / other.concentration
            if not below(share, fraction):
                yield Remark(
                    f"plasma holds {digits(100 * share, 100 * fraction)} % of what the serum of the same draw holds "
                    f"({drawn.name}): platelet carry-over?",
                    measured=digits(100 * share, 100 * fraction, unit=" %"),
                    limit=f"{as_set(100 * fraction)} %",
                    action="annotate",
                )


_COLUMNS = ("draw_to_spin_min", "freeze_thaw_n", "storage_days", "haemolysis_index")


@rule(
    "PRE-01",
    FindingLevel.WARN,
    "stable to 6 months at −80 °C (IJMS 18:1189); the numbers are policy",
)
def sample_was_handled_in_time(
    sample: EstimateSubject,
    *,
    spin_minutes: float = 60,
    freeze_thaw: float = 2,
    storage_days: float = 183,
    haemolysis_index: float = 2,
    far_spin_minutes: float = 120,
    far_freeze_thaw: float = 4,
    far_storage_days: float = 365,
) -> Verdicts:
    """Delay to the spin, freeze–thaw cycles, storage and haemolysis are within what BDNF is known to stand.

    Read from the columns ``draw_to_spin_min``, ``freeze_thaw_n``, ``storage_days`` and ``haemolysis_index`` of the
    sample sheet; what it does not state is not evaluated. Haemolysis is remarked from its limit on, the others beyond
    theirs. Beyond the second, far limits the sample is flagged as one that fails on its pre-analytics.
    """
    attributes = sample.estimate.group.content.attributes
    unsaid = [key for key in _COLUMNS if not attributes.get(key)]
    if unsaid:
        yield Missing(f"not stated: {', '.join(unsaid)}")
    limits = ((spin_minutes, far_spin_minutes), (freeze_thaw, far_freeze_thaw), (storage_days, far_storage_days))
    for key, (near, far) in zip(_COLUMNS, (*limits, (haemolysis_index, math.inf)), strict=True):
        if key in unsaid:
            continue
        value = number_or_none(attributes.get(key))
        if value is None or value < 0:
            yield Missing(f"{key} is {attributes[key]!r}, which is no number from 0 on")
        elif exceeds(value, near) or (key == "haemolysis_index" and not below(value, near)):
            limit = far if exceeds(value, far) else near
            yield Remark(
                f"{key} is {digits(value, limit)}" + (", far beyond what is known to be safe" if limit == far else ""),
                measured=digits(value, limit),
                limit=as_set(limit),
                action="annotate, preanalytical_fail" if limit == far else "annotate",
            )
