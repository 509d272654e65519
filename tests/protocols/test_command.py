"""``elisa-bdnf protocol``."""

from __future__ import annotations

import json

import pytest

from program import elisa_bdnf


def test_list():
    done = elisa_bdnf("protocol", "list")
    assert done.code == 0
    assert "human-infusion-plasma      Ketamine infusion, EDTA plasma\n" in done.out


def test_list_as_json_begins_with_its_schema():
    found = json.loads(elisa_bdnf("protocol", "list", "--json").out)
    assert list(found) == ["schema", "protocols", "kits", "presets"]
    assert found["schema"] == "elisa-bdnf/protocols/1"
    assert {"id": "generic", "verified": False}.items() <= {**found["kits"][2]}.items()


def test_show_says_where_each_value_comes_from():
    done = elisa_bdnf("protocol", "show", "human-infusion-plasma", "--set", "curve.weights=none")
    lines = {line.partition(" = ")[0]: line.split("  ")[-1].strip() for line in done.out.splitlines() if " = " in line}
    assert lines["curve.weights"] == "command line"
    assert lines["curve.model"] == "protocol human-infusion-plasma"
    assert lines["reading.wavelength_nm"] == "kit promega-emax-g7610"
    assert lines["limits.recovery_percent"] == "preset kit-research"
    assert "NOT VERIFIED" in done.out


def test_show_as_json():
    found = json.loads(elisa_bdnf("protocol", "show", "generic", "--json").out)
    assert found["schema"] == "elisa-bdnf/protocol/1"
    settings = {row["key"]: (row["value"], row["origin"]) for row in found["settings"]}
    assert settings["curve.model"] == ("4pl", "protocol generic")
    rules = {rule["rule"]: rule for rule in found["rules"]}
    assert rules["REP-01"]["settings"][0] == {"setting": "cv_percent", "value": 15.0, "origin": "preset kit-research"}


def test_new_then_check(tmp_path):
    made = elisa_bdnf("protocol", "new", "my-study.toml", "--from", "neuron-release", folder=tmp_path)
    assert (made.code, made.err) == (0, "wrote my-study.toml, which extends neuron-release\n")
    again = elisa_bdnf("protocol", "new", "my-study.toml", folder=tmp_path)
    assert (again.code, again.err.startswith("error: my-study.toml is there already")) == (2, True)
    checked = elisa_bdnf("protocol", "check", "my-study.toml", folder=tmp_path)
    assert (checked.code, checked.out) == (0, "my-study.toml: nothing is wrong with it (protocol my-study)\n")


def test_new_from_a_file_of_ones_own(tmp_path):
    (tmp_path / "base.toml").write_text("replicates = 3\n", encoding="utf-8")
    (tmp_path / "deep").mkdir()
    assert elisa_bdnf("protocol", "new", "a.toml", "--from", "base", folder=tmp_path).code == 0
    assert 'extends = "base.toml"' in (tmp_path / "a.toml").read_text(encoding="utf-8")
    assert elisa_bdnf("protocol", "new", "deep/b.toml", "--from", "base.toml", folder=tmp_path).code == 0
    assert elisa_bdnf("protocol", "check", "a.toml", "deep/b.toml", folder=tmp_path).code == 0


def test_check_shows_the_line_and_a_caret(tmp_path):
    (tmp_path / "p.toml").write_text('[curve]\n\tmodel = "4lp" # \x07\n', encoding="utf-8", newline="\n")
    (tmp_path / "q.toml").write_text('[curve]\nmodel = "4lp"\nsmoothing = 1\n', encoding="utf-8", newline="\n")
    done = elisa_bdnf("protocol", "check", "p.toml", "q.toml", "generic", folder=tmp_path)
    assert done.code == 3
    assert (
        done.out
        == r"""p.toml:2:18: not TOML: Found invalid character '\x07'.
     model = "4lp" # \x07
                     ^
q.toml:2:9: curve.model is '4lp'; expected one of 4pl, 5pl, 5pl-r, 3pl, linear, loglog; perhaps '4pl' is meant.
    model = "4lp"
            ^
q.toml:3:1: unknown key 'smoothing' in [curve]; expected one of model, weights, fit_on, zero_in_fit, confidence, fixed.
    smoothing = 1
    ^
generic: nothing is wrong with it (protocol generic)
"""
    )


WRONG = [
    (["show", "no-such"], 3, "error: there is no protocol 'no-such'; expected one of generic, "),
    (["show", "generic", "--set", "x"], 2, "error: --set 'x' is not understood; expected KEY=VALUE"),
    (["show", "generic", "--set", "curve.model=x"], 3, "error: --set curve.model: curve.model is 'x'; expected one"),
    (["new", "x.tml"], 2, "error: 'x.tml' is not the name of a protocol; expected a name that ends in .toml."),
    (["new", "x.toml", "--from", "no-such"], 3, "error: there is no protocol 'no-such'"),
    (["keys", "--markdown", "--json-schema"], 2, "error: --markdown and --json-schema exclude each other"),
]


@pytest.mark.parametrize(("arguments", "code", "said"), WRONG, ids=[" ".join(w[0]) for w in WRONG])
def test_wrong_command_lines(arguments, code, said, tmp_path):
    done = elisa_bdnf("protocol", *arguments, folder=tmp_path)
    assert (done.code, done.err[: len(said)]) == (code, said)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a=0.06", "b=1.2", "c=300", "d=2.5"])
def test_any_one_parameter_of_a_3pl_is_held(name):
    shown = elisa_bdnf("protocol", "show", "generic", "--set", "curve.model=3pl", "--set", f"curve.fixed.{name}")
    assert (shown.code, shown.err) == (0, "")
    assert f"curve.fixed.{name[0]}" in shown.out


def test_a_3pl_with_two_parameters_held_is_refused():
    two = ("--set", "curve.fixed.a=0.06", "--set", "curve.fixed.d=2.5")
    shown = elisa_bdnf("protocol", "show", "generic", "--set", "curve.model=3pl", *two)
    assert shown.code
    assert "model 3pl has 2 fixed parameters" in shown.err
