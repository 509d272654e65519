"""Sample documents of ASM → contents of wells."""

from __future__ import annotations

import math
from collections.abc import Mapping

from elisa_bdnf.inputs.units import unit_from_text_or_none
from elisa_bdnf.model.layout import Content, Layout, Role
from elisa_bdnf.model.plate import Shape, Well, well_from_text_or_none, well_order
from elisa_bdnf.readers._asm_values import as_object, text_of, value_text
from elisa_bdnf.readers._gen5_layout import layout_from_attributes
from elisa_bdnf.readers._safe_json import Json
from elisa_bdnf.readers._well_codes import groups_of_standards, role_from_code, told_apart

_ROLES = {
    "standard": Role.STANDARD,
    "calibration": Role.STANDARD,
    "control": Role.CONTROL,
    "blank": Role.BLANK,
    "unknown": Role.SAMPLE,
    "sample": Role.SAMPLE,
    "undiluted": Role.SAMPLE,
}
_CONCENTRATIONS = ("mass concentration", "molar concentration", "concentration")


def layout_from_samples(samples: Mapping[Well, Mapping[str, Json]], shape: Shape) -> Layout | None:
    """The layout; None where no sample has a role or a name of its own (converters fill in plate and well)."""
    customs = {well: as_object(sample.get("custom information document")) for well, sample in samples.items()}
    if any("Conc/Dil" in custom for custom in customs.values()):  # the layout of Gen5, as it stands in its exports
        ids = {well: text_of(sample.get("sample identifier")) for well, sample in samples.items()}
        amounts = {well: value_text(custom.get("Conc/Dil")) for well, custom in customs.items()}
        return layout_from_attributes({"Well ID": ids, "Conc/Dil": amounts}, shape, ".")
    remarks: list[str] = []
    units: list[str] = []
    contents = {
        well: content
        for well in sorted(samples, key=well_order)
        if (content := _content_or_none(well, samples[well], customs[well], remarks, units)) is not None
    }
    if not contents:
        return None
    if len(set(units)) > 1:
        remarks.append(f"Concentrations stand in {' and '.join(sorted(set(units)))}; the unit is left open.")
    unit = units[0] if len(set(units)) == 1 else None
    remarks += groups_of_standards(contents.values())
    return Layout(shape, told_apart(contents), unit=unit, origin="export", remarks=tuple(dict.fromkeys(remarks)))


def _content_or_none(
    well: Well, sample: Mapping[str, Json], custom: Mapping[str, Json], remarks: list[str], units: list[str]
) -> Content | None:
    name = text_of(sample.get("sample identifier"))
    group = text_of(custom.get("group identifier"))
    role = _role_or_none(text_of(sample.get("sample role type")), name, group, remarks)
    own = bool(name) and not _is_position(name, well)
    if not own and role in (None, Role.SAMPLE):
        return None
    amount = next((c for key in _CONCENTRATIONS if isinstance(c := sample.get(key), dict)), {})
    value, unit = amount.get("value"), amount.get("unit")
    nominal = value if isinstance(value, float) and math.isfinite(value) else None
    role = role or Role.SAMPLE
    if role is Role.STANDARD and nominal is None:
        remarks.append(f"Standard {name} has no concentration in the document.")
    if nominal is not None and isinstance(unit, str):
        units.append(unit_from_text_or_none(unit) or unit)
    kept = nominal if role in (Role.STANDARD, Role.CONTROL) else None
    factor = _factor_or_none({**custom, **sample}) if role in (Role.SAMPLE, Role.CONTROL) else None
    return Content(role, name or f"{role.value} {well}", kept, factor, attributes={"group": group} if group else {})


def _role_or_none(stated: str, name: str, group: str, remarks: list[str]) -> Role | None:
    """By the role that the document states, else by what a name (``STD1``) or a group (``Standards``) is called."""
    if stated:
        word, _, _ = stated.partition(" ")
        role = _ROLES.get(word.casefold())
        if role is None:
            remarks.append(f"The sample role {stated!r} is not known; such wells are read as samples.")
        return role or Role.SAMPLE
    called = (role_from_code(text) for text in (name, group.removesuffix("s")) if text)
    return next((role for role in called if role not in (None, Role.EMPTY)), None)


def _is_position(name: str, well: Well) -> bool:
    """``Plate 1 A1``, ``Plate_1_A01``: the converter's own words for a sample without a name."""
    last = (name.replace("_", " ").split() or [""])[-1]
    return any(well_from_text_or_none(last[-size:]) == well for size in (2, 3))


def _factor_or_none(sample: Mapping[str, Json]) -> float | None:
    value = sample.get("dilution factor setting", sample.get("dilution factor"))
    value = value.get("value") if isinstance(value, dict) else value
    return value if isinstance(value, float) and 1 <= value < math.inf else None
