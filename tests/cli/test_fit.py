"""``elisa-bdnf fit``: the record other programs rely on, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from elisa_bdnf.cli.main import app
from elisa_bdnf.errors import ElisaError, TableError, UsageError

ROWS = """500,2.1\n500,2.05\n250,1.5\n250,1.45\n125,.9\n125,.95\n62.5,.52\n62.5,.55\n31.25,.3\n31.25,.31
15.6,.18\n15.6,.19\n0,.06\n0,.07\n,1.0\n,0.03\n,2.3\n,OVRFLW\n,5\n"""
TABLE = "concentration,response\n" + ROWS


def run(tmp_path: Path, *options: str, text: str = TABLE, encoding: str = "utf-8") -> str:
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode(encoding))
    result = CliRunner().invoke(app, ["fit", str(path), *options])
    if isinstance(result.exception, ElisaError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def record(tmp_path: Path, *options: str, **more: str) -> dict[str, Any]:
    return dict(json.loads(run(tmp_path, "--json", *options, **more), parse_constant=pytest.fail))


def test_record(tmp_path: Path) -> None:
    found = record(tmp_path)
    assert list(found)[:10] == [
        "schema", "model", "weights", "parameters", "standard_errors", "residual_sum_of_squares", "r_squared", "n",
        "standards", "unknowns",
    ]  # fmt: skip
    assert (found["schema"], found["model"], found["weights"]) == ("elisa-bdnf/fit/1", "4pl", "power:1")
    assert list(found["parameters"]) == list(found["standard_errors"]) == ["a", "b", "c", "d", "g"]
    assert list(found["standards"][0]) == ["concentration", "response", "back_calculated", "recovery_percent"]
    assert [u["status"] for u in found["unknowns"]] == [
        "within",
        "below_curve",
        "above_uloq",
        "saturated",
        "above_curve",
    ]
    assert list(found["unknowns"][0])[:5] == ["response", "concentration", "ci_low", "ci_high", "status"]
    assert [u["concentration"] is None for u in found["unknowns"]] == [False, True, True, True, True]
    assert found["unknowns"][4]["ci_high"] is None
    assert (found["n"], found["standard_errors"]["g"]) == (14, None)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--weights", "none", "--fit-on", "means"), {"weights": "none", "n": 7, "fit_on": "means"}),
        (("--model", "3pl", "--fix", "a=0.065"), {"model": "3pl", "fixed": {"a": 0.065}}),
        (("--model", "5pl-r", "--fix", "g=1"), {"model": "5pl-r"}),
        (("--model", "linear", "--weights", "1/y"), {"model": "linear", "weights": "1/y"}),
        (("--model", "loglog", "--without-zero"), {"model": "loglog", "n": 12}),
        (("--weights", "power"), {"weights": "power"}),
    ],
)
def test_options(tmp_path: Path, options: tuple[str, ...], expected: dict[str, object]) -> None:
    found = record(tmp_path, *options)
    assert {key: found[key] for key in expected} == expected


def test_exchanged_columns_are_suspected(tmp_path: Path) -> None:
    rows = [line.split(",") for line in ROWS.splitlines() if line[0] != ","]
    found = record(tmp_path, text="response,concentration\n" + "".join(f"{x},{y}\n" for x, y in rows))
    assert "are the two columns exchanged?" in found["remarks"][0]
    assert not record(tmp_path)["remarks"]


def test_extrapolation_is_asked_for_and_labelled(tmp_path: Path) -> None:
    found = record(tmp_path, "--extrapolate")["unknowns"][2]
    assert found["status"] == "extrapolated"
    assert found["concentration"] > 500


def test_parameters_without_a_finite_estimate_are_null(tmp_path: Path) -> None:
    rows = "".join(f"{x},{0.05 + 0.003 * x}\n{x},{0.0501 + 0.003 * x}\n" for x in (500, 250, 125, 62.5, 31.25, 0))
    found = record(tmp_path, "--weights", "none", text="concentration,response\n" + rows + ",0.5\n")
    assert found["no_finite_estimate"] == ["d", "c"]
    assert (found["parameters"]["d"], found["parameters"]["c"]) == (None, None)
    assert found["unknowns"][0]["concentration"] == pytest.approx(150.0, rel=1e-3)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (TABLE.replace(",", "\t"), "utf-16"),
        (TABLE.replace("concentration,response", "Conc. (pg/mL),OD").replace("\n", "\r\n"), "utf-8-sig"),
        (TABLE.replace(",", ";").replace(".", ","), "utf-8"),
    ],
)
def test_forms_of_the_table(tmp_path: Path, text: str, encoding: str) -> None:
    assert record(tmp_path, text=text, encoding=encoding) == record(tmp_path)


def test_for_people(tmp_path: Path) -> None:
    shown = run(tmp_path, text="sample,concentration,response\n" + "".join(f"P\x1b[31m,{r}\n" for r in ROWS.split()))
    assert "standard error" in shown
    assert "back-calculated" in shown
    assert "within" in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("options", "text", "error", "words"),
    [
        ((), "a,b\n1,2\n", TableError, "no concentration and no response"),
        ((), "", TableError, "empty"),
        ((), "concentration,response\n,1\n", TableError, "no row has both"),
        ((), "concentration,response\n1,x\n-2,1\n", TableError, "table.csv:2: the response 'x'"),
        ((), "concentration,response\n1,1\n2,2\n", TableError, "too_few_levels"),
        (("--model", "3pl"), TABLE, UsageError, "one parameter fixed"),
        (("--fix", "g=2"), TABLE, UsageError, "no parameter g"),
        (("--fix", "a=1", "--fix", "d=1"), TABLE, UsageError, "both asymptotes"),
        (("--fix", "a=1", "--fix", "a=2"), TABLE, UsageError, "given twice"),
        (("--fix", "q=1"), TABLE, UsageError, "q=1"),
        (("--weights", "heavy"), TABLE, UsageError, "heavy"),
        (("--model", "6pl"), TABLE, UsageError, "6pl"),
        (("--confidence", "95"), TABLE, UsageError, "between 0 and 1"),
        ((), "concentration,response\n500,2,1\n250,1,5\n", TableError, "3 cells: 500, 2, 1"),
        ((), "concentration;response\n500;2,1\n250;1.5\n", ElisaError, "table.csv:2: line 3 has numbers"),
        ((), TABLE + ",1e300\n", TableError, "1e+300 is no measurement"),
        ((), TABLE.replace("500,", "5e99,"), TableError, "no measurement"),
        ((), "concentration,response\n1,1\n1,1\n", TableError, "1 concentration of"),
        (("--model", "loglog", "--without-zero"), TABLE.replace(".18", "0"), TableError, "line needs positive"),
        (("--fix", "a=1e300"), TABLE, UsageError, "out of reach"),
        (("--fix", "b=1e-49"), TABLE, TableError, "fixed"),
        (("--model", "loglog", "--without-zero", "--fix", "a=1e49"), TABLE, TableError, "not_converged"),
        (("--model", "loglog", "--without-zero", "--fix", "b=-1e49"), TABLE, TableError, "not_converged"),
        ((), "concentration,response\n" + "".join(f"{2**k},{int(k > 3)}\n" for k in range(8)), TableError, "one_level"),
    ],
)
def test_refusals(tmp_path: Path, options: tuple[str, ...], text: str, error: type[ElisaError], words: str) -> None:
    with pytest.raises(error) as refused:
        run(tmp_path, *options, text=text)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("exponent", "status", "bounded"), [(0.8, "below_curve", "ci_high"), (-0.5, "above_curve", "ci_low")]
)
def test_what_a_log_log_line_cannot_read_lies_on_the_side_of_its_zero(
    tmp_path: Path, exponent: float, status: str, bounded: str
) -> None:
    rows = [f"{x},{2 * x**exponent * side}" for x in (1, 2, 4, 8, 16, 32) for side in (0.98, 1.02)]
    text = "\n".join(["concentration,response", *rows, ",-0.1", ",0"])
    found = record(tmp_path, "--model", "loglog", text=text)["unknowns"]
    assert [unknown["status"] for unknown in found] == [status, status]
    for unknown in found:
        least = {"ci_low": 32, "ci_high": 1}[bounded]  # the bound is beyond the standards, and not absurdly far
        assert 1e-4 < unknown[bounded] / least < 1e4
        assert "one-sided" in unknown["interval_remark"]


def test_a_falling_curve_is_remarked(tmp_path: Path) -> None:
    rows = [f"{x},{3 / (1 + x / 100)}" for x in (0, 10, 30, 100, 300, 1000)]
    assert "reversed order" in record(tmp_path, text="\n".join(["concentration,response", *rows]))["remarks"][0]
    assert not any("reversed" in remark for remark in record(tmp_path)["remarks"])


@pytest.mark.parametrize("word", ["NA", "nan", "n/a", "-", "?", "unknown"])
def test_a_word_for_no_concentration_makes_an_unknown(tmp_path: Path, word: str) -> None:
    found = record(tmp_path, text=TABLE.replace("\n,1.0\n", f"\n{word},1.0\n"))
    assert found["unknowns"] == record(tmp_path)["unknowns"]


def test_a_dose_is_a_concentration(tmp_path: Path) -> None:
    assert record(tmp_path, text=TABLE.replace("concentration", "dose")) == record(tmp_path)
