"""``batch.html``: a row for each plate, all curves, control charts, and what could not be read; no scripts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from elisa_bdnf import __version__
from elisa_bdnf.model.batch import BatchResult, ControlRow, ExportRow, Outcome, PlateRow
from elisa_bdnf.model.chart import Placed, SegmentCharts, Standing, charts_of
from elisa_bdnf.model.control_chart import FROZEN
from elisa_bdnf.model.finding import Finding
from elisa_bdnf.reports import digits, words
from elisa_bdnf.reports.batch_figures import MOST_CURVES, anchor, overlay, sparkline
from elisa_bdnf.reports.chart_page import NOTE, chart_section
from elisa_bdnf.reports.html import POLICY, style
from elisa_bdnf.reports.html_page import banner
from elisa_bdnf.reports.html_table import table
from elisa_bdnf.reports.inert import html_text
from elisa_bdnf.reports.parts import Banner, Cell, Column, Row, Table

MOST_CHARTED = 300  # plates of one segment; the rest is in batch.json and in the history
_COLUMNS = (
    ("Plate", ""), ("Verdict", ""), ("Curve", ""), ("LLOQ", "n"), ("ULOQ", "n"), ("Samples", "n"), ("Controls", "n"),
    ("Warnings", "n"), ("Why, or warnings", ""),
)  # fmt: skip
_MOST_REASONS = 3  # of a rejected plate; the rest is on its page and in plates.csv
# Paths of exports may be long: they are broken rather than push the reasons out of sight.
_STYLE = """#plates td:first-child, #plates td:first-child small { white-space: normal; overflow-wrap: anywhere; }
#plates td:first-child { min-width: 22ch; }
#plates td.long { min-width: 28ch; }
"""
_FILTERS = (("all", "All"), ("accepted", "Accepted"), ("rejected", "Rejected"), ("refused", "Not read"))


def batch_page(batch: BatchResult) -> Iterator[bytes]:
    """The page in pieces, UTF-8: rows are not held together for ten thousand plates."""
    for piece in _pieces(batch):
        yield piece.encode()


def _pieces(batch: BatchResult) -> Iterator[str]:
    title = html_text(batch.folder)
    yield (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="generator" content="elisa-bdnf {html_text(__version__)}">'
        f"<title>batch: {title} – BDNF ELISA</title><style>\n{style()}{_STYLE}</style></head><body>"
    )
    yield from _top(batch)
    yield from _plates(batch)
    yield from _curves(list(batch.plates()))
    yield from _charts(batch)
    yield from _passed_over(batch)
    yield f"</main><footer>{title} · elisa-bdnf {html_text(__version__)}</footer></body></html>\n"


def _top(batch: BatchResult) -> Iterator[str]:
    plates = [plate.accepted for plate in batch.plates()]
    refused = batch.counts()[Outcome.REFUSED]
    bad = refused or not all(plates)
    word = f"{plates.count(False)} REJECTED · {refused} NOT READ" if bad else "ALL ACCEPTED"
    yield (
        '<header class="top"><div><p class="overline">BDNF ELISA · batch report</p>'
        f'<h1>{html_text(batch.folder)}</h1><p class="subtitle">{html_text(batch.protocol_title or batch.protocol)}</p>'
        f'</div><div class="verdict {"warn-open" if bad else "good"}">{word}</div></header><main>'
    )
    counts = batch.counts()
    found = " + ".join(f"{number} {outcome}" for outcome, number in counts.items())
    facts = (
        ("Files found", str(sum(counts.values())), found),
        ("Plates", str(len(plates)), f"in {digits.count(len(batch.exports) - refused, 'export')}"),
        ("Accepted", str(sum(plates)), ""),
        ("Rejected", str(len(plates) - sum(plates)), "none of their results is reportable"),
        ("Not read", str(refused), "exports that could not be analyzed"),
    )
    cards = "".join(
        f'<div><dt>{label}</dt><dd class="figure-text">{value}</dd><dd class="more">{html_text(more)}</dd></div>'
        for label, value, more in facts
    )
    yield f'<dl class="facts">{cards}</dl>'
    yield from (f'<p class="banner warn"><b>Note</b>{html_text(remark)}</p>' for remark in batch.remarks)
    yield from (banner(_between_plates(finding)) for finding in batch.findings)


def _between_plates(finding: Finding) -> Banner:
    beyond = f" (measured {finding.measured}, limit {finding.limit}: {finding.limit_origin})" if finding.limit else ""
    return Banner(f"{finding.rule}, {words.LEVEL[finding.level]}", f"{words.sentence(finding.message)[:-1]}{beyond}.")


def _plates(batch: BatchResult) -> Iterator[str]:
    """The rows, and radio buttons that the style sheet turns into a filter."""
    yield '<section id="plates"><h2>Plates</h2><div class="filter">'
    for key, name in _FILTERS:
        checked = " checked" if key == "all" else ""
        yield f'<input type="radio" name="show" id="show-{key}"{checked}><label for="show-{key}">{name}</label>'
    heads = "".join(f'<th scope="col"{f" class={css}" if css else ""}>{name}</th>' for name, css in _COLUMNS)
    yield f'<div class="table"><div class="scroll" tabindex="0"><table><thead><tr>{heads}</tr></thead><tbody>'
    for export in batch.exports:
        if export.outcome is Outcome.REFUSED:
            yield _refused(export)
        yield from (_plate(plate) for plate in export.plates)
    yield "</tbody></table></div></div></div></section>"


def _refused(export: ExportRow) -> str:
    problems = (replace(p, file="") if p.file == export.file else p for p in export.problems)
    said = "<br>".join(html_text(str(problem)) for problem in problems)
    name = _path(export.file)
    return (
        f'<tr class="refused warn"><td>{name}</td><td class="k warn sign">not read</td><td colspan="7">{said}</td></tr>'
    )


def _plate(plate: PlateRow) -> str:
    name = html_text(plate.plate)
    link = f'<a href="{html_text(plate.folder)}/report.html">{name}</a>' if plate.page else name
    read = f" · {plate.read_on}" if plate.read_on else ""
    rules = dict.fromkeys(finding.rule for finding in plate.findings)
    said = _reasons(plate) if not plate.accepted else ", ".join(rules)
    more = html_text(" · ".join(f"{finding.rule} {finding.message}" for finding in plate.findings))
    tone = "accepted" if plate.accepted else "rejected bad"
    sign = "good" if plate.accepted else "bad sign"
    unit = html_text(plate.unit)
    return (
        f'<tr id="{html_text(anchor(plate))}" class="{tone}">'
        f"<td>{link}<small>{_path(plate.export)}{html_text(read)}</small></td>"
        f'<td class="k {sign}">{plate.verdict.value}</td><td>{sparkline(plate) or html_text(plate.no_curve)}</td>'
        f'<td class="n">{_limit(plate, "lloq")}<small>{unit}</small></td>'
        f'<td class="n">{_limit(plate, "uloq")}<small>{unit}</small></td>'
        f'<td class="n">{plate.within} of {plate.samples}<small>{plate.below} below, {plate.above} above</small></td>'
        f'<td class="n">{_controls(plate.controls)}</td><td class="n">{plate.levels.get("warn", 0)}</td>'
        f'<td class="long" title="{more}">{html_text(said)}</td></tr>'
    )


def _path(file: str) -> str:
    """A path, to be broken at its folders first."""
    return html_text(file).replace("/", "/<wbr>")


def _reasons(plate: PlateRow) -> str:
    left = len(plate.reasons) - _MOST_REASONS
    return " ".join(plate.reasons[:_MOST_REASONS]) + (f" And {left} more." if left > 0 else "")


def _limit(plate: PlateRow, which: str) -> str:
    return digits.limit(getattr(plate.curve, which)) if plate.curve else digits.MISSING


def _controls(controls: Sequence[ControlRow]) -> str:
    judged = [control.in_range for control in controls if control.in_range is not None]
    return f"{sum(judged)} of {len(judged)}<small>in range</small>" if judged else digits.MISSING


def _curves(plates: Sequence[PlateRow]) -> Iterator[str]:
    units = sorted({plate.unit for plate in plates if plate.curve})
    figures = [
        (unit, overlay([p for p in plates if p.unit == unit], unit, f"curves-{i}")) for i, unit in enumerate(units)
    ]
    if not any(figure for _, figure in figures):
        return
    few = f" The first {MOST_CURVES} are drawn." if sum(p.curve is not None for p in plates) > MOST_CURVES else ""
    yield '<section id="curves"><h2>All standard curves</h2><p class="note">Hover a curve for its plate; select it for '
    yield f"its row. Dashed: rejected plates.{few}</p>"
    yield from (
        f'<div class="card"><div class="scroll" tabindex="0">{figure}</div></div>' for _, figure in figures if figure
    )
    yield "</section>"


def _charts(batch: BatchResult) -> Iterator[str]:
    placed = [Placed(plate, Standing.EARLIER) for plate in batch.earlier]
    placed += [
        Placed(p.charted, Standing.ACCEPTED if p.accepted else Standing.REJECTED, anchor(p))
        for p in batch.plates()
        if p.charted
    ]
    segments = [charts for charts in charts_of(placed) if len(charts.plates) > 1]
    if not segments:
        return
    whose = "accepted plates of this batch"
    if batch.earlier:
        whose = f"{digits.count(len(batch.earlier), 'plate')} of the history that are earlier and the {whose}"
    yield f'<section id="charts"><h2>Control charts</h2><p class="note">{html_text(NOTE)} Limits are those of the '
    yield f"{whose}: of the first {FROZEN} of a segment, which may be others than those by which a plate was judged on "
    yield "its day; its own page shows these.</p>"
    for i, charts in enumerate(segments):
        yield f"<h3>{html_text(f'{charts.segment}: ' + digits.count(len(charts.plates), 'plate'))}</h3>"
        if len(charts.plates) > MOST_CHARTED:
            yield f'<p class="note">More than {MOST_CHARTED} plates: use a history and its charts.</p>'
            continue
        yield chart_section(charts, f"segment-{i}") + table(_spread(charts, f"spread-{i}"))
    yield "</section>"


def _spread(charts: SegmentCharts, key: str) -> Table:
    """Mean, SD and CV of each control over all accepted plates of the batch."""
    columns = (
        Column("control", "Control"), Column("n", "Plates", numeric=True), Column("mean", "Mean", numeric=True),
        Column("sd", "SD", numeric=True), Column("cv", "CV %", numeric=True),
    )  # fmt: skip
    return Table(key, "Controls over plates", columns, tuple(_spread_rows(charts)), "", "No controls.")


def _spread_rows(charts: SegmentCharts) -> Iterator[Row]:
    from statistics import fmean, stdev  # noqa: PLC0415 - needed here alone

    for chart in charts.controls:
        pairs = zip(charts.plates, chart.values, strict=True)
        values = [v for each, v in pairs if v is not None and each.standing is not Standing.REJECTED]
        if len(values) > 1:
            mean, sd = fmean(values), stdev(values)
            texts = (
                str(len(values)),
                digits.significant(mean, 4),
                digits.significant(sd, 3),
                digits.percent(100 * sd / mean),
            )
            yield Row((Cell(chart.name), *(Cell(text) for text in texts)))


def _passed_over(batch: BatchResult) -> Iterator[str]:
    """Every file that was no export, folded away, by reason."""
    if not batch.ignored:
        return
    count = digits.count(len(batch.ignored), "file")
    yield f'<section id="ignored"><h2>Passed over</h2><details><summary>{count}</summary>'
    for reason, rows in groupby(
        sorted(batch.ignored, key=lambda row: (row.reason, row.file)), key=lambda row: row.reason
    ):
        files = "".join(f"<li>{html_text(row.file)}</li>" for row in rows)
        yield f"<h3>{html_text(reason)}</h3><ul>{files}</ul>"
    yield "</details></section>"
