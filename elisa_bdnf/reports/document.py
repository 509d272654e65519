"""PlateResult → Document: every word and every digit that a person reads, made once for all formats."""

from __future__ import annotations

from elisa_bdnf.model.curve import Curve
from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.reports import words
from elisa_bdnf.reports.decisions import before_and_after, decisions_table
from elisa_bdnf.reports.dilution_tables import dilutions
from elisa_bdnf.reports.editing_tables import curve_versions, editing_facts, edits
from elisa_bdnf.reports.finding_tables import findings, not_evaluated
from elisa_bdnf.reports.methods import limitations, methods
from elisa_bdnf.reports.overview_table import overview
from elisa_bdnf.reports.parts import Document, Fact
from elisa_bdnf.reports.plate_tables import accounting, exclusions, wells
from elisa_bdnf.reports.prose import banners, facts, headline
from elisa_bdnf.reports.sample_tables import controls, samples
from elisa_bdnf.reports.source_tables import comparison, comparison_sentence, header, provenance
from elisa_bdnf.reports.standard_tables import curve_facts, parameters, standards

__all__ = ["Document", "document_from_result"]


def _curve_facts(result: PlateResult) -> tuple[Fact, ...]:
    """R² stays the last; without a curve its reason stays the first."""
    facts = curve_facts(result)
    return (*facts[:-1], *editing_facts(result), facts[-1]) if isinstance(result.analysis.curve, Curve) else facts


def document_from_result(result: PlateResult) -> Document:
    """The words of one judged plate. Every table of a rejected plate carries the mark."""
    mark = "" if result.accepted else words.REJECTED_MARK
    analysis = result.analysis
    return Document(
        title=analysis.reading.plate or analysis.reading.source.file,
        subtitle=f"{analysis.protocol.title} · {analysis.reading.source.file}",
        headline=headline(result),
        mark=mark,
        banners=banners(result),
        facts=facts(result),
        overview=overview(result, mark),
        samples=samples(result, mark),
        controls=controls(result, mark),
        standards=standards(result, mark),
        parameters=parameters(result, mark),
        curve_facts=_curve_facts(result),
        dilutions=dilutions(result, mark),
        edits=edits(result, mark),
        curve_versions=curve_versions(result, mark),
        findings=findings(result, mark),
        not_evaluated=not_evaluated(result, mark),
        comparison=comparison(result, mark),
        comparison_sentence=comparison_sentence(result),
        exclusions=exclusions(result, mark),
        decisions=decisions_table(result, mark),
        before_and_after=before_and_after(result, mark),
        wells=wells(result, mark),
        accounting=accounting(result),
        provenance=provenance(result, mark),
        header=header(result, mark),
        remarks=(*analysis.reading.remarks, *analysis.layout.remarks),
        methods=methods(result),
        limitations=limitations(result),
        result=result,
    )
