"""Sentences about a plate: verdict, what must be read first, key facts."""

from __future__ import annotations

from elisa_bdnf.model.curve import Curve, NoCurve
from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.protocol import Extrapolation
from elisa_bdnf.model.response import WellUse
from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.reports import digits, words
from elisa_bdnf.reports.decisions import decisions_banner
from elisa_bdnf.reports.parts import Banner, Fact, Headline, Tone
from elisa_bdnf.reports.sample_tables import control_in_range_or_none, control_recovery
from elisa_bdnf.reports.standard_tables import allowed_error, end_levels


def headline(result: PlateResult) -> Headline:
    """The verdict; a rejected plate gives every reason."""
    reported = sum(judged.reportable for judged in result.results)
    total = len(result.results)
    if not result.accepted:
        fatal = [f for f in result.findings if f.level.rank >= FindingLevel.FAIL_PLATE.rank]
        reasons = tuple(f"{finding.rule}: {words.sentence(finding.message)}" for finding in fatal)
        sentence = f"Plate rejected by QC: none of its {digits.count(total, 'sample')} may be reported."
        return Headline("REJECTED", sentence, reasons, Tone.BAD)
    warnings = sum(finding.level is FindingLevel.WARN for finding in result.findings)
    sentence = f"Plate accepted: {reported} of {digits.count(total, 'sample')} may be reported"
    sentence += f", with {digits.count(warnings, 'warning')}." if warnings else "."
    failed = [judged for judged in result.results if not judged.reportable]
    reasons = tuple(f"Not reportable: {j.result.content.name} – {words.sentence(j.reason)}" for j in failed)
    return Headline("ACCEPTED", sentence, reasons, Tone.WARN if failed or warnings else Tone.GOOD)


def banners(result: PlateResult) -> tuple[Banner, ...]:
    """What must be read before the numbers, beside the verdict."""
    protocol, kit = result.analysis.protocol, result.analysis.protocol.kit
    found = [*decisions_banner(result)]
    if kit is not None and not kit.verified:
        text = f"What this program knows of {kit.name} was not checked against its insert. Compare standards, ranges "
        found.append(Banner("Kit UNVERIFIED", text + "and dilutions with the insert before relying on the numbers."))
    if result.samples and all(j.estimate.group.content.dilution_factor is None for j in result.samples):
        text = "No sample states a dilution factor: concentrations are as read in the well."
        found.append(Banner("Not corrected for dilution", text))
    if protocol.limits.extrapolation is not Extrapolation.NONE:
        text = "The protocol asks for values beyond the limits of quantification; each is marked as extrapolated."
        found.append(Banner("Extrapolation allowed", text))
    if result.overrides:
        changes = words.listed([f"{key} = {value}" for key, value in result.overrides.items()])
        found.append(Banner("Protocol changed for this run", changes, Tone.PLAIN))
    return tuple(found)


def facts(result: PlateResult) -> tuple[Fact, ...]:
    """The handful of numbers by which a plate is known."""
    return (
        _samples_fact(result),
        *_standards_fact(result),
        *_controls_fact(result),
        *_range_fact(result),
        *_precision_fact(result),
        _wells_fact(result),
        _findings_fact(result),
    )


def _samples_fact(result: PlateResult) -> Fact:
    numbers = sum(j.reportable and j.result.status.has_number for j in result.results)
    bounds = sum(j.reportable for j in result.results) - numbers
    lost = len(result.results) - numbers - bounds
    parts = [digits.count(numbers, "concentration")]
    parts += [digits.count(bounds, "bound (< or >)", "bounds (< or >)")] if bounds else []
    parts += [f"{lost} not reportable"] if lost else []
    return Fact("Samples", f"{numbers + bounds} of {len(result.results)}", ", ".join(parts), _tone(lost == 0))


