"""What people call a matrix or a column of numbers, and the marks by which vendors' own formats are known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from elisa_bdnf.inputs.file import InputFile
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.reading import ChannelKind, Correction
from elisa_bdnf.readers._key_lines import kind_from_text

_HEAD = 60
_GENERIC = "generic pages"
_WAVELENGTH = re.compile(
    r"(?:\b(?:od|do|abs|absorbance|optical density|extin[ck]tion|raw(?: ?data)?|signal|response|wavelength|λ)"
    r"[\s_:=(@-]*|\ba)"
    r"(?P<behind>[2-9][0-9]{2}|1[01][0-9]{2})(?![0-9])|(?<![0-9.])(?P<nm>[2-9][0-9]{2}|1[01][0-9]{2})\s*_?nm\b"
    r"|\((?P<alone>[2-9][0-9]{2})\)",
    re.IGNORECASE,
)
_BARE = re.compile(r"\s*[(\[]?\s*([2-9][0-9]{2})\s*[)\]]?\s*\Z")
_DIFFERENCE = re.compile(
    r"([2-9][0-9]{2})\s*(?:nm)?\s*(?:-|−|–|minus)\s*(?:od|a)?\s*([2-9][0-9]{2})(?![0-9])", re.IGNORECASE
)
_RESPONSE = re.compile(
    r"\b[Δ∆d]?(?:od|abs|absorbance|absorption|optical[ _]density|extin[ck]tion|response|signal|raw|raw[ _]?data|"
    r"readings?|values?|measurements?|measured|fluorescence|luminescence|rfu|rlu|counts)\b",
    re.IGNORECASE,
)
# What was done to responses, where a title says nothing else: ``Blank corrected``, ``Net``.
_DONE = re.compile(
    r"\b(?:blank|background|reference)[\s-]*(?:correct|subtract|adjust|reduc|removed)"
    r"|\A(?:corrected|subtracted|net|delta|difference|reduced)(?:\s+(?:data|matrix|plate))?\Z",
    re.IGNORECASE,
)
_TWO_WAVELENGTHS = re.compile(  # a difference or a ratio: it is not said which; of chromogens also without a word
    r"\A\W*(?:(?:od|do|abs|absorbance|a|ratio|extinction)[\s_:=(]*(?P<named>[2-9][0-9]{2})|(?P<nm>405|450|490|492))"
    r"\s*(?:nm)?\s*(?:/\s*(?:od|a)?|\(?ref(?:erence|\.)?[\s:=]*)\s*[2-9][0-9]{2}(?![0-9])",
    re.IGNORECASE,
)
_TAKEN_OFF = re.compile(
    r"correct|subtract|adjust|differ|delta|\A[Δ∆d]od|\A[Δ∆]a|net\b|reduced|minus|remov", re.IGNORECASE
)
_AGGREGATED = re.compile(
    r"\b(?:mean|average|avg|median|sd|std[ _.]?dev|stdev|sem|cv|count|n|rank)(?![a-z])|%", re.IGNORECASE
)
_CONCENTRATION = re.compile(r"conc", re.IGNORECASE)
_CALCULATED = re.compile(
    r"\b(?:calc(?:ulated)?|back[- ]?calc\w*|interpolated|result(?:s|ing)?|found|measured|in[ _]well|unknown|fitted)\b"
    r"|\[concentration\]|\badj\w*|interp",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?:elapsed[ _]?)?time\b|cycle\b|read\s*#|iteration\b|kinetic|\b[0-9]{1,3}:[0-9]{2}:[0-9]{2}\b"
    r"|\A[0-9.]+\s*(?:s|sec|min|h)\Z",
    re.IGNORECASE,
)
_VENDOR = re.compile(
    r"##BLOCKS=|^\W*Software Version\b|^Procedure Summary\b|Test run no\.:|Test ID:|^\W*Plate information\b"
    r"|^\W*Results for\s|EnSight Results from|PlateRepeat:|Application:\s*(?:Tecan|Spark)|^Method name:|^SUNRISE;"
    r"|Well positions|^Measurement results\b|Photometric1|^\W*<>|MeasurementResultData|Excel\.Sheet|Magellan",
    re.IGNORECASE | re.MULTILINE,
)
# In small letters, one of which every mark contains: looking for words is much faster than for patterns.
_VENDOR_WORDS = (
    "##blocks=", "software version", "procedure summary", "test run no.:", "test id:", "plate information",
    "results for", "results from", "platerepeat:", "application:", "method name:", "sunrise;", "well positions",
    "measurement results", "photometric1", "<>", "measurementresultdata", "excel.sheet", "magellan",
)  # fmt: skip


_ABSORBED = (ChannelKind.ABSORBANCE, ChannelKind.UNKNOWN)


class Meaning(StrEnum):
    RESPONSE = "response"
    CONCENTRATION = "concentration"  # that a program calculated
    STATISTIC = "statistic"  # means, CVs: of several wells
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A title understood. ``correction`` is what the title itself says was done."""

    meaning: Meaning
    wavelength_nm: float | None = None
    kind: ChannelKind = ChannelKind.ABSORBANCE
    correction: Correction = Correction.NONE


