"""What a study report is made of: sections of tables, pictures and prose that formats arrange and never change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from elisa_bdnf.model.study import StudyResult
from elisa_bdnf.reports.parts import Banner, Fact, Table


class Picture(NamedTuple):
    """One figure as SVG; ``key`` is its anchor and the stem of its file, ``legend`` what is to be read below it."""

    key: str
    title: str
    svg: str
    legend: str = ""


class Prose(NamedTuple):
    """Paragraphs, or the points of a list."""

    title: str
    paragraphs: tuple[str, ...]
    listed: bool = False


Block = Table | Picture | Prose


class Section(NamedTuple):
    key: str
    title: str
    blocks: tuple[Block, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class StudyDocument:
    """One judged study in words, digits and pictures. A section without blocks is not there."""

    title: str
    subtitle: str
    summary: str
    banners: tuple[Banner, ...]
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    result: StudyResult

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table there is, in the order of the report."""
        return tuple(block for section in self.sections for block in section.blocks if isinstance(block, Table))

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Every picture there is, in the order of the report."""
        return tuple(block for section in self.sections for block in section.blocks if isinstance(block, Picture))
