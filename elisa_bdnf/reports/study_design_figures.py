"""Release by culture batch and condition, and tissue by region and time: dots of the units of replication."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from elisa_bdnf.model.release import ReleaseStudy
from elisa_bdnf.model.study import Descriptive
from elisa_bdnf.model.tissue import TissueStudy
from elisa_bdnf.reports import digits, svg
from elisa_bdnf.reports.study_axis import value_frame, value_scale

WIDTH, LEFT, HEIGHT, HEAD, FOOT, GAP = 940.0, 70.0, 250.0, 30.0, 62.0, 22.0


class Dot(NamedTuple):
    """One unit of replication in one panel and column; ``joined`` dots of one name share a line."""

    panel: str
    column: str
    height: float
    hover: str
    joined: str = ""
    censored: bool = False


def release_figure(study: ReleaseStudy) -> str:
    """SVG: fold of vehicle, a panel per time, a column per condition, a line per culture batch."""
    dots = [
        Dot(
            each.timepoint, each.condition, each.fold,
            f"batch {each.batch}, {each.condition}, {each.timepoint}: "
            f"{digits.significant(each.fold)} × {study.vehicle}, "
            f"{digits.concentration(each.value)} {study.unit}",
            each.batch,
        )
        for each in study.values
        if each.fold is not None and each.fold > 0
    ]  # fmt: skip
    means = {(s.timepoint, s.condition): (s.fold, s.fold_low, s.fold_high) for s in study.summaries if s.fold}
    conditions = list(dict.fromkeys(dot.column for dot in dots))
    label = f"Fold of {study.vehicle}, logarithmic"
    return _panels("release", "Release by culture batch", label, dots, conditions, means)


def tissue_figure(study: TissueStudy, analyte: str, key: str, described: Sequence[Descriptive]) -> str:
    """SVG: a panel per region, a column per arm and time, a dot per animal, geometric means with their intervals."""
    chosen = [each for each in study.values if each.analyte == analyte]
    dots = []
    for each in chosen:
        height = each.value if each.value is not None else each.limit
        if height is None or not height > 0:
            continue
        censored = each.value is None
        said = ("< " if censored else "") + digits.concentration(height)
        hover = f"{each.subject}, {each.region}, {each.timepoint}, {each.arm}: {said} {study.unit}"
        dots.append(Dot(each.region, f"{each.arm} {each.timepoint}".strip(), height, hover, censored=censored))
    columns = list(dict.fromkeys(dot.column for dot in dots))
    found = {(each.group, each.timepoint): each for each in described if each.n > 1}
    means = {}
    for each in chosen:
        names = (f"{each.region}, {each.arm}, {each.analyte}", f"{each.region}, {each.arm}")
        mean = next((found[name, each.timepoint] for name in names if (name, each.timepoint) in found), None)
        if mean is not None:
            place = (each.region, f"{each.arm} {each.timepoint}".strip())
            means[place] = (mean.geometric_mean, mean.geometric_low, mean.geometric_high)
    title = f"{analyte or 'BDNF'} by region, time and arm"
    return _panels(key, title, f"{analyte or 'BDNF'} ({study.unit}), logarithmic", dots, columns, means)


Means = Mapping[tuple[str, str], tuple[float | None, float | None, float | None]]


def _panels(key: str, title: str, label: str, dots: Sequence[Dot], columns: Sequence[str], means: Means) -> str:
    names = list(dict.fromkeys(dot.panel for dot in dots))
    wide = 2 if len(names) > 1 else 1
    width = (WIDTH - LEFT - (wide - 1) * GAP) / wide
    rows = math.ceil(len(names) / wide)
    ends = [end for mean in means.values() for end in mean]
    if value_scale([*(dot.height for dot in dots), *ends], 1, 0) is None:
        return ""
    body = [svg.upright_text(13, HEAD + HEIGHT / 2, label, "label")]
    for number, name in enumerate(names):
        row, place = divmod(number, wide)
        top, left = HEAD + row * (HEAD + HEIGHT + FOOT), LEFT + place * (width + GAP)
        scale = value_scale([*(dot.height for dot in dots), *ends], top + HEIGHT, top)
        assert scale is not None  # noqa: S101  (asked above; the same values)
        body.append(svg.rectangle(left, top, width, HEIGHT, "panel"))
        body.append(svg.text(left + 2, top - 9, name, "strong"))
        body += value_frame(scale, left, left + width, labeled=place == 0)
        at = {column: left + (i + 0.5) * width / len(columns) for i, column in enumerate(columns)}
        body += _columns(at, top + HEIGHT, width / len(columns))
        body += _dots([dot for dot in dots if dot.panel == name], at, scale)
        own = {column: means[name, column] for column in columns if (name, column) in means}
        loose = Counter(dot.column for dot in dots if dot.panel == name and not dot.joined)
        beside = {column: x + 16 + max(0, loose[column] - 2) / 2 * _step(loose[column]) for column, x in at.items()}
        body += _means(own, beside, scale)
    said = f"{digits.count(len(dots), 'value')} in {digits.count(len(names), 'panel')}."
    return svg.figure(key, title, said, (WIDTH, rows * (HEAD + HEIGHT + FOOT)), body)


def _columns(at: Mapping[str, float], bottom: float, step: float) -> Iterator[str]:
    """Names on up to three lines, broken at blanks and signs, so that they do not touch."""
    most = max(6, int(step / 6.6))
    for name, x in at.items():
        for line, piece in enumerate(_broken(name, most)):
            yield svg.text(x, bottom + 15 + 13 * line, piece, "tick small", "middle")


def _broken(name: str, most: int) -> list[str]:
    lines = [""]
    for word in name.replace("+", "+ ").split():
        glue = "" if lines[-1].endswith("+") or not lines[-1] else " "
        if lines[-1] and len(lines[-1] + glue + word) > most:
            lines.append(word)
        else:
            lines[-1] += glue + word
    return lines[:3]


def _dots(dots: Sequence[Dot], at: Mapping[str, float], scale: svg.Scale) -> Iterator[str]:
    for name in dict.fromkeys(dot.joined for dot in dots if dot.joined):
        places = [(at[dot.column], scale.at(dot.height)) for dot in dots if dot.joined == name]
        yield from (svg.line(*a, *b, "spaghetti") for a, b in pairwise(sorted(places)))
    for column in at:
        members = [dot for dot in dots if dot.column == column]
        for index, dot in enumerate(members):
            x = at[column] if dot.joined else at[column] - 10 + (index - (len(members) - 1) / 2) * _step(len(members))
            y = scale.at(dot.height)
            mark = svg.triangle(x, y, 5, "censored", "down") if dot.censored else svg.circle(x, y, 3.6, "sample")
            yield svg.group("point", [mark], dot.hover)


def _step(members: int) -> float:
    """Between the dots of a column that are not joined."""
    return min(9.0, 60 / max(1, members))


def _means(
    means: Mapping[str, tuple[float | None, float | None, float | None]], at: Mapping[str, float], scale: svg.Scale
) -> Iterator[str]:
    for column, (mean, low, high) in means.items():
        if mean is None:
            continue
        x = at[column]
        shapes = []
        if low is not None and high is not None and low > 0 and math.isfinite(high):
            shapes.append(svg.line(x, scale.at(low), x, scale.at(high), "mean-whisker"))
        interval = digits.interval(low, high, mean)
        hover = f"{column}: geometric mean {digits.significant(mean)}" + (
            "" if interval == digits.MISSING else f" ({interval})"
        )
        yield svg.group("point", [*shapes, svg.diamond(x, scale.at(mean), 6, "mean")], hover)
