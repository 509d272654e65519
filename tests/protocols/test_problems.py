"""What is wrong with a protocol file is said all at once, each at its line and column."""

from __future__ import annotations

from itertools import zip_longest

import pytest

from elisa_bdnf.errors import ProtocolError
from elisa_bdnf.protocols import check_protocol, load_protocol
from protocols.rule_schemas import RULES

PRESET = "title = 'none'\n"

CASES = {
    "unknown keys, the closest word, and where the word belongs": (
        r"""
        titel = "x"
        weights = "none"
        [curve]
        modle = "4pl"
        [timepoint.24h]
        minutes = 1440
        """,
        r"""
        p.toml:1:1: unknown key 'titel'; perhaps 'title' is meant.
        p.toml:2:1: unknown key 'weights'; perhaps 'curve.weights' is meant.
        p.toml:4:1: unknown key 'modle' in [curve]; expected one of model, … fixed; perhaps 'model' is meant.
        p.toml:5:2: unknown key 'timepoint'; perhaps 'timepoints' is meant.
        """,
    ),
    "wrong types": (
        r"""
        replicates = 2.5
        unit = 5
        [curve]
        zero_in_fit = "true"
        confidence = "0.95"
        fixed = 1
        [reading]
        reference_nm = [540, "570"]
        wavelength_nm = true
        [limits]
        lloq = "standard"
        [timepoints.baseline]
        aliases = [1, 2]
        """,
        r"""
        p.toml:1:14: replicates is 2.5; expected a whole number from 1 to 96.
        p.toml:2:8: unit is 5; expected one of pg/mL, ng/mL, …
        p.toml:4:15: curve.zero_in_fit is 'true'; expected true or false; write it without quotes.
        p.toml:5:14: curve.confidence is '0.95'; expected a number from 0.5 to 0.999; write it without quotes.
        p.toml:6:9: curve.fixed is 1; expected a table [curve.fixed].
        p.toml:8:16: reading.reference_nm is '570'; expected a list of numbers from 190 to 1100 (nm); … without quotes.
        p.toml:9:17: reading.wavelength_nm is true; expected a number from 190 to 1100 (nm) or "any".
        p.toml:11:8: limits.lloq is 'standard'; expected a number above 0 … perhaps 'standards' is meant.
        p.toml:13:11: timepoints.baseline.aliases is 1; expected a list of texts; write it in quotes.
        """,
    ),
    "impossible values": (
        r"""
        id = "Mine"
        [curve]
        model = "4lp"
        weights = "1/x"
        confidence = nan
        [limits]
        cv_percent = -1
        [dilution]
        volume_factor = inf
        minimum = 0.1
        [standards]
        nominal = [500, 0]
        """,
        r"""
        p.toml:1:6: id is 'Mine'; expected a name of small letters, digits and hyphens.
        p.toml:3:9: curve.model is '4lp'; expected one of 4pl, 5pl, 5pl-r, 3pl, … perhaps '4pl' is meant.
        p.toml:4:11: curve.weights is '1/x'; expected none, 1/y, 1/y2, power or power:T with T from 0 to 3.
        p.toml:5:14: curve.confidence is nan; expected a number from 0.5 to 0.999.
        p.toml:7:14: limits.cv_percent is -1; expected a number from 0 to 200 (%).
        p.toml:9:17: dilution.volume_factor is inf; expected a number from 1 to 10.
        p.toml:10:11: dilution.minimum is 0.1; expected a number not below 1 or "none".
        p.toml:12:11: standards.nominal is 0; expected a list of numbers above 0 (of the protocol).
        """,
    ),
    "rules, their settings and levels": (
        r"""
        [qc.rules.REP-1]
        enabled = false
        [qc.rules.REP-01]
        cv_percnt = 10
        cv_ends_percent = -5
        level = "warning"
        [qc.rules.STD-04]
        fraction = 75
        [qc.rules.XYZ-01]
        strict = 1
        word = 2
        """,
        r"""
        p.toml:1:11: unknown key 'REP-1' in [qc.rules]; expected one of REP-01, … perhaps 'REP-01' is meant.
        p.toml:4:1: unknown key 'cv_percnt' in [qc.rules.REP-01]; expected one of … perhaps 'cv_percent' is meant.
        p.toml:5:19: qc.rules.REP-01.cv_ends_percent is -5; expected a number from 0 to 1000 (%).
        p.toml:6:9: qc.rules.REP-01.level is 'warning'; expected one of info, warn, … perhaps 'warn' is meant.
        p.toml:8:12: qc.rules.STD-04.fraction is 75; expected a number from 0 to 1.
        p.toml:10:10: qc.rules.XYZ-01.strict is 1; expected true or false.
        p.toml:11:8: qc.rules.XYZ-01.word is 2; expected text; write it in quotes.
        """,
    ),
    "names of other files": (
        r"""
        extends = "genric"
        kit = "promega"
        qc.preset = "./nowhere.toml"
        """,
        r"""
        p.toml:1:11: there is no protocol 'genric'; expected one of generic, …
        p.toml:2:7: there is no kit 'promega'; expected one of abbkine-kte62780, …
        p.toml:3:13: nowhere.toml: there is no such file; check the name and the folder.
        """,
    ),
    "settings that cannot hold together": (
        r"""
        unit = "pM"
        kit = "promega-emax-g7610"
        time_anchor = "none"
        design = "human_infusion"
        [reading]
        wavelength_nm = 450
        reference_nm = [450, 540]
        [curve]
        model = "3pl"
        confidence = 0.9
        fixed.g = 2
        [limits]
        lloq = 100
        uloq = 50
        [standards]
        nominal = [10, 5, 10]
        anchors = 4
        [timepoints.2h]
        minutes = 120
        aliases = ["1 day"]
        [timepoints.120min]
        minutes = 120
        aliases = ["1-Day"]
        """,
        r"""
        p.toml:1:8: unit is 'pM'; expected a unit that the kit's pg/mL converts to.
        p.toml:3:15: time_anchor is 'none'; expected infusion_start or infusion_end: 40 min of infusion lie betwee…
        p.toml:4:10: the design human_infusion has no baseline; expected a timepoint without minutes, such as [tim…
        p.toml:7:16: 450 nm is both main and reference wavelength.
        p.toml:9:9: model 3pl has 0 fixed parameters; expected one: curve.fixed.a, b, c or d.
        p.toml:11:11: curve.fixed.g has no meaning for the model 3pl.
        p.toml:13:8: limits.lloq is 100; expected a number below limits.uloq, which is 50.
        p.toml:16:11: the standard 10 is given 2 times; expected each once.
        p.toml:17:11: the anchor 4 is not among the standards; expected some of the standards.
        p.toml:22:11: 2h and 120min are both at 120 min.
        p.toml:23:11: '1-Day' means both 2h and 120min; expected different names and aliases.
        """,
    ),
    "two baselines, and tables of another design": (
        r"""
        [timepoints.baseline]
        [timepoints.24h]
        tolerance_minutes = 5
        [timepoints.baseline2]
        required = true
        [design]
        kind = "neuron_release"
        tissue.species = "rat"
        [design.precipitation]
        recovery_low = 1.3
        """,
        r"""
        p.toml:4:13: timepoints without minutes: baseline, 24h, baseline2; expected one at most, the baseline.
        p.toml:8:1: design.tissue has no meaning for the design neuron_release; expected one of blockers, conditio…
        p.toml:10:16: recovery_low is 1.3; expected a number below recovery_high, which is 1.2.
        """,
    ),
    "a kit inside the protocol": (
        r"""
        [kit]
        verified = true
        verified_on = "31.3.2026"
        standards = [100]
        controls.low = { nominal = 5, low = 8, high = 10 }
        controls.high = {}
        """,
        r"""
        p.toml:3:15: kit.verified_on is '31.3.2026'; expected a date such as 2026-03-31.
        """,
    ),
    "a kit that contradicts itself": (
        r"""
        [kit]
        verified = true
        verified_on = "2026-03-31"
        standards = [100]
        controls.low = { nominal = 5, low = 8, high = 10 }
        """,
        r"""
        p.toml:1:2: the kit has no id; expected kit.use with the id of a kit file, or kit.id.
        p.toml:2:12: verified without verified_by; expected kit.verified_by: who compared it with the insert, and …
        p.toml:4:13: fewer than two standards are no anchors; expected at least two standards that count.
        p.toml:5:37: control low: 8, 5, 10; expected low ≤ nominal ≤ high.
        """,
    ),
    "text that could harm a terminal": (
        'title = "\\u001b[31mred"\ndescription = "turned \\u202e round"\n',
        r"""
        p.toml:1:9: title is '\x1b[31mred'; expected text without control characters.
        p.toml:2:15: description is 'turned \u202e round'; expected text without control characters.
        """,
    ),
    "not TOML": (
        'title = "x\n[curve]\n',
        r"""
        p.toml:1:11: not TOML: Illegal character '\n'.
        """,
    ),
    "a bomb": (
        "x = 1\n" + ".".join(["a"] * 20_000) + " = 1\n",
        r"""
        p.toml:2:21: a key of more than 10 parts; expected at most 10 parts.
        """,
    ),
}


