"""In which order people list names."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=1 << 15)
def natural_order(text: str) -> tuple[tuple[int, int, str], ...]:
    """P2 before P10."""
    parts = re.findall(r"[0-9]{1,15}|[^0-9]+|[0-9]+", text)
    return tuple((0, int(p), "") if p.isascii() and p.isdigit() and len(p) <= 15 else (1, 0, p) for p in parts)
