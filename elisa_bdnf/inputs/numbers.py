"""What may stand in a cell: numbers by a grammar, and the closed vocabulary of words instead of a number.

``float()`` is never given free text: it takes ``1_000``, Arabic digits, ``infinity`` and ``1e999``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from elisa_bdnf.errors import ExportError
from elisa_bdnf.model.reading import Note, NoteKind

_EXPONENT = r"(?:[eE][+-]?[0-9]{1,3})?"
_NUMBER = {
    ".": re.compile(rf"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+){_EXPONENT}\Z"),
    ",": re.compile(rf"[+-]?(?:[0-9]+,?[0-9]*|,[0-9]+){_EXPONENT}\Z"),
}
_EACH = {
    mark: re.compile(rf"(?:([+-]?(?:[0-9]++{re.escape(mark)}?[0-9]*+|{re.escape(mark)}[0-9]++){_EXPONENT})|[^\t]*+)\t")
    for mark in ".,"
}
# A number that lost its decimal mark (``0.073`` → ``0073``): no instrument prints it.
_LOST_MARK = re.compile(r"[+-]?0[0-9]+\Z")
_LOST_MARK_BETWEEN_TABS = re.compile(r"\t[+-]?0[0-9]+\t")
_PLAIN_CHARACTERS = {mark: f"0123456789{mark}\t+-eE".encode() for mark in ".,"}
_LONG_EXPONENT = re.compile(r"[eE][+-]?[0-9]{4}")
_BEGIN_NO_NUMBER = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz*?#<>")
_EITHER = re.compile(r"-?[0-9]{1,9}(?:[.,][0-9]{1,17})?\Z")  # most numbers
_WITH_POINT = re.compile(rf"[+-]?[0-9]*\.[0-9]+{_EXPONENT}\Z")
_WITH_COMMA = re.compile(rf"[+-]?[0-9]*,[0-9]+{_EXPONENT}\Z")
_MAYBE_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}\Z")
_BOUND = re.compile(r"([<>≤≥]=?)\s*(.+)\Z")
_STARRED = re.compile(r"\*(.*[^*].*)\*\Z")
_STARS_FOR_DIGITS = re.compile(r"\*+[.,]\*+\Z")

_WORDS: dict[str, NoteKind] = {
    **dict.fromkeys(
        ["ovrflw", "over", "overflow", "ovf", "ovfl", "ovrfl", "overrange", "over range", "saturated", "sat", "#sat"],
        NoteKind.OVERFLOW,
    ),
    **dict.fromkeys(["undrflw", "under", "underflow", "under range", "#low"], NoteKind.UNDERFLOW),
    **dict.fromkeys(["missed", "missing", "-", "--", "n/a", "na", "not read", "no read", "nan"], NoteKind.MISSING),
    **dict.fromkeys(["masked", "excluded", "omitted", "outlier"], NoteKind.MASKED),
    **dict.fromkeys(
        ["error", "err", "range?", "inf", "-inf", "+inf", "#inf", "1.#inf", "-1.#inf", "1.#qnan", "-1.#ind", "1.#ind"],
        NoteKind.ERROR,
    ),
    **dict.fromkeys(["#div/0!", "#n/a", "#value!", "#ref!", "#num!", "#name?", "#null!"], NoteKind.ERROR),
}
_ONLY_ERROR_MARKS = re.compile(r"(?:\?+|#+|\*{2,})\Z")
_AROUND_NUMBERS = " \t\u00a0*<>≤≥="
_BOUND_WORDS = frozenset(["max", "min"])


class WellCell(NamedTuple):
    """A cell of a well: ``value`` is nan where there is no number; a masked well may have both number and note."""

    value: float
    note: Note | None = None


EMPTY_CELL = WellCell(math.nan)


def number_from_text_or_none(text: str, decimal: str = ".") -> float | None:
    """A finite number written with the given decimal mark, else None; no thousands marks, no words, no other digits."""
    matches = _NUMBER[decimal].match
    if not matches(text):  # most cells are bare numbers; only the others are worth the stripping
        usual = text.strip(" \t\u00a0").replace("\u2212", "-")
        if usual == text or not matches(usual):
            return None
        text = usual
    value = float(text.replace(",", "."))
    return value if math.isfinite(value) else None


def numbers_from_texts(texts: Collection[str], decimal: str = ".") -> list[float]:
    """:func:`number_from_text_or_none` of each of many texts, at a fifth of its cost; nan where one holds no number."""
    if (plain := numbers_or_none(texts, decimal)) is not None:
        return plain
    if among := numbers_among_words_or_none(texts, decimal):
        return among[0]
    joined = "\t".join((*texts, ""))
    unusual = "\u2212" in joined or "\u00a0" in joined or " \t" in joined or "\t " in joined or joined.startswith(" ")
    found = [] if unusual else _EACH[decimal].findall(joined)
    if len(found) != len(texts):
        each = [number_from_text_or_none(text, decimal) for text in texts]
        return [math.nan if value is None else value for value in each]
    if decimal == ",":
        found = [text.replace(",", ".") for text in found]
    values = [float(text) if text else math.nan for text in found]
    if math.inf in values or -math.inf in values:
        return [math.nan if math.isinf(value) else value for value in values]
    return values


def responses_from_texts(texts: Collection[str], decimal: str = ".") -> list[float]:
    """The same, with nan for each of them where one is a number that lost its decimal mark."""
    lost = _holds_lost_mark("\t".join(("", *texts, "")), decimal)
    return [math.nan] * len(texts) if lost else numbers_from_texts(texts, decimal)


def _holds_lost_mark(joined: str, decimal: str) -> bool:
    """Whether one of the texts, each between tabs, is a number that lost its mark.

    Zeros before a mark or alone are counted first, which is faster than the pattern and finds most texts free of it.
    """
    usual = joined.count("\t0") == joined.count(f"\t0{decimal}") + joined.count("\t0\t")
    return (not usual or "-0" in joined or "+0" in joined) and _LOST_MARK_BETWEEN_TABS.search(joined) is not None


def numbers_or_none(texts: Collection[str], decimal: str = ".") -> list[float] | None:
    """All of the texts at once, nan for empty ones, if each is a number without blanks.

    None where a single one is anything else (a word, blanks), or could be: then they are read one by one.
    """
    joined = "\t".join(("", *texts, ""))
    if not joined.isascii() or joined.encode().translate(None, _PLAIN_CHARACTERS[decimal]):
        return None
    if _holds_lost_mark(joined, decimal) or (("e" in joined or "E" in joined) and _LONG_EXPONENT.search(joined)):
        return None
    plain = texts if decimal == "." else [text.replace(",", ".") for text in texts]
    try:
        if "\t\t" not in joined:  # no cell is empty
            values = list(map(float, plain))
            return values if math.isfinite(sum(values)) else None
        values = [float(text) if text else math.nan for text in plain]
    except ValueError:
        return None
    return None if math.inf in values or -math.inf in values else values


def numbers_among_words_or_none(texts: Iterable[str], decimal: str = ".") -> tuple[list[float], list[int]] | None:
    """Numbers, nan for words and empty texts, and the positions of the words; None where that takes a closer look."""
    texts = list(texts)
    words = [n for n, text in enumerate(texts) if text[:1] in _BEGIN_NO_NUMBER]
    for n in words:
        texts[n] = ""
    plain = numbers_or_none(texts, decimal)
    return None if plain is None else (plain, words)


def response_or_none(text: str, decimal: str = ".") -> WellCell | None:
    """A cell of a measured channel; None for a word that is not in the vocabulary.

    ``>4.000`` there means that the detector saw more than it can tell: overflow, without a number. ``0073`` is no
    number that an instrument prints, but one that lost its decimal mark.
    """
    if _LOST_MARK.match(text.strip()):
        return None
    value = number_from_text_or_none(text, decimal)
    if value is not None:
        return WellCell(value)
    cell = result_or_none(text, decimal)
    if cell is None or cell.note is None or cell.note.kind is not NoteKind.LIMIT:
        return cell
    kind = NoteKind.OVERFLOW if cell.note.text.startswith((">", "≥")) else NoteKind.UNDERFLOW
    return WellCell(math.nan, Note(cell.note.text, kind))


def result_or_none(text: str, decimal: str = ".") -> WellCell | None:
    """A cell of something calculated (a concentration); None for a word that is not in the vocabulary.

    ``>105.000`` is a bound: a note of kind limit and no number. ``*0.356*`` was excluded by a person: number and note.
    """
    value = number_from_text_or_none(text, decimal)
    if value is not None:
        return WellCell(value)
    compact = " ".join(text.split())
    if not compact:
        return EMPTY_CELL
    if compact != text and (value := number_from_text_or_none(compact, decimal)) is not None:
        return WellCell(value)
    starred = None if _STARS_FOR_DIGITS.match(compact) else _STARRED.match(compact)
    if starred:
        return _masked_or_none(compact, starred[1], decimal)
    kind = _kind_of_word_or_none(compact, decimal)
    return None if kind is None else WellCell(math.nan, Note(compact, kind))


def _masked_or_none(compact: str, inner: str, decimal: str) -> WellCell | None:
    cell = result_or_none(inner, decimal)
    return None if cell is None else WellCell(cell.value, Note(compact, NoteKind.MASKED))


def _kind_of_word_or_none(compact: str, decimal: str) -> NoteKind | None:
    word = compact.casefold()
    if word in _WORDS:
        return _WORDS[word]
    if _STARS_FOR_DIGITS.match(word):
        return NoteKind.OVERFLOW
    if _ONLY_ERROR_MARKS.match(word):
        return NoteKind.ERROR
    bound = _BOUND.match(word)
    if bound and (bound[2] in _BOUND_WORDS or number_from_text_or_none(bound[2], decimal) is not None):
        return NoteKind.LIMIT
    return None


def is_number(text: str) -> bool:
    """Whether a cell is a number with either decimal mark."""
    if _EITHER.match(text) or number_from_text_or_none(text) is not None:
        return True
    return "," in text and number_from_text_or_none(text, ",") is not None


def is_number_or_word(text: str) -> bool:
    """Whether a cell, with either decimal mark, could stand for a well."""
    if _EITHER.match(text) or result_or_none(text) is not None:
        return True
    return "," in text and result_or_none(text, ",") is not None


def are_numbers_or_words(texts: Sequence[str]) -> bool:
    """Whether each of the cells could stand for a well; lines of numbers, as most are, are seen at once."""
    if texts and not is_number_or_word(texts[0]):
        return False
    return numbers_or_none(texts) is not None or all(map(is_number_or_word, texts))


def decimal_mark_from_rows(rows: Iterable[Sequence[object]], *, first_line: int = 1) -> str:
    """The decimal mark of a file, from all the cells that are given: ``.`` or ``,`` (``.`` where no cell has any).

    ``rows[n]`` is named as line ``first_line + n`` in errors. Raises ExportError where both marks occur (naming one
    line of each) and where the only commas could just as well divide thousands (``1,234``). Give it cells of wells,
    not titles: ``450,630`` in a title is two wavelengths.
    """
    point = comma = maybe = 0
    for line, row in enumerate(rows, start=first_line):
        for cell in row:
            if not isinstance(cell, str):
                continue
            if "." in cell and not point:
                point = line if _WITH_POINT.match(cell.strip(_AROUND_NUMBERS)) else 0
            if "," in cell and _WITH_COMMA.match(compact := cell.strip(_AROUND_NUMBERS)):
                sure = not _MAYBE_THOUSANDS.match(compact)
                comma, maybe = (comma or line, maybe) if sure else (comma, maybe or line)
    return _decimal_mark(point, comma, maybe)


def _decimal_mark(point: int, comma: int, maybe: int) -> str:
    either = comma or maybe
    if point and either:
        raise ExportError(
            f"line {point} has numbers with a decimal point and line {either} numbers with a comma",
            expected="one decimal mark in the whole file",
            hint="export again, without opening the file in a spreadsheet program in between",
            place=str(either),
        )
    if maybe and not comma:
        raise ExportError(
            "the numbers with a comma can be thousands (1234) or decimals (1.234)",
            expected="numbers that can be read in one way only",
            hint="export with a decimal point, or with more digits",
            place=str(maybe),
        )
    return "," if comma else "."
