"""A spreadsheet's arithmetic, as far as the workbook uses it: formulas are calculated again without Excel.

Only the functions named below exist; an unknown one fails the test, so that no formula goes unchecked.
"""

from __future__ import annotations

import io
import math
import re
import statistics
from collections.abc import Callable, Iterator
from functools import cached_property

import openpyxl

Value = float | str | bool | None | list["Value"]
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>"(?:[^"]|"")*")
    | (?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?)
    | (?P<cell>(?:[A-Za-z]+!)?\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?)(?![A-Za-z0-9_(])
    | (?P<function>[A-Z]+)\(
    | (?P<name>[A-Za-z_][A-Za-z_0-9]*)
    | (?P<operator><=|>=|<>|[-+*/^<>=(),])
    )""",
    re.VERBOSE,
)


class SpreadsheetError(ArithmeticError):
    """What a spreadsheet shows as #DIV/0!, #NUM! or #VALUE!."""


class Calculator:
    """A workbook whose formulas can be calculated from the typed cells alone."""

    def __init__(self, data: bytes) -> None:
        self.formulas = openpyxl.load_workbook(io.BytesIO(data))
        self.values = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        self._known: dict[tuple[str, str], Value] = {}

    def formula_cells(self) -> Iterator[tuple[str, str, str, Value]]:
        """Sheet, address, formula and the value that was written beside it."""
        for sheet in self.formulas:
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.data_type == "f":
                        yield sheet.title, cell.coordinate, cell.value, self.values[sheet.title][cell.coordinate].value

    def value(self, sheet: str, address: str) -> Value:
        key = (sheet, address)
        if key not in self._known:
            cell = self.formulas[sheet][address]
            self._known[key] = self.calculate(cell.value, sheet) if cell.data_type == "f" else cell.value
        return self._known[key]

    def calculate(self, formula: str, sheet: str) -> Value:
        return _Parser(self, formula.removeprefix("="), sheet).result()

    @cached_property
    def names(self) -> dict[str, str]:
        return {name: defined.attr_text for name, defined in self.formulas.defined_names.items()}

    def reference(self, text: str, sheet: str) -> Value:
        where, _, area = text.rpartition("!")
        where, area = where or sheet, area.replace("$", "")
        if ":" not in area:
            return self.value(where, area)
        return [self.value(where, cell.coordinate) for row in self.formulas[where][area] for cell in row]


class _Parser:
    """Recursive descent; every part becomes a function, so that IF calculates only the branch that it takes."""

    def __init__(self, book: Calculator, formula: str, sheet: str) -> None:
        self.book, self.sheet, self.tokens, position = book, sheet, [], 0
        while position < len(formula):
            match = _TOKEN.match(formula, position)
            assert match, f"cannot read {formula[position:]!r} of {formula!r}"
            self.tokens.append((match.lastgroup, match[match.lastgroup]))
            position = match.end()
        self.tokens.append(("end", ""))
        self.at = 0

    def result(self) -> Value:
        made = self.comparison()
        assert self.tokens[self.at][0] == "end", self.tokens[self.at]
        return made()

    def take(self, *operators: str) -> str | None:
        kind, text = self.tokens[self.at]
        if kind == "operator" and text in operators:
            self.at += 1
            return text
        return None

    def comparison(self) -> Callable[[], Value]:
        left = self.chain(self.product, "+", "-")
        operator = self.take("<", ">", "=", "<=", ">=", "<>")
        if operator is None:
            return left
        right = self.chain(self.product, "+", "-")
        return lambda: _compare(operator, left(), right())

    def product(self) -> Callable[[], Value]:
        return self.chain(self.power, "*", "/")

    def power(self) -> Callable[[], Value]:
        return self.chain(self.unary, "^")

    def unary(self) -> Callable[[], Value]:
        if self.take("-"):
            operand = self.unary()
            return lambda: -_number(operand())
        return self.atom()

    def chain(self, part: Callable[[], Callable[[], Value]], *operators: str) -> Callable[[], Value]:
        made = part()
        while operator := self.take(*operators):
            left, right = made, part()
            made = lambda o=operator, a=left, b=right: _arithmetic(o, _number(a()), _number(b()))  # noqa: E731
        return made

    def atom(self) -> Callable[[], Value]:
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "operator" and text == "(":
            inner = self.comparison()
            assert self.take(")")
            return inner
        if kind == "function":
            return self.call(text)
        if kind == "name":
            return lambda: self.book.reference(self.book.names[text], self.sheet)
        if kind == "cell":
            return lambda: self.book.reference(text, self.sheet)
        value = text[1:-1].replace('""', '"') if kind == "text" else float(text)
        return lambda: value

    def call(self, name: str) -> Callable[[], Value]:
        arguments = [self.comparison()]
        while self.take(","):
            arguments.append(self.comparison())
        assert self.take(")"), f"{name} is not closed"
        return lambda: _FUNCTIONS[name](arguments)


def _number(value: Value) -> float:
    if value is None:
        return 0.0
    if isinstance(value, (str, list)):
        raise SpreadsheetError(f"#VALUE! {value!r}")
    return float(value)


def _arithmetic(operator: str, a: float, b: float) -> float:
    try:
        made = {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b, "^": lambda: a**b}[
            operator
        ]()
    except (ZeroDivisionError, OverflowError) as error:
        raise SpreadsheetError(str(error)) from error
    if isinstance(made, complex) or not math.isfinite(made):
        raise SpreadsheetError("#NUM!")
    return made


def _compare(operator: str, a: Value, b: Value) -> bool:
    if isinstance(a, str) != isinstance(b, str):
        a, b = (isinstance(a, str), isinstance(b, str))  # any text is more than any number
    else:
        a, b = (a, b) if isinstance(a, str) else (_number(a), _number(b))
    return {"<": a < b, ">": a > b, "=": a == b, "<=": a <= b, ">=": a >= b, "<>": a != b}[operator]


def _numbers(arguments: list[Callable[[], Value]]) -> list[float]:
    """What AVERAGE and its kin count: numbers only, wherever they come from."""
    found = []
    for argument in arguments:
        value = argument()
        found += value if isinstance(value, list) else [value]
    return [float(each) for each in found if isinstance(each, (int, float)) and not isinstance(each, bool)]


def _if_error(arguments: list[Callable[[], Value]]) -> Value:
    try:
        return arguments[0]()
    except SpreadsheetError:
        return arguments[1]()


def _logarithm(x: float) -> float:
    if x <= 0:
        raise SpreadsheetError("#NUM!")
    return math.log(x)


_FUNCTIONS: dict[str, Callable[[list[Callable[[], Value]]], Value]] = {
    "IF": lambda a: a[1]() if a[0]() else a[2](),
    "IFERROR": _if_error,
    "AND": lambda a: all(each() for each in a),
    "OR": lambda a: any(each() for each in a),
    "ISNUMBER": lambda a: isinstance(a[0](), (int, float)),
    "ABS": lambda a: abs(_number(a[0]())),
    "EXP": lambda a: math.exp(_number(a[0]())),
    "LN": lambda a: _logarithm(_number(a[0]())),
    "AVERAGE": lambda a: statistics.fmean(_numbers(a)),
    "STDEV": lambda a: statistics.stdev(_numbers(a)),
    "COUNT": lambda a: float(len(_numbers(a))),
    "MAX": lambda a: max(_numbers(a), default=0.0),
}
