"""What a kit brings into a protocol, and what cannot be true of a kit."""

from __future__ import annotations

from collections.abc import Iterator

from elisa_bdnf.model.concentration_unit import factor_or_none
from elisa_bdnf.model.protocol import Kit, KitControl, KitMatrix
from elisa_bdnf.protocols.check import PRESENT, Fault, Path
from elisa_bdnf.protocols.fields import Value
from elisa_bdnf.protocols.kit_schema import KIT
from elisa_bdnf.protocols.layers import Layer, Merged

_OF_THE_DAY = ("use", "lot", "expires")  # not values of the insert
KIT_DEFAULTS = Layer("default", {("kit", f.name): f.default for f in KIT.fields if f.default is not None})


def layer_of_consequences(kit: Merged, own: Merged) -> Layer:
    """What follows from a kit for the protocol that uses it, in the unit of the protocol."""
    unit = own.text("unit") or kit.text("kit", "unit")
    values: dict[Path, Value] = {("unit",): unit}
    for name in ("wavelength_nm", "reference_nm", "max_response"):
        if ("kit", name) in kit.values:
            values["reading", name] = kit.values["kit", name]
    factor = factor_or_none(kit.text("kit", "unit"), unit)
    if factor is not None and ("standards", "nominal") not in own.values:
        values["standards", "nominal"] = _scaled(kit.numbers("kit", "standards"), factor)
        values["standards", "anchors"] = _scaled(kit.numbers("kit", "anchors"), factor)
    minimum = kit.number_or_none("kit", "matrices", own.text("matrix"), "minimum_dilution")
    if minimum is not None:
        values["dilution", "minimum"] = minimum
    return Layer(f"kit {kit.text('kit', 'id')}", values)


def _scaled(numbers: tuple[float, ...], factor: float) -> tuple[float, ...]:
    return tuple(float(f"{number * factor:.12g}") for number in numbers)


def kit_or_none(settings: Merged) -> Kit | None:
    """The kit of a protocol after the protocol's own changes, which are remarked; in the unit of the protocol."""
    if not settings.names("kit"):
        return None
    get = settings
    unit = get.text("unit") or get.text("kit", "unit")
    factor = factor_or_none(get.text("kit", "unit"), unit) or 1.0
    lod = get.number_or_none("kit", "lod")
    return Kit(
        id=get.text("kit", "id"),
        name=get.text("kit", "name"),
        catalog=get.text("kit", "catalog"),
        verified=get.flag("kit", "verified"),
        verified_by=get.text("kit", "verified_by"),
        verified_on=get.text("kit", "verified_on"),
        analyte_form=get.text("kit", "analyte_form"),
        unit=unit,
        standards=tuple(sorted(_scaled(get.numbers("kit", "standards"), factor), reverse=True)),
        anchors=tuple(sorted(_scaled(get.numbers("kit", "anchors"), factor), reverse=True)),
        lod=None if lod is None else _scaled((lod,), factor)[0],
        wavelength_nm=get.number_or_none("kit", "wavelength_nm"),
        reference_nm=get.numbers("kit", "reference_nm"),
        max_response=get.number_or_none("kit", "max_response"),
        matrices=tuple(_matrix(get, name) for name in get.names("kit", "matrices")),
        controls=tuple(_control(get, name, factor) for name in get.names("kit", "controls")),
        source=get.text("kit", "source"),
        remarks=get.texts("kit", "remarks") + tuple(_changes(get)),
        lot=get.text("kit", "lot"),
        expires=get.text("kit", "expires"),
    )


def _matrix(settings: Merged, name: str) -> KitMatrix:
    path = ("kit", "matrices", name)
    acid = settings.values.get((*path, "acid_treated"))
    return KitMatrix(
        name,
        settings.number_or_none(*path, "minimum_dilution"),
        acid if isinstance(acid, bool) else None,
    )


def _control(settings: Merged, name: str, factor: float = 1.0) -> KitControl:
    said = [settings.number_or_none("kit", "controls", name, key) for key in ("nominal", "low", "high")]
    return KitControl(name, *(None if value is None else _scaled((value,), factor)[0] for value in said))


def _changes(settings: Merged) -> Iterator[str]:
    """A verified kit is verified as it stands in its file; what a protocol changes is not."""
    kit = f"kit {settings.text('kit', 'id')}"
    for rest, _ in settings.under("kit"):
        origin = settings.origin(("kit", *rest))
        if (
            rest[0] not in _OF_THE_DAY
            and rest[-1] != PRESENT
            and origin not in (kit, "default")
            and settings.text("kit", "use")
        ):
            yield f"{'.'.join(rest)} is not that of the kit file but of the {origin}"


def kit_faults(settings: Merged) -> Iterator[Fault]:
    """What contradicts itself in a kit."""
    if not settings.names("kit"):
        return
    if not settings.text("kit", "id"):
        yield Fault(("kit",), "the kit has no id", "kit.use with the id of a kit file, or kit.id", at_value=False)
    if settings.flag("kit", "verified"):
        for name in ("verified_by", "verified_on"):
            if not settings.text("kit", name):
                expected = f"kit.{name}: who compared it with the insert, and when"
                yield Fault(("kit", "verified"), f"verified without {name}", expected)
    yield from standards_faults(settings, ("kit", "standards"), ("kit", "anchors"))
    for name in settings.names("kit", "controls"):
        yield from _control_faults(settings, name)


def standards_faults(settings: Merged, standards: Path, anchors: Path) -> Iterator[Fault]:
    """Standards differ from one another, and anchors are among them."""
    numbers = settings.numbers(*standards)
    for number in sorted({n for n in numbers if numbers.count(n) > 1}):
        yield Fault(standards, f"the standard {number:g} is given {numbers.count(number)} times", "each once")
    for anchor in settings.numbers(*anchors):
        if numbers and anchor not in numbers:
            yield Fault(anchors, f"the anchor {anchor:g} is not among the standards", "some of the standards")
    if numbers and len(set(numbers) - set(settings.numbers(*anchors))) < 2:
        yield Fault(standards, "fewer than two standards are no anchors", "at least two standards that count")


def _control_faults(settings: Merged, name: str) -> Iterator[Fault]:
    path = ("kit", "controls", name)
    control = _control(settings, name)
    ordered = [value for value in (control.low, control.nominal, control.high) if value is not None]
    if ordered != sorted(ordered):
        yield Fault((*path, "low"), f"control {name}: {', '.join(f'{v:g}' for v in ordered)}", "low ≤ nominal ≤ high")
    if not ordered:
        yield Fault(path, f"control {name} has no values", "nominal, or low and high", at_value=False)
