"""Codes of wells as reader software writes them (``S1``, ``Std0001``, ``Un0001``, ``Blank1``) → contents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from elisa_bdnf.inputs.numbers import number_from_text_or_none
from elisa_bdnf.inputs.plate_words import dilution_factor_or_none
from elisa_bdnf.inputs.units import unit_from_text_or_none
from elisa_bdnf.model.layout import Content, Layout, Role
from elisa_bdnf.model.plate import Shape, Well, well_order

_NUMBER = r"[\s_-]?[0-9]{0,4}(?:[:_.][0-9]{1,3})?"
_WORDS = {
    Role.BLANK: "blank|blk|bl|buffer",
    Role.STANDARD: "standard|std|calibrator|cal|st",
    Role.CONTROL: "positive ?control|negative ?control|poscon|negcon|control|ctrl|ctl|ct|qc|pos|neg|pc|nc",
    Role.SAMPLE: "sample|unknown|unk|un|spl|smp|sm",
    Role.EMPTY: "empty|unused|not used|undefined|none",
}
_LETTERS = {Role.BLANK: "b", Role.STANDARD: "s", Role.CONTROL: "c|n|p", Role.SAMPLE: "x|u"}
_BY_WORD = {role: re.compile(rf"(?:{words}){_NUMBER}\Z", re.IGNORECASE) for role, words in _WORDS.items()}
_BY_LETTER = {role: re.compile(rf"(?:{letters}){_NUMBER}\Z", re.IGNORECASE) for role, letters in _LETTERS.items()}
_AMOUNT = re.compile(r"(?P<number>[0-9.,]+(?:[eE][+-]?[0-9]+)?)\s*(?P<unit>\D.*)?\Z")
_LETTERS_AND_NUMBER = re.compile(r"(?P<letters>[A-Za-z]{1,3})[0-9]{0,4}\Z")
_NOTHING = frozenset(["", "-", "--"])
_NO_CODES: Mapping[str, Role] = {}


class WellSaid(NamedTuple):
    """What an export says about one well, as text; ``amount`` may carry a unit."""

    code: str
    nominal: str = ""
    dilution: str = ""
    attributes: tuple[tuple[str, str], ...] = ()


def role_from_code(code: str, *, letters: bool = False, own: Mapping[str, Role] = _NO_CODES) -> Role | None:
    """The role that a code names, None for free names; ``letters`` where the software's codes are single letters.

    ``own``: what codes mean that only this software writes, by their letters in capitals.
    """
    compact = " ".join(code.split())
    if compact in _NOTHING:
        return Role.EMPTY
    if own and (match := _LETTERS_AND_NUMBER.match(compact)) and match["letters"].upper() in own:
        return own[match["letters"].upper()]
    tables = (_BY_WORD, _BY_LETTER) if letters else (_BY_WORD,)
    return next((role for table in tables for role, pattern in table.items() if pattern.match(compact)), None)


def amount_from_text_or_none(text: str, decimal: str = ".") -> tuple[float, str | None] | None:
    """``0.5 microg/ml`` → 0.5 and ``µg/mL``; a unit that is not known stays as written."""
    match = _AMOUNT.match(text.strip())
    number = number_from_text_or_none(match["number"], decimal) if match else None
    if match is None or number is None:
        return None
    unit = (match["unit"] or "").strip()
    return number, (unit_from_text_or_none(unit) or unit) if unit else None


def layout_from_wells(
    said: Mapping[Well, WellSaid],
    shape: Shape,
    *,
    unit: str | None = None,
    decimal: str = ".",
    letters: bool = False,
    own: Mapping[str, Role] = _NO_CODES,
    whole_factors: bool = False,
) -> Layout | None:
    """The layout that an export holds; None where no well holds anything.

    ``whole_factors``: dilutions are written as factors (500), so that a number below 1 is a mistake and no fraction.
    """
    remarks: list[str] = []
    units = [unit] if unit else []
    contents: dict[Well, Content] = {}
    known: dict[WellSaid, Content | None] = {}  # replicates say the same
    for well in sorted(said, key=well_order):
        if said[well] not in known:
            role = role_from_code(said[well].code, letters=letters, own=own)
            content = None if role is Role.EMPTY else _content(said[well], role, decimal, remarks, units)
            diluted = content and _diluted(content, said[well].dilution, decimal, remarks, whole_factors)
            known[said[well]] = diluted
        if content := known[said[well]]:
            contents[well] = content
    if not contents:
        return None
    remarks += [*_unknown_standards(contents.values()), *_differing(contents.values())]
    distinct = list(dict.fromkeys(units))
    if len(distinct) > 1:
        remarks.append(f"The layout of the export has concentrations in {' and '.join(distinct)}; none was taken.")
        contents = {well: replace(content, nominal=None) for well, content in contents.items()}
    unit = distinct[0] if len(distinct) == 1 else None
    remarks += groups_of_standards(contents.values())
    contents = told_apart(contents)
    return Layout(shape, contents, unit=unit, origin="export", remarks=tuple(dict.fromkeys(remarks)))


def told_apart(contents: Mapping[Well, Content]) -> dict[Well, Content]:
    """Software numbers the samples of every group from 1: where groups share a name, the group goes in front of it."""
    groups: dict[tuple[Role, str], set[str]] = {}
    for content in contents.values():
        groups.setdefault((content.role, content.name), set()).update(filter(None, [content.attributes.get("group")]))
    return {
        well: replace(content, name=f"{group} {content.name}")
        if (group := content.attributes.get("group")) and len(groups[content.role, content.name]) > 1
        else content
        for well, content in contents.items()
    }


def groups_of_standards(contents: Iterable[Content]) -> Iterator[str]:
    """A sentence where the standards are of several groups, which may be those of two assays."""
    groups = {content.attributes.get("group", "") for content in contents if content.role is Role.STANDARD} - {""}
    if len(groups) > 1:
        named = ", ".join(sorted(groups))
        yield f"The layout has several groups of standards, which one curve takes together: {named}."


def _unknown_standards(contents: Iterable[Content]) -> Iterator[str]:
    names = dict.fromkeys(c.name for c in contents if c.role is Role.STANDARD and c.nominal is None)
    if names:
        what = "Standard {} has" if len(names) == 1 else "Standards {} have"
        yield f"{what.format(', '.join(names))} no concentration in the layout of the export."


def _differing(contents: Iterable[Content]) -> Iterator[str]:
    """Sentences where wells of one name have not the same, and where a few samples lack what the others have."""
    known: dict[tuple[Role, str], set[tuple[float | None, float | None]]] = {}
    for content in contents:
        known.setdefault((content.role, content.name), set()).add((content.nominal, content.dilution_factor))
    if uneven := [name for (_, name), said in known.items() if len(said) > 1]:
        yield f"Wells of one name differ in concentration or dilution: {_few(uneven)}."
    samples = [(name, said) for (role, name), said in known.items() if role is Role.SAMPLE]
    lacking = [name for name, said in samples if all(factor is None for _, factor in said)]
    if lacking and 2 * len(lacking) < len(samples):
        yield f"Samples without the dilution that the others have: {_few(lacking)}."


def _few(names: list[str]) -> str:
    return f"{', '.join(names[:6])}{f' … ({len(names)} in all)' if len(names) > 6 else ''}"


def _content(said: WellSaid, role: Role | None, decimal: str, remarks: list[str], units: list[str]) -> Content:
    amount = amount_from_text_or_none(said.nominal, decimal) if said.nominal not in ("", "NaN") else None
    if amount is None and said.nominal and said.nominal != "NaN":
        remarks.append(f"The concentration {said.nominal!r} of {said.code} is no number; it is not used.")
    if amount and amount[1]:
        units.append(amount[1])
    name = " ".join(said.code.split())
    attributes = dict(said.attributes)
    if role is None:
        role = Role.STANDARD if amount else Role.SAMPLE
    nominal = amount[0] if amount and role in (Role.STANDARD, Role.CONTROL) else None
    return Content(role, name, nominal, attributes=attributes)


def _diluted(content: Content, text: str, decimal: str, remarks: list[str], whole_factors: bool) -> Content:
    """Dilutions of standards and blanks are left out: their concentrations are those in the well."""
    if text in ("", "NaN") or content.role not in (Role.SAMPLE, Role.CONTROL):
        return content
    factor = number_from_text_or_none(text, decimal) if whole_factors else dilution_factor_or_none(text, decimal)
    if factor is None or factor < 1:
        remarks.append(f"The dilution {text!r} of {content.name} is no factor from 1; it is not used.")
        return content
    return Content(content.role, content.name, content.nominal, factor, attributes=content.attributes)


def said_from_codes(codes: Mapping[Well, str]) -> dict[Well, WellSaid]:
    """Codes alone."""
    return {well: WellSaid(code) for well, code in codes.items() if code}
