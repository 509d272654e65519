"""StudyResult → StudyDocument: every word, digit and picture of a study report, made once for all formats."""

from __future__ import annotations

from collections.abc import Iterator

from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.study import StudyResult
from elisa_bdnf.reports import digits, study_design_tables, study_group_tables, study_record_tables, words
from elisa_bdnf.reports.parts import Banner, Fact, Tone
from elisa_bdnf.reports.study_course_figure import by_group, by_response, course_figure
from elisa_bdnf.reports.study_design_figures import release_figure, tissue_figure
from elisa_bdnf.reports.study_forest_figure import entries_from_contrasts, entries_from_subjects, forest_figure
from elisa_bdnf.reports.study_methods import limitations, methods
from elisa_bdnf.reports.study_parts import Block, Picture, Prose, Section, StudyDocument
from elisa_bdnf.reports.study_plate_figure import plate_figure
from elisa_bdnf.reports.study_subject_tables import changes, courses
from elisa_bdnf.reports.study_words import (
    CONTRAST,
    DESIGN,
    kind_of_method,
    matrix_text,
    paired_note,
    plates_rejected,
    plates_used,
)

MOST_SUBJECTS_IN_FOREST = 60


def document_from_study(result: StudyResult) -> StudyDocument:
    """The words and pictures of one judged study."""
    sections = (Section(*parts) for parts in _sections(result))
    matrix = matrix_text(result) if result.matrix or result.subjects else ""  # cells and tissue have no matrix to state
    matrix = "" if matrix.casefold() == DESIGN[result.design].casefold() else matrix
    return StudyDocument(
        title=result.protocol.title,
        subtitle=" · ".join(filter(None, (DESIGN[result.design], matrix, f"protocol {result.protocol.id}"))),
        summary=_summary(result),
        banners=tuple(_banners(result)),
        facts=tuple(_facts(result)),
        sections=tuple(section for section in sections if section.blocks),
        result=result,
    )


def _summary(result: StudyResult) -> str:
    """What went in. What came out is said sentence by sentence, each with its interval."""
    used = sum(each.used for each in result.measurements)
    who = f"{digits.count(len(result.subjects), 'subject')}, " if result.subjects else ""
    came = digits.count(len(result.measurements), "result")
    return f"{who}{used} of {came} from {digits.count(len(result.sources), 'input')} take part."


def _banners(result: StudyResult) -> Iterator[Banner]:
    rejected = plates_rejected(result)
    if rejected:
        yield Banner("Rejected plates", f"{words.listed(rejected, 8)} did not pass QC and take no part.", Tone.BAD)
    kit = result.protocol.kit
    if kit is not None and not kit.verified and any(source.kit for source in result.sources):
        yield Banner("Kit UNVERIFIED", f"What this program knows of {kit.name} was not checked against its insert.")
    failed = [
        each for each in result.findings if each.level is not FindingLevel.INFO and each.level is not FindingLevel.WARN
    ]
    if failed:
        yield Banner(
            "Findings",
            f"{digits.count(len(failed), 'finding')} on results that cannot be given; see Findings.",
            Tone.BAD,
        )
    if result.release is not None and len(result.release.corrected) < len({v.batch for v in result.release.values}):
        yield Banner("Recovery", words.sentence(result.release.sentence))
    for remark in result.remarks:
        yield Banner("Note", words.sentence(remark))


def _facts(result: StudyResult) -> Iterator[Fact]:
    used = sum(each.used for each in result.measurements)
    below = sum(each.censored for each in result.measurements)
    if result.subjects:
        groups = ", ".join(f"{name} {sum(s.group == name for s in result.subjects)}" for name in result.groups)
        yield Fact("Subjects", str(len(result.subjects)), groups if len(result.groups) > 1 else "in one group")
    if result.release is not None:
        yield Fact(
            "Culture batches", str(len({value.batch for value in result.release.values})), "the unit of replication"
        )
    if result.tissue is not None:
        yield Fact("Animals", str(len({value.subject for value in result.tissue.values})))
    yield Fact("Results used", f"{used} of {len(result.measurements)}", f"{below} of them bounds")
    plates = plates_used(result)
    if plates:
        lots = {each.lot for each in result.measurements if each.used and each.lot}
        yield Fact("Plates", str(len(plates)), digits.count(len(lots), "lot") if lots else "lots not stated")
    missing = sum(value.state in ("missing", "excluded") for subject in result.subjects for value in subject.values)
    if result.subjects:
        yield Fact("Missing", str(missing), "of the planned values", Tone.WARN if missing else Tone.GOOD)
    if result.model is not None:
        yield Fact("Method", kind_of_method(result), "chosen by rule; see Model")
    warned = sum(each.level is not FindingLevel.INFO for each in result.findings)
    yield Fact("Findings", str(warned), "warnings and worse", Tone.WARN if warned else Tone.GOOD)


def _sections(result: StudyResult) -> Iterator[tuple[str, str, tuple[Block, ...]]]:
    yield "shows", "What this study shows", _shown(result)
    yield "groups", "Groups", _groups(result)
    yield "release", "Release", _release(result)
    yield "tissue", "Tissue", _tissue(result)
    yield "model-section", "Model and sensitivity", _model(result)
    yield "subjects", "Subjects", _subjects(result)
    yield "response", "By response", _response(result)
    yield "published", "Beside the literature", _literature(result)
    yield "plates-section", "Plates and lots", _pictures(Picture("plates", "Plates and lots", plate_figure(result)))
    yield (
        "findings-section",
        "Findings",
        (study_record_tables.findings(result), study_record_tables.not_evaluated(result)),
    )
    yield "inputs", "Inputs", _inputs(result)
    yield (
        "methods",
        "Methods",
        (Prose("Text for a paper", methods(result)), Prose("Limitations", limitations(result), listed=True)),
    )


