"""Headings of tables and names of parameters → the words of this program.

One list for layouts, long tables and sample sheets. What is not in it keeps its own name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from elisa_bdnf.inputs.units import name_and_unit_from_text

_SYNONYMS: dict[str, tuple[str, ...]] = {
    "well": ("well", "wells", "well position", "well positions", "position", "well name", "location", "well no"),
    "row": ("row", "plate row", "row letter", "row name", "well row"),
    "column": ("column", "col", "plate column", "column number", "well column", "well col"),
    "plate": ("plate", "plate id", "plate name", "plate number", "plate no", "barcode", "plate barcode"),
    "role": ("role", "type", "well type", "sample type", "content type", "sample role", "well role"),
    "sample": (
        "sample", "sample id", "sample name", "name", "id", "samp", "specimen", "specimen id", "sample number",
        "sample no", "sampleid", "identifier", "sample identifier", "samples", "sample ids", "sample names", "content",
        "contents", "layout",
    ),
    "concentration": (
        "conc", "concentration", "nominal", "nominal concentration", "nominal conc", "expected",
        "expected concentration", "expected conc", "standard concentration", "standard conc", "std conc",
        "std concentration", "known concentration", "known conc", "assigned value", "standard value",
        "standard concentrations",
    ),
    "dilution": ("dilution", "dilution factor", "dil", "dil factor", "df", "predilution", "sample dilution"),
    "timepoint": (
        "timepoint", "time point", "tp", "visit", "nominal time", "time", "sampling time", "draw", "timepoint nominal",
    ),
    "subject": (
        "subject", "subject id", "patient", "patient id", "participant", "participant id", "animal", "animal id",
        "donor", "donor id", "subject no", "subject number", "mouse", "rat", "culture",
    ),
    "level": ("level", "qc level", "control level"),
    "matrix": ("matrix", "sample matrix", "fluid", "specimen type", "material", "biofluid"),
    "anchor": ("anchor", "anchor point", "is anchor"),
    "low": ("low", "lower", "accepted low", "range low", "lower limit", "control low"),
    "high": ("high", "upper", "accepted high", "range high", "upper limit", "control high"),
    "unit": ("unit", "units", "conc unit", "concentration unit"),
    "arm": ("arm", "group", "treatment", "treatment arm", "treatment group", "study arm", "condition"),
    "responder": ("responder", "responder status", "response status", "is responder"),
    "actual_time_min": (
        "actual time min", "actual time", "actual minutes", "actual min", "time actual min", "actual timepoint min",
        "minutes after infusion", "real time min",
    ),
    "anticoagulant": ("anticoagulant", "anti coagulant", "tube", "tube type", "collection tube", "additive"),
    "spin_g": ("spin g", "centrifugation g", "centrifuge g", "rcf", "g force", "spin rcf"),
    "spin_min": ("spin min", "spin minutes", "centrifugation min", "centrifuge min", "spin time min"),
    "spin_delay_min": ("spin delay min", "delay to spin min", "time to spin min", "processing delay min"),
    "freeze_thaw_n": (
        "freeze thaw n", "freeze thaw", "freeze thaws", "freeze thaw cycles", "freeze thaw count", "ft cycles", "thaws",
    ),
    "haemolysis_index": (
        "haemolysis index", "hemolysis index", "haemolysis", "hemolysis", "h index", "hi", "hemolysis score",
        "haemolysis score",
    ),
    "storage_days": ("storage days", "days stored", "days in storage", "storage time days", "storage d"),
}  # fmt: skip
_NOT_LETTERS = re.compile(r"[^a-z0-9µ]+")


def _key(text: str) -> str:
    return _NOT_LETTERS.sub("", text.casefold())


_BY_KEY = {_key(word): name for name, words in _SYNONYMS.items() for word in words}
_GUARDED_WORDS = ("concentration", "dilution", "timepoint", "subject", "sample", "matrix", "anchor", "role")


@dataclass(frozen=True, slots=True)
class Column:
    """A heading understood: ``name`` in our words, or as written where it is none of them."""

    name: str
    unit: str | None = None
    known: bool = True


@lru_cache(maxsize=1024)
def column_from_text(text: str) -> Column:
    """``Conc. [pg/ml]`` → concentration in pg/mL; ``Sample_ID`` → sample; ``region`` → region, not known."""
    if whole := _BY_KEY.get(_key(text)):
        return Column(whole)
    base, unit = name_and_unit_from_text(text)
    name = _BY_KEY.get(_key(base))
    if unit is not None and name in ("concentration", "low", "high"):
        return Column(name, unit)
    return Column(text.strip(), None, known=False)


def misspelled_or_none(text: str) -> str | None:
    """The word that was probably meant, for a name so close to one of ours that it would hide a mistake."""
    close = get_close_matches(_key(text), [_key(word) for word in _GUARDED_WORDS], n=1, cutoff=0.84)
    return _BY_KEY[close[0]] if close and _BY_KEY.get(_key(text)) is None else None
