"""The files that come with the program."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elisa_bdnf import qc
from elisa_bdnf.inputs.matrices import matrix_from_text
from elisa_bdnf.model.curve import FitOn, WeightKind
from elisa_bdnf.model.protocol import (
    DilutionSettings,
    Extrapolation,
    LimitSettings,
    MissingDilution,
    ReadingSettings,
    ReferenceMode,
)
from elisa_bdnf.model.timepoint import UnknownTimepoint, timepoint_from_text
from elisa_bdnf.protocols import check_protocol, list_kits, list_presets, list_protocols, load_protocol
from elisa_bdnf.protocols.files import shipped_folder
from elisa_bdnf.protocols.kit_schema import MATRICES

PROTOCOLS = [
    "generic", "human-infusion-plasma", "human-infusion-serum", "instrument-parity", "neuron-release", "rodent-tissue",
]  # fmt: skip
PRESETS = ["ich-m10-lba", "instrument-parity", "kit-research"]

# id: standards from, to, anchors, declared detection limit, reference wavelengths, form
KITS = {
    "abbkine-kte62780": (2000, 31.25, (), 18.75, (), "total"),
    "biosensis-mbdnf-rapid-bek2211": (500, 7.8, (), 2, (), "mature"),
    "millipore-chemikine-cyt306": (500, 7.8, (), 7.8, (), "total"),
    "promega-emax-g7610": (500, 7.8, (7.8,), 15.6, (), "total"),
    "promega-emax-g7611": (500, 7.8, (7.8,), 15.6, (), "total"),
    "rnd-duoset-dy248": (1500, 23.4375, (), None, (540, 570), "free"),
    "rnd-quantikine-free-dbd00": (4000, 62.5, (), 20, (540, 570), "free"),
    "rnd-quantikine-total-dbnt00": (1000, 15.6, (), 1.35, (540, 570), "total"),
}


def test_lists_are_those_of_the_folder():
    assert [entry.id for entry in list_protocols()] == PROTOCOLS
    assert [entry.id for entry in list_presets()] == PRESETS
    assert [kit.id for kit in list_kits()] == sorted([*KITS, "generic"])
    assert all(entry.title and entry.description for entry in (*list_protocols(), *list_presets()))


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("preset", PRESETS)
def test_every_protocol_loads_under_every_preset(protocol, preset):
    loaded = load_protocol(protocol, qc.schemas(), {"qc.preset": preset})
    assert (loaded.id, loaded.origin, loaded.qc.preset) == (protocol, "shipped", preset)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_key_was_meant(protocol):
    loaded = load_protocol(protocol, qc.schemas())
    assert set(loaded.origins.values()) <= {
        "default",
        f"protocol {protocol}",
        "protocol human-infusion-plasma",
        f"preset {loaded.qc.preset}",
        f"kit {loaded.kit.id if loaded.kit else ''}",
    }


@pytest.mark.parametrize("kit", list_kits(), ids=lambda kit: kit.id)
def test_kits(kit):
    assert kit.verified is False
    assert kit.source
    if kit.id == "generic":
        return
    steps = [high / low for high, low in zip(kit.standards, kit.standards[1:], strict=False)]
    assert (len(kit.standards), kit.wavelength_nm, kit.unit) == (7, 450, "pg/mL")
    assert all(step == pytest.approx(2, rel=0.01) for step in steps)
    found = (kit.standards[0], kit.standards[-1], kit.anchors, kit.lod, kit.reference_nm, kit.analyte_form)
    assert found == KITS[kit.id]


TIMES = [
    ("pre", "baseline"), ("T0", "baseline"), ("2 h", "120min"), ("120", "120min"), ("+230 min", "230min"),
    ("3h50", "230min"), ("24h", "24h"), ("Day 1", "24h"), ("1 week", "7d"), ("D7", "7d"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name"), TIMES)
@pytest.mark.parametrize("protocol", ["human-infusion-plasma", "human-infusion-serum"])
def test_timepoints_of_the_infusion(protocol, text, name):
    assert timepoint_from_text(text, load_protocol(protocol, qc.schemas()).timepoints).name == name


@pytest.mark.parametrize("text", ["240 min", "4 h", "110min", "72h"])
def test_times_that_are_not_those_of_the_infusion(text):
    with pytest.raises(UnknownTimepoint):
        timepoint_from_text(text, load_protocol("human-infusion-plasma", qc.schemas()).timepoints)


def test_plasma_is_the_design_of_the_guide():
    protocol = load_protocol("human-infusion-plasma", qc.schemas())
    assert (protocol.matrix, protocol.unit, protocol.design) == ("plasma_edta", "pg/mL", "human_infusion")
    assert [(t.name, t.minutes, t.tolerance_minutes) for t in protocol.timepoints] == [
        ("baseline", None, None), ("120min", 120, 15), ("230min", 230, 15), ("24h", 1440, 120), ("7d", 10080, 1440),
    ]  # fmt: skip
    assert protocol.dilution == DilutionSettings(MissingDilution.ERROR, 4, 1.0)
    assert protocol.extra["infusion"]["dose_mg_per_kg"] == 0.5


def test_what_the_defaults_of_the_model_say_is_what_generic_says():
    protocol = load_protocol("generic", qc.schemas())
    assert (protocol.limits, protocol.unit, protocol.kit) == (LimitSettings(), "", None)
    assert protocol.reading == ReadingSettings()
    assert (protocol.curve.weights.kind, protocol.curve.weights.theta) == (WeightKind.POWER, 1.0)
    assert protocol.dilution.when_missing is MissingDilution.IN_WELL


def test_parity_does_what_readers_do():
    protocol = load_protocol("instrument-parity", qc.schemas())
    assert protocol.curve.weights.kind is WeightKind.NONE
    assert (protocol.curve.fit_on, protocol.curve.zero_in_fit) == (FitOn.MEANS, True)
    assert protocol.reading.reference is ReferenceMode.INSTRUMENT
    assert protocol.limits.extrapolation is Extrapolation.TO_ASYMPTOTES


WESTGARD = {f"CTL-0{number}" for number in range(2, 7)}  # who gives a history wants them


def test_parity_rejects_nothing_that_has_a_curve_and_an_input():
    settings = load_protocol("instrument-parity", qc.schemas()).qc.rules
    rejecting = {rule.id for rule in qc.RULES.values() if rule.level in ("fail_plate", "error")}
    kept = {rule for rule in rejecting if rule not in settings or not settings[rule].level}
    assert kept <= {"FIT-01", "INP-01", "INP-02", "INP-03", "DIL-04", *WESTGARD}


def test_borrowed_criteria_of_ich_m10():
    protocol = load_protocol("human-infusion-plasma", qc.schemas(), {"qc.preset": "ich-m10-lba"})
    rules = protocol.qc.rules
    assert "orrowed" in protocol.qc.preset_remark
    assert protocol.curve.zero_in_fit is False
    assert (protocol.limits.recovery_percent, protocol.limits.recovery_ends_percent) == (20, 25)
    assert (rules["STD-01"].values["min_levels"], rules["QCS-01"].values["recovery_percent"]) == (6, 20)


@pytest.mark.parametrize("matrix", MATRICES)
def test_matrices_are_called_as_in_sample_sheets(matrix):
    assert matrix_from_text(matrix) == matrix


def test_design_settings_wait_for_their_arithmetic():
    release = load_protocol("neuron-release", qc.schemas()).extra
    assert (release["blockers"]["NBQX"]["concentration_um"], release["exposure"]["times_min"]) == (50, (15, 60, 360))
    assert "volumes" not in release  # nobody knows them but the lab
    tissue = load_protocol("rodent-tissue", qc.schemas()).extra
    assert tissue["regions"]["hippocampus"]["suggested_dilution"] == 120
    assert tissue["ratios"]["ptrkb_trkb"] == {"numerator": "p-TrkB", "denominator": "TrkB"}


def test_files_are_named_by_what_they_are():
    for file in shipped_folder().rglob("*.toml"):
        text = file.read_text(encoding="utf-8")
        assert f'\nid = "{file.stem}"\n' in text
        assert text.startswith("#")


@settings(max_examples=150)
@given(st.sampled_from(PROTOCOLS), st.data())
def test_a_damaged_file_is_a_protocol_or_a_list_of_problems(identity, data):
    text = (shipped_folder() / f"{identity}.toml").read_bytes()
    at = data.draw(st.integers(0, len(text) - 1))
    length = data.draw(st.integers(0, 40))
    put = data.draw(
        st.sampled_from([b"", b"[", b"{}", b"1", b'"', b"''", b"\n", b"=", b".", b"\xff", b"nan", b"[[a]]"])
    )
    with TemporaryDirectory() as folder:
        file = Path(folder) / "damaged.toml"
        file.write_bytes(text[:at] + put + text[at + length :])
        report = check_protocol(str(file), qc.schemas())
    assert (report.protocol is None) == bool(report.problems)


def test_the_preset_decides_on_editing_and_shares_the_limits_of_its_rules():
    kit, m10, parity = (
        load_protocol("generic", qc.schemas(), {"qc.preset": preset}).editing
        for preset in ("kit-research", "ich-m10-lba", "instrument-parity")
    )
    assert [each.standards.value for each in (kit, m10, parity)] == ["curve_edit_v1", "curve_edit_v1", "none"]
    assert [each.replicates.value for each in (kit, m10, parity)] == ["drop_one_of_three", "keep", "keep"]
    assert (kit.least_levels, kit.cv_percent) == (5, 15)
    assert (m10.least_levels, m10.cv_percent) == (6, 20)
    changed = load_protocol(
        "generic", qc.schemas(), {"qc.rules.STD-04.min_levels": "4", "dilution.policy": "lowest_df"}
    )
    assert changed.editing.least_levels == 4
    assert changed.dilution.policy.value == "lowest_df"
