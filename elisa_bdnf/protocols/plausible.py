"""Settings that are right one by one and cannot hold together."""

from __future__ import annotations

from collections.abc import Iterator

from elisa_bdnf.model.concentration_unit import factor_or_none
from elisa_bdnf.model.timepoint import normalized
from elisa_bdnf.protocols.check import Fault, dotted
from elisa_bdnf.protocols.design import TABLES_OF_DESIGN
from elisa_bdnf.protocols.kit_values import standards_faults
from elisa_bdnf.protocols.layers import COMMAND_LINE, Merged
from elisa_bdnf.protocols.own_rules import own_rule_faults


def contradictions(settings: Merged) -> Iterator[Fault]:
    """Every contradiction, each at the key that would most likely be changed."""
    yield from _unit(settings)
    yield from _reading(settings)
    yield from _curve(settings)
    yield from _limits(settings)
    if not settings.origin(("standards", "nominal")).startswith("kit "):  # those were looked at in the kit
        yield from standards_faults(settings, ("standards", "nominal"), ("standards", "anchors"))
    yield from _times(settings)
    yield from _design(settings)
    yield from _study(settings)
    yield from own_rule_faults(settings)


def _unit(settings: Merged) -> Iterator[Fault]:
    unit, kit_unit = settings.text("unit"), settings.text("kit", "unit")
    if unit and kit_unit and factor_or_none(kit_unit, unit) is None:
        yield Fault(("unit",), f"unit is {unit!r}", f"a unit that the kit's {kit_unit} converts to")


def _reading(settings: Merged) -> Iterator[Fault]:
    main = settings.number_or_none("reading", "wavelength_nm")
    if main is not None and main in settings.numbers("reading", "reference_nm"):
        yield Fault(("reading", "reference_nm"), f"{main:g} nm is both main and reference wavelength")


def _curve(settings: Merged) -> Iterator[Fault]:
    model = settings.text("curve", "model")
    fixed = settings.names("curve", "fixed")
    unused = {"4pl": {"g"}, "3pl": {"g"}, "linear": {"c", "d", "g"}, "loglog": {"c", "d", "g"}}.get(model, set())
    if model == "3pl" and len(set(fixed) & set("abcd")) != 1:
        given = f"{len(set(fixed) & set('abcd'))} fixed parameters"
        yield Fault(("curve", "model"), f"model 3pl has {given}", "one: curve.fixed.a, b, c or d")
    for name in fixed:
        if name in unused:
            yield Fault(("curve", "fixed", name), f"curve.fixed.{name} has no meaning for the model {model}")
    a, d = (settings.number_or_none("curve", "fixed", name) for name in "ad")
    if a is not None and a == d:
        yield Fault(("curve", "fixed", "d"), f"both asymptotes are {a:g}", "two different responses")


def _limits(settings: Merged) -> Iterator[Fault]:
    lloq, uloq = (settings.number_or_none("limits", name) for name in ("lloq", "uloq"))
    if lloq is None or uloq is None or lloq < uloq:
        return
    if settings.origin(("limits", "uloq")) == COMMAND_LINE:
        yield Fault(("limits", "uloq"), f"limits.uloq is {uloq:g}", f"a number above limits.lloq, which is {lloq:g}")
    else:
        yield Fault(("limits", "lloq"), f"limits.lloq is {lloq:g}", f"a number below limits.uloq, which is {uloq:g}")


def _times(settings: Merged) -> Iterator[Fault]:
    names = [n for n in settings.names("timepoints") if settings.values.get(("timepoints", n, "enabled"), True)]
    minutes = {name: settings.number_or_none("timepoints", name, "minutes") for name in names}
    without = [name for name in names if minutes[name] is None]
    if len(without) > 1:
        found = f"timepoints without minutes: {', '.join(without)}"
        yield Fault(("timepoints", without[-1]), found, "one at most, the baseline", at_value=False)
    yield from _same_minutes(minutes)
    yield from _same_words(settings, names)
    if settings.text("design", "kind") == "human_infusion" and not without:
        expected = "a timepoint without minutes, such as [timepoints.baseline]"
        yield Fault(("design", "kind"), "the design human_infusion has no baseline", expected)
    if settings.text("design", "kind") == "human_infusion" and settings.text("time_anchor") == "none":
        expected = "infusion_start or infusion_end: 40 min of infusion lie between them"
        yield Fault(("time_anchor",), "time_anchor is 'none'", expected)


def _same_minutes(minutes: dict[str, float | None]) -> Iterator[Fault]:
    seen: dict[float, str] = {}
    for name, value in minutes.items():
        if value is None:
            continue
        if value in seen:
            yield Fault(("timepoints", name, "minutes"), f"{seen[value]} and {name} are both at {value:g} min")
        seen.setdefault(value, name)


def _same_words(settings: Merged, names: list[str]) -> Iterator[Fault]:
    """No name or alias, compared as sample sheets are read, means two timepoints."""
    seen: dict[str, str] = {}
    for name in names:
        aliases = settings.texts("timepoints", name, "aliases")
        for word in (name, *aliases):
            other = seen.setdefault(normalized(word), name)
            if other != name:
                path = ("timepoints", name, "aliases") if word in aliases else ("timepoints", name)
                yield Fault(path, f"{word!r} means both {other} and {name}", "different names and aliases")


def _design(settings: Merged) -> Iterator[Fault]:
    kind = settings.text("design", "kind")
    allowed = {table.name for table in TABLES_OF_DESIGN[kind]}
    for name in settings.names("design"):
        if name != "kind" and name not in allowed:
            expected = f"one of {', '.join(sorted(allowed))}" if allowed else "no tables in [design]"
            found = f"{dotted(('design', name))} has no meaning for the design {kind}"
            yield Fault(("design", name), found, expected, at_value=False)
    low, high = (settings.number_or_none("design", "precipitation", f"recovery_{end}") for end in ("low", "high"))
    if low is not None and high is not None and low >= high:
        path = ("design", "precipitation", "recovery_low")
        yield Fault(path, f"recovery_low is {low:g}", f"a number below recovery_high, which is {high:g}")


def _study(settings: Merged) -> Iterator[Fault]:
    """Timepoints that ``[study]`` names must be declared; a criterion needs both its column and its timepoint."""
    minutes = {name: settings.number_or_none("timepoints", name, "minutes") for name in settings.names("timepoints")}
    known = [n for n in minutes if settings.values.get(("timepoints", n, "enabled"), True) and minutes[n] is not None]
    for path in (("study", "primary_timepoint"), ("study", "response", "timepoint")):
        said = settings.text(*path)
        if said and said not in known:
            yield Fault(
                path, f"{path[-1]} is {said!r}", f"a timepoint after the baseline: {', '.join(known) or 'none'}"
            )
    column, when = (settings.text("study", "response", name) for name in ("score_column", "timepoint"))
    if bool(column) != bool(when):
        path = ("study", "response", "score_column" if column else "timepoint")
        missing = "timepoint" if column else "score_column"
        yield Fault(path, "the criterion of response is half said", f"also study.response.{missing}")
