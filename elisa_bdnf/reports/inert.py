"""Text that came from outside, made harmless: control characters are shown, never sent.

Names in exports and layouts are data. They may hold escape sequences for terminals, direction marks that turn a line
round, formulas for spreadsheets or tags for browsers; every format passes them through one of these functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

# What spreadsheets take for the begin of a formula, full-width forms included (OWASP, CSV injection).
_FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
_SPACES = frozenset("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000")


def show(text: str) -> str:
    r"""Control, format and direction characters as ``\x1b`` or ``\u202e``; everything printable as it is."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in _SPACES else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def markup(text: str) -> str:
    """For text and quoted attribute values of HTML and SVG, of text that hardly comes twice."""
    return _entities(text if text.isprintable() else show(text))  # the common case without a call


def markups(texts: Sequence[str]) -> list[str]:
    """:func:`markup` of each of many texts, in one go: printable text holds no line end."""
    if not texts or not "".join(texts).isprintable():
        return list(map(markup, texts))
    return _entities("\n".join(texts)).split("\n")


def _entities(text: str) -> str:
    return (
        text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
        .replace("'", "&#39;")
    )


html_text = lru_cache(maxsize=8192)(markup)  # most cells of a page repeat


@lru_cache(maxsize=8192)  # names of subjects, timepoints and plates repeat down their columns
def csv_text(text: str) -> str:
    """A quoted CSV cell that no spreadsheet takes for a formula: an apostrophe before anything that could start one.

    Line ends and tabs stay (quoted cells may hold them), other control characters are shown.
    """
    begin = text.lstrip(" \u00a0")
    if begin and (begin[0] in _FORMULA_STARTS or begin.startswith("{=")):
        text = "'" + text
    if not text.isprintable():
        text = "".join(c if c in "\n\t" else show(c) for c in text.replace("\r\n", "\n").replace("\r", "\n"))
    return '"' + text.replace('"', '""') + '"'
