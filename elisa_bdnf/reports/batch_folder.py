"""BatchResult → the files of a batch folder that are made from it alone, for programs and for people."""

from __future__ import annotations

from collections.abc import Iterable

from elisa_bdnf.model.batch import BatchResult
from elisa_bdnf.reports.batch_page import batch_page
from elisa_bdnf.reports.batch_records import batch_json_pieces, plates_csv, unreadable_csv
from elisa_bdnf.reports.batch_workbook import batch_workbook


def files_from_batch(batch: BatchResult) -> dict[str, bytes | Iterable[bytes]]:
    """File name → content, whole or in pieces; ``batch.json``, which says that all is done, last."""
    return {
        "plates.csv": plates_csv(batch),
        "unreadable.csv": unreadable_csv(batch),
        "batch.html": batch_page(batch),
        "batch.xlsx": batch_workbook(batch),
        "batch.json": batch_json_pieces(batch),
    }
