"""The same outcome as JSON, JUnit XML and annotations; data are inert in each."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from check.folders import case_in
from elisa_bdnf.checking.outcome import CaseReport, CheckReport, Difference, Failure, Kind, Place, Status
from elisa_bdnf.checking.speech import FORMATS, failure_lines
from elisa_bdnf.reports.github import annotation
from elisa_bdnf.reports.junit import TestCase as JunitCase
from elisa_bdnf.reports.junit import junit_xml
from program import elisa_bdnf

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs/schemas/check.schema.json").read_text(encoding="utf-8"))
HOSTILE = 'x\n::error::y\x1b[31m\u202e\x00\ufffe<b a="1">&]]>%0A,:\r'
DIFFERENT = Difference(Kind.FINDING, Place("a/expected.toml", 7, 3), "", f"INP-07 warn on {HOSTILE}", "nothing")
REPORT = CheckReport(
    (
        CaseReport("good/expected.toml", Status.AS_EXPECTED, "plate.txt", 1, 35),
        CaseReport("a/expected.toml", Status.DIFFERENT, HOSTILE, 1, 0, (DIFFERENT, DIFFERENT)),
        CaseReport(HOSTILE, Status.FAILED, failures=(Failure(Place(HOSTILE, 3), HOSTILE),)),
        CaseReport("new/expected.toml", Status.UPDATED, "plate.txt", 1, 0, (DIFFERENT,)),
    )
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    case_in(tmp_path / "bad", 'HEAD\nverdict = "rejected"')
    case_in(tmp_path / "broken", "export = 5")
    case_in(tmp_path / "good", 'HEAD\nverdict = "accepted"')
    return tmp_path


def suite_of(text: str) -> ET.Element:
    (suite,) = ET.fromstring(text.encode())  # noqa: S314 - it is what we just wrote
    return suite


def test_json(folder: Path) -> None:
    document = json.loads(elisa_bdnf("check", ".", "--format", "json", folder=folder).out)
    jsonschema.validate(document, SCHEMA)
    assert next(iter(document.items())) == ("schema", "elisa-bdnf/check/1")
    assert document["exit_code"] == 3
    assert document["counts"] == {"as_expected": 1, "different": 1, "updated": 0, "failed": 1}
    bad, broken, good = document["cases"]
    assert bad["differences"] == [
        {
            "kind": "verdict", "file": "bad/expected.toml", "line": 5, "column": 1, "about": "",
            "expected": "rejected", "came": "accepted",
        }
    ]  # fmt: skip
    assert broken["failures"][0]["file"] == "broken/expected.toml"
    assert broken["failures"][0]["line"] == 1
    assert (good["status"], good["export"], good["differences"]) == ("as_expected", "plate.txt", [])


def test_junit(folder: Path) -> None:
    done = elisa_bdnf("check", ".", "--format", "junit", folder=folder)
    suite = suite_of(done.out)
    assert {name: suite.get(name) for name in ("tests", "failures", "errors")} == {
        "tests": "3", "failures": "1", "errors": "1",
    }  # fmt: skip
    outcomes = {case.get("name"): [each.tag for each in case] for case in suite}
    assert outcomes == {
        "bad/expected.toml": ["failure"], "broken/expected.toml": ["error"], "good/expected.toml": [],
    }  # fmt: skip
    assert suite[0][0].text == "bad/expected.toml:5:1: verdict: expected rejected, came accepted"


@pytest.mark.parametrize("arguments", [(), ("--format", "auto"), ("--format", "github")])
def test_github_is_chosen_inside_its_actions(
    arguments: tuple[str, ...], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    done = elisa_bdnf("check", ".", *arguments, folder=folder)
    lines = done.out.splitlines()
    assert lines[0] == (
        "::error file=bad/expected.toml,line=5,col=1,title=elisa-bdnf check::verdict: expected rejected, came accepted"
    )
    assert lines[1].startswith("::error file=broken/expected.toml,line=1,col=10,")
    assert lines[2:] == ["3 cases: 1 as expected, 1 different, 1 not run"]
    assert (done.code, done.err) == (3, "")


def test_annotations_name_files_from_the_root_of_the_repository(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(folder))
    done = elisa_bdnf("check", ".", folder=folder / "bad")
    assert done.out.startswith("::error file=bad/expected.toml,line=5,")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(folder / "good"))
    assert elisa_bdnf("check", "bad", folder=folder).out.startswith("::error file=bad/expected.toml,line=5,")


# What the readers of Jenkins, GitLab, Azure and GitHub's reporters ask of each element.
ASKED = {
    "testsuites": {"name", "tests", "failures", "errors", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time"},
    "testcase": {"name", "classname", "time"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
}


def test_junit_has_what_its_readers_ask_for() -> None:
    root = ET.fromstring(FORMATS["junit"](REPORT))  # noqa: S314
    for element in root.iter():
        assert ASKED[element.tag] <= set(element.attrib)
    suite = root[0]
    assert root.attrib.items() >= {"tests": "4", "failures": "1", "errors": "1"}.items()
    assert len(suite) == int(suite.attrib["tests"])
    assert sum(bool(case.findall("failure")) for case in suite) == int(suite.attrib["failures"])
    assert sum(bool(case.findall("error")) for case in suite) == int(suite.attrib["errors"])


def test_an_asked_format_goes_before_the_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert "::error" not in elisa_bdnf("check", ".", "--format", "text", folder=folder).out


def test_an_unknown_format_is_a_wrong_command_line(folder: Path) -> None:
    done = elisa_bdnf("check", ".", "--format", "xml", folder=folder)
    assert done.code == 2
    assert "auto, text, json, junit, github" in done.err


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "json"])
def test_data_are_inert(name: str) -> None:
    text = FORMATS[name](REPORT)
    assert all(character == "\n" or character.isprintable() for character in text)
    assert sum(line.startswith("::") for line in text.splitlines()) == (4 if name == "github" else 0)
    assert "<b" not in text or name != "junit"


def test_failures_of_hostile_files_stay_one_line() -> None:
    (line,) = failure_lines(REPORT)
    assert line.isprintable()


def test_json_holds_data_as_they_are() -> None:
    document = json.loads(FORMATS["json"](REPORT))
    jsonschema.validate(document, SCHEMA)
    assert document["cases"][1]["export"] == HOSTILE


def test_junit_of_hostile_text_is_xml_and_updates_are_settled() -> None:
    suite = suite_of(FORMATS["junit"](REPORT))
    assert [[each.tag for each in case] for case in suite] == [[], ["failure"], ["error"], []]
    assert suite[1][0].get("message", "").endswith("(and 1 more)")
    assert len((suite[1][0].text or "").splitlines()) == 2


def test_a_junit_case_with_an_error_counts_once() -> None:
    suite = suite_of(junit_xml("s", [JunitCase("a", "g", failures=("f",), errors=("e",))]))
    assert (suite.get("failures"), suite.get("errors")) == ("0", "1")


def test_annotation_escapes_what_would_end_it() -> None:
    line = annotation("error", "50 %: a,b\n::c", "a,b:c%.toml", 3, 0, "t")
    assert line == "::error file=a%2Cb%3Ac%25.toml,line=3,title=t::50 %25: a,b\\x0a::c"
    assert annotation("notice", "m") == "::notice::m"
    assert annotation("notice", "m", "f", 0, 9) == "::notice file=f::m"
    with pytest.raises(ValueError, match="fatal"):
        annotation("fatal", "m")
