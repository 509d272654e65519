"""Imports point one way, and nothing heavy is loaded before it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "elisa_bdnf"
ROOT = PACKAGE.parent

# Each layer may import itself and those before it; the members of one layer never import one another.
LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"errors"}),
    frozenset({"model"}),
    frozenset({"inputs"}),
    frozenset(
        {
            "readers",
            "layouts",
            "protocols",
            "samples",
            "waivers",
            "analysis",
            "qc",
            "history",
            "study",
            "reports",
            "output",
        }
    ),
    frozenset({"binding", "comparing", "deciding", "earlier", "provenance", "kept"}),
    frozenset({"workflow", "study_workflow", "changes", "placing"}),
    frozenset({"batch", "checking", "examples"}),
    frozenset({"verifying", "watching"}),
    frozenset({"selftesting"}),
    frozenset({"cli"}),
    frozenset({"__main__"}),
)
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "_shipped" not in path.parts)


def room(path: Path) -> str:
    """The part of the package that a file belongs to: ``readers``, ``workflow``."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("elisa_bdnf"):
            inside = node.module.split(".")[1:]
            names = [inside[0]] if inside else [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [a.name.split(".")[1] for a in node.names if a.name.startswith("elisa_bdnf.")]
        rooms.update(name for name in names if not name.startswith("_"))
    return rooms


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_point_one_way(path: Path) -> None:
    own = room(path)
    if own == "__init__":
        assert imported_rooms(path) == set()
        return
    for other in imported_rooms(path) - {own}:
        assert RANK[other] < RANK[own], f"{own} must not import {other}"


HEAVY = ("numpy", "scipy", "pandas", "matplotlib", "rich", "xlsxwriter", "jinja2", "python_calamine", "openpyxl")


def modules_after(*arguments: str) -> set[str]:
    """Names in ``sys.modules`` of a fresh interpreter after the program ran with these arguments."""
    code = (
        "import sys\n"
        f"sys.argv = ['elisa-bdnf', *{list(arguments)!r}]\n"
        "from elisa_bdnf.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit as stop:\n    code = stop.code or 0\nelse:\n    code = 0\n"
        "print('MODULES', code, *sorted(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    words = done.stdout.rpartition("MODULES ")[2].split()
    assert words[0] == "0", done.stderr
    return set(words[1:])


@pytest.mark.parametrize(
    "arguments",
    [["--version"], ["--help"], ["run", "--help"], ["read", "--help"], ["protocol", "--help"], ["layout", "--help"]],
    ids=" ".join,
)
def test_help_and_version_load_nothing_heavy(arguments: list[str]) -> None:
    assert modules_after(*arguments).isdisjoint(HEAVY)


def test_a_plain_run_loads_no_scipy_pandas_or_matplotlib(tmp_path: Path) -> None:
    demo = ROOT / "fixtures" / "demo"
    loaded = modules_after(
        "run", str(demo / "bdnf-plate.txt"), "--samples", str(demo / "samples.csv"),
        "--protocol", "human-infusion-plasma", "--out", str(tmp_path / "out"),
    )  # fmt: skip
    assert loaded.isdisjoint({"scipy", "pandas", "matplotlib", "openpyxl", "pydantic"})
    assert "numpy" in loaded


def test_only_the_engine_makes_a_plate_result() -> None:
    makers = [
        path.relative_to(PACKAGE).as_posix()
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "PlateResult"
    ]
    assert makers == ["qc/engine.py"]
