"""Words for the matrix of a sample."""

from __future__ import annotations

import re

_WORDS = {
    "serum": ["serum", "ser"],
    "plasma": ["plasma"],
    "plasma_edta": ["plasmaedta", "edtaplasma", "edta", "k2edtaplasma", "k3edtaplasma", "plasmak2edta", "plasmak3edta"],
    "plasma_heparin": ["plasmaheparin", "heparinplasma", "heparin", "liheparinplasma", "lithiumheparinplasma"],
    "plasma_citrate": ["plasmacitrate", "citrateplasma", "citrate"],
    "plasma_platelet_poor": ["plasmaplateletpoor", "plateletpoorplasma", "ppp"],
    "csf": ["csf", "cerebrospinalfluid", "liquor"],
    "saliva": ["saliva"],
    "whole_blood": ["wholeblood", "blood"],
    "medium": ["medium", "media", "culturemedium", "cellculturemedium", "supernatant", "culturesupernatant"],
    "lysate": ["lysate", "celllysate"],
    "tissue": ["tissue", "tissuehomogenate", "homogenate", "tissuelysate", "braintissue"],
    "urine": ["urine"],
}
_BY_WORD = {word: name for name, words in _WORDS.items() for word in words}
KNOWN = (*_WORDS, "eluate", "buffer", "other")


def matrix_from_text(text: str) -> str:
    """``EDTA plasma`` → ``plasma_edta``, ``CSF`` → ``csf``; a word that is not known stays as it was written."""
    return _BY_WORD.get(re.sub(r"[^a-z0-9]", "", text.casefold()), text.strip())
