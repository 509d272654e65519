"""PlateResult → every file of a result folder but the manifest."""

from __future__ import annotations

from collections.abc import Sequence

from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.reports import csv_tables, json_result
from elisa_bdnf.reports.document import document_from_result

FORMATS = ("html", "xlsx")


def files_from_result(result: PlateResult, formats: Sequence[str] = FORMATS) -> dict[str, bytes]:
    """File name → content: the files for programs, and of those for people the ``formats`` that are wanted.

    The words are made once and serve the page and the workbook alike, the records serve JSON and CSV.
    """
    tables = csv_tables.tables_from_result(result)
    files = {"result.json": json_result.render(result, tables), **csv_tables.csv_from_written(tables)}
    if formats:
        document = document_from_result(result)
    if "html" in formats:
        from elisa_bdnf.reports import html  # noqa: PLC0415 - only what is asked for

        files["report.html"] = html.render(document)
    if "xlsx" in formats:
        from elisa_bdnf.reports import xlsx  # noqa: PLC0415

        files["report.xlsx"] = xlsx.xlsx_from_result(result, document)
    return files
