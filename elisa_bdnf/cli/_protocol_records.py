"""Protocols as lines for people and as JSON for programs."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from elisa_bdnf.model.protocol import Kit, Protocol, RuleSchema
from elisa_bdnf.protocols import Entry, Report, dotted, every_key, toml_of_value

_WORDS = ("id", "title", "description", "extends")  # said in the head, or change no number


def json_of_list(protocols: Sequence[Entry], kits: Sequence[Kit], presets: Sequence[Entry]) -> str:
    """``protocol list --json``."""
    return _json(
        {
            "schema": "elisa-bdnf/protocols/1",
            "protocols": [asdict(entry) for entry in protocols],
            "kits": [asdict(kit) for kit in kits],
            "presets": [asdict(preset) for preset in presets],
        }
    )


def json_of_protocol(report: Report, rules: Mapping[str, RuleSchema]) -> str:
    """``protocol show --json``: every setting with its origin, every rule with all its settings."""
    protocol = _loaded(report)
    return _json(
        {
            "schema": "elisa-bdnf/protocol/1",
            "protocol": protocol.id,
            "title": protocol.title,
            "description": protocol.description,
            "origin": protocol.origin,
            "sources": [{"file": file, "sha256": sha256} for file, sha256 in protocol.sources],
            "settings": [_setting(*row) for row in _rows(report)],
            "preset": {
                "preset": protocol.qc.preset,
                "title": protocol.qc.preset_title,
                "remark": protocol.qc.preset_remark,
            },
            "rules": [_rule(protocol, rule) for rule in rules.values()],
        }
    )


def _setting(key: str, value: object, unit: str, origin: str) -> dict[str, object]:
    return {"key": key, "value": value, "unit": unit, "origin": origin}


def _rule(protocol: Protocol, rule: RuleSchema) -> dict[str, object]:
    said = protocol.qc.rules.get(rule.rule)
    return {
        "rule": rule.rule,
        "enabled": said.enabled if said else True,
        "level": said.level if said else None,
        "settings": [
            {"setting": name, "value": value, "origin": origin} for name, value, origin in _in_force(protocol, rule)
        ],
    }


def _in_force(protocol: Protocol, rule: RuleSchema) -> Iterator[tuple[str, float | str | bool, str]]:
    said = protocol.qc.rules.get(rule.rule)
    for name, default in rule.settings.items():
        if said and name in said.values:
            yield name, said.values[name], said.origins[name]
        else:
            yield name, default, "default of the rule"


def lines_of_protocol(report: Report, rules: Mapping[str, RuleSchema]) -> Iterator[str]:
    """``protocol show``."""
    protocol = _loaded(report)
    yield f"{protocol.id}: {protocol.title}"
    yield from textwrap.wrap(protocol.description, 100)
    yield ""
    said = [row for row in _rows(report) if row[1] not in ("", ()) or row[3] != "default"]
    width = min(64, max(len(f"{key} = {toml_of_value(value)} {unit}") for key, value, unit, _ in said))
    for key, value, unit, origin in said:
        yield f"{f'{key} = {toml_of_value(value)} {unit}'.rstrip():<{width}}  {origin}"
    yield from ("", f"Preset {protocol.qc.preset}: {protocol.qc.preset_title}")
    yield from textwrap.wrap(protocol.qc.preset_remark, 100)
    for rule in rules.values():
        yield from _lines_of_rule(protocol, rule, width)
    yield from ("", *_lines_of_kit(protocol))
    for file, sha256 in protocol.sources:
        yield f"sha256 {sha256}  {file}"


def _lines_of_rule(protocol: Protocol, rule: RuleSchema, width: int) -> Iterator[str]:
    said = protocol.qc.rules.get(rule.rule)
    if said and not said.enabled:
        yield f"{f'{rule.rule} off':<{width}}  {said.origins['enabled']}"
        return
    if said and said.level:
        yield f"{f'{rule.rule} level = {said.level}':<{width}}  {said.origins['level']}"
    for name, value, origin in _in_force(protocol, rule):
        yield f"{f'{rule.rule} {name} = {toml_of_value(value)}':<{width}}  {origin}"


def _lines_of_kit(protocol: Protocol) -> Iterator[str]:
    if protocol.kit is None:
        return
    kit = protocol.kit
    signed = (
        f"verified by {kit.verified_by} on {kit.verified_on}" if kit.verified else "NOT VERIFIED against its insert"
    )
    yield f"Kit {kit.name}: {signed}. {kit.source}".rstrip()
    for remark in kit.remarks:
        yield from textwrap.wrap(remark, 100, initial_indent="  - ", subsequent_indent="    ")
    yield ""


def lines_of_keys() -> Iterator[str]:
    """``protocol keys``."""
    for path, field in every_key():
        yield f"{dotted(path):<42} {field.doc}"


def _rows(report: Report) -> list[tuple[str, float | str | bool | tuple[float, ...] | tuple[str, ...], str, str]]:
    """Key, value, unit and origin of every setting in force but words and rules, in the order of the schema."""
    settings = report.settings
    rows = []
    for path, field in every_key(settings):
        told_elsewhere = path[0] in _WORDS or path[:2] == ("qc", "rules") or path[-1] in ("source", "remarks")
        if path in settings.values and not told_elsewhere:
            rows.append((dotted(path), settings.values[path], _unit(field.unit, report), settings.origin(path)))
    return rows


def _unit(unit: str, report: Report) -> str:
    if unit == "of the protocol":
        return report.settings.text("unit")
    return report.settings.text("kit", "unit") if unit == "of the kit" else unit


def _loaded(report: Report) -> Protocol:
    assert report.protocol is not None  # noqa: S101 - callers print loaded protocols only
    return report.protocol


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
