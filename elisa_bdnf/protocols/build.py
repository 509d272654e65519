"""Checked settings → model.Protocol. Nothing is judged here any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from elisa_bdnf.model.curve import CurveSpec, FitOn, Model, Weights, weights_from_text
from elisa_bdnf.model.protocol import (
    BlankMode,
    DateOrder,
    DilutionPolicy,
    DilutionSettings,
    EditingSettings,
    Extrapolation,
    HistorySettings,
    LimitSettings,
    MissingDilution,
    Protocol,
    QcSettings,
    ReadingSettings,
    Reduce,
    ReferenceMode,
    ReplicateEditing,
    ResponseCriterion,
    RuleSchema,
    RuleSettings,
    StandardEditing,
    StudySettings,
)
from elisa_bdnf.model.timepoint import Timepoint
from elisa_bdnf.protocols.check import PRESENT, dotted
from elisa_bdnf.protocols.fields import Value
from elisa_bdnf.protocols.files import SourceFile
from elisa_bdnf.protocols.kit_values import kit_or_none
from elisa_bdnf.protocols.layers import COMMAND_LINE, Merged
from elisa_bdnf.protocols.own_rules import own_rules
from elisa_bdnf.protocols.schema import LAYOUT_UNIT
from elisa_bdnf.protocols.study_keys import AUTOMATIC


@dataclass(frozen=True, slots=True)
class Preset:
    """Name and words of a preset; its thresholds are among the settings."""

    id: str
    title: str
    remark: str


def protocol_from_settings(
    settings: Merged,
    preset: Preset,
    source: SourceFile,
    sources: tuple[tuple[str, str], ...],
    rules: Mapping[str, RuleSchema],
) -> Protocol:
    """``settings`` hold a value for every key that has a default; ``sources`` are all files with their SHA-256.

    ``rules`` give the limits that the analysis shares with rules where no file sets them.
    """
    identity = settings.text("id") or source.stem
    unit = settings.text("unit")
    return Protocol(
        id=identity,
        title=settings.text("title") or identity,
        description=settings.text("description").strip(),
        design=settings.text("design", "kind"),
        unit="" if unit == LAYOUT_UNIT else unit,
        matrix=settings.text("matrix") or None,
        kit=kit_or_none(settings),
        reading=_reading(settings),
        curve=_curve(settings),
        reduce=Reduce(settings.text("reduce")),
        replicates=int(settings.number_or_none("replicates") or 1),
        limits=_limits(settings, rules),
        dilution=_dilution(settings, rules),
        timepoints=_timepoints(settings),
        time_anchor=settings.text("time_anchor"),
        standards=tuple(sorted(settings.numbers("standards", "nominal"), reverse=True)),
        anchors=tuple(sorted(settings.numbers("standards", "anchors"), reverse=True)),
        qc=QcSettings(preset.id, preset.title, _rules(settings), preset.remark, own_rules(settings)),
        origin="shipped" if source.folder is None else source.name,
        sha256=source.sha256,
        extra=_extra(settings),
        origins=MappingProxyType({dotted(p): settings.origin(p) for p in settings.values if p[-1] != PRESENT}),
        values=MappingProxyType({dotted(p): value for p, value in settings.values.items() if p[-1] != PRESENT}),
        history=_history(settings, source.folder),
        sources=sources,
        study=_study(settings),
        editing=_editing(settings, rules),
    )


def _number(settings: Merged, *path: str) -> float:
    value = settings.number_or_none(*path)
    assert value is not None, path  # noqa: S101 - the schema gives it a default
    return value


def _reading(settings: Merged) -> ReadingSettings:
    return ReadingSettings(
        wavelength_nm=settings.number_or_none("reading", "wavelength_nm"),
        reference_nm=settings.numbers("reading", "reference_nm"),
        reference=ReferenceMode(settings.text("reading", "reference")),
        channel=settings.text("reading", "channel") or None,
        blank=BlankMode(settings.text("reading", "blank")),
        max_response=_number(settings, "reading", "max_response"),
    )


def _curve(settings: Merged) -> CurveSpec:
    return CurveSpec(
        model=Model(settings.text("curve", "model")),
        weights=_weights(settings),
        fit_on=FitOn(settings.text("curve", "fit_on")),
        zero_in_fit=settings.flag("curve", "zero_in_fit"),
        fixed=MappingProxyType({name: _number(settings, "curve", "fixed", name) for name in _fixed(settings)}),
        confidence=_number(settings, "curve", "confidence"),
    )


def _weights(settings: Merged) -> Weights:
    weights = weights_from_text(settings.text("curve", "weights"))
    given_at_once = settings.origin(("curve", "weights")) == COMMAND_LINE
    return replace(weights, origin=COMMAND_LINE if given_at_once else "protocol")


def _fixed(settings: Merged) -> list[str]:
    return sorted(settings.names("curve", "fixed"))


def _of_rule(settings: Merged, rules: Mapping[str, RuleSchema], rule: str, name: str, otherwise: float) -> float:
    """The value in force of a rule's setting; ``otherwise`` where there is no such rule, or it is switched off."""
    if settings.values.get(("qc", "rules", rule, "enabled")) is False or rule not in rules:
        return otherwise
    value = settings.number_or_none("qc", "rules", rule, name)
    return float(rules[rule].settings[name]) if value is None else value


