"""One plate per case: what is changed on a good plate, and which findings of the rule must come of it.

``expected`` holds (level, subject) of every finding of that rule, in order; empty means the rule must pass.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from elisa_bdnf.model.layout import Content, Role
from elisa_bdnf.model.protocol import (
    BlankMode,
    DilutionSettings,
    EditingSettings,
    Extrapolation,
    Kit,
    KitMatrix,
    LimitSettings,
    MissingDilution,
    ReadingSettings,
    StandardEditing,
)
from elisa_bdnf.model.reading import Note, NoteKind, Reading
from plates import LEVELS, Change, plate, response

EDITING = EditingSettings(StandardEditing.CURVE_EDIT_V1)


@dataclass(frozen=True)
class Case:
    rule: str
    name: str
    expected: tuple[tuple[str, str], ...] = ()
    change: Change | None = None
    protocol: dict[str, Any] = field(default_factory=dict)
    plate: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    analysis: dict[str, Any] = field(default_factory=dict)  # what is known beside the plate: siblings, read_on


def acid_kit(minimum: float) -> Kit:
    return Kit("k", "K", verified=True, matrices=(KitMatrix("plasma_edta", minimum, acid_treated=True),))


def values(**responses: float) -> Change:
    """Set the responses of wells."""
    return lambda held, contents: held.update(responses)


def lowered(held: dict[str, float], by: float) -> None:
    """Every response of the standards less so much."""
    held.update({well: held[well] - by for well in DUPLICATES})


def scaled(factor: float, *wells: str) -> Change:
    return lambda held, contents: held.update({well: held[well] * factor for well in wells})


def drop(*wells: str) -> Change:
    """Wells that the layout names and the export left empty."""
    return lambda held, contents: [held.pop(well) for well in wells] and None


def without(*wells: str) -> Change:
    """Wells that are not on the layout."""
    return lambda held, contents: [contents.pop(well) for well in wells] and None


def content(well: str, **changes: Any) -> Change:
    def change(held: dict[str, float], contents: dict[str, Content]) -> None:
        old = contents[well]
        for each, value in list(contents.items()):
            if value == old:
                contents[each] = replace(value, **changes)

    return change


def both(*changes: Change) -> Change:
    return lambda held, contents: [change(held, contents) for change in changes] and None


def series(in_well: dict[int, float]) -> Change:
    """Sample X at several dilutions in rows G and H: dilution factor → concentration in the well."""

    def change(held: dict[str, float], contents: dict[str, Content]) -> None:
        for column, (factor, x) in enumerate(in_well.items(), start=7):
            for row, side in (("G", 1.004), ("H", 0.996)):
                held[f"{row}{column}"] = response(x) * side
                contents[f"{row}{column}"] = Content(Role.SAMPLE, "X", None, float(factor))

    return change


def blanks(*responses: float) -> Change:
    """Blank wells in column 12."""

    def change(held: dict[str, float], contents: dict[str, Content]) -> None:
        for row, value in zip(ROWS, responses, strict=False):
            held[f"{row}12"], contents[f"{row}12"] = value, Content(Role.BLANK, "BLK")

    return change


def reversed_standards(held: dict[str, float], contents: dict[str, Content]) -> None:
    old = dict(held)
    for row, other in zip("ABCDEFGH", "HGFEDCBA", strict=True):
        for column in "12":
            held[row + column] = old[other + column]


def shuffled_standards(held: dict[str, float], contents: dict[str, Content]) -> None:
    old = dict(held)
    for row, other in zip("ABCDEFGH", "DGAFBHCE", strict=True):
        for column in "12":
            held[row + column] = old[other + column]


def no_standards(held: dict[str, float], contents: dict[str, Content]) -> None:
    for well in [w for w, c in contents.items() if c.role is Role.STANDARD]:
        contents[well] = Content(Role.EMPTY, "")


ROWS = "ABCDEFGH"
DUPLICATES = tuple(f"{row}{column}" for row in ROWS for column in "12")
RIGHT_WELLS = (*(f"{row}2" for row in ROWS), "A4", "B4", "C4", *(f"{row}6" for row in ROWS[:6]))
DATED = Kit("k", "kit", verified=True, lot="7", expires="2026-03-31")


def triplicate(a: float, b: float, c: float) -> Change:
    """Sample T in three wells of row H."""

    def change(held: dict[str, float], contents: dict[str, Content]) -> None:
        for column, value in zip((7, 8, 9), (a, b, c), strict=True):
            held[f"H{column}"], contents[f"H{column}"] = value, Content(Role.SAMPLE, "T", None, 20.0)

    return change


def moved_control(in_well: float) -> Change:
    """The middle control again at the far end of the plate."""

    def change(held: dict[str, float], contents: dict[str, Content]) -> None:
        for well, side in (("H11", 1.004), ("H12", 0.996)):
            held[well], contents[well] = response(in_well) * side, contents["B3"]

    return change


def plenty(*zeros: float) -> Change:
    """Three wells of the zero and of the top standard."""

    def change(held: dict[str, float], contents: dict[str, Content]) -> None:
        held |= dict(zip(("H1", "H2", "H7"), zeros, strict=True)) | {"A7": held["A1"]}
        contents |= {"H7": contents["H1"], "A7": contents["A1"]}

    return change


def serum_beside(times: float) -> Change:
    """Serum of the same draw as sample S1-baseline, with so many times its concentration."""

    def change(held: dict[str, float], contents: dict[str, Content]) -> None:
        plasma = contents["A5"]
        for column in "78":
            held[f"A{column}"] = held[f"A{int(column) - 2}"]
            contents[f"A{column}"] = replace(plasma, matrix="serum", dilution_factor=20.0 * times, name="serum")

    return change


def other_plate(equal: int) -> Reading:
    """Another plate with so many wells like those of the good plate."""
    good, _ = plate()
    numbers = [value for value in good.channels[0].values if value == value]
    kept = iter([*numbers[:equal], *(value + 0.1 for value in numbers[equal:])])
    held = [next(kept) if value == value else value for value in good.channels[0].values]
    return replace(good, plate="Plate 2", channels=(replace(good.channels[0], values=tuple(held)),))


OVERFLOW = {"plate": {"notes": {"A5": Note("OVRFLW", NoteKind.OVERFLOW)}}}
CASES = (
    Case("INP-01", "every well read"),
    Case("INP-01", "two wells empty in the export", (("error", "plate"),), drop("B5", "B6")),
    Case("INP-01", "a word of the instrument is not a hole", (), drop("A5"), plate=OVERFLOW["plate"]),
    Case("INP-02", "each occasion once"),
    Case(
        "INP-02", "two samples for one occasion", (("error", "plate"),),
        content("B5", name="other", timepoint="baseline"),
    ),
    Case(
        "INP-02", "one sample for two occasions", (("error", "plate"),),
        content("B5", name="S1-baseline"),
    ),
    Case("INP-03", "standards, zero, samples"),
    Case("INP-03", "no standards", (("error", "plate"),), no_standards),
    Case("INP-03", "no zero", (("warn", "plate"),), without("H1", "H2")),
    Case("INP-03", "no zero where the method demands one", (("error", "plate"),), without("H1", "H2"),
         settings={"zero_required": True}),
    Case("INP-04", "another plate beside it", (), analysis={"siblings": (other_plate(23),)}),
    Case("INP-04", "the same plate again", (("fail_plate", "plate"),), analysis={"siblings": (other_plate(24),)}),
    Case("INP-05", "rising"),
    Case("INP-05", "reversed", (("error", "plate"),), reversed_standards),
    Case("INP-05", "shuffled", (("fail_plate", "plate"),), shuffled_standards),
    Case("INP-06", "450 asked and read"),
    Case("INP-06", "5 nm off is allowed", plate={"wavelength": 455.0}),
    Case(
        "INP-06", "reference asked for, none read", (("warn", "plate"),),
        protocol={"reading": ReadingSettings(450.0, (570.0,))},
    ),
    Case(
        "INP-06", "reference asked for and read", (), None,
        {"reading": ReadingSettings(450.0, (570.0,))}, {"reference": {}},
    ),
    Case("INP-06", "another wavelength", (("warn", "plate"),), plate={"wavelength": 405.0},
         protocol={"reading": ReadingSettings(405.0)} | {"kit": None}, settings={"tolerance_nm": -1.0}),
    Case(
        "INP-06", "another wavelength under ich-m10-lba", (("fail_plate", "plate"),), plate={"wavelength": 455.0},
        settings={"main_rejects": True, "tolerance_nm": 4.0},
    ),
    Case("INP-07", "unverified kit", (("warn", "plate"),), protocol={"kit": Kit("k", "kit")}),
    Case("INP-07", "verified kit", (), protocol={"kit": Kit("k", "kit", verified=True, lot="7")}),
    Case("INP-07", "verified kit of no lot", (("warn", "plate"),), protocol={"kit": Kit("k", "kit", verified=True)}),
    Case("INP-07", "read on its last day", (), protocol={"kit": DATED}, analysis={"read_on": date(2026, 3, 31)}),
    Case(
        "INP-07", "read a day later", (("warn", "plate"),), None, {"kit": DATED}, analysis={"read_on": date(2026, 4, 1)}
    ),
    Case(
        "INP-07", "read a day later under ich-m10-lba", (("fail_plate", "plate"),), None, {"kit": DATED},
        settings={"expired_rejects": True}, analysis={"read_on": date(2026, 4, 1)},
    ),
    Case("INP-08", "those of the kit", (), protocol={"standards": LEVELS[:7]}),
    Case("INP-08", "rounded as kits print them", (), protocol={"standards": (500, 250, 125, 62.5, 31.25, 15.6, 7.8)}),
    Case("INP-08", "not of the kit", (("warn", "plate"),), content("A1", nominal=480.0), {"standards": LEVELS[:7]}),
    Case(
        "INP-08", "in another unit", (("error", "plate"),),
        protocol={"standards": tuple(level / 1000 for level in LEVELS[:7])},
    ),
    Case("WEL-01", "just below the limit", (), values(A5=3.4999)),
    Case("WEL-01", "on the limit", (("warn", "well A5"),), values(A5=3.5)),
    Case("WEL-01", "overflow", (("warn", "well A5"),), drop("A5"), plate=OVERFLOW["plate"]),
    Case("WEL-02", "on the limit", (), values(A5=-0.02)),
    Case("WEL-02", "below the first limit", (("warn", "well A5"),), values(A5=-0.0201)),
    Case("WEL-02", "on the second limit", (("warn", "well A5"),), values(A5=-0.05)),
    Case("WEL-02", "below the second limit", (("fail_result", "well A5"),), values(A5=-0.0501)),
    Case("BLK-01", "low background"),
    Case("BLK-01", "on the limit", (), values(H1=0.2, H2=0.2)),
    Case("BLK-01", "high background", (("warn", "plate"),), values(H1=0.21, H2=0.2)),
    Case("BLK-02", "lowest standard stands out"),
    Case("BLK-02", "lowest standard in the noise", (("warn", "plate"),), values(H1=0.05, H2=0.10)),
    Case("BLK-03", "even"),
    Case("BLK-03", "range 0.02256 is an SD of 0.02", (), values(H1=0.05, H2=0.05 + 0.02256)),
    Case("BLK-03", "uneven", (("warn", "plate"),), values(H1=0.05, H2=0.0727)),
    Case("BLK-04", "not subtracted, not asked"),
    Case(
        "BLK-04", "blanked by the reader already", (("warn", "plate"),), blanks(0.002, -0.004),
        {"reading": ReadingSettings(450.0, blank=BlankMode.SUBTRACT)},
    ),
    Case(
        "BLK-04", "a blank to subtract", (), blanks(0.05, 0.051),
        {"reading": ReadingSettings(450.0, blank=BlankMode.SUBTRACT)},
    ),
    Case("STD-01", "seven levels"),
    Case("STD-01", "five levels", (), without("F1", "F2", "G1", "G2")),
    Case("STD-01", "four levels", (("error", "plate"),), without("E1", "E2", "F1", "F2", "G1", "G2")),
    Case("REP-01", "replicates agree"),
    Case("REP-01", "an inner level differs", (("warn", "standard 62.5"),), scaled(1.3, "D1")),
    Case("REP-01", "an end may differ more", (), scaled(1.3, "A1")),
    Case("STD-02", "rising"),
    Case("STD-02", "a small fall", (("warn", "plate"),), values(A1=response(250) * 0.9999, A2=response(250) * 0.9999)),
    Case("STD-02", "a large fall", (("fail_plate", "plate"),), values(A1=1.0, A2=1.0)),
    Case("STD-03", "recovered"),
    Case(
        "STD-03", "one level off", (("warn", "standard 62.5"),), values(D1=response(78), D2=response(78)),
        {"limits": LimitSettings(recovery_percent=10)},
    ),
    Case("STD-04", "recovered"),
    Case(
        "STD-04", "three levels off", (("fail_plate", "curve"),),
        values(F1=response(40), F2=response(40), D1=response(31), D2=response(31), E1=response(55), E2=response(55),
               G1=response(16), G2=response(16)),
    ),
    Case("STD-06", "strong"),
    Case("STD-06", "weak", (("warn", "plate"),), scaled(0.3, "A1", "A2")),
    Case("STD-06", "hardly above the background", (("warn", "plate"), ("warn", "plate")), scaled(0.1, "A1", "A2")),
    Case("FIT-01", "found"),
    Case("FIT-01", "flat", (("fail_plate", "curve"),), lambda held, _: held.update(dict.fromkeys(DUPLICATES, 0.5))),
    Case("FIT-02", "plausible"),
    Case("FIT-02", "too flat for this limit", (("warn", "curve"),), settings={"slope_low": 1.2}),
    Case("FIT-02", "a foot below zero", (("warn", "curve"),), lambda held, _: lowered(held, 0.12)),
    Case("FIT-02", "a high foot", (("warn", "curve"),), lambda held, _: lowered(held, -0.5)),
    Case("FIT-02", "no upper plateau", (("warn", "curve"),), settings={"plateau_ratio": 1.01}),
    Case("FIT-05", "high"),
    Case("FIT-05", "below this limit", (("info", "curve"),), scaled(1.1, "A1"), settings={"r_squared": 0.99999}),
    Case("RNG-01", "inside"),
    Case(
        "RNG-01", "half of the samples above", (("warn", "curve"),),
        values(A5=2.6, A6=2.6, B5=2.6, B6=2.6, C5=2.6, C6=2.6),
    ),
    Case("RNG-01", "the method's LLOQ is lower", (("warn", "curve"),), protocol={"limits": LimitSettings(lloq=2.0)}),
    Case("RNG-02", "covered"),
    Case("RNG-02", "control above", (("warn", "curve"),), content("C3", nominal=800.0)),
    Case("RNG-02", "a diluted control inside", (), content("C3", nominal=800.0, dilution_factor=4.0)),
    Case("RNG-02", "a diluted control below", (("warn", "curve"),),
         content("C3", nominal=300.0, dilution_factor=100.0)),
    Case("QCS-01", "in range"),
    Case(
        "QCS-01", "one of six wells out", (("warn", "control QC25"),), scaled(1.5, "A3"),
    ),
    Case(
        "QCS-01", "a whole level out",
        (("warn", "control QC25"), ("warn", "control QC25"), ("fail_plate", "plate")), scaled(1.5, "A3", "A4"),
    ),
    Case(
        "QCS-01", "the insert's range goes before recovery",
        (("warn", "control QC25"), ("warn", "control QC25"), ("fail_plate", "plate")),
        content("A3", low=40.0, high=60.0),
    ),
    Case("QCS-04", "no pool", (("warn", "plate"),)),
    Case("QCS-04", "pool", (), content("A3", name="plasma pool")),
    Case("REP-03", "agree"),
    Case("REP-03", "differ", (("warn", "sample S1-baseline"),), scaled(1.5, "A5")),
    Case("REP-05", "duplicates"),
    Case("REP-05", "single", (("warn", "sample S1-baseline"),), without("A6")),
    Case("SMP-01", "inside"),
    Case("SMP-01", "below", (("info", "sample S1-baseline"),), values(A5=0.063, A6=0.064)),
    Case("SMP-01", "below the asymptote", (("info", "sample S1-baseline"),), values(A5=0.01, A6=0.012)),
    Case("SMP-02", "inside"),
    Case("SMP-02", "above", (("info", "sample S1-baseline"),), values(A5=2.5, A6=2.5)),
    Case("SMP-02", "above the asymptote", (("info", "sample S1-baseline"),), values(A5=3.4, A6=3.4)),
    Case("SMP-02", "saturated", (("info", "sample S1-baseline"),), values(A5=3.9, A6=3.9)),
    Case("SMP-03", "inside"),
    Case(
        "SMP-03", "asked for", (("warn", "sample S1-baseline"),), values(A5=2.5, A6=2.5),
        {"limits": LimitSettings(extrapolation=Extrapolation.TO_ASYMPTOTES)},
    ),
    Case("SMP-04", "usual"),
    Case("SMP-04", "unusual for csf", tuple(
        ("warn", f"sample {s}-{t}") for s in ("S1",) for t in ("baseline",)
    ), both(content("A5", matrix="csf", dilution_factor=2.0))),
    Case(
        "SMP-04", "a unit slip", (("fail_result", "sample S1-baseline"),), content("A5", dilution_factor=20000.0),
    ),
    Case("SMP-06", "narrow"),
    Case(
        "SMP-06", "wide", (("warn", "sample S1-baseline"),), values(A5=0.13, A6=0.13),
        settings={"half_width_percent": 1.6},
    ),
    Case("DIL-04", "stated"),
    Case("DIL-04", "missing", (("error", "plate"),), content("A5", dilution_factor=None)),
    Case(
        "DIL-04", "one missing is a mistake even where none would be allowed", (("error", "plate"),),
        content("A5", dilution_factor=None), {"dilution": DilutionSettings(MissingDilution.IN_WELL)},
    ),
    Case(
        "DIL-04", "less than the matrix demands", tuple(("warn", f"sample {s}-{t}") for s in ("S1", "S2") for t in
        ("baseline", "120min", "24h")), None, {"dilution": DilutionSettings(minimum=50.0)},
    ),
    Case(
        "DIL-04", "withheld under ich-m10-lba", tuple(("fail_result", f"sample {s}-{t}") for s in ("S1", "S2") for t in
        ("baseline", "120min", "24h")), None, {"dilution": DilutionSettings(minimum=50.0)},
        settings={"withhold_below_minimum": True},
    ),
    Case("SUB-01", "timepoints missing", (("warn", "subject S1"), ("warn", "subject S2"))),
    Case(
        "SUB-01", "baseline censored", (("warn", "subject S1"), ("warn", "subject S1"), ("warn", "subject S2")),
        values(A5=0.01, A6=0.012),
    ),
    Case("SUB-03", "in time"),
    Case("SUB-03", "15 min late is in time", (), content("B5", attributes={"actual_time_min": "135"})),
    Case("SUB-03", "late", (("warn", "sample S1-120min"),), content("B5", attributes={"actual_time_min": "136"})),
    Case(
        "SUB-03", "twice as late", (("fail_result", "sample S1-120min"),),
        content("B5", attributes={"actual_time_min": "151"}),
    ),
    Case("SUB-04", "alike"),
    Case("SUB-04", "another tube", (("warn", "subject S1"),), content("B5", matrix="serum")),
    Case("REP-02", "agree"),
    Case("REP-02", "differ", (("warn", "control QC25"),), scaled(1.5, "A3")),
    Case("REP-04", "three that agree", (), triplicate(0.5, 0.52, 0.51)),
    Case("REP-04", "one apart", (("warn", "well H9"),), triplicate(0.5, 0.51, 0.9)),
    Case("REP-04", "three spread evenly: nobody can tell which", (), triplicate(0.4, 0.6, 0.8)),
    Case("REP-07", "nearly alike", (), values(A1=1.001, A2=1.0)),
    Case("REP-07", "one level equal by chance", (("info", "plate"),), values(A1=1.9, A2=1.9)),
    Case("REP-07", "two levels copied", (("warn", "plate"),), values(A1=1.9, A2=1.9, B1=1.35, B2=1.35)),
    Case("REP-08", "agree"),
    Case(
        "REP-08", "layout not of this plate", (("fail_plate", "plate"),), scaled(1.8, "A5", "B6", "C5", "D6", "E5"),
    ),
    Case("PLT-02", "alike at both ends", (), moved_control(100.0)),
    Case("PLT-02", "falls over the plate", (("warn", "plate"),), moved_control(70.0)),
    Case("PLT-05", "wide", (), plenty(0.05, 0.051, 0.052)),
    Case("PLT-05", "scattered", (("info", "plate"),), plenty(0.05, 0.9, 0.3)),
    Case("QCS-02", "a control first and last", (), moved_control(100.0)),
    Case("QCS-02", "controls first only", (("warn", "plate"),)),
    Case("SMP-05", "like its kin"),
    Case("SMP-05", "diluted otherwise", (("warn", "sample S1-baseline"),), content("A5", dilution_factor=40.0)),
    Case("SMP-05", "diluted otherwise for a reason", (),
         content("A5", dilution_factor=40.0, attributes={"df_reason": "little plasma"})),
    Case(
        "SMP-05", "a slip of ten", (("warn", "sample S1-baseline"),),
        content("A5", dilution_factor=160.0, attributes={"df_reason": "little plasma"}),
    ),
    Case("SUB-05", "within five times the baseline"),
    Case("SUB-05", "ten times the baseline", (("warn", "sample S1-120min"),), content("B5", dilution_factor=200.0)),
    Case(
        "SUB-05", "beyond the reference change", (("warn", "sample S1-120min"),), content("B5", dilution_factor=40.0),
        settings={"within_subject_cv_percent": 15.0},
    ),
    Case("FIT-03", "scatter of the replicates only"),
    Case("FIT-03", "a level off with tight replicates", (("warn", "curve"),), values(D1=0.62, D2=0.621)),
    Case("FIT-07", "as the protocol says"),
    Case("FIT-07", "another model for this plate", (("warn", "plate"),), None,
         {"origins": {"curve.model": "command line", "limits.lloq": "protocol x"}}),
    Case("FIT-07", "a rule changed, no number", (), None, {"origins": {"qc.rules.REP-03.cv_percent": "command line"}}),
    Case("REP-06", "on one side"),
    Case("REP-06", "across the LLOQ", (("warn", "sample S1-baseline"),), values(A5=response(6.0), A6=response(10.0))),
    Case("REP-06", "across the ULOQ", (("warn", "sample S1-baseline"),), values(A5=response(450), A6=response(560))),
    Case("SMP-PLT", "usual"),
    Case("SMP-PLT", "platelets", (("warn", "sample S1-baseline"),), content("A5", dilution_factor=400.0)),
    Case("SMP-PLT", "a third of the serum", (), serum_beside(3.1)),
    Case("SMP-PLT", "half of the serum", (("warn", "sample S1-baseline"),), serum_beside(2.0)),
    Case(
        "PRE-01", "thawed five times", (("warn", "sample S1-baseline"),),
        content("A5", attributes={"freeze_thaw_n": "5"}),
    ),
    Case("PRE-01", "nothing known"),
    Case("PRE-01", "on the limit", (), content("A5", attributes={"freeze_thaw_n": "2"})),
    Case("PRE-01", "somewhat haemolytic", (), content("A5", attributes={"haemolysis_index": "1.9"})),
    Case("PRE-01", "haemolytic", (("warn", "sample S1-baseline"),),
         content("A5", attributes={"haemolysis_index": "2"})),
    Case(
        "PRE-01", "thawed thrice", (("warn", "sample S1-baseline"),),
        content("A5", attributes={"freeze_thaw_n": "3"}),
    ),
    Case("DIL-01", "agree", (), series({10: 100.0, 40: 25.0})),
    Case("DIL-01", "disagree", (("warn", "sample X"),), series({10: 100.0, 40: 42.0})),
    Case("DIL-02", "parallel", (), series({10: 200.0, 20: 100.0, 40: 50.0})),
    Case("DIL-02", "not parallel", (("warn", "sample X"),), series({10: 100.0, 20: 60.0, 40: 36.0})),
    Case("DIL-06", "no kit"),
    Case("DIL-06", "factors of the buffer alone", (("warn", "plate"),), None, {"kit": acid_kit(20.0)}),
    Case("DIL-06", "counted in the factor", (), None, {"kit": acid_kit(4.0)}),
    Case(
        "DIL-06", "added by the protocol", (), None,
        {"kit": acid_kit(20.0), "dilution": DilutionSettings(volume_factor=1.04)},
    ),
    Case("DIL-05", "one dilution each"),
    Case("DIL-05", "which is reported", (("info", "sample X"),), series({10: 100.0, 40: 25.0})),
    Case("STD-05", "nothing to edit", (), None, {"editing": EDITING}),
    Case("STD-05", "not edited", (), scaled(0.65, "D1", "D2")),
    Case("STD-05", "one left out", (("warn", "curve"),), scaled(0.65, "D1", "D2"), {"editing": EDITING}),
    Case("STD-05", "two neighbours without a number", (("fail_plate", "curve"),), drop("C1", "C2", "D1", "D2")),
    Case("STD-04", "saved by editing", (), scaled(0.65, "D1", "D2"), {"editing": EDITING}),
    Case("STD-04", "not saved by editing", (("fail_plate", "curve"),), scaled(1.8, "C1", "C2", "E1", "E2"),
         {"editing": EDITING}),
    Case("DIL-03", "falling", (), series({10: 200.0, 20: 100.0, 40: 50.0})),
    Case("DIL-03", "hook", (("warn", "sample X"),), series({10: 50.0, 20: 100.0, 40: 50.0})),
    Case("DIL-03", "concentration falls", (("warn", "sample X"),), series({10: 100.0, 20: 70.0})),
    Case(
        "PLT-01", "right wells far lower under ich-m10-lba", (("fail_plate", "plate"),), scaled(0.8, *RIGHT_WELLS),
        settings={"far_rejects": True},
    ),
    Case("PLT-01", "1 % apart"),
    Case("PLT-01", "right wells low", (("warn", "plate"),), scaled(0.85, *RIGHT_WELLS)),
    Case("PLT-03", "alike", settings={"min_pairs": 4.0}),
    Case(
        "PLT-03", "edge high", (("warn", "plate"),), scaled(1.25, "B1", "C1", "D1", "E1", "F1"),
        settings={"min_pairs": 4.0, "p_value": 0.2},
    ),
    Case("PLT-04", "alike", settings={"min_pairs": 2.0}),
    Case(
        "PLT-04", "one row", (("warn", "plate"),), scaled(1.4, "B1", "B3", "B5"), settings={"min_pairs": 2.0},
    ),
    Case("FIT-04", "any order", settings={"p_value": 0.0}),
    Case(
        "FIT-04", "whatever the order", (("info", "curve"),), scaled(1.05, "D1", "D2"), settings={"p_value": 2.0},
    ),
    Case("WEL-03", "even", (), None, {}, {"reference": {}}),
    Case("WEL-03", "one well cloudy", (("warn", "well A5"),), None, {}, {"reference": {"A5": 0.2}}),
    Case("WEL-04", "flat", (), None, {}, {"reference": {}}),
    Case(
        "WEL-04", "unstopped substrate", (("warn", "plate"),), None, {},
        {"reference": {well: 0.04 + 0.3 * index for index, well in enumerate(reversed(DUPLICATES))}},
    ),
)  # fmt: skip
