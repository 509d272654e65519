"""How the blood was handled, where the sample sheet says so; platelets are the great confounder of plasma BDNF."""

from __future__ import annotations

from collections.abc import Mapping

from elisa_bdnf.model.result import FindingLevel
from elisa_bdnf.qc.rule import Missing, Remark, Verdicts, digits, exceeds, plain, rule
from elisa_bdnf.qc.sample_rules import PG_ML_PER_UNIT
from elisa_bdnf.qc.subjects import EstimateSubject


@rule("SMP-PLT", FindingLevel.WARN, "about 99 % of blood BDNF sits in platelets (Sci Rep 2019, s41598-019-45976-5)")
def plasma_is_not_full_of_platelets(sample: EstimateSubject, *, max_pg_ml: float = 15_000) -> Verdicts:
    """Plasma does not hold so much BDNF that platelets must have been carried over."""
    estimate, protocol = sample.estimate, sample.analysis.protocol
    matrix = estimate.group.content.matrix or protocol.matrix or ""
    factor = PG_ML_PER_UNIT.get(protocol.unit.casefold())
    if not matrix.startswith("plasma") or factor is None:
        return
    if estimate.concentration is not None and exceeds(estimate.concentration * factor, max_pg_ml):
        value = estimate.concentration * factor
        yield Remark(
            f"{digits(value, max_pg_ml)} pg/mL in plasma: platelet carry-over?",
            measured=digits(value, max_pg_ml, unit=" pg/mL"),
            limit=f"{plain(max_pg_ml)} pg/mL",
            action="annotate",
        )


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
    haemolysis_index: float = 1,
) -> Verdicts:
    """Delay to the spin, freeze–thaw cycles, storage and haemolysis are within what BDNF is known to stand.

    Read from the columns ``draw_to_spin_min``, ``freeze_thaw_n``, ``storage_days`` and ``haemolysis_index`` of the
    sample sheet.
    """
    limits = {
        "draw_to_spin_min": spin_minutes,
        "freeze_thaw_n": freeze_thaw,
        "storage_days": storage_days,
        "haemolysis_index": haemolysis_index,
    }
    attributes = sample.estimate.group.content.attributes
    if not any(attributes.get(key) for key in limits):
        yield Missing("the sample sheet states no pre-analytics (" + ", ".join(limits) + ")")
        return
    for key, limit in limits.items():
        value = _number_or_none(attributes, key)
        if value is not None and exceeds(value, limit):
            yield Remark(
                f"{key} is {digits(value, limit)}",
                measured=digits(value, limit),
                limit=plain(limit),
                action="annotate",
            )


def _number_or_none(attributes: Mapping[str, str], key: str) -> float | None:
    try:
        return float(attributes.get(key) or "")
    except ValueError:
        return None
