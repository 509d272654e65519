"""PlateResult → an Excel workbook in which a reviewer can follow every number from the raw absorbance on.

The formulas are live and carry the values of the analysis, so that programs which do not calculate see the same.
"""

from __future__ import annotations

import io
from datetime import datetime

from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.reports import words
from elisa_bdnf.reports.document import document_from_result
from elisa_bdnf.reports.parts import Document
from elisa_bdnf.reports.xlsx_book import Book
from elisa_bdnf.reports.xlsx_cells import cell_text
from elisa_bdnf.reports.xlsx_curve import write_curve
from elisa_bdnf.reports.xlsx_records import (
    write_comparison,
    write_dilutions,
    write_editing,
    write_findings,
    write_provenance,
)
from elisa_bdnf.reports.xlsx_samples import write_controls, write_samples
from elisa_bdnf.reports.xlsx_standards import write_standards
from elisa_bdnf.reports.xlsx_summary import verdict_line, write_summary
from elisa_bdnf.reports.xlsx_wells import WellPlaces, write_plate, write_wells

NO_CLOCK = datetime(2000, 1, 1)  # noqa: DTZ001 the same input must give the same bytes
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}


def xlsx_from_result(result: PlateResult, document: Document | None = None) -> bytes:
    """The workbook of one judged plate; ``document`` spares making the words again where they exist already."""
    from xlsxwriter import Workbook  # noqa: PLC0415 not needed to start the program

    document = document or document_from_result(result)
    stream = io.BytesIO()
    workbook = Workbook(stream, OPTIONS)
    title = cell_text(document.title)
    subject = f"{words.ANALYTE}: plate {document.headline.word}"
    workbook.set_properties({"title": title, "subject": subject, "author": "elisa-bdnf", "created": NO_CLOCK})
    _write_sheets(Book(workbook, result, verdict_line(document)), document)
    workbook.close()
    return stream.getvalue()


def _write_sheets(book: Book, document: Document) -> None:
    places = WellPlaces(book.result)
    write_summary(book, document)
    write_samples(book, places, document)
    write_dilutions(book, document)
    write_controls(book, places, document)
    write_standards(book, places)
    write_editing(book, document)
    write_curve(book, places, document.curve_facts)
    write_wells(book, places)
    write_plate(book, places)
    write_findings(book, document)
    write_comparison(book, places, document.comparison_sentence)
    write_provenance(book, document)
