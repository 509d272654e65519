"""From the extract to pg per mg of protein or of tissue: one value per animal, region, analyte and time (DOMAIN §8)."""

from __future__ import annotations

from dataclasses import dataclass

from elisa_bdnf.inputs.numbers import number_from_text_or_none
from elisa_bdnf.model.measurement import Censoring, Measurement
from elisa_bdnf.model.tissue import TissueValue
from elisa_bdnf.study.identity import attribute, table
from elisa_bdnf.study.intake import StudyData
from elisa_bdnf.study.ln_error import Measured
from elisa_bdnf.study.values import LARGEST, SMALLEST, ln_sd_or_none

BDNF = "BDNF"


@dataclass(frozen=True, slots=True)
class Basis:
    """What an extract is divided by, in mg per mL of homogenate; ``columns`` says where that came from."""

    mg_per_ml: float
    columns: str


def tissue_values(data: StudyData) -> tuple[TissueValue, ...]:
    """Every used row, in its order, with the names of regions that the protocol has."""
    regions = _region_names(data)
    return tuple(_value(each, regions, data) for each in data.used)


def _region_names(data: StudyData) -> dict[str, str]:
    names = {}
    for name in table(data.protocol, "regions"):
        aliases = table(data.protocol, "regions", name).get("aliases")
        for word in (name, *(aliases if isinstance(aliases, tuple) else ())):
            names[folded(str(word))] = name
    return names


def folded(text: str) -> str:
    """Small letters without blanks, underscores and hyphens."""
    return "".join(character for character in text.casefold() if character not in " _-")


def _value(each: Measurement, regions: dict[str, str], data: StudyData) -> TissueValue:
    written = attribute(each, data.design.columns["region"])
    region = regions.get(folded(written), written)
    analyte = attribute(each, data.design.columns["analyte"]) or BDNF
    basis = basis_or_reason(each, data)
    identity = (each.subject, each.arm, region, each.timepoint, analyte)
    if isinstance(basis, str):
        return TissueValue(*identity, each.concentration, None, "", None, None, None, None, basis, each.low, each.high)
    limit = None if each.limit is None else each.limit / basis.mg_per_ml
    if each.concentration is None:
        why = "below the LLOQ" if each.censoring is Censoring.LEFT else "above the ULOQ"
        return TissueValue(*identity, None, basis.mg_per_ml, basis.columns, None, None, None, limit, why)
    found = Measured(each.concentration, ln_sd_or_none(each.low, each.high)).times(1 / basis.mg_per_ml)
    return TissueValue(
        *identity, each.concentration, basis.mg_per_ml, basis.columns, found.value, found.low, found.high, None, "",
        each.low, each.high,
    )  # fmt: skip


def basis_or_reason(each: Measurement, data: StudyData) -> Basis | str:
    """Mg per mL of homogenate: stated as such, or from a mass and the volume of the homogenate."""
    per = str(table(data.protocol, "result").get("per") or "mg_protein")
    mass = "tissue_mg" if per == "mg_tissue" else "protein_mg"
    stated = _number(each, f"{mass}_ml")
    if stated:
        return Basis(stated, f"{mass}_ml")
    own, volume = _number(each, mass), _number(each, "v_homogenate_ml")
    origin = f"{mass} and v_homogenate_ml"
    if volume is None:
        said = table(data.protocol, "tissue").get("v_homogenate_ml")
        volume = float(said) if isinstance(said, int | float) else None
        origin += " of the protocol"
    if own and volume:
        return Basis(own / volume, origin)
    return f"neither {mass}_ml nor {mass} with v_homogenate_ml: no {data_unit(data)}"


def data_unit(data: StudyData) -> str:
    """Unit of the results: as the protocol says it, else that of the concentrations per mg."""
    said = table(data.protocol, "result").get("unit")
    return str(said) if said else f"{data.unit.partition('/')[0] or 'pg'}/mg"


def _number(each: Measurement, column: str) -> float | None:
    value = number_from_text_or_none(attribute(each, column))
    return value if value is not None and SMALLEST < value < LARGEST else None
