"""The native form: the same wells as the real wellmap gives, and a refusal where wellmap would guess."""

from __future__ import annotations

from pathlib import Path

import pytest
import wellmap
from hypothesis import given
from hypothesis import strategies as st

from elisa_bdnf.errors import LayoutError
from elisa_bdnf.inputs.toml import read_toml
from elisa_bdnf.layouts import read_layouts
from elisa_bdnf.layouts._document import merged, read_tree
from elisa_bdnf.layouts._groups import groups_from_document
from elisa_bdnf.layouts._patterns import place_name
from elisa_bdnf.layouts._spread import spread
from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.plate import Shape

PLATE = Shape(8, 12)


def written(folder: Path, text: str, name: str = "layout.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def ours(path: Path) -> dict[tuple[str, str], dict[str, object]]:
    """(plate, well) → parameters, or nothing where we refuse."""
    tree = read_tree(path)
    top = {name: part for name, part in tree.groups.items() if name != "plate"}
    plates = {name: merged(part, top) for name, part in tree.groups.get("plate", {}).items()} or {"": top}
    found = {}
    for plate, groups in plates.items():
        laid_out = spread(groups)
        if laid_out.problems:
            raise LayoutError(problems=laid_out.problems)
        for place, leaves in laid_out.wells.items():
            found[plate, place_name(place)] = {name: leaf.value for name, leaf in leaves.items()}
    return found


def theirs(path: Path) -> dict[tuple[str, str], dict[str, object]]:
    table = wellmap.load(path)
    columns = [name for name in table.columns if name not in ("well", "well0", "row", "col", "row_i", "col_j", "plate")]
    found = {}
    for record in table.to_dict("records"):
        values = {name: record[name] for name in columns if record[name] == record[name]}
        found[str(record.get("plate", "")), record["well"]] = values
    return found


def row_pattern(numbers: list[int]) -> str:
    return ",".join("ABCDEFGH"[number] for number in numbers)


wells = st.builds(lambda row, column: f"{'ABCDEF'[row]}{column + 1}", st.integers(0, 5), st.integers(0, 9))
well_patterns = st.one_of(
    wells,
    st.builds(
        lambda r, c, h, w: f"{'ABCD'[r]}{c}-{'ABCDEFGH'[r + h]}{c + w}",
        st.integers(0, 3),
        st.integers(1, 5),
        st.integers(0, 3),
        st.integers(1, 5),
    ),
    st.lists(wells, min_size=2, max_size=3, unique=True).map(",".join),
    st.just("A1,A3,...,A11"),
    st.just("B2,D4,...,F6"),
)
row_patterns = st.one_of(
    st.lists(st.integers(0, 7), min_size=1, max_size=3, unique=True).map(row_pattern),
    st.sampled_from(["A-C", "B,D,...,H"]),
)
column_patterns = st.one_of(
    st.lists(st.integers(1, 12), min_size=1, max_size=3, unique=True).map(lambda n: ",".join(map(str, n))),
    st.sampled_from(["1-4", "2,4,...,12"]),
)
KINDS = ("well", "block.2x1", "block.3x2", "row", "col", "irow", "icol", "expt")


def parameters(kind: str) -> st.SearchStrategy[dict[str, int]]:
    """Values that tell the kind of their group, so that what a well holds tells which group won."""
    names = st.sets(st.sampled_from("pqrs"), min_size=1, max_size=3)
    return names.map(lambda chosen: {name: KINDS.index(kind) for name in sorted(chosen)})


def group(kind: str, patterns: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, dict[str, int]]]:
    return st.dictionaries(patterns, parameters(kind), max_size=3)


groups = st.fixed_dictionaries(
    {
        "well": group("well", well_patterns),
        "row": group("row", row_patterns),
        "col": group("col", column_patterns),
        "irow": group("irow", row_patterns),
        "icol": group("icol", column_patterns),
        "block.2x1": group("block.2x1", wells),
        "block.3x2": group("block.3x2", wells),
    }
)
plate_parameters = st.dictionaries(st.sampled_from("pqrs"), st.integers(10, 12), min_size=1, max_size=3)