def _standards_fact(result: PlateResult) -> tuple[Fact, ...]:
    curve = result.analysis.curve
    if isinstance(curve, NoCurve):
        return (Fact("Standards", "no curve", words.sentence(curve.reason), Tone.BAD),)
    limits, ends = result.analysis.protocol.limits, end_levels(result)
    judged = [point for point in curve.standards if point.level.nominal > 0 and not point.level.anchor]
    recoveries = [p.recovery_percent for p in judged if p.recovery_percent is not None and not p.edited]
    good = sum(
        p.recovery_percent is not None
        and not p.edited
        and abs(p.recovery_percent - 100) <= allowed_error(p.level.nominal, limits, ends) + 1e-9
        for p in judged
    )
    spread = (
        f"; recoveries {digits.percent(min(recoveries))} to {digits.percent(max(recoveries))} %" if recoveries else ""
    )
    return (
        Fact("Standards", f"{good} of {len(judged)}", f"recover as they should{spread}", _tone(good == len(judged))),
    )


def _controls_fact(result: PlateResult) -> tuple[Fact, ...]:
    answers = [answer for j in result.controls if (answer := control_in_range_or_none(j)) is not None]
    if not answers:
        return (_controls_without_range(result),)
    return (Fact("Controls", f"{sum(answers)} of {len(answers)}", "in their accepted range", _tone(all(answers))),)


def _controls_without_range(result: PlateResult) -> Fact:
    """Controls that are judged by their recovery: how far that goes, and whether a rule failed them."""
    failed = any(f.rule.startswith("QCS") and f.level.rank >= FindingLevel.FAIL_RESULT.rank for f in result.findings)
    recoveries = [r for judged in result.controls if (r := control_recovery(judged)) is not None]
    text = "none on the plate" if not result.controls else "no accepted range is known"
    if recoveries:
        text = f"recoveries {digits.percent(min(recoveries))} to {digits.percent(max(recoveries))} %"
    return Fact("Controls", str(len(result.controls)), text, Tone.BAD if failed else Tone.PLAIN)


def _range_fact(result: PlateResult) -> tuple[Fact, ...]:
    curve, unit = result.analysis.curve, result.analysis.protocol.unit
    if not isinstance(curve, Curve):
        return ()
    text = f"{digits.limit(curve.limits.lloq)}–{digits.limit(curve.limits.uloq)}"
    return (Fact("Range in the well", text, f"{words.unit(unit)}, LLOQ to ULOQ"),)


def _precision_fact(result: PlateResult) -> tuple[Fact, ...]:
    cvs = [j.estimate.cv_percent for j in result.samples if j.estimate.cv_percent is not None]
    if not cvs:
        return ()
    ordered = sorted(cvs)
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    return (
        Fact("Replicate CV", f"{digits.percent(middle)} %", f"median of samples; largest {digits.percent(max(cvs))} %"),
    )


def _wells_fact(result: PlateResult) -> Fact:
    uses = [well.use for well in result.analysis.responses.wells]
    used, empty = uses.count(WellUse.USED), uses.count(WellUse.EMPTY)
    text = f"{used} used + {len(uses) - used - empty} left out + {empty} empty = {len(uses)}"
    return Fact("Wells", f"{used} of {len(uses)}", text)


def _findings_fact(result: PlateResult) -> Fact:
    if not result.findings:
        return Fact("Findings", "none", f"{len(result.rules_applied)} rules applied", Tone.GOOD)
    worst = max((finding.level for finding in result.findings), key=lambda level: level.rank)
    counts = [(words.LEVEL[level], sum(f.level is level for f in result.findings)) for level in reversed(FindingLevel)]
    text = ", ".join(f"{number} × {word}" for word, number in counts if number)
    tone = Tone.PLAIN if worst is FindingLevel.INFO else words.LEVEL_TONE[worst]
    return Fact("Findings", str(len(result.findings)), text, tone)


def _tone(good: bool) -> Tone:
    return Tone.GOOD if good else Tone.WARN
