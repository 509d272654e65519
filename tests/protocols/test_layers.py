"""What holds where several files and the command line speak, and who is named as its origin."""

from __future__ import annotations

import hashlib

import pytest

from elisa_bdnf.errors import ProtocolError
from elisa_bdnf.model.curve import Model, WeightKind
from elisa_bdnf.protocols import check_protocol, load_protocol
from protocols.rule_schemas import RULES

FILES = {
    "strict.toml": """\
        title = "Strict"
        remark = "Ours."
        curve.zero_in_fit = false
        limits.recovery_percent = 15
        reading.max_response = 3.0
        [rules.REP-01]
        cv_percent = 10
        cv_ends_percent = 12
        level = "fail_plate"
        [rules.STD-04]
        min_levels = 6
        """,
    "kits/ours.toml": """\
        id = "ours-2"
        name = "Our kit"
        unit = "ng/mL"
        standards = [0.125, 0.5, 0.25, 1]
        anchors = [0.125]
        lod = 0.1
        wavelength_nm = 405
        reference_nm = 540
        max_response = 2.5
        remarks = "mind the gap"
        [matrices.serum]
        minimum_dilution = 20
        acid_treated = true
        [controls.low]
        nominal = 0.2
        low = 0.15
        high = 0.25
        """,
    "base.toml": """\
        id = "base"
        title = "The base"
        unit = "pg/mL"
        kit = "ours"
        matrix = "serum"
        curve.model = "5pl"
        curve.fixed.g = 0.9
        qc.preset = "strict"
        [timepoints.baseline]
        [timepoints.7d]
        minutes = 10080
        [timepoints.24h]
        minutes = 1440
        aliases = "next day"
        """,
    "mine.toml": """\
        extends = "base"
        [limits]
        lloq = 250
        [timepoints.7d]
        enabled = false
        [timepoints.24h]
        tolerance_minutes = 60
        [qc.rules.REP-01]
        cv_percent = 20
        [qc.rules.XYZ-01]
        enabled = false
        """,
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    (tmp_path / "kits").mkdir()
    for name, text in FILES.items():
        (tmp_path / name).write_text("\n".join(line.strip() for line in text.splitlines()), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


ORIGINS = {
    "limits.lloq": "protocol mine",
    "curve.model": "protocol base",
    "curve.zero_in_fit": "preset strict",
    "limits.recovery_percent": "preset strict",
    "limits.cv_percent": "default",
    "reading.max_response": "kit ours-2",
    "reading.wavelength_nm": "kit ours-2",
    "standards.nominal": "kit ours-2",
    "dilution.minimum": "kit ours-2",
    "kit.lod": "kit ours-2",
    "kit.species": "default",
    "timepoints.24h.aliases": "protocol base",
    "timepoints.24h.tolerance_minutes": "protocol mine",
    "curve.weights": "command line",
}


def test_each_value_knows_where_it_comes_from():
    protocol = load_protocol("mine", RULES, {"curve.weights": "1/y2"})
    assert {key: protocol.origins[key] for key in ORIGINS} == ORIGINS


def test_later_layers_win_and_the_rest_shows_through():
    protocol = load_protocol("mine", RULES)
    assert (protocol.id, protocol.title, protocol.origin) == ("mine", "mine", "mine.toml")
    assert (protocol.curve.model, protocol.curve.zero_in_fit, dict(protocol.curve.fixed)) == (
        Model.FIVE_PL,
        False,
        {"g": 0.9},
    )
    assert (protocol.limits.lloq, protocol.limits.uloq, protocol.limits.recovery_percent) == (250, None, 15)
    assert (protocol.reading.max_response, protocol.reading.reference_nm) == (2.5, (540,))
    assert [(t.name, t.minutes, t.aliases, t.tolerance_minutes) for t in protocol.timepoints] == [
        ("baseline", None, (), None),
        ("24h", 1440, ("next day",), 60),
    ]


def test_a_kit_comes_in_the_unit_of_the_protocol():
    protocol = load_protocol("mine", RULES)
    assert protocol.standards == (1000, 500, 250, 125)
    assert protocol.anchors == (125,)
    assert protocol.dilution.minimum == 20
    assert protocol.kit is not None
    assert (protocol.kit.unit, protocol.kit.standards, protocol.kit.lod) == ("pg/mL", (1000, 500, 250, 125), 100)
    control = protocol.kit.controls[0]
    assert (control.name, control.nominal, control.low, control.high) == ("low", 200, 150, 250)
    assert protocol.kit.matrices[0].acid_treated is True


def test_rules_merge_setting_by_setting():
    protocol = load_protocol("mine", RULES, {"qc.rules.REP-01.cv_ends_percent": "30"})
    rule = protocol.qc.rules["REP-01"]
    assert dict(rule.values) == {"cv_percent": 20, "cv_ends_percent": 30}
    assert (rule.enabled, rule.level) == (True, "fail_plate")
    assert dict(rule.origins) == {
        "cv_percent": "protocol mine",
        "cv_ends_percent": "command line",
        "level": "preset strict",
    }
    assert (protocol.qc.preset, protocol.qc.preset_title, protocol.qc.preset_remark) == ("strict", "Strict", "Ours.")
    assert protocol.qc.rules["XYZ-01"].enabled is False
    assert "WEL-02" not in protocol.qc.rules


def test_every_file_is_on_record(folder):
    protocol = load_protocol("./mine.toml", RULES)
    assert dict(protocol.sources) == {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}
    assert protocol.sha256 == dict(protocol.sources)["mine.toml"]


def test_another_kit_starts_anew(folder):
    (folder / "other.toml").write_text("extends = 'own'\nkit = 'promega-emax-g7610'\n", encoding="utf-8")
    (folder / "own.toml").write_text("extends = 'base'\n[kit]\nlod = 0.3\ncontrols.low.high = 0.9\n", encoding="utf-8")
    own, other = load_protocol("own", RULES), load_protocol("other", RULES)
    assert own.kit is not None
    assert other.kit is not None
    assert (own.kit.id, own.kit.lod, own.kit.controls[0].high) == ("ours-2", 300, 900)
    assert own.kit.remarks == (
        "mind the gap",
        "lod is not that of the kit file but of the protocol own",
        "controls.low.high is not that of the kit file but of the protocol own",
    )
    assert (other.kit.id, other.kit.lod, other.kit.controls) == ("promega-emax-g7610", 15.6, ())
    assert other.origins["kit.lod"] == "kit promega-emax-g7610"


def test_own_standards_replace_those_of_the_kit_with_their_anchors(folder):
    (folder / "own.toml").write_text("extends = 'base'\nstandards.nominal = [200, 100, 50]\n", encoding="utf-8")
    protocol = load_protocol("own", RULES)
    assert (protocol.standards, protocol.anchors) == ((200, 100, 50), ())


def test_another_design_starts_anew(folder):
    (folder / "tissue.toml").write_text(
        "design.kind = 'rodent_tissue'\ndesign.tissue.species = 'rat'\nqc.preset = 'strict'\n", encoding="utf-8"
    )
    (folder / "cells.toml").write_text("extends = 'tissue'\ndesign = 'neuron_release'\n", encoding="utf-8")
    assert load_protocol("tissue", RULES).extra["tissue"]["species"] == "rat"
    cells = load_protocol("cells", RULES)
    assert (cells.design, "tissue" in cells.extra) == ("neuron_release", False)
    assert cells.extra["precipitation"]["recovery_low"] == 0.5


def test_references_are_found_beside_the_file_that_names_them(folder):
    (folder / "deep").mkdir()
    (folder / "deep" / "p.toml").write_text("extends = '../mine.toml'\n", encoding="utf-8")
    assert load_protocol("deep/p.toml", RULES).kit == load_protocol("mine", RULES).kit


@pytest.mark.parametrize("preset", ["strict", "./strict.toml", "strict.toml"])
def test_a_preset_by_id_or_path(preset):
    assert load_protocol("mine", RULES, {"qc.preset": preset}).qc.preset == "strict"


OVERRIDES = [
    ("curve.weights", "none", lambda p: p.curve.weights.kind, WeightKind.NONE),
    ("curve.weights", "power:0.5", lambda p: (p.curve.weights.theta, p.curve.weights.origin), (0.5, "command line")),
    ("curve.zero_in_fit", "true", lambda p: p.curve.zero_in_fit, True),
    ("curve.fixed.a", "0.05", lambda p: dict(p.curve.fixed), {"a": 0.05, "g": 0.9}),
    ("reading.reference_nm", "570, 620", lambda p: p.reading.reference_nm, (570, 620)),
    ("reading.reference_nm", "[570]", lambda p: p.reading.reference_nm, (570,)),
    ("reading.wavelength_nm", "any", lambda p: p.reading.wavelength_nm, None),
    ("limits.lloq", "standards", lambda p: p.limits.lloq, None),
    ("standards.nominal", "", lambda p: p.standards, ()),
    ("timepoints.24h.aliases", "tag 2,day two", lambda p: p.timepoints[1].aliases, ("tag 2", "day two")),
    ('timepoints."2.5h".minutes', "150", lambda p: [t.name for t in p.timepoints], ["baseline", "2.5h", "24h"]),
    ("kit", "abbkine-kte62780", lambda p: p.kit.lod, 18.75),
    ("kit.lod", "0.2", lambda p: p.kit.lod, 200),
    ("replicates", "3", lambda p: p.replicates, 3),
    ("qc.rules.XYZ-01.strict", "false", lambda p: dict(p.qc.rules["XYZ-01"].values), {"strict": False}),
    ("qc.rules.XYZ-01.word", "true", lambda p: dict(p.qc.rules["XYZ-01"].values), {"word": "true"}),
]


@pytest.mark.parametrize(("key", "text", "value_of", "value"), OVERRIDES, ids=[f"{o[0]}={o[1]}" for o in OVERRIDES])
def test_overrides(key, text, value_of, value):
    assert value_of(load_protocol("mine", RULES, {key: text})) == value


WRONG = [
    ("curve.wieghts", "none", "there is no setting 'curve.wieghts'; perhaps 'curve.weights' is meant."),
    ("weights", "none", "there is no setting 'weights'; perhaps 'curve.weights' is meant."),
    ("curve", "4pl", "there is no setting 'curve'; perhaps"),
    ("timepoints", "4pl", "there is no setting 'timepoints'."),
    ("curve.model", "6pl", "curve.model is '6pl'; expected one of 4pl, 5pl, 5pl-r, 3pl, linear, loglog"),
    ("replicates", "two", "replicates is 'two'; expected a whole number from 1 to 96."),
    ("replicates", "1\nx = 1", "replicates is '1\\nx = 1'; expected a whole number from 1 to 96."),
    ("limits.cv_percent", "nan", "limits.cv_percent is nan; expected a number from 0 to 200 (%)."),
    ("qc.rules.REP-01.cv_percent", "-1", "qc.rules.REP-01.cv_percent is -1; expected a number from 0 to 1000 (%)."),
    ("qc.rules.REP-99.cv_percent", "1", "there is no setting 'qc.rules.REP-99.cv_percent'; perhaps"),
    ("limits.uloq", "1", "limits.uloq is 1; expected a number above limits.lloq, which is 250."),
    ("id", "x", "id cannot be set here; expected a setting; the file says what it is and extends."),
    ("extends", "x", "extends cannot be set here"),
    ("a..b", "x", "'a..b' is not a key such as curve.weights."),
    ("kit", "no-such", "there is no kit 'no-such'; expected one of"),
    ("qc.preset", "no-such", "there is no preset 'no-such'; expected one of"),
]


@pytest.mark.parametrize(("key", "text", "said"), WRONG, ids=[f"{w[0]}={w[1][:5]!r}" for w in WRONG])
def test_wrong_overrides(key, text, said):
    (problem,) = check_protocol("mine", RULES, {key: text}).problems
    place = f"--set {'kit.use' if key == 'kit' else key}"
    assert str(problem).startswith(f"{place}: {said}")


def test_wrong_overrides_are_told_with_the_mistakes_of_the_file(folder):
    (folder / "wrong.toml").write_text("extends = 'base'\nreplicates = 0\n", encoding="utf-8")
    with pytest.raises(ProtocolError) as caught:
        load_protocol("wrong", RULES, {"curve.model": "x", "reduce": "y"})
    assert [problem.place for problem in caught.value.problems] == ["2:14", "--set curve.model", "--set reduce"]


def test_loading_twice_gives_the_same():
    assert load_protocol("mine", RULES) == load_protocol("mine", RULES)
