"""What a group of SoftMax Pro prints twice must agree: means with their values, products with their factors.

The lines of further replicates have no name of their own. Where the first line of a sample was lost, its other wells
would silently become replicates of the sample above: the printed mean of that one tells them apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from elisa_bdnf.inputs.numbers import decimals_from_text, number_from_text_or_none
from elisa_bdnf.readers._softmax_groups import Group, GroupLine, Purpose, column_named

_AVERAGE = re.compile(r"average\(([^()]+)\)\Z")
_PRODUCT = re.compile(r"([^()*/+-]+)\*([^()*/+-]+)\Z")
_SUFFICIENT = 3  # samples whose number of wells can be compared


def checked(group: Group, decimal: str) -> Group:
    """The group without the lines that stand below the wrong sample, and with a remark for all that does not agree."""
    samples = _samples(group)
    remarks: list[str] = []
    lines: list[GroupLine] = []
    averages = list(_averages(group))
    for sample in samples:
        kept, found = _belonging(group, sample, averages, decimal)
        lines += kept
        remarks += found
    remarks += [*_unlike_others(group, samples), *_lacking(group, samples), *_products(group, lines, decimal)]
    return replace(group, lines=tuple(lines), remarks=(*group.remarks, *remarks)) if remarks else group


def _samples(group: Group) -> list[list[GroupLine]]:
    found: dict[int, list[GroupLine]] = {}
    for line in group.lines:
        found.setdefault(line.sample, []).append(line)
    return list(found.values())


def _averages(group: Group) -> Iterator[tuple[int, int]]:
    """Positions of a mean and of what it is the mean of."""
    for position, column in enumerate(group.columns):
        match = _AVERAGE.match(_compact(column.formula))
        of = _position(group, match[1]) if match else None
        if of is not None:
            yield position, of


def _compact(formula: str) -> str:
    return "".join(formula.split()).casefold()


def _position(group: Group, name: str) -> int | None:
    """Where the column stands that a formula calls by its name, or by what it holds (``!WellValues``)."""
    purpose = column_named(name, group.columns)
    named = next((n for n, column in enumerate(group.columns) if _compact(column.name) == name), None)
    return group.position(purpose) if named is None and purpose else named


def _belonging(
    group: Group, sample: Sequence[GroupLine], averages: Sequence[tuple[int, int]], decimal: str
) -> tuple[Sequence[GroupLine], list[str]]:
    """The lines that the printed means are of. Further lines, and means that fit no lines, are named."""
    name = group.text(sample[0], Purpose.NAME) or group.name
    for mean, of in averages:
        printed, texts = sample[0].texts[mean], [line.texts[of] for line in sample]
        if _agrees(printed, texts, decimal):
            continue
        wells = ", ".join(line.well for line in sample)
        fitting = next((n for n in range(1, len(sample)) if _agrees(printed, texts[:n], decimal)), None)
        if fitting is not None:
            wells, place = ", ".join(line.well for line in sample[fitting:]), sample[fitting].line
            about = f"Below {name!r} in group {group.name!r} the printed mean does not contain {wells} (line {place})"
            return sample[:fitting], [f"{about}: the first line of their sample was lost, and they are left out."]
        if _agrees(printed, texts, decimal) is False:
            about = f"{group.columns[mean].title} of {name!r} in group {group.name!r} ({printed})"
            return sample, [f"{about} is not the mean of its wells ({wells}): a line was lost or a number was edited."]
    return sample, []


def _agrees(printed: str, texts: Sequence[str], decimal: str) -> bool | None:
    """Whether a printed mean can be that of the printed numbers.

    None: there is no number, or words (``Masked``) stand beside numbers that it is not the mean of. Whether it then
    contains what the words stand for is looked at where the plate is known.
    """
    mean = number_from_text_or_none(printed, decimal)
    numbers = {
        n: value for n, text in enumerate(texts) if (value := number_from_text_or_none(text, decimal)) is not None
    }
    if mean is None or not numbers:
        return None
    slack = _half_digit(printed, decimal) + max(_half_digit(texts[n], decimal) for n in numbers)
    fits = abs(sum(numbers.values()) / len(numbers) - mean) <= slack * (1 + 1e-6) + 1e-9 * abs(mean)
    return fits if fits or len(numbers) == len(texts) else None


def _half_digit(text: str, decimal: str) -> float:
    return 0.5 * 10.0 ** -(decimals_from_text(text, decimal) or 0)


def _unlike_others(group: Group, samples: Sequence[Sequence[GroupLine]]) -> Iterator[str]:
    """A single sample that has another number of wells than all the others."""
    counts = [len(sample) for sample in samples]
    usual = max(set(counts), key=counts.count) if counts else 0
    odd = [sample for sample in samples if len(sample) != usual]
    if len(samples) > _SUFFICIENT and len(odd) == 1:
        name = group.text(odd[0][0], Purpose.NAME) or group.name
        yield f"{name!r} in group {group.name!r} has {len(odd[0])} wells, every other sample {usual}."


def _lacking(group: Group, samples: Sequence[Sequence[GroupLine]]) -> Iterator[str]:
    """A concentration or dilution that all samples but a few have, and first lines without a name."""
    for purpose in (Purpose.DESCRIPTOR, Purpose.FACTOR):
        position = group.position(purpose)
        lacking = [sample for sample in samples if position is not None and not sample[0].texts[position]]
        if position is not None and lacking and 2 * len(lacking) < len(samples):
            names = ", ".join(group.text(sample[0], Purpose.NAME) for sample in lacking)
            yield f"{names} in group {group.name!r} lacks the {group.columns[position].title} that the others have."
    if group.position(Purpose.NAME) is not None and samples and samples[0][0].sample < 0:
        wells = ", ".join(line.well for line in samples[0])
        yield f"Group {group.name!r} begins with {wells} without a sample name: a line was lost."


def _products(group: Group, lines: Sequence[GroupLine], decimal: str) -> Iterator[str]:
    """``AdjResult = MeanResult*!Factor``, line by line: a factor that was shifted or lost shows here."""
    for position, column in enumerate(group.columns):
        match = _PRODUCT.match(_compact(column.formula))
        factors = [_position(group, name) for name in match.groups()] if match else []
        if len(factors) != 2 or None in factors:
            continue
        first, second = (n for n in factors if n is not None)
        wrong = [
            group.text(line, Purpose.NAME)
            for line in lines
            if not _is_product(line.texts[first], line.texts[second], line.texts[position], decimal)
        ]
        if wrong:
            names, formula = ", ".join(dict.fromkeys(wrong)), column.formula
            yield f"{column.title} in group {group.name!r} is not {formula} for {names}: a cell was lost or edited."


def _is_product(first: str, second: str, printed: str, decimal: str) -> bool:
    """True also where one of them says something else than a number, or where nothing but a factor is printed."""
    texts = (first, second, printed)
    one, two, product = (number_from_text_or_none(text, decimal) for text in texts)
    if one is None or two is None or product is None:
        numbers, empty = sum(n is not None for n in (one, two, product)), sum(not text for text in texts)
        return not (numbers == 2 and empty == 1)
    slack = _half_digit(printed, decimal) + abs(one) * _half_digit(second, decimal)
    return abs(one * two - product) <= (slack + abs(two) * _half_digit(first, decimal)) * (1 + 1e-6)
