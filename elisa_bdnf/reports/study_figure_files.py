"""The pictures of a study as files of their own: SVG that stands alone, and PNG and PDF drawn from the same SVG.

The drawing of a picture exists once, as SVG. PNG and PDF come from reading our own few shapes back and giving them to
matplotlib (the extra ``figures``), so the three can never differ in what they show.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.util import find_spec

from elisa_bdnf.errors import UsageError
from elisa_bdnf.reports.html_page import style
from elisa_bdnf.reports.study_parts import Picture

KINDS = ("svg", "png", "pdf")
FONT = '"Inter", "Segoe UI", system-ui, "Helvetica Neue", "Liberation Sans", Arial, sans-serif'


def kinds_from_text(text: str) -> tuple[str, ...]:
    """``svg,png`` → the kinds asked for; raises :class:`UsageError` where one is unknown or cannot be made here."""
    asked = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    unknown = [kind for kind in asked if kind not in KINDS]
    if unknown:
        raise UsageError(f"--figures {', '.join(unknown)!r} is not known", expected=f"some of {', '.join(KINDS)}")
    if {"png", "pdf"} & set(asked) and find_spec("matplotlib") is None:
        raise UsageError(
            "--figures png and pdf need matplotlib, which is not installed",
            expected="svg, or the extra of the program",
            hint='python -m pip install "elisa-bdnf[figures]"',
        )
    return asked


def figure_files(pictures: Iterable[Picture], kinds: Iterable[str]) -> dict[str, bytes]:
    """``figure-<key>.<kind>`` → bytes; the same pictures give the same bytes."""
    made: dict[str, bytes] = {}
    for picture in pictures:
        alone = standalone(picture.svg)
        for kind in kinds:
            name = picture.key.removesuffix("-figure")
            made[f"figure-{name}.{kind}"] = alone.encode() if kind == "svg" else _drawn(alone, kind)
    return made


def _drawn(svg: str, kind: str) -> bytes:
    from elisa_bdnf.reports.svg_drawing import drawn_bytes  # noqa: PLC0415 matplotlib is loaded only when asked for

    return drawn_bytes(svg, kind, rules())


def standalone(svg: str) -> str:
    """An SVG file with its styles inside, on white, in its natural size."""
    sheet = f"svg {{ font-family: {FONT}; background: #fff; }}\n" + "\n".join(rules_as_text())
    opened, _, rest = svg.partition(">")
    size = re.search(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)"', opened)
    assert size is not None  # noqa: S101  (every figure of ours has one)
    opened += f' width="{size[1]}" height="{size[2]}"'
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{opened}><style>{sheet}</style>{rest}\n"


@lru_cache(maxsize=1)
def rules_as_text() -> tuple[str, ...]:
    """The rules for shapes of the style sheets of the pages, light colours put in for their names."""
    css = style() + style("study.css")
    root = css[css.index(":root {") : css.index("}", css.index(":root {"))]
    colors = dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{3,6})", root))
    found = re.findall(r"^(?:svg [^{@]+)\{[^}]+\}(?:[ ]svg [^{@]+\{[^}]+\})*", css, flags=re.MULTILINE)
    return tuple(re.sub(r"var\(--([a-z-]+)\)", lambda m: colors[m[1]], rule) for rule in found if ":hover" not in rule)


@lru_cache(maxsize=1)
def rules() -> tuple[tuple[str, dict[str, str]], ...]:
    """The same as selector and declarations, in their order, for programs that are no browsers."""
    made = []
    for selectors, body in re.findall(r"([^{}]+)\{([^}]*)\}", "\n".join(rules_as_text())):
        pairs = (declaration.split(":", 1) for declaration in body.split(";") if ":" in declaration)
        declarations = {name.strip(): value.strip() for name, value in pairs}
        made += [(selector.strip().removeprefix("svg").strip(), declarations) for selector in selectors.split(",")]
    return tuple(made)
