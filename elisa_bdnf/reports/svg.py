"""A small writer of SVG: scales, ticks and shapes. Colours are classes, so that one figure serves light and dark.

Coordinates have one decimal; ids come from content; the same input gives the same bytes. Text goes through
:func:`elisa_bdnf.reports.inert.html_text` here and nowhere else.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from elisa_bdnf.reports.inert import html_text, markup

Point = tuple[float, float]


def number(value: float) -> str:
    """One decimal, without a negative zero."""
    text = f"{value:.1f}"
    return "0.0" if text == "-0.0" else text


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from ``low`` to ``high`` onto coordinates from ``start`` to ``end``; values beyond are not clipped."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def at(self, value: float) -> float:
        low, start = self.low, self.start
        part = math.log(value / low) / math.log(self.high / low) if self.log else (value - low) / (self.high - low)
        return start + part * (self.end - start)

    def clipped(self, value: float) -> float:
        return self.at(value if self.low <= value <= self.high else min(max(value, self.low), self.high))

    def ticks(self, about: int = 6) -> list[float]:
        return log_ticks(self.low, self.high) if self.log else linear_ticks(self.low, self.high, about)


def linear_ticks(low: float, high: float, about: int = 6) -> list[float]:
    """Round numbers (1, 2, 5 · 10ⁿ apart) from ``low`` to ``high``."""
    raw = (high - low) / max(about, 1)
    magnitude = 10.0 ** math.floor(math.log10(raw))
    nearest = next(factor for factor, most in ((1, 1.5), (2, 3.5), (5, 7.5), (10, 11)) if raw < most * magnitude)
    step = nearest * magnitude
    first = math.ceil(low / step - 1e-9)
    return [index * step for index in range(first, math.floor(high / step + 1e-9) + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """1, 2, 5 of every decade over up to three decades, else decades only."""
    few = math.log10(high / low) <= 3.3
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    values = [factor * 10.0**exponent for exponent in exponents for factor in ((1, 2, 5) if few else (1,))]
    return [value for value in values if low * (1 - 1e-9) <= value <= high * (1 + 1e-9)]


def figure(key: str, title: str, description: str, size: tuple[float, float], body: Iterable[str]) -> str:
    """One picture with a name and a description for those who do not see it."""
    width, height = size
    return (
        f'<svg class="figure" id="{html_text(key)}" viewBox="0 0 {number(width)} {number(height)}" role="img" '
        f'aria-labelledby="{key}-t {key}-d" xmlns="http://www.w3.org/2000/svg">'
        f'<title id="{key}-t">{html_text(title)}</title><desc id="{key}-d">{html_text(description)}</desc>'
        f"{''.join(body)}</svg>"
    )


def group(css: str, body: Iterable[str], hover: str = "", href: str = "", key: str = "") -> str:
    """Shapes that belong together; ``hover`` is shown on hover and read aloud, ``href`` an anchor of the page."""
    title = f"<title>{markup(hover)}</title>" if hover else ""
    identity = f' id="{html_text(key)}"' if key else ""
    made = f'<g class="{css}"{identity}>{title}{"".join(body)}</g>'
    return f'<a href="#{html_text(href)}">{made}</a>' if href else made


def line(x1: float, y1: float, x2: float, y2: float, css: str) -> str:
    """A straight line."""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{css}"/>'


def rectangle(x: float, y: float, width: float, height: float, css: str, more: str = "") -> str:
    """A rectangle; ``more`` are further attributes of ours."""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" class="{css}"{more}/>'


def circle(x: float, y: float, radius: float, css: str) -> str:
    """A disc."""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" class="{css}"/>'


def path(points: Sequence[Point], css: str) -> str:
    """An open polygon."""
    return f'<path d="M{" ".join([f"{x:.1f},{y:.1f}" for x, y in points])}" class="{css}"/>'


def area(points: Sequence[Point], css: str) -> str:
    """A closed polygon."""
    return f'<path d="M{" ".join([f"{x:.1f},{y:.1f}" for x, y in points])}Z" class="{css}"/>'


def diamond(x: float, y: float, size: float, css: str) -> str:
    """A square on its corner."""
    return area([(x, y - size), (x + size, y), (x, y + size), (x - size, y)], css)


def triangle(x: float, y: float, size: float, css: str, direction: str) -> str:
    """A mark for a bound; ``direction`` is ``up``, ``down``, ``left`` or ``right``."""
    dx, dy = {"up": (0, -1), "down": (0, 1), "left": (-1, 0), "right": (1, 0)}[direction]
    tip = (x + dx * size, y + dy * size)
    side = (dy * size * 0.9, dx * size * 0.9)
    base = (x - dx * size * 0.6, y - dy * size * 0.6)
    return area([tip, (base[0] + side[0], base[1] + side[1]), (base[0] - side[0], base[1] - side[1])], css)


def cross(x: float, y: float, size: float, css: str) -> str:
    """Two strokes: something that was left out."""
    return line(x - size, y - size, x + size, y + size, css) + line(x - size, y + size, x + size, y - size, css)


def text(x: float, y: float, content: str, css: str = "", anchor: str = "start", more: str = "") -> str:
    """``anchor``: start, middle, end; ``more`` are further attributes of ours."""
    anchored = "" if anchor == "start" else f' text-anchor="{anchor}"'
    classed = f' class="{css}"' if css else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{classed}{anchored}{more}>{html_text(content)}</text>'


def upright_text(x: float, y: float, content: str, css: str) -> str:
    """Centred and turned to read upwards, for the name of a vertical axis."""
    return text(x, y, content, css, "middle", f' transform="rotate(-90 {x:.1f} {y:.1f})"')
