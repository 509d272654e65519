"""Cells of wells → what an instrument's software calculated: numbers with the digits they are printed with, and words.

A user's formula may give any word (``Positive``), so an unknown one is no damage here as it is in a channel.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import compress, repeat

from elisa_bdnf.inputs.numbers import (
    EMPTY_CELL,
    number_from_text_or_none,
    numbers_from_texts,
    result_or_none,
)
from elisa_bdnf.inputs.printed_digits import decimals_from_text, decimals_of_number, decimals_of_numbers
from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.reading import InstrumentResult, Note, NoteKind
from elisa_bdnf.readers._cells import filled_wells

_result = partial(tuple.__new__, InstrumentResult)  # there are many: a third of what calling the class costs


def results(quantity: str, cells: Mapping[Well, str], decimal: str) -> tuple[InstrumentResult, ...]:
    """What the software calculated for each well that is not empty; unknown words are kept as they are."""
    wells, texts = list(filled_wells(cells)), list(filter(None, cells.values()))
    numbers = numbers_from_texts(texts, decimal)
    digits = decimals_of_numbers(texts, numbers, decimal)
    return tuple(filter(None, results_or_none(quantity, wells, texts, numbers, digits, decimal)))


def results_or_none(
    quantity: str,
    wells: Sequence[Well],
    texts: Sequence[str],
    numbers: Sequence[float],
    digits: Sequence[int | None],
    decimal: str,
) -> list[InstrumentResult | None]:
    """One for each well, None for an empty text; ``numbers`` and ``digits`` are those of the texts, nan for words."""
    each = zip(wells, repeat(quantity), numbers, repeat(None), digits)
    if not math.isnan(sum(numbers)):
        return list(map(_result, each))
    found = [None if math.isnan(item[2]) else _result(item) for item in each]
    words: dict[str, InstrumentResult | None] = {}
    for n in compress(range(len(texts)), map(math.isnan, numbers)):
        if text := texts[n]:
            if text not in words:
                words[text] = _result_or_none(quantity, wells[n], text, decimal)
            word = words[text]
            found[n] = word and _result((wells[n], *word[1:]))
    return found


def _result_or_none(quantity: str, well: Well, text: str, decimal: str) -> InstrumentResult | None:
    """What the software calculated for a well; None for an empty cell."""
    value = number_from_text_or_none(text, decimal)
    if value is not None:
        return InstrumentResult(well, quantity, value, None, decimals_of_number(text, decimal))
    cell = result_or_none(text, decimal)
    if cell is EMPTY_CELL:
        return None
    if cell is None:
        return InstrumentResult(well, quantity, None, Note(" ".join(text.split()), NoteKind.WORD))
    known = None if math.isnan(cell.value) else cell.value
    return InstrumentResult(well, quantity, known, cell.note, decimals_from_text(text.strip(" *"), decimal))
