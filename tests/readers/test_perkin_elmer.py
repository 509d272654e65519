"""PerkinElmer EnVision and EnSpire, Revvity Kaleido."""

from __future__ import annotations

import pytest

from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.reading import ChannelKind, Correction
from readers.vendor_prints import (
    Rows,
    assert_survives_cuts,
    assert_survives_damage,
    corpus_files,
    letter,
    matrix,
    matrix_of,
    read_bytes,
    refusal,
    text,
    values_for,
    values_not_read,
)
from shared import EXPORTS, needs_corpus

OD = values_for()
NET = [[round(value - 0.05, 4) for value in row] for row in OD]
OPTICS = (("Excitation", "485"), ("Emission", "535"))
CODES = [["S1", "S1", "U1", "-", *["-"] * 8], *[["-"] * 12] * 7]


def info(number: int, label: str, barcode: str = "", *, formula: bool = False, optics: str = "Ex=Btm Em=N/A") -> Rows:
    heads = ["Plate", "Repeat", "Barcode", "Formula" if formula else "Label", "Measinfo", "Measurement date", ""]
    values = [
        str(number),
        "1",
        f'="{barcode}"',
        label,
        "" if formula else f"De=1st {optics} Wdw=N/A (8)",
        "1/15/2025",
        "",
    ]
    background: Rows = [["Background information"], ["Plate", "Label"], [str(number), label], []]
    return [["Plate information "], heads, values, [], *background]


def assay(rows: int = 8, columns: int = 12) -> Rows:
    return [
        [],
        ["Basic assay information "],
        ["Assay ID: ", "", "", "", "101"],
        ["Plate type:"],
        ["Number of rows", "", "", "", str(rows)],
        ["Number of columns", "", "", "", str(columns)],
        [],
        ["Platemap:"],
        ["Plate", "", "", "", "1"],
        [],
        *matrix(CODES),
        [],
        ["Calculations:"],
        [],
        ["Labels:"],
        ["BDNF", "", "", "", "2000014"],
        ["Exc. filter", "", "", "", "Photometric"],
        [],
        ["Filters:"],
        ["Photometric", "", "", "", "216"],
        ["Description", "", "", "", "M450 CWL=450nm BW=10nm"],
        [],
        ["Exported with EnVision Workstation version 1.14"],
    ]


def envision() -> Rows:
    return [
        *info(1, "BDNF(1)"),
        ["Results for BDNF(1) - channel 1 (A)"],
        *matrix(OD),
        [],
        *info(1, "Calc 1: Blank = X - Y", formula=True),
        ["Calculated results: Calc 1: Blank = X - Y"],
        *matrix(NET),
        [],
        *info(2, "BDNF(1)", "B77"),
        *OD,
        *assay(),
    ]


def enspire(*more: Rows) -> Rows:
    head: Rows = [["Well", "Sample", "MeasA:Wavelength", "MeasA:Result", ""]]
    lines: Rows = [
        [f"{letter(row)}{column + 1:02}", "S1" if column == 0 else "-", "450", OD[row][column], ""]
        for row in range(8)
        for column in range(3)
    ]
    return [
        *info(1, "A")[:4],
        ["No background information available."],
        [],
        *head,
        *lines,
        *[r for m in more for r in m],
    ]


def kaleido_2() -> Rows:
    return [
        [],
        [],
        ["Results for ABS mono 1"],
        [],
        ["Barcode: V-1", "PlateRepeat: 1", "WellRepeat: 1"],
        *matrix(OD),
        [],
        ["Analysis Result"],
        ["Results for Blank ( ABS mono 1 )"],
        ["Barcode: V-1", "PlateRepeat: 1", "WellRepeat: 1", "AnalysisParameter: Net"],
        *matrix(NET),
        [],
        ["Software version:", "", "Kaleido 2.0.3058.126"],
        ["Number of rows:", "", "8"],
        ["Number of columns:", "", "12"],
        ["Platemap"],
        *matrix(CODES),
        [],
        ["Meas"],
        ["Tech", "", "", "", "ABS mono 1"],
        ["Excitation wavelength [nm]", "", "", "", "450"],
        [],
    ]


def kaleido_3(**facts: str) -> Rows:
    heads = ["Barcode", "Repeat", "Loop no", "Well scan x", "Analysis Parameter"]
    return [
        ["EnSight Results from"],
        ["Measurement Date", "10/16/2024 13:39"],
        [],
        ["Result for Absorbance 1"],
        heads,
        [facts.get(head, {"Barcode": "B9", "Repeat": "1"}.get(head, "")) for head in heads],
        [],
        *matrix(OD),
        [],
        ["Software Version", "", "Kaleido 3.5.3082.227"],
        ["Number of Rows", "", "12"],
        ["Number of Columns", "", "8"],
        [],
        ["Operation", "", "", "Absorbance 1"],
        ["Excitation Wavelength [nm]", "", "", "620"],
    ]


