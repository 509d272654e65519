"""Formatted but empty cells and rows of a worksheet: in many workbooks most of the XML, and none of the content.

Where there are many, they are cut out before the XML is parsed, if its text alone tells that this changes nothing: no
comments or CDATA, in which the same letters would be something else, and an address on every row and cell, so that none
is named by the position of its neighbor.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

MOST_BYTES = 8_000_000  # larger sheets are parsed as they come
_LITTLE = 64  # empty elements that are not worth the search

_EMPTY_CELL = re.compile(rb'<c r="\w+"(?: [st]="\w+")*(?:/>|></c>)')
_EMPTY_ROW = re.compile(rb'<row(?: [\w:]+="[\w.: ]*")+(?:/>|></row>)')
_WITHOUT_ADDRESS = re.compile(rb'<(?:c|row)(?=[\s/>])(?![^<>]{0,400} r=")')
_OTHER_ENCODING = re.compile(rb"<\?xml[^<>]{0,200}encoding=(?![\"'](?i:utf-8)[\"'])")


def without_padding(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The XML of a sheet without its empty cells and rows."""
    read: list[bytes] = []
    size = 0
    pieces = iter(chunks)
    for piece in pieces:
        read.append(piece)
        size += len(piece)
        if size > MOST_BYTES:
            yield from read
            yield from pieces
            return
    xml = b"".join(read)
    yield _EMPTY_ROW.sub(b"", _EMPTY_CELL.sub(b"", xml)) if _is_padded(xml) and _is_plain(xml) else xml


def _is_padded(xml: bytes) -> bool:
    return xml.count(b"/>") + xml.count(b"></c>") + xml.count(b"></row>") > _LITTLE


def _is_plain(xml: bytes) -> bool:
    """No comment or CDATA, no other encoding, and an address on every row and cell."""
    if b"<!" in xml or b"\0" in xml or _OTHER_ENCODING.match(xml.lstrip()):
        return False
    return all(_all_begin(xml, name) for name in (b"c", b"row")) or not _WITHOUT_ADDRESS.search(xml)


def _all_begin(xml: bytes, name: bytes) -> bool:
    """Whether every element of the name has its address as first attribute, as most programs write it."""
    elements = sum(xml.count(b"<" + name + end) for end in (b" ", b">", b"/", b"\t", b"\r", b"\n"))
    return elements == xml.count(b"<" + name + b' r="')
