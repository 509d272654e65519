"""Rules that a lab writes into its protocol, on a plate whose numbers are known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from elisa_bdnf import protocols, qc
from elisa_bdnf.analysis.analyze import analyze
from elisa_bdnf.errors import ProtocolError
from elisa_bdnf.examples.case import Case
from elisa_bdnf.examples.change import plate_from_case
from elisa_bdnf.examples.plate import plate as made
from elisa_bdnf.model.expression import expression_from_text
from elisa_bdnf.model.finding import Finding
from elisa_bdnf.model.layout import Content
from elisa_bdnf.model.protocol import OwnRule
from elisa_bdnf.model.quantities import QUANTITIES
from elisa_bdnf.model.result import PlateResult
from plates import protocol
from qc.boundaries import blanks

ANALYSIS = analyze(*plate_from_case(Case("LAB-own", "two blanks", **blanks(0.050, 0.052))), protocol())


def judged(text: str, level: str = "warn", why: str = "") -> PlateResult:
    own = OwnRule("LAB-own", expression_from_text(text), level, why, "protocol mine")
    settings = replace(ANALYSIS.protocol.qc, own=(own,))
    return qc.judge(replace(ANALYSIS, protocol=replace(ANALYSIS.protocol, qc=settings)))


def found(text: str, **more: str) -> list[Finding]:
    return [f for f in judged(text, **more).findings if f.rule == "LAB-own"]


HOLD = (
    "blank <= 0.0511", "zero > 0.05", "top > 1.5 and bottom < 0.15", "90 < control.QC100.concentration < 110",
    "control.QC300 == control.QC300.response",
    "control.qc100.recovery > 95", "control.QC25.cv < 5", "control.QC300.response < 2",
    '99 < standard["62.5"].recovery < 101', 'standard["500"].cv < 1', 'standard["7.8125"].response > zero',
    "curve.b > 1 and curve.r_squared > 0.99", "curve.lloq < 10 and curve.uloq == 500", "samples.n == 6",
    "samples.max_cv < 3", "samples.out_of_range_percent == 0",
)  # fmt: skip


@pytest.mark.parametrize("text", HOLD)
def test_holds_and_its_opposite_does_not(text: str) -> None:
    assert found(text) == []
    assert len(found(f"not ({text})")) == 1


def test_the_finding_says_what_was_required_and_what_was_measured() -> None:
    (finding,) = found("blank < 0.050 and control.QC100 > 2", why="the washer leaves less")
    assert finding.message == "the lab requires blank < 0.050 and control.QC100 > 2: the washer leaves less"
    assert finding.measured == "blank = 0.051 OD, control.QC100 = 0.721629 OD"
    assert (finding.limit, finding.limit_origin) == ("blank < 0.050 and control.QC100 > 2", "protocol mine")


def test_as_many_digits_as_it_takes_to_see_the_fault() -> None:
    (finding,) = found("blank > 0.05100001")
    assert finding.measured == "blank = 0.051 OD"
    (finding,) = found("control.QC100 < 0.72162901")
    assert float(finding.measured.split()[2]) >= 0.72162901


UNITS = {
    "control.QC100.concentration > 1000": "pg/mL", "control.QC100.cv > 99": "%", "top > 9": "OD",
    "curve.c > 1e6": "pg/mL",
    "curve.d > 99": "OD", "curve.lloq > 1e6": "pg/mL", "samples.max_cv > 99": "%",
}  # fmt: skip


@pytest.mark.parametrize("text", UNITS)
def test_a_finding_names_the_unit(text: str) -> None:
    (finding,) = found(text)
    assert finding.measured.endswith(f" {UNITS[text]}")


def test_a_control_is_named_by_its_level_as_well() -> None:
    def change(held: dict[str, float], contents: dict[str, Content]) -> None:
        for well in ("C3", "C4"):
            contents[well] = replace(contents[well], name="QC high")

    high = analyze(*made(change), protocol())
    own = OwnRule("LAB-own", expression_from_text("control.high > 1.0 and control.high < 2.5"), "warn", "", "")
    settings = replace(high.protocol.qc, own=(own,))
    result = qc.judge(replace(high, protocol=replace(high.protocol, qc=settings)))
    assert not [f for f in result.findings if f.rule == "LAB-own"]
    assert "LAB-own" not in {each.rule for each in result.not_evaluated}


def test_a_level_that_rejects_rejects() -> None:
    assert judged("blank < 0.05", level="fail_plate").verdict.value == "rejected"


@pytest.mark.parametrize("text", ["control.QC9 > 1", "curve.lod > 0", "1 / (zero - zero) > 1", "1e308 * 1e308 > 1"])
def test_what_the_plate_does_not_have_is_not_evaluated(text: str) -> None:
    result = judged(text)
    assert [f for f in result.findings if f.rule == "LAB-own"] == []
    assert "LAB-own" in {each.rule for each in result.not_evaluated}
    assert "LAB-own" in result.rules_applied


def loaded(tmp_path: Path, text: str) -> object:
    path = tmp_path / "mine.toml"
    path.write_text(f'id = "mine"\nextends = "generic"\n{text}', encoding="utf-8")
    return protocols.load_protocol(str(path), qc.schemas())


def test_mistakes_point_at_their_column(tmp_path: Path) -> None:
    with pytest.raises(ProtocolError) as raised:
        loaded(
            tmp_path,
            '[qc.own.a]\nrequire = "blank < 1 and tpo > 1"\n[qc.own.B]\nrequire = "1 <"\n[qc.own.c]\nwhy = "?"\n',
        )
    said = str(raised.value)
    assert "mine.toml:4:26: 'blank < 1 and tpo > 1', column 15: there is no quantity 'tpo'; expected 'top'" in said
    assert "mine.toml:6:15" in said
    assert "the rule is called 'B'" in said
    assert "[qc.own.c] requires nothing" in said


def test_a_rule_of_an_extended_protocol_can_be_switched_off(tmp_path: Path) -> None:
    loaded(tmp_path, '[qc.own.a]\nrequire = "blank < 1"\n')
    path = tmp_path / "other.toml"
    path.write_text('extends = "mine.toml"\n[qc.own.a]\nenabled = false\n', encoding="utf-8")
    assert protocols.load_protocol(str(path), qc.schemas()).qc.own == ()
    assert protocols.load_protocol(str(tmp_path / "mine.toml"), qc.schemas()).qc.own[0].id == "LAB-a"


def test_the_page_names_every_quantity() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "own-rules.md").read_text(encoding="utf-8")
    for written, meaning in QUANTITIES.items():
        assert f"| `{written}` | {meaning} |" in page


def test_a_sample_counts_once_whatever_its_dilutions() -> None:
    wells = {
        f"{row}{column}": {"role": "sample", "name": "X", "dilution_factor": factor, "in_well": in_well}
        for column, factor, in_well in (("7", 10.0, 2000.0), ("8", 100.0, 200.0))
        for row in "GH"
    }
    analysis = analyze(*plate_from_case(Case("LAB-own", "a series", add=wells)), protocol())
    own = OwnRule(
        "LAB-own", expression_from_text("samples.n == 7 and samples.out_of_range_percent == 0"), "warn", "", ""
    )
    qc_settings = replace(analysis.protocol.qc, own=(own,))
    result = qc.judge(replace(analysis, protocol=replace(analysis.protocol, qc=qc_settings)))
    assert not [f for f in result.findings if f.rule == "LAB-own"]
