"""The layers that a protocol stands on: its files, the defaults, the preset and the kit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from elisa_bdnf.errors import ElisaError, Problem, ProtocolError
from elisa_bdnf.inputs.toml import read_toml
from elisa_bdnf.model.protocol import Protocol, RuleSchema
from elisa_bdnf.protocols.build import Preset
from elisa_bdnf.protocols.check import Fault, Path, check_data, problem_from_fault
from elisa_bdnf.protocols.design import TABLES_OF_DESIGN
from elisa_bdnf.protocols.fields import Table, Value, every_field
from elisa_bdnf.protocols.files import Sort, SourceFile, find
from elisa_bdnf.protocols.kit_schema import KIT
from elisa_bdnf.protocols.kit_values import KIT_DEFAULTS, layer_of_consequences
from elisa_bdnf.protocols.layers import Layer, Merged
from elisa_bdnf.protocols.schema import DEFAULT_PRESET, preset_schema, protocol_schema

NOTHING = Layer("default", {})


@dataclass(slots=True)
class Report:
    """What became of loading: a protocol, or problems; and the lines of every file that was read, to show them."""

    protocol: Protocol | None = None
    settings: Merged = field(default_factory=Merged)  # every value in force, with the layer that set it
    problems: list[Problem] = field(default_factory=list)
    lines: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sources: list[tuple[str, str]] = field(default_factory=list)


def read_layer(source: SourceFile, schema: Table, sort: str, report: Report, prefix: Path = ()) -> Layer | None:
    """A file as a layer, without the keys that are wrong: those go into the report. None where it is not TOML."""
    report.sources.append((source.name, source.sha256))
    try:
        document = read_toml(source.data, source.name, error=ProtocolError)
    except ProtocolError as error:
        report.problems.extend(error.problems)
        report.lines[source.name] = tuple(source.data.decode("utf-8-sig", "backslashreplace").split("\n"))
        return None
    report.lines[source.name] = document.lines
    checked = check_data(document.data, schema)
    report.problems.extend(problem_from_fault(fault, document) for fault in checked.faults)
    name = checked.values.get(("id",), source.stem)
    values = {(*prefix, *path): value for path, value in checked.values.items()}
    return Layer(f"{sort} {name}", values, document, prefix, source.folder)


def find_named(sort: Sort, reference: str, layer: Layer, path: Path, report: Report) -> SourceFile | None:
    """The file that ``path`` of a layer names; where there is none, the problem has the place of the name."""
    try:
        return find(sort, reference, layer.folder)
    except ElisaError as error:
        for problem in error.problems:
            found = f"{problem.file}: {problem.found}" if problem.file else problem.found
            report.problems.append(layer.problem(Fault(path, found, problem.expected, problem.hint)))
        return None


def defaults(own: Merged, rules: Mapping[str, RuleSchema]) -> Layer:
    """What the schema says where nobody says anything; of the design's tables only those of the design."""
    kind = own.text("design", "kind") or "none"
    others = {table.name for tables in TABLES_OF_DESIGN.values() for table in tables}
    others -= {table.name for table in TABLES_OF_DESIGN[kind]}
    values: dict[Path, Value] = {}
    for path, known in every_field(protocol_schema(rules)):
        elsewhere = path[0] == "kit" or path[:2] == ("qc", "rules") or "NAME" in path
        of_another_design = path[0] == "design" and path[1] in others
        if known.default is not None and not elsewhere and not of_another_design:
            values[path] = known.default
    return Layer("default", values)


def preset_and_layer(own: Merged, rules: Mapping[str, RuleSchema], report: Report) -> tuple[Preset, Layer]:
    """The preset's words, and its settings at the paths where a protocol would write them."""
    path = ("qc", "preset")
    reference = own.text(*path) or DEFAULT_PRESET
    found = find_named(Sort.PRESET, reference, own.layers.get(path, NOTHING), path, report)
    layer = read_layer(found, preset_schema(rules), "preset", report) if found else None
    if found is None or layer is None:
        return Preset(reference, reference, ""), NOTHING
    identity, title, remark = (str(layer.values.get((name,), "")).strip() for name in ("id", "title", "remark"))
    preset = Preset(identity or found.stem, title or identity or found.stem, remark)
    values = {
        (("qc", *key) if key[0] == "rules" else key): value for key, value in layer.values.items() if len(key) > 1
    }
    return preset, replace(layer, values=values, prefix=("qc",))


def kit_layers(own: Merged, report: Report) -> list[Layer]:
    """The kit's file, and what follows for the protocol from it and from what the protocol changes of it."""
    if not own.names("kit"):
        return []
    layers = [KIT_DEFAULTS]
    path = ("kit", "use")
    if reference := own.text(*path):
        found = find_named(Sort.KIT, reference, own.layers[path], path, report)
        layer = read_layer(found, KIT, "kit", report, ("kit",)) if found else None
        layers += [layer] if layer else []
    kit = Merged()
    for layer in layers:
        kit.lay(layer)
    kit.lay_all(own)
    return [*layers, layer_of_consequences(kit, own)]
