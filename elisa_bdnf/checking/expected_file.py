"""``expected.toml`` → :class:`Case`; everything that is wrong in it at once, each with line and column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from elisa_bdnf.checking import schema
from elisa_bdnf.checking.case import (
    DEFAULT_DIGITS,
    SELECTORS,
    Case,
    ExpectedFinding,
    ExpectedPlate,
    ExpectedResult,
    Tolerance,
    comparable,
)
from elisa_bdnf.checking.expected_table import read_table_or_none
from elisa_bdnf.checking.outcome import Place
from elisa_bdnf.errors import ElisaError, Problem
from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.toml import TomlDocument, read_toml
from elisa_bdnf.protocols.check import Fault, check_data, problem_from_fault
from elisa_bdnf.protocols.fields import Table
from elisa_bdnf.workflow import DEFAULT_PROTOCOL, RunRequest

MAX_BYTES = 2_000_000
Key = tuple[str | int, ...]


def read_case(path: Path, file: str) -> Case:
    """Read an expected file and the table beside it; ``file`` is how both are named in problems.

    Raises :class:`ElisaError` with all problems.
    """
    document = read_document(path, file)
    reader = _Reader(document)
    reader.check()
    if reader.problems:
        raise ElisaError(problems=sorted(reader.problems, key=_reading_order))
    table = path.with_suffix(".csv")
    results, inline = reader.results(), "concentrations" in document.data
    from_table = read_table_or_none(table, file.removesuffix(".toml") + ".csv")
    if inline and from_table is not None:
        place = document.place(("concentrations",))
        raise ElisaError(
            f"concentrations are expected here and in {table.name}", expected="one of both", place=place, file=file
        )
    if "refused" in document.data and from_table is not None:
        found = f"the input is to be refused, and {table.name} expects concentrations"
        raise ElisaError(found, expected="one of both", place=document.place(("refused",)), file=file)
    return _case(path, file, reader, results if inline else from_table)


def read_document(path: Path, file: str) -> TomlDocument:
    """The bytes as TOML with positions; raises :class:`ElisaError`."""
    try:
        data = InputFile.open(path, error=ElisaError).data
    except ElisaError as error:
        raise ElisaError(problems=[replace(problem, file=file) for problem in error.problems]) from None
    return read_toml(data, file, max_bytes=MAX_BYTES)


def _reading_order(problem: Problem) -> tuple[int, ...]:
    return tuple(int(part) for part in problem.place.split(":") if part.isdigit())


def _case(path: Path, file: str, reader: _Reader, results: tuple[ExpectedResult, ...] | None) -> Case:
    data, folder = reader.document.data, path.parent
    overrides = dict(_flattened(data.get("overrides", {})))
    request = RunRequest(
        protocol=data.get("protocol", DEFAULT_PROTOCOL),
        layout=folder / data["layout"] if "layout" in data else None,
        samples=folder / data["samples"] if "samples" in data else None,
        format=data.get("format"),
        encoding=data.get("encoding"),
        overrides=overrides,
        waivers=folder / data["waivers"] if "waivers" in data else None,
        read_on=date.fromisoformat(str(data["date"])) if "date" in data else None,
    )
    percent = data.get("tolerance_percent")
    return Case(
        path=path,
        file=file,
        export=folder / data["export"],
        request=request,
        settings={key: data[key] for key in [*(field.name for field in schema.SETTINGS), "overrides"] if key in data},
        tolerance=Tolerance(None, percent) if percent is not None else Tolerance(data.get("digits", DEFAULT_DIGITS)),
        refused=data.get("refused"),
        plates=reader.plates(),
        results=results,
        every_result=data.get("every_sample", True),
        table=path.with_suffix(".csv"),
        inline_results="concentrations" in data,
    )


def _flattened(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """``curve.model = "5pl"`` and ``"curve.model" = "5pl"`` mean the same; values as ``--set`` takes them."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flattened(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", _override_text(value)


def _override_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(_override_text(item) for item in value)
    return str(value)