def _editing(settings: Merged, rules: Mapping[str, RuleSchema]) -> EditingSettings:
    usual = EditingSettings()
    return EditingSettings(
        standards=StandardEditing(settings.text("editing", "standards")),
        replicates=ReplicateEditing(settings.text("editing", "replicates")),
        cv_percent=_of_rule(settings, rules, "REP-01", "cv_percent", usual.cv_percent),
        cv_ends_percent=_of_rule(settings, rules, "REP-01", "cv_ends_percent", usual.cv_ends_percent),
        sample_cv_percent=_of_rule(settings, rules, "REP-04", "cv_percent", usual.sample_cv_percent),
        gap=_of_rule(settings, rules, "REP-04", "min_gap", usual.gap),
        share=_of_rule(settings, rules, "STD-04", "fraction", usual.share),
        least_levels=int(_of_rule(settings, rules, "STD-04", "min_levels", usual.least_levels)),
    )


def _limits(settings: Merged, rules: Mapping[str, RuleSchema]) -> LimitSettings:
    return LimitSettings(
        lloq=settings.number_or_none("limits", "lloq"),
        uloq=settings.number_or_none("limits", "uloq"),
        recovery_percent=_number(settings, "limits", "recovery_percent"),
        recovery_ends_percent=_number(settings, "limits", "recovery_ends_percent"),
        cv_percent=_number(settings, "limits", "cv_percent"),
        extrapolation=Extrapolation(settings.text("limits", "extrapolation")),
        profile_cv_percent=_number(settings, "limits", "profile_cv_percent"),
        separation=_of_rule(settings, rules, "BLK-02", "min_separation", 0.0),
    )


def _dilution(settings: Merged, rules: Mapping[str, RuleSchema]) -> DilutionSettings:
    usual = DilutionSettings()
    of_response, of_concentration = usual.hook_response_ratio, usual.hook_concentration_ratio
    return DilutionSettings(
        when_missing=MissingDilution(settings.text("dilution", "when_missing")),
        minimum=settings.number_or_none("dilution", "minimum"),
        volume_factor=_number(settings, "dilution", "volume_factor"),
        policy=DilutionPolicy(settings.text("dilution", "policy")),
        hook_response_ratio=_of_rule(settings, rules, "DIL-03", "response_ratio", of_response),
        hook_concentration_ratio=_of_rule(settings, rules, "DIL-03", "concentration_ratio", of_concentration),
    )


def _timepoints(settings: Merged) -> tuple[Timepoint, ...]:
    """By time, the baseline first, whatever the order in the files."""
    found = [
        Timepoint(
            name,
            settings.number_or_none("timepoints", name, "minutes"),
            settings.texts("timepoints", name, "aliases"),
            settings.number_or_none("timepoints", name, "tolerance_minutes"),
            settings.values.get(("timepoints", name, "required"), True) is True,
        )
        for name in settings.names("timepoints")
        if settings.values.get(("timepoints", name, "enabled"), True)
    ]
    return tuple(sorted(found, key=lambda timepoint: timepoint.minutes or 0.0))


def _study(settings: Merged) -> StudySettings:
    column = settings.text("study", "response", "score_column")
    timepoint = settings.text("study", "response", "timepoint")
    reduction = settings.number_or_none("study", "response", "reduction_percent") or 50.0
    return StudySettings(
        primary_timepoint=settings.text("study", "primary_timepoint"),
        group_by=settings.text("study", "group_by") or AUTOMATIC,
        cv_biological_percent=settings.number_or_none("study", "cv_biological_percent"),
        cv_analytical_percent=settings.number_or_none("study", "cv_analytical_percent"),
        response=ResponseCriterion(column, reduction, timepoint) if column and timepoint else None,
    )


def _rules(settings: Merged) -> Mapping[str, RuleSettings]:
    return MappingProxyType({name: _rule(settings, name) for name in settings.names("qc", "rules")})


def _rule(settings: Merged, rule: str) -> RuleSettings:
    said = {path[0]: value for path, value in settings.under("qc", "rules", rule)}
    level = said.get("level")
    return RuleSettings(
        enabled=said.get("enabled", True) is True,
        level=level if isinstance(level, str) else None,
        values=MappingProxyType(
            {k: v for k, v in said.items() if k not in ("enabled", "level") and not isinstance(v, tuple)}
        ),
        origins=MappingProxyType({key: settings.origin(("qc", "rules", rule, key)) for key in said}),
    )


def _history(settings: Merged, beside: Path | None) -> HistorySettings:
    """A path is meant from the folder of the protocol file."""
    file = settings.text("history", "file")
    return HistorySettings(
        file=(beside or Path()) / file if file else None,
        date_order=DateOrder(settings.text("history", "date_order")),
    )


def _extra(settings: Merged) -> Mapping[str, object]:
    """``[design.*]`` as nested read-only mappings, without the kind."""
    tree: dict[str, object] = {}
    for path, value in settings.under("design"):
        if path != ("kind",):
            _put(tree, path, value)
    return _frozen(tree)


def _put(tree: dict[str, object], path: tuple[str, ...], value: Value) -> None:
    for part in path[:-1]:
        below = tree.setdefault(part, {})
        assert isinstance(below, dict)  # noqa: S101 - the schema has no key that is both table and value
        tree = below
    if path[-1] != PRESENT:
        tree[path[-1]] = value


def _frozen(tree: dict[str, object]) -> Mapping[str, object]:
    return MappingProxyType({key: _frozen(value) if isinstance(value, dict) else value for key, value in tree.items()})
