"""XML of plate readers → elements, by the parser in C once it is seen that nothing is declared in a DOCTYPE.

Names of elements and attributes are without their namespaces.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING
from xml.parsers import expat

from elisa_bdnf.errors import ExportError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_ELEMENTS = 600_000
DEEPEST = 64
# Entities can only be declared there. Expat reads encodings in which these letters are those of ASCII, and UTF-16.
_NAMESPACE = (b"xmlns", b"x\0m\0l\0n\0s")
_DOCTYPE = (b"<!DOCTYPE", b"<\0!\0D\0O\0C\0T\0Y\0P\0E")


def root_from_bytes(data: bytes) -> Element:
    """The outermost element. Raises ExportError for XML that is broken, too large, or declares a DOCTYPE."""
    from xml.etree.ElementTree import ParseError, fromstring  # noqa: PLC0415 - most exports are no XML

    _refuse_endless(data)
    try:
        if any(mark in data for mark in _DOCTYPE):
            _refuse_doctype(data)
        root = fromstring(data)  # noqa: S314 - without a DOCTYPE it can declare nothing
    except (ParseError, expat.ExpatError) as broken:
        place = broken.position[0] if isinstance(broken, ParseError) else broken.lineno
        found = f"the XML is not well-formed ({expat.ErrorString(broken.code)})"
        raise ExportError(found, hint="the file may be cut off; export it again", place=str(place)) from None
    except (LookupError, UnicodeError, ValueError) as broken:
        raise ExportError(f"the encoding of the XML is not understood ({broken})") from None
    _refuse_depth(root)
    if any(mark in data for mark in _NAMESPACE):
        _take_namespaces_away(root)
    return root


def _refuse_doctype(data: bytes) -> None:
    """Raises ExportError where the declaration is one, and not a part of a comment."""

    def refuse(*_: object) -> None:
        raise ExportError("the XML declares a DOCTYPE or entities", expected="an export of a plate reader")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.Parse(data, True)


def _refuse_endless(data: bytes) -> None:
    if data.count(b"<") > 2 * MOST_ELEMENTS:  # a beginning and an end
        raise _too_much()


def _refuse_depth(root: Element) -> None:
    level = [root]
    for _ in range(DEEPEST):
        if not (level := list(chain.from_iterable(level))):
            return
    raise _too_much()


def _too_much() -> ExportError:
    return ExportError(
        f"the XML has more than {MOST_ELEMENTS:,} elements, or more than {DEEPEST} inside each other",
        expected="an export of a plate reader",
    )


def _take_namespaces_away(root: Element) -> None:
    for element in root.iter():
        tag = element.tag
        if tag[:1] == "{":
            element.tag = tag.rpartition("}")[2]
        for name in element.keys():  # noqa: SIM118 - a list, and without making a dict for each element
            if name[:1] == "{":
                element.attrib[name.rpartition("}")[2]] = element.attrib.pop(name)


def text_of(element: Element | None) -> str:
    """All the text directly in an element, without blanks around it; empty where there is no element."""
    if element is None:
        return ""
    if len(element):
        return "".join([element.text or "", *(child.tail or "" for child in element)]).strip()
    return (element.text or "").strip()