def quantity_from_title(title: str) -> Quantity:
    """What ``OD 450``, ``450 nm``, ``A450``, ``450-620``, ``Blank corrected (450)``, ``Mean OD`` and the like mean."""
    words = title.replace("_", " ").strip()
    if _CONCENTRATION.search(words):
        return Quantity(Meaning.CONCENTRATION if _CALCULATED.search(words) else Meaning.OTHER)
    wavelength = wavelength_from_title_or_none(words)
    if _AGGREGATED.search(words):
        return Quantity(Meaning.STATISTIC)
    if wavelength is None and not (_RESPONSE.search(words) or _DONE.search(words)):
        return Quantity(Meaning.OTHER)
    kind = kind_from_text(words)
    kind = ChannelKind.ABSORBANCE if kind is ChannelKind.UNKNOWN else kind
    return Quantity(Meaning.RESPONSE, wavelength, kind, _correction(words, kind))


def wavelength_from_title_or_none(title: str) -> float | None:
    """The wavelength in nm that a title states; a number that could be anything else is none."""
    if match := _DIFFERENCE.search(title):
        return float(match[1])
    if match := _BARE.match(title):
        return float(match[1])
    if (match := _TWO_WAVELENGTHS.search(title)) and kind_from_text(title) in _ABSORBED:
        return float(match["named"] or match["nm"])
    match = _WAVELENGTH.search(title)
    return float(match["behind"] or match["nm"] or match["alone"]) if match else None


def _correction(words: str, kind: ChannelKind) -> Correction:
    """``Reference 620 nm`` alone is a read of its own."""
    taken_off = _TAKEN_OFF.search(words)
    if _DIFFERENCE.search(words) or (taken_off and re.search(r"reference|background", words, re.IGNORECASE)):
        return Correction.REFERENCE
    if re.search(r"blank", words, re.IGNORECASE):
        return Correction.BLANK
    if re.search(r"path ?length", words, re.IGNORECASE):
        return Correction.PATH_LENGTH
    two = kind is ChannelKind.ABSORBANCE and _TWO_WAVELENGTHS.search(words)
    return Correction.REDUCED if taken_off or two else Correction.NONE


def is_time_title(title: str) -> bool:
    """Whether a title names a moment of a kinetic: ``Time``, ``Cycle 3``, ``0:05:00``."""
    return bool(_TIME.search(title.strip()))


def generic_pages(file: InputFile) -> tuple[Page, ...]:
    """The pages of a text or workbook, none where a vendor's mark says that the format is not generic."""
    if file.kind not in ("text", "xlsx", "xls"):
        return ()
    if _GENERIC not in file.kept:
        file.kept[_GENERIC] = () if any(_holds_mark(page) for page in file.pages) else file.pages
    pages: tuple[Page, ...] = file.kept[_GENERIC]
    return pages


def _holds_mark(page: Page) -> bool:
    """Each cell stands at the beginning of its own line, so that a mark may stand in any column."""
    head = "\n".join(text for row in page.rows[:_HEAD] for text in row if text)
    small = head.lower()
    return any(word in small for word in _VENDOR_WORDS) and _VENDOR.search(head) is not None
