"""The keys of an expected file."""

from __future__ import annotations

from elisa_bdnf.model.finding import FindingLevel, Verdict
from elisa_bdnf.protocols.fields import Field, Kind, Table

_VERDICT = Field("verdict", Kind.TEXT, "Whether the plate is accepted.", choices=tuple(Verdict))

FINDING = Table(
    "findings",
    "What the rules must say, in any order.",
    (
        Field("rule", Kind.TEXT, "The id of the rule, as in findings.csv."),
        Field("level", Kind.TEXT, "The level of the finding.", choices=tuple(FindingLevel)),
        Field("subject", Kind.TEXT, "What the finding is about, as in findings.csv."),
    ),
)
RESULT = Table(
    "concentrations",
    "What the results must be.",
    (
        Field("plate", Kind.TEXT, "The plate of the result."),
        Field("sample", Kind.TEXT, "The sample."),
        Field("subject", Kind.TEXT, "The subject of the sample."),
        Field("timepoint", Kind.TEXT, "The timepoint of the sample."),
        Field("dilution_factor", Kind.NUMBER, "The dilution factor.", least=0),
        Field("concentration", Kind.NUMBER, "The number."),
        Field("text", Kind.TEXT, "What a person reads: 412, < 78.1, not reportable."),
    ),
)
PLATE = Table("plate", "One plate of an export that holds several.", (Field("name", Kind.TEXT, "Its name."), _VERDICT))
# What else these tables may hold, besides their plain keys: lists of tables, looked at one by one.
PLATE_LISTS = (FINDING,)
CASE_LISTS = (FINDING, RESULT, PLATE)

SETTINGS = (
    Field("about", Kind.TEXT, "What the case shows."),
    Field("export", Kind.TEXT, "The export, from the folder of this file.", pattern=".*\\S.*", pattern_doc="file name"),
    Field("format", Kind.TEXT, "Read the export as this format."),
    Field("encoding", Kind.TEXT, "Of a text export that does not show its own."),
    Field("protocol", Kind.TEXT, "A shipped protocol or a file of yours."),
    Field("layout", Kind.TEXT, "The layout file."),
    Field("samples", Kind.TEXT, "The sample sheet."),
    Field("waivers", Kind.TEXT, "The file of waivers and exclusions; else the one beside the export, if there is one."),
    Field("date", Kind.TEXT, "The day of the reading, as with --date.", pattern=r"\d{4}-\d\d-\d\d",
          pattern_doc="day as 2026-03-31"),
    Field("digits", Kind.WHOLE, "Concentrations may differ by one in the last of so many digits.", least=1, most=15),
    Field("tolerance_percent", Kind.NUMBER, "Concentrations may differ by so many percent.", least=0, most=100),
    Field("every_sample", Kind.FLAG, "Whether results that are not listed are differences.", default=True),
)  # fmt: skip
CASE = Table(
    "case",
    "An expected file.",
    (*SETTINGS, Field("refused", Kind.TEXT, "A fragment of the message with which the input is refused."), _VERDICT),
    (FINDING, RESULT, PLATE, Table("overrides", "Keys of the protocol, as with --set.")),
)
