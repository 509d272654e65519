"""What a rule is, and the registry of all of them.

A rule is one function. The name of its first argument says what it looks at (``plate``, ``curve``, ``well``,
``standard``, ``control``, ``sample``, ``subject``), its keyword arguments with defaults are its settings, its docstring
is its documentation, and it yields a :class:`Remark` for everything it objects to. It knows nothing of presets,
reports or other rules, and it cannot change what it looks at.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.protocol import RuleSchema


@dataclass(frozen=True, slots=True)
class Remark:
    """One objection. ``level`` only where it differs from the rule's own; ``wells`` default to those of the subject.

    ``hint`` is what to try; an objection that can refuse the input (level ``error``) has one.
    """

    message: str
    measured: str = ""
    limit: str = ""
    level: FindingLevel | None = None
    wells: tuple[Well, ...] | None = None
    action: str = ""
    subject: str | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """The rule could not be applied: what it would have needed."""

    reason: str


Verdicts = Iterator[Remark | Missing]


@dataclass(frozen=True, slots=True)
class Rule:
    """A registered rule; its subject, settings and documentation are read off its function.

    ``keys`` are the keys of the protocol (``limits.recovery_percent``) that hold a limit of the rule, because they
    decide more than the rule alone.
    """

    id: str
    level: FindingLevel
    source: str
    function: Callable[..., Verdicts]
    subject: str
    settings: Mapping[str, float | str | bool]
    keys: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    @property
    def documentation(self) -> str:
        return inspect.getdoc(self.function) or ""

    @property
    def schema(self) -> RuleSchema:
        return RuleSchema(self.id, tuple(level.value for level in FindingLevel), self.settings)


REGISTERED: dict[str, Rule] = {}


def rule(
    id: str,  # noqa: A002
    level: FindingLevel,
    source: str,
    keys: tuple[str, ...] = (),
) -> Callable[[Callable[..., Verdicts]], Callable[..., Verdicts]]:
    """Register a function as the rule ``id``; ``source`` is what its threshold rests on."""

    def register(function: Callable[..., Verdicts]) -> Callable[..., Verdicts]:
        first, *rest = inspect.signature(function).parameters.values()
        settings = MappingProxyType({parameter.name: parameter.default for parameter in rest})
        if id in REGISTERED:
            raise ValueError(f"two rules are called {id}")
        REGISTERED[id] = Rule(id, level, source, function, first.name, settings, keys)
        return function

    return register


def number_or_none(text: str | None) -> float | None:
    """The number that a cell of a sample sheet holds; None for words, ``nan`` and ``inf`` among them."""
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


SLACK = 1e-9


def exceeds(value: float, limit: float) -> bool:
    """Strictly above the limit; a value on the limit passes (relative slack 1e-9 against rounding)."""
    return value > limit and value > limit + SLACK * max(1.0, abs(limit))


def below(value: float, limit: float) -> bool:
    """Strictly below the limit; a value on the limit passes."""
    return value < limit and value < limit - SLACK * max(1.0, abs(limit))


def digits(value: float, limit: float, *, unit: str = "", significant: int = 4) -> str:
    """The value with as many digits as it takes to be seen on the right side of the limit."""
    limit = float(f"{limit:.{_AS_SET}g}")
    text = f"{value:.{significant}g}"
    while significant < _ALL_DIGITS and _side(float(text), limit) != _side(value, limit):
        significant += 1
        text = f"{value:.{significant}g}"
    return f"{_without_exponent(text)}{unit}".replace("-", "−")


def digits_of_both(value: float, limit: float, *, unit: str = "") -> tuple[str, str]:
    """The value and a limit that was computed, with as many digits as it takes to see which of them is larger."""
    significant = 4
    while significant < _ALL_DIGITS and _side(*(float(f"{x:.{significant}g}") for x in (value, limit))) != _side(
        value, limit
    ):
        significant += 1
    return plain(value, significant) + unit, plain(limit, significant) + unit


_ALL_DIGITS, _AS_SET = 17, 12


def _side(value: float, limit: float) -> int:
    return (value > limit) - (value < limit)


def as_set(limit: float) -> str:
    """A limit as a person set it, with every digit."""
    return plain(limit, _AS_SET)


def plain(value: float | None, significant: int = 6) -> str:
    """A number as people write it: so many significant digits, no exponent below 10⁹, a minus sign; – for None."""
    if value is None:
        return "–"
    return _without_exponent(f"{value:.{significant}g}").replace("-", "−")


def _without_exponent(text: str) -> str:
    if "e" not in text or abs(float(text)) >= 1e9:
        return text
    fixed = f"{float(text):.12f}"
    return fixed.rstrip("0").rstrip(".")
