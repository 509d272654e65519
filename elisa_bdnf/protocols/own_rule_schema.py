"""Keys of the rules that a lab writes into its protocol."""

from __future__ import annotations

from elisa_bdnf.protocols.fields import Field, Kind, Table

OWN_RULES = Table(
    "own",
    "The lab's own rules, one table each: [qc.own.background].",
    named=Table(
        "NAME",
        "A rule of the lab; findings call it LAB-NAME. Its name has small letters, digits and hyphens.",
        (
            Field("require", Kind.TEXT, "What must hold of every plate; docs/own-rules.md has the quantities.",
                  example="blank < 0.050"),
            Field("level", Kind.TEXT, "Level of the finding where it does not hold.", "warn",
                  choices=("info", "warn", "fail_plate")),
            Field("why", Kind.TEXT, "What stands behind the limit; it is part of the finding.", ""),
            Field("enabled", Kind.FLAG, "false switches the rule off.", True),
        ),
    ),
)  # fmt: skip
