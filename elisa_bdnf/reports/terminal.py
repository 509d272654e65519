"""A judged plate in the terminal: verdict, results, curve, controls, findings, and where the files lie.

Everything from data passes :func:`show` and enters rich as plain ``Text``: no markup, no emoji, no escape sequence.
Signs stand beside every colour, so that nothing is lost without colours.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.reports import terminal_curve, words
from elisa_bdnf.reports.document import Document, document_from_result
from elisa_bdnf.reports.inert import show
from elisa_bdnf.reports.overview_table import WARNED
from elisa_bdnf.reports.parts import Cell, Fact, Row, Table, Tone
from elisa_bdnf.reports.terminal_speech import speakable
from elisa_bdnf.reports.terminal_stack import StackedTable

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

STYLES = {Tone.PLAIN: "", Tone.GOOD: "green", Tone.WARN: "yellow", Tone.BAD: "bold red", Tone.MUTED: "dim"}
CURVE_STYLES = {"line": "blue", "standard": "bold blue", "control": "bold yellow", "sample": "green", "limit": "dim"}
CURVE_KEYS = (("standard", "standard"), ("control", "control"), ("sample", "sample"), ("limit", "LLOQ, ULOQ"))
NARROW, WIDE, PIPED = 24, 200, 120
WIDE_ENOUGH_FOR_ALL = 118
# What a list of samples shows, by how little room there is.
SAMPLE_COLUMNS = (
    "sample",
    "subject",
    "timepoint",
    "reported",
    "dilution_factor",
    "wells",
    "response",
    "cv_percent",
    "concentration",
    "interval",
    "status",
)
FEW_SAMPLE_COLUMNS = ("sample", "wells", "response", "concentration", "interval")
CONTROL_COLUMNS = ("control", "nominal", "range", "found", "interval", "recovery_percent", "in_range")
FEW_CONTROL_COLUMNS = ("control", "range", "found", "recovery_percent", "in_range")
DILUTION_COLUMNS = ("sample", "used", "concentration", "interval", "cv_percent", "slope")
STANDARD_COLUMNS = ("nominal", "wells", "response", "cv_percent", "back_calculated", "recovery_percent")
MOST_ROWS, MOST_FINDINGS = 60, 24
SHORT = "n.r."


def print_result(result: PlateResult, folder: Path | None = None, console: Console | None = None) -> None:
    """Print one plate; ``folder`` is where its files lie. Without a console, stdout as it is."""
    made = console or _console()
    width = min(max(made.width, NARROW), WIDE)
    signs = terminal_curve.UNICODE if (made.encoding or "").lower().startswith("utf") else terminal_curve.ASCII
    for part in _parts(document_from_result(result), folder, width, signs):
        made.print(part, width=width, markup=False, highlight=False, emoji=False)


def _console() -> Console:
    """Stdout. Nobody tells a pipe how wide it is: wide enough for intervals."""
    from rich.console import Console  # noqa: PLC0415  (only what is shown costs its import)

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPED
    return Console(file=speakable(sys.stdout), width=width, highlight=False, markup=False, emoji=False)


def _parts(
    document: Document, folder: Path | None, width: int, signs: terminal_curve.Signs
) -> Iterator[RenderableType]:
    yield from _head(document)
    yield _text("")
    wide = width >= WIDE_ENOUGH_FOR_ALL
    if document.overview is not None:
        yield _heading(document.overview.title, document.overview.columns[-1].help.partition(" in ")[2], document.mark)
        yield _overview(document.overview, wide=wide, narrow=width < 80, box=signs.braille)
        if not wide:
            missing = any(c.text == words.NOT_REPORTABLE for row in document.overview.rows for c in row.cells)
            short = f"{SHORT}: not reportable. " if missing else ""
            yield _text(f"{short}95 % intervals are in the files, and here in a wider window.", "dim")
        if any(judged.warned and judged.reportable for judged in document.result.results):
            yield _text(f"{WARNED} a rule has a warning about this sample: see the findings.", "dim")
        yield from _places(document)
    else:
        unit = next(column.unit for column in document.samples.columns if column.key == "concentration")
        yield _heading(document.samples.title, unit, document.mark)
        yield _table(document.samples, SAMPLE_COLUMNS if wide else FEW_SAMPLE_COLUMNS, box=signs.braille)
    if document.dilutions is not None:
        yield _heading(document.dilutions.title, "", document.mark)
        yield _table(document.dilutions, DILUTION_COLUMNS, box=signs.braille)
    yield from _curve(document, width, signs)
    if document.controls.rows:
        yield _heading("Controls", "", document.mark)
        yield _table(document.controls, CONTROL_COLUMNS if wide else FEW_CONTROL_COLUMNS, box=signs.braille)
    yield from _findings(document)
    yield from _files(folder)


def _text(content: str, style: str = "") -> Text:
    from rich.text import Text  # noqa: PLC0415

    return Text(show(content) if "\n" not in content else content, style=style, overflow="fold")


def _joined(pieces: Iterable[tuple[str, str]]) -> Text:
    from rich.text import Text  # noqa: PLC0415

    made = Text(overflow="fold")
    for content, style in pieces:
        made.append(show(content), style=style)
    return made


def _heading(title: str, more: str, mark: str) -> Text:
    pieces = [(title, "bold"), (f"  {more}" if more else "", "dim")]
    return _joined([*pieces, (f"  {mark}" if mark else "", "bold red")])


# --- verdict and facts ----------------------------------------------------------------------------------------------


def _head(document: Document) -> Iterator[Text]:
    headline = document.headline
    style = "bold white on red" if document.mark else "bold green"
    yield _joined(
        [(f" {headline.word} ", style), ("  ", ""), (document.title, "bold"), (f"  {document.subtitle}", "dim")]
    )
    yield _text(headline.sentence, "bold red" if document.mark else "")
    for reason in headline.reasons[:8]:
        yield _text(f"  · {reason}", "red" if document.mark else "")
    if len(headline.reasons) > 8:
        yield _text(f"  · and {len(headline.reasons) - 8} more, in the report")
    for banner in document.banners:
        yield _joined([(f"{banner.title}: ", f"bold {STYLES[banner.tone]}".strip()), (banner.text, "")])
    yield _text("")
    width = max(len(fact.label) for fact in document.facts)
    for fact in document.facts:
        yield _fact(fact, width)


def _fact(fact: Fact, width: int) -> Text:
    pieces = [(f"{fact.label:<{width}}  ", "dim"), (fact.text, STYLES[fact.tone])]
    return _joined([*pieces, (f"  {fact.help}" if fact.help else "", "dim")])


# --- tables ---------------------------------------------------------------------------------------------------------


def _table(table: Table, keys: Sequence[str] = (), *, subs: bool = False, box: bool = True) -> RenderableType:
    """``keys`` chooses columns; ``subs`` puts the second line of a cell beside the first."""
    from rich import box as boxes  # noqa: PLC0415
    from rich.console import Group  # noqa: PLC0415

    chosen = [i for i, column in enumerate(table.columns) if not keys or column.key in keys]
    columns = [table.columns[index] for index in chosen]
    made = StackedTable(
        [_text(column.title) for column in columns],
        [column.numeric for column in columns],
        [[_cell(row, row.cells[index], subs=subs) for index in chosen] for row in table.rows[:MOST_ROWS]],
        boxes.SIMPLE_HEAD if box else boxes.ASCII2,
    )
    left = len(table.rows) - MOST_ROWS
    return Group(made, _text(f"… {left} more in the report", "dim")) if left > 0 else made


def _cell(row: Row, cell: Cell, *, subs: bool) -> Text:
    style = STYLES[cell.tone] or ("dim" if row.tone is Tone.MUTED else "")
    second = f" ({cell.sub})" if subs and cell.sub else ""
    return _joined([(cell.text, style), (second, "dim")])


def _overview(table: Table, *, wide: bool, narrow: bool, box: bool) -> RenderableType:
    """Without room, groups and intervals go and what is not reportable becomes a sign."""
    if wide:
        return _table(table, subs=True, box=box)
    keys = [column.key for column in table.columns if not narrow or column.key == "subject" or column.numeric]
    short = [
        row._replace(
            cells=tuple(cell._replace(text=SHORT) if cell.text == words.NOT_REPORTABLE else cell for cell in row.cells)
        )
        for row in table.rows
    ]
    return _table(table._replace(rows=tuple(short)), keys, box=box)


def _places(document: Document) -> Iterator[Text]:
    """First and last well of each subject, so that a layout of another plate is noticed at the bench."""
    wells: dict[str, list[str]] = {}
    for judged in document.result.samples:
        subject = judged.estimate.group.content.subject
        if subject:
            wells.setdefault(subject, []).extend(judged.estimate.group.all_wells)
    said = [f"{subject} {places[0]}…{places[-1]}" for subject, places in sorted(wells.items())]
    if said:
        yield _joined([("first and last well: ", "dim"), (" · ".join(said[:40]), "dim")])


# --- curve ----------------------------------------------------------------------------------------------------------


def _curve(document: Document, width: int, signs: terminal_curve.Signs) -> Iterator[RenderableType]:
    from rich.text import Text  # noqa: PLC0415

    yield _text("")
    facts = {fact.label: fact for fact in document.curve_facts}
    if "Model" not in facts:
        yield _heading("Standard curve", "", document.mark)
        yield from (_joined([(f"{fact.label}: ", "bold red"), (fact.text, "")]) for fact in document.curve_facts)
    else:
        yield _heading("Standard curve", f"{facts['Model'].text}, {facts['Weights'].text}", document.mark)
    rows = terminal_curve.curve_rows(document.result, min(width, 100), 16 if width >= 80 else 12, signs)
    for row in rows:
        made = Text(no_wrap=True)
        for sign, what in row:
            made.append(sign, style=CURVE_STYLES.get(what, ""))
        yield made
    if rows:
        keys = zip((signs.standard, signs.control, signs.sample, signs.limit), CURVE_KEYS, strict=True)
        unit = document.result.analysis.protocol.unit
        pieces = [(f"{sign} {name}   ", CURVE_STYLES[what]) for sign, (what, name) in keys]
        yield _joined([(" " * terminal_curve.MARGIN, ""), *pieces, (f"x: {words.unit(unit)} in the well", "dim")])
    if document.standards.rows:
        yield _text("")
        yield _heading("Standards", "recovery is what counts", document.mark)
        yield _table(document.standards, STANDARD_COLUMNS, box=signs.braille)


# --- findings and files ---------------------------------------------------------------------------------------------


def _findings(document: Document) -> Iterator[RenderableType]:
    if not document.findings.rows:
        yield _heading("Findings", "none", "")
    else:
        yield _heading("Findings", "", document.mark)
    for row in document.findings.rows[:MOST_FINDINGS]:
        level, rule, subject, message, measured, limit, *_ = row.cells
        pieces = [(f"{level.text:<12} ", STYLES[level.tone]), (f"{rule.text}  ", "bold"), (f"{subject.text}: ", "")]
        detail = ", ".join(
            part
            for part in (measured.text and f"measured {measured.text}", limit.text and f"limit {limit.text}")
            if part
        )
        yield _joined([*pieces, (message.text, ""), (f" ({detail})" if detail else "", "dim")])
    if len(document.findings.rows) > MOST_FINDINGS:
        yield _text(f"… {len(document.findings.rows) - MOST_FINDINGS} more in the report", "dim")
    rules = list(dict.fromkeys(row.cells[0].text for row in document.not_evaluated.rows))
    if rules:
        yield _joined([("not evaluated for want of data: ", "dim"), (", ".join(rules), "dim")])
    if document.comparison is not None:
        yield _joined([("beside the reader's software: ", "bold"), (document.comparison_sentence, "")])


def _files(folder: Path | None) -> Iterator[RenderableType]:
    if folder is not None:
        yield _text("")
        files = ("report.html", "report.xlsx", "result.json")
        there = [name for name in files if (folder / name).exists()] or files
        for name in there:
            yield _joined([("→ " if name == there[0] else "  ", "dim"), (str(folder / name), "")])
