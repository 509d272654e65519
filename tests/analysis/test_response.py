"""Which channel is the response, what is subtracted, and which wells take part."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import pytest

from elisa_bdnf.analysis.reduce import levels_from_groups, reduce
from elisa_bdnf.analysis.response import lay_out, select_channels
from elisa_bdnf.errors import ExportError, LayoutError
from elisa_bdnf.model.layout import Content, Layout, Role
from elisa_bdnf.model.protocol import BlankMode, ReadingSettings, ReferenceMode
from elisa_bdnf.model.reading import (
    Channel,
    ChannelKind,
    Correction,
    InstrumentCurve,
    Note,
    NoteKind,
    Reading,
)
from elisa_bdnf.model.response import WellUse
from plates import SHAPE, plate, protocol

NOTHING = (math.nan,) * SHAPE.size


def channel(label: str, nm: float | None = None, correction: Correction = Correction.NONE) -> Channel:
    return Channel(label, NOTHING, nm, correction=correction)


RAW_450, RAW_570, RAW_620 = channel("450", 450), channel("570", 570), channel("620", 620)
DELTA = channel("Delta", None, Correction.REFERENCE)
BLANKED = channel("Blank 450", 450, Correction.BLANK)
REDUCED = channel("Reduced", None, Correction.REDUCED)
PATH = channel("Pathlength", 977, Correction.PATH_LENGTH)
ASKED = ReadingSettings(450.0, (540.0, 570.0))


@dataclass(frozen=True)
class Choice:
    name: str
    channels: tuple[Channel, ...]
    settings: ReadingSettings
    expected: tuple[str, str | None] | str  # main and reference, or a fragment of the error
    fitted: str = ""  # what the instrument says it fitted


CHOICES = (
    Choice("the only read", (channel("1"),), ReadingSettings(), ("1", None)),
    Choice("450 among two, whatever their order", (RAW_570, RAW_450), ReadingSettings(), ("450", "570")),
    Choice("4 nm off", (channel("454", 454), RAW_570), ASKED, ("454", "570")),
    Choice("6 nm off", (channel("456", 456), RAW_570), ASKED, "one read at 450 nm"),
    Choice("two reads without wavelengths", (channel("1"), channel("2")), ReadingSettings(), "--set reading.channel"),
    Choice("two reads at one wavelength", (RAW_450, replace(RAW_450, label="again")), ASKED, "one read at 450 nm"),
    Choice("two references", (RAW_450, RAW_570, channel("540", 540)), ASKED, "2 reads qualify as reference"),
    Choice("the reference that was asked for", (RAW_450, RAW_570, RAW_620), ASKED, ("450", "570")),
    Choice("reference ignored", (RAW_450, RAW_570), replace(ASKED, reference=ReferenceMode.IGNORE), ("450", None)),
    Choice(
        "reference demanded and absent", (RAW_450,), replace(ASKED, reference=ReferenceMode.SUBTRACT),
        "no reads qualify",
    ),
    Choice("raw goes before corrected", (DELTA, BLANKED, RAW_450, RAW_570), ASKED, ("450", "570")),
    Choice("only the difference was exported", (DELTA,), ASKED, ("Delta", None)),
    Choice("path length is no response", (PATH, RAW_450), ASKED, ("450", None)),
    Choice("by label", (RAW_450, DELTA), ReadingSettings(channel="delta"), ("Delta", None)),
    Choice("no such label", (RAW_450, DELTA), ReadingSettings(channel="x"), "one of '450', 'Delta'"),
    Choice("as the instrument: its label", (RAW_450, BLANKED), ReadingSettings(reference=ReferenceMode.INSTRUMENT),
           ("Blank 450", None), "Blank 450"),
    Choice("as the instrument: a difference", (RAW_450, RAW_620), ReadingSettings(reference=ReferenceMode.INSTRUMENT),
           ("450", "620"), "450 - 620"),
    Choice("as the instrument: its reduction", (RAW_450, RAW_620, REDUCED),
           ReadingSettings(reference=ReferenceMode.INSTRUMENT), ("Reduced", None)),
    Choice("as the instrument: the only read", (RAW_450,), ReadingSettings(reference=ReferenceMode.INSTRUMENT),
           ("450", None)),
)  # fmt: skip


@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: choice.name)
def test_channels(choice: Choice) -> None:
    reading = replace(
        plate()[0], channels=choice.channels, instrument_curve=InstrumentCurve(response_label=choice.fitted)
    )
    if isinstance(choice.expected, str):
        with pytest.raises(ExportError, match=r"plate\.txt") as refused:
            select_channels(reading, choice.settings)
        assert choice.expected in str(refused.value)
        return
    selection = select_channels(reading, choice.settings)
    reference = selection.reference.label if selection.reference else None
    assert (selection.main.label, reference) == choice.expected


def use_of(reading: Reading, layout: Layout, well: str, settings: ReadingSettings | None = None) -> WellUse:
    responses = lay_out(reading, layout, protocol(reading=settings or ReadingSettings(450.0)))
    return next(each.use for each in responses.wells if each.well == well)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (NoteKind.OVERFLOW, WellUse.SATURATED),
        (NoteKind.MASKED, WellUse.MASKED),
        (NoteKind.MISSING, WellUse.MISSING),
        (NoteKind.ERROR, WellUse.MISSING),
    ],
)
def test_a_word_of_the_instrument_decides_the_use(kind: NoteKind, expected: WellUse) -> None:
    def without_number(held: dict[str, float], contents: dict[str, Content]) -> None:
        del held["A5"]

    assert use_of(*plate(without_number, notes={"A5": Note("word", kind)}), "A5") is expected


def test_a_masked_well_that_the_instrument_used_is_used_only_where_the_instrument_is_followed() -> None:
    reading, layout = plate(notes={"A5": Note("Masked", NoteKind.MASKED, used_by_instrument=True)})
    assert use_of(reading, layout, "A5") is WellUse.MASKED
    follow = ReadingSettings(blank=BlankMode.INSTRUMENT, reference=ReferenceMode.INSTRUMENT)
    assert use_of(reading, layout, "A5", follow) is WellUse.USED


def test_fluorescence_is_not_saturated_by_the_limit_of_absorbance() -> None:
    reading, layout = plate()
    counts = replace(reading.channels[0], values=tuple(3 * v for v in reading.channels[0].values))
    assert use_of(replace(reading, channels=(counts,)), layout, "A1") is WellUse.SATURATED
    counts = replace(counts, kind=ChannelKind.FLUORESCENCE)
    assert use_of(replace(reading, channels=(counts,)), layout, "A1") is WellUse.USED


def test_the_reference_is_subtracted_well_by_well_and_every_well_is_there_once() -> None:
    reading, layout = plate(reference={})
    responses = lay_out(reading, layout, protocol())
    assert [well.well for well in responses.wells] == list(SHAPE.wells())
    for well in responses.wells:
        assert math.isnan(well.response) or well.response == well.raw - well.reference


def test_the_blank_is_subtracted_from_every_well_alike() -> None:
    def with_blanks(held: dict[str, float], contents: dict[str, Content]) -> None:
        for well, value in (("H11", 0.05), ("H12", 0.07)):
            held[well], contents[well] = value, Content(Role.BLANK, "BLK")

    settings = ReadingSettings(450.0, blank=BlankMode.SUBTRACT)
    responses = lay_out(*plate(with_blanks), protocol(reading=settings))
    assert responses.blank_mean == pytest.approx(0.06)
    shifts = {round(well.raw - well.response, 12) for well in responses.wells if not math.isnan(well.raw)}
    assert shifts == {0.06}


def test_a_blank_that_is_not_used_counts_for_nothing() -> None:
    def with_blanks(held: dict[str, float], contents: dict[str, Content]) -> None:
        for well, value in (("H11", 0.05), ("H12", 3.9)):
            held[well], contents[well] = value, Content(Role.BLANK, "BLK")

    responses = lay_out(*plate(with_blanks), protocol(reading=ReadingSettings(450.0, blank=BlankMode.SUBTRACT)))
    assert responses.blank_mean == pytest.approx(0.05)


def test_what_the_reader_measured_is_saturated_or_not_whatever_is_subtracted() -> None:
    """3.52 at 450 nm is beyond 3.5, though 3.42 remain without the reference."""

    def high(held: dict[str, float], contents: dict[str, Content]) -> None:
        held["A5"] = 3.52

    reading, layout = plate(high, reference={"A5": 0.1})
    assert use_of(reading, layout, "A5", ReadingSettings(450.0, (570.0,))) is WellUse.SATURATED


def test_the_scatter_of_a_group_has_one_degree_of_freedom_less_than_wells() -> None:
    def three(held: dict[str, float], contents: dict[str, Content]) -> None:
        for well, value in (("H10", 1.0), ("H11", 1.2), ("H12", 1.1)):
            held[well], contents[well] = value, Content(Role.SAMPLE, "three")

    group = next(g for g in reduce(lay_out(*plate(three), protocol())) if g.content.name == "three")
    assert (group.mean, group.sd, group.cv_percent) == pytest.approx((1.1, 0.1, 100 * 0.1 / 1.1))


def test_no_blank_to_subtract_is_refused() -> None:
    with pytest.raises(LayoutError, match="no usable blank wells"):
        lay_out(*plate(), protocol(reading=ReadingSettings(450.0, blank=BlankMode.SUBTRACT)))


def test_a_layout_beyond_the_plate_is_refused_by_well() -> None:
    reading, layout = plate()
    wide = replace(layout, contents={**layout.contents, "P24": Content(Role.SAMPLE, "x")})
    with pytest.raises(LayoutError, match="P24"):
        lay_out(reading, wide, protocol())


def test_standards_of_one_concentration_are_one_level_whatever_their_names() -> None:
    def renamed(held: dict[str, float], contents: dict[str, Content]) -> None:
        contents["A2"] = replace(contents["A2"], name="another name")

    levels = levels_from_groups(reduce(lay_out(*plate(renamed), protocol())))
    assert [level.nominal for level in levels] == sorted({0.0, 7.8125, 15.625, 31.25, 62.5, 125.0, 250.0, 500.0})
    assert all(len(level.responses) == 2 for level in levels)


def test_absorbances_in_thousandths_are_refused_and_say_so() -> None:
    reading, layout = plate()
    main = reading.channels[0]
    thousandths = replace(main, values=tuple(1000 * value for value in main.values))
    with pytest.raises(ExportError, match=r"more than 6 OD.*export OD, not mOD"):
        lay_out(replace(reading, channels=(thousandths,)), layout, protocol())
    allowed = protocol(reading=ReadingSettings(wavelength_nm=450.0, max_response=5000.0))
    assert lay_out(replace(reading, channels=(thousandths,)), layout, allowed).wells[0].use is WellUse.USED
    glow = replace(thousandths, kind=ChannelKind.LUMINESCENCE)
    assert lay_out(replace(reading, channels=(glow,)), layout, protocol()).wells[0].use is WellUse.USED
