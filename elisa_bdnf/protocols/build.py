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
    DilutionSettings,
    Extrapolation,
    HistorySettings,
    LimitSettings,
    MissingDilution,
    Protocol,
    QcSettings,
    ReadingSettings,
    Reduce,
    ReferenceMode,
    ResponseCriterion,
    RuleSettings,
    StudySettings,
)
from elisa_bdnf.model.timepoint import Timepoint
from elisa_bdnf.protocols.check import PRESENT, dotted
from elisa_bdnf.protocols.fields import Value
from elisa_bdnf.protocols.files import SourceFile
from elisa_bdnf.protocols.kit_values import kit_or_none
from elisa_bdnf.protocols.layers import COMMAND_LINE, Merged
from elisa_bdnf.protocols.schema import LAYOUT_UNIT
from elisa_bdnf.protocols.study_keys import AUTOMATIC


@dataclass(frozen=True, slots=True)
class Preset:
    """Name and words of a preset; its thresholds are among the settings."""

    id: str
    title: str
    remark: str


def protocol_from_settings(
    settings: Merged, preset: Preset, source: SourceFile, sources: tuple[tuple[str, str], ...]
) -> Protocol:
    """``settings`` hold a value for every key that has a default; ``sources`` are all files with their SHA-256."""
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
        limits=_limits(settings),
        dilution=_dilution(settings),
        timepoints=_timepoints(settings),
        time_anchor=settings.text("time_anchor"),
        standards=tuple(sorted(settings.numbers("standards", "nominal"), reverse=True)),
        anchors=tuple(sorted(settings.numbers("standards", "anchors"), reverse=True)),
        qc=QcSettings(preset.id, preset.title, _rules(settings), preset.remark),
        origin="shipped" if source.folder is None else source.name,
        sha256=source.sha256,
        extra=_extra(settings),
        origins=MappingProxyType({dotted(p): settings.origin(p) for p in settings.values if p[-1] != PRESENT}),
        history=_history(settings, source.folder),
        sources=sources,
        study=_study(settings),
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


def _limits(settings: Merged) -> LimitSettings:
    return LimitSettings(
        lloq=settings.number_or_none("limits", "lloq"),
        uloq=settings.number_or_none("limits", "uloq"),
        recovery_percent=_number(settings, "limits", "recovery_percent"),
        recovery_ends_percent=_number(settings, "limits", "recovery_ends_percent"),
        cv_percent=_number(settings, "limits", "cv_percent"),
        extrapolation=Extrapolation(settings.text("limits", "extrapolation")),
    )


def _dilution(settings: Merged) -> DilutionSettings:
    return DilutionSettings(
        when_missing=MissingDilution(settings.text("dilution", "when_missing")),
        minimum=settings.number_or_none("dilution", "minimum"),
        volume_factor=_number(settings, "dilution", "volume_factor"),
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
