"""``study.html``: one file without scripts, in the style of the report of a plate."""

from __future__ import annotations

from elisa_bdnf import __version__
from elisa_bdnf.reports.html_page import banner, card, head, items, picture, section, style, subsection
from elisa_bdnf.reports.html_table import table
from elisa_bdnf.reports.inert import html_text
from elisa_bdnf.reports.parts import Table
from elisa_bdnf.reports.study_parts import Block, Picture, Section, StudyDocument


def study_html(document: StudyDocument) -> bytes:
    """The whole page, UTF-8."""
    page = [
        head(f"{document.title} – BDNF study", style() + style("study.css")),
        '<body class="accepted"><header class="top"><div><p class="overline">BDNF ELISA · study report</p>',
        f'<h1>{html_text(document.title)}</h1><p class="subtitle">{html_text(document.subtitle)}</p></div></header>',
        f'<main><p class="summary">{html_text(document.summary)}</p>',
        *map(banner, document.banners),
        f'<dl class="facts">{"".join(map(card, document.facts))}</dl></main>',
        _contents(document.sections),
        "<main>",
        *(section(each.key, each.title, "".join(map(_block, each.blocks))) for each in document.sections),
        f"</main><footer>{html_text(document.title)} · elisa-bdnf {html_text(__version__)}</footer></body></html>\n",
    ]
    return "".join(page).encode()


def _contents(sections: tuple[Section, ...]) -> str:
    links = "".join(f'<li><a href="#{each.key}">{html_text(each.title)}</a></li>' for each in sections)
    return f'<nav aria-label="Contents"><ol>{links}</ol></nav>'


def _block(block: Block) -> str:
    if isinstance(block, Table):
        return subsection(block.title, table(block))
    if isinstance(block, Picture):
        legend = f'<p class="note">{html_text(block.legend)}</p>' if block.legend else ""
        return subsection(block.title, picture(block.svg) + legend)
    if block.listed:
        body = f"<ul>{items(block.paragraphs)}</ul>"
    else:
        body = "".join(f"<p>{html_text(paragraph)}</p>" for paragraph in block.paragraphs)
    prose = f'<div class="prose">{body}</div>'
    return subsection(block.title, prose) if block.title else prose
