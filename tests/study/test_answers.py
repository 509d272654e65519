"""The simulated studies: what was put in comes out, within its intervals and at the stated rate."""

from __future__ import annotations

import json
import math
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from elisa_bdnf import protocols, qc
from elisa_bdnf.model.measurement import StudySource
from elisa_bdnf.model.study import StudyAnalysis
from elisa_bdnf.study import identity, intake, sources
from elisa_bdnf.study.analyze import analyze_study
from elisa_bdnf.study.infusion import analyze_infusion
from elisa_bdnf.study.rows import RawRow, Read
from program import FIXTURES, elisa_bdnf
from study.tables import lines, study, written

STUDIES = FIXTURES / "studies"
SCHEMA = json.loads((FIXTURES.parent / "docs" / "schemas" / "study.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """study.json of each simulated study."""
    found = {}
    for design in ("infusion", "release", "tissue"):
        folder = tmp_path_factory.mktemp(design)
        done, found[design] = study(folder, STUDIES / design / "concentrations.csv", "--design", design)
        assert done.code == 0, done.err
    return found


def truth(design: str) -> dict[str, Any]:
    return tomllib.loads((STUDIES / design / "truth.toml").read_text(encoding="utf-8"))


def test_the_published_schema_holds(made: dict[str, dict[str, Any]]) -> None:
    for document in made.values():
        jsonschema.validate(document, SCHEMA)


def test_true_changes_lie_in_their_intervals(made: dict[str, dict[str, Any]]) -> None:
    main = [each for each in made["infusion"]["contrasts"] if each["analysis"] == "main"]
    assert len(main) == 8
    for each in main:
        true = truth("infusion")["ratio"][each["group"]][each["timepoint"]]
        assert each["ci_low"] <= true <= each["ci_high"], each
    assert made["infusion"]["model"]["formula"].endswith("(1 | subject) + (1 | plate)")
    significant = {(c["group"], c["timepoint"]) for c in main if c["p_holm"] < 0.05}
    assert significant == {("ketamine", "120min"), ("ketamine", "230min"), ("ketamine", "24h")}


def test_the_faults_of_the_study_are_found(made: dict[str, dict[str, Any]]) -> None:
    found = {(f["rule"], f["subject"]) for f in made["infusion"]["findings"]}
    assert {("SUB-01", "subject S07"), ("SUB-02", "subject S20")} <= found
    states = [v["state"] for s in made["infusion"]["subjects"] for v in s["values"]]
    assert states.count("missing") == 1
    assert states.count("below") == sum(d["n_below_lloq"] for d in made["infusion"]["descriptives"]) > 0


def test_folds_and_what_blockers_remove(made: dict[str, dict[str, Any]]) -> None:
    release = made["release"]["release"]
    folds = truth("release")["fold"]
    inside = [s["fold_low"] <= folds[s["condition"]] <= s["fold_high"] for s in release["summaries"]]
    assert len(inside) == 15
    assert sum(inside) >= 13
    for each in release["inhibitions"]:
        if each["batch"] == "":
            assert each["low"] <= truth("release")["removed_percent"][each["blocker"]] <= each["high"]
    recoveries = [each["recovery"] for each in release["recoveries"]]
    assert recoveries == pytest.approx([0.8] * 3, rel=0.15)
    assert release["sentence"] == "recovery-corrected in every culture batch"
    vehicle = [v["value"] for v in release["values"] if v["condition"] == "veh" and v["batch"] == "C2"]
    assert vehicle == pytest.approx([80.0] * 3, rel=0.2)


def test_regions_and_ratios(made: dict[str, dict[str, Any]]) -> None:
    document = made["tissue"]
    names = {"hippocampus": 0.7, "prefrontal_cortex": 1.0}
    found = [c for c in document["tissue"]["contrasts"] if c["analyte"] == "BDNF"]
    assert len(found) == 4
    assert all(c["ci_low"] <= names[c["region"]] <= c["ci_high"] for c in found)
    (ratio,) = document["ratios"]
    assert all(c["ci_low"] <= 1.5 * 1.05 and c["ci_high"] >= 1.5 * 0.95 for c in ratio["contrasts"])
    one = ratio["values"][0]
    assert one["cv_percent"] == pytest.approx(100 * math.sqrt(math.expm1(2 * 0.05**2)), rel=0.01)


@pytest.mark.parametrize(
    ("column", "said"),
    [("v_eluate_ul", "not in the medium"), ("spike_added_pg_ml", "not recovery-corrected")],
)
def test_without_volumes_or_spike_nothing_is_claimed(column: str, said: str, tmp_path: Path) -> None:
    rows = [line.split(",") for line in (STUDIES / "release" / "concentrations.csv").read_text().splitlines()]
    gone = rows[0].index(column)
    text = "\n".join(",".join(cell for at, cell in enumerate(row) if at != gone) for row in rows)
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    _, document = study(tmp_path, tmp_path / "t.csv", "--design", "release")
    assert said in document["release"]["sentence"] + document["release"]["volumes"]
    assert any(finding["rule"] == "P2-01" for finding in document["findings"])


def test_no_effect_of_the_drug_leaves_inhibition_undefined(tmp_path: Path) -> None:
    text = (STUDIES / "release" / "concentrations.csv").read_text(encoding="utf-8")
    swapped = text.replace(",ket,", ",@,").replace(",veh,", ",ket,").replace(",@,", ",veh,")
    (tmp_path / "t.csv").write_text(swapped, encoding="utf-8")
    _, document = study(tmp_path, tmp_path / "t.csv", "--design", "release")
    assert {each["percent"] for each in document["release"]["inhibitions"]} == {None}
    assert all(
        each["reason"].startswith("undefined: no ketamine effect") for each in document["release"]["inhibitions"]
    )


def test_intervals_cover_at_the_stated_rate() -> None:
    from studies import EFFECTS, TIMES, infusion_rows  # noqa: PLC0415  (found beside the fixtures)

    protocol = protocols.load_protocol("human-infusion-plasma", qc.schemas())
    design = identity.design_from_protocol(identity.INFUSION, protocol)
    covered = asked = 0
    for seed in range(120):
        table = infusion_rows(seed, lloq=0.0, missing=False, across=False)
        rows = [_row(dict(zip(table[0], row, strict=True))) for row in table[1:]]
        data = intake.study_data([Read(StudySource("t", "table", str(seed)), tuple(rows))], rows, protocol, design)
        for each in analyze_infusion(data).contrasts:
            spelled = {"120min": 1, "230min": 2, "24h": 3, "7d": 4}[each.timepoint]
            covered += each.ci_low <= EFFECTS[each.group][spelled] <= each.ci_high
            asked += 1
    assert len(TIMES) == 5
    assert 0.93 <= covered / asked <= 0.97


def test_intervals_of_release_and_tissue_cover_at_the_stated_rate(tmp_path: Path) -> None:
    """Folds of vehicle, shares removed by blockers, tissue against control and ratios of assays, 25 studies each."""
    from studies import RELEASE_FOLDS, _csv, release_rows, tissue_rows  # noqa: PLC0415

    regions, removed = {"hippocampus": 0.7, "prefrontal_cortex": 1.0}, {"NBQX": 80.0, "verapamil": 60.0}
    covered: dict[str, list[bool]] = {"fold": [], "removed": [], "tissue": [], "ratio": []}
    for seed in range(25):
        release = analyzed(tmp_path, _csv(release_rows(seed)), identity.RELEASE, "neuron-release").release
        tissue = analyzed(tmp_path, _csv(tissue_rows(seed)), identity.TISSUE, "rodent-tissue")
        assert release is not None
        assert tissue.tissue is not None
        covered["fold"] += [_holds(s.fold_low, RELEASE_FOLDS[s.condition], s.fold_high) for s in release.summaries]
        shares = [i for i in release.inhibitions if not i.batch and i.percent is not None]
        covered["removed"] += [_holds(i.low, removed[i.blocker], i.high) for i in shares]
        bdnf = [c for c in tissue.tissue.contrasts if c.analyte == "BDNF"]
        covered["tissue"] += [_holds(c.ci_low, regions[c.region], c.ci_high) for c in bdnf]
        covered["ratio"] += [_holds(c.ci_low, 1.5, c.ci_high) for c in tissue.ratios[0].contrasts]
    rates = {name: sum(held) / len(held) for name, held in covered.items()}
    assert all(0.90 <= rate <= 0.99 for rate in rates.values()), rates


def _holds(low: float | None, truth: float, high: float | None) -> bool:
    return (low is None or low <= truth) and (high is None or truth <= high)


def analyzed(folder: Path, table: bytes, kind: str, protocol_id: str) -> StudyAnalysis:
    (folder / "t.csv").write_bytes(table)
    protocol = protocols.load_protocol(protocol_id, qc.schemas())
    reads = sources.read_sources((folder / "t.csv",))
    rows = [row for read in reads for row in read.rows]
    return analyze_study(intake.study_data(reads, rows, protocol, identity.design_from_protocol(kind, protocol)))


def _row(cells: dict[str, str]) -> RawRow:
    numbers = {name: float(cells[key]) for name, key in (("concentration", "concentration"), ("low", "ci_low"),
                                                         ("high", "ci_high"))}  # fmt: skip
    return RawRow(
        "t",
        "",
        cells["sample"],
        cells["subject"],
        cells["timepoint"],
        arm=cells["arm"],
        plate=cells["plate"],
        **numbers,
    )


def test_result_folders_give_the_numbers_of_their_plates(tmp_path: Path) -> None:
    case = FIXTURES / "several-plates" / "gen5-two-plates"
    run = elisa_bdnf(
        "run", case / "plates.txt", "--samples", case / "samples.csv", "--protocol", "human-infusion-plasma", "--out",
        tmp_path / "results", "--quiet",
    )  # fmt: skip
    assert run.code == 0, run.err
    done, document = study(tmp_path, tmp_path / "results")
    assert done.code == 0, done.err
    assert len(document["sources"]) == 2
    assert {source["verdict"] for source in document["sources"]} == {"accepted"}
    assert len(document["subjects"]) == 14
    samples = {
        (sample["subject"], sample["timepoint"]): sample["concentration"]
        for path in sorted((tmp_path / "results").rglob("result.json"))
        for sample in json.loads(path.read_text(encoding="utf-8"))["samples"]
    }
    values = {(s["subject"], v["timepoint"]): v["concentration"] for s in document["subjects"] for v in s["values"]}
    assert values == {key: value if value is not None else values[key] for key, value in samples.items()}
    classes = {contrast["group"] for contrast in document["contrasts"] if contrast["analysis"] == "responder"}
    assert classes == {"responder", "non-responder"}


def test_a_result_named_twice_is_one_plate_and_a_copy_is_refused(tmp_path: Path) -> None:
    demo = FIXTURES / "demo"
    for name in ("one", "two"):
        elisa_bdnf("run", demo / "bdnf-plate.txt", "--samples", demo / "samples.csv", "--protocol",
                   "human-infusion-plasma", "--out", tmp_path / name, "--quiet")  # fmt: skip
    done, _ = study(tmp_path, tmp_path / "one", tmp_path / "one")
    assert done.code == 0, done.err
    done, _ = study(tmp_path, tmp_path / "one", tmp_path / "two")
    assert done.code == 3
    assert done.err.count("error:") == done.err.count("results of the same plate") == 1


def test_few_subjects_get_paired_tests_and_it_is_said(tmp_path: Path) -> None:
    _, document = study(tmp_path, written(tmp_path, lines(6)))
    assert document["headline"] == "paired_tests"
    assert "6 subjects" in document["headline_reason"]
    assert {contrast["df"] for contrast in document["paired_tests"]} == {5.0}
    ratios = [contrast["ratio"] for contrast in document["paired_tests"]]
    assert [contrast["ratio"] for contrast in document["contrasts"]] == pytest.approx(ratios)
    assert all(contrast["wilcoxon_p"] for contrast in document["paired_tests"])
    page = (tmp_path / "study" / "study.html").read_text(encoding="utf-8")
    assert "below 10 paired tests come first; the mixed model stands beside them" in page


def test_the_primary_timepoint_keeps_its_p(tmp_path: Path) -> None:
    table = STUDIES / "infusion" / "concentrations.csv"
    _, document = study(tmp_path, table, "--set", "study.primary_timepoint=24h")
    assert sum(each["primary"] for each in document["contrasts"]) == 3
    for each in document["contrasts"]:
        assert each["primary"] is (each["timepoint"] == "24h")
        assert (each["p_holm"] == each["p"]) or not each["primary"]


def test_responders_by_the_criterion_of_the_protocol(tmp_path: Path) -> None:
    rows = lines(4)
    scores = {"S1": (30, 10), "S2": (30, 15), "S3": (30, 16), "S4": ("", "")}
    for row in rows:
        before, after = scores[str(row["subject"])]
        row["madrs"] = {"baseline": before, "24 h": after}.get(str(row["timepoint"]), "")
    _, document = study(tmp_path, written(tmp_path, rows))
    found = [subject["responder"] for subject in document["subjects"]]
    assert found == ["responder", "responder", "non-responder", ""]
    assert "30 → 15 at 24h: 50 % lower" in document["subjects"][1]["responder_origin"]


def test_changes_and_their_intervals(tmp_path: Path) -> None:
    rows = lines(1)[:2]
    rows[0] |= {"concentration": 100, "ci_low": 90, "ci_high": 110}
    rows[1] |= {"concentration": 150, "ci_low": 130, "ci_high": 180}
    _, document = study(tmp_path, written(tmp_path, rows))
    value = document["subjects"][0]["values"][1]
    assert (value["change"], value["change_percent"], value["ratio"]) == (50.0, 50.0, 1.5)
    assert value["change_ci_low"] == pytest.approx(50 - math.hypot(20, 10))
    assert value["change_ci_high"] == pytest.approx(50 + math.hypot(30, 10))
    down = math.hypot(math.log(150 / 130), math.log(110 / 100))
    assert value["ratio_ci_low"] == pytest.approx(1.5 * math.exp(-down))


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [("< 20", "50", "up"), ("50", "< 20", "down"), ("< 20", "< 20", ""), ("> 900", "50", "down"), ("< 90", "50", "")],
)
def test_of_censored_values_only_the_direction_is_known(
    before: str, after: str, direction: str, tmp_path: Path
) -> None:
    rows = lines(2)
    rows[0] |= {"concentration": before}
    rows[1] |= {"concentration": after}
    _, document = study(tmp_path, written(tmp_path, rows))
    value = document["subjects"][0]["values"][1]
    assert (value["ratio"], value["direction"]) == (None, direction)
    assert value["change_reason"]


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    table = STUDIES / "infusion" / "concentrations.csv"
    for name in ("a", "b"):
        elisa_bdnf("study", table, "--out", tmp_path / name, "--quiet")
    one, other = ({p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in ("a", "b"))
    assert one == other
    assert set(one) >= {"study.json", "values.csv", "descriptives.csv", "contrasts.csv", "manifest.json"}


def test_what_is_printed_names_the_spellings_once(tmp_path: Path) -> None:
    done = elisa_bdnf("study", STUDIES / "infusion" / "concentrations.csv", "--out", tmp_path / "out")
    assert done.code == 0
    assert done.out.count("3h50") == 1
    assert "higher in this study" in done.out
    assert "Caliman" not in done.out  # serum is not set beside plasma


def test_literature_stands_beside_the_same_matrix_and_time_only(made: dict[str, dict[str, Any]]) -> None:
    rows = {row["id"]: row for row in made["infusion"]["literature"]}
    assert rows["duncan-2013"]["comparable"]
    assert {beside["timepoint"] for beside in rows["duncan-2013"]["beside"]} == {"230min"}
    assert not rows["haile-2014"]["comparable"]  # 240 min is not 230 min
    assert not rows["caliman-fontes-2023"]["comparable"]
    assert rows["caliman-fontes-2023"]["timepoints"] == ["24h", "7d"]
    assert rows["grunebaum-2017"]["exploratory"]
    assert all(row["obstacles"] for row in rows.values())


def test_literature_stands_beside_the_same_drug_region_and_assay_only(made: dict[str, dict[str, Any]]) -> None:
    beside = {
        row["id"]: [(each["group"], each["timepoint"]) for each in row["beside"]]
        for design in ("release", "tissue")
        for row in made[design]["literature"]
    }
    assert beside["lepack-2015"] == [("ket", "15min"), ("ket", "60min"), ("ket", "6h")]  # no blockers
    assert beside["fraga-2013"] == [("hippocampus, ketamine", "1h"), ("hippocampus, ketamine", "6h")]  # BDNF alone
    assert beside["gsk3-mouse"] == beside["ptrkb-mouse"] == []
