"""Plates beside earlier ones: z values after a baseline with mean 100 and SD 1, and what the rules must say."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from itertools import repeat

from elisa_bdnf.model.history import (
    ChartedControl,
    ChartedCurve,
    ChartedPlate,
    ControlId,
    EarlierPlates,
    Segment,
)

SEGMENT = Segment("test", "kit", "L1", "pg/mL", "4pl")
CONTROLS = {name: ControlId(f"QC{name}", float(name), 1.0) for name in ("25", "100", "300")}
MEAN, SD = 100.0, 1.0


def baseline(count: int) -> list[float]:
    """z values of so many plates with mean 0 and SD 1, from one side to the other."""
    step = math.sqrt((count - 1) / count)
    return [step if i % 2 else -step for i in range(count)]


def charted(
    place: int, z: dict[str, float | None], c: float = 320.0, top: float = 1.8, zero: float = 0.06
) -> ChartedPlate:
    controls = tuple(
        ChartedControl(CONTROLS[name], None if value is None else MEAN + SD * value) for name, value in z.items()
    )
    curve = ChartedCurve(0.06, 1.1, c, 3.1, 1.0, "power:1", 1.0, zero, top)
    return ChartedPlate(
        f"p{place}.txt",
        f"{place:064d}",
        0,
        f"Plate {place}",
        f"2026-01-01T{place // 60:02d}:{place % 60:02d}:00",
        SEGMENT,
        curve,
        controls,
        (),
    )


def told(z: dict[str, tuple[float, ...]], plates: int = 20) -> EarlierPlates:
    """After a baseline of ``plates`` plates those with the given z values, the last of which is the judged plate."""
    columns = {name: [*baseline(plates), *values] for name, values in z.items()}
    length = max(map(len, columns.values()), default=plates + 1)
    made = [charted(i, {name: values[i] for name, values in columns.items() if i < len(values)}) for i in range(length)]
    return EarlierPlates("history.sqlite", made[-1], tuple(made[:-1]))


def curves(c: float, top: float, zero: float, plates: int = 20) -> EarlierPlates:
    """A baseline of curves with ln c around ln 320 (SD 0.1), top 1.8 (0.1) and zero 0.06 (0.01); then this one."""
    base = [
        charted(i, {}, 320.0 * math.exp(0.1 * b), 1.8 + 0.1 * b, 0.06 + 0.01 * b)
        for i, b in enumerate(baseline(plates))
    ]
    return EarlierPlates("history.sqlite", charted(plates, {}, c, top, zero), tuple(base))


@dataclass(frozen=True)
class HistoryCase:
    """``expected`` holds (level, subject) of every finding of that rule; ``silent`` means not evaluated."""

    rule: str
    name: str
    told: EarlierPlates
    expected: tuple[tuple[str, str], ...] = ()
    silent: bool = False
    settings: dict[str, float] = field(default_factory=dict)


def _case(
    rule: str, name: str, *levels: str, plates: int = 20, subject: str = "control QC25", **z: tuple[float, ...]
) -> HistoryCase:
    named = {key.removeprefix("z"): values for key, values in z.items()}
    return HistoryCase(rule, name, told(named, plates), tuple((level, subject) for level in levels))


WARN, FAIL = "warn", "fail_plate"
BOTH = "plate"
WESTGARD = (
    _case("CTL-01", "on the limit", z25=(2.0,)),
    _case("CTL-01", "above the limit", WARN, z25=(2.01,)),
    _case("CTL-01", "below the limit", WARN, z25=(-2.01,)),
    _case("CTL-01", "with ten plates", WARN, plates=10, z25=(2.01,)),
    _case("CTL-01", "limits stay although later plates scatter", WARN, z25=(1.9, -1.9, 1.9, -1.9, 1.9, -1.9, 2.1)),
    _case("CTL-02", "on the limit", z25=(3.0,)),
    _case("CTL-02", "above the limit", FAIL, z25=(3.01,)),
    _case("CTL-02", "below the limit", FAIL, z25=(-3.01,)),
    _case("CTL-02", "eighteen plates warn only", WARN, plates=18, z25=(3.01,)),
    _case("CTL-02", "ten plates warn only", WARN, plates=10, z25=(3.01,)),
    _case("CTL-03", "the same control twice", FAIL, z25=(2.1, 2.1)),
    _case("CTL-03", "the same control twice below", FAIL, z25=(-2.1, -2.1)),
    _case("CTL-03", "on either side is no drift", z25=(2.1, -2.1)),
    _case("CTL-03", "once on the limit", z25=(2.0, 2.1)),
    _case("CTL-03", "one in between", z25=(2.1, 0.0, 2.1)),
    _case("CTL-03", "another control on the plate before", z25=(2.1, 0.0), z100=(0.0, 2.1)),
    _case("CTL-03", "two controls of one plate", FAIL, subject=BOTH, z25=(2.1,), z100=(2.1,)),
    _case("CTL-03", "with seventeen plates it warns", WARN, plates=16, z25=(3.0, 3.0)),
    _case("CTL-04", "two controls on opposite sides", FAIL, subject=BOTH, z25=(2.1,), z100=(-2.1,)),
    _case("CTL-04", "the lower one above", FAIL, subject=BOTH, z25=(-2.1,), z300=(2.1,)),
    _case("CTL-04", "one on the limit", z25=(2.1,), z100=(-2.0,)),
    _case("CTL-04", "on the same side", z25=(2.1,), z100=(2.1,)),
    _case("CTL-04", "four apart, but not both beyond two", z25=(1.0,), z100=(-3.2,)),
    _case("CTL-04", "on two plates", z25=(2.1, 0.0), z100=(0.0, -2.1)),
    _case("CTL-05", "four times one control", FAIL, z25=(1.1, 1.1, 1.1, 1.1)),
    _case("CTL-05", "four times below", FAIL, z25=(-1.1, -1.1, -1.1, -1.1)),
    _case("CTL-05", "three times", z25=(0.9, 1.1, 1.1, 1.1)),
    _case("CTL-05", "the first on the limit", z25=(1.0, 1.1, 1.1, 1.1)),
    _case("CTL-05", "one on the other side", z25=(1.1, 1.1, -1.1, 1.1)),
    _case("CTL-05", "two controls on two plates", FAIL, subject=BOTH, z25=(1.1, 1.1), z100=(1.1, 1.1)),
    _case("CTL-05", "the last four of three controls", FAIL, subject=BOTH, z25=(0.0, 1.1), z100=(0.0, 1.1),
          z300=(1.1, 1.1)),
    _case("CTL-05", "two controls, three values", z25=(0.5, 1.1), z100=(1.1, 1.1)),
    _case("CTL-05", "with thirteen plates it warns", WARN, plates=10, z25=(3.0, 3.0, 3.0, 3.0)),
    _case("CTL-06", "ten times one control", FAIL, z25=tuple(repeat(0.1, 10))),
    _case("CTL-06", "ten times below", FAIL, z25=tuple(repeat(-0.1, 10))),
    _case("CTL-06", "nine times", z25=(-0.1, *repeat(0.1, 9))),
    _case("CTL-06", "once on the mean", z25=(*repeat(0.1, 9), 0.0)),
    _case("CTL-06", "five plates of two controls", FAIL, subject=BOTH, z25=tuple(repeat(0.1, 5)),
          z100=tuple(repeat(0.1, 5))),
    _case("CTL-06", "with nineteen plates it warns", WARN, plates=10, z25=tuple(repeat(0.1, 10))),
)  # fmt: skip

_FEW = tuple(
    HistoryCase(rule, "nine plates make a chart and no verdict", told({"25": (9.0,)}, 9), (), silent=True)
    for rule in ("CTL-01", "CTL-02", "CTL-03", "CTL-04", "CTL-05", "CTL-06")
)
_NO_NUMBER = replace(told({"25": (0.0,)}), this=charted(99, {"25": None}))
_LOT_UNKNOWN = replace(told({"25": (9.0,)}), plates=(), reason="the kit lot is not stated")

OTHERS = (
    HistoryCase("CTL-02", "a control without a number", _NO_NUMBER, (), silent=True),
    HistoryCase("CTL-02", "no kit lot", _LOT_UNKNOWN, (), silent=True),
    HistoryCase("FIT-06", "as always", curves(320.0, 1.8, 0.06)),
    HistoryCase("FIT-06", "on the limit", curves(320.0 * math.exp(0.3), 2.1, 0.09)),
    HistoryCase("FIT-06", "the inflection moved", curves(320.0 * math.exp(0.31), 1.8, 0.06), ((WARN, "curve"),)),
    HistoryCase("FIT-06", "the top fell", curves(320.0, 1.49, 0.06), ((WARN, "curve"),)),
    HistoryCase("FIT-06", "the zero standard rose", curves(320.0, 1.8, 0.091), ((WARN, "curve"),)),
    HistoryCase("FIT-06", "everything moved", curves(500.0, 1.2, 0.2), ((WARN, "curve"),) * 3),
    HistoryCase("FIT-06", "nine plates", curves(900.0, 1.0, 0.2, 9), (), silent=True),
    HistoryCase("QCS-03", "right and repeatable", told({"100": (0.0,)}, 5)),
    HistoryCase("QCS-03", "four plates before", told({"25": (0.0,)}, 4), (), silent=True),
    HistoryCase("QCS-03", "four times too high", told({"25": (0.0,)}, 5), ((WARN, "control QC25"),) * 2),
    HistoryCase("QCS-03", "settings are the protocol's", told({"100": (0.0,)}, 5), ((WARN, "control QC100"),),
                settings={"cv_percent": 0.5}),
)  # fmt: skip

HISTORY_CASES = (*WESTGARD, *_FEW, *OTHERS)