def toml(layout: dict[str, dict[str, dict[str, int]]], expt: dict[str, int], plates: dict[str, dict[str, int]]) -> str:
    lines = [f"expt.{name} = {value}" for name, value in expt.items()]
    for kind, patterns in layout.items():
        for pattern, values in patterns.items():
            lines += [f"[{kind}.'{pattern}']", *(f"{name} = {value}" for name, value in values.items())]
    for plate, values in plates.items():
        lines += [f"[plate.{plate}]", *(f"{name} = {value}" for name, value in values.items())]
    return "\n".join(lines)


@given(groups, parameters("expt"), st.dictionaries(st.sampled_from(["x", "y"]), plate_parameters, max_size=2))
def test_random_layouts_hold_what_wellmap_gives(tmp_path_factory, layout, expt, plates) -> None:  # type: ignore[no-untyped-def]
    path = written(tmp_path_factory.mktemp("layouts"), toml(layout, expt, plates))
    try:
        reference = theirs(path)
    except wellmap.LayoutError:
        with pytest.raises(LayoutError):
            read_layouts(path)
        return
    # wellmap drops a parameter that only an earlier plate has
    kept = {name for values in reference.values() for name in values}
    mine = {where: {n: v for n, v in values.items() if n in kept} for where, values in ours(path).items()}
    assert mine == reference


BASE = """[expt]
unit = "pg/mL"
[block.2x1.A1]
role = "standard"
concentration = 1000
"""

