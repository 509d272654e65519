"""Settings of the history of plates."""

from __future__ import annotations

from elisa_bdnf.model.protocol import DateOrder
from elisa_bdnf.protocols.fields import Field, Kind, Table

HISTORY = Table(
    "history",
    "Earlier plates for control charts; nothing is kept where no file is named.",
    (
        Field("file", Kind.TEXT, "Database of earlier plates, beside the protocol file; an empty text: none.", "",
              example="history.sqlite"),
        Field("date_order", Kind.TEXT, "How the reader writes dates such as 3/4/2026; “unknown”: such a date is none.",
              "unknown", choices=tuple(DateOrder)),
    ),
)  # fmt: skip