def dedented(text: str) -> str:
    return "".join(
        line.removeprefix("        ") for line in text.rstrip(" ").removeprefix("\n").splitlines(keepends=True)
    )


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=list(CASES))
def test_every_problem_at_its_place(text, expected, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "none.toml").write_text(PRESET, encoding="utf-8")
    text, wanted = dedented(text), dedented(expected).splitlines()
    if "preset" not in text:
        text, wanted = 'qc.preset = "./none.toml"\n' + text, [shifted(line) for line in wanted]
    (tmp_path / "p.toml").write_text(text, encoding="utf-8")
    found = [str(problem) for problem in check_protocol("p.toml", RULES).problems]
    assert [cut_like(one, said) for one, said in zip_longest(found, wanted, fillvalue="")] == wanted


def cut_like(line: str, wanted: str) -> str:
    """The expected line where … in it stands for anything; else the line."""
    head, cut, tail = wanted.partition("…")
    return wanted if cut and line.startswith(head) and line.endswith(tail) else line


def shifted(line: str) -> str:
    """The first line of every case is the preset without rules."""
    file, number, rest = line.split(":", 2)
    return f"{file}:{int(number) + 1}:{rest}"


def test_all_are_raised_together(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.toml").write_text("a = 1\nb = 2\n", encoding="utf-8")
    with pytest.raises(ProtocolError) as caught:
        load_protocol("p.toml", RULES)
    assert caught.value.exit_code == 3
    assert [problem.place for problem in caught.value.problems if problem.file == "p.toml"] == ["1:1", "2:1"]


def test_problems_of_the_other_files_are_told_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kits").mkdir()
    (tmp_path / "kits" / "ours.toml").write_text("lodd = 3\n", encoding="utf-8")
    (tmp_path / "strict.toml").write_text("rules.REP-01.cv = 3\n", encoding="utf-8")
    (tmp_path / "base.toml").write_text("replicates = 0\nqc.preset = 'strict'\n", encoding="utf-8")
    (tmp_path / "p.toml").write_text("extends = 'base'\nkit = 'ours'\n", encoding="utf-8")
    problems = check_protocol("p.toml", RULES).problems
    assert [(problem.file, problem.place) for problem in problems] == [
        ("base.toml", "1:14"),
        ("strict.toml", "1:14"),
        ("kits/ours.toml", "1:1"),
    ]


@pytest.mark.parametrize("name", ["nowhere.toml", "no-such-protocol", "", "..", "folder.toml", "./"])
def test_what_cannot_be_found_is_refused(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(ProtocolError):
        load_protocol(name, RULES)


CIRCLE = [("a", "b"), ("b", "c"), ("c", "a")]


def test_protocols_that_extend_one_another_in_a_circle(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "none.toml").write_text(PRESET, encoding="utf-8")
    for name, parent in CIRCLE:
        text = f"qc.preset = 'none'\nextends = '{parent}'\n"
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    assert [str(problem) for problem in check_protocol("a", RULES).problems] == [
        "c.toml:2:11: protocols extend one another in a circle: a.toml → b.toml → c.toml → a.toml."
    ]


def test_a_name_of_both_is_ambiguous(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "generic.toml").write_text("title = 'mine'\n", encoding="utf-8")
    with pytest.raises(ProtocolError, match=r"both a shipped protocol and the file generic.toml; write ./generic.toml"):
        load_protocol("generic", RULES)
