"""The page: complete, self-contained, inert."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from elisa_bdnf.reports import html, words
from elisa_bdnf.reports.document import document_from_result
from reports import build

VOID = {"meta", "link", "br", "img", "input", "rect", "line", "circle", "path"}
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "header", "nav", "main", "section", "footer", "div", "p", "h1",
    "h2", "h3", "ol", "ul", "li", "dl", "dt", "dd", "b", "strong", "small", "span", "a", "table", "caption", "thead",
    "tbody", "tr", "th", "td", "svg", "g", "rect", "line", "circle", "path", "text", "desc",
}  # fmt: skip


class Page(HTMLParser):
    """Collects tags, attributes and text, and checks that tags are balanced."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.open, self.tags, self.ids, self.links, self.text = [], set(), [], [], []
        self.attributes = set()
        self.feed(page.decode("utf-8"))
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value for name, value in attrs if name == "id"]
        self.links += [value for name, value in attrs if name in ("href", "src")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(params=build.STATES)
def result(request):
    return build.STATES[request.param]()


@pytest.fixture
def page(result):
    return Page(html.render(document_from_result(result)))


def test_page_holds_only_what_we_write(page):
    assert page.tags <= ALLOWED
    assert not [name for name in page.attributes if name.startswith("on")]


def test_every_anchor_leads_somewhere_on_the_page(page):
    assert len(set(page.ids)) == len(page.ids)
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)


def test_every_text_of_the_document_is_on_the_page(result):
    document = document_from_result(result)
    raw = html.render(document).decode()
    for table in document.tables:
        for row in table.rows:
            for cell in row.cells:
                assert cell.wells or html.html_text(cell.text) in raw


def test_page_needs_nothing_from_elsewhere(result):
    raw = html.render(document_from_result(result)).decode()
    assert "default-src 'none'" in raw
    assert not re.search(r"(src|href)=\"(?!#)", raw)
    assert not re.search(r"url\(|@import|<script", raw)


def test_rejected_is_at_the_top_and_on_every_table():
    raw = html.render(document_from_result(build.rejected())).decode()
    body = raw[raw.index("<body") :]
    assert body.index(words.REJECTED_MARK) < 200
    assert body.count(f"<caption>{words.REJECTED_MARK}</caption>") == body.count("<table>")
    assert 'class="rejected"' in body


def test_accepted_shows_no_mark():
    assert words.REJECTED_MARK not in html.render(document_from_result(build.accepted())).decode()


def test_same_plate_same_bytes(result):
    assert html.render(document_from_result(result)) == html.render(document_from_result(result))


def test_hostile_names_are_text():
    raw = html.render(document_from_result(build.hostile())).decode()
    assert "<script" not in raw
    assert "<img" not in raw
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in raw
    assert "\\x1b[31mred" in raw
    assert "\\u202egnp.exe" in raw
    assert not [c for c in raw if not c.isprintable() and c != "\n"]
