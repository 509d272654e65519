"""A methods paragraph of a study that can be pasted into a paper, and what its numbers cannot tell."""

from __future__ import annotations

from collections.abc import Iterator

from elisa_bdnf import __version__
from elisa_bdnf.model.effect import ModelSummary
from elisa_bdnf.model.study import StudyResult
from elisa_bdnf.reports import digits, words
from elisa_bdnf.reports.study_words import matrix_text, measured_unit, plates_rejected, plates_used, unit_text, who_text


def methods(result: StudyResult) -> tuple[str, ...]:
    """Plain text, one paragraph each: measurement, design and time, statistics."""
    return tuple(filter(None, (_measurement(result), _design(result), _statistics(result), _program(result))))


def _measurement(result: StudyResult) -> str:
    kits = sorted({source.kit for source in result.sources if source.kit})
    plates, rejected = plates_used(result), len(plates_rejected(result))
    text = f"{_measured(result)} measured by ELISA"
    text += f" ({words.listed(kits)})" if kits else ""
    text += f" on {digits.count(len(plates), 'plate')}" if plates else ""
    text += "."
    text += _calibration(result)
    if rejected:
        text += f" {digits.count(rejected, 'plate')} did not pass quality control and took no part."
    unused = sum(not each.used for each in result.measurements)
    if unused:
        text += f" {unused} of {len(result.measurements)} results took no part for the reasons listed in the report."
    return text


def _measured(result: StudyResult) -> str:
    if result.release is not None:
        return f"{words.ANALYTE} in eluates ({measured_unit(result)}) was"
    if result.tissue is not None:
        analytes = list(dict.fromkeys(each.analyte for each in result.tissue.values))
        verb = "were" if len(analytes) > 1 else "was"
        return f"{words.listed(analytes)} in extracts ({measured_unit(result)}) {verb}"
    return f"{words.ANALYTE} ({unit_text(result)}; {matrix_text(result)}) was"


def _calibration(result: StudyResult) -> str:
    """How concentrations were read from standards, where all plates did it alike."""
    used = {source.method for source in result.sources if source.verdict != "rejected"} - {""}
    if len(used) == 1:
        return f" Concentrations were read from the standards of each plate ({used.pop()})."
    return f" Plates were calibrated in {len(used)} ways, which their own reports state." if used else ""


def _design(result: StudyResult) -> str:
    if (release := result.release) is not None:
        return (
            f"Release is given in {release.unit}, {release.sentence.rstrip('.')} "
            f"({release.volumes.rstrip('.') or 'no volumes'}). Culture wells were averaged within culture batches, the "
            f"unit of replication; folds are against {release.vehicle} of the same batch and time."
        )
    if result.tissue is not None:
        bases = words.listed(list(dict.fromkeys(each.basis for each in result.tissue.values if each.basis)))
        unit = f"{result.tissue.unit} (by {bases or 'nothing'})"
        return f"Values are given in {unit}; arms were compared region by region and time by time."
    times = words.listed([timepoint.name for timepoint in result.timepoints])
    anchor = result.protocol.time_anchor
    text = f"{digits.count(len(result.subjects), 'subject')} were sampled at {times}"
    text += f" (minutes after {anchor.replace('_', ' ')})" if anchor != "none" else ""
    groups = f", in the groups {words.listed(list(result.groups))}" if len(result.groups) > 1 else ""
    return f"{text}{groups}. Changes are ratios to the subject's own baseline."


def _statistics(result: StudyResult) -> str:
    if result.model is None:
        if result.tissue is None:
            return ""
        return "Arms were compared by Welch's t test on ln concentrations, with Holm's adjustment."
    sentences = [_method(result, result.model)]
    if result.model.known_error:
        sentences.append("In the model the variance behind the interval of each concentration entered as known")
    primary = next((each.timepoint for each in result.contrasts if each.primary), "")
    sentences.append(
        f"The primary timepoint {primary} was tested without adjustment, the others with Holm's"
        if primary
        else f"p values were adjusted for the number of {_FAMILY.get(result.design, 'timepoints')} by Holm's method"
    )
    sentences.append("Estimates are ratios of geometric means with 95 % confidence intervals")
    return ". ".join(sentences) + "."


_MODELS = {
    "REML": "a linear mixed model by REML with Satterthwaite's degrees of freedom",
    "censored restricted likelihood": (
        "a linear mixed model by restricted likelihood, values beyond the limits of quantification entering as bounds, "
        "with Satterthwaite's degrees of freedom"
    ),
}
_FAMILY = {"rodent_tissue": "regions and times of each arm and analyte", "neuron_release": "times of each condition"}
_TESTS = {
    "t of ln folds": "t tests of the ln fold of vehicle against 0 over culture batches",
    "Welch t": "Welch's t tests of ln values against the control arm, within region and time, one value per animal",
}


def _method(result: StudyResult, model: ModelSummary) -> str:
    if model.method in _TESTS:
        return f"Statistics: {_TESTS[model.method]}"
    pairs = result.headline_paired
    said = f"{_MODELS.get(model.method, model.method)} ({model.formula})"
    if pairs is None:
        return f"Statistics: {said}; {model.reason}"
    beside = f". Beside them stands {said}" * result.pairs_beside_a_model
    left_out = f"; {digits.count(model.n_censored, 'bound')} took part in no pair" * bool(model.n_censored)
    return (
        "Statistics: ln concentrations were compared with those at baseline by paired t tests and Wilcoxon's signed "
        f"ranks within each timepoint ({pairs.reason}){left_out}{beside}"
    )


def _program(result: StudyResult) -> str:
    protocol = result.protocol
    return (
        f"Calculated with elisa-bdnf {__version__}, protocol {protocol.id} "
        f"(SHA-256 {protocol.sha256[:12]}…); exact versions and hashes of all inputs are in manifest.json."
    )


def limitations(result: StudyResult) -> tuple[str, ...]:
    """What a reader has to know before relying on a number."""
    return tuple(_limitations(result))


def _limitations(result: StudyResult) -> Iterator[str]:
    who = who_text(result, 2).removeprefix("2 ")
    yield f"Intervals of single {who} hold measurement error only, not the variation between days or preparations."
    yield "Absence of a difference is not shown by a large p; the interval says what the data are compatible with."
    if result.matrix.startswith("plasma"):
        yield (
            "Platelets hold nearly all BDNF of blood: tube, spin and delay move plasma results by as much as published "
            "effects of ketamine."
        )
    if any(len(subject.plates) > 1 for subject in result.subjects):
        yield "Some subjects were measured on several plates; differences between plates are part of their change."
    if result.by_responder:
        yield "Classes of response are known only after the infusion: what differs between them is exploratory."
    if any(each.n_below_lloq or each.n_above_uloq for each in result.descriptives):
        yield "Values beyond the limits of quantification are bounds; figures marked as estimated rest on a log-normal."
    yield "This is a tool for research. It has not been validated in the sense of any regulation."
