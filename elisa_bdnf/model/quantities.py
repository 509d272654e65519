"""The quantities that a lab's own rules may name, and how they are written."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

from elisa_bdnf.model.expression import Name

# How it is written → what it is, for docs; NAME stands for the name of a control.
QUANTITIES: Mapping[str, str] = MappingProxyType({
    "blank": "mean response of the blank wells",
    "zero": "mean response of the zero standard",
    "top": "mean response of the highest standard",
    "bottom": "mean response of the lowest standard above zero",
    "control.NAME": "mean response of a control, as blank, zero and top are; control.NAME.response is the same",
    "control.NAME.concentration": "its concentration (in_well × dilution factor), in the unit of the protocol",
    "control.NAME.cv": "CV of its replicates in percent",
    "control.NAME.recovery": "100 × its concentration / its nominal concentration",
    'standard["62.5"].recovery': "recovery of a standard in percent",
    'standard["62.5"].cv': "CV of its responses in percent",
    'standard["62.5"].response': "its mean response",
    "curve.a": "parameter of the curve; so are curve.b, curve.c, curve.d and curve.g",
    "curve.r_squared": "R²",
    "curve.lloq": "lower limit of quantification in the well; so are curve.uloq and curve.lod",
    "samples.n": "number of samples",
    "samples.max_cv": "largest CV of a sample's replicates in percent",
    "samples.out_of_range_percent": "samples outside the range, in percent of all",
})  # fmt: skip
_OF_GROUP = ("response", "cv", "recovery")
_OF_CONTROL = ("response", "concentration", "cv", "recovery")
_LAST_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "control": _OF_CONTROL,
        "standard": _OF_GROUP,
        "curve": ("a", "b", "c", "d", "g", "r_squared", "lloq", "uloq", "lod"),
        "samples": ("n", "max_cv", "out_of_range_percent"),
    }
)
_LENGTHS = {
    "blank": (1,), "zero": (1,), "top": (1,), "bottom": (1,), "control": (2, 3), "standard": (3,), "curve": (2,),
    "samples": (2,),
}  # fmt: skip


def unit_of(name: Name, of_protocol: str, of_response: str) -> str:
    """The unit of a quantity; empty where it has none. Concentrations and responses have that of the plate."""
    kind, last = name[0], name[-1]
    if last in ("cv", "recovery", "max_cv", "out_of_range_percent"):
        return "%"
    if last == "concentration" or (kind == "curve" and last in ("c", "lloq", "uloq", "lod")):
        return of_protocol
    is_response = kind in ("blank", "zero", "top", "bottom", "control", "standard")
    return of_response if is_response or name in (("curve", "a"), ("curve", "d")) else ""


def written(name: Name) -> str:
    """A name as one writes it: ``control.low``, ``control["QC 2"].cv``."""
    parts = [part if part.isidentifier() else f'["{part}"]' for part in name]
    return "".join(part if part.startswith("[") or i == 0 else f".{part}" for i, part in enumerate(parts))


def objection_or_none(name: Name) -> tuple[str, str] | None:
    """What is wrong with a name, and what would be right; None for a quantity that a plate can have."""
    kind = name[0]
    if kind not in _LENGTHS:
        near = get_close_matches(kind, _LENGTHS, n=1)
        return f"there is no quantity {kind!r}", repr(near[0]) if near else f"one of {', '.join(_LENGTHS)}"
    if len(name) not in _LENGTHS[kind]:
        return f"{written(name)} is no quantity", " or ".join(k for k in QUANTITIES if k.startswith(kind))
    words = _LAST_WORDS.get(kind, ())
    if words and (kind != "control" or len(name) == 3) and name[-1] not in words:
        return f"{kind} has no {name[-1]!r}", f"one of {', '.join(words)}"
    return None
