"""``report.html``: one file that needs no scripts, no network and no fonts of its own.

A string builder, not jinja2: importing and compiling a template costs some 80 ms in every process and 4 ms per plate,
this one nothing and 1 ms. All text goes through ``html_text``; ``tests/reports/test_hostile.py`` holds it to that.
"""

from __future__ import annotations

from collections.abc import Iterator

from elisa_bdnf import __version__
from elisa_bdnf.model.chart import charts_beside
from elisa_bdnf.reports import digits
from elisa_bdnf.reports.chart_page import NOTE, chart_section
from elisa_bdnf.reports.curve_figure import curve_figure
from elisa_bdnf.reports.html_page import POLICY, banner, card, head, items, picture, style, subsection
from elisa_bdnf.reports.html_table import table, wells_linked
from elisa_bdnf.reports.inert import html_text
from elisa_bdnf.reports.parts import Document, Fact, Tone
from elisa_bdnf.reports.pattern_maps import caption, pattern_maps
from elisa_bdnf.reports.plate_map import plate_map
from elisa_bdnf.reports.precision_figure import precision_figure
from elisa_bdnf.reports.recovery_figure import recovery_figure
from elisa_bdnf.reports.timecourse_figure import timecourse_figure

__all__ = ["POLICY", "render", "style", "wells_linked"]


def render(document: Document) -> bytes:
    """The whole page, UTF-8."""
    title = f"{document.headline.word.lower()}: {document.title} – BDNF ELISA"
    page = [
        head(title, style()),
        f'<body class="{"rejected" if document.mark else "accepted"}">',
        *_top(document),
        "<main>",
        *_summary(document),
        "</main>",
    ]
    sections = [each for each in _sections(document) if each[2]]
    page.append(_contents(sections, document))
    page.append("<main>")
    for key, title, body in sections:
        page += [f'<section id="{key}"><h2>{html_text(title)}</h2>', body, "</section>"]
    page += ["</main>", _foot(document), "</body></html>\n"]
    return b"".join([piece.encode() for piece in page])  # as one text it would be copied over and over


def _top(document: Document) -> Iterator[str]:
    headline = document.headline
    if document.mark:
        reasons = "".join(f"<li>{html_text(reason)}</li>" for reason in headline.reasons)
        yield f'<div class="rejection" role="alert"><div><strong>{html_text(document.mark)}</strong>'
        yield f"{html_text(headline.sentence)}<ul>{reasons}</ul></div></div>"
    yield (
        '<header class="top"><div><p class="overline">BDNF ELISA · plate report</p>'
        f"<h1>{html_text(document.title)}</h1>"
        f'<p class="subtitle">{html_text(document.subtitle)}</p></div>'
        f'<div class="verdict {headline.tone}">{html_text(headline.word)}</div></header>'
    )


def _summary(document: Document) -> Iterator[str]:
    if not document.mark:
        yield f'<p class="summary">{html_text(document.headline.sentence)}</p>'
        if document.headline.reasons:
            yield f'<ul class="reasons">{items(document.headline.reasons)}</ul>'
    yield from map(banner, document.banners)
    yield '<dl class="facts">' + "".join(map(card, document.facts)) + "</dl>"


def _contents(sections: list[tuple[str, str, str]], document: Document) -> str:
    links = "".join(f'<li><a href="#{key}">{html_text(title)}</a></li>' for key, title, _ in sections)
    rejected = f'<li class="bad">{html_text(document.mark)}</li>' if document.mark else ""
    return f'<nav aria-label="Contents"><ol>{rejected}{links}</ol></nav>'


