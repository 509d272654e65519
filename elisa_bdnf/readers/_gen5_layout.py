"""The layout inside a Gen5 export: well IDs, concentrations of standards, dilutions of samples as fractions."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import repeat

from elisa_bdnf.inputs.numbers import number_from_text_or_none
from elisa_bdnf.inputs.printed_digits import decimals_from_text
from elisa_bdnf.model.layout import Content, Layout, Role
from elisa_bdnf.model.plate import Shape, Well
from elisa_bdnf.readers._cells import wells_of
from elisa_bdnf.readers._gen5_amounts import Amounts, amounts_from_texts

_WELL_ID, _AMOUNT, _NAME = "Well ID", "Conc/Dil", "Name"
# Gen5 calls the IDs of a second, third … assay of a plate STDB1, SPLC4 and so on.
_STANDARD = re.compile(r"(?P<group>STD[B-Z]?|STANDARD|CAL)[ _-]?[0-9]*(?::[0-9]+)?\Z", re.IGNORECASE)
_SAMPLE = re.compile(r"(?P<name>(?:SPL[B-Z]?|SMP|UNK)[0-9]*)(?::[0-9]+)?\Z", re.IGNORECASE)
_BLANK = re.compile(r"(?:BLK[B-Z]?|BLANK)[ _-]?[0-9]*\Z", re.IGNORECASE)
_CONTROL = re.compile(
    r"(?:(?:POS|NEG)(?:ITIVE|ATIVE)?[ _-]?(?:CTL|CTRL|CON|CONTROL)?|CTL[B-Z]?|CTRL|CONTROL|QC)[0-9]*(?::[0-9]+)?\Z",
    re.IGNORECASE,
)
_ONE_IN = re.compile(r"1\s*[:/]\s*(?P<factor>.+)\Z")


Dilution = Callable[[str, str], float | None]
# A sentence with a gap → the well IDs it is about; a dict for its order.
Questions = dict[str, dict[str, None]]


def _note(questions: Questions, template: str, subject: str) -> None:
    questions.setdefault(template, {})[subject] = None


def layout_from_attributes(attributes: Mapping[str, Mapping[Well, str]], shape: Shape, decimal: str) -> Layout | None:
    """The layout of one plate; None where the export has none. Remarks name what was read in one of two ways."""
    ids = attributes.get(_WELL_ID, {})
    if not any(ids.values()):
        return None
    columns = [map(texts.get, ids, repeat("")) for texts in attributes.values()]
    said_of = dict(zip(ids, zip(*columns, strict=True), strict=True))
    # Replicates say the same; everything is asked once of what is said, and not of each well.
    said = {
        texts: {name: text for name, text in zip(attributes, texts, strict=True) if text}
        for texts in dict.fromkeys(said_of.values())
    }
    statements = [each for each in said.values() if _WELL_ID in each]
    questions: Questions = {}
    _note_lost(attributes, ids, said.values(), questions)
    _note_groups_of_standards([each[_WELL_ID] for each in statements], questions)
    dilution: Dilution = dilution_factor_or_none
    if _says_factors(statements, decimal):
        dilution = factor_or_none
        questions["Conc/Dil of samples is read as dilution factors: one is above 1 and none below."] = {}
    amounts = _amounts(statements, decimal)
    known = {
        texts: _content(said[texts], decimal, questions, dilution, amounts)
        for texts in dict.fromkeys(map(said_of.get, wells_of(shape)))  # questions come in the order of the plate
        if texts and _WELL_ID in said[texts]
    }
    contents = {well: known[texts] for well in wells_of(shape) if (texts := said_of.get(well)) in known}
    remarks = tuple(template.format(_some(list(named))) for template, named in questions.items())
    return Layout(shape, contents, unit=amounts.unit, origin="export", remarks=(*remarks, *amounts.remarks))


def _amounts(statements: Sequence[Mapping[str, str]], decimal: str) -> Amounts:
    """The concentrations of standards, and of controls where a unit shows that they are some."""
    texts = {
        role: [said.get(_AMOUNT, "") for said in statements if _role(said[_WELL_ID]) is role]
        for role in (Role.STANDARD, Role.CONTROL)
    }
    controls = [text for text in texts[Role.CONTROL] if number_from_text_or_none(text, decimal) is None]
    return amounts_from_texts([*texts[Role.STANDARD], *controls], decimal)


def _note_lost(
    attributes: Mapping[str, Mapping[Well, str]],
    ids: Mapping[Well, str],
    said: Collection[Mapping[str, str]],
    questions: Questions,
) -> None:
    """Wells of which one line of the layout says something and another, which should, does not."""
    without_id = any(each and _WELL_ID not in each for each in said)
    if without_id or not all(texts.keys() <= ids.keys() for texts in attributes.values()):
        for name, texts in attributes.items():
            for well, text in texts.items():
                if text and not ids.get(well):
                    _note(
                        questions, f"Wells with a {name} but no Well ID in the layout are taken for empty: {{}}.", well
                    )
    codes = [each.get(_WELL_ID, "") for each in said]
    for attribute in (_AMOUNT, _NAME) if len(set(codes)) < len(codes) else ():
        for code, stated in _grouped((each.get(_WELL_ID, ""), each.get(attribute, "")) for each in said).items():
            if len(stated) > 1:
                shown = " and ".join(sorted(text or "none" for text in stated))
                _note(questions, f"Wells with one Well ID differ in {attribute}: {{}}.", f"{code} ({shown})")
    samples = ((each[_NAME], _own_sample_or_none(each.get(_WELL_ID, ""))) for each in said if _NAME in each)
    for name, owns in _grouped((name, own) for name, own in samples if own).items():
        if len(owns) > 1:
            _note(
                questions, "Well IDs of one Name are taken for one sample: {}.", f"{name} ({', '.join(sorted(owns))})"
            )


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Each first text that is not empty → all that stand beside it."""
    found: dict[str, set[str]] = {}
    for first, second in pairs:
        if first:
            found.setdefault(first, set()).add(second)
    return found


