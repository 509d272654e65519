"""What is shipped: protocols and kits, for lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from elisa_bdnf.errors import ProtocolError
from elisa_bdnf.inputs.toml import read_toml
from elisa_bdnf.model.protocol import Kit
from elisa_bdnf.protocols.check import Path
from elisa_bdnf.protocols.fields import Field, Table
from elisa_bdnf.protocols.files import Sort, find, shipped_ids
from elisa_bdnf.protocols.kit_schema import KIT
from elisa_bdnf.protocols.kit_values import KIT_DEFAULTS, kit_faults, kit_or_none
from elisa_bdnf.protocols.layers import Layer, Merged
from elisa_bdnf.protocols.parts import Report, read_layer
from elisa_bdnf.protocols.schema import protocol_schema


@dataclass(frozen=True, slots=True)
class Entry:
    """A shipped protocol or preset, before anything is loaded."""

    id: str
    title: str
    description: str


def list_protocols() -> tuple[Entry, ...]:
    """Shipped protocols by id."""
    return tuple(_entry(Sort.PROTOCOL, identity) for identity in shipped_ids(Sort.PROTOCOL))


def list_presets() -> tuple[Entry, ...]:
    """Shipped presets by id."""
    return tuple(_entry(Sort.PRESET, identity) for identity in shipped_ids(Sort.PRESET))


def _entry(sort: Sort, identity: str) -> Entry:
    """Title and description; settings are not looked at, so that a list needs no rules."""
    source = find(sort, identity, None)
    words = read_toml(source.data, source.name, error=ProtocolError).data
    description = str(words.get("description", words.get("remark", "")))
    return Entry(identity, str(words.get("title", identity)), description.strip())


def is_shipped(reference: str) -> bool:
    """Whether a reference is the id of a shipped protocol."""
    return reference in shipped_ids(Sort.PROTOCOL)


def every_key(settings: Merged | None = None) -> Iterator[tuple[Path, Field]]:
    """Every key of a protocol in the order of the schema; named tables by the names in ``settings``, else ``NAME``."""
    yield from _keys(protocol_schema(), (), settings)


def _keys(table: Table, path: Path, settings: Merged | None) -> Iterator[tuple[Path, Field]]:
    for field in table.fields:
        yield (*path, field.name), field
    for below in table.tables:
        yield from _keys(below, (*path, below.name), settings)
    if table.named:
        for name in (table.named.name,) if settings is None else settings.names(*path):
            yield from _keys(table.named, (*path, name), settings)


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
