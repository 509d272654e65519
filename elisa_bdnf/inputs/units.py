"""Units of concentration as people write them, alone or behind a name (``conc_pg_mL``, ``Conc. [ng/ml]``)."""

from __future__ import annotations

import re

_AMOUNTS = {
    "fg": "fg", "pg": "pg", "ng": "ng", "ug": "µg", "mcg": "µg", "microg": "µg", "mg": "mg",
    "fmol": "fmol", "pmol": "pmol", "nmol": "nmol", "umol": "µmol",
    "âug": "µg", "âumol": "µmol",  # ``Âµg``: a micro sign that went through UTF-8 twice
}  # fmt: skip
_VOLUMES = {"ml": "mL", "l": "L", "dl": "dL", "ul": "µL"}
_MOLAR = {"fm": "fM", "pm": "pM", "nm": "nM", "um": "µM"}
_ACTIVITY = {"u/ml": "U/mL", "mu/ml": "mU/mL", "iu/ml": "IU/mL", "miu/ml": "mIU/mL", "au": "AU"}
_UNIT = (
    rf"(?:(?P<amount>{'|'.join(sorted(_AMOUNTS, key=len, reverse=True))})\s*(?:/|per|[_.·*⋅]|\s)?\s*"
    rf"(?P<volume>{'|'.join(sorted(_VOLUMES, key=len, reverse=True))})(?:\^?-1)?|(?P<molar>{'|'.join(_MOLAR)}))"
)
_ALONE = re.compile(rf"\s*{_UNIT}\s*\Z")
_IN_BRACKETS = re.compile(rf"(?P<name>.*?)[\s_.,:]*[(\[{{]\s*(?:in\s+)?{_UNIT}\s*[)\]}}][\s:]*\Z")
_BEHIND = re.compile(rf"(?P<name>.*?)[\s_.,:]+(?:in\s+)?{_UNIT}\s*\Z")
_ACTIVITY_IN_BRACKETS = re.compile(r"(?P<name>.*?)[\s_.,:]*[(\[{]\s*(?:in\s+)?(?P<unit>m?i?u/ml|au)\s*[)\]}][\s:]*\Z")
_ACTIVITY_BEHIND = re.compile(r"(?P<name>.*?)[\s_.,:]+(?:in\s+)?(?P<unit>m?i?u/ml)\s*\Z")
_LONGEST_HEADING = 300  # the search for a unit behind a name takes time with the square of the length
_PLAIN = str.maketrans("µμ\ufffd⁻¹−\u00a0", "uuu-1- ")  # what a program lost before a g can only be a micro sign


def unit_from_text_or_none(text: str) -> str | None:
    """``pg/ml``, ``pg mL-1``, ``pg_mL`` → ``pg/mL``; ``ug/ml`` → ``µg/mL``; None for what is no unit."""
    match = _ALONE.match(_plain(text))
    return _unit(match) if match else _ACTIVITY.get(_plain(text).strip())


def name_and_unit_from_text(text: str) -> tuple[str, str | None]:
    """A heading without its unit, and the unit: ``Conc (pg/mL)`` → ``Conc``, ``pg/mL``."""
    if len(text) > _LONGEST_HEADING:
        return text.strip(), None
    plain = _plain(text)
    if match := _IN_BRACKETS.match(plain) or _BEHIND.match(plain):
        unit = _unit(match)
    elif match := _ACTIVITY_IN_BRACKETS.match(plain) or _ACTIVITY_BEHIND.match(plain):
        unit = _ACTIVITY[match["unit"]]
    if match is None or not match["name"].strip():
        return text.strip(), None
    return text[: len(match["name"])].strip(), unit


def _plain(text: str) -> str:
    """Small letters of the same number of characters: micro signs as ``u``, raised minus and one as ``-1``."""
    small = "".join(character.lower() if len(character.lower()) == 1 else character for character in text)
    return small.translate(_PLAIN)


def _unit(match: re.Match[str]) -> str:
    if match["molar"]:
        return _MOLAR[match["molar"]]
    return f"{_AMOUNTS[match['amount']]}/{_VOLUMES[match['volume']]}"
