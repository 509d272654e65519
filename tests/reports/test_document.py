"""Every sample, well, standard and finding has its words, in every state of a plate."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from elisa_bdnf.model.curve import Model, NoCurve, WeightKind
from elisa_bdnf.model.estimate import RangeStatus
from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.response import WellUse
from elisa_bdnf.reports import words
from elisa_bdnf.reports.document import document_from_result
from elisa_bdnf.reports.parts import Tone
from reports import build

BARE = re.compile(r"\b(nan|inf|None|True|False)\b")


@pytest.fixture(params=build.STATES)
def result(request):
    return build.STATES[request.param]()


@pytest.fixture
def document(result):
    return document_from_result(result)


def every_text(document):
    for table in document.tables:
        yield from (table.title, table.note, table.empty, table.mark)
        for column in table.columns:
            yield from (column.title, column.help, column.unit)
        for row in table.rows:
            for cell in row.cells:
                yield from (cell.text, cell.help, cell.sub)
    for fact in (*document.facts, *document.curve_facts, *document.accounting):
        yield from (fact.label, fact.text, fact.help)
    yield from document.methods
    yield from document.limitations
    yield from (document.headline.word, document.headline.sentence, *document.headline.reasons)
    for banner in document.banners:
        yield from (banner.title, banner.text)


def column(table, key):
    index = [c.key for c in table.columns].index(key)
    return [row.cells[index] for row in table.rows]


def row_of(table, key, text):
    index = [c.key for c in table.columns].index(key)
    (found,) = [row for row in table.rows if row.cells[index].text == text]
    return {c.key: cell for c, cell in zip(table.columns, found.cells, strict=True)}


def test_nothing_bare_is_shown(document):
    assert not [text for text in every_text(document) if BARE.search(text)]


def test_every_sample_is_listed(document, result):
    assert len(document.samples.rows) == len(result.samples) == 35
    assert len({row.key for row in document.samples.rows}) == 35


def test_every_well_is_listed_and_the_sum_is_the_plate(document, result):
    assert [cell.text for cell in column(document.wells, "well")] == list(result.analysis.reading.shape.wells())
    *parts, total = document.accounting
    assert sum(int(part.text) for part in parts) == int(total.text) == 96


def test_every_exclusion_has_a_reason(document):
    assert {cell.text for cell in column(document.exclusions, "well")} == {"D6", "E6", "F6"}
    assert all(cell.text for cell in column(document.exclusions, "reason"))


def test_rows_are_as_wide_as_their_table(document):
    for table in document.tables:
        assert {len(row.cells) for row in table.rows} <= {len(table.columns)}, table.key
        keys = [row.key for row in table.rows if row.key]
        assert len(set(keys)) == len(keys), table.key


def test_a_rejected_plate_is_marked_on_every_table(document, result):
    marks = {table.mark for table in document.tables}
    assert marks == ({""} if result.accepted else {words.REJECTED_MARK})


def test_a_rejected_plate_gives_its_reasons_and_no_number():
    document = document_from_result(build.rejected())
    assert document.headline.word == "REJECTED"
    assert [reason[:6] for reason in document.headline.reasons] == ["STD-04", "QCS-01"]
    concentrations = column(document.samples, "concentration")
    assert {cell.text for cell in concentrations} == {words.NOT_REPORTABLE}
    assert {cell.value for cell in concentrations} == {None}
    results = [cell for row in document.overview.rows for cell in row.cells[2:]]
    assert {cell.text for cell in results} == {words.NOT_REPORTABLE}


SAMPLES = [
    ("P02-24h", "< 156", "", Tone.WARN),
    ("P03-baseline", "> 10000", "", Tone.WARN),
    ("P05-7d", "< 156", "", Tone.WARN),
    ("P03-7d", "not reportable", "", Tone.BAD),
    ("P03-24h", "420", "383–462", Tone.PLAIN),
]


@pytest.mark.parametrize(("name", "text", "interval", "tone"), SAMPLES)
def test_sample_is_shown_as_what_it_is(name, text, interval, tone):
    row = row_of(document_from_result(build.accepted()).samples, "sample", name)
    assert (row["concentration"].text, row["concentration"].tone) == (text, tone)
    assert row["interval"].text == (interval or "–")
    assert row["remark"].text or text == "420", "every missing number has a reason"


def test_overview_holds_every_sample_of_a_subject_at_its_timepoint():
    overview = document_from_result(build.accepted()).overview
    assert [c.title for c in overview.columns] == ["Subject", "Arm", "baseline", "120min", "230min", "24h", "7d"]
    assert [row.cells[0].text for row in overview.rows] == [f"P0{n}" for n in range(1, 8)]
    assert row_of(overview, "subject", "P02")["t:24h"].text == "< 156"


def test_without_subjects_there_is_no_overview():
    made = build.analysis()
    samples = tuple(
        e._replace(group=e.group._replace(content=replace(e.group.content, subject=None))) for e in made.samples
    )
    assert document_from_result(build.judged(replace(made, samples=samples))).overview is None


def test_missing_sample_of_a_planned_timepoint_is_said():
    made = build.analysis()
    samples = tuple(e for e in made.samples if e.group.content.name != "P04-24h")
    overview = document_from_result(build.judged(replace(made, samples=samples))).overview
    cell = row_of(overview, "subject", "P04")["t:24h"]
    assert (cell.text, cell.tone) == ("–", Tone.MUTED)
    assert "no sample" in cell.help


def test_unverified_kit_and_overrides_are_said_before_the_numbers():
    banners = document_from_result(build.accepted()).banners
    assert [banner.title for banner in banners] == ["Kit UNVERIFIED", "Protocol changed for this run"]
    verified = replace(build.KIT, verified=True, verified_by="A. Person", verified_on="2026-01-05")
    document = document_from_result(build.judged(build.analysis(kit=verified)))
    assert [banner.title for banner in document.banners] == ["Protocol changed for this run"]
    assert "verified by A. Person" in row_of(document.provenance, "item", "Kit")["value"].text


def test_no_curve_says_why():
    document = document_from_result(build.without_curve())
    assert document.parameters is None
    assert document.curve_facts[0].text.startswith("The responses of the standards do not rise")
    assert "No standard curve could be fitted" in document.methods[1]


def _curve_state(**changes):
    made = build.analysis()
    curve = made.curve
    report = replace(curve.report, **changes)
    return document_from_result(build.judged(replace(made, curve=replace(curve, report=report))))


def test_parameter_that_is_not_identified_shouts():
    document = _curve_state(not_identified=("d",))
    assert "NOT IDENTIFIED" in row_of(document.parameters, "parameter", "d")["meaning"].text
    assert any("does not determine parameter d" in sentence for sentence in document.limitations)


def test_parameter_without_a_finite_estimate_shows_no_number():
    document = _curve_state(not_identified=("d",), no_finite_estimate=("d",))
    cells = row_of(document.parameters, "parameter", "d")
    assert (cells["value"].text, cells["value"].value) == ("no finite estimate", None)
    assert "NOT IDENTIFIED" in cells["meaning"].text


def test_fit_that_did_not_converge_shouts():
    (fit,) = [fact for fact in _curve_state(converged=False).curve_facts if fact.label == "Fit"]
    assert fit.text.startswith("NOT converged")
    assert fit.tone is Tone.BAD


def test_r_squared_comes_last_and_recoveries_first():
    document = document_from_result(build.accepted())
    assert document.curve_facts[-1].label == "R²"
    assert "7 of 7" in document.facts[1].text
    assert not any("R²" in fact.label + fact.text for fact in document.facts)


def test_comparison_names_the_largest_difference():
    document = document_from_result(build.accepted())
    assert "Largest difference 0.40 %, in well G9" in document.comparison_sentence
    assert document.comparison.rows[0].cells[0].text == "G9"
    assert len(document.comparison.rows) == 70


def test_control_out_of_its_range_is_said():
    made = build.analysis()
    controls = tuple(e._replace(concentration=2 * e.group.content.high) for e in made.controls)
    document = document_from_result(build.judged(replace(made, controls=controls)))
    assert {cell.text for cell in column(document.controls, "in_range")} == {"no"}
    assert [fact.text for fact in document.facts if fact.label == "Controls"] == ["0 of 3"]


def test_every_level_without_a_usable_well_is_still_listed():
    made = build.analysis()
    gone = tuple(
        g._replace(wells=(), responses=(), mean=build.NAN, sd=build.NAN, cv_percent=build.NAN)
        if g.content.role is Role.STANDARD and g.content.nominal == 250
        else g
        for g in made.groups
    )
    curve = replace(made.curve, standards=tuple(p for p in made.curve.standards if p.level.nominal != 250))
    document = document_from_result(build.judged(replace(made, groups=gone, curve=curve)))
    row = row_of(document.standards, "nominal", "250")
    assert row["remark"].text == "no well could be used"
    assert row["response"].text == "–"


def test_several_dilutions_of_a_sample_are_all_shown():
    made = build.analysis()
    again = made.samples[0]
    other = again._replace(group=again.group._replace(content=replace(again.group.content, dilution_factor=20.0)))
    document = document_from_result(build.judged(replace(made, samples=(*made.samples, other))))
    cell = row_of(document.overview, "subject", "P02")["t:baseline"]
    assert "reported from dilution 10 and 20 of 2" in cell.help
    row = row_of(document.dilutions, "sample", "P02-baseline")
    assert [part.partition(" ")[0] for part in row["dilutions"].text.split(" · ")] == ["1:10", "1:20"]
    assert row["used"].text == "1:10, 1:20"
    assert {cell.text for cell in column(document.samples, "reported")} == {"yes"}
    assert document_from_result(build.accepted()).dilutions is None


WORDS = [
    (words.STATUS, RangeStatus), (words.STATUS_HELP, RangeStatus), (words.USE, WellUse), (words.USE_HELP, WellUse),
    (words.ROLE, Role), (words.LEVEL, FindingLevel), (words.LEVEL_TONE, FindingLevel), (words.MODEL, Model),
    (words.EQUATION, Model), (words.PARAMETERS, Model),
]  # fmt: skip


@pytest.mark.parametrize(("mapping", "kinds"), WORDS)
def test_every_word_of_the_model_has_a_word_for_people(mapping, kinds):
    assert set(mapping) == set(kinds)


@pytest.mark.parametrize("kind", WeightKind)
def test_every_kind_of_weights_can_be_said(kind):
    assert words.weights(build.protocol().curve.weights.__class__(kind))


def test_no_curve_is_a_value_with_a_reason():
    assert isinstance(build.without_curve().analysis.curve, NoCurve)


def test_an_anchor_is_not_judged():
    made = build.analysis()
    points = tuple(
        replace(p, level=replace(p.level, anchor=True), recovery_percent=300.0) if p.level.nominal == 15.625 else p
        for p in made.curve.standards
    )
    document = document_from_result(build.judged(replace(made, curve=replace(made.curve, standards=points))))
    assert row_of(document.standards, "nominal", "15.625")["recovery_percent"].tone is Tone.MUTED
    assert document.facts[1].text == "6 of 6"


def test_groups_that_all_share_are_left_out():
    made = build.analysis()
    samples = tuple(
        e._replace(group=e.group._replace(content=replace(e.group.content, attributes={"arm": "ketamine"})))
        for e in made.samples
    )
    overview = document_from_result(build.judged(replace(made, samples=samples))).overview
    assert "Arm" not in [c.title for c in overview.columns]


def test_a_parameter_that_was_held_is_said_and_no_other():
    curve = build.accepted().analysis.curve
    held = replace(curve, spec=replace(curve.spec, model=Model.THREE_PL, fixed={"a": 0.062}))
    assert words.model_in_words(held) == "three-parameter logistic (3PL) with a held at 0.062"
    assert words.model_in_words(curve) == "four-parameter logistic (4PL)"
    assert words.EQUATION[Model.THREE_PL] == words.EQUATION[Model.FOUR_PL]
