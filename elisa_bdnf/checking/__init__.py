"""Example plates run as a lab's own regression test: what came, against what somebody wrote down and reviewed."""

from __future__ import annotations

from elisa_bdnf.checking.checks import check_paths, write_updates
from elisa_bdnf.checking.outcome import CaseReport, CheckReport, Difference, Failure, Place, Status

__all__ = ["CaseReport", "CheckReport", "Difference", "Failure", "Place", "Status", "check_paths", "write_updates"]
