"""Units of concentration and the powers of ten between them: the one list that everything converts by."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

_AMOUNTS = {"fg": -15, "pg": -12, "ng": -9, "ug": -6, "µg": -6, "mg": -3}
_MOLES = {"f": -15, "p": -12, "n": -9, "u": -6, "µ": -6}
_VOLUMES = {"ml": -3, "l": 0, "dl": -1, "ul": -6, "µl": -6}  # of a liter


def _powers() -> Iterator[tuple[str, tuple[str, int]]]:
    for volume, of_liter in _VOLUMES.items():
        yield from ((f"{amount}/{volume}", ("g/L", power - of_liter)) for amount, power in _AMOUNTS.items())
        yield from ((f"{prefix}mol/{volume}", ("mol/L", power - of_liter)) for prefix, power in _MOLES.items())
    yield from ((f"{prefix}m", ("mol/L", power)) for prefix, power in _MOLES.items())
    for activity in ("u", "iu"):  # units of two preparations are not the same
        yield f"{activity}/ml", (activity, 0)
        yield f"m{activity}/ml", (activity, -3)
    yield "au", ("au", 0)


_POWERS = dict(_powers())


@lru_cache(maxsize=64)  # rules ask it of every sample
def factor_or_none(from_unit: str, to_unit: str) -> float | None:
    """What to multiply a concentration with; None where units do not convert without knowing the molecule.

    Letters may be small or capital, micro may be written u, µ or μ: ``ng/mL`` → ``pg/mL`` is 1000.0.
    """
    ours, theirs = _folded(to_unit), _folded(from_unit)
    if ours == theirs:
        return 1.0
    if ours not in _POWERS or theirs not in _POWERS or _POWERS[ours][0] != _POWERS[theirs][0]:
        return None
    exponent = _POWERS[theirs][1] - _POWERS[ours][1]
    return float(f"1e{exponent}")


def _folded(unit: str) -> str:
    return unit.strip().replace("μ", "µ").casefold().replace("μ", "µ")
