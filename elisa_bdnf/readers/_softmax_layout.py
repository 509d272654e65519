"""Groups of SoftMax Pro → which plate a well is on, what it holds, and which wells were masked."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TypeVar

from elisa_bdnf.inputs.numbers import number_from_text_or_none, result_or_none
from elisa_bdnf.inputs.printed_digits import decimals_from_text
from elisa_bdnf.model.layout import Content, Layout, Role
from elisa_bdnf.model.plate import Shape, Well
from elisa_bdnf.model.reading import Note, NoteKind
from elisa_bdnf.readers._cells import wells_of
from elisa_bdnf.readers._holes import named
from elisa_bdnf.readers._softmax_groups import Group, Purpose
from elisa_bdnf.readers._softmax_lines import GroupLine

_STANDARDS = re.compile(r"(?:std|standard|calib)", re.IGNORECASE)
_CONTROLS = re.compile(r"(?:.*control|.*ctrl|ctl|qc)", re.IGNORECASE)
_BLANKS = re.compile(r"(?:.*\bblank|blk|plate ?blank)", re.IGNORECASE)
_DILUTION_NAME = re.compile(r"(?:.*dilution|.*factor|dil\b)", re.IGNORECASE)
_ONE_IN = re.compile(r"1\s*[:/]\s*(.+)\Z")
_SUFFICIENT_LEVELS = 3
T = TypeVar("T")
_SAID = (Purpose.NAME, Purpose.DESCRIPTOR, Purpose.FACTOR)


@dataclass(frozen=True)
class Part:
    """The wells of a group that are on one plate: all of its lines, or those on this plate."""

    group: Group
    lines: tuple[GroupLine, ...]

    @cached_property
    def wells(self) -> list[Well]:
        return [line.well for line in self.lines]

    def texts(self, purpose: Purpose) -> Sequence[str]:
        """The cells of the first column with that purpose; empty ones where there is none."""
        position = self.group.positions.get(purpose)
        return [""] * len(self.lines) if position is None else self.of_lines(self.group.numbers.texts(position))

    def numbers(self, purpose: Purpose) -> Sequence[float]:
        """Its numbers; nan where there is none."""
        position = self.group.positions.get(purpose)
        return [math.nan] * len(self.lines) if position is None else self.of_lines(self.group.numbers.column(position))

    def digits(self, purpose: Purpose) -> Sequence[int | None]:
        """How many decimals those numbers are printed with."""
        position = self.group.positions.get(purpose)
        return [None] * len(self.lines) if position is None else self.of_lines(self.group.numbers.digits(position))

    def of_lines(self, column: Sequence[T]) -> Sequence[T]:
        """What a column of the whole table has in these lines."""
        return column if len(column) == len(self.lines) else [column[line.place] for line in self.lines]


def roles_of_groups(groups: Sequence[Group]) -> tuple[dict[int, Role], tuple[str, ...]]:
    """Role by position of the group. Standards have concentrations, and are named so or referred to by other groups."""
    mentioned = {name for group in groups for name in group.mentioned_standards}
    roles: dict[int, Role] = {}
    remarks: list[str] = []
    for index, group in enumerate(groups):
        levels = len(_levels(group))
        named = group.name in mentioned or _STANDARDS.match(group.name)
        summarized = any(row and row[0] in ("MinStd", "MaxStd") for row in group.summaries)
        if levels and (named or (summarized and levels >= _SUFFICIENT_LEVELS)):
            roles[index] = Role.STANDARD
        elif _CONTROLS.match(group.name):
            roles[index] = Role.CONTROL
        elif _BLANKS.match(group.name):
            roles[index] = Role.BLANK
        else:
            roles[index] = Role.SAMPLE
    if Role.STANDARD not in roles.values():
        remarks += _only_candidate(groups, roles)
    return roles, tuple(remarks)


def _only_candidate(groups: Sequence[Group], roles: dict[int, Role]) -> list[str]:
    """A single group with several concentrations can only be the standards, whatever it is called."""
    candidates = [
        index for index, group in enumerate(groups) if roles[index] is Role.SAMPLE and not _is_dilution(group)
    ]
    found = [index for index in candidates if len(_levels(groups[index])) >= _SUFFICIENT_LEVELS]
    if len(found) != 1:
        return []
    roles[found[0]] = Role.STANDARD
    return [f"Group {groups[found[0]].name!r} is taken for the standards: it alone has several concentrations."]


def _levels(group: Group) -> set[float]:
    position = group.position(Purpose.DESCRIPTOR)
    if position is None:
        return set()
    numbers = group.numbers.column(position)
    return {numbers[line.place] for line in group.lines if not math.isnan(numbers[line.place])}


def _is_dilution(group: Group) -> bool:
    position = group.position(Purpose.DESCRIPTOR)
    return position is not None and _DILUTION_NAME.match(group.columns[position].name) is not None


def layout_from_parts(
    parts: Sequence[Part], roles: Mapping[int, Role], shape: Shape, decimal: str
) -> tuple[Layout | None, tuple[str, ...]]:
    """The layout of one plate; ``roles`` by the line at which a group begins. Unit: from the title of the standards."""
    remarks: list[str] = []
    contents: dict[Well, Content] = {}
    twice: dict[tuple[str, str], list[Well]] = {}
    for part in parts:
        for well, content in _contents(part, roles[part.group.line], decimal, remarks):
            other = contents.setdefault(well, content)
            if other is not content and other != content:
                twice.setdefault((other.attributes.get("group", ""), part.group.name), []).append(well)
    if not contents:
        return None, tuple(remarks)
    standards = [part.group for part in parts if roles[part.group.line] is Role.STANDARD]
    units = dict.fromkeys(unit for group in standards if (unit := _unit(group)))
    for (first, second), wells in twice.items():
        remarks.append(f"The groups {first!r} and {second!r} both name {named(wells)}; the first counts.")
    if len(units) > 1:
        remarks.append(f"The standards have several units ({', '.join(units)}); the first one is shown.")
    if len(called := {group.name for group in standards}) > 1:
        remarks.append(f"The plate has several groups of standards ({', '.join(sorted(called))}).")
    ordered = {well: contents[well] for well in wells_of(shape) if well in contents}
    return Layout(shape, _told_apart(ordered), unit=next(iter(units), None), origin="export"), tuple(
        dict.fromkeys(remarks)
    )


def _contents(part: Part, role: Role, decimal: str, remarks: list[str]) -> Iterator[tuple[Well, Content]]:
    """What every well holds; replicates say the same and have one content."""
    known: dict[tuple[str, str, str], Content] = {}
    is_dilution, typed = _is_dilution(part.group), part.group.position(Purpose.DESCRIPTOR)
    numbers = None if typed is None else part.group.numbers.column(typed)
    each = zip(*(part.texts(purpose) for purpose in _SAID), strict=True)
    for line, said in zip(part.lines, each, strict=True):
        content = known.get(said)
        if content is None:
            number = numbers[line.place] if numbers else math.nan
            content = known[said] = _content(part.group.name, said, number, role, decimal, remarks, is_dilution)
        yield line.well, content


def _unit(group: Group) -> str:
    """The unit in the title of what the user typed; empty where there is none."""
    position = group.position(Purpose.DESCRIPTOR)
    return "" if position is None else group.columns[position].unit


def _told_apart(contents: dict[Well, Content]) -> dict[Well, Content]:
    """Every group numbers its samples from 01: where groups share a name, the name of the group goes in front."""
    groups: dict[tuple[Role, str], set[str]] = {}
    distinct = {id(content): content for content in contents.values()}
    for content in distinct.values():
        groups.setdefault((content.role, content.name), set()).add(content.attributes["group"])
    if all(len(names) == 1 for names in groups.values()):
        return contents
    told = {
        key: replace(content, name=f"{content.attributes['group']} {content.name}")
        if len(groups[content.role, content.name]) > 1
        else content
        for key, content in distinct.items()
    }
    return {well: told[id(content)] for well, content in contents.items()}


def _content(
    group: str,
    said: tuple[str, str, str],
    value: float,
    role: Role,
    decimal: str,
    remarks: list[str],
    is_dilution: bool,
) -> Content:
    """``said`` are the cells at :data:`_SAID`; ``value`` is the number that the user typed, nan where it is none."""
    name, typed, factor_text = said[0] or group, said[1], said[2]
    attributes = {"group": group, "descriptor": typed} if typed else {"group": group}
    number = None if math.isnan(value) else value
    if role is Role.STANDARD:
        if number is None:
            remarks.append(f"Standard {name!r} has no concentration in the export.")
        return Content(role, name, number, attributes=attributes)
    if role is Role.BLANK:
        return Content(role, name, attributes=attributes)
    factor_text = factor_text or (typed if is_dilution else "")
    factor = _dilution_factor_or_none(factor_text, decimal)
    if factor_text and factor is None:
        remarks.append(f"The dilution {factor_text!r} of {name!r} is no factor of at least 1; it is not used.")
    nominal = number if role is Role.CONTROL and not is_dilution else None
    return Content(role, name, nominal, factor, attributes=attributes)


@lru_cache(maxsize=1024)
def _dilution_factor_or_none(text: str, decimal: str) -> float | None:
    match = _ONE_IN.match(text)
    factor = number_from_text_or_none(match[1] if match else text, decimal)
    return factor if factor is not None and factor >= 1 else None


def notes_from_parts(
    parts: Sequence[Part], response: Mapping[Well, float], decimal: str
) -> tuple[dict[Well, Note], tuple[str, ...]]:
    """Words that groups print instead of responses (``Masked``), and whether SoftMax used such a well all the same.

    It did if the mean that the group prints for the sample is the mean over all its wells, and not the mean over the
    others: then the word was typed in by hand, or the mask was set for another group.
    """
    notes: dict[Well, Note] = {}
    remarks: list[str] = []
    for part in parts:
        words = _words(part, decimal)
        for sample in _samples(part) if words else ():
            own = {line.well: words[line.well] for line in sample if line.well in words}
            used = _mean_contains_all(part.group, sample, own, response, decimal) if own else None
            for well, word in own.items():
                notes[well] = _note(word, used)
                if used:
                    remarks.append(
                        f"Well {well} is {word.text!r} in group {part.group.name!r}, "
                        "but the mean that SoftMax prints contains it."
                    )
    return notes, tuple(remarks)


def _note(word: Note, used: bool | None) -> Note:
    """A word that kept the well out of the printed mean is a mask, whatever it says."""
    if used is None or word.kind is NoteKind.MASKED:
        return Note(word.text, word.kind, used_by_instrument=bool(used))
    return Note(word.text, word.kind, used_by_instrument=True) if used else Note(word.text, NoteKind.MASKED)


def _samples(part: Part) -> list[list[GroupLine]]:
    """Lines by sample; a group may spread a sample over several plates, of which only this one is known."""
    found: dict[int, list[GroupLine]] = {}
    for line in part.lines:
        found.setdefault(line.sample, []).append(line)
    return list(found.values())


def _words(part: Part, decimal: str) -> dict[Well, Note]:
    """Well → what stands there instead of a response."""
    each = zip(part.wells, part.texts(Purpose.VALUE), part.numbers(Purpose.VALUE), strict=True)
    return {
        well: word
        for well, text, number in each
        if text and math.isnan(number) and (word := _word_or_none(text, decimal)) is not None
    }


def _word_or_none(text: str, decimal: str) -> Note | None:
    cell = result_or_none(text, decimal)
    return Note(" ".join(text.split()), NoteKind.ERROR) if cell is None else cell.note


def _mean_contains_all(
    group: Group, sample: Sequence[GroupLine], words: Mapping[Well, Note], response: Mapping[Well, float], decimal: str
) -> bool | None:
    """True: the printed mean is that of all wells. False: of the wells without a word. None: it does not tell."""
    printed = next((text for line in sample if (text := group.text(line, Purpose.MEAN_VALUE))), "")
    mean, digits = number_from_text_or_none(printed, decimal), decimals_from_text(printed, decimal)
    whole = [line for line in group.lines if line.sample == sample[0].sample]
    responses = {line.well: response.get(line.well, math.nan) for line in sample}
    rest = [value for well, value in responses.items() if well not in words]
    if mean is None or digits is None or len(whole) != len(sample) or any(map(math.isnan, responses.values())):
        return None
    with_all = is_printed_as(sum(responses.values()) / len(responses), mean, digits)
    without = bool(rest) and is_printed_as(sum(rest) / len(rest), mean, digits)
    return None if with_all == without else with_all


def is_printed_as(value: float, printed: float, digits: int) -> bool:
    """Whether a number may have been printed so, with that many decimals (halves go either way)."""
    return abs(value - printed) <= slack_of_print(digits)


def slack_of_print(digits: int) -> float:
    """How far a number may be from what is printed with that many decimals."""
    return 0.5 * 10.0**-digits * (1 + 1e-6) + 1e-9
