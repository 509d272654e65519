"""A self-test for people and for programs."""

from __future__ import annotations

from elisa_bdnf.reports.html import style
from elisa_bdnf.reports.html_page import banner, head, section
from elisa_bdnf.reports.html_table import table
from elisa_bdnf.reports.inert import html_text, show
from elisa_bdnf.reports.json_result import json_text
from elisa_bdnf.reports.parts import Banner, Cell, Column, Row, Table, Tone
from elisa_bdnf.selftesting.item import TITLES, Item, Outcome, Part, SelfTest

SCHEMA = "elisa-bdnf/selftest/1"
IS_NOT = (
    "This is evidence for a validation and not a validation: nobody has judged here whether the method, the kit or the "
    "criteria fit their purpose. The plates of the OQ are simulated. Whoever uses the results decides and signs."
)
_SIGNS = {Outcome.PASSED: "ok", Outcome.FAILED: "FAILED", Outcome.REMARK: "note"}
_TONES = {Outcome.PASSED: Tone.GOOD, Outcome.FAILED: Tone.BAD, Outcome.REMARK: Tone.MUTED}


def line_of_item(item: Item) -> str:
    """``IQ ok      double precision: 53 bits``."""
    return show(f"{item.part} {_SIGNS[item.outcome]:<6}  {item.name}: {item.found}")


def json_from_selftest(test: SelfTest) -> str:
    """docs/schemas/selftest.schema.json."""
    document: dict[str, object] = {
        "schema": SCHEMA,
        "passed": test.exit_code == 0,
        "exit_code": test.exit_code,
        "version": test.version,
        "summary": test.summary,
        "surroundings": test.about,
        "remark": IS_NOT,
        "parts": {part.value: {"passed": test.passed(part), "tested": test.tested(part)} for part in Part},
        "items": [
            {"part": each.part.value, "outcome": each.outcome.value, "name": show(each.name), "found": show(each.found)}
            for each in test.items
        ],
    }
    return json_text(document)


def page_from_selftest(test: SelfTest) -> bytes:
    """One page to print, sign and file; no clock in it: the date is written by hand."""
    title = "Self-test of elisa-bdnf"
    good = test.exit_code == 0
    said = Banner(
        "All passed. " if good else "Not all passed. ", f"{test.summary}. {IS_NOT}", Tone.GOOD if good else Tone.BAD
    )
    facts = [f"<div><dt>{html_text(key)}</dt><dd>{html_text(text)}</dd></div>" for key, text in test.about.items()]
    parts = "".join(section(part.casefold(), f"{part}: {TITLES[part]}", table(_table(test, part))) for part in Part)
    lines = "".join(f"<p>{word}: {'_' * 40}</p>" for word in ("Name", "Date", "Signature"))
    top = f'<p class="overline">BDNF ELISA · installation</p><h1>{title}</h1>'
    return (
        f'{head(title, style())}<body><header class="top"><div>{top}<p class="subtitle">{html_text(test.summary)}</p>'
        f'</div></header><main>{banner(said)}<dl class="facts">{"".join(facts)}</dl>{parts}'
        f"{section('signed', 'Reviewed', lines)}</main>"
        f"<footer>{title} · elisa-bdnf {html_text(test.version)}</footer></body></html>\n"
    ).encode()


def _table(test: SelfTest, part: Part) -> Table:
    columns = (Column("outcome", "Outcome"), Column("name", "Tested"), Column("remark", "Found"))
    rows = tuple(
        Row((Cell(_SIGNS[item.outcome], tone=_TONES[item.outcome]), Cell(item.name), Cell(item.found)))
        for item in test.of(part)
    )
    return Table(f"items-{part.casefold()}", TITLES[part], columns, rows, f"{test.passed(part)} of {test.tested(part)}")
