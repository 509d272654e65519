"""All charts of a history as one page that needs no scripts."""

from __future__ import annotations

from collections.abc import Sequence

from elisa_bdnf import __version__
from elisa_bdnf.model.chart import SegmentCharts
from elisa_bdnf.reports import digits
from elisa_bdnf.reports.chart_page import NOTE, chart_section
from elisa_bdnf.reports.html import POLICY, style
from elisa_bdnf.reports.inert import html_text


def history_page(file: str, charts: Sequence[SegmentCharts]) -> bytes:
    """UTF-8; the newest segment is not told apart from others, since segments have no order in time."""
    plates = sum(len(segment.plates) for segment in charts)
    title = html_text(f"Control charts: {file}")
    subtitle = html_text(f"{digits.count(plates, 'plate')} in {digits.count(len(charts), 'segment')}")
    sections = "".join(_section(segment, f"segment-{i}") for i, segment in enumerate(charts))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="generator" content="elisa-bdnf {html_text(__version__)}">'
        f"<title>{title}</title><style>\n{style()}</style></head><body>"
        '<header class="top"><div><p class="overline">BDNF ELISA · history</p>'
        f'<h1>{title}</h1><p class="subtitle">{subtitle}</p></div></header>'
        f'<main><p class="note">{html_text(NOTE)}</p>{sections}</main>'
        f"<footer>{title} · elisa-bdnf {html_text(__version__)}</footer></body></html>\n"
    ).encode()


def _section(charts: SegmentCharts, key: str) -> str:
    title = html_text(f"{charts.segment}: {digits.count(len(charts.plates), 'plate')}")
    return f'<section id="{key}"><h2>{title}</h2>{chart_section(charts, key)}</section>'
