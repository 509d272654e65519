"""What is seen only over all plates of a file, and what is said of a file that is nearly a plate."""

from __future__ import annotations

import io
import zipfile

import pytest

from readers.vendor_prints import Rows, matrix, read_bytes, refusal, text, values_for, xlsx

OD = values_for()
OTHER = [[round(value + 0.01, 4) for value in row] for row in OD]
WELLS = [f"{row}{column}" for row in "AB" for column in range(1, 5)]


def with_hidden_sheet(data: bytes, name: str) -> bytes:
    """The workbook with one of its sheets hidden from the eye."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w") as target:
        for part in source.namelist():
            content = source.read(part).decode()
            target.writestr(part, content.replace(f'name="{name}"', f'name="{name}" state="hidden"'))
    return stream.getvalue()


def test_hidden_sheets_are_named() -> None:
    data = xlsx({"Serum": matrix(OD), "Plasma": matrix(OTHER)})
    assert not any("hidden" in remark for reading in read_bytes(data) for remark in reading.remarks)
    for reading in read_bytes(with_hidden_sheet(data, "Plasma")):
        assert any("hidden sheets ('Plasma')" in remark for remark in reading.remarks)


def test_a_copied_plate_is_named() -> None:
    first, second, copied = read_bytes(xlsx({"A": matrix(OD), "B": matrix(OTHER), "C": matrix(OD)}))
    assert not first.remarks
    assert not second.remarks
    assert copied.remarks == ("Every value is that of 'A' before it: a plate or sheet that was copied.",)


def test_wells_without_a_value_are_named_whatever_the_format() -> None:
    rows = matrix([[*OD[0][:4], "", *OD[0][5:]], *OD[1:]])
    assert read_bytes(text(rows))[0].remarks == ("No value in well A5, inside the area that was read.",)
    listed: Rows = [["Well", "OD"], *[[f"{row}{column}", 0.1] for row in "AB" for column in range(1, 13)]]
    assert "No value in well A7" in read_bytes(text([*listed[:7], *listed[8:]]))[0].remarks[-1]


def test_a_plate_that_lacks_what_others_have_is_named() -> None:
    def plate(*names: str) -> Rows:
        return [row for name in names for row in ([name], *matrix(OD if name == "OD 450" else OTHER), [""])]

    whole, lacking = read_bytes(xlsx({"1": plate("OD 450", "OD 570"), "2": plate("OD 570")}))
    assert not whole.remarks
    assert "Other plates of the file have 'OD 450'; this one does not." in lacking.remarks


def test_two_parts_of_one_plate_are_no_two_plates() -> None:
    wells = [f"{row}{column}" for row in "AB" for column in range(1, 13)]
    rows: Rows = [["Plate", "Well", "OD"], *[["1" if n < 12 else "2", well, 0.1 + n] for n, well in enumerate(wells)]]
    _, second = read_bytes(text(rows))
    assert any("two parts of one" in remark for remark in second.remarks)


NEARLY: dict[str, Rows] = {
    "names the wells A1, A2, … side by side": [["Time", *WELLS], *[[t, *OD[0][:8]] for t in range(3)]],
    "holds A, B, … side by side": [["", *"ABCDEFGH"], *[[c + 1, *[row[c] for row in OD]] for c in range(12)]],
    "begins with 'A' and 5 numbers": [["", *range(5)], *[["ABC"[i], *OD[i][:5]] for i in range(3)]],
}


@pytest.mark.parametrize("said", NEARLY)
def test_a_file_that_is_nearly_a_plate_is_refused_with_what_it_lacks(said: str) -> None:
    sentence = refusal(text(NEARLY[said]))
    assert said in sentence
    assert "row letters A, B, C" in sentence


def test_a_well_far_from_all_others_is_named() -> None:
    wells = [f"{row}{column:02}" for row in "ABCDEFGH" for column in range(1, 13)]
    rows: Rows = [["Well", "OD"], *[[well, 0.1 + n / 100] for n, well in enumerate(wells)]]
    assert not any("Only" in remark for remark in read_bytes(text(rows))[0].remarks)
    (reading,) = read_bytes(text([*rows[:-1], ["S12", 1.05]]))
    assert any("Only S12 of 96 wells would lie outside of a plate of 8 × 12" in remark for remark in reading.remarks)
    large: Rows = [["Well", "OD"], *[[f"{row}{column}", 0.1] for row in "ABCDEFGHIJKLMNOP" for column in range(1, 25)]]
    assert not any("Only" in remark for remark in read_bytes(text(large))[0].remarks)


def test_standards_without_any_concentration_are_a_remark_for_a_layout_may_follow() -> None:
    ids = matrix([["STD1"] * 2 + ["S9"] * 10] * 8)
    (reading,) = read_bytes(text([["OD 450"], *matrix(OD), [""], ["Layout"], *ids]))
    assert reading.layout is not None
    assert reading.layout.contents["A1"].nominal is None
    assert "The file names standards without any concentration; a layout has to state them." in reading.layout.remarks


@pytest.mark.parametrize(
    ("texts", "said"), [("12.345 1.061 850", True), ("12.345 0.061 850", False), ("12.3455 1.061 85", False)]
)
def test_counts_whose_points_may_mark_thousands_are_remarked(texts: str, said: bool) -> None:
    lines = [f"{letter}{column};{text}" for letter in "ABC" for column, text in enumerate(texts.split(), start=1)]
    (reading,) = read_bytes("\n".join(["Well;RLU", *lines]).encode())
    assert any("could mark thousands" in remark for remark in reading.remarks) is said
