"""Conditions of a release assay as sample sheets write them → what they are, by the words of the protocol."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from elisa_bdnf.model.protocol import Protocol
from elisa_bdnf.study.identity import table

SPIKE = "ip_spike"
WITHOUT_CELLS = ("medium_only", "beads_only", "antibody_only")


@dataclass(frozen=True, slots=True)
class Condition:
    """``kind``: vehicle, drug, blocker, drug_blocker, spike, or one of the controls without cells."""

    name: str
    kind: str
    blocker: str = ""


@dataclass(frozen=True, slots=True)
class Conditions:
    """The words of a protocol, folded, and what they mean."""

    single: Mapping[str, Condition]
    joined_by: str
    drug: str
    expected: str
    blockers: tuple[str, ...] = ()

    def rank(self, condition: Condition) -> tuple[int, bool]:
        """How conditions are listed: vehicle, drug, each blocker alone and with the drug, then the controls."""
        kinds = ("vehicle", "drug", *self.blockers, *WITHOUT_CELLS, "spike")
        return kinds.index(condition.blocker or condition.kind), condition.kind == "drug_blocker"

    def from_text_or_none(self, text: str) -> Condition | None:
        """``NBQX + ket`` and ``ket+nbqx`` → ketamine with NBQX; None for a word that the protocol does not have."""
        whole = self.single.get(_folded(text))
        if whole is not None or self.joined_by not in text:
            return whole
        parts = [self.single.get(_folded(part)) for part in text.split(self.joined_by)]
        kinds = sorted(part.kind if part else "" for part in parts)
        if kinds in (["blocker", "vehicle"], ["drug", "vehicle"]):
            return next(part for part in parts if part and part.kind != "vehicle")
        if kinds != ["blocker", "drug"]:
            return None
        blocker = next(part.blocker for part in parts if part and part.kind == "blocker")
        return Condition(f"{self.drug}{self.joined_by}{blocker}", "drug_blocker", blocker)


def conditions_from_protocol(protocol: Protocol) -> Conditions:
    """Every name and alias; the first name of each kind is the one that results are labelled with."""
    said = table(protocol, "conditions")
    vehicle, treatment = _texts(said, "vehicle", ("veh",)), _texts(said, "treatment", ("ket",))
    single = {_folded(name): Condition(vehicle[0], "vehicle") for name in vehicle}
    single |= {_folded(name): Condition(treatment[0], "drug") for name in treatment}
    for kind in WITHOUT_CELLS:
        single |= {_folded(name): Condition(kind, kind) for name in _texts(said, kind, (kind,))}
    for name in _texts(table(protocol, "precipitation"), "spike", (SPIKE,)):
        single[_folded(name)] = Condition(SPIKE, "spike")
    blockers = tuple(table(protocol, "blockers"))
    for name in blockers:
        aliases = _texts(table(protocol, "blockers", name), "aliases", ())
        single |= {_folded(word): Condition(name, "blocker", name) for word in (name, *aliases)}
    joined_by = str(said.get("joined_by", "+"))
    expected = ", ".join(dict.fromkeys(each.name for each in single.values())) + f", or two joined by {joined_by}"
    return Conditions(single, joined_by, treatment[0], expected, blockers)


def _texts(said: Mapping[str, object], key: str, default: Sequence[str]) -> tuple[str, ...]:
    value = said.get(key)
    return tuple(str(item) for item in value) if isinstance(value, tuple) and value else tuple(default)


def _folded(text: str) -> str:
    return re.sub(r"[\s_\-]+", "", text.casefold())