def test_envision_plates_and_what_was_calculated() -> None:
    first, second = read_bytes(text(envision()))
    raw, net = first.channels
    assert (raw.wavelength_nm, raw.kind, raw.correction) == (450, ChannelKind.ABSORBANCE, Correction.NONE)
    assert net.correction is Correction.REDUCED
    assert matrix_of(net, first.shape, 8, 12) == NET
    assert (first.plate, second.plate) == ("Plate 1", "B77")
    assert matrix_of(second.channels[0], second.shape, 8, 12) == OD
    assert first.layout is not None
    assert (first.layout.contents["A1"].role, first.layout.contents["A3"].role) == (Role.SAMPLE, Role.SAMPLE)
    assert any("its standards are STD" in remark for remark in first.layout.remarks)
    assert second.layout is None


def test_every_list_of_enspire_is_a_plate() -> None:
    second = [["2" if row[:2] == ["1", "1"] and i == 0 else cell for i, cell in enumerate(row)] for row in enspire()]
    readings = read_bytes(text([*enspire(), [], *second]))
    assert [reading.plate for reading in readings] == ["Plate 1", "Plate 2"]


def test_an_empty_line_in_a_list_loses_no_wells() -> None:
    rows = list(enspire())
    rows.insert(len(rows) - 5, [])
    assert "stands where the list names its wells" in refusal(text(rows))


def test_a_label_alone_says_what_was_measured_where_the_optics_are_not_stated() -> None:
    heads = [[cell for i, cell in enumerate(row) if i != 4] for row in info(1, "A450(1)")[:3]]
    (reading,) = read_bytes(text([*heads, [], ["Results for A450(1) - channel 1 (A)"], *matrix(OD), *assay()]))
    assert (reading.channels[0].kind, reading.channels[0].wavelength_nm) == (ChannelKind.ABSORBANCE, 450)
    assert any("taken for absorbance" in remark for remark in reading.remarks)


def fluorescence_of_two_detectors() -> Rows:
    def block(detector: str) -> Rows:
        heads = info(1, "HTRF(1)", optics="Ex=Top Em=Top")
        return [[str(cell).replace("De=1st", f"De={detector}") for cell in row] for row in heads]

    labels = [
        ["Labels:"],
        ["HTRF", "", "", "", "6000028"],
        ["Ems. filter", "", "", "", "APC 665"],
        ["2nd ems. filter", "", "", "", "Cy5"],
        [],
        ["Filters:"],
        ["Cy5", "", "", "", "118"],
        ["Description", "", "", "", "X620 CWL=620nm BW=10nm"],
        [],
    ]
    plates = [[*block(d), [f"Results for HTRF(1) - {d} (Counts)"], *matrix(OD), []] for d in ("1st", "2nd")]
    return [*[row for plate in plates for row in plate], *assay()[:7], *labels]


def test_the_wavelength_of_fluorescence_is_that_of_its_detector() -> None:
    (reading,) = read_bytes(text(fluorescence_of_two_detectors()))
    assert [(c.kind, c.wavelength_nm) for c in reading.channels] == [
        (ChannelKind.FLUORESCENCE, 665),
        (ChannelKind.FLUORESCENCE, 620),
    ]


def test_the_wavelength_of_fluorescence_is_the_emission_in_kaleido() -> None:
    rows = [["Result for FI 1"] if row == ["Result for Absorbance 1"] else list(row) for row in kaleido_3()]
    rows[-2:] = [["Operation", "", "", "FI 1"], *[[f"{w} Wavelength [nm]", "", "", n] for w, n in OPTICS]]
    (reading,) = read_bytes(text(rows))
    assert (reading.channels[0].kind, reading.channels[0].wavelength_nm) == (ChannelKind.FLUORESCENCE, 535)


@pytest.mark.parametrize(
    ("optics", "kind"),
    [
        ("Ex=Top Em=Top", ChannelKind.FLUORESCENCE),
        ("Ex=N/A Em=Top", ChannelKind.LUMINESCENCE),
        ("Ex=Btm Em=N/A", ChannelKind.ABSORBANCE),
    ],
)
def test_envision_kind_by_optics(optics: str, kind: ChannelKind) -> None:
    (reading,) = read_bytes(text([*info(1, "L(1)", optics=optics), *matrix(OD)]))
    assert reading.channels[0].kind is kind


def test_enspire_list() -> None:
    (reading,) = read_bytes(text(enspire(), "\t"))
    (raw,) = reading.channels
    assert (raw.wavelength_nm, raw.values[12]) == (450, OD[1][0])
    assert reading.layout is not None
    assert reading.layout.contents["B1"].role is Role.STANDARD


def test_enspire_list_without_samples() -> None:
    start = next(index for index, row in enumerate(enspire()) if row[:1] == ["Well"])
    rows = [row if index < start else [row[0], *row[2:]] for index, row in enumerate(enspire())]
    (reading,), (whole,) = read_bytes(text(rows, "\t")), read_bytes(text(enspire(), "\t"))
    assert (reading.source.format, reading.channels, reading.layout) == ("perkin_elmer_enspire", whole.channels, None)


