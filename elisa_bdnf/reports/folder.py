"""PlateResult → every file of a result folder but the manifest."""

from __future__ import annotations

from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.reports import csv_tables, html, json_result, xlsx
from elisa_bdnf.reports.document import document_from_result


def files_from_result(result: PlateResult) -> dict[str, bytes]:
    """File name → content. The words are made once and serve the page and the workbook alike."""
    document = document_from_result(result)
    return {
        "result.json": json_result.render(result),
        **csv_tables.csv_from_result(result),
        "report.html": html.render(document),
        "report.xlsx": xlsx.xlsx_from_result(result, document),
    }
