"""PQ: plates that a laboratory has verified, as ``check`` runs them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from elisa_bdnf.checking import check_paths
from elisa_bdnf.checking.outcome import Status
from elisa_bdnf.selftesting.item import Item, Part, judged, remark
from elisa_bdnf.selftesting.plates import findings_of

_NONE = "none were given: keep plates with results that somebody has verified in a folder, and name it with --pq"


def own_items(folders: Sequence[Path]) -> tuple[list[Item], int]:
    """An item for each case, and how many could not be run."""
    if not folders:
        return [remark(Part.PQ, "plates of the laboratory", _NONE)], 0
    report = check_paths(folders)
    items = [
        judged(Part.PQ, case.file, findings_of(case), passed=case.status is Status.AS_EXPECTED) for case in report.cases
    ]
    return items, report.count(Status.FAILED)
