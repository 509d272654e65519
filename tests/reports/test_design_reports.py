"""Reports of release and tissue: nothing in them can be taken for something else."""

from __future__ import annotations

import re

import pytest

from elisa_bdnf.reports.parts import Table
from elisa_bdnf.reports.study_design_tables import release_controls
from elisa_bdnf.reports.study_document import document_from_study
from elisa_bdnf.reports.study_parts import Picture, StudyDocument
from elisa_bdnf.study_workflow import StudyRequest, run_study
from program import FIXTURES


def document(design: str) -> StudyDocument:
    table = FIXTURES / "studies" / design / "concentrations.csv"
    return document_from_study(run_study(StudyRequest((table,), design=design)))


@pytest.fixture(scope="module")
def release() -> StudyDocument:
    return document("release")


@pytest.fixture(scope="module")
def tissue() -> StudyDocument:
    return document("tissue")


def table(made: StudyDocument, key: str) -> list[dict[str, str]]:
    (found,) = [b for section in made.sections for b in section.blocks if isinstance(b, Table) and b.key == key]
    return [
        {column.key: cell.text for column, cell in zip(found.columns, row.cells, strict=False)} for row in found.rows
    ]


def picture(made: StudyDocument, key: str) -> str:
    (found,) = [p for p in made.pictures if p.key == key]
    assert isinstance(found, Picture)
    return found.svg


def test_every_comparison_of_tissue_says_of_which_analyte(tissue: StudyDocument) -> None:
    rows = table(tissue, "tissue-contrasts")
    places = [(row["analyte"], row["region"], row["timepoint"], row["arm"]) for row in rows]
    assert len(places) == len(set(places)) == 3 * 2 * 2
    assert {row["analyte"] for row in rows} == {"BDNF", "TrkB", "p-TrkB"}


def test_means_of_tissue_have_their_intervals_and_control_comes_first(tissue: StudyDocument) -> None:
    svg = picture(tissue, "tissue-1-figure")
    assert svg.count("mean-whisker") == 8
    assert re.findall(r"<text[^>]*>((?:vehicle|ketamine) [16]h)</text>", svg)[:2] == ["vehicle 1h", "vehicle 6h"]


def test_only_what_has_a_fold_of_vehicle_is_in_the_picture_of_folds(release: StudyDocument) -> None:
    svg = picture(release, "release-figure")
    assert "medium_only" not in svg
    assert "ket" in svg


def test_a_share_of_one_batch_shows_no_interval(release: StudyDocument) -> None:
    (found,) = [b for s in release.sections for b in s.blocks if isinstance(b, Table) and b.key == "inhibitions"]
    subs = {row.cells[2].text: row.cells[3].sub for row in found.rows}
    assert subs["C1"] == ""
    assert " to " in subs["all (3)"]


def test_controls_without_cells_below_the_lloq_say_so(release: StudyDocument) -> None:
    assert release.result.release is not None
    controls, _ = release_controls(release.result.release)
    shown = {row.cells[1].text: row.cells[2].text for row in controls.rows}
    assert shown["medium_only"] == "< LLOQ"
    assert shown["NBQX"] not in ("", "–")


def test_release_into_medium_stands_beside_release_into_medium(release: StudyDocument) -> None:
    (row,) = table(release, "literature")
    assert "ket 15min" in row["here"]


def test_the_unit_of_replication_is_called_by_its_name(release: StudyDocument, tissue: StudyDocument) -> None:
    said = [row["value"] for made in (release, tissue) for row in table(made, "model") if row["label"] == "Data"]
    assert re.search(r"of 3 culture batches", said[0])
    assert re.search(r"of 24 animals", said[1])