def _note_groups_of_standards(codes: Iterable[str], questions: Questions) -> None:
    standards = {code for code in codes if _role(code) is Role.STANDARD}
    found = dict.fromkeys(match["group"].upper() for code in standards if (match := _STANDARD.match(code)))
    if len(found) > 1:
        for group in sorted(found):
            _note(questions, "The layout has several groups of standards, which one curve takes together: {}.", group)


def _some(named: list[str]) -> str:
    return f"{', '.join(named[:6])}{f' … ({len(named)} in all)' if len(named) > 6 else ''}"


def _says_factors(statements: Sequence[Mapping[str, str]], decimal: str) -> bool:
    """Whether the dilutions of samples can only be factors: none is a fraction of 1, and one is above 1."""
    texts = {said.get(_AMOUNT, "") for said in statements if _own_sample_or_none(said[_WELL_ID])}
    numbers = [number for text in texts if (number := number_from_text_or_none(text, decimal)) is not None]
    return bool(numbers) and min(numbers) >= 1 and max(numbers) > 1


def _content(
    texts: Mapping[str, str], decimal: str, questions: Questions, dilution: Dilution, amounts: Amounts
) -> Content:
    well_id, amount, name = texts[_WELL_ID], texts.get(_AMOUNT, ""), texts.get(_NAME, "")
    role = _role(well_id)
    if role is Role.BLANK:
        return Content(Role.BLANK, name or well_id, attributes=texts)
    if role is Role.STANDARD:
        nominal = amounts.number_or_none(amount, decimal)
        if nominal is None:
            _note(
                questions, "Standards without a concentration in the layout of the export: {}.", _told(well_id, amount)
            )
        return Content(Role.STANDARD, well_id, nominal, attributes=texts)
    if role is Role.CONTROL:
        nominal = amounts.numbers.get(amount)
        if nominal is None:
            nominal = _nominal_of_control_or_none(well_id, amount, decimal, questions)
        return Content(Role.CONTROL, name or well_id, nominal, attributes=texts)
    return _sample(well_id, name, dilution(amount, decimal), questions, texts)


@lru_cache(maxsize=1024)
def _role(well_id: str) -> Role:
    """What Gen5's own well IDs stand for; they are the same on every plate."""
    for pattern, role in ((_BLANK, Role.BLANK), (_STANDARD, Role.STANDARD), (_CONTROL, Role.CONTROL)):
        if pattern.match(well_id):
            return role
    return Role.SAMPLE


@lru_cache(maxsize=1024)
def _own_sample_or_none(well_id: str) -> str | None:
    """``SPL3:2`` → ``SPL3``, of which it is the second dilution; None for IDs that are a person's."""
    match = _SAMPLE.match(well_id)
    return match["name"] if match else None


def _nominal_of_control_or_none(well_id: str, amount: str, decimal: str, questions: Questions) -> float | None:
    """A control may carry either; above 1 it cannot be a fraction."""
    number = number_from_text_or_none(amount, decimal)
    if number is not None and number > 1:
        _note(questions, "Conc/Dil of controls is taken for their nominal concentration: {}.", _told(well_id, amount))
        return number
    if amount:
        template = "Conc/Dil of controls can be a dilution or a concentration and is not used: {}."
        _note(questions, template, _told(well_id, amount))
    return None


def _told(well_id: str, amount: str) -> str:
    return f"{well_id} ({amount})" if amount else well_id


def _sample(well_id: str, name: str, factor: float | None, questions: Questions, texts: Mapping[str, str]) -> Content:
    own, amount = _own_sample_or_none(well_id), texts.get(_AMOUNT, "")
    if own is None:
        _note(questions, "Well IDs that are none of Gen5's own (STD, SPL, BLK, CTL) are read as samples: {}.", well_id)
    if amount and factor is None:
        _note(questions, "Dilutions that are no fraction of 1 are not used: {}.", _told(well_id, amount))
    # SPL1:2 is the second dilution of SPL1. Where no dilution is said, only the whole ID keeps the two apart.
    base = own if own and factor is not None else well_id
    return Content(Role.SAMPLE, name or base, dilution_factor=factor, attributes=texts)


def factor_or_none(text: str, decimal: str = ".") -> float | None:
    """A dilution that is a factor: ``20`` → 20, ``1:20`` → 20."""
    if _ONE_IN.match(text.strip()):
        return dilution_factor_or_none(text, decimal)
    factor = number_from_text_or_none(text, decimal)
    return factor if factor is not None and factor >= 1 else None


@lru_cache(maxsize=1024)
def dilution_factor_or_none(text: str, decimal: str = ".") -> float | None:
    """Gen5 writes a dilution as a fraction: ``0.25`` → 4, ``1:4`` → 4. None for anything that is no fraction of 1.

    ``0.333`` means 1:3: the whole number is taken where the printed digits allow exactly one and fix it within 0.5 %.
    """
    if match := _ONE_IN.match(text.strip()):
        factor = number_from_text_or_none(match["factor"], decimal)
        return factor if factor is not None and factor >= 1 else None
    fraction = number_from_text_or_none(text, decimal)
    if fraction is None or not 0 < fraction <= 1:
        return None
    factor = 1 / fraction
    half = 0.5 * 10.0 ** -(decimals_from_text(text, decimal) or 0)
    nearest = round(factor)
    within = half / fraction < 0.005 and abs(1 / nearest - fraction) <= half * (1 + 1e-9)
    return float(nearest) if within or math.isclose(factor, nearest, rel_tol=1e-12) else factor