MISTAKES = {
    "unknown-top-key": (
        BASE + "[wel.B1]\nsample = 'x'",
        "layout.toml:6:2: unknown key 'wel' at the top",
        "did you mean 'well'?",
    ),
    "unknown-meta-key": (
        BASE + "[meta]\npaht = 'x.txt'",
        "layout.toml:7:1: unknown key 'paht' in [meta]",
        "did you mean 'path'?",
    ),
    "unknown-extra": (BASE + "[elisa]\ncolumn = 1", "layout.toml:7:1: unknown key 'column' in [elisa]", "'columns'"),
    "not-toml": ("[expt\n", "layout.toml:1", "not TOML"),
    "given-twice": (BASE + "[block.2x1.A1]\nrole='blank'", "layout.toml:6", "twice"),
    "well-twice": (
        BASE + "[well]\nC1.sample = 'P01'\n'C1,D1'.sample = 'P02'",
        "layout.toml:8:9: sample of C1 is given twice: 'P01' (line 7) and 'P02'",
        "",
    ),
    "well-in-two-spellings": (BASE + "[well]\nC1.sample = 'P01'\nc01.sample = 'P02'", "layout.toml:8:5", "given twice"),
    "blocks-overlap": (BASE + "[block.2x1]\nC1.sample = 'P01'\nC2.sample = 'P02'", "sample of C2 is given twice", ""),
    "unknown-well": (BASE + "[well.X99999]\nsample='P1'", "layout.toml:7:1: 'X99999'", "wells such as A1"),
    "off-plate": (
        BASE + "[well.'J3,K4']\nsample='P1'",
        "layout.toml:7:1: wells J3, K4 are not on a plate of 8 × 12",
        "H12",
    ),
    "block-off-plate": (BASE + "[block.4x1.A11]\nsample='P1'", "wells A13, A14 are not on", ""),
    "rows-without-columns": ("[row.A]\nsample='x'", "layout.toml:2:1: [row] without any columns", ""),
    "bad-steps": (BASE + "[well.'B1,B3,...,B6']\nsample='P1'", "layout.toml:7:1", "no way from 1 to 6 in equal steps"),
    "bad-block": (BASE + "[block.2by1.C1]\nsample='P1'", "layout.toml:7:1: '2by1' is no size", ""),
    "value-in-group": (BASE + "[well]\nC1 = 3", "layout.toml:7:1: 'C1' has a value of its own", ""),
    "standard-without-concentration": (
        BASE + "[well.C1]\nrole='std'",
        "layout.toml:7:1: standard",
        "without a concentration in well C1",
    ),
    "negative": (BASE + "[well.C1]\nrole='std'\nconc=-5", "layout.toml:8:1: the concentration '-5' is negative", ""),
    "unknown-role": (
        BASE + "[well.C1]\nrole='standrad'",
        "layout.toml:7:1: 'standrad' is no role",
        "did you mean 'standard'?",
    ),
    "dilution": (
        BASE + "[well.C1]\nsample='P1'\ndilution='neat'",
        "layout.toml:8:1: the dilution 'neat' is not understood",
        "1+9",
    ),
    "misspelled-parameter": (
        BASE + "[well.C1]\nsample='P1'\ndilutoin=20",
        "unknown parameter 'dilutoin'",
        "did you mean 'dilution'?",
    ),
    "two-names-one-meaning": (
        BASE + "[well.C1]\nrole='std'\nconc=1\nconcentration=2",
        "'conc' and 'concentration' mean the same",
        "",
    ),
    "number-as-name": (BASE + "[well.C1]\nsample=1.10", "layout.toml:7:1: sample = 1.1 is a number", "in quotes"),
    "date-as-name": (
        BASE + "[well.C1]\nsample=2024-03-01",
        "layout.toml:7:1: the parameter 'sample' is a date",
        "in quotes",
    ),
    "concentration-without-role": (BASE + "[well.C1]\nconc=7", "a concentration but no role in well C1", ""),
    "sample-with-concentration": (
        BASE + "[well.C1]\nrole='sample'\nsample='P'\nconc=7",
        "a sample with the concentration 7 in well C1",
        "",
    ),
    "two-units": (BASE + "[well.C1]\nrole='std'\nconc_ng_mL=7\nunit='pg/mL'", "concentrations in ", "one unit"),
    "unknown-unit": ("[well.C1]\nrole='std'\nconc=7\nunit='pounds'", "'pounds' is no unit", "pg/mL"),
    "spelling": (BASE + "[well]\nC1.sample='BD-01'\nC2.sample='bd-01'", "'BD-01' (well C1) and 'bd-01' (well C2)", ""),
    "two-subjects": (
        BASE + "[well]\nC1={sample='P', subject='a'}\nC2={sample='P', subject='b'}",
        "subject 'a' in C1 and 'b' in C2",
        "",
    ),
    "sample-or-control": (
        BASE + "[well.C1]\nsample='Control 3'",
        "'Control 3' can be a role or a sample",
        "a role for it",
    ),
    "nothing": ("[expt]\nunit='pg/mL'", "says nothing about any well", ""),
    "path-and-plates": (BASE + "[meta]\npath='a.txt'\n[plate.x]\nq=1", "meta.path beside several plates", ""),
    "paths-without-plates": (BASE + "[meta]\npaths='{}.txt'", "meta.paths without any [plate]", ""),
    "paths-differ": (BASE + "[meta]\npaths={x='a',y='b'}\n[plate.x]\nq=1", "meta.paths names x, y", ""),
    "expt-in-plate": (BASE + "[plate.x.expt]\nq=1", "[expt] inside a plate", ""),
    "include-itself": (BASE + "[meta]\ninclude='layout.toml'", "layout.toml includes itself", ""),
    "include-missing": (BASE + "[meta]\ninclude='other.toml'", "other.toml: there is no such file", ""),
    "include-key": (BASE + "[meta]\ninclude={path='layout.toml', shfit='A1 to A2'}", "unknown key 'shfit'", ""),
    "bad-shift": (BASE + "[meta]\ninclude={path='layout.toml', shift='A1 -> A2'}", "is no shift", ""),
    "concat-itself": (BASE + "[meta]\nconcat='layout.toml'", "the path of another layout file", ""),
    "flood": (
        "[well]\n" + "\n".join(f"'A1-AF48,{row}{column}'.p=1" for row in "ABCD" for column in range(1, 25)),
        "more than 100,000 times",
        "",
    ),
}


