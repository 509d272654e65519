"""The curve on a ``Standard Curve`` sheet of SkanIt: type, equation, parameters with 6 digits, R² of the means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from elisa_bdnf.inputs.numbers import number_from_text_or_none
from elisa_bdnf.inputs.pages import Page
from elisa_bdnf.model.reading import Channel, Correction, InstrumentCurve
from elisa_bdnf.readers._key_lines import wavelength_from_text_or_none

_TYPE = re.compile(r"Fit type:\s*(.+)", re.IGNORECASE)
_WAVELENGTH = re.compile(r"Wavelength:", re.IGNORECASE)
_EQUATION = re.compile(r"(?:Equation:\s*)?(y\s*=.+|f\(x\)\s*=.+)", re.IGNORECASE)
_PARAMETER = re.compile(r"([a-gmk])\s*[=:]\s*(\S*)\Z", re.IGNORECASE)
_R_SQUARED = re.compile(r"R(?:²|2|\^2)\s*[:=]\s*(\S*)")
_MODELS = {"4pl": "4pl", "5pl": "5pl", "four parameter logistic": "4pl", "linear regression": "linear"}


def curve_from_page_or_none(page: Page, channels: Sequence[Channel], decimal: str) -> InstrumentCurve | None:
    """The curve of a step; None for steps that fitted none."""
    fit = next((match[1].strip() for match in map(_TYPE.match, page.firsts) if match), None)
    if fit is None:
        return None
    texts = [(row, text) for row, text in enumerate(page.firsts) if text]
    stated = next((text for _, text in texts if _WAVELENGTH.match(text)), "")
    return InstrumentCurve(
        model=_MODELS.get(fit.casefold(), fit.casefold()),
        parameters=tuple(_parameters(page, texts, decimal)),
        r_squared=_r_squared_or_none(page, decimal),
        formula=next((match[1] for _, text in texts if (match := _EQUATION.match(text))), ""),
        response_label=_fitted_label(channels, wavelength_from_text_or_none(stated)),
    )


def _parameters(page: Page, texts: Iterable[tuple[int, str]], decimal: str) -> Iterable[tuple[str, float]]:
    """``a =`` in one cell and the number in the next, or both in one."""
    for row, text in texts:
        if match := _PARAMETER.match(text):
            number = number_from_text_or_none(match[2] or page.text(row, 1), decimal)
            if number is not None:
                yield match[1].lower(), number


def _r_squared_or_none(page: Page, decimal: str) -> float | None:
    for row in page.rows:
        for position, text in enumerate(row):
            if match := _R_SQUARED.match(text):
                following = row[position + 1] if position + 1 < len(row) else ""
                return number_from_text_or_none(match[1] or following, decimal)
    return None


def _fitted_label(channels: Sequence[Channel], wavelength_nm: float | None) -> str:
    """SkanIt fits what the step before it gave: blank-subtracted where there is such a channel, otherwise measured."""
    order = (Correction.BLANK, Correction.REFERENCE, Correction.PATH_LENGTH, Correction.NONE)
    for correction in order:
        found = [
            c
            for c in channels
            if c.correction is correction and (not wavelength_nm or c.wavelength_nm == wavelength_nm)
        ]
        if len(found) == 1:
            return found[0].label
    return ""
