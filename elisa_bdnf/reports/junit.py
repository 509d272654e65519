"""JUnit XML, which every CI service reads: a difference is a failure, a test that could not run an error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from elisa_bdnf.reports.inert import show


@dataclass(frozen=True, slots=True)
class TestCase:
    """One test of the file; ``failures`` and ``errors`` are sentences."""

    __test__ = False  # no test of pytest's

    name: str
    group: str
    file: str = ""
    failures: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


def junit_xml(suite: str, cases: Sequence[TestCase]) -> str:
    """The whole file, without times and host names: same outcome, same bytes.

    Consumers ask for times and types, so they are there: 0 stands for not measured. Texts are data: markup is escaped,
    characters that XML cannot hold are shown.
    """
    root = ET.Element("testsuites")
    counts = {
        "tests": len(cases),
        "failures": sum(bool(case.failures) and not case.errors for case in cases),
        "errors": sum(bool(case.errors) for case in cases),
        "skipped": 0,
    }
    numbers = {name: str(number) for name, number in counts.items()} | _NO_TIME
    root.attrib.update({"name": show(suite), **numbers})
    element = ET.SubElement(root, "testsuite", {"name": show(suite), **numbers})
    for case in cases:
        _add_case(element, case)
    ET.indent(root)
    data: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return data.decode() + "\n"


_NO_TIME = {"time": "0"}


def _add_case(suite: ET.Element, case: TestCase) -> None:
    attributes = {"classname": show(case.group), "name": show(case.name), **_NO_TIME}
    element = ET.SubElement(suite, "testcase", attributes | ({"file": show(case.file)} if case.file else {}))
    # A test has one outcome: an error, else a failure; all sentences stand in its text.
    sentences = case.errors or case.failures
    if not sentences:
        return
    first = show(sentences[0])
    more = f" (and {len(sentences) - 1} more)" if len(sentences) > 1 else ""
    tag, kind = ("error", "not run") if case.errors else ("failure", "difference")
    outcome = ET.SubElement(element, tag, {"message": first + more, "type": kind})
    outcome.text = "\n".join(show(sentence) for sentence in sentences)
