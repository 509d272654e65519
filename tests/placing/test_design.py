"""``elisa-bdnf design``: maps that keep subjects together, spread groups, lose nobody and read back."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elisa_bdnf.errors import LayoutError
from elisa_bdnf.layouts import read_layouts
from elisa_bdnf.model.layout import Layout, Role
from elisa_bdnf.model.plate import Shape, row_column_from_well
from elisa_bdnf.placing.whole import PlacedPlate, place
from elisa_bdnf.placing.wish import Control, Order, Wish
from elisa_bdnf.samples.sheet import SampleRow, SampleSheet
from program import FIXTURES, elisa_bdnf

PLASMA = ("-p", "human-infusion-plasma")
CONTROLS = ("--control", "QC-low=40", "--control", "QC-mid=120", "--control", "QC-high=320")


def wish(**changes: object) -> Wish:
    made: dict[str, object] = {
        "shape": Shape(8, 12), "unit": "pg/mL", "standards": (500.0, 250.0, 125.0, 62.5, 31.25, 15.6, 7.8),
        "anchors": (7.8,), "controls": (Control("low", 40.0), Control("high", 320.0)), "blank": True,
        "replicates": 2, "order": Order.RANDOM, "seed": 1, "balance": "arm",
    }  # fmt: skip
    return Wish(**(made | changes))  # type: ignore[arg-type]


def sheet(sizes: list[int], arms: int = 2) -> SampleSheet:
    """A subject for each size, in turn of one arm and another."""
    rows = [
        SampleRow(f"S{at}-{draw}", str(at), f"S{at}", f"{draw} h", attributes={"arm": f"arm {at % arms}"})
        for at, size in enumerate(sizes)
        for draw in range(size)
    ]
    return SampleSheet("samples.csv", "0" * 64, tuple(rows))


def names(layout: Layout, role: Role = Role.SAMPLE) -> Counter[str]:
    return Counter(content.name for content in layout.contents.values() if content.role is role)


def check(plates: list[PlacedPlate], made: SampleSheet, asked: Wish) -> None:
    """What must hold of every design."""
    placed = Counter[str]()
    for plate in plates:
        found = names(plate.layout)
        assert set(found.values()) == {asked.replicates}
        placed.update(found.keys())
        assert len(names(plate.layout, Role.STANDARD)) == len(asked.standards) + 1
        assert all(number >= 2 for number in names(plate.layout, Role.STANDARD).values())
        assert names(plate.layout, Role.CONTROL) == dict.fromkeys((c.name for c in asked.controls), asked.replicates)
        assert sum(names(plate.layout, Role.BLANK).values()) == asked.replicates * asked.blank
        assert all(well in asked.shape for well in plate.layout.contents)
    assert placed == Counter(row.sample for row in made.rows)
    plate_of = {name: at for at, plate in enumerate(plates) for name in names(plate.layout)}
    for subject in {row.subject for row in made.rows}:
        assert len({plate_of[row.sample] for row in made.rows if row.subject == subject}) == 1


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=30), st.integers(1, 3), st.sampled_from(list(Order)),
    st.integers(0, 3), st.booleans(), st.sampled_from([Shape(8, 12), Shape(16, 24)]),
)  # fmt: skip
def test_every_sample_is_placed_once_and_subjects_stay_together(
    sizes: list[int], replicates: int, order: Order, seed: int, blank: bool, shape: Shape
) -> None:
    asked = wish(replicates=replicates, order=order, seed=seed, blank=blank, shape=shape)
    made = sheet(sizes)
    plates = place(made, asked)
    check(plates, made, asked)
    # No more than one plate beyond what would do if subjects could be divided at will, up to their size.
    least = -(-sum(sizes) // asked.capacity)
    assert len(plates) <= least + 1 + (max(sizes) * least) // asked.capacity


def test_groups_are_spread_over_the_plates() -> None:
    plates = place(sheet([5] * 28), wish())
    arms = [Counter(subject.group for subject in plate.subjects) for plate in plates]
    assert len(plates) == 4
    assert all(abs(found["arm 0"] - found["arm 1"]) <= 1 for found in arms)
    assert {len(plate.subjects) for plate in plates} == {7}


def test_the_same_seed_gives_the_same_maps_and_another_one_others() -> None:
    made = sheet([5] * 7)
    first, again, other = (place(made, wish(seed=seed))[0].layout for seed in (1, 1, 2))
    assert first == again
    assert first.contents != other.contents
    # these wells are drawn alike on every computer and by every version
    assert [first.contents[well].name for well in ("B3", "C3", "D3")] == EXPECTED


EXPECTED = ["S2-3", "S4-1", "S3-4"]


def test_replicates_stand_side_by_side_and_controls_at_both_ends() -> None:
    layout = place(sheet([5] * 7), wish())[0].layout
    wells = {name: [w for w, c in layout.contents.items() if c.name == name] for name in names(layout)}
    for own in wells.values():
        (row, column), (other_row, other) = map(row_column_from_well, own)
        assert (row, abs(other - column)) == (other_row, 1)
    filled = [c.name for w, c in sorted(layout.contents.items(), key=lambda item: row_column_from_well(item[0])[::-1])
              if c.role is not Role.STANDARD]  # fmt: skip
    assert (filled[0], filled[-1]) == ("low", "high")


def test_by_subject_and_by_sheet() -> None:
    made = sheet([3] * 5)
    for order in (Order.SUBJECT, Order.SHEET):
        layout = place(made, wish(order=order, controls=(), blank=False))[0].layout
        column = [layout.contents[f"{row}3"].name for row in "ABCDEFGH"]
        subjects = list(dict.fromkeys(name.partition("-")[0] for name in column))
        assert [name.partition("-")[0] for name in column] == [s for s in subjects for _ in range(3)][:8]
    assert column[0] == "S0-0"


WRONG = {
    "too large a subject": (sheet([40]), {}, "has 40 samples, and a plate has room for 37"),
    "no room": (sheet([1]), {"shape": Shape(2, 3)}, "leave no room for samples"),
    "called like a control": (SampleSheet("s", "", (SampleRow("LOW", "2"),)), {}, "is called like a control"),
    "two groups": (
        SampleSheet("s", "", tuple(SampleRow(f"a{arm}", "2", "a", attributes={"arm": arm}) for arm in "xy")), {},
        "several words for arm",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_placed_is_said(case: str) -> None:
    made, changes, said = WRONG[case]
    with pytest.raises(LayoutError, match=said):
        place(made, wish(**changes))


# --- the command ----------------------------------------------------------------------------------------------------

SHEET = FIXTURES / "several-plates" / "gen5-two-plates" / "samples.csv"


def test_the_layouts_read_back_as_they_were_planned(tmp_path: Path) -> None:
    done = elisa_bdnf("design", SHEET, *PLASMA, *CONTROLS, "-o", tmp_path)
    assert done.code == 0, done.err
    assert done.out.startswith("70 samples on 2 plates, 2 wells each")
    samples: list[str] = []
    for path in sorted(tmp_path.iterdir()):
        assert elisa_bdnf("layout", "check", path).code == 0
        (layout,) = read_layouts(path)
        assert layout.unit == "pg/mL"
        assert names(layout, Role.CONTROL) == {"QC-low": 2, "QC-mid": 2, "QC-high": 2}
        samples += names(layout)
    assert len(samples) == len(set(samples)) == 70


def test_the_command_in_the_file_gives_the_file_again(tmp_path: Path) -> None:
    words = (SHEET, *PLASMA, "--control", "plasma pool", "--seed", "5", "--order", "subject", "--no-blank")
    elisa_bdnf("design", *words, "-o", tmp_path / "a")
    made = (tmp_path / "a" / "plate-1.layout.toml").read_text(encoding="utf-8")
    (line,) = [line for line in made.splitlines() if line.startswith("# Made by: ")]
    assert '--control "plasma pool"' in line
    assert line.endswith("--no-blank --order subject --balance arm --seed 5")
    (layout,) = read_layouts(tmp_path / "a" / "plate-1.layout.toml")
    assert names(layout, Role.CONTROL) == {"plasma pool": 2}


def test_a_plate_that_was_pipetted_by_its_map_is_assessed(tmp_path: Path) -> None:
    from plates import response  # noqa: PLC0415

    rows = "\n".join(f"K{n} {t},K{n},{t},plasma_edta,20" for n in (1, 2) for t in ("baseline", "120 min", "24 h"))
    sheet_ = tmp_path / "samples.csv"
    sheet_.write_text(f"sample,subject,timepoint,matrix,dilution\n{rows}\n", encoding="utf-8")
    assert elisa_bdnf("design", sheet_, *PLASMA, *CONTROLS, "-o", tmp_path).code == 0
    (layout,) = read_layouts(tmp_path / "plate-1.layout.toml")
    grid = [["", *map(str, range(1, 13))]]
    for row in "ABCDEFGH":
        contents = [layout.contents.get(f"{row}{column}") for column in range(1, 13)]
        values = [None if c is None else 0.0 if c.role is Role.BLANK else 60.0 if c.nominal is None else c.nominal
                  for c in contents]  # fmt: skip
        side = [0.995 if column % 2 else 1.005 for column in range(12)]
        grid.append([row, *("" if x is None else f"{response(x) * s:.4f}" for x, s in zip(values, side, strict=True))])
    (tmp_path / "plate-1.csv").write_text("\n".join(map(",".join, grid)) + "\n", encoding="utf-8")
    done = elisa_bdnf("run", tmp_path / "plate-1.csv", *PLASMA, "-s", sheet_, "-o", tmp_path / "out")
    assert done.code == 0, done.out + done.err
    assert "ACCEPTED" in done.out


def test_maps_that_are_there_are_not_written_over(tmp_path: Path) -> None:
    words = ("design", SHEET, *PLASMA, "-o", tmp_path)
    assert elisa_bdnf(*words).code == elisa_bdnf(*words).code == 0
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    done = elisa_bdnf(*words, "--seed", "2")
    assert (done.code, "would be written over" in done.err) == (2, True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


USAGE = [
    ["--wells", "95"], ["--order", "best"], ["--standards", "500,x"], ["--standards", "500,500"],
    ["--control", "=40"], ["--control", "QC=0"], ["--control", "QC=many"], ["-p", "generic"],
]  # fmt: skip


@pytest.mark.parametrize("words", USAGE, ids=" ".join)
def test_wrong_words(words: list[str]) -> None:
    chosen = words if "-p" in words else [*PLASMA, *words]
    done = elisa_bdnf("design", SHEET, *chosen)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: ")


def test_a_unit_that_nobody_stated_is_not_written_and_few_standards_are_remarked(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("sample,subject\nP1,K1\nP2,K1\n", encoding="utf-8")
    few = ("design", "s.csv", "--standards", "2,1,0.5", "--control", "QC=1")
    silent = elisa_bdnf(*few, "--out", "silent", folder=tmp_path)
    assert "note: no unit of the standards is stated" in silent.out
    assert "note: 3 standards above zero: a plate needs 5" in silent.out
    assert read_layouts(tmp_path / "silent" / "plate-1.layout.toml")[0].unit is None
    stated = elisa_bdnf(*few, "--set", "unit=ng/mL", "--out", "stated", folder=tmp_path)
    assert "no unit" not in stated.out
    path = tmp_path / "stated" / "plate-1.layout.toml"
    assert read_layouts(path)[0].unit == "ng/mL"
    assert "--set unit=ng/mL" in path.read_text(encoding="utf-8")
