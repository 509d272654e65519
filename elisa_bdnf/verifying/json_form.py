"""What verifying found, for programs: docs/schemas/verify.schema.json."""

from __future__ import annotations

from elisa_bdnf.reports.inert import show
from elisa_bdnf.reports.json_result import json_text
from elisa_bdnf.verifying.check import Standing, Verification, Verified

SCHEMA = "elisa-bdnf/verify/1"


def json_from_verification(verification: Verification) -> str:
    """A record a plate; the last one is the batch as a whole, where it is one."""
    plates = [part for part in verification.parts if part.plate]
    whole = next((part for part in verification.parts if not part.plate), None)
    document: dict[str, object] = {
        "schema": SCHEMA,
        "status": verification.standing.value,
        "output": show(verification.output),
        "program": f"elisa-bdnf {verification.program}",
        "counts": {standing.value: verification.count(standing) for standing in Standing},
        "plates": [{"plate": part.plate, "folder": part.folder, **_part(part)} for part in plates],
        "batch": _part(whole) if whole else None,
    }
    return json_text(document)


def _part(part: Verified) -> dict[str, object]:
    return {
        "status": part.standing.value,
        "checks": [
            {
                "about": each.about,
                "status": each.standing.value,
                "file": show(each.file) or None,
                "message": show(each.message),
            }
            for each in part.checks
        ],
    }
