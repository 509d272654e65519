"""Judged plates made by hand: reports must show states that no simulation produces reliably.

The curve is not fitted here but given; responses lie on it with a small, fixed scatter.
"""

from __future__ import annotations

import math
from dataclasses import replace

from elisa_bdnf.analysis.dilutions import results_from_samples
from elisa_bdnf.model.curve import (
    Curve,
    CurveSpec,
    FitReport,
    Level,
    Limits,
    NoCurve,
    StandardPoint,
)
from elisa_bdnf.model.estimate import Estimate, RangeStatus, SampleResult, WellEstimate
from elisa_bdnf.model.evidence import PrecisionProfile
from elisa_bdnf.model.finding import Finding, FindingLevel, NotEvaluated, Verdict
from elisa_bdnf.model.layout import Content, Layout, Role
from elisa_bdnf.model.plate import Shape
from elisa_bdnf.model.protocol import (
    DilutionSettings,
    Kit,
    LimitSettings,
    Protocol,
    QcSettings,
    ReadingSettings,
    Reduce,
)
from elisa_bdnf.model.reading import Channel, InstrumentCurve, InstrumentResult, Note, NoteKind, Reading, Source
from elisa_bdnf.model.response import Group, Responses, WellResponse, WellUse
from elisa_bdnf.model.result import Analysis, Comparison, JudgedResult, JudgedSample, PlateResult
from elisa_bdnf.model.timepoint import Timepoint

A, B, C, D = 0.062, 1.08, 318.0, 3.15
NAN = math.nan
STANDARDS = (1000.0, 500.0, 250.0, 125.0, 62.5, 31.25, 15.625, 0.0)
TIMEPOINTS = (
    Timepoint("baseline", None),
    Timepoint("120min", 120),
    Timepoint("230min", 230),
    Timepoint("24h", 1440),
    Timepoint("7d", 10080),
)
LLOQ, ULOQ = 15.625, 1000.0
MASKED, SATURATED, MISSING = "D6", "E6", "F6"
KIT = Kit("example-bdnf", "Example BDNF kit", catalog="EX-100", verified=False, standards=STANDARDS[:-1])


def response_at(x: float) -> float:
    return D + (A - D) / (1 + (x / C) ** B) if x > 0 else A


def inverse(y: float) -> float | None:
    return C * ((A - D) / (y - D) - 1) ** (1 / B) if A < y < D else None


def protocol(**changes: object) -> Protocol:
    made = Protocol(
        id="human-infusion-plasma", title="Human infusion, EDTA plasma", description="", design="human_infusion",
        unit="pg/mL", matrix="plasma_edta", kit=KIT, reading=ReadingSettings(450.0, (570.0,)), curve=CurveSpec(),
        reduce=Reduce.MEAN_RESPONSE, replicates=2, limits=LimitSettings(), dilution=DilutionSettings(),
        timepoints=TIMEPOINTS, time_anchor="infusion_end", standards=STANDARDS[:-1], anchors=(),
        qc=QcSettings("kit-research", "Research kit", {}), sha256="ab" * 32,
    )  # fmt: skip
    return replace(made, **changes)


