"""Run the program inside the test process, as a person would from a folder."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from elisa_bdnf.cli.main import main

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


def elisa_bdnf(*arguments: str | Path, folder: Path | None = None) -> Done:
    """The exit code and what was printed; an exception that leaves ``main`` fails the test."""
    out, err = io.StringIO(), io.StringIO()
    argv = ["elisa-bdnf", *(str(argument) for argument in arguments)]
    stay = contextlib.chdir(folder) if folder else contextlib.nullcontext()
    quiet = {"COLUMNS": "120", "NO_COLOR": "1"}
    streams = (contextlib.redirect_stdout(out), contextlib.redirect_stderr(err))
    with stay, mock.patch.object(sys, "argv", argv), mock.patch.dict(os.environ, quiet), streams[0], streams[1]:
        code = _code_of(main)
    return Done(code, out.getvalue(), err.getvalue())


def _code_of(main: Callable[[], None]) -> int:
    try:
        main()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    return 0
