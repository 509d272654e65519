"""A study reads what it asks of a result, however the document is set, and nothing of one that is cut."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from elisa_bdnf.errors import StudyError
from elisa_bdnf.study.result_folder import read_result_folder
from elisa_bdnf.study.rows import RawRow
from program import FIXTURES, elisa_bdnf

Setting = Callable[[str], str]


def reversed_keys(text: str) -> str:
    return json.dumps(dict(reversed(json.loads(text).items())), indent=2)


SETTINGS: dict[str, Setting] = {
    "on one line": lambda text: json.dumps(json.loads(text)),
    "with one blank a level": lambda text: json.dumps(json.loads(text), indent=1),
    "with tabs": lambda text: json.dumps(json.loads(text), indent="\t"),
    "indented to the last number": lambda text: json.dumps(json.loads(text), indent=2, ensure_ascii=False),
    "the other way round": reversed_keys,
    "with line ends of Windows": lambda text: text.replace("\n", "\r\n"),
}


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("result")
    demo = FIXTURES / "demo"
    elisa_bdnf("run", demo / "bdnf-plate.txt", "--samples", demo / "samples.csv", "--out", folder, "--quiet")
    return (folder / "result.json").read_text(encoding="utf-8")


def rows(folder: Path, text: str) -> tuple[RawRow, ...]:
    (folder / "result.json").write_text(text, encoding="utf-8", newline="")
    return read_result_folder(folder).rows


@pytest.mark.parametrize("name", SETTINGS)
def test_a_result_is_the_same_however_it_is_set(name: str, result: str, tmp_path: Path) -> None:
    expected = rows(tmp_path, result)
    assert len(expected) > 30
    assert rows(tmp_path, SETTINGS[name](result)) == expected


@pytest.mark.parametrize("table", ["wells", "standards", "samples", "instrument"])
def test_a_result_that_was_cut_is_refused(table: str, result: str, tmp_path: Path) -> None:
    cut = result[: result.index(f'"{table}": ') + 200]
    with pytest.raises(StudyError, match="not JSON"):
        rows(tmp_path, cut)
