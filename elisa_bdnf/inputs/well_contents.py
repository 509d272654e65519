"""What people wrote about wells → contents; everything that is wrong is collected, nothing is guessed in silence.

Layout files, long tables and stacked grids all end here, so that the same words mean the same in each of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from elisa_bdnf.errors import Problem
from elisa_bdnf.inputs.matrices import matrix_from_text
from elisa_bdnf.inputs.numbers import number_from_text_or_none
from elisa_bdnf.inputs.plate_words import (
    RoleWord,
    close_role_or_none,
    dilution_factor_or_none,
    is_uncertain_name,
    role_from_name_or_none,
    role_from_text_or_none,
)
from elisa_bdnf.inputs.well_facts import (
    Complaint,
    WellFacts,
    identity_problems,
    one_unit,
    problems_by_kind,
    spelling_problems,
)
from elisa_bdnf.model.layout import Content, Role
from elisa_bdnf.model.plate import Well, well_order

_TRUE, _FALSE = frozenset(["true", "yes", "1", "x", "y"]), frozenset(["false", "no", "0", "n"])
_OWN = frozenset(
    ["role", "sample", "concentration", "dilution", "timepoint", "subject", "level", "matrix", "anchor", "low", "high"]
)
_PLACES = frozenset(["well", "row", "column", "plate", "unit"])
_DILUTION_IN_NAME = re.compile(r"(?<![0-9.,:/])1 ?[:/] ?[1-9][0-9]{0,5}(?![0-9.,:/])")
_DILUTION_FORMS = "a dilution such as 1:10, 1/10, 10x, 1+9, 10 or 0.1"


@dataclass(slots=True)
class Understood:
    """Contents by well in plate order, the one unit of all concentrations, remarks, and what is wrong.

    ``nominals_elsewhere``: a file without any concentration names its standards only; a layout has to follow.
    """

    contents: dict[Well, Content] = field(default_factory=dict)
    unit: str | None = None
    remarks: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    nominals_elsewhere: bool = False


def contents_from_facts(facts: Mapping[Well, WellFacts], *, decimal: str = ".", of_export: bool = False) -> Understood:
    """Every well's statements → its content. Empty wells are left out; ``problems`` are for the caller to raise.

    ``of_export``: standards without any concentration are a remark, for the layout may come from another file.
    """
    without = of_export and not any("concentration" in said for said in facts.values())
    understood = Understood(nominals_elsewhere=without)
    known: dict[tuple[object, ...], Content] = {}  # replicates say the same
    for well in sorted(facts, key=well_order):
        said = {name: fact for name, fact in facts[well].items() if fact.text.strip()}
        if said.keys() <= _PLACES:
            continue
        same = tuple([(name, fact.text) for name, fact in said.items()])
        content = known.get(same)
        if content is None:
            complaints = len(understood.complaints)
            content = _WellReader(well, said, decimal, understood).content_or_none()
            if content is not None and len(understood.complaints) == complaints:
                known[same] = content
        if content is not None:
            understood.contents[well] = content
    understood.contents = _with_one_name(understood.contents)
    understood.remarks += [r for r in dilutions_in_names(understood.contents) if r not in understood.remarks]
    understood.unit, wrong_units = one_unit(facts)
    understood.problems = [
        *problems_by_kind(understood.complaints),
        *dict.fromkeys(wrong_units),
        *spelling_problems(understood.contents),
        *identity_problems(understood.contents),
    ]
    return understood


def dilutions_in_names(contents: Mapping[Well, Content]) -> tuple[str, ...]:
    """A sentence about samples whose names hold what looks like a dilution, where nothing states one."""
    names = "\t".join([content.name for content in contents.values()])
    if "/" not in names and ":" not in names:  # as in most
        return ()
    named = dict.fromkeys(
        content.name
        for content in contents.values()
        if content.role is Role.SAMPLE and content.dilution_factor is None and _DILUTION_IN_NAME.search(content.name)
    )
    if not named:
        return ()
    shown = ", ".join(map(repr, list(named)[:3])) + (" …" if len(named) > 3 else "")
    return (f"The names of samples ({shown}) seem to hold dilutions, which are not read from names.",)


def _with_one_name(contents: dict[Well, Content]) -> dict[Well, Content]:
    """``Std 1`` and ``STD1`` are one standard, ``qc low`` and ``QC-Low`` one control: the first spelling counts."""
    first: dict[tuple[Role, str], str] = {}
    named = {}
    for well, content in contents.items():
        token = role_from_text_or_none(content.name) if content.role in (Role.STANDARD, Role.CONTROL) else None
        same = token is not None and token.role is content.role and token.name
        name = first.setdefault((content.role, token.name), content.name) if token and same else content.name
        named[well] = content if name == content.name else replace(content, name=name)
    return named


class _WellReader:
    """One well; problems and remarks go to ``understood``."""

    def __init__(self, well: Well, said: WellFacts, decimal: str, understood: Understood) -> None:
        self._well, self._said, self._decimal, self._understood = well, said, decimal, understood

    def content_or_none(self) -> Content | None:
        word = self._role()
        if word is None or word.role is Role.EMPTY:
            return None
        content = Content(
            role=word.role,
            name=self._name(word),
            dilution_factor=self._dilution(word.role),
            subject=self._text("subject"),
            timepoint=self._text("timepoint"),
            matrix=matrix_from_text(matrix) if (matrix := self._text("matrix")) else None,
            anchor=self._flag("anchor"),
            low=self._number("low"),
            high=self._number("high"),
            attributes=self._attributes(word),
        )
        content = self._with_nominal(content, word)
        if content.name:
            return content
        self._problem(
            "sample" if "sample" in self._said else "role",
            f"a {word.role} without a name",
            "a name",
        )
        return None

    def _role(self) -> RoleWord | None:
        fact = self._said.get("role")
        if fact is not None:
            word = role_from_text_or_none(fact.text)
            if word is None:
                close = close_role_or_none(fact.text)
                self._problem(
                    "role",
                    f"{fact.text!r} is no role",
                    "standard, blank, control, sample or empty",
                    f"did you mean {close!r}?" if close else "",
                )
            return word
        return self._role_from_name()

    def _role_from_name(self) -> RoleWord | None:
        fact = self._said.get("sample")
        if fact is None and "concentration" in self._said:
            self._problem("concentration", "a concentration but no role", "role = standard or control")
            return None
        if fact is None:
            return RoleWord(Role.SAMPLE)
        if word := role_from_name_or_none(fact.text):
            return replace(word, name=word.name if word.role is not Role.SAMPLE else "")
        if is_uncertain_name(fact.text) or "concentration" in self._said:
            why = "has a concentration but no role" if "concentration" in self._said else "can be a role or a sample"
            self._problem("sample", f"{fact.text!r} {why}", "a role for it: control, blank, sample, …")
            return None
        return RoleWord(Role.SAMPLE)

    def _name(self, word: RoleWord) -> str:
        stated = self._text("sample") or ""
        if stated:
            return f"{stated} (spike)" if word.spike else stated
        level = self._text("level")
        if word.role is Role.CONTROL and level and not word.level:
            return f"{word.name} {level}".strip()
        return word.name or self._derived_name(word)

    def _derived_name(self, word: RoleWord) -> str:
        if word.role is Role.STANDARD and (nominal := self._number("concentration", report=False)) is not None:
            return f"Standard {nominal:g}"
        if word.role is Role.SAMPLE and self._text("subject"):
            return " ".join(part for part in (self._text("subject"), self._text("timepoint")) if part)
        return ""

    def _with_nominal(self, content: Content, word: RoleWord) -> Content:
        nominal = self._number("concentration")
        if word.role is Role.STANDARD:
            if nominal is None and word.zero_standard:
                nominal = 0.0
            if nominal is None and self._understood.nominals_elsewhere:
                sentence = "The file names standards without any concentration; a layout has to state them."
                self._understood.remarks += [sentence] if sentence not in self._understood.remarks else []
            elif nominal is None and "concentration" not in self._said:
                place = "sample" if "sample" in self._said else "role"
                self._problem(
                    place,
                    f"standard {content.name} without a concentration".replace("  ", " "),
                    "its concentration in the well",
                )
            return replace(content, nominal=nominal, name=content.name or "Standard")
        if word.role is Role.CONTROL:
            return replace(content, nominal=nominal)
        if word.spike:
            return content
        if nominal:
            self._problem(
                "concentration",
                f"a {word.role} with the concentration {nominal:g}",
                "known concentrations, of standards and controls only",
            )
        if word.zero_word:
            self._remark(
                "'zero' was taken as a blank, no part of the curve; a zero standard is 'standard' with concentration 0"
            )
        return content

    def _dilution(self, role: Role) -> float | None:
        fact = self._said.get("dilution")
        if fact is None:
            return None
        factor = dilution_factor_or_none(fact.text, self._decimal)
        if factor is None:
            self._problem("dilution", f"the dilution {fact.text!r} is not understood", _DILUTION_FORMS)
        if role in (Role.SAMPLE, Role.CONTROL):
            return factor
        if factor is not None and factor != 1:
            self._remark("dilutions of standards and blanks are not used: their concentrations are those in the well")
        return None

    def _number(self, name: str, *, report: bool = True) -> float | None:
        fact = self._said.get(name)
        if fact is None:
            return None
        value = number_from_text_or_none(fact.text, self._decimal)
        if report and (value is None or value < 0):
            what = "is negative" if value is not None else "is no number"
            self._problem(name, f"the {name} {fact.text!r} {what}", "a number from 0")
        return value if value is not None and value >= 0 else None

    def _flag(self, name: str) -> bool:
        fact = self._said.get(name)
        if fact is None or fact.text.strip().casefold() in _FALSE:
            return False
        if fact.text.strip().casefold() not in _TRUE:
            self._problem(name, f"{name} = {fact.text!r}", "yes or no")
        return True

    def _text(self, name: str) -> str | None:
        fact = self._said.get(name)
        return fact.text.strip() if fact else None

    def _attributes(self, word: RoleWord) -> Mapping[str, str]:
        attributes = {
            name: fact.text.strip() for name, fact in self._said.items() if name not in _OWN and name not in _PLACES
        }
        level = self._text("level") or word.level
        if level:
            attributes["level"] = level
        if word.spike:
            attributes["spike"] = self._text("concentration") or "yes"
        return attributes

    def _problem(self, name: str, found: str, expected: str, hint: str = "") -> None:
        fact = self._said.get(name)
        place, file = (fact.place, fact.file) if fact else ("", self._file())
        self._understood.complaints.append((Problem(found, expected, hint, "", file), place, self._well))

    def _file(self) -> str:
        return next((fact.file for fact in self._said.values()), "")

    def _remark(self, sentence: str) -> None:
        if sentence not in self._understood.remarks:
            self._understood.remarks.append(sentence)
