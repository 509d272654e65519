"""What is shipped: protocols and kits, for lists."""

from __future__ import annotations

from dataclasses import dataclass

from elisa_bdnf.errors import ProtocolError
from elisa_bdnf.model.protocol import Kit
from elisa_bdnf.protocols.files import Sort, find, shipped_ids
from elisa_bdnf.protocols.kit_schema import KIT
from elisa_bdnf.protocols.kit_values import KIT_DEFAULTS, kit_faults, kit_or_none
from elisa_bdnf.protocols.layers import Layer, Merged
from elisa_bdnf.protocols.parts import Report, read_layer
from elisa_bdnf.protocols.schema import protocol_schema


@dataclass(frozen=True, slots=True)
class ProtocolEntry:
    """A shipped protocol, before anything is loaded."""

    id: str
    title: str
    description: str


def list_protocols() -> tuple[ProtocolEntry, ...]:
    """Shipped protocols by id; rules are not looked at, so that a list needs none."""
    return tuple(_entry(identity) for identity in shipped_ids(Sort.PROTOCOL))


def _entry(identity: str) -> ProtocolEntry:
    report = Report()
    layer = _required(read_layer(find(Sort.PROTOCOL, identity, None), protocol_schema(), "protocol", report), report)
    title, description = (str(layer.values.get((name,), "")) for name in ("title", "description"))
    return ProtocolEntry(identity, title, description.strip())


def list_kits() -> tuple[Kit, ...]:
    """Shipped kits by id."""
    return tuple(load_kit(identity) for identity in shipped_ids(Sort.KIT))


def load_kit(identity: str) -> Kit:
    """One shipped kit; raises :class:`ProtocolError` for an unknown id or a wrong file."""
    report = Report()
    layer = _required(read_layer(find(Sort.KIT, identity, None), KIT, "kit", report, ("kit",)), report)
    settings = Merged()
    settings.lay(KIT_DEFAULTS)
    settings.lay(layer)
    report.problems.extend(layer.problem(fault) for fault in kit_faults(settings))
    kit = kit_or_none(settings)
    if report.problems or kit is None:
        raise ProtocolError(problems=report.problems)
    return kit


def _required(layer: Layer | None, report: Report) -> Layer:
    if layer is None or report.problems:
        raise ProtocolError(problems=report.problems)
    return layer