def test_enspire_columns_of_one_title_are_refused() -> None:
    rows = [[*row[:4], row[3]] if row[1:2] else row for row in enspire()[6:]]
    assert "two columns are called 'MeasA:Result'" in refusal(text([*enspire()[:6], *rows]))


def test_a_list_of_enspire_that_names_no_plate_says_so() -> None:
    rows = [["", *row[1:]] if row[:2] == ["1", "1"] else row for row in enspire()]
    (reading,) = read_bytes(text(rows))
    assert "The export names no plate" in "\n".join(reading.remarks)
    assert not read_bytes(text(enspire()))[0].remarks


def test_kaleido_2() -> None:
    (reading,) = read_bytes(text(kaleido_2()))
    assert (reading.plate, reading.channels[0].wavelength_nm) == ("V-1", 450)
    assert matrix_of(reading.channels[0], reading.shape, 8, 12) == OD
    assert {r.quantity for r in reading.instrument_results} == {"Blank ( ABS mono 1 ): Net"}
    assert reading.layout is not None


@pytest.mark.parametrize(
    ("code", "in_envision", "in_kaleido"),
    [
        ("STD1", Role.STANDARD, Role.STANDARD),
        ("S01", Role.SAMPLE, Role.STANDARD),
        ("LB1", Role.BLANK, Role.CONTROL),
        *((code, Role.CONTROL, Role.CONTROL) for code in ("LC1", "LH1", "ZH1", "ZL1", "CTL1")),
        ("UNK1", Role.SAMPLE, Role.SAMPLE),
        ("BL1", Role.BLANK, Role.BLANK),
    ],
)
def test_codes_of_plate_maps_mean_what_the_software_means(code: str, in_envision: Role, in_kaleido: Role) -> None:
    for rows, meant in ((envision(), in_envision), (kaleido_2(), in_kaleido)):
        coded = [[code if cell == "S1" else cell for cell in row] for row in rows]
        layout = read_bytes(text(coded))[0].layout
        assert layout is not None
        assert layout.contents["A1"].role is meant


def test_a_plate_map_without_a_row_of_the_plate_says_so() -> None:
    (reading,) = read_bytes(text([row for row in kaleido_2() if row[:2] != ["D", "-"]]))
    assert reading.layout is not None
    assert any("has no row D" in remark for remark in reading.layout.remarks)


def test_kaleido_3_with_rows_and_columns_swapped() -> None:
    (reading,) = read_bytes(text(kaleido_3()))
    assert (str(reading.shape), reading.channels[0].wavelength_nm, reading.plate) == ("8 × 12", 620, "B9")
    assert any("10/16/2024" in value for _, value in reading.header)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([*envision()[:-40], ["Plate", "Repeat"], ["3", "1"]], "without the line 'Plate information'"),
        ([*info(1, "L(1)"), *OD[:5], *assay()], "without row letters"),
        (info(1, "L(1)"), "no matrix"),
        ([*info(1, "L(1)"), *matrix([["x y", 1.0], [1.0, 2.0]]), *assay()], "'x y' in well A1"),
        (enspire([["A01", "-", "451", 0.2]]), "a spectrum"),
        (enspire([["A01", "-", "450", 0.2]]), "several reads"),
        (kaleido_3(**{"Loop no": "2"}), "several places or times"),
        ([*kaleido_2()[:5], *matrix([["1.tiff", "2.tiff"]])], "images"),
        ([*kaleido_2()[:2], ["Results for X"], ["Barcode: 1"]], "no matrix"),
    ],
)
def test_refusals(rows: Rows, words: str) -> None:
    assert words in refusal(text(rows))


@pytest.mark.parametrize("rows", [envision(), enspire(), kaleido_2(), kaleido_3()])
def test_damage_gives_a_reading_or_an_error(rows: Rows) -> None:
    assert_survives_damage(rows, text, 60)
    assert_survives_cuts(text(rows), 41)


@needs_corpus
@pytest.mark.parametrize("name", [*corpus_files("perkin_elmer_envision"), *corpus_files("revvity_kaleido")])
def test_corpus_values(name: str) -> None:
    assert values_not_read(name) == []


@needs_corpus
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("perkin_elmer_envision/example01_missing_header_error.csv", "Plate information"),
        ("darosio_ClopHfit/24well_clop0_95.csv", "spectrum"),
        ("revvity_kaleido/optical_imaging/optical_imaging_endpoint_single_plate_example_01.csv", "images"),
        ("revvity_kaleido/optical_imaging/optical_imaging_endpoint_single_plate_example_03.csv", "images"),
    ],
)
def test_corpus_files_that_are_no_endpoint_plate(name: str, words: str) -> None:
    assert words in refusal((EXPORTS / name).read_bytes())
