"""A methods paragraph that can be pasted into a paper, and what the numbers cannot tell."""

from __future__ import annotations

from elisa_bdnf import __version__
from elisa_bdnf.model.curve import Curve, CurveSpec
from elisa_bdnf.model.protocol import BlankMode, Extrapolation
from elisa_bdnf.model.response import WellUse
from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.reports import digits, words
from elisa_bdnf.reports.dilution_tables import POLICY


def methods(result: PlateResult) -> tuple[str, ...]:
    """Plain text, one paragraph each: measurement, calibration, quality control."""
    return (_measurement(result), _calibration(result), _judgment(result))


def _measurement(result: PlateResult) -> str:
    analysis = result.analysis
    protocol, source = analysis.protocol, analysis.reading.source
    kit = f" with {protocol.kit.name}{_in_brackets(protocol.kit.catalog)}" if protocol.kit else ""
    matrix = f" in {protocol.matrix.replace('_', ' ')}" if protocol.matrix else ""
    sentences = [f"{words.ANALYTE}{matrix} was measured by ELISA{kit}"]
    sentences.append(f"The plate reader's export ({source.software or source.format}) was used as written")
    sentences.append(words.sentence(analysis.responses.correction)[:-1])
    if protocol.reading.blank is not BlankMode.SUBTRACT:
        sentences.append(words.BLANK[protocol.reading.blank][:-1])
    left_out = [w for w in analysis.responses.wells if w.use not in (WellUse.USED, WellUse.EMPTY)]
    if left_out:
        named = words.listed([f"{well.well} ({words.USE[well.use]})" for well in left_out], 12)
        sentences.append(f"{digits.count(len(left_out), 'well')} took no part: {named}")
    return ". ".join(sentences) + "."


def _in_brackets(text: str) -> str:
    return f" ({text})" if text else ""


def _calibration(result: PlateResult) -> str:
    analysis = result.analysis
    curve, spec, unit = analysis.curve, analysis.protocol.curve, analysis.protocol.unit
    if not isinstance(curve, Curve):
        return f"No standard curve could be fitted: {curve.reason.rstrip('.')}. No concentrations are given."
    levels = [point for point in curve.standards if point.in_fit]
    zero = "including the zero standard" if spec.zero_in_fit else "without the zero standard"
    responses = sum(len(point.level.responses) for point in levels)
    text = (
        f"A {words.model_in_words(curve)} curve was fitted to {words.FIT_ON[spec.fit_on]} of {len(levels)} standards "
        f"({digits.count(responses, 'well')}, {zero}) by least squares with "
        f"{words.weights(spec.weights, curve.report.theta)}. "
        f"For each sample {words.REDUCE[analysis.protocol.reduce]} and multiplied by its dilution factor"
    )
    volume = analysis.protocol.dilution.volume_factor
    text += f" and by {digits.exact(volume)} for the volume added" if volume != 1 else ""
    text += f"; {100 * spec.confidence:g} % confidence intervals combine the error of the curve and of the replicates. "
    return text + _range_sentence(curve, spec, unit, analysis.protocol.limits.extrapolation) + _left_out(result)


def _left_out(result: PlateResult) -> str:
    """Editing and dilutions, as far as this plate had any."""
    text, editing = "", result.analysis.editing
    if editing is not None and editing.in_force:
        names = words.listed([f"{edit.what.value} {digits.exact(edit.nominal)}" for edit in editing.in_force])
        text += f" By a fixed rule (curve_edit_v1), before controls and samples were read, of the standards {names} "
        text += "was left out." if len(editing.in_force) == 1 else "were left out."
    several = sum(judged.result.is_series for judged in result.results)
    if several:
        policy = POLICY[result.analysis.protocol.dilution.policy.value]
        text += f" {digits.count(several, 'sample')} stood at several dilutions; reported is {policy}."
    return text


def _range_sentence(curve: Curve, _spec: CurveSpec, unit: str, extrapolation: Extrapolation) -> str:
    lloq, uloq = digits.limit(curve.limits.lloq), digits.limit(curve.limits.uloq)
    text = f"The quantitative range in the well was {lloq} to {uloq} {unit or '(unit not stated)'}; "
    if extrapolation is Extrapolation.NONE:
        return text + "results outside are given as < or > the limit and not as numbers."
    return text + "results outside are extrapolated and marked as such."


def _judgment(result: PlateResult) -> str:
    protocol = result.analysis.protocol
    verdict = "accepted" if result.accepted else "rejected"
    changes = [f"{key} = {value}" for key, value in result.overrides.items()]
    changed = f", changed for this run: {words.listed(changes)}" if changes else ""
    digest = f", SHA-256 {protocol.sha256[:12]}…" if protocol.sha256 else ""
    return (
        f"Before anything was reported, {digits.count(len(result.rules_applied), 'quality rule')} "
        f"(preset {protocol.qc.preset}) were applied; the plate was {verdict}. "
        f"Calculations were made with elisa-bdnf {__version__} (protocol {protocol.id}{digest}{changed})."
    )


def limitations(result: PlateResult) -> tuple[str, ...]:
    """What a reader of the numbers must know, from this plate and in general."""
    found = list(_of_this_plate(result))
    found.append(
        "Intervals hold the error of this plate's curve and replicates only: not sampling, handling, dilution, "
        "lot-to-lot or day-to-day error."
    )
    found.append(
        "Whether pro-BDNF or mature BDNF is measured depends on the kit's antibodies; concentrations of different kits "
        "are not comparable."
    )
    found.append(
        "Plausible numbers cannot show that a layout belongs to another plate: check the wells of a few samples."
    )
    return tuple(found)


def _of_this_plate(result: PlateResult) -> list[str]:
    found = []
    kit, curve = result.analysis.protocol.kit, result.analysis.curve
    if kit is not None and not kit.verified:
        found.append(f"The definition of {kit.name} is unverified.")
    if isinstance(curve, Curve) and curve.report.not_identified:
        names = words.listed(list(curve.report.not_identified))
        found.append(f"The plate does not determine parameter {names} of the curve; results inside the standards hold.")
    singles = sum(judged.estimate.group.n == 1 for judged in result.samples)
    if singles:
        found.append(f"{digits.count(singles, 'sample')} rest{'s' if singles == 1 else ''} on a single well.")
    if result.not_evaluated:
        rules = words.listed(list(dict.fromkeys(each.rule for each in result.not_evaluated)))
        found.append(f"Not evaluated for want of data: {rules}.")
    return found
