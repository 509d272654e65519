"""What must not change when the plate is written differently, and what must change with it (RELIABILITY §4.5)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elisa_bdnf import qc
from elisa_bdnf.analysis.analyze import analyze
from elisa_bdnf.model.curve import Curve, CurveSpec, FitOn, WeightKind, Weights
from elisa_bdnf.model.estimate import Estimate
from elisa_bdnf.model.layout import Content, Layout, Role
from elisa_bdnf.model.plate import row_column_from_well, well_from_row_column
from elisa_bdnf.model.protocol import Protocol
from elisa_bdnf.model.reading import Channel, Note, NoteKind, Reading
from elisa_bdnf.model.result import Analysis
from plates import SHAPE, plate, protocol

UNWEIGHTED = protocol(curve=CurveSpec(weights=Weights(WeightKind.NONE), fit_on=FitOn.MEANS))
POWER = protocol()
BOTH = pytest.mark.parametrize("how", [UNWEIGHTED, POWER], ids=["unweighted", "power:1"])

factors = st.floats(0.001, 1000, allow_nan=False)


def samples(analysis: Analysis) -> dict[str, Estimate]:
    return {estimate.group.content.name: estimate for estimate in analysis.samples}


def numbers(analysis: Analysis) -> dict[str, tuple[float | None, ...]]:
    return {
        name: (e.in_well, e.in_well_low, e.in_well_high, e.concentration, e.low, e.high)
        for name, e in samples(analysis).items()
    }


def close(ours: dict[str, tuple[float | None, ...]], theirs: dict[str, tuple[float | None, ...]], rel: float) -> None:
    assert ours.keys() == theirs.keys()
    for name, values in ours.items():
        for value, other in zip(values, theirs[name], strict=True):
            assert (value is None) == (other is None), name
            assert value is None or other is None or math.isclose(value, other, rel_tol=rel), (name, value, other)


def mapped(layout: Layout, change: Callable[[Content], Content]) -> Layout:
    return replace(layout, contents={well: change(content) for well, content in layout.contents.items()})


def with_values(reading: Reading, change: Callable[[float], float]) -> Reading:
    channel = reading.channels[0]
    return replace(reading, channels=(replace(channel, values=tuple(change(v) for v in channel.values)),))


@BOTH
@given(k=factors)
def test_m1_standards_times_k_gives_concentrations_times_k(how: Protocol, k: float) -> None:
    reading, layout = plate()
    base = analyze(reading, layout, how)
    scaled = mapped(layout, lambda c: replace(c, nominal=None if c.nominal is None else c.nominal * k))
    other = analyze(reading, scaled, how)
    assert isinstance(base.curve, Curve)
    assert isinstance(other.curve, Curve)
    assert other.curve.c == pytest.approx(base.curve.c * k, rel=1e-7)
    assert (other.curve.a, other.curve.b, other.curve.d) == pytest.approx(
        (base.curve.a, base.curve.b, base.curve.d), rel=1e-7
    )
    for name, estimate in samples(base).items():
        assert samples(other)[name].in_well == pytest.approx((estimate.in_well or 0) * k, rel=1e-8)


@BOTH
@given(k=st.floats(0.3, 1.1))
def test_m2_responses_times_k_leave_concentrations(how: Protocol, k: float) -> None:
    reading, layout = plate()
    close(
        numbers(analyze(with_values(reading, lambda v: v * k), layout, how)),
        numbers(analyze(reading, layout, how)),
        1e-6,
    )


@given(k=st.floats(1.0, 100.0))
def test_m3_dilution_times_k_changes_that_concentration_only(k: float) -> None:
    reading, layout = plate()
    base = samples(analyze(reading, layout, POWER))
    changed = mapped(layout, lambda c: replace(c, dilution_factor=20.0 * k) if c.name == "S1-24h" else c)
    for name, estimate in samples(analyze(reading, changed, POWER)).items():
        times = k if name == "S1-24h" else 1.0
        assert estimate.in_well == base[name].in_well
        assert estimate.concentration == pytest.approx((base[name].concentration or 0) * times, rel=1e-12)


@BOTH
@given(st.permutations(range(8)), st.permutations(range(12)))
def test_m4_moving_wells_together_with_the_layout(how: Protocol, rows: list[int], columns: list[int]) -> None:
    def moved(well: str) -> str:
        row, column = row_column_from_well(well)
        return well_from_row_column(rows[row], columns[column])

    reading, layout = plate()
    place = {moved(well): index for index, well in enumerate(SHAPE.wells())}
    old = reading.channels[0].values
    channel = Channel("450", tuple(old[place[well]] for well in SHAPE.wells()), 450.0)
    other = replace(reading, channels=(channel,))
    there = replace(layout, contents={moved(well): content for well, content in layout.contents.items()})
    close(numbers(analyze(other, there, how)), numbers(analyze(reading, layout, how)), 1e-9)


def test_m5_renaming_samples_changes_names_only() -> None:
    reading, layout = plate()
    renamed = mapped(layout, lambda c: replace(c, name=f"x{c.name}") if c.role is Role.SAMPLE else c)
    base = {f"x{name}": values for name, values in numbers(analyze(reading, layout, POWER)).items()}
    assert numbers(analyze(reading, renamed, POWER)) == base


@given(shift=st.floats(-0.05, 0.3))
def test_m6_a_constant_on_all_responses_leaves_unweighted_concentrations(shift: float) -> None:
    reading, layout = plate()
    other = analyze(with_values(reading, lambda v: v + shift), layout, UNWEIGHTED)
    for name, estimate in samples(analyze(reading, layout, UNWEIGHTED)).items():
        assert samples(other)[name].in_well == pytest.approx(estimate.in_well, rel=1e-6)


def test_m8_a_masked_well_is_a_well_that_is_not_there() -> None:
    def removed(held: dict[str, float], contents: dict[str, Content]) -> None:
        del contents["D1"], held["D1"]

    masked = analyze(*plate(notes={"D1": Note("Masked", NoteKind.MASKED)}), POWER)
    close(numbers(masked), numbers(analyze(*plate(removed), POWER)), 1e-12)


def test_m12_standards_listed_the_other_way_round() -> None:
    reading, layout = plate()
    contents = dict(reversed(list(layout.contents.items())))
    close(
        numbers(analyze(reading, replace(layout, contents=contents), POWER)),
        numbers(analyze(reading, layout, POWER)),
        0,
    )


@given(st.lists(st.floats(-0.2, 5.0), min_size=2, max_size=2))
def test_whatever_the_response_there_is_a_value_a_limit_or_a_reason(responses: list[float]) -> None:
    def change(held: dict[str, float], contents: dict[str, Content]) -> None:
        held["A5"], held["A6"] = responses

    result = qc.judge(analyze(*plate(change), POWER))
    sample = next(s for s in result.samples if s.estimate.group.content.name == "S1-baseline")
    estimate = sample.estimate
    if estimate.concentration is None:
        assert estimate.limit is not None or estimate.reason
        assert sample.reason
    else:
        assert estimate.concentration > 0
        assert math.isfinite(estimate.concentration)
        assert estimate.low is not None
        assert estimate.high is not None
        assert 0 <= estimate.low <= estimate.concentration <= estimate.high