class _Reader:
    """One document while it is checked; the values are taken from it only after nothing was found wrong."""

    def __init__(self, document: TomlDocument) -> None:
        self.document = document
        self.problems: list[Problem] = []

    def check(self) -> None:
        data = self.document.data
        self._check_table(data, schema.CASE, (), schema.CASE_LISTS)
        if not isinstance(data.get("overrides", {}), dict):
            self._add(("overrides",), "overrides is no table", "a table [overrides]")
        if "export" not in data:
            self._add((), "export is missing", 'the export to run, as export = "plate.txt"')
        if "date" in data and not self.problems:
            self._check_day(str(data["date"]))
        if "digits" in data and "tolerance_percent" in data:
            self._add(("tolerance_percent",), "digits and tolerance_percent are both given", "one of both")
        self._check_contradictions(data)

    def _check_day(self, text: str) -> None:
        try:
            date.fromisoformat(text)
        except ValueError:
            self._add(("date",), f"{text} is no day of the calendar", "a day as 2026-03-31")

    def _check_contradictions(self, data: Mapping[str, Any]) -> None:
        stated = [key for key in ("verdict", "findings") if key in data]
        if stated and "plate" in data:
            self._add((stated[0],), f"{stated[0]} stands here and there are tables [[plate]]", "it in each [[plate]]")
        if "refused" in data and (stated or "plate" in data or "concentrations" in data):
            self._add(("refused",), "the input is to be refused, and results are expected", "one of both")

    def _check_table(self, data: Mapping[str, Any], table: Table, path: Key, lists: tuple[Table, ...]) -> None:
        data = {**data, **({"date": str(data["date"])} if type(data.get("date")) is date else {})}
        apart = {each.name for each in lists} | ({"overrides"} if not path else set())
        for fault in check_data({key: value for key, value in data.items() if key not in apart}, table).faults:
            self._fault(fault, path)
        for each in lists:
            if each.name in data:
                self._check_list(data[each.name], each, (*path, each.name))

    def _check_list(self, items: object, table: Table, path: Key) -> None:
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            self._add(path, f"{path[-1]} is no list of tables", f"{table.name} = [{{ … }}, …] or [[{table.name}]]")
            return
        for index, item in enumerate(items):
            self._check_table(item, table, (*path, index), schema.PLATE_LISTS if table is schema.PLATE else ())
            self._check_complete(item, table, (*path, index), alone=len(items) == 1)

    def _check_complete(self, item: Mapping[str, Any], table: Table, path: Key, *, alone: bool) -> None:
        if table is schema.FINDING:
            missing = [name for name in table.names if name not in item]
            if missing:
                self._add(path, f"the finding has no {' and no '.join(missing)}", "rule, level and subject")
        elif table is schema.RESULT:
            if not item.keys() & set(SELECTORS):
                self._add(path, "nothing says which result is meant", f"one of {', '.join(SELECTORS)}")
            if not item.keys() & {"concentration", "text"}:
                self._add(path, "nothing is expected of the result", "concentration or text")
        elif "name" not in item and not alone:
            self._add(path, "the plate has no name", "a name for each of several plates")

    def _fault(self, fault: Fault, path: Key) -> None:
        where = self.document.place((*path, *fault.path), value=fault.at_value)
        self.problems.append(replace(problem_from_fault(fault, self.document), place=where))

    def _add(self, path: Key, found: str, expected: str) -> None:
        self.problems.append(Problem(found, expected, place=self.document.place(path), file=self.document.file))

    def plates(self) -> tuple[ExpectedPlate, ...]:
        """The tables ``[[plate]]``, or the single plate that the file itself describes."""
        data = self.document.data
        if "plate" in data:
            return tuple(self._plate(item, ("plate", index)) for index, item in enumerate(data["plate"]))
        return (self._plate(data, ()),) if "verdict" in data or "findings" in data else ()

    def _plate(self, data: Mapping[str, Any], path: Key) -> ExpectedPlate:
        findings = None
        if "findings" in data:
            findings = tuple(
                self._finding(item, (*path, "findings", index)) for index, item in enumerate(data["findings"])
            )
        places = (self._place(path), self._place((*path, "verdict")), self._place((*path, "findings")))
        return ExpectedPlate(data.get("name", "") if path else "", data.get("verdict"), findings, *places)

    def _finding(self, data: Mapping[str, Any], path: Key) -> ExpectedFinding:
        return ExpectedFinding(data["rule"], data["level"], comparable(data["subject"]), self._place(path))

    def results(self) -> tuple[ExpectedResult, ...]:
        """The inline table ``concentrations``."""
        items = enumerate(self.document.data.get("concentrations", ()))
        return tuple(
            ExpectedResult(
                {name: _selector(item[name]) for name in SELECTORS if name in item},
                item.get("concentration"),
                item.get("text"),
                self._place(("concentrations", index)),
            )
            for index, item in items
        )

    def _place(self, path: Key) -> Place:
        return Place(self.document.file, *self.document.position(path))


def _selector(value: object) -> str:
    return comparable(value) if isinstance(value, str) else f"{value:g}"
