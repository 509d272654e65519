"""What Magellan calls what it measured and what it made of it, in the heads of lists and above matrices."""

from __future__ import annotations

import re
from collections.abc import Sequence

from elisa_bdnf.model.plate import Shape
from elisa_bdnf.model.reading import Channel, ChannelKind, Correction
from elisa_bdnf.readers._cells import Cells, unique_labels
from elisa_bdnf.readers._key_lines import (
    Header,
    kind_from_text,
    wavelength_from_text_or_none,
    wavelength_of_keys_or_none,
)
from elisa_bdnf.readers._placed import channel

_BEGIN = re.compile(r"measurement [0-9]+:?\Z")
_DERIVED = re.compile(r"mean|average|conc|\bcv\b|std|\bs\.?d\b|ratio|result|qualit|cut.?off|dilution", re.IGNORECASE)
_CONCENTRATION = re.compile(r"conc(?:\.|entrations?)?\s*(?:[\[(][^\])]*[\])])?\Z", re.IGNORECASE)
_CORRECTIONS = (
    (re.compile(r"blank", re.IGNORECASE), Correction.BLANK),
    (re.compile(r"differen|reference", re.IGNORECASE), Correction.REFERENCE),
    (re.compile(r"reduc|transform", re.IGNORECASE), Correction.REDUCED),
)
_MODE = re.compile(r"(?:Absorbance|Fluorescence|Luminescence)(?: (?:Top|Bottom))?(?: Reading)?\Z")  # alone in its line
_SAID = ("measurement mode", "measurement wavelength", "emission wavelength")
USED_KEYS = frozenset(["Measurement mode", "Emission wavelength", "Measurement wavelength", "Date of measurement"])


def is_derived(label: str) -> bool:
    """Whether a label is that of something calculated from several wells or from a curve."""
    return _DERIVED.search(label) is not None


def result_name(label: str) -> str:
    """``Conc. [pg/ml]`` → ``concentration``, the name that every format has for it; other labels as they are."""
    return "concentration" if _CONCENTRATION.match(label) else label


def channels_by_label(
    tables: Sequence[tuple[str, Cells]], shape: Shape, decimal: str, header: Header
) -> tuple[Channel, ...]:
    """Channels of the labelled cells, with mode and wavelength by their order in the footer, else by the label."""
    corrections = [_correction(label) for label, _ in tables]
    measured = _measurements(header)
    labels = unique_labels(label for label, _ in tables)
    raw = corrections.count(Correction.NONE)
    in_order = iter(measured if len(measured) == raw else ())
    common = measured[0] if len(set(measured)) == 1 else (ChannelKind.UNKNOWN, None)
    found = []
    for label, (title, cells), correction in zip(labels, tables, corrections, strict=True):
        kind, nm = next(in_order, common) if correction is Correction.NONE else common
        kind, nm = _by_title(title) if kind is ChannelKind.UNKNOWN and nm is None else (kind, nm)
        made = channel(label, cells, shape, decimal, wavelength_nm=nm, kind=kind, correction=correction)
        found.append(made)
    return tuple(found)


def _by_title(title: str) -> tuple[ChannelKind, float | None]:
    nm, kind = wavelength_from_text_or_none(title), kind_from_text(title)
    return ChannelKind.ABSORBANCE if nm and kind is ChannelKind.UNKNOWN else kind, nm


def _correction(label: str) -> Correction:
    return next((correction for pattern, correction in _CORRECTIONS if pattern.search(label)), Correction.NONE)


def _measurements(header: Header) -> list[tuple[ChannelKind, float | None]]:
    """Mode and wavelength of each measurement, in the order of the labels.

    A measurement begins with ``Measurement 2:``, or with its mode; a wavelength belongs to the one it stands in, so
    that a line lost from one leaves the others theirs.
    """
    found: list[dict[str, str]] = []
    alone = (("Measurement mode", name) if not value and _MODE.match(name) else (name, value) for name, value in header)
    for name, value in alone:
        key = name.casefold()
        if _BEGIN.match(key) or (key == "measurement mode" and (not found or key in found[-1])):
            found.append({})
        if key in _SAID:
            if not found or key in found[-1]:
                found.append({})
            found[-1][key] = value
    made = []
    for said in found:
        kind = kind_from_text(said.get("measurement mode", ""))
        made.append((kind, wavelength_of_keys_or_none(tuple(said.items()), kind)))
    return made
