"""The censored likelihood where the statistics of this version have one; else a reason, and the next method is used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from elisa_bdnf.study import statistics
from elisa_bdnf.study.statistics import MixedFit, NoResult


def _none(*_: Any, **__: Any) -> MixedFit | NoResult:
    return NoResult("this version has none")


fit_censored: Callable[..., MixedFit | NoResult] = getattr(statistics, "fit_censored", _none)
