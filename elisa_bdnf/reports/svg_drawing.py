"""Our own SVG drawn by matplotlib: lines, polygons, discs, rectangles and texts with the styles of their classes.

Only what ``reports.svg`` writes is understood; anything else is a mistake of ours and raises.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, fromstring

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Rules = Sequence[tuple[str, Mapping[str, str]]]
_SVG = "{http://www.w3.org/2000/svg}"
_DPI, _POINTS_PER_INCH = 96.0, 72.0
_POINTS = _POINTS_PER_INCH / _DPI  # one unit of the picture in points
_SILENT = frozenset({"title", "desc", "style"})
_FONTS = ("Inter", "Segoe UI", "Helvetica Neue", "Liberation Sans", "Arial", "DejaVu Sans")
_METADATA: dict[str, dict[str, Any]] = {
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
}


def drawn_bytes(svg: str, kind: str, rules: Rules) -> bytes:
    """PNG (192 dpi) or PDF of one picture; no clock, so the same picture gives the same bytes."""
    from matplotlib import rc_context  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    root = fromstring(svg)  # noqa: S314  (made by us a moment ago)
    width, height = (float(part) for part in root.attrib["viewBox"].split()[2:])
    settings: Any = {"font.family": [_installed_font()], "pdf.fonttype": 42, "svg.hashsalt": "elisa-bdnf"}
    with rc_context(settings):
        figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=2 * _DPI, facecolor="white")
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set(xlim=(0, width), ylim=(height, 0))
        axes.set_axis_off()
        for order, (element, style) in enumerate(_shapes(root, {}, rules)):
            _draw(axes, element, style, order)
        stream = io.BytesIO()
        figure.savefig(stream, format=kind, metadata=_METADATA[kind])
    return stream.getvalue()


def _installed_font() -> str:
    """The first of the fonts of the page that is there; the last comes with matplotlib."""
    from matplotlib.font_manager import get_font_names  # noqa: PLC0415

    known = set(get_font_names())
    return next(font for font in _FONTS if font in known or font == _FONTS[-1])


def _shapes(element: Element, inherited: Mapping[str, str], rules: Rules) -> Iterator[tuple[Element, dict[str, str]]]:
    """Every shape in the order of the picture, with all styles that hold for it."""
    for child in element:
        tag = child.tag.removeprefix(_SVG)
        if tag in _SILENT:
            continue
        style = {**inherited, **_style(tag, child.attrib.get("class", ""), rules)}
        if tag in ("g", "a"):
            yield from _shapes(child, style, rules)
        else:
            yield child, style


def _style(tag: str, classes: str, rules: Rules) -> dict[str, str]:
    """Declarations of all rules that match, later ones over earlier ones; selectors are ``tag.class.class``."""
    own = set(classes.split())
    style: dict[str, str] = {}
    for selector, declarations in rules:
        wanted_tag, *wanted = selector.split(".")
        if " " not in selector and wanted_tag in ("", tag) and set(wanted) <= own:
            style.update(declarations)
    return style


def _draw(axes: Axes, element: Element, style: Mapping[str, str], order: int) -> None:
    tag = element.tag.removeprefix(_SVG)
    if tag == "text":
        _text(axes, element, style, order)
        return
    points, closed = _outline(tag, element)
    from matplotlib.patches import Polygon  # noqa: PLC0415

    fill = _color(style.get("fill", "#000000") if closed else "none", style.get("fill-opacity"))
    stroke = _color(style.get("stroke", "none"), style.get("stroke-opacity"))
    width = _length(style.get("stroke-width", "1")) * _POINTS
    dashes = style.get("stroke-dasharray")
    line = (0.0, tuple(float(part) * _POINTS / max(width, 0.1) for part in dashes.split())) if dashes else "solid"
    axes.add_patch(
        Polygon(points, closed=closed, facecolor=fill, edgecolor=stroke, linewidth=width, linestyle=line, zorder=order)
    )


def _outline(tag: str, element: Element) -> tuple[list[tuple[float, float]], bool]:
    """The corners of a shape, and whether they close."""
    at = {key: float(value) for key, value in element.attrib.items() if re.fullmatch(r"-?[0-9.]+", value)}
    if tag == "line":
        return [(at["x1"], at["y1"]), (at["x2"], at["y2"])], False
    if tag == "rect":
        x, y, width, height = at["x"], at["y"], at["width"], at["height"]
        return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)], True
    if tag == "circle":
        turns = [2 * math.pi * part / 40 for part in range(40)]
        return [(at["cx"] + at["r"] * math.cos(t), at["cy"] + at["r"] * math.sin(t)) for t in turns], True
    if tag == "path":
        text = element.attrib["d"]
        pairs = [pair.split(",") for pair in text.strip("MZ").split()]
        return [(float(x), float(y)) for x, y in pairs], text.endswith("Z")
    raise AssertionError(f"no picture of ours has <{tag}>")


def _text(axes: Axes, element: Element, style: Mapping[str, str], order: int) -> None:
    anchor = {"middle": "center", "end": "right"}.get(element.attrib.get("text-anchor", ""), "left")
    turned = "rotate(-90" in element.attrib.get("transform", "")
    axes.text(
        float(element.attrib["x"]),
        float(element.attrib["y"]),
        (element.text or "").replace("$", r"\$"),
        fontsize=_length(style.get("font-size", "13")) * _POINTS,
        color=style.get("fill", "#000000"),
        fontweight="bold" if int(style.get("font-weight", "400")) >= 600 else "normal",
        horizontalalignment=anchor,
        verticalalignment="baseline",
        rotation=90 if turned else 0,
        rotation_mode="anchor",
        zorder=order,
    )


def _color(name: str, opacity: str | None) -> str | tuple[str, float]:
    return "none" if name == "none" else (name, float(opacity or 1))


def _length(text: str) -> float:
    return float(text.removesuffix("px"))
