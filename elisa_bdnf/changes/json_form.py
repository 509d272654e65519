"""A diff for programs: docs/schemas/diff.schema.json."""

from __future__ import annotations

from elisa_bdnf.changes.change import Cause, Change, Changed, Diff, PlateDiff
from elisa_bdnf.reports.inert import show
from elisa_bdnf.reports.json_result import json_text

SCHEMA = "elisa-bdnf/diff/1"
Record = dict[str, object]


def json_from_diff(diff: Diff) -> str:
    """One record a plate, one a changed field."""
    statuses = [plate.status for plate in diff.plates]
    document: Record = {
        "schema": SCHEMA,
        "same": diff.same,
        "before": show(diff.before),
        "after": show(diff.after),
        "tolerance_percent": diff.tolerance,
        "counts": {status: statuses.count(status) for status in ("same", "different", "only_before", "only_after")},
        "plates": [_plate(plate) for plate in diff.plates],
        "exports": [{"file": each.file, "before": each.before, "after": each.after} for each in diff.exports],
    }
    return json_text(document)


def _plate(plate: PlateDiff) -> Record:
    before, after = plate.verdicts
    return {
        "plate": plate.plate,
        "status": plate.status,
        "folders": {"before": plate.before, "after": plate.after},
        "verdict": {"before": before or None, "after": after or None},
        "remark": plate.remark,
        "causes": [_cause(cause) for cause in plate.causes],
        "changes": [record for changed in plate.changed for record in _records(changed)],
    }


def _cause(cause: Cause) -> Record:
    return {"kind": cause.kind, "what": cause.what, "before": cause.before, "after": cause.after}


def _records(changed: Changed) -> list[Record]:
    about = {"kind": changed.kind.value, "subject": changed.subject, "only": changed.only or None}
    if changed.only:
        before, after = changed.shown
        return [{**about, "field": None, "before": before or None, "after": after or None, **_size(None)}]
    return [{**about, "field": c.field, "before": c.before, "after": c.after, **_size(c)} for c in changed.changes]


def _size(change: Change | None) -> Record:
    return {"change_percent": change and change.percent, "digits": change and change.digits}
