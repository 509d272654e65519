"""What came, written down as an expected file: the same bytes for the same results, and nothing that need not be there.

The keys that say what to run are kept, and so are the comments above the first of them; comments further down are not,
since what they are about may be gone. Words of a person's own belong under ``about``.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from elisa_bdnf.checking.came import Came, CamePlate, CameResult
from elisa_bdnf.checking.case import SELECTORS, Case
from elisa_bdnf.checking.compare import is_meant, refusal_text
from elisa_bdnf.checking.schema import SETTINGS
from elisa_bdnf.reports.csv_tables import csv_from_records

_OPENING = (
    "# What `elisa-bdnf check` expects of this export.\n"
    "# `elisa-bdnf check --update` rewrites everything below; look at what it changes before you keep it."
)
_BARE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


def files_from_case(case: Case, came: Came) -> dict[str, bytes]:
    """File name → content: the expected file, and the table where concentrations are kept there.

    What the case leaves open (no verdict, no findings, no concentrations) stays open, unless it states nothing yet.
    """
    with_results = came.refused is None and (case.is_new or case.results is not None)
    files = {case.table.name: _table(case, came)} if with_results and not case.inline_results else {}
    return files | {case.path.name: _document(case, came).encode()}


def _document(case: Case, came: Came) -> str:
    blocks = ["\n".join([*_opening(case), *_settings(case, came)])]
    plates = [_plate(case, plate) for plate in came.plates]
    if len(plates) == 1 and plates[0]:
        blocks.append("\n".join(plates[0]))
    if case.inline_results and came.refused is None:
        blocks.append(_list("concentrations", [_inline(record) for record in _records(case, came)]))
    if case.settings.get("overrides"):
        blocks.append("\n".join(_overrides(case.settings["overrides"])))
    if len(plates) > 1 and (case.is_new or case.plates):
        names = [f"name = {_quoted(plate.name)}" for plate in came.plates]
        blocks += ["\n".join(["[[plate]]", name, *plate]) for name, plate in zip(names, plates, strict=True)]
    return "\n\n".join(blocks) + "\n"


def _opening(case: Case) -> list[str]:
    """The comments above the first key, as they stand; ours where there are none."""
    kept = []
    for line in case.path.read_text(encoding="utf-8-sig").splitlines():
        if line.strip() and not line.startswith("#"):
            break
        kept.append(line.rstrip())
    while kept and not kept[-1]:
        kept.pop()
    return kept or [_OPENING]


def _settings(case: Case, came: Came) -> list[str]:
    stated = dict(case.settings)
    if came.refused is not None:
        stated = {key: value for key, value in stated.items() if key not in ("digits", "tolerance_percent")}
    elif "tolerance_percent" not in stated and (case.is_new or case.results is not None):
        stated["digits"] = case.tolerance.digits
    lines = [f"{field.name} = {_value(stated[field.name])}" for field in SETTINGS if field.name in stated]
    return lines if came.refused is None else [*lines, f"refused = {_quoted(refusal_text(came.refused))}"]


def _plate(case: Case, plate: CamePlate) -> list[str]:
    lines = []
    if case.is_new or any(each.verdict is not None for each in case.plates):
        lines.append(f"verdict = {_quoted(plate.verdict)}")
    if case.is_new or any(each.findings is not None for each in case.plates):
        found = sorted(plate.findings, key=lambda each: (each[0], each[1], _natural(each[2])))
        items = [_inline({"rule": rule, "level": level, "subject": subject}) for rule, level, subject in found]
        lines.append(_list("findings", items))
    return lines


def _natural(text: str) -> list[tuple[int, str]]:
    """``SPL9`` before ``SPL10``."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"([0-9]+)", text)]


def _list(name: str, items: Sequence[str]) -> str:
    return "\n".join([f"{name} = [", *(f"  {item}," for item in items), "]"]) if items else f"{name} = []"


def _inline(record: Mapping[str, object]) -> str:
    return "{ " + ", ".join(f"{name} = {_value(value)}" for name, value in record.items()) + " }"


def _overrides(table: object) -> list[str]:
    assert isinstance(table, dict)  # noqa: S101 - the reader of the file looked at it
    return ["[overrides]", *(f"{key} = {_value(value)}" for key, value in _leaves(table))]


def _leaves(table: Mapping[str, object], above: str = "") -> list[tuple[str, object]]:
    """Dotted keys and their values, one key of TOML for each."""
    leaves: list[tuple[str, object]] = []
    for key, value in table.items():
        name = above + (key if key and _BARE.issuperset(key) else _quoted(key))
        leaves += _leaves(value, f"{name}.") if isinstance(value, dict) else [(name, value)]
    return leaves


class _Digits(str):
    """A number that was rounded already and is written as it stands."""

    __slots__ = ()


def _records(case: Case, came: Came) -> list[dict[str, object]]:
    """The number where one may be reported, the text where a person reads something else."""
    names = Counter(_name(result) for result in came.results)
    kept = came.results
    if not case.every_result:
        kept = tuple(result for result in kept if any(is_meant(each, result) for each in case.results or ()))
    return [_record(case, result, with_factor=names[_name(result)] > 1) for result in kept]


def _name(result: CameResult) -> tuple[str | None, ...]:
    return tuple(result.selectors.get(name) for name in SELECTORS if name != "dilution_factor")


def _record(case: Case, result: CameResult, *, with_factor: bool) -> dict[str, object]:
    record: dict[str, object] = {
        name: result.selectors[name]
        for name in SELECTORS
        if name in result.selectors and (with_factor or name != "dilution_factor")
    }
    if with_factor and "dilution_factor" in record:
        record["dilution_factor"] = _Digits(record["dilution_factor"])
    if result.concentration is not None:
        record["concentration"] = _Digits(case.tolerance.rounded(result.concentration))
    if result.concentration is None or not result.text.replace(".", "").isdigit():
        record["text"] = result.text
    return record


def _table(case: Case, came: Came) -> bytes:
    records = _records(case, came)
    used = {name for record in records for name in record}
    columns = [name for name in (*SELECTORS, "concentration", "text") if name in used]
    return csv_from_records([{name: _cell(record.get(name)) for name in columns} for record in records], columns)


def _cell(value: object) -> object:
    if not isinstance(value, _Digits):
        return value
    return int(value) if value.isdigit() else float(value)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(_value(item) for item in value)}]"
    if type(value) is date:
        return value.isoformat()
    if isinstance(value, str) and not isinstance(value, _Digits):
        return _quoted(value)
    return str(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
