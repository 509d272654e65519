"""A protocol file and all that it rests on → Protocol, or everything that is wrong with any of them.

What holds, from weakest to strongest: defaults of the schema, preset, kit, extended protocols, the protocol, the
command line.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path as FilePath
from types import MappingProxyType

from elisa_bdnf.errors import ElisaError, Problem, ProtocolError
from elisa_bdnf.model.protocol import Protocol, RuleSchema
from elisa_bdnf.protocols.build import protocol_from_settings
from elisa_bdnf.protocols.check import Fault
from elisa_bdnf.protocols.fields import Table
from elisa_bdnf.protocols.files import Sort, SourceFile, find
from elisa_bdnf.protocols.kit_values import kit_faults
from elisa_bdnf.protocols.layers import COMMAND_LINE, Layer, Merged, layer_from_overrides, merge
from elisa_bdnf.protocols.parts import Report, defaults, find_named, kit_layers, preset_and_layer, read_layer
from elisa_bdnf.protocols.plausible import contradictions
from elisa_bdnf.protocols.schema import protocol_schema

NO_OVERRIDES: Mapping[str, str] = MappingProxyType({})
MOST_FILES = 10


def load_protocol(
    name_or_path: str,
    rules: Mapping[str, RuleSchema],
    overrides: Mapping[str, str] = NO_OVERRIDES,
    *,
    beside: FilePath | None = None,
) -> Protocol:
    """The protocol that an id or path means, with the ``key=value`` overrides of the command line.

    An id is a shipped protocol or the file ``<id>.toml`` in the folder ``beside`` (by default the working one).
    Raises :class:`ProtocolError` with every problem of all files that take part, each with file, line and column.
    """
    report = check_protocol(name_or_path, rules, overrides, beside=beside)
    if report.protocol is None:
        raise ProtocolError(problems=report.problems)
    return report.protocol


def check_protocol(
    name_or_path: str,
    rules: Mapping[str, RuleSchema],
    overrides: Mapping[str, str] = NO_OVERRIDES,
    *,
    beside: FilePath | None = None,
) -> Report:
    """As :func:`load_protocol`, but problems come back as values, with the lines that they point into."""
    report = Report()
    folder = beside or FilePath()
    schema = protocol_schema(rules)
    try:
        source = find(Sort.PROTOCOL, name_or_path, folder)
    except ElisaError as error:
        report.problems.extend(error.problems)
        return report
    chain = _chain(source, schema, report)
    command_line, problems = layer_from_overrides(overrides, schema, folder)
    report.problems.extend(problems)
    if chain:
        _resolve(source, merge([*chain, command_line]), chain[-1], rules, report)
    report.problems.sort(key=lambda problem: _reading_order(problem, report))
    return report


def _reading_order(problem: Problem, report: Report) -> tuple[int, int, int]:
    """File by file in the order in which they were read, top to bottom; what the command line brought comes last."""
    files = list(report.lines)
    line, _, column = problem.place.partition(":")
    if problem.file not in files:
        return len(files), 0, 0
    return files.index(problem.file), int(line or 0), int(column or 0)


def _chain(source: SourceFile, schema: Table, report: Report) -> list[Layer]:
    """The protocol and those that it extends, the most general first."""
    layers: list[Layer] = []
    while True:
        layer = read_layer(source, schema, "protocol", report)
        if layer is None:
            return layers
        layers.insert(0, layer)
        parent = layer.values.get(("extends",))
        found = find_named(Sort.PROTOCOL, str(parent), layer, ("extends",), report) if parent else None
        if found is None:
            return layers
        files = [below.document.file for below in reversed(layers) if below.document]
        if found.name in files or len(files) == MOST_FILES:
            said = "in a circle" if found.name in files else f"more than {MOST_FILES} deep"
            fault = Fault(("extends",), f"protocols extend one another {said}: {' → '.join([*files, found.name])}")
            report.problems.append(layer.problem(fault))
            return layers
        source = found


def _resolve(source: SourceFile, own: Merged, top: Layer, rules: Mapping[str, RuleSchema], report: Report) -> None:
    """Put defaults, preset and kit beneath what the protocols and the command line say, and build."""
    preset, preset_layer = preset_and_layer(own, rules, report)
    settings = report.settings
    for layer in (defaults(own, rules), preset_layer, *kit_layers(own, report)):
        settings.lay(layer)
    settings.lay_all(own)
    if report.problems:
        return
    for fault in (*kit_faults(settings), *contradictions(settings)):
        report.problems.append(_layer_to_mend(settings, fault, top).problem(fault))
    if not report.problems:
        report.protocol = protocol_from_settings(settings, preset, source, tuple(report.sources), rules)


def _layer_to_mend(settings: Merged, fault: Fault, top: Layer) -> Layer:
    """The layer in which a person would mend it: the last that set the key or something below it, else the protocol."""
    length = len(fault.path)
    below = [layer for path, layer in settings.layers.items() if path[:length] == fault.path]
    visible = [layer for layer in below if layer.document is not None or layer.origin == COMMAND_LINE]
    return visible[-1] if visible else top
