"""Groups of SoftMax Pro → which plate a well is on, what it holds, and which wells were masked."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from elisa_bdnf.inputs.numbers import decimals_from_text, number_from_text_or_none, result_or_none
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
_SUFFICIENT_LEVELS = 3
_SAID = (Purpose.NAME, Purpose.DESCRIPTOR, Purpose.FACTOR)


class Member(NamedTuple):
    """A well of a group, on the plate where it is."""

    group: Group
    line: GroupLine

    @property
    def well(self) -> Well:
        return self.line.well

    def text(self, purpose: Purpose) -> str:
        position = self.group.positions.get(purpose)
        return "" if position is None else self.line.texts[position]

    def number(self, purpose: Purpose) -> float:
        """The number in the first column with that purpose; nan where there is none."""
        position = self.group.positions.get(purpose)
        return math.nan if position is None else self.group.numbers.column(position)[self.line.place]

    def digits(self, purpose: Purpose) -> int:
        """How many decimals that number is printed with."""
        position = self.group.positions.get(purpose)
        return 0 if position is None else self.group.numbers.digits(position)[self.line.place] or 0


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


def layout_from_members(
    members: Sequence[Member], roles: Mapping[int, Role], shape: Shape, decimal: str
) -> tuple[Layout | None, tuple[str, ...]]:
    """The layout of one plate; ``roles`` by the line at which a group begins. Unit: from the title of the standards."""
    remarks: list[str] = []
    contents: dict[Well, Content] = {}
    twice: dict[tuple[str, str], list[Well]] = {}
    known: dict[tuple[object, ...], Content] = {}  # replicates say the same
    groups = {member.group.line: member.group for member in members}
    said_by = {line: _said_positions(group) for line, group in groups.items()}
    for member in members:
        first_line, (_, well, _, texts, _) = member.group.line, member.line
        said = (first_line, *[texts[position] for position in said_by[first_line]])
        content = known.get(said)
        if content is None:
            content = known[said] = _content(member, roles[first_line], decimal, remarks)
        other = contents.get(well, content)
        if other is content or other == content:
            contents[well] = content
        else:
            names = (other.attributes.get("group", ""), member.group.name)
            twice.setdefault(names, []).append(well)
    if not contents:
        return None, tuple(remarks)
    standards = [group for line, group in groups.items() if roles[line] is Role.STANDARD]
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


def _unit(group: Group) -> str:
    """The unit in the title of what the user typed; empty where there is none."""
    position = group.position(Purpose.DESCRIPTOR)
    return "" if position is None else group.columns[position].unit


def _said_positions(group: Group) -> tuple[int, ...]:
    """Where the columns stand that say what a well holds."""
    return tuple(position for purpose in _SAID if (position := group.position(purpose)) is not None)


def _told_apart(contents: Mapping[Well, Content]) -> dict[Well, Content]:
    """Every group numbers its samples from 01: where groups share a name, the name of the group goes in front."""
    groups: dict[tuple[Role, str], set[str]] = {}
    distinct = {id(content): content for content in contents.values()}
    for content in distinct.values():
        groups.setdefault((content.role, content.name), set()).add(content.attributes["group"])
    told = {
        key: replace(content, name=f"{content.attributes['group']} {content.name}")
        if len(groups[content.role, content.name]) > 1
        else content
        for key, content in distinct.items()
    }
    return {well: told[id(content)] for well, content in contents.items()}


def _content(member: Member, role: Role, decimal: str, remarks: list[str]) -> Content:
    group, line = member.group, member.line
    name = group.text(line, Purpose.NAME) or group.name
    typed = group.text(line, Purpose.DESCRIPTOR)
    attributes = {"group": group.name} | ({"descriptor": typed} if typed else {})
    value = member.number(Purpose.DESCRIPTOR)
    number = None if math.isnan(value) else value
    if role is Role.STANDARD:
        if number is None:
            remarks.append(f"Standard {name!r} has no concentration in the export.")
        return Content(role, name, number, attributes=attributes)
    if role is Role.BLANK:
        return Content(role, name, attributes=attributes)
    factor_text = group.text(line, Purpose.FACTOR) or (typed if _is_dilution(group) else "")
    factor = _dilution_factor_or_none(factor_text, decimal)
    if factor_text and factor is None:
        remarks.append(f"The dilution {factor_text!r} of {name!r} is no factor of at least 1; it is not used.")
    nominal = number if role is Role.CONTROL and not _is_dilution(group) else None
    return Content(role, name, nominal, factor, attributes=attributes)


def _dilution_factor_or_none(text: str, decimal: str) -> float | None:
    match = re.match(r"1\s*[:/]\s*(.+)\Z", text)
    factor = number_from_text_or_none(match[1] if match else text, decimal)
    return factor if factor is not None and factor >= 1 else None


def notes_from_members(
    members: Sequence[Member], response: Callable[[Well], float], decimal: str
) -> tuple[dict[Well, Note], tuple[str, ...]]:
    """Words that groups print instead of responses (``Masked``), and whether SoftMax used such a well all the same.

    It did if the mean that the group prints for the sample is the mean over all its wells, and not the mean over the
    others: then the word was typed in by hand, or the mask was set for another group.
    """
    notes: dict[Well, Note] = {}
    remarks: list[str] = []
    for sample in _samples(members):
        words = {m.well: word for m in sample if (word := _word_or_none(m, decimal))}
        if not words:
            continue
        used = _mean_contains_all(sample, words, response, decimal)
        for well, word in words.items():
            notes[well] = _note(word, used)
            if used:
                remarks.append(
                    f"Well {well} is {word.text!r} in group {sample[0].group.name!r}, "
                    "but the mean that SoftMax prints contains it."
                )
    return notes, tuple(remarks)


def _note(word: Note, used: bool | None) -> Note:
    """A word that kept the well out of the printed mean is a mask, whatever it says."""
    if used is None or word.kind is NoteKind.MASKED:
        return Note(word.text, word.kind, used_by_instrument=bool(used))
    return Note(word.text, word.kind, used_by_instrument=True) if used else Note(word.text, NoteKind.MASKED)


def _samples(members: Sequence[Member]) -> list[list[Member]]:
    """Members by sample; a group may spread a sample over several plates, of which only this one is known."""
    found: dict[tuple[int, int], list[Member]] = {}
    for member in members:
        found.setdefault((member.group.line, member.line.sample), []).append(member)
    return list(found.values())


def _word_or_none(member: Member, decimal: str) -> Note | None:
    text = member.text(Purpose.VALUE)
    if not text or not math.isnan(member.number(Purpose.VALUE)):
        return None
    cell = result_or_none(text, decimal)
    if cell is None:
        return Note(" ".join(text.split()), NoteKind.ERROR)
    return cell.note


def _mean_contains_all(
    sample: Sequence[Member], words: Mapping[Well, Note], response: Callable[[Well], float], decimal: str
) -> bool | None:
    """True: the printed mean is that of all wells. False: of the wells without a word. None: it does not tell."""
    printed = next((text for member in sample if (text := member.text(Purpose.MEAN_VALUE))), "")
    mean, digits = number_from_text_or_none(printed, decimal), decimals_from_text(printed, decimal)
    whole = [line for line in sample[0].group.lines if line.sample == sample[0].line.sample]
    responses = {member.well: response(member.well) for member in sample}
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
