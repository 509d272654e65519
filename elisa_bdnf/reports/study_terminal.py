"""A judged study in the terminal: what went in, how it was understood, what it shows, findings, where the files lie.

Everything from data passes ``show`` and enters rich as plain ``Text``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from elisa_bdnf.model.effect import Contrast
from elisa_bdnf.model.measurement import Use
from elisa_bdnf.model.study import Descriptive, LiteratureRow, StudyResult
from elisa_bdnf.reports import digits
from elisa_bdnf.reports.inert import show
from elisa_bdnf.reports.study_terminal_designs import release_parts, tissue_parts
from elisa_bdnf.reports.study_words import method_text, p_text, unit_text, who_text
from elisa_bdnf.reports.terminal_table import joined, stdout_console, table, text

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

MOST_FINDINGS = 24
MOST_ROWS = 60
_STYLES = {"info": "dim", "warn": "yellow", "fail_result": "bold red", "fail_plate": "bold red", "error": "bold red"}


def print_study(result: StudyResult, folder: Path | None = None, console: Console | None = None) -> None:
    """Print one study; ``folder`` is where its files lie. Without a console, stdout as it is."""
    made = console or stdout_console()
    for part in _parts(result, folder):
        made.print(part, markup=False, highlight=False, emoji=False)


def _parts(result: StudyResult, folder: Path | None) -> Iterator[RenderableType]:
    yield from _head(result)
    yield from _understood(result)
    yield from _descriptives(result)
    yield from _contrasts(result)
    yield from release_parts(result)
    yield from tissue_parts(result)
    yield from _sentences(result)
    yield from _literature(result.literature)
    yield from _findings(result)
    if folder is not None:
        yield text("")
        yield joined([("→ ", "dim"), (str(folder / "study.html"), "")])
        yield from (text(f"  {folder / name}") for name in ("study.xlsx", "study.json"))


def _head(result: StudyResult) -> Iterator[RenderableType]:
    used = sum(each.used for each in result.measurements)
    rejected = len({(each.source, each.plate) for each in result.measurements if each.use is Use.PLATE_REJECTED})
    plates = digits.count(len(result.sources), "input") + (
        f"; {digits.count(rejected, 'plate')} rejected by QC and left out" if rejected else ""
    )
    who = who_text(result, len({each.subject for each in result.measurements}))
    groups = f" in {len(result.groups)} groups ({', '.join(result.groups)})" if 1 < len(result.groups) < 7 else ""
    yield joined([(f"{result.protocol.title}", "bold"), (f"  protocol {result.protocol.id}", "dim")])
    yield text(f"{who}{groups}; {used} of {len(result.measurements)} rows used; {plates}")
    for reason, count in _left_out(result).items():
        yield text(f"  not used: {count} × {reason}", "yellow")
    for remark in result.remarks:
        yield text(f"  {remark}", "dim")


def _left_out(result: StudyResult) -> dict[str, int]:
    reasons: dict[str, int] = {}
    for each in result.measurements:
        if not each.used:
            said = f"{each.use.value.replace('_', ' ')}" + (f" ({each.reason})" if each.reason else "")
            reasons[said] = reasons.get(said, 0) + 1
    return dict(list(reasons.items())[:12])


def _understood(result: StudyResult) -> Iterator[RenderableType]:
    """What every spelling was taken for, once."""
    by_name: dict[str, list[str]] = {}
    for each in result.understood:
        by_name.setdefault(each.timepoint, []).append(each.text)
    anchor = result.protocol.time_anchor.replace("_", " ")
    said = [f"{name} ← {', '.join(texts)}" for name, texts in by_name.items()]
    after = f"  (minutes after {anchor})" if anchor != "none" else ""
    if said:
        yield joined([("timepoints as understood: ", "dim"), (" · ".join(said), ""), (after, "dim")])


def _descriptives(result: StudyResult) -> Iterator[RenderableType]:
    if not result.descriptives:
        return
    yield text("")
    yield joined(
        [("Concentrations", "bold"), (f"  {unit_text(result)}, {result.matrix or 'matrix not stated'}", "dim")]
    )
    titles = ("group", "timepoint", "n", "< LLOQ", "mean", "SD", "geo. mean", "GSD", "median", "Q1–Q3")
    yield table(titles, [_descriptive_cells(each) for each in result.descriptives[:MOST_ROWS]], numeric=range(2, 10))
    if any(each.estimated for each in result.descriptives):
        yield text("* from a log-normal distribution fitted to numbers and limits", "dim")


def _descriptive_cells(each: Descriptive) -> Sequence[str]:
    star = "*" if each.estimated else ""
    return (
        each.group,
        each.timepoint,
        str(each.n),
        str(each.n_below_lloq) if each.n_below_lloq else "",
        digits.concentration(each.mean) + star,
        digits.concentration(each.sd),
        digits.concentration(each.geometric_mean) + star,
        digits.significant(each.geometric_sd),
        digits.concentration(each.median),
        digits.interval(each.q1, each.q3),
    )


def _contrasts(result: StudyResult) -> Iterator[RenderableType]:
    model, pairs = result.model, result.headline_paired
    if model is None:
        return
    yield text("")
    against = result.contrasts[0].against if result.contrasts else "control"
    title = "Change from baseline" if result.subjects else f"Against {against}"
    yield joined([(title, "bold"), (f"  {method_text(result)}: {pairs.reason if pairs else model.reason}", "dim")])
    if not pairs:
        yield text(model.formula, "dim")
    yield contrast_table(result.headline_contrasts)
    if result.headline_comparisons:
        yield joined([("Between groups", "bold"), ("  ratio of the changes", "dim")])
        yield contrast_table(result.headline_comparisons)
    if result.by_responder:
        yield joined([("By response", "bold"), ("  exploratory: response is known only after the infusion", "dim")])
        yield contrast_table(result.headline_by_responder)
    if pairs and result.pairs_beside_a_model:
        yield joined([("The same by a mixed model", "bold"), (f"  {model.method}: {model.reason}", "dim")])
        yield text(model.formula, "dim")
        yield contrast_table((*result.contrasts, *result.comparisons))


def contrast_table(contrasts: Sequence[Contrast]) -> RenderableType:
    """Ratios with intervals and p."""
    titles = ("group", "timepoint", "against", "n", "ratio", "95 % interval", "p", "p (Holm)", "")
    return table(titles, [_contrast_cells(each) for each in contrasts[:MOST_ROWS]], numeric=range(3, 8))


def _contrast_cells(each: Contrast) -> Sequence[str]:
    interval = digits.interval(each.ci_low, each.ci_high, each.ratio)
    return (
        each.group,
        each.timepoint,
        each.against,
        str(each.n),
        digits.significant(each.ratio),
        interval,
        p_text(each.p),
        p_text(each.p_holm),
        "primary" if each.primary else each.reason,
    )


def _sentences(result: StudyResult) -> Iterator[RenderableType]:
    if result.sentences:
        yield text("")
        yield text("What this study shows", "bold")
    for sentence in result.sentences:
        yield text(f"  {sentence}")


def _literature(rows: Sequence[LiteratureRow]) -> Iterator[RenderableType]:
    beside = [row for row in rows if row.comparable]
    if not beside:
        return
    yield text("")
    yield joined(
        [("Published for the same matrix and time", "bold"), ("  nothing is pooled or confirmed by it", "dim")]
    )
    for row in beside:
        yield text(f"  {row.published.citation}, n = {row.published.n}: {row.published.finding}")
        yield text(f"    not the same: {'; '.join(row.obstacles)}", "dim")


def _findings(result: StudyResult) -> Iterator[RenderableType]:
    yield text("")
    yield joined([("Findings", "bold"), ("" if result.findings else "  none", "dim")])
    for finding in result.findings[:MOST_FINDINGS]:
        level = finding.level.value
        pieces = [(f"{level:<12} ", _STYLES[level]), (f"{finding.rule}  ", "bold"), (f"{finding.subject}: ", "")]
        yield joined([*pieces, (show(finding.message), "")])
    if len(result.findings) > MOST_FINDINGS:
        yield text(f"… {len(result.findings) - MOST_FINDINGS} more in findings.csv")
    rules = list(dict.fromkeys(each.rule for each in result.not_evaluated))
    if rules:
        yield joined([("not evaluated for want of data: ", "dim"), (", ".join(rules), "dim")])
