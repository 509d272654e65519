"""A few rules as protocols see them, so that these tests do not depend on which rules exist."""

from __future__ import annotations

from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.protocol import RuleSchema

LEVELS = tuple(level.value for level in FindingLevel)
RULES = {
    rule: RuleSchema(rule, LEVELS, settings)
    for rule, settings in {
        "REP-01": {"cv_percent": 15.0, "cv_ends_percent": 25.0},
        "STD-04": {"fraction": 0.75, "min_levels": 5},
        "WEL-02": {"warn_below": -0.02, "fail_below": -0.05},
        "XYZ-01": {"word": "text", "strict": True},
    }.items()
}
