"""The tables of release and tissue studies in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from elisa_bdnf.model.study import StudyResult
from elisa_bdnf.reports import digits
from elisa_bdnf.reports.terminal_table import joined, table, text

if TYPE_CHECKING:
    from rich.console import RenderableType

_MOST = 60


def release_parts(result: StudyResult) -> Iterator[RenderableType]:
    """Fold of vehicle in each batch, and what blockers remove."""
    release = result.release
    if release is None:
        return
    yield text("")
    yield joined([("Release", "bold"), (f"  {release.unit}, {release.sentence}; {release.volumes}", "dim")])
    titles = ("batch", "condition", "timepoint", "wells", "value", "95 % interval", "fold", "net", "")
    rows = [
        (v.batch, v.condition, v.timepoint, str(v.wells), digits.concentration(v.value),
         digits.interval(v.low, v.high, v.value), digits.significant(v.fold), digits.concentration(v.net), v.reason)
        for v in release.values[:_MOST]
    ]  # fmt: skip
    yield table(titles, rows, numeric=range(3, 8))
    yield from _more(len(release.values))
    yield joined([("Removed by blockers", "bold"), (f"  % of the {release.drug} effect", "dim")])
    heads = ("blocker", "timepoint", "batch", "removed %", "95 % interval", "")
    shares = [
        (i.blocker, i.timepoint, i.batch or f"all {i.batches}", digits.fixed(i.percent, 0),
         digits.interval(i.low, i.high, i.percent), "" if i.percent is not None else i.reason)
        for i in release.inhibitions[:_MOST]
    ]  # fmt: skip
    yield table(heads, shares, numeric=(3, 4))


def tissue_parts(result: StudyResult) -> Iterator[RenderableType]:
    """Ratios of two assays; regions against control are among the contrasts."""
    for ratio in result.ratios:
        yield text("")
        loading = f", each over {ratio.loading}" if ratio.loading else ""
        yield joined([(f"{ratio.numerator} / {ratio.denominator}", "bold"), (f"  {ratio.name}{loading}", "dim")])
        titles = ("subject", "arm", "region", "timepoint", "ratio", "95 % interval", "relative", "")
        rows = [
            (v.subject, v.arm, v.region, v.timepoint, digits.significant(v.ratio),
             digits.interval(v.low, v.high, v.ratio), digits.significant(v.relative), v.reason)
            for v in ratio.values[:_MOST]
        ]  # fmt: skip
        yield table(titles, rows, numeric=range(4, 7))
        yield from _more(len(ratio.values))


def _more(count: int) -> Iterator[RenderableType]:
    if count > _MOST:
        yield text(f"… {count - _MOST} more in the report", "dim")
