"""Lines of keys and values around the plates, and what labels say about how was measured."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.reading import ChannelKind
from elisa_bdnf.readers._cells import ambiguous_date_or_none

Header = tuple[tuple[str, str], ...]

_KEY_AND_VALUE = re.compile(r"(?P<key>[^:]{1,80}?)\s*:(?:\s+(?P<value>.*)|)\Z")
_WAVELENGTH = re.compile(r"(?<![0-9.])([0-9]{3,4}(?:\.[0-9]+)?)(?![0-9])")
_KINDS = (
    (re.compile(r"lumin|\brlu\b|\blum\b", re.IGNORECASE), ChannelKind.LUMINESCENCE),
    (re.compile(r"fluor|fret|\brfu\b|\btrf\b|htrf|alpha|\bfl\b|\bfi\b", re.IGNORECASE), ChannelKind.FLUORESCENCE),
    (re.compile(r"abs|photometr|\bod\b|optical density", re.IGNORECASE), ChannelKind.ABSORBANCE),
)


def pair_from_row(row: Sequence[str]) -> tuple[str, str] | None:
    """Key and value of a line: ``Key: value`` in one cell, or the key in one and the value in others; None if empty."""
    cells = list(filter(None, row))
    if not cells:
        return None
    match = _KEY_AND_VALUE.match(cells[0]) if ":" in cells[0] else None
    if match is None:
        return cells[0], " ".join(cells[1:])
    return match["key"].strip(), " ".join(filter(None, ((match["value"] or "").strip(), *cells[1:])))


def header_from_rows(rows: Iterable[Sequence[str]]) -> Header:
    """Keys and values of all lines, in order."""
    return tuple(pair for pair in map(pair_from_row, rows) if pair)


def value_of(header: Header, key: str) -> str:
    """The value of the first key that is equal but for case; empty where there is none."""
    return next((value for name, value in header if name.casefold() == key.casefold()), "")


def unread_keys(header: Header, used: Iterable[str]) -> tuple[str, ...]:
    """Keys in order, each once, without those that were used."""
    known = {key.casefold() for key in used}
    return tuple(dict.fromkeys(key for key, _ in header if key.casefold() not in known))


def date_remarks(*texts: str) -> tuple[str, ...]:
    """Sentences about dates that can be read in two ways."""
    found = (ambiguous_date_or_none(text) for text in texts)
    return tuple(dict.fromkeys(remark for remark in found if remark))


def title_above(page: Page, top: int, *, at_least: int = 0) -> str:
    """The first text of the nearest line above that is not empty."""
    for row in range(top - 1, at_least - 1, -1):
        if cells := [text for text in page.rows[row] if text]:
            return cells[0]
    return ""


_WAVELENGTH_KEYS = {
    ChannelKind.ABSORBANCE: re.compile(r"(?:measurement )?wavelength(?: \[nm\])?\Z", re.IGNORECASE),
    ChannelKind.FLUORESCENCE: re.compile(r"emission wavelength(?: \[nm\])?\Z", re.IGNORECASE),
}


def wavelength_from_text_or_none(text: str) -> float | None:
    """The first number that can be a wavelength in nm: ``Raw Data (450)``, ``650 nm`` → 450, 650."""
    return next(iter(_wavelengths(text)), None)


def emission_from_text_or_none(text: str) -> float | None:
    """The wavelength in nm that was detected: ``485/520``, ``485 520``, ``480-14/520-30`` → 520, as ``520`` alone."""
    _, slash, emission = text.rpartition("/")
    found = _wavelengths(emission)
    return found[0 if slash else -1] if found else None


def _wavelengths(text: str) -> list[float]:
    return [number for found in _WAVELENGTH.findall(text) if 190 <= (number := float(found)) <= 1100]


def wavelength_of_keys_or_none(header: Header, kind: ChannelKind) -> float | None:
    """What was detected, by Tecan's keys: the wavelength of an absorbance, the emission of a fluorescence, in nm."""
    wanted = _WAVELENGTH_KEYS.get(kind)
    stated = next((value for key, value in header if wanted and wanted.match(key)), "")
    return wavelength_from_text_or_none(stated)


def kind_from_text(text: str) -> ChannelKind:
    """What was measured, by the words that every vendor uses for it."""
    return next((kind for pattern, kind in _KINDS if pattern.search(text)), ChannelKind.UNKNOWN)


def not_an_endpoint(what: str, *, place: str = "") -> ExportError:
    """The refusal of a kinetic, a spectrum, a scan or images."""
    return ExportError(
        f"this is {what}",
        expected="an endpoint plate: one response per well",
        hint="export the endpoint read instead",
        place=place,
    )
