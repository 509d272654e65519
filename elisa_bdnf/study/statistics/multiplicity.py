"""Several questions, one error rate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def holm(p_values: Sequence[float], primary: int | None = None) -> tuple[float, ...]:
    """Holm's step-down adjustment, as R's ``p.adjust(p, "holm")``, in the order given.

    The pᵢ in rising order are multiplied by m, m − 1, …, 1, made to rise, and cut at 1 (Holm 1979). ``primary`` is
    the index of a contrast declared beforehand as the primary one: it keeps its own p value. The others are still
    adjusted for the whole family of m, which never makes them smaller than leaving the primary one out would.
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    if primary is not None:
        adjusted[primary] = p[primary]
    return tuple(adjusted.tolist())