def _sections(document: Document) -> Iterator[tuple[str, str, str]]:
    """Key, title and body; a section without a body is left out."""
    yield "results", "Results", _results(document)
    yield "standard-curve", "Standard curve", _curve(document)
    yield "controls-section", "Controls", table(document.controls)
    yield "charts-section", "Control charts", _charts(document)
    yield (
        "findings-section",
        "Findings",
        table(document.findings) + subsection(document.not_evaluated.title, table(document.not_evaluated)),
    )
    yield "decided", "Exclusions and waivers", _decided(document)
    yield "plate", "Plate", _plate(document)
    if document.overview is not None:  # else they are the results above
        yield "samples-section", "All samples", table(document.samples)
    if document.comparison is not None:
        yield "comparison-section", document.comparison.title, table(document.comparison)
    yield "wells-section", "All wells", table(document.wells)
    yield "methods", "Methods", _methods(document)
    yield "provenance-section", "Provenance", _provenance(document)


def _results(document: Document) -> str:
    if document.overview is None:
        return _dilutions(document) + table(document.samples)
    courses = timecourse_figure(document.result)
    return table(document.overview, "overview") + _dilutions(document) + picture(courses)


def _dilutions(document: Document) -> str:
    return subsection(document.dilutions.title, table(document.dilutions)) if document.dilutions is not None else ""


def _curve(document: Document) -> str:
    recovery, precision = recovery_figure(document.result), precision_figure(document.result)
    facts = f'<div class="card"><dl class="list">{"".join(_line(fact) for fact in document.curve_facts)}</dl></div>'
    if recovery and precision:
        below = f'<div class="pair twins">{picture(recovery)}{picture(precision)}</div>{facts}'
    else:
        below = f'<div class="pair">{picture(recovery)}{facts}</div>' if recovery else facts
    body = picture(curve_figure(document.result)) + below + table(document.standards)
    for more in (document.edits, document.curve_versions):
        body += subsection(more.title, table(more)) if more is not None else ""
    if document.parameters is not None:
        body += subsection(document.parameters.title, table(document.parameters))
    return body


def _decided(document: Document) -> str:
    if not document.decisions.rows:
        return ""
    return table(document.decisions) + subsection("Before and after", table(document.before_and_after))


def _charts(document: Document) -> str:
    """Nothing without a history."""
    told = document.result.analysis.earlier
    if told is None:
        return ""
    count = digits.count(len(told.plates), "earlier plate")
    said = told.reason or f"{count} of {told.this.segment}, from {told.history}"
    note = f'<p class="note">{html_text(said[0].upper() + said[1:])}.</p>'
    if not told.plates:
        return note
    charts = charts_beside(told, accepted=document.result.accepted)
    return f'{note}<p class="note">{html_text(NOTE)}</p>{chart_section(charts, "chart")}'


def _line(fact: Fact) -> str:
    more = f"<small>{html_text(fact.help)}</small>" if fact.help else ""
    return f'<dt>{html_text(fact.label)}</dt><dd class="{fact.tone}">{html_text(fact.text)}{more}</dd>'


def _plate(document: Document) -> str:
    accounting = document.accounting
    total = accounting[-1]
    note = (
        f'<p class="note">{html_text(f"{total.help} = {total.text} wells.")} Hover a well for all that is known of it; '
    )
    note += "select it to find it in the table of all wells.</p>"
    body = note + picture(plate_map(document.result)) + _patterns(document)
    return body + subsection(document.exclusions.title, table(document.exclusions))


def _patterns(document: Document) -> str:
    maps = pattern_maps(document.result)
    said = f'<p class="note">{html_text(caption(document.result))}</p>'
    return subsection("Patterns over the plate", said + picture(maps)) if maps else ""


def _methods(document: Document) -> str:
    paragraphs = "".join(f"<p>{html_text(paragraph)}</p>" for paragraph in document.methods)
    return f'<div class="prose">{paragraphs}<h3>Limitations</h3><ul>{items(document.limitations)}</ul></div>'


def _provenance(document: Document) -> str:
    body = table(document.provenance)
    if document.remarks:
        body += subsection("Remarks", f'<div class="prose"><ul>{items(document.remarks)}</ul></div>')
    return body + subsection(document.header.title, table(document.header))


def _foot(document: Document) -> str:
    tone = f'<span class="{Tone.BAD}">{html_text(document.mark)}</span> · ' if document.mark else ""
    return f"<footer>{tone}{html_text(document.title)} · elisa-bdnf {html_text(__version__)}</footer>"
