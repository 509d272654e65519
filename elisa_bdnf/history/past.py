"""The accepted plates that are known, and which of them are earlier than a given one; the file is in ``store``."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from elisa_bdnf.model.history import ChartedPlate, EarlierPlates, Segment

NO_LOT = "the kit lot is not stated: give it in a column kit_lot of layout or sample sheet, or as kit.lot"
_MIXED = "the export states no date while others of this lot do, so its place among them is not known"


@dataclass(frozen=True, slots=True)
class Past:
    """Plates by segment, each segment in the order of its plates. ``name`` is that of the file, for people."""

    name: str
    segments: Mapping[Segment, tuple[ChartedPlate, ...]] = field(default_factory=dict)

    @property
    def plates(self) -> tuple[ChartedPlate, ...]:
        return tuple(plate for plates in self.segments.values() for plate in plates)

    def before(self, this: ChartedPlate, undated: str = "") -> EarlierPlates:
        """What a plate is told of earlier ones; ``undated`` says why it has no date, where that is a mistake."""
        known = self.segments.get(this.segment, ())
        reason = NO_LOT if not this.segment.kit_lot else undated
        if not reason and not this.read_at and any(plate.read_at for plate in known):
            reason = _MIXED
        if reason:
            return EarlierPlates(self.name, this, (), reason)
        earlier = known[: bisect_left(known, this.order, key=_order)]
        return EarlierPlates(self.name, this, tuple(p for p in earlier if p.is_before(this) and not _same(p, this)))

    def of_method_before(self, this: ChartedPlate) -> tuple[ChartedPlate, ...]:
        """Earlier plates of the same protocol, kit and unit, of whatever lot and curve model, in their order."""
        method = _method(this.segment)
        known = [p for segment, plates in self.segments.items() if _method(segment) == method for p in plates]
        return tuple(sorted((p for p in known if p.is_before(this) and not _same(p, this)), key=_order))

    def following(self, plate: ChartedPlate, *, accepted: bool) -> Past:
        """The past after a plate was judged: with it where it was accepted, without it where it was not."""
        others = {s: kept for s, plates in self.segments.items() if (kept := _without(plates, plate))}
        if accepted:
            known = others.get(plate.segment, ())
            at = bisect_left(known, plate.order, key=_order)
            others[plate.segment] = (*known[:at], plate, *known[at:])
        return replace(self, segments=others)


def past_of(name: str, plates: Iterable[ChartedPlate]) -> Past:
    """Sort plates into segments; the segments by what they are called."""
    found: dict[Segment, list[ChartedPlate]] = defaultdict(list)
    for plate in plates:
        found[plate.segment].append(plate)
    return Past(name, {segment: tuple(sorted(found[segment], key=_order)) for segment in sorted(found, key=str)})


def _order(plate: ChartedPlate) -> tuple[object, ...]:
    return plate.order


def _method(segment: Segment) -> tuple[str, str, str]:
    return segment.protocol, segment.kit, segment.unit


def _same(one: ChartedPlate, other: ChartedPlate) -> bool:
    return (one.sha256, one.place) == (other.sha256, other.place)


def _without(plates: tuple[ChartedPlate, ...], plate: ChartedPlate) -> tuple[ChartedPlate, ...]:
    return tuple(each for each in plates if each.identity != plate.identity)
