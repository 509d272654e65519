"""The head that EnVision and EnSpire share; what EnVision's labels and filters say of kind and wavelength."""

from __future__ import annotations

import re

from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.reading import ChannelKind
from elisa_bdnf.readers._key_lines import kind_from_text, wavelength_from_text_or_none

PLATE = "plate information"
_TOP_ROWS = 120  # the assay can be printed above the plates
_OPTICS = re.compile(r"\bEx=(\S+)\s+Em=(\S+)")
_CENTER = re.compile(r"CWL=([0-9]{3,4}(?:\.[0-9]+)?)\s*nm")
_REPEAT = re.compile(r"\([0-9]+\)\Z")


def is_perkin_elmer(page: Page) -> bool:
    """Whether the text has the head that EnVision and EnSpire share."""
    rows = range(min(_TOP_ROWS, len(page.rows)))
    return any(page.text(row, 0).casefold() == PLATE and page.text(row + 1, 0) == "Plate" for row in rows)


def heads_a_list(titles: tuple[str, ...]) -> bool:
    """Whether a line is what stands above EnSpire's wells: ``Well, Sample, MeasA:Result``, or without the samples."""
    return titles[:1] == ("Well",) and (
        titles[1:2] == ("Sample",) or any(title.endswith(":Result") for title in titles)
    )


def kind_from_measinfo(measinfo: str, label: str) -> ChannelKind:
    """``Ex=Btm Em=N/A`` is absorbance, ``Ex=N/A Em=Top`` luminescence, both fluorescence; else the label's words."""
    match = _OPTICS.search(measinfo)
    if match is None:
        return kind_from_text(label)
    excited, emitted = match[1] != "N/A", match[2] != "N/A"
    if excited and emitted:
        return ChannelKind.FLUORESCENCE
    if excited:
        return ChannelKind.ABSORBANCE
    return ChannelKind.LUMINESCENCE if emitted else ChannelKind.UNKNOWN


def wavelength_of_label(page: Page, label: str) -> float | None:
    """Of absorbance: the excitation in ``Labels:``, or the center of its filter in ``Filters:``; else from names."""
    name = _name_of_label(label)
    facts = _section(page, "labels:", name)
    nm = wavelength_from_text_or_none(facts.get("Excitation wavelength", ""))
    return nm or _center_of_filter(page, facts.get("Exc. filter", "")) or wavelength_from_text_or_none(name)


def emission_of_label(page: Page, label: str, measinfo: str) -> float | None:
    """Of fluorescence: the emission of the detector that ``Measinfo`` names (``De=2nd``); None where none is stated."""
    facts = _section(page, "labels:", _name_of_label(label))
    second = "De=2nd" in measinfo
    nm = wavelength_from_text_or_none(facts.get("2nd emission wavelength" if second else "Emission wavelength", ""))
    return nm or _center_of_filter(page, facts.get("2nd ems. filter" if second else "Ems. filter", ""))


def _name_of_label(label: str) -> str:
    return _REPEAT.sub("", label).strip()


def _center_of_filter(page: Page, used: str) -> float | None:
    match = _CENTER.search(_section(page, "filters:", used).get("Description", ""))
    if match:
        return float(match[1])
    return None if "cutoff" in used.casefold() else wavelength_from_text_or_none(used)


def _section(page: Page, title: str, name: str) -> dict[str, str]:
    """Keys below the line ``name`` of a section, up to the next empty line."""
    if title not in page.kept:
        page.kept[title] = next((row for row, text in enumerate(page.folded_firsts) if text == title), None)
    start: int | None = page.kept[title]
    if start is None or not name:
        return {}
    facts: dict[str, str] = {}
    inside = False
    for cells in page.rows[start + 1 :]:
        ends = inside and len(cells) < 2 and cells != ("Used with",)
        if ends or (cells and cells[0].endswith(":") and len(cells) == 1):
            break
        if inside:
            facts.setdefault(cells[0], cells[-1])
        inside = inside or cells[:1] == (name,)
    return facts