def contents() -> dict[str, Content]:
    """Columns 1-2 standards, A3-C4 controls, then 35 samples in duplicate side by side."""
    plan: dict[str, Content] = {}
    for row, nominal in zip("ABCDEFGH", STANDARDS, strict=True):
        plan |= dict.fromkeys((f"{row}1", f"{row}2"), Content(Role.STANDARD, f"S{9 - ord(row) + 64}", nominal))
    for row, name, nominal in zip("ABC", ("Low", "Medium", "High"), (600.0, 3000.0, 9000.0), strict=True):
        control = Content(Role.CONTROL, name, nominal, 10.0, low=0.7 * nominal, high=1.3 * nominal)
        plan |= dict.fromkeys((f"{row}3", f"{row}4"), control)
    free = [(row, column) for column in (3, 5, 7, 9, 11) for row in "ABCDEFGH" if not (column == 3 and row in "ABC")]
    for index, (row, column) in enumerate(free[:35]):
        subject, timepoint = f"P{index // 5 + 1:02d}", TIMEPOINTS[index % 5].name
        sample = Content(
            Role.SAMPLE, f"{subject}-{timepoint}", None, 10.0, subject, timepoint, "plasma_edta",
            attributes={"arm": "ketamine" if index // 5 % 2 else "placebo"},
        )  # fmt: skip
        plan |= dict.fromkeys((f"{row}{column}", f"{row}{column + 1}"), sample)
    return plan


def _true_in_well(content: Content, index: int) -> float:
    if content.nominal is not None:
        return content.nominal / (content.dilution_factor or 1.0)
    return 30 + 170 * (1 + math.sin(index * 1.7)) * (1.35 if content.timepoint in ("120min", "230min") else 1.0)


def well_responses(plan: dict[str, Content], shape: Shape, scatter: float) -> tuple[WellResponse, ...]:
    made = []
    order: dict[Content, int] = {}
    for index, well in enumerate(shape.wells()):
        content = plan.get(well, Content(Role.EMPTY, ""))
        if content.role is Role.EMPTY:
            made.append(
                WellResponse(well, content, 0.041, 0.036, 0.005, WellUse.EMPTY, "the layout names nothing here")
            )
            continue
        number = order.setdefault(content, len(order))
        x = _true_in_well(content, number)
        x = {"P02-24h": 4.0, "P03-baseline": 1500.0}.get(content.name, x)
        y = response_at(x) * (1 + scatter * math.sin(7.0 * index + 1))
        y = 0.03 if content.name == "P05-7d" else y
        made.append(_well(well, content, y))
    return tuple(made)


def _well(well: str, content: Content, y: float) -> WellResponse:
    if well == MASKED:
        note = Note("*0.356*", NoteKind.MASKED)
        return WellResponse(
            well, content, 0.392, 0.036, 0.356, WellUse.MASKED, "excluded in the reader's software", note
        )
    if well == SATURATED:
        note = Note("OVRFLW", NoteKind.OVERFLOW)
        return WellResponse(well, content, NAN, 0.036, NAN, WellUse.SATURATED, "the reader wrote 'OVRFLW'", note)
    if well == MISSING:
        return WellResponse(well, content, NAN, NAN, NAN, WellUse.MISSING, "the export holds no number")
    return WellResponse(well, content, y + 0.036, 0.036, y, WellUse.USED)


def groups_of(wells: tuple[WellResponse, ...]) -> tuple[Group, ...]:
    by_content: dict[Content, list[WellResponse]] = {}
    for well in wells:
        if well.content.role is not Role.EMPTY:
            by_content.setdefault(well.content, []).append(well)
    made = []
    for content, members in by_content.items():
        used = [w for w in members if w.use is WellUse.USED]
        ys = tuple(w.response for w in used)
        mean = sum(ys) / len(ys) if ys else NAN
        sd = math.sqrt(sum((y - mean) ** 2 for y in ys) / (len(ys) - 1)) if len(ys) > 1 else NAN
        left = tuple(w for w in members if w.use is not WellUse.USED)
        made.append(Group(content, tuple(w.well for w in used), ys, mean, sd, 100 * sd / mean, left))
    return tuple(made)


def curve_of(groups: tuple[Group, ...], spec: CurveSpec) -> Curve:
    points = []
    for group in sorted((g for g in groups if g.content.role is Role.STANDARD), key=lambda g: g.content.nominal or 0):
        x, nominal = inverse(group.mean), group.content.nominal or 0.0
        level = Level(nominal, group.responses, group.wells, group.content.name)
        recovery = 100 * x / nominal if x is not None and nominal else None
        points.append(StandardPoint(level, group.mean, group.cv_percent, response_at(nominal), x, recovery))
    report = FitReport(True, 12, 11, 9, 3e-9, 4, 310.0, 0.0112, 0.0306, 12, 0.999871, 16, 1.0)
    covariance = ((4e-6, 0, 0, 0), (0, 9e-3, 2e-3, 0), (0, 2e-3, 1.1e-3, 0), (0, 0, 0, 3e-4))
    errors = {"a": 0.002, "b": 0.0187, "c": 10.5, "d": 0.095}
    limits = Limits(LLOQ, ULOQ, "lowest standard that recovers within ±30 %", "highest standard that does")
    return Curve(spec, A, B, C, D, 1.0, covariance, ("a", "d", "ln c", "ln b"), errors, tuple(points), report, limits)


def estimate_of(group: Group, curve: Curve | NoCurve) -> Estimate:
    factor = group.content.dilution_factor or 1.0
    if isinstance(curve, NoCurve) or not group.responses:
        saturated = bool(group.left_out) and all(w.use is WellUse.SATURATED for w in group.left_out)
        status = RangeStatus.SATURATED if saturated and isinstance(curve, Curve) else RangeStatus.NO_VALUE
        reason = "the plate has no curve" if isinstance(curve, NoCurve) else "no well could be used"
        return _without_number(group, status, reason, ULOQ * factor if status is RangeStatus.SATURATED else None)
    x = inverse(group.mean)
    if x is None:
        below = group.mean <= A
        status = RangeStatus.BELOW_CURVE if below else RangeStatus.ABOVE_CURVE
        return _without_number(group, status, "the response has no inverse", (LLOQ if below else ULOQ) * factor)
    within = LLOQ <= x <= ULOQ
    status = RangeStatus.WITHIN if within else RangeStatus.BELOW_LLOQ if x < LLOQ else RangeStatus.ABOVE_ULOQ
    wells = tuple(WellEstimate(w, inverse(y), status) for w, y in zip(group.wells, group.responses, strict=True))
    low, high = x * 0.91, x * 1.1
    return Estimate(
        group, x, low, high, status, x * factor if within else None,
        low * factor if within else None, high * factor if within else None,
        None if within else (LLOQ if x < LLOQ else ULOQ) * factor,
        None if math.isnan(group.cv_percent) else group.cv_percent, "response" if group.n > 1 else "", wells,
        "" if within else f"in-well concentration outside {LLOQ} to {ULOQ}",
        suggested_dilution=20.0 if status is RangeStatus.ABOVE_ULOQ else None,
    )  # fmt: skip


def _without_number(group: Group, status: RangeStatus, reason: str, limit: float | None) -> Estimate:
    wells = tuple(WellEstimate(w, None, status) for w in group.wells)
    return Estimate(group, None, None, None, status, None, None, None, limit, None, "", wells, reason)


INSTRUMENT_CURVE = InstrumentCurve("4pl", (("A", A), ("B", B), ("C", C), ("D", D)), 0.9998)


PROFILE = PrecisionProfile(tuple((x, 4 + 800 / x**2 + x**2 / 1e5) for x in STANDARDS[-2::-1]), 2, 20.0, 9.0, 1000.0)


def analysis(
    *,
    no_curve: bool = False,
    scatter: float = 0.02,
    rename: dict[str, str] | None = None,
    shape: Shape = Shape(8, 12),  # noqa: B008 immutable
    plate: str = "Plate 1",
    instrument: bool = True,
    **protocol_changes: object,
) -> Analysis:
    """``rename`` puts other names on samples (hostile ones, say)."""
    proto = protocol(**protocol_changes)
    names = rename or {}
    plan = {well: replace(content, name=names.get(content.name, content.name)) for well, content in contents().items()}
    wells = well_responses(plan, shape, scatter)
    groups = groups_of(wells)
    curve: Curve | NoCurve = (
        NoCurve("flat", "the responses of the standards do not rise with concentration", "check the standards")
        if no_curve
        else curve_of(groups, proto.curve)
    )
    controls = tuple(estimate_of(g, curve) for g in groups if g.content.role is Role.CONTROL)
    samples = tuple(estimate_of(g, curve) for g in groups if g.content.role is Role.SAMPLE)
    results, comparisons = _instrument(wells, curve) if instrument else ((), ())
    standard_wells = tuple(
        WellEstimate(w.well, None if no_curve else inverse(w.response), RangeStatus.WITHIN)
        for w in wells
        if w.content.role is Role.STANDARD
    )
    reading = Reading(
        source=Source("2026-03-02 plate 1.txt", "c0ffee" * 10 + "abcd", "gen5-text", "Gen5 3.11"),
        plate=plate, shape=shape,
        channels=(
            Channel("450", tuple(w.raw for w in wells), 450.0),
            Channel("570", tuple(w.reference for w in wells), 570.0),
        ),
        header=(("Software Version", "3.11.19"), ("Plate Number", plate), ("Reader Type:", "Synergy H1")),
        unread_header=("Reader Type:",),
        instrument_results=results,
        instrument_curve=INSTRUMENT_CURVE if instrument else None,
        remarks=("The date 02/03/2026 can be read in two ways and is kept as text.",),
    )  # fmt: skip
    return Analysis(
        reading, Layout(shape, plan, "pg/mL", "plate1.layout.toml", "da7a" * 16), proto,
        Responses(wells, "450", "570", "response: '450' − '570', well by well"), groups, curve, controls, samples,
        standard_wells, comparisons, profile=None if no_curve else PROFILE,
    )  # fmt: skip


def _instrument(
    wells: tuple[WellResponse, ...], curve: Curve | NoCurve
) -> tuple[tuple[InstrumentResult, ...], tuple[Comparison, ...]]:
    results, comparisons = [], []
    for well in wells:
        if well.content.role is not Role.SAMPLE:
            continue
        x = inverse(well.response) if isinstance(curve, Curve) and well.use is WellUse.USED else None
        note = None if x is not None else Note("?????", NoteKind.ERROR)
        value = None if x is None else round(x * (1.004 if well.well == "G9" else 1), 3)
        results.append(InstrumentResult(well.well, "concentration", value, note, 3))
        comparisons.append(Comparison(well.well, x, results[-1]))
    return tuple(results), tuple(comparisons)


FINDINGS = (
    Finding("SMP-02", FindingLevel.INFO, "sample P03-baseline", "above the upper limit of quantification",
            "in the well 1497.2", "1000", ("H5",), "dilute and repeat", "kit-research", "preset kit-research"),
    Finding("REP-03", FindingLevel.WARN, "sample P01-7d", "replicates differ more than planned", "CV 21.4 %", "20 %",
            ("H3", "H4"), "repeat", "kit-research", "preset kit-research"),
    Finding("DIL-04", FindingLevel.FAIL_RESULT, "sample P03-7d", "dilution factor below the minimum of the kit",
            "10", "20", ("B7", "B8"), "repeat", "kit-research", "kit example-bdnf"),
)  # fmt: skip
FATAL = (
    Finding("STD-04", FindingLevel.FAIL_PLATE, "plate", "only 4 of 7 standards recover within their limits",
            "0.571", "0.75", (), "reject", "kit-research", "preset kit-research"),
    Finding("QCS-01", FindingLevel.FAIL_PLATE, "plate", "only 1 of 3 controls is in its range", "1 of 3", "2 of 3",
            ("A3", "A4"), "reject", "kit-research", "preset kit-research"),
)  # fmt: skip


def judged(made: Analysis, *, rejected: bool = False, findings: tuple[Finding, ...] = FINDINGS) -> PlateResult:
    """As ``qc.judge`` does, with findings that are given."""
    found = (*findings, *FATAL) if rejected else findings
    if rejected and isinstance(made.curve, NoCurve):
        found = (
            Finding("STD-01", FindingLevel.FAIL_PLATE, "plate", made.curve.reason, action="reject"),
            *found,
        )

    def judge(estimate: Estimate) -> JudgedSample:
        own = [f for f in found if f.wells and set(f.wells) <= set(estimate.group.all_wells)]
        failing = [f for f in own if f.level is FindingLevel.FAIL_RESULT]
        reasons = ["plate rejected by QC"] * rejected + [f"{f.rule}: {f.message}" for f in failing]
        reasons += [estimate.reason] if estimate.reason else []
        reportable = not rejected and not failing and estimate.status is not RangeStatus.NO_VALUE
        return JudgedSample(estimate, reportable, "; ".join(reasons), tuple(f.rule for f in own))

    samples = tuple(judge(e) for e in made.samples)
    results = results_from_samples(made.samples, made.curve, made.protocol.dilution)
    return PlateResult(
        replace(made, results=results), found, (NotEvaluated("PRE-01", "no draw and spin times in the sample sheet"),),
        ("INP-01", "REP-03", "STD-04", "QCS-01", "SMP-01", "SMP-02", "DIL-04", "PRE-01"),
        Verdict.REJECTED if rejected else Verdict.ACCEPTED,
        samples, tuple(judge(e) for e in made.controls), {"curve.model": "4pl"},
        tuple(_over_dilutions(result, samples) for result in results),
    )  # fmt: skip


def _over_dilutions(result: SampleResult, samples: tuple[JudgedSample, ...]) -> JudgedResult:
    used = [one for one in samples if any(one.estimate is e for e in result.used)]
    reasons = "; ".join(dict.fromkeys(one.reason for one in used if one.reason))
    rules = tuple(dict.fromkeys(rule for one in used for rule in one.findings))
    return JudgedResult(result, all(one.reportable for one in used), reasons, rules, any(one.warned for one in used))


def accepted() -> PlateResult:
    return judged(analysis())


def rejected() -> PlateResult:
    return judged(analysis(scatter=0.05), rejected=True)


def without_curve() -> PlateResult:
    return judged(analysis(no_curve=True, instrument=False), rejected=True)


HOSTILE = {
    "P01-baseline": "<script>alert(1)</script>",
    "P01-120min": '=cmd|"/c calc"!A1',
    "P01-230min": "\x1b[31mred\x1b[0m",
    "P01-24h": "[bold]loud[/bold] [/] :skull:",
    "P01-7d": '"><img src=x onerror=alert(1)>',
    "P02-baseline": "\u202egnp.exe",
    "P02-120min": "-0.5",
    "P02-230min": "Ünïcode µ 样本 with a long, long name that goes on and on",
}


def hostile() -> PlateResult:
    return judged(analysis(rename=HOSTILE, plate="</title><script>alert(2)</script>"))


STATES = {"accepted": accepted, "rejected": rejected, "without_curve": without_curve, "hostile": hostile}