@pytest.mark.parametrize(("text", "words", "hint"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_named_with_their_place(tmp_path: Path, text: str, words: str, hint: str) -> None:
    with pytest.raises(LayoutError) as caught:
        read_layouts(written(tmp_path, text), shape=PLATE)
    assert words in str(caught.value)
    assert hint in str(caught.value)


def test_all_mistakes_come_together(tmp_path: Path) -> None:
    text = BASE + "[well]\nC1.role='standrad'\nC2={sample='P', dilution='x'}\nC3={role='std'}\nJ1={sample='Q'}"
    with pytest.raises(LayoutError) as caught:
        read_layouts(written(tmp_path, text), shape=PLATE)
    assert len(caught.value.problems) == 4


def test_parameters_with_meaning(tmp_path: Path) -> None:
    text = """
[elisa.columns]
conc = "amount_pg_mL"
[block.2x1]
A1 = {role = "Standard", amount_pg_mL = 1000, anchor = true}
A3 = {role = "qc", level = "low", amount_pg_mL = 40, low = 32, high = 48}
A5 = {sample = "P01", subject = "S1", timepoint = "120 min", dilution = "1:20", matrix = "EDTA plasma", area = "M1"}
A7.role = "BLK"
A9.role = "STD3"
A9.amount_pg_mL = 0
A11.role = "unused"
"""
    (layout,) = read_layouts(written(tmp_path, text))
    standard, control, sample, blank, zero = (layout.contents[well] for well in ("A1", "A4", "A5", "A7", "A9"))
    assert (layout.unit, layout.shape, "A11" in layout.contents) == ("pg/mL", PLATE, False)
    assert (standard.role, standard.nominal, standard.name, standard.anchor) == (
        Role.STANDARD,
        1000,
        "Standard 1000",
        True,
    )
    assert (control.name, control.low, control.high, control.attributes["level"]) == ("QC low", 32, 48, "low")
    assert (sample.role, sample.dilution_factor, sample.subject) == (Role.SAMPLE, 20, "S1")
    assert (sample.timepoint, sample.matrix, dict(sample.attributes)) == (
        "120 min",
        "plasma_edta",
        {"area": "M1"},
    )
    assert (blank.role, zero.name, zero.is_zero_standard) == (Role.BLANK, "STD3", True)


def test_plates_are_bound_by_name_file_or_parameter(tmp_path: Path) -> None:
    plates = "[plate.x]\nday = 1\n[plate.y]\nday = 2\n"
    named = read_layouts(written(tmp_path, BASE + plates))
    by_file = read_layouts(
        written(tmp_path, BASE + plates + "[meta]\npaths = 'exports\\\\{}.txt'".replace("\\\\", "/"))
    )
    one = read_layouts(written(tmp_path, BASE + "[meta]\npath = 'exports/plate 7.txt'"))
    parameter = read_layouts(written(tmp_path, BASE.replace("unit", "plate = 'P7'\nunit")))
    assert [layout.plate for layout in named] == ["x", "y"]
    assert [layout.contents["A1"].attributes["day"] for layout in named] == ["1", "2"]
    assert [layout.plate for layout in by_file] == ["x.txt", "y.txt"]
    assert (one[0].plate, parameter[0].plate) == ("plate 7.txt", "P7")


def test_include_shift_concat_and_alert(tmp_path: Path) -> None:
    written(tmp_path, BASE + "[meta]\nalert = 'check the lot'", "standards.toml")
    written(tmp_path, "[well.A1]\nsample = 'Q'", "other.toml")
    text = (
        "[meta]\ninclude = {path = 'standards.toml', shift = 'A1 to C3'}\nconcat = {second = 'other.toml'}\n"
        "style.x = 1\n[well.A1]\nsample = 'P'\nplate = 'first'"
    )
    first, second = read_layouts(written(tmp_path, text))
    assert {well: content.role for well, content in first.contents.items()} == {
        "A1": Role.SAMPLE,
        "C3": Role.STANDARD,
        "C4": Role.STANDARD,
    }
    assert (first.plate, second.plate, second.contents["A1"].name) == ("first", "second", "Q")
    assert "standards.toml says: check the lot" in first.remarks


def test_a_shift_moves_every_kind_of_pattern() -> None:
    text = "[well.'A1-B2']\np=1\n[row.'A,C']\nq=1\n[col.'1,2,...,4']\nr=1\n[block.2x2.E5]\ns=1"
    moved = groups_from_document(read_toml(text.encode(), "x.toml"), (1, 2))
    assert [list(moved[kind]) for kind in ("well", "row", "col")] == [["B3-C4"], ["B,D"], ["3,4,...,6"]]
    assert list(moved["block"]["2x2"]) == ["F7"]
