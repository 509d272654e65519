"""How the program is entered: by its name, as a module, and interrupted before its commands are loaded."""

from __future__ import annotations

import subprocess
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import Any

import pytest

from elisa_bdnf import __version__
from elisa_bdnf.__main__ import main


def test_it_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "elisa_bdnf", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"elisa-bdnf {__version__}\n"


class Interrupted(MetaPathFinder, Loader):
    """Ctrl-C while the commands are loaded."""

    def find_spec(self, name: str, *_: Any) -> ModuleSpec | None:
        if name == "elisa_bdnf.cli.main":
            raise KeyboardInterrupt
        return None


def test_ctrl_c_while_it_is_loaded_ends_it_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "elisa_bdnf.cli.main", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Interrupted(), *sys.meta_path])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 130
