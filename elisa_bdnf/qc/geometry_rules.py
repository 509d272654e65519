"""Is every well where the layout says? Replicates know: they agree where they truly are, and nowhere else."""

from __future__ import annotations

from elisa_bdnf.model.result import FindingLevel
from elisa_bdnf.qc.rule import Missing, Remark, Verdicts, as_set, digits, exceeds, plain, rule
from elisa_bdnf.qc.subjects import PlateSubject


@rule(
    "PLT-06",
    FindingLevel.FAIL_PLATE,
    "simulated: docs/detection.md; a shifted row passes R² and recovery (RELIABILITY §3)",
)
def replicates_lie_where_the_layout_says(
    plate: PlateSubject, *, evidence: float = 15.0, ratio: float = 3.0, min_groups: float = 6
) -> Verdicts:
    """Replicates agree as the layout places them, and not far better one well beside it or turned.

    Tried are: each row and each column, and the whole plate, off by one well; duplicates lying across where the layout
    says down. Evidence is (SS as laid out − SS moved) / 2s², a log likelihood ratio, with SS the sum of squares of
    ln(response + 0.03) within the replicates concerned and s² the (median) variance within all replicates of the plate;
    ``ratio`` is how many times smaller SS has to become. Wells that a rule for outliers left out take part.
    """
    from elisa_bdnf.qc import placement  # noqa: PLC0415 - numpy is for plates, not for lists of rules

    replicates = placement.Replicates.of(plate.analysis)
    if replicates.count < min_groups:
        yield Missing(f"fewer than {plain(min_groups)} contents are replicated")
        return
    found = placement.better_placement_or_none(replicates, ratio)
    if found is not None and exceeds(found.evidence, evidence):
        yield Remark(
            f"the replicates agree far better {found.move.sentence}: they differ by {100 * found.as_laid_out:.0f} % as "
            f"laid out and by {100 * found.moved:.0f} % so; check the layout and the pipetting",
            measured=digits(found.evidence, evidence),
            limit=as_set(evidence),
            action="reject",
        )
