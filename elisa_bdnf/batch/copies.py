"""Plates of a batch that read the same: an export saved under the next plate's name (INP-04 across exports).

A plate by itself cannot know, so its own folder says what it says; the batch rejects all of them until somebody has
found out which is which. Equal means that all responses are, or that many are to three decimals at the same positions.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from elisa_bdnf import qc
from elisa_bdnf.model.batch import BatchResult, ExportRow, FindingRow, Outcome, PlateRow
from elisa_bdnf.model.protocol import RuleSettings
from elisa_bdnf.model.result import Finding, FindingLevel, Verdict

RULE = "INP-04"
_UNUSED = -1  # no number, or so little that many plates read it
_NEVER = -2  # equal to nothing


@dataclass(frozen=True, slots=True)
class Copy:
    """Two plates of different exports, and in how many wells they read the same."""

    one: PlateRow
    other: PlateRow
    wells: int


def thousandths(values: Sequence[float], least: float = 0.1) -> str:
    """Responses to three decimals as hexadecimal text; what is below ``least`` OD stands for nothing."""
    counted = (_UNUSED if math.isnan(v) or v < least or v > 30 else round(1000 * v) for v in values)
    return np.fromiter(counted, dtype=">i2", count=len(values)).tobytes().hex()


def copies(plates: Sequence[PlateRow], most_equal: float) -> Iterator[Copy]:
    """Pairs of plates of different exports with more equal wells than that, or with all responses equal."""
    by_size: dict[int, list[PlateRow]] = {}
    for plate in plates:
        by_size.setdefault(len(plate.thousandths), []).append(plate)
    for alike in by_size.values():
        table = np.array([np.frombuffer(bytes.fromhex(p.thousandths), dtype=">i2") for p in alike])
        by_well = np.ascontiguousarray(table.T.astype(np.int16))  # a row for each well: sums run along the plates
        own = np.where(by_well == _UNUSED, _NEVER, by_well)
        whole = np.unique([plate.values_sha256 for plate in alike], return_inverse=True)[1]
        for index, plate in enumerate(alike[:-1]):
            equal = (by_well[:, index + 1 :] == own[:, index : index + 1]).sum(axis=0, dtype=np.int16)
            same = (equal > most_equal) | (whole[index + 1 :] == whole[index])
            for offset in np.flatnonzero(same).tolist():
                other = alike[index + 1 + offset]
                if other.export != plate.export:
                    yield Copy(plate, other, int(equal[offset]))


def rejecting_copies(batch: BatchResult, settings: RuleSettings) -> tuple[BatchResult, tuple[Finding, ...]]:
    """The batch without what copies report, and a finding for each pair of them."""
    rule = qc.RULES[RULE]
    if not settings.enabled:
        return batch, ()
    limit = float(settings.values.get("max_equal_wells", rule.settings["max_equal_wells"]))
    found = tuple(copies(tuple(batch.plates()), limit))
    level = FindingLevel(settings.level) if settings.level else rule.level
    findings = tuple(_finding(copy, limit, level, settings, batch.between_plates) for copy in found)
    if level.rank < FindingLevel.FAIL_PLATE.rank:
        return batch, findings
    said: dict[str, list[Finding]] = {}
    for copy, finding in zip(found, findings, strict=True):
        for plate in (copy.one, copy.other):
            said.setdefault(plate.folder, []).append(finding)
    return replace(batch, exports=tuple(_export(row, said) for row in batch.exports)), findings


def _finding(
    copy: Copy, limit: float, level: FindingLevel, settings: RuleSettings, between: Mapping[str, Any]
) -> Finding:
    one, other = (f"{plate.plate} ({plate.export})" for plate in (copy.one, copy.other))
    same = "all responses" if copy.one.values_sha256 == copy.other.values_sha256 else f"{copy.wells} wells"
    return Finding(
        rule=RULE,
        level=level,
        subject=f"plates {one} and {other}",
        message=f"{same} of {one} and {other} are the same: is one a copy of the other?",
        measured=str(copy.wells),
        limit=f"{limit:g}",
        action="reject" if level.rank >= FindingLevel.FAIL_PLATE.rank else "annotate",
        preset=str(between.get("preset", "")),
        limit_origin=settings.origins.get("max_equal_wells", "default of the rule"),
    )


def _export(row: ExportRow, said: Mapping[str, list[Finding]]) -> ExportRow:
    if not any(plate.folder in said for plate in row.plates):
        return row
    return replace(
        row, outcome=Outcome.REJECTED, plates=tuple(_rejected(p, said.get(p.folder, ())) for p in row.plates)
    )


def _rejected(plate: PlateRow, findings: Sequence[Finding]) -> PlateRow:
    """The row of a plate of which nothing is reportable."""
    if not findings:
        return plate
    reasons = tuple(f"{RULE}: {finding.message}" for finding in findings)
    more = tuple(FindingRow(RULE, finding.level.value, "plate", finding.message) for finding in findings)
    level = findings[0].level.value
    return replace(
        plate,
        verdict=Verdict.REJECTED,
        sentence="Rejected in this batch: another plate of it reads the same.",
        reasons=(*plate.reasons, *reasons),
        reportable=0, within=0, below=0, above=0,
        levels={**plate.levels, level: plate.levels.get(level, 0) + len(findings)},
        findings=(*plate.findings, *more),
        controls=tuple(replace(control, concentration=None, text="not reportable") for control in plate.controls),
    )  # fmt: skip
