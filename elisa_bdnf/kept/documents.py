"""JSON files of result folders, read with limits and without surprises."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from elisa_bdnf.errors import ElisaError

MOST_BYTES = 64 * 1024 * 1024
Json = Mapping[str, Any]


class KeptError(ElisaError):
    """A folder that holds no results, or results that no version of the program wrote."""


def read_document(path: Path, schema: str, name: str) -> Json:
    """The object in a file whose ``schema`` begins as given; ``name`` is how problems call the file.

    Raises :class:`KeptError` for a file that is missing, cut, of another kind, or no JSON.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise KeptError("the file is larger than any result", expected=f"at most {MOST_BYTES >> 20} MB", file=name)
        document = json.loads(path.read_bytes(), parse_constant=_no_number, object_pairs_hook=_once)
    except OSError as failed:
        there = "there is no such file" if isinstance(failed, FileNotFoundError) else f"not readable: {failed.strerror}"
        raise KeptError(there, expected="a folder of results, as run and batch write it", file=name) from None
    except (ValueError, RecursionError) as broken:
        hint = "write the results anew: elisa-bdnf run"
        raise KeptError(f"the file is no JSON of elisa-bdnf ({broken})", hint=hint, file=name) from None
    found = document.get("schema") if isinstance(document, dict) else None
    if not isinstance(found, str) or not found.startswith(schema):
        raise KeptError(f"the schema is {found!r}", expected=f"{schema}…", file=name)
    return document  # type: ignore[no-any-return]


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"it holds {word}")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Readers disagree on which of two equal keys holds: such a file is nobody's result."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("it holds a key twice")
    return made


def records(document: Json, *keys: str) -> Sequence[Json]:
    """The list of objects under these keys; anything else is an empty one."""
    value = at(document, *keys)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def table(document: Json, *keys: str) -> Json:
    """The object under these keys; anything else is an empty one."""
    value = at(document, *keys)
    return value if isinstance(value, dict) else {}


def text(document: Json, *keys: str) -> str:
    """What stands under these keys as text; empty where nothing does."""
    value = at(document, *keys)
    return "" if value is None else str(value)


def at(document: Json, *keys: str) -> Any:
    """What stands under these keys; None where nothing does."""
    value: Any = document
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
