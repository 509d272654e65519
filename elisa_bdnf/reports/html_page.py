"""What all pages share: the head with its policy and styles, and the small pieces between which tables stand."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

from elisa_bdnf import __version__
from elisa_bdnf.reports.inert import html_text
from elisa_bdnf.reports.parts import Banner, Fact

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


@lru_cache(maxsize=4)
def style(sheet: str = "report.css") -> str:
    """A style sheet, shipped beside this module."""
    return files("elisa_bdnf.reports").joinpath(sheet).read_text(encoding="utf-8")


def head(title: str, css: str) -> str:
    """From the doctype to the end of the head; no scripts, no network."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="generator" content="elisa-bdnf {html_text(__version__)}">'
        f"<title>{html_text(title)}</title><style>\n{css}</style></head>"
    )


def banner(said: Banner) -> str:
    """Something that must be read before the numbers."""
    return f'<p class="banner {said.tone}"><b>{html_text(said.title)}</b>{html_text(said.text)}</p>'


def card(fact: Fact) -> str:
    """One figure of the summary."""
    return (
        f'<div><dt>{html_text(fact.label)}</dt><dd class="figure-text {fact.tone}">{html_text(fact.text)}</dd>'
        f'<dd class="more">{html_text(fact.help)}</dd></div>'
    )


def items(texts: Iterable[str]) -> str:
    """The points of a list."""
    return "".join(f"<li>{html_text(text)}</li>" for text in texts)


def section(key: str, title: str, body: str) -> str:
    """A part of the page with its heading."""
    return f'<section id="{key}"><h2>{html_text(title)}</h2>{body}</section>'


def subsection(title: str, body: str) -> str:
    """A part of a part."""
    return f"<h3>{html_text(title)}</h3>{body}"


def picture(svg: str) -> str:
    """A figure on a card that scrolls on small screens; nothing where there is none."""
    return f'<div class="card"><div class="scroll" tabindex="0">{svg}</div></div>' if svg else ""
