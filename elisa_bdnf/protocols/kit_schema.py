"""Every key of a kit file."""

from __future__ import annotations

import re
from datetime import date

from elisa_bdnf.protocols.fields import Field, Kind, Table

ID_PATTERN = r"[a-z0-9]+(-[a-z0-9]+)*"
UNITS = (
    "pg/mL", "ng/mL", "µg/mL", "ug/mL", "mg/mL", "fg/mL", "ng/L", "µg/L", "ug/L", "pM", "nM", "µM", "uM", "U/mL",
    "mU/mL", "IU/mL", "mIU/mL", "AU",
)  # fmt: skip
MATRICES = (
    "serum", "plasma", "plasma_edta", "plasma_heparin", "plasma_citrate", "plasma_platelet_poor", "whole_blood", "csf",
    "saliva", "urine", "medium", "eluate", "lysate", "tissue", "buffer", "other",
)  # fmt: skip
ANALYTE_FORMS = ("mature", "total", "free", "pro", "unknown")


def _iso_date(text: str) -> str | None:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            date.fromisoformat(text)
            return None
    except ValueError:
        pass
    return "a date such as 2026-03-31"


KIT = Table(
    "",
    "A kit as its insert describes it.",
    (
        Field("id", Kind.TEXT, "Name of the kit file.", pattern=ID_PATTERN,
              pattern_doc="name of small letters, digits and hyphens"),
        Field("name", Kind.TEXT, "Maker and name of the kit.", ""),
        Field("catalog", Kind.TEXT, "Catalog number.", ""),
        Field("verified", Kind.FLAG, "A person compared this file with the insert of the lot in hand.", False),
        Field("verified_by", Kind.TEXT, "Who did.", ""),
        Field("verified_on", Kind.TEXT, "When.", "", refuses=_iso_date, example="2026-03-31"),
        Field("lot", Kind.TEXT, "Lot in use.", "", example="LOT-0423"),
        Field("expires", Kind.TEXT, "Last day on which the lot may be used.", "", refuses=_iso_date,
              example="2026-12-31"),
        Field("analyte_form", Kind.TEXT, "What the antibodies see.", "unknown", choices=ANALYTE_FORMS),
        Field("species", Kind.TEXTS, "Species the maker claims.", ()),
        Field("unit", Kind.TEXT, "Unit of the standards, limits and controls in this file.", "pg/mL", choices=UNITS),
        Field("standards", Kind.NUMBERS, "Non-zero nominal concentrations, anchors included.", (), unit="of the kit",
              above=0),
        Field("anchors", Kind.NUMBERS, "Which of them only help the fit.", (), unit="of the kit", above=0),
        Field("lod", Kind.NUMBER, "Detection limit that the maker declares.", unit="of the kit", least=0),
        Field("wavelength_nm", Kind.NUMBER, "Main wavelength.", 450.0, unit="nm", least=190, most=1100),
        Field("reference_nm", Kind.NUMBERS, "Reference wavelengths that the insert asks for, any of these.", (),
              unit="nm", least=190, most=1100),
        Field("max_response", Kind.NUMBER, "Response at which the insert calls a well saturated.", unit="OD", above=0),
        Field("source", Kind.TEXT, "Where these values come from.", ""),
        Field("remarks", Kind.TEXTS, "What to know before trusting them.", ()),
    ),
    (
        Table(
            "matrices",
            "What the insert says of each matrix: [matrices.serum].",
            named=Table(
                "NAME",
                "One matrix.",
                (
                    Field("minimum_dilution", Kind.NUMBER, "Minimum required dilution.", least=1),
                    Field("acid_treated", Kind.FLAG, "The insert asks for acidification and neutralization."),
                ),
            ),
        ),
        Table(
            "controls",
            "Controls that come with the kit: [controls.low].",
            named=Table(
                "NAME",
                "One control.",
                (
                    Field("nominal", Kind.NUMBER, "Nominal concentration.", unit="of the kit", least=0),
                    Field("low", Kind.NUMBER, "Lowest accepted.", unit="of the kit", least=0),
                    Field("high", Kind.NUMBER, "Highest accepted.", unit="of the kit", above=0),
                ),
            ),
        ),
    ),
)  # fmt: skip
