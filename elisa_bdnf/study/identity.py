"""What makes a row somebody's: a person at a time, a culture under a condition, a region of an animal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from elisa_bdnf.inputs.columns import column_from_text
from elisa_bdnf.model.measurement import Measurement
from elisa_bdnf.model.protocol import Protocol
from elisa_bdnf.study.rows import RawRow

INFUSION, RELEASE, TISSUE = "human_infusion", "neuron_release", "rodent_tissue"
TITLES = {INFUSION: "subjects × timepoints", RELEASE: "release by cells", TISSUE: "tissue"}


@dataclass(frozen=True, slots=True)
class Design:
    """Which columns identify a row. ``needed`` must be there; ``key`` must be there once (empty: wells may repeat)."""

    kind: str
    needed: tuple[str, ...]
    key: tuple[str, ...]
    columns: Mapping[str, str]  # our word → column of the sample sheet

    @property
    def title(self) -> str:
        return TITLES[self.kind]


def design_from_protocol(kind: str, protocol: Protocol) -> Design:
    """The columns of a design, as ``[design.conditions]`` and ``[design.tissue]`` name them."""
    if kind == RELEASE:
        conditions = table(protocol, "conditions")
        columns = {"batch": str(conditions.get("batch_column", "prep_id")),
                   "condition": str(conditions.get("column", "condition"))}  # fmt: skip
        return Design(kind, ("batch", "condition"), (), columns)
    if kind == TISSUE:
        region = str(table(protocol, "tissue").get("region_column", "region"))
        columns = {"region": region, "analyte": "analyte"}
        return Design(kind, ("subject", "region"), ("subject", "region", "analyte", "timepoint"), columns)
    return Design(INFUSION, ("subject", "timepoint"), ("subject", "timepoint"), {})


def table(protocol: Protocol, *path: str) -> Mapping[str, object]:
    """A table of ``[design]``; empty where the protocol has none."""
    here: object = protocol.extra
    for part in path:
        here = here.get(part, {}) if isinstance(here, Mapping) else {}
    return here if isinstance(here, Mapping) else {}


def identity_of(row: RawRow, design: Design) -> dict[str, str]:
    """Subject, timepoint, and the design's own words for a row. The culture batch is the subject of a release study."""
    found = {"subject": row.subject, "timepoint": row.timepoint}
    found |= {name: _column(row, column) for name, column in design.columns.items()}
    if "batch" in found:
        found["subject"] = found["batch"]
    return found


def _column(row: RawRow, column: str) -> str:
    """A column by its name; one that sample sheets know under another word (condition is arm) is found there."""
    own = next((text for key, text in row.attributes.items() if key.casefold() == column.casefold()), "")
    known = {"arm": row.arm, "subject": row.subject, "sample": row.sample, "timepoint": row.timepoint}
    return own or known.get(column_from_text(column).name, "")


def key_of(measurement: Measurement, design: Design) -> tuple[str, ...]:
    """What may stand in a study once."""
    own = {"subject": measurement.subject, "timepoint": measurement.timepoint}
    return tuple(own[name] if name in own else attribute(measurement, design.columns[name]) for name in design.key)


def attribute(measurement: Measurement, column: str) -> str:
    """An attribute by the name of its column, in any case of letters."""
    return next((t for key, t in measurement.attributes.items() if key.casefold() == column.casefold()), "")
