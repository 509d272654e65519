"""How the cells of the workbook look. Numbers typed in are blue, formulas black, as accountants have it."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

_INK, _MUTED, _LINE = "#1F2933", "#8A94A0", "#D5DBE1"

STYLES: MappingProxyType[str, dict[str, Any]] = MappingProxyType({
    "base": {"font_name": "Calibri", "font_size": 10, "font_color": _INK, "valign": "vcenter"},
    "title": {"bold": True, "font_size": 16, "font_color": "#123C69"},
    "note": {"font_color": "#52606D", "italic": True},
    "section": {"bold": True, "font_size": 11, "font_color": "#123C69", "bottom": 2, "bottom_color": "#123C69"},
    "header": {
        "bold": True, "font_color": "#FFFFFF", "bg_color": "#123C69", "text_wrap": True, "align": "center",
        "border": 1, "border_color": _LINE,
    },
    "name": {"font_color": "#52606D"},
    "text": {"align": "left", "indent": 1},
    "wrap": {"align": "left", "text_wrap": True, "indent": 1},
    "center": {"align": "center", "indent": 0},
    "left": {"align": "left", "indent": 1},
    "right": {"align": "right"},
    "bold": {"bold": True},
    "mono": {"font_name": "Consolas", "font_size": 9},
    "typed": {"font_color": "#1F4FA3"},
    "digits": {"align": "right"},
    "response": {"align": "right", "num_format": "0.0000"},
    "percent": {"align": "right", "num_format": "0.0"},
    "difference": {"align": "right", "num_format": "0.00000"},
    "whole": {"align": "right", "num_format": "0"},
    "general": {"align": "right", "num_format": "General"},
    "muted": {"font_color": _MUTED, "italic": True, "bg_color": "#F3F4F6"},
    "quiet": {"font_color": _MUTED},
    "struck": {"font_strikeout": True},
    "accepted": {"bold": True, "font_color": "#1B5E20", "bg_color": "#E3F4E5"},
    "rejected": {"bold": True, "font_size": 12, "font_color": "#FFFFFF", "bg_color": "#C62828"},
    "mark_accepted": {"font_color": "#2E7D32"},
    "mark_rejected": {"bold": True, "font_color": "#C62828"},
    "good": {"font_color": "#1B5E20"},
    "caution": {"font_color": "#7A4B00", "bg_color": "#FFF3D6"},
    "bad": {"font_color": "#9B1C1C", "bg_color": "#FDE3E3"},
    "calm": {"font_color": "#1F4FA3", "bg_color": "#E8EFFA"},
    "below": {"font_color": "#33566E", "bg_color": "#E4EEF4"},
    "above": {"font_color": "#7A3E00", "bg_color": "#FFE8D1"},
    "boxed": {"border": 1, "border_color": _LINE},
    "small": {"font_size": 8},
    "standard": {"bg_color": "#DCE8F7"},
    "blank": {"bg_color": "#ECECEC"},
    "control": {"bg_color": "#E2F0DC"},
    "sample": {"bg_color": "#FFF8E1"},
    "empty": {"bg_color": "#FAFAFA", "font_color": _MUTED},
})  # fmt: skip
