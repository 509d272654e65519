"""At most one reader for each export of the corpus, and that of its vendor where there is one."""

from __future__ import annotations

import json
from functools import cache

import pytest

from elisa_bdnf.inputs.file import InputFile
from readers.vendor_prints import recognizing
from shared import CORPUS, EXPORTS, needs_corpus

# Beginning of the corpus' own word for the vendor → the only reader that may say yes.
_OWN = {
    "Tecan Magellan xlsx": {"tecan_magellan"},
    "Tecan Magellan/Sunrise xls": {"tecan_matrix"},
    "Tecan i-control xlsx": {"tecan_icontrol"},
    "Tecan i-control XML": {"tecan_icontrol_xml"},
    "Tecan SparkControl": {"tecan_spark", "tecan_unlabeled"},
    "BMG MARS": {"bmg_mars"},
    "BMG SMART": {"bmg_smart_control"},
    "PerkinElmer EnVision": {"perkin_elmer_envision"},
    "PerkinElmer EnSpire": {"perkin_elmer_enspire"},
    "Revvity Kaleido": {"revvity_kaleido"},
    "Thermo SkanIt": {"thermo_skanit", "thermo_multiskan"},
    "Thermo Multiskan": {"thermo_multiskan"},
    "SpectraMax iD3": {"softmax_id3_xml"},
}


@cache
def _vendors() -> dict[str, str]:
    return {entry["path"]: entry["vendor"] for entry in json.loads((CORPUS / "files.json").read_text("utf-8"))}


def _paths() -> list[str]:
    return sorted(_vendors()) if (CORPUS / "files.json").is_file() else []


@needs_corpus
@pytest.mark.parametrize("name", _paths())
def test_at_most_one_reader_says_yes(name: str) -> None:
    found = recognizing(InputFile.open(EXPORTS / name))
    assert len(found) <= 1
    own = next((readers for vendor, readers in _OWN.items() if _vendors()[name].startswith(vendor)), None)
    assert own is None or (len(found) == 1 and set(found) <= own)
