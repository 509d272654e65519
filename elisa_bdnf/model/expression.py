"""The small language of a lab's own rules: ``blank < 0.050``, ``control.high > 1.0 and control.high < 2.5``.

    truth       = conjunction ("or" conjunction)*
    conjunction = negation ("and" negation)*
    negation    = "not" negation | comparison
    comparison  = sum (("<" | "<=" | ">" | ">=" | "==" | "!=") sum)*        1 < x < 2 means 1 < x and x < 2
    sum         = product (("+" | "-") product)*
    product     = factor (("*" | "/") factor)*
    factor      = "-" factor | number | name | function "(" truth ("," truth)* ")" | "(" truth ")"
    name        = word ("." word | "[" quoted "]")*

It has numbers, truth values and names of quantities, and nothing else: no assignment, no call but of three functions,
no attribute of an object, no ``eval``. What a name means is for the caller; what cannot be is refused when it is read,
at its column.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

Name = tuple[str, ...]
Value = float | bool
MOST_CHARACTERS = 500
MOST_NESTING = 25
_COMPARED_DIGITS = 12
FUNCTIONS = ("abs", "max", "min")
COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}
_ARITHMETIC: Mapping[str, Callable[..., float]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "abs": abs, "max": max, "min": min,
}  # fmt: skip
_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.]))"
    r"|(?P<name>[^\W\d]\w*(?:\.\w+|\[\s*(?:\"[^\"]*\"|'[^']*')\s*\])*)"
    r"|(?P<sign><=|>=|==|!=|[-+*/<>(),]))"
)
_PART = re.compile(r"\w+|\"[^\"]*\"|'[^']*'")


class ExpressionError(ValueError):
    """Something wrong in an expression: ``column`` counts from 1, ``found`` and ``expected`` are words for people."""

    def __init__(self, column: int, found: str, expected: str = "") -> None:
        self.column, self.found, self.expected = column, found, expected
        super().__init__(f"column {column}: {found}" + (f"; expected {expected}" if expected else ""))


class Type(StrEnum):
    NUMBER = "a number"
    TRUTH = "a comparison"


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of an expression: ``what`` it is (number, name, an operator or function) and what it is made of."""

    what: str
    column: int
    type: Type
    parts: tuple[Node, ...] = ()
    number: float = 0.0
    name: Name = ()


@dataclass(frozen=True, slots=True)
class Expression:
    """A whole expression that is true or false of a plate, with its text."""

    text: str
    root: Node

    @property
    def names(self) -> dict[Name, int]:
        """Every quantity with the column at which it is first named, in that order."""
        named: dict[Name, int] = {}
        for node in sorted(_walk(self.root), key=lambda node: node.column):
            if node.what == "name":
                named.setdefault(node.name, node.column)
        return named


def expression_from_text(text: str) -> Expression:
    """Read an expression; raises :class:`ExpressionError` at the first column that is wrong."""
    if len(text) > MOST_CHARACTERS:
        raise ExpressionError(MOST_CHARACTERS, f"{len(text)} characters", f"at most {MOST_CHARACTERS}")
    parser = _Parser(text)
    root = parser.truth()
    if parser.sign:
        raise ExpressionError(parser.column, f"{parser.sign!r}", "the end, an operator, and or or")
    _need(root, Type.TRUTH)
    return Expression(text, root)


def value_of(node: Node, quantity: Callable[[Name], float]) -> Value:
    """What a piece is worth; raises ArithmeticError where it is no number, and what ``quantity`` raises for a name.

    Numbers are compared to twelve digits: the mean of 0.1 and 0.2 is 0.15, which it is not to the last bit.
    """
    match node.what:
        case "number":
            return node.number
        case "name":
            return quantity(node.name)
        case "and":
            return all(value_of(part, quantity) for part in node.parts)
        case "or":
            return any(value_of(part, quantity) for part in node.parts)
        case "not":
            return not value_of(node.parts[0], quantity)
    return _computed(node.what, [value_of(part, quantity) for part in node.parts])


def _computed(what: str, numbers: list[Value]) -> Value:
    if what in COMPARISONS:
        return COMPARISONS[what](*(float(f"{number:.{_COMPARED_DIGITS}g}") for number in numbers))
    if what == "-" and len(numbers) == 1:
        return -numbers[0]
    computed = _ARITHMETIC[what](*numbers)
    if not math.isfinite(computed):
        raise OverflowError(what)
    return computed


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for part in node.parts:
        yield from _walk(part)


def _need(node: Node, wanted: Type) -> Node:
    if node.type is not wanted:
        example = " such as blank < 0.05" if wanted is Type.TRUTH else ""
        raise ExpressionError(node.column, f"{node.type.value}", f"{wanted.value}{example}")
    return node


