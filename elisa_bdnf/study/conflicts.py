"""What cannot be right in a study, however each row looks alone; each said once, with the places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from elisa_bdnf.errors import Problem
from elisa_bdnf.inputs.pages import spoken_place
from elisa_bdnf.inputs.well_facts import folded
from elisa_bdnf.model.measurement import Measurement
from elisa_bdnf.study.identity import INFUSION, Design, key_of

_SHOWN = 5
_ONE_OF = {
    "arm": "one arm per subject; crossover designs are not supported",
    "responder": "one class of response per subject",
}
_PLURAL = {"unit": "units", "matrix": "matrices"}


def conflicts(measurements: Sequence[Measurement], design: Design) -> Iterator[Problem]:
    """Units, matrices, twins of names, two samples in one place, two arms of one subject."""
    used = [each for each in measurements if each.used]
    yield from _mixed("unit", used, "convert the table; different units are never mixed")
    yield from _mixed("matrix", used, "take one of them with --matrix; serum and plasma are different measurements")
    yield from _twins(used)
    yield from _twice(used, design)
    if design.kind == INFUSION:
        yield from _two_groups(used, "arm")
        yield from _two_groups(used, "responder")
    if not used:
        reasons = Counter((each.reason, each.plate) for each in measurements)
        said = "; ".join(f"{n} rows{f' of {plate}' * bool(plate)}: {why}" for (why, plate), n in reasons.most_common(5))
        yield Problem(f"no row can be used{f': {said}' * bool(said)}")


def _mixed(what: str, used: Sequence[Measurement], hint: str) -> Iterator[Problem]:
    first: dict[str, Measurement] = {}
    for each in used:
        if getattr(each, what):
            first.setdefault(getattr(each, what), each)
    if len(first) > 1:
        said = ", ".join(f"{value} ({where(each)})" for value, each in sorted(first.items()))
        yield Problem(f"the study has {len(first)} {_PLURAL[what]}: {said}", f"one {what}", hint)


def where(measurement: Measurement) -> str:
    """The row of a measurement inside a sentence."""
    if measurement.place:
        return f"{spoken_place(measurement.place)} of {measurement.source}"
    return f"sample {measurement.sample} of {measurement.source}"


def _twins(used: Sequence[Measurement]) -> Iterator[Problem]:
    """Names of subjects that differ only in case, blanks or signs are one subject, or two that will be mistaken."""
    first: dict[str, Measurement] = {}
    for each in used:
        other = first.setdefault(folded(each.subject), each)
        if other.subject != each.subject:
            found = f"the subjects {other.subject!r} ({where(other)}) and {each.subject!r} ({where(each)})"
            yield Problem(f"{found} differ only in case or blanks", "one spelling for each subject")
            return


def _twice(used: Sequence[Measurement], design: Design) -> Iterator[Problem]:
    if not design.key:
        return
    seen: dict[tuple[str, ...], list[Measurement]] = {}
    for each in used:
        key = key_of(each, design)
        if _is_placed(each, key, design):
            seen.setdefault(key, []).append(each)
    twice = {key: several for key, several in seen.items() if len(several) > 1}
    hint = "leave out what does not count: --exclude 'SAMPLE@PLATE: reason'"
    if not all(each.sample for several in twice.values() for each in several):
        hint = "take the lines that do not count out of the table, or give it a column sample and use --exclude"
    for number, (key, several) in enumerate(twice.items()):
        if number == _SHOWN:
            yield Problem(f"the same of {len(twice) - _SHOWN} more", hint=hint)
            return
        places = "; ".join(_spoken(each) for each in several[:_SHOWN])
        found = f"{len(several)} samples for {' at '.join(part for part in key if part)}: {places}"
        yield Problem(found, f"one for each {' and '.join(design.key)}; nothing is averaged", hint)


def _is_placed(each: Measurement, key: Sequence[str], design: Design) -> bool:
    """Whether all is known that makes a row somebody's; what is not, is said by itself."""
    understood = each.timepoint or not each.timepoint_text
    return bool(understood) and all(
        part or name not in design.needed for name, part in zip(design.key, key, strict=True)
    )


def _spoken(each: Measurement) -> str:
    written = f", written {each.timepoint_text!r}" if each.timepoint_text not in ("", each.timepoint) else ""
    return f"{each.sample or 'a row'} ({where(each)}{written})"


def _two_groups(used: Sequence[Measurement], what: str) -> Iterator[Problem]:
    first: dict[str, Measurement] = {}
    told: set[str] = set()
    for each in (row for row in used if row.subject):  # rows of nobody are told of as such
        value = getattr(each, what)
        other = first.setdefault(each.subject, each) if value else each
        if value and getattr(other, what) != value and each.subject not in told:
            told.add(each.subject)
            found = f"subject {each.subject} is {getattr(other, what)!r} ({where(other)}) and {value!r} ({where(each)})"
            yield Problem(found, _ONE_OF[what])
