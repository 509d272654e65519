"""Values inside an ASM document: objects and lists where they are due, numbers, words, and the errors beside them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.sheet_values import text_from_value
from elisa_bdnf.model.plate import Well
from elisa_bdnf.readers._safe_json import Json


def as_object(value: Json) -> dict[str, Json]:
    """The object, or an empty one where something else stands."""
    return value if isinstance(value, dict) else {}


def objects_of(value: Json) -> Iterator[dict[str, Json]]:
    """The objects of a list, or the one that stands there alone."""
    items = value if isinstance(value, list) else [value]
    return (item for item in items if isinstance(item, dict))


def text_of(value: Json) -> str:
    """The text without blanks around it, empty for anything else."""
    return value.strip() if isinstance(value, str) else ""


def objects_due(parent: Mapping[str, Json], key: str) -> list[dict[str, Json]]:
    """The objects under a key that every one of its kind has. Raises ExportError for anything else in their place."""
    found = parent.get(key)
    items = found if isinstance(found, list) else [found]
    objects = [item for item in items if isinstance(item, dict)]
    if len(objects) < len(items) or not objects:
        raise ExportError(
            f"the document holds no measured well where its {key!r} is due", expected="an object or several"
        )
    return objects


def number_or_none(settings: Mapping[str, Json], key: str) -> float | None:
    """The finite number of a quantity ``{value, unit}`` under a key."""
    value = as_object(settings.get(key)).get("value")
    return value if isinstance(value, float) and math.isfinite(value) else None


def measured_text(quantity: Json, key: str, well: Well) -> str:
    """The number, or word, of a well; empty where the value is null, ``missing`` for the −0.0 of converters."""
    value = as_object(quantity).get("value") if isinstance(quantity, dict) else quantity
    if isinstance(value, (bool, list, dict)):
        raise ExportError(
            f"the {key} of well {well} is no number ({str(value)[:40]})", expected="a number, a word or null"
        )
    if isinstance(value, float) and value == 0 and math.copysign(1, value) < 0:
        return "missing"
    return value_text(quantity)


def value_text(quantity: Json) -> str:
    """A value, bare or with its unit, as text; empty where there is none."""
    value = as_object(quantity).get("value") if isinstance(quantity, dict) else quantity
    if isinstance(value, bool) or value is None or isinstance(value, (list, dict)):
        return ""
    return value if isinstance(value, str) else text_from_value(value)


def error_or_none(measurement: Mapping[str, Json], key: str) -> str | None:
    """The word for what went wrong with a quantity of a measurement; None where nothing did."""
    errors = objects_of(as_object(measurement.get("error aggregate document")).get("error document"))
    for error in errors:
        if text_of(error.get("error feature")).casefold() in ("", key):
            word = text_of(error.get("error")) or "error"
            return "missing" if word.casefold() == "not reported" else word
    return None