class _Parser:
    """Recursive descent over one text; ``sign`` is the token at hand, ``column`` where it stands."""

    def __init__(self, text: str) -> None:
        self.text, self.position, self.depth = text, 0, 0
        self.sign, self.kind, self.column = "", "", 1
        self.advance()

    def advance(self) -> str:
        """Take the token at hand and look at the next."""
        taken = self.sign
        rest = self.text[self.position :]
        if not rest.strip():
            self.sign, self.kind, self.column = "", "end", len(self.text.rstrip()) + 1
            return taken
        match = _TOKEN.match(self.text, self.position)
        if match is None:
            column = self.position + len(rest) - len(rest.lstrip()) + 1
            raise ExpressionError(column, f"{self.text[column - 1 :][:12]!r}", "a number, a quantity or an operator")
        self.kind = str(match.lastgroup)
        self.sign, self.column = match[self.kind], match.start(self.kind) + 1
        self.position = match.end()
        return taken

    def truth(self) -> Node:
        return self._joined("or", lambda: self._joined("and", self.negation))

    def _joined(self, word: str, part: Callable[[], Node]) -> Node:
        parts = [part()]
        while self.sign == word:
            self.advance()
            parts.append(part())
        if len(parts) == 1:
            return parts[0]
        return Node(word, parts[0].column, Type.TRUTH, tuple(_need(each, Type.TRUTH) for each in parts))

    def negation(self) -> Node:
        if self.sign != "not":
            return self.comparison()
        column = self.column
        self.advance()
        return Node("not", column, Type.TRUTH, (_need(self.negation(), Type.TRUTH),))

    def comparison(self) -> Node:
        left = self.sum()
        compared = []
        while self.sign in COMPARISONS:
            sign = self.advance()
            right = self.sum()
            sides = (_need(left, Type.NUMBER), _need(right, Type.NUMBER))
            compared.append(Node(sign, left.column, Type.TRUTH, sides))
            left = right
        if not compared:
            return left
        return compared[0] if len(compared) == 1 else Node("and", compared[0].column, Type.TRUTH, tuple(compared))

    def sum(self) -> Node:
        return self._chain(("+", "-"), lambda: self._chain(("*", "/"), self.factor))

    def _chain(self, signs: tuple[str, ...], part: Callable[[], Node]) -> Node:
        left = part()
        while self.sign in signs:
            sign = self.advance()
            left = Node(sign, left.column, Type.NUMBER, (_need(left, Type.NUMBER), _need(part(), Type.NUMBER)))
        return left

    def factor(self) -> Node:
        column, kind, sign = self.column, self.kind, self.advance()
        if kind == "number":
            if not math.isfinite(float(sign)):
                raise ExpressionError(column, f"{sign!r} is too large", "a number below 1e308")
            return Node("number", column, Type.NUMBER, number=float(sign))
        if kind == "name" and sign in FUNCTIONS and self.sign == "(":
            return self.function(sign, column)
        if kind == "name" and sign not in ("and", "or", "not"):
            return Node("name", column, Type.NUMBER, name=tuple(p.strip("\"'") for p in _PART.findall(sign)))
        if sign == "-":
            return Node("-", column, Type.NUMBER, (_need(self.nested(self.factor, column), Type.NUMBER),))
        if sign == "(":
            inside = self.nested(self.truth, column)
            self.close("(", column)
            return inside
        raise ExpressionError(column, f"{sign!r}" if sign else "the end", "a number or a quantity")

    def function(self, name: str, column: int) -> Node:
        self.advance()
        parts = [_need(self.nested(self.sum, column), Type.NUMBER)]
        while self.sign == ",":
            self.advance()
            parts.append(_need(self.nested(self.sum, column), Type.NUMBER))
        self.close(f"{name}(", column)
        if (name == "abs") != (len(parts) == 1):
            raise ExpressionError(column, f"{name} of {len(parts)}", "abs of one number, max and min of several")
        return Node(name, column, Type.NUMBER, tuple(parts))

    def nested(self, part: Callable[[], Node], column: int) -> Node:
        self.depth += 1
        if self.depth > MOST_NESTING:
            raise ExpressionError(column, f"nested more than {MOST_NESTING} deep", "a simpler expression")
        made = part()
        self.depth -= 1
        return made

    def close(self, opened: str, column: int) -> None:
        if self.sign != ")":
            found = f"{self.sign!r}" if self.sign else "the end"
            raise ExpressionError(self.column, found, f"a ) for the {opened!r} of column {column}")
        self.advance()
