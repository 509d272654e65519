"""Is every well where the layout says? Replicates know: they agree where they truly are, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.qc.rule import Missing, Remark, Verdicts, as_set, digits, exceeds, plain, rule
from elisa_bdnf.qc.subjects import PlateSubject

if TYPE_CHECKING:
    from elisa_bdnf.qc.placement import BetterPlacement


@rule(
    "PLT-06",
    FindingLevel.FAIL_PLATE,
    "simulated: docs/detection.md; a shifted row passes R² and recovery (RELIABILITY §3)",
)
def replicates_lie_where_the_layout_says(
    plate: PlateSubject, *, evidence: float = 12.0, from_one: float = 100.0, ratio: float = 3.0, min_groups: float = 6
) -> Verdicts:
    """Replicates agree as the layout places them, and not far better one well beside it or turned.

    Tried are: each row and each column, and the whole plate, off by one well; duplicates lying across where the layout
    says down. Evidence is the sum, over the contents concerned, of (SS as laid out − SS moved) / 2s², a log likelihood
    ratio, with SS the sum of squares of ln(response + 0.03) within the replicates and s² the (median) variance within
    all replicates of the plate. One content counts 7 at most, so that one or two discordant duplicates are no other
    layout; where all evidence comes from one or two, and is more than ``from_one`` as it stands, this is a warning: the
    well was missed, or the row is off and its neighbors are alike. ``ratio`` is how many times smaller SS of all of
    them has to become. Wells that a rule for outliers left out take part.
    """
    from elisa_bdnf.qc import placement  # noqa: PLC0415 - numpy is for plates, not for lists of rules

    replicates = placement.Replicates.of(plate.analysis)
    if replicates.count < min_groups:
        yield Missing(f"fewer than {plain(min_groups)} contents are replicated")
        return
    robust, one = placement.better_placements(replicates, ratio)
    if robust is not None and exceeds(robust.evidence, evidence):
        yield _remark(robust, evidence, "check the layout and the pipetting", FindingLevel.FAIL_PLATE)
    elif one is not None and exceeds(one.evidence, from_one):
        yield _remark(one, from_one, "one content says so: was a well missed?", FindingLevel.WARN)


def _remark(found: BetterPlacement, limit: float, advice: str, level: FindingLevel) -> Remark:
    return Remark(
        f"the replicates agree far better {found.move.sentence}: they differ by {100 * found.as_laid_out:.0f} % as "
        f"laid out and by {100 * found.moved:.0f} % so; {advice}",
        measured=digits(found.evidence, limit),
        limit=as_set(limit),
        level=level,
        action="reject" if level is FindingLevel.FAIL_PLATE else "annotate",
    )
