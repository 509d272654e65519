"""Real Gen5 and SoftMax Pro exports: every value that others read, and a sentence for what is no plate."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from elisa_bdnf.errors import ExportError
from elisa_bdnf.model.reading import Correction, Reading
from elisa_bdnf.readers import read_export
from shared import CORPUS, EXPORTS, needs_corpus

pytestmark = needs_corpus

OWN = ("agilent_gen5", "moldev_softmax_pro")
WELLS = (
    sorted(path for vendor in OWN for path in (CORPUS / "wells" / vendor).rglob("*.json")) if EXPORTS.is_dir() else []
)

# What is in the file instead of an endpoint plate, as the refusal has to say it.
REFUSED = {
    "agilent_gen5/absorbance/240307_114129_BNCH654563_spectralScan_example01.txt": "spectrum",
    "agilent_gen5/absorbance/exclude/240307_125255_BNCH786865_areaScan_example01.txt": "area scan",
    "agilent_gen5/absorbance/exclude/kinetic_singleplate.txt": "kinetic",
    "agilent_gen5/absorbance/kinetic_helper_gene_growth_curve.txt": "kinetic",
    "agilent_gen5/absorbance/spectrum_data.txt": "spectrum",
    "agilent_gen5/calculated_data_with_no_measurements_error.txt": "only calculated values",
    "agilent_gen5/fluorescence/spectrum_emission_data.txt": "spectrum",
    "agilent_gen5/garbage_error.txt": "no export",
    "FAIRChemistry_MTPHandler/BioTek_Epoch2.xlsx": "kinetic",
    "stefanSchinkel_PlateReader/data.xlsx": "area scan",
    "biocircuits_murraylab_tools/cell_data_traces.csv": "kinetic",
    "moldev_softmax_pro/ACSINS_absorbance_timeformat_spectrum.txt": "spectrum",
    "moldev_softmax_pro/errors/header_size_mismatch.txt": "10 values for 96 wells",
    "moldev_softmax_pro/errors/lum_spectrum_columns.txt": "spectrum",
    "moldev_softmax_pro/errors/trf_well_scan_plates.txt": "well scan",
    "moldev_softmax_pro/fl_kinetic_plates.txt": "kinetic",
    "moldev_softmax_pro/no_measurements.txt": "holds a number",
    "moldev_softmax_pro/partial_plate.txt": "spectrum",
    "moldev_softmax_pro/spectramax340_kinetic_partial_plate.txt": "kinetic",
    "moldev_softmax_pro/spectrum_data.txt": "spectrum",
    "FAIRChemistry_MTPHandler/Spectramax190 molecular Devices.txt": "kinetic",
    "luminex_xponent/luminex_xPONENT_example03.csv": "xPONENT",
    "luminex_intelliflex/luminex_intelliflex_example_01.csv": "INTELLIFLEX",
    "biorad_bioplex_manager/exclude/sample_xml_example.xml": "Bio-Plex",
    "methodical_mind/methodical_test_1.txt": "Methodical Mind",
    "msd_workbench/msd_workbench_test_1.csv": "MSD Workbench",
    "ctl_immunospot/ctl_immunospot_example1.txt": "ELISpot",
    "mabtech_apex/matech_apex_example.xlsx": "ELISpot",
}


def found_values(readings: tuple[Reading, ...], well: str, wavelength: float | None, kind: str) -> set[float]:
    """Measured values of a well over all plates: the converter takes plate names from elsewhere."""
    return {
        channel.values[reading.shape.index(well)]
        for reading in readings
        for channel in reading.channels
        if channel.correction is Correction.NONE
        and (wavelength in (None, 0) or channel.wavelength_nm == wavelength)
        and (wavelength is None or channel.kind == kind)
    }


@pytest.mark.parametrize(
    "path", WELLS, ids=lambda path: path.relative_to(CORPUS / "wells").as_posix().removesuffix(".json")
)
def test_every_value_of_the_independent_converter_is_read(path: Path) -> None:
    name = path.relative_to(CORPUS / "wells").as_posix().removesuffix(".json")
    if name in REFUSED:
        pytest.skip("the export holds no number")
    readings = read_export(EXPORTS / name)
    compared = 0
    for _plate, well, wavelength, kind, value in json.loads(path.read_text(encoding="utf-8")):
        if value is not None:
            assert value in found_values(readings, well, wavelength, kind), (well, wavelength, value)
            compared += 1
    assert compared or readings[0].channels[0].correction is not Correction.NONE


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_endpoint_plate_is_refused_with_what_it_is(name: str) -> None:
    with pytest.raises(ExportError) as refused:
        read_export(EXPORTS / name)
    assert REFUSED[name] in str(refused.value)
    assert all(problem.file == Path(name).name for problem in refused.value.problems)


def endpoint_exports() -> list[str]:
    if not EXPORTS.is_dir():
        return []
    also = (
        "cran_ELISAtools/Assay_*.txt",
        "hanna133_ELISA_QC/*.csv",
        "teese_pytoxr/*.txt",
        "mdc-science_plateReadeR/*.csv",
    )
    paths = [path for vendor in OWN for path in (EXPORTS / vendor).rglob("*.txt")]
    paths += [path for pattern in also for path in EXPORTS.glob(pattern)]
    return sorted(name for path in paths if (name := path.relative_to(EXPORTS).as_posix()) not in REFUSED)


@pytest.mark.parametrize("name", endpoint_exports())
def test_every_endpoint_export_is_read(name: str) -> None:
    for reading in read_export(EXPORTS / name):
        assert reading.plate
        assert reading.header
        assert any(not math.isnan(value) for channel in reading.channels for value in channel.values)
        assert set(reading.unread_header) <= {key for key, _ in reading.header}
        assert all(len(channel.values) == reading.shape.size for channel in reading.channels)
        assert len({channel.label for channel in reading.channels}) == len(reading.channels)


# Plates in files that others lose, refuse or cut short.
PLATES = {
    "agilent_gen5/luminescence/exclude/endpoint_multiplate.txt": ["Plate 1", "Plate 2", "Plate 3"],
    "moldev_softmax_pro/MD_SMP_absorbance_endpoint_example05.txt": [
        "BNCH_69983542_96w",
        "BNCH_65245083_96w",
        "BNCH_79071824_96w",
    ],
    "moldev_softmax_pro/errors/multi-plate-block_non-unique_plate_ID.txt": ["Plate01", "Plate01"],
    "cran_ELISAtools/Assay_3_and_4.txt": ["Plate1", "Plate1"],
    "teese_pytoxr/QSOX2_example.txt": ["OD600"],
}


@pytest.mark.parametrize("name", PLATES)
def test_no_plate_is_lost(name: str) -> None:
    assert [reading.plate for reading in read_export(EXPORTS / name)] == PLATES[name]


def the_reading(name: str) -> Reading:
    (reading,) = read_export(EXPORTS / name)
    return reading


def test_overflow_and_missed_wells_are_notes_without_numbers() -> None:
    (channel,) = the_reading(
        "agilent_gen5/absorbance/240411_172731_BNCH2345883_abs450_96well_non_numeric_values.txt"
    ).channels
    kinds = {well: (note.text, note.kind.value) for well, note in channel.notes.items()}
    assert kinds["A8"] == ("OVRFLW", "overflow")
    assert kinds["D12"] == ("MISSED", "missing")
    assert len(kinds) == 13
    assert sum(math.isnan(value) for value in channel.values) == 13


def test_an_excluded_well_keeps_its_number_and_its_note() -> None:
    reading = the_reading("agilent_gen5/absorbance/Lowry_Protein_Assay_no_results_matrix.txt")
    (channel,) = reading.channels
    assert channel.values[reading.shape.index("H3")] == 0.356
    assert (channel.notes["H3"].text, channel.notes["H3"].kind.value) == ("*0.356*", "masked")


def test_a_mask_that_the_instrument_did_not_keep_says_so() -> None:
    reading = the_reading("moldev_softmax_pro/group_cols_with_int_sample_names.txt")
    assert {well: note.used_by_instrument for well, note in reading.channels[0].notes.items()} == {
        "A2": True,
        "F2": True,
    }


def test_masks_that_the_instrument_kept_are_masks() -> None:
    reading = the_reading("cran_ELISAtools/Assay_2.txt")
    notes = reading.channels[0].notes
    assert sorted(notes) == ["B6", "C1", "D4", "D9", "E1", "E4", "F1", "G2"]
    assert not any(note.used_by_instrument for note in notes.values())


def test_a_path_length_is_no_absorbance() -> None:
    reading = the_reading("agilent_gen5/absorbance/endpoint_pathlength_correct_singleplate.txt")
    assert "260:Pathlength" not in [channel.label for channel in reading.channels]
    assert len([result for result in reading.instrument_results if result.quantity == "260:Pathlength"]) == 96
    corrections = {channel.label: channel.correction for channel in reading.channels}
    assert corrections["Corrected [Blank 260:260]"] is Correction.PATH_LENGTH
