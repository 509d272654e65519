"""Words for what a well holds (``STD1``, ``BLK``, ``QC low``) and for dilutions (``1:10``)."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from difflib import get_close_matches

from elisa_bdnf.inputs.numbers import number_from_text_or_none
from elisa_bdnf.model.layout import Role

_WORDS: dict[str, tuple[Role, str]] = {
    **dict.fromkeys(["standard", "std", "calibrator", "cal", "st"], (Role.STANDARD, "STD")),
    **dict.fromkeys(["sample", "unknown", "unk", "spl", "smp", "test", "un"], (Role.SAMPLE, "")),
    **dict.fromkeys(["blank", "blk", "buffer", "nsb", "zero"], (Role.BLANK, "Blank")),
    **dict.fromkeys(["qc", "control", "ctrl", "ctl"], (Role.CONTROL, "QC")),
    **dict.fromkeys(["positive", "pos", "pc", "positive control"], (Role.CONTROL, "Positive control")),
    **dict.fromkeys(["negative", "neg", "nc", "negative control"], (Role.CONTROL, "Negative control")),
    "spike": (Role.SAMPLE, ""),
    **dict.fromkeys(["empty", "unused", "none", "-", "--"], (Role.EMPTY, "")),
}
_CERTAIN_IN_NAMES = frozenset(
    ["standard", "std", "calibrator", "blank", "blk", "qc", "ctl", "empty", "unused", "-", "--", "spl", "unknown"]
)
_LEVELS = {
    **dict.fromkeys(["low", "lo", "l"], "low"),
    **dict.fromkeys(["mid", "medium", "middle", "med", "m"], "mid"),
    **dict.fromkeys(["high", "hi", "h"], "high"),
}
_TOKEN = re.compile(
    rf"(?P<word>{'|'.join(re.escape(word) for word in sorted(_WORDS, key=len, reverse=True))})s?"
    r"(?:[\s_.:#-]*(?P<rest>[a-z]?[0-9]{1,4}(?:[:.][0-9]{1,3})?)|[\s_.:#-]*(?P<level>low|lo|mid|medium|med|middle|high|hi)"
    r"|[\s_.:#-]+(?P<letter>[a-z]))?\Z"
)
_LEVEL_FIRST = re.compile(r"(?P<level>low|lo|mid|medium|med|high|hi)[\s_-]+(?P<word>qc|control|ctrl|ctl)s?\Z")
_BARE_STANDARD = re.compile(r"s[\s_-]?([0-9]{1,3})\Z")
_STANDARD = "(?:standard|std|calibrator|cal)"
_ZERO_STANDARD = re.compile(rf"zero[\s_-]+{_STANDARD}\Z|{_STANDARD}[\s_-]+zero\Z")
_RATIO = re.compile(r"1\s*(?P<mark>[:/+])\s*(?P<number>[0-9.,]+)\Z")
_TIMES = re.compile(r"(?:(?P<before>[0-9.,]+)\s*[x×]|[x×]\s*(?P<after>[0-9.,]+))\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RoleWord:
    """``name`` is what the word alone would be called (``STD1``, ``QC low``), empty where it names nothing."""

    role: Role
    name: str = ""
    level: str | None = None
    zero_standard: bool = False
    spike: bool = False
    zero_word: bool = False  # the bare word zero, which some use for a blank and some for the zero standard


def role_from_text_or_none(text: str) -> RoleWord | None:
    """What a cell of a role column means; None for a word that is not known."""
    compact = " ".join(text.casefold().split())
    if match := _BARE_STANDARD.match(compact):
        return RoleWord(Role.STANDARD, f"STD{int(match[1])}")
    if _ZERO_STANDARD.match(compact):
        return RoleWord(Role.STANDARD, "STD0", zero_standard=True)
    match = _TOKEN.match(compact) or _LEVEL_FIRST.match(compact)
    return _role_word(match.groupdict(), text) if match else None


def role_from_name_or_none(name: str) -> RoleWord | None:
    """The role that a sample name states by itself (``STD1``, ``Blank``, ``QC low``), where nothing else does."""
    compact = " ".join(name.casefold().split())
    match = _TOKEN.match(compact) or _LEVEL_FIRST.match(compact)
    if _ZERO_STANDARD.match(compact) or (match and match["word"] in _CERTAIN_IN_NAMES):
        return role_from_text_or_none(name)
    return None


def is_uncertain_name(name: str) -> bool:
    """Whether a name alone could be a role or a sample: ``Control 3`` may be the third animal of the control group."""
    compact = " ".join(name.casefold().split())
    match = _TOKEN.match(compact) or _LEVEL_FIRST.match(compact)
    if match is None or role_from_name_or_none(name) is not None:
        return False
    return match["word"] not in ("sample", "smp", "test", "un", "unk", "cal", "st")


def close_role_or_none(text: str) -> str | None:
    """The role word nearest to an unknown one."""
    close = get_close_matches(text.strip().casefold(), [word for word in _WORDS if len(word) > 2], n=1, cutoff=0.6)
    return close[0] if close else None


def _role_word(parts: dict[str, str | None], text: str) -> RoleWord:
    word = parts["word"] or ""
    role, stem = _WORDS[word]
    number = (parts.get("rest") or "").lstrip("abcdefghijklmnopqrstuvwxyz") or (parts.get("letter") or "").upper()
    level = _LEVELS.get(parts.get("level") or "") or (_LEVELS.get(number.lower()) if role is Role.CONTROL else None)
    if role is Role.SAMPLE:
        name = " ".join(text.split()) if number else ""
        return RoleWord(role, name, spike=word == "spike")
    if role is Role.STANDARD:
        return RoleWord(role, f"STD{number}" if number else "")
    if role is Role.CONTROL:
        name = f"{stem} {level}" if level else f"{stem}{number}" if stem == "QC" else f"{stem} {number}".strip()
        return RoleWord(role, name, level)
    return RoleWord(role, stem, zero_word=word == "zero")


def dilution_factor_or_none(text: str, decimal: str = ".") -> float | None:
    """``1:10``, ``1/10``, ``10x``, ``10``, ``0.1`` → 10; ``1+9`` → 10 (one part and nine); None for anything else."""
    compact = text.strip()
    if match := _RATIO.match(compact):
        number = number_from_text_or_none(match["number"], decimal)
        number = number + 1 if number is not None and match["mark"] == "+" else number
        return number if number is not None and number >= 1 else None
    match = _TIMES.match(compact)
    number = number_from_text_or_none((match["before"] or match["after"]) if match else compact, decimal)
    if number is None or number <= 0 or (match and number < 1):
        return None
    factor = number if number >= 1 else _rounded(1 / number)
    return factor if math.isfinite(factor) else None


def _rounded(factor: float) -> float:
    """The factor behind a rounded fraction: 1 / 0.1 is 10 and not 10.000000000000002."""
    return float(f"{factor:.12g}")