def _pictures(*pictures: Picture) -> tuple[Block, ...]:
    """Those that have something to show."""
    return tuple(picture for picture in pictures if picture.svg)


def _shown(result: StudyResult) -> tuple[Block, ...]:
    said = Prose("", result.sentences, listed=True)
    courses = course_figure(result, "courses-figure", by_group(result)) if result.subjects else ""
    legend = (
        "Thin lines: subjects at the time of their draw. Diamonds: geometric means with 95 % intervals at the planned "
        "time. Open triangles: below or above the limits of quantification. Time runs as ln(1 + hours)."
    )
    blocks = (said,) if result.sentences else ()
    return (*blocks, *_pictures(Picture("courses-figure", "Time courses", courses, legend)))


def _groups(result: StudyResult) -> tuple[Block, ...]:
    if not result.descriptives:
        return ()
    title = CONTRAST[result.design]
    entries = entries_from_contrasts(title, result.headline_contrasts)
    entries += entries_from_contrasts("Difference of the changes", result.headline_comparisons)
    forest = forest_figure("changes-figure", title, "ratio of geometric means, 95 % interval", entries)
    tables = [study_group_tables.descriptives(result)]
    if result.model is not None:
        note = paired_note(result)
        tables.append(study_group_tables.contrasts("contrasts", title, result.headline_contrasts, note))
    if result.headline_comparisons:
        note = (
            f"The change of one group over the change of the other.{' Welch’s t test.' * bool(result.headline_paired)}"
        )
        tables.append(study_group_tables.contrasts("comparisons", "Between groups", result.headline_comparisons, note))
    return (*_pictures(Picture("changes-figure", title, forest)), *tables)


def _release(result: StudyResult) -> tuple[Block, ...]:
    if result.release is None:
        return ()
    legend = "Dots: culture batches, joined. Diamonds: geometric means over batches with 95 % intervals."
    return (
        *_pictures(Picture("release-figure", "Release by culture batch", release_figure(result.release), legend)),
        study_design_tables.release_summaries(result.release),
        study_design_tables.inhibitions(result.release),
        study_design_tables.release_values(result.release),
        *study_design_tables.release_controls(result.release),
    )


def _tissue(result: StudyResult) -> tuple[Block, ...]:
    if result.tissue is None:
        return ()
    blocks: list[Block] = []
    legend = "Dots: animals. Diamonds: geometric means with 95 % intervals. Open triangles: below the LLOQ."
    for number, analyte in enumerate(dict.fromkeys(each.analyte for each in result.tissue.values), 1):
        key = f"tissue-{number}"
        blocks += _pictures(
            Picture(
                f"{key}-figure",
                analyte or "BDNF",
                tissue_figure(result.tissue, analyte, key, result.descriptives),
                legend,
            )
        )
    title = "Arms against the control arm"
    blocks.append(study_design_tables.tissue_contrasts("tissue-contrasts", title, result.tissue.contrasts))
    for number, ratio in enumerate(result.ratios, 1):
        name = f"{ratio.name}: arms against the control arm"
        blocks.append(study_design_tables.tissue_contrasts(f"ratio-{number}", name, ratio.contrasts))
        blocks.append(study_design_tables.ratio_values(ratio, number))
    return (*blocks, study_design_tables.tissue_values(result.tissue))


def _model(result: StudyResult) -> tuple[Block, ...]:
    if result.model is None:
        return ()
    blocks: list[Block] = [study_group_tables.model(result)]
    if result.headline_paired and result.pairs_beside_a_model:
        title = "Changes and comparisons by the model"
        blocks.append(study_group_tables.contrasts("modelled", title, (*result.contrasts, *result.comparisons)))
    if result.sensitivity:
        blocks.append(study_group_tables.sensitivity(result))
    return (*blocks, *study_group_tables.aids(result))


def _subjects(result: StudyResult) -> tuple[Block, ...]:
    if not result.subjects:
        return ()
    baseline = next((t.name for t in result.timepoints if t.minutes is None), "")
    later = [t.name for t in result.timepoints if t.name != baseline]
    primary = next((each.timepoint for each in result.headline_contrasts if each.primary), later[0] if later else "")
    forest = ""
    if primary and len(result.subjects) <= MOST_SUBJECTS_IN_FOREST:
        entries = entries_from_subjects(result, primary)
        axis = "ratio to the own baseline; the interval holds measurement error only"
        forest = forest_figure("subject-changes", f"Change of each subject at {primary}", axis, entries)
    picture = Picture("subject-changes", f"Change of each subject at {primary}", forest)
    return (courses(result), *_pictures(picture), changes(result))


def _response(result: StudyResult) -> tuple[Block, ...]:
    if not result.by_responder:
        return ()
    figure = course_figure(result, "response-figure", by_response(result))
    note = "Exploratory: who responds is known only after the infusion."
    found = result.headline_by_responder
    table = study_group_tables.contrasts("by-response", "Changes by class of response", found, note)
    return (*_pictures(Picture("response-figure", "Time courses by response", figure)), table)


def _literature(result: StudyResult) -> tuple[Block, ...]:
    if not result.literature:
        return ()
    return (
        study_record_tables.literature(result, comparable=True),
        study_record_tables.literature(result, comparable=False),
    )


def _inputs(result: StudyResult) -> tuple[Block, ...]:
    tables = (study_record_tables.sources(result), study_record_tables.unused(result))
    return (*tables, study_record_tables.understood(result)) if result.understood else tables
