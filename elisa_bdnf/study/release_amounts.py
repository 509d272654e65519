"""From the eluate to the medium: volumes, and what the result is expressed per (DOMAIN §8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from elisa_bdnf.inputs.numbers import number_from_text_or_none
from elisa_bdnf.model.measurement import Measurement
from elisa_bdnf.model.protocol import Protocol
from elisa_bdnf.study.identity import attribute, table
from elisa_bdnf.study.values import LARGEST, SMALLEST

_UNITS = {
    "ml_medium": "pg/mL medium",
    "culture_well": "pg/culture well",
    "million_cells": "pg/10⁶ cells",
    "mg_protein": "pg/mg protein",
    "eluate": "pg/mL eluate",
}
_DIVISORS = {"million_cells": "cells_1e6", "mg_protein": "protein_mg"}


@dataclass(frozen=True, slots=True)
class Amounts:
    """How eluates become results. ``per`` is ``eluate`` where no volumes are known for any row."""

    per: str
    unit: str
    stated: Mapping[str, float]  # volumes of the protocol
    sentence: str

    def factor_or_reason(self, measurement: Measurement) -> float | str:
        """What a concentration in the eluate is multiplied by, or what is missing for it."""
        if self.per == "eluate":
            return 1.0
        needed = ["v_eluate_ul"] + (["v_medium_ul"] if self.per == "ml_medium" else ["v_medium_ul", "v_total_ul"])
        divisor = _DIVISORS.get(self.per)
        found = {name: self._number(measurement, name) for name in [*needed, *([divisor] if divisor else [])]}
        missing = [name for name, value in found.items() if not value or value <= 0]
        if missing:
            return f"no {' and no '.join(missing)}: no {self.unit}"
        numbers = {name: value or 1.0 for name, value in found.items()}
        if self.per == "ml_medium":
            return numbers["v_eluate_ul"] / numbers["v_medium_ul"]
        amount = numbers["v_eluate_ul"] / 1000 * numbers["v_total_ul"] / numbers["v_medium_ul"]
        return amount / (numbers[divisor] if divisor else 1.0)

    def per_ml_medium_or_none(self, measurement: Measurement) -> float | None:
        """The factor to pg/mL of medium, whatever results are expressed per: recovery is reckoned there."""
        eluate, medium = (self._number(measurement, name) for name in ("v_eluate_ul", "v_medium_ul"))
        return eluate / medium if eluate and medium else None

    def _number(self, measurement: Measurement, name: str) -> float | None:
        own = number_from_text_or_none(attribute(measurement, name))
        return self.stated.get(name) if own is None else own if SMALLEST < own < LARGEST else None


def amounts_from_protocol(protocol: Protocol, measurements: tuple[Measurement, ...]) -> Amounts:
    """Volumes of the protocol, and of the sample sheet, which go first."""
    said = table(protocol, "volumes")
    stated = {name: float(value) for name, value in said.items() if isinstance(value, int | float)}
    columns = {key.casefold() for each in measurements for key in each.attributes}
    known = {name for name in ("v_eluate_ul", "v_medium_ul", "v_total_ul") if name in stated or name in columns}
    per = str(table(protocol, "result").get("per") or "ml_medium")
    if not {"v_eluate_ul", "v_medium_ul"} <= known:
        missing = ", ".join(sorted({"v_eluate_ul", "v_medium_ul"} - known))
        sentence = f"volumes are not stated ({missing}): results are concentrations in the eluate, not in the medium"
        return Amounts("eluate", _UNITS["eluate"], stated, sentence)
    from_sheet = sorted(known & columns)
    parts = [f"{name} {value:g}" for name, value in sorted(stated.items()) if name not in from_sheet]
    parts += [f"{name} of the sample sheet" for name in from_sheet]
    return Amounts(per, _UNITS[per], stated, "volumes: " + ", ".join(parts))
