"""XML of plate readers → elements, in one pass that stops at its first transgression: no DOCTYPE, no entities."""

from __future__ import annotations

from collections.abc import Mapping
from xml.parsers import expat

from elisa_bdnf.errors import ExportError

MOST_ELEMENTS = 600_000
DEEPEST = 64


class Element:
    """An element without its namespace; ``text`` is all the text directly in it, ``raw`` with the blanks around it."""

    __slots__ = ("attributes", "children", "name", "raw")

    def __init__(self, name: str, attributes: Mapping[str, str]) -> None:
        self.name, self.attributes = name, attributes
        self.children: list[Element] = []
        self.raw = ""

    @property
    def text(self) -> str:
        return self.raw.strip()

    def all(self, name: str) -> list[Element]:
        """Children of one name."""
        return [child for child in self.children if child.name == name]

    def first_or_none(self, name: str) -> Element | None:
        """The first child of a name."""
        for child in self.children:
            if child.name == name:
                return child
        return None

    def everywhere(self, name: str) -> list[Element]:
        """Elements of one name at any depth, in the order of the file."""
        found = []
        for child in self.children:
            if child.name == name:
                found.append(child)
            if child.children:
                found += child.everywhere(name)
        return found


class _LocalNames(dict[str, str]):
    """Name with its namespace → without it; a file has few different ones."""

    def __missing__(self, name: str) -> str:
        self[name] = local = name.rpartition(" ")[2]
        return local


class _Builder:
    def __init__(self) -> None:
        self.root = Element("", {})
        self._open = [self.root]
        self._count = 0
        self._names = _LocalNames()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MOST_ELEMENTS or len(self._open) > DEEPEST:
            raise ExportError(
                f"the XML has more than {MOST_ELEMENTS:,} elements, or more than {DEEPEST} inside each other",
                expected="an export of a plate reader",
            )
        names = self._names
        local = {names[key]: value for key, value in attributes.items()} if attributes else attributes
        element = Element(names[name], local)
        self._open[-1].children.append(element)
        self._open.append(element)

    def end(self, _name: str) -> None:
        self._open.pop()

    def text(self, data: str) -> None:
        inside = self._open[-1]
        if inside.raw or not data.isspace():  # blanks between elements are most of the texts
            inside.raw += data


def root_from_bytes(data: bytes) -> Element:
    """The outermost element. Raises ExportError for XML that is broken, too large, or declares a DOCTYPE."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    builder = _Builder()

    def refuse(*_: object) -> None:
        raise ExportError("the XML declares a DOCTYPE or entities", expected="an export of a plate reader")

    parser.StartElementHandler, parser.EndElementHandler = builder.start, builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as broken:
        found = f"the XML is not well-formed ({expat.ErrorString(broken.code)})"
        hint = "the file may be cut off; export it again"
        raise ExportError(found, hint=hint, place=str(broken.lineno)) from None
    except (LookupError, UnicodeError, ValueError) as broken:
        raise ExportError(f"the encoding of the XML is not understood ({broken})") from None
    return builder.root.children[0]
