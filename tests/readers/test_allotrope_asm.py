"""ASM JSON as input, and JSON that must be refused."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.reading import NoteKind
from readers.vendor_prints import assert_survives_cuts, letter, matrix_of, read_bytes, refusal, values_for

OD = values_for()


def measurement(well: str, value: object, nm: float = 450, plate: str = "P1", **more: Any) -> dict[str, Any]:
    sample = {"sample identifier": f"{plate} {well}", "location identifier": well, "well plate identifier": plate}
    control = {"device control document": [{"detector wavelength setting": {"value": nm, "unit": "nm"}}]}
    return {
        "measurement identifier": f"{plate}-{well}-{nm}",
        "sample document": {**sample, **more.pop("sample", {})},
        "device control aggregate document": control,
        "absorbance": {"value": value, "unit": "mAU"},
        **more,
    }


def document(*measurements: dict[str, Any], **more: Any) -> bytes:
    aggregate = {
        "measurement document": list(measurements),
        "measurement time": "2025-03-14T10:00:00",
        "plate well count": {"value": 96, "unit": "#"},
    }
    top = {
        "plate reader document": [{"measurement aggregate document": aggregate}],
        "data system document": {"software name": "Gen5", "software version": "3.12"},
        **more,
    }
    return json.dumps({"$asm.manifest": "plate-reader", "plate reader aggregate document": top}).encode()


def plate(nm: float = 450, name: str = "P1") -> list[dict[str, Any]]:
    return [measurement(f"{letter(r)}{c + 1}", OD[r][c], nm, name) for r in range(8) for c in range(12)]


def test_plates_and_wavelengths() -> None:
    first, second = read_bytes(document(*plate(450), *plate(620), *plate(450, "P2")))
    assert [c.wavelength_nm for c in first.channels] == [450, 620]
    assert (second.plate, first.source.software, str(first.shape)) == ("P2", "Gen5 3.12", "8 × 12")
    assert matrix_of(first.channels[1], first.shape, 8, 12) == OD
    assert first.layout is None
    assert any("mAU" in remark for remark in first.remarks)


@pytest.mark.parametrize("value", [True, [0.1], {"value": 0.1}])
def test_what_is_no_value_is_refused(value: object) -> None:
    assert "absorbance of well A1 is no number" in refusal(document(measurement("A1", value), measurement("A2", 0.2)))


def test_a_value_that_is_not_there_is_said() -> None:
    (reading,) = read_bytes(document(measurement("A1", None), measurement("A2", 0.2), measurement("A3", -0.0)))
    assert any("without a value stands for A1;" in remark for remark in reading.remarks)
    assert math.isnan(reading.channels[0].values[2])
    assert reading.channels[0].notes["A3"].kind is NoteKind.MISSING


@pytest.mark.parametrize("item", ["A1", 7, None])
def test_something_else_among_the_measurements_is_refused(item: Any) -> None:
    assert "where its 'measurement document' is due" in refusal(document(measurement("A1", 0.1), item))


def test_errors_are_notes_whatever_number_stands_beside_them() -> None:
    error = {"error document": [{"error": "OVRFLW", "error feature": "absorbance"}]}
    overflow = measurement("A1", -0.0, **{"error aggregate document": error})
    (reading,) = read_bytes(document(overflow, measurement("A2", "NaN"), measurement("A3", 0.3)))
    (raw,) = reading.channels
    assert math.isnan(raw.values[0])
    assert [raw.notes[well].kind for well in ("A1", "A2")] == [NoteKind.OVERFLOW, NoteKind.MISSING]


def test_samples_and_calculated_data() -> None:
    standard: dict[str, Any] = {"sample identifier": "STD1", "sample role type": "standard sample role"}
    standard["mass concentration"] = {"value": 500, "unit": "pg/mL"}
    unknown: dict[str, Any] = {"sample identifier": "BD-1", "sample role type": "unknown sample role"}
    unknown["dilution factor setting"] = {"value": 20}
    source = {"data source document": [{"data source identifier": "P1-A2-450"}]}
    calculated = {
        "calculated data name": "conc",
        "calculated result": {"value": 33.5},
        "data source aggregate document": source,
    }
    (reading,) = read_bytes(
        document(
            measurement("A1", 1.0, sample=standard),
            measurement("A2", 0.5, sample=unknown),
            **{"calculated data aggregate document": {"calculated data document": [calculated]}},
        )
    )
    assert reading.layout is not None
    assert (reading.layout.contents["A1"].nominal, reading.layout.unit) == (500, "pg/mL")
    assert reading.layout.contents["A1"].role is Role.STANDARD
    assert reading.layout.contents["A2"].dilution_factor == 20
    assert [(r.well, r.quantity, r.value) for r in reading.instrument_results] == [("A2", "concentration", 33.5)]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (document(), "no measured well"),
        (document(measurement("Z99X", 0.1)), "'Z99X'"),
        (document(*[measurement("A1", 0.1)] * 9), "more than 4 values"),
        (document(measurement("A1", 0.1, **{"absorption data cube": {}})), "data cube"),
        (document(measurement("A1", "bubble")), "'bubble' in well A1"),
        (document(*plate())[:-20], "broken"),
        (document(measurement("A1", 0.1)).replace(b'"plate well count"', b'"measurement time"'), "stands twice"),
        (document(measurement("A1", float("nan"))), "NaN stands"),
        (b'{"plate reader aggregate document": ' + b"[" * 80 + b"]" * 80 + b"}", "nested more than"),
        (b'{"plate reader aggregate document": {}, "a": ' + b"9" * 5000 + b"}", "no measured well"),
    ],
)
def test_refusals(data: bytes, words: str) -> None:
    assert words in refusal(data)


def custom(name: str, **more: Any) -> dict[str, Any]:
    return {
        "sample": {
            "sample identifier": name,
            "custom information document": {k.replace("_", " "): v for k, v in more.items()},
        }
    }


def contents(*samples: dict[str, Any]) -> dict[str, tuple[str, str, float | None, float | None]]:
    wells = [measurement(f"A{column}", 0.1 * column, **sample) for column, sample in enumerate(samples, start=1)]
    (reading,) = read_bytes(document(*wells))
    assert reading.layout is not None
    return {w: (c.role.value, c.name, c.nominal, c.dilution_factor) for w, c in reading.layout.contents.items()}


def test_ids_and_amounts_of_gen5() -> None:
    amounts = [("STD1", 2000.0), ("SPL1:2", 0.25), ("BLK", None)]
    found = contents(*(custom(name, **({} if n is None else {"Conc/Dil": n})) for name, n in amounts))
    assert found == {
        "A1": ("standard", "STD1", 2000.0, None),
        "A2": ("sample", "SPL1", None, 4.0),
        "A3": ("blank", "BLK", None, None),
    }


def test_groups_that_number_their_samples_alike_are_told_apart() -> None:
    groups = ("Standards", "Unknowns", "Spikes")
    found = contents(*(custom("01", group_identifier=group) for group in groups))
    assert {well: content[:2] for well, content in found.items()} == {
        "A1": ("standard", "01"),
        "A2": ("sample", "Unknowns 01"),
        "A3": ("sample", "Spikes 01"),
    }


def test_a_factor_beside_the_sample_and_names_made_of_plate_and_well() -> None:
    factor = {"dilution_factor_setting": {"value": 50.0, "unit": "(unitless)"}}
    unknown = {"sample": {"sample identifier": "P1 A2", "sample role type": "unknown sample role"}}
    assert contents(custom("serum", **factor), unknown) == {"A1": ("sample", "serum", None, 50.0)}


def test_a_wavelength_that_is_none_and_the_concentration_of_gen5() -> None:
    calculated = {
        "calculated data name": "[Concentration]",
        "calculated result": {"value": 12.5, "unit": "(unitless)"},
        "data source aggregate document": {"data source document": [{"data source identifier": "P1-A1-1"}]},
    }
    more = {"calculated data aggregate document": {"calculated data document": [calculated]}}
    (reading,) = read_bytes(document(measurement("A1", 0.1, 1), **more))
    assert [(c.label, c.wavelength_nm) for c in reading.channels] == [("absorbance", None)]
    assert [(r.quantity, r.value) for r in reading.instrument_results] == [("concentration", 12.5)]


NOT_REPORTED = {
    "error aggregate document": {"error document": [{"error": "Not reported", "error feature": "Absorbance"}]}
}
SPOT = {"sample": {"location identifier": "1", "well location identifier": "A1"}}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (document(measurement("A1", -0.0, **NOT_REPORTED)), "no well holds a measured value"),
        (document(measurement("A1", 3.0, **SPOT)), "spots in wells"),
        (b'{"multi analyte profiling aggregate document": {}}', "bead counts"),
    ],
)
def test_documents_of_something_else(data: bytes, words: str) -> None:
    assert words in refusal(data)


def test_cuts_give_an_error() -> None:
    assert_survives_cuts(document(*plate()[:9]))
