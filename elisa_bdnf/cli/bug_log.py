"""A mistake of ours: what a person sees of it, and the file in which its details are kept."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from elisa_bdnf import __version__
from elisa_bdnf.reports.inert import show

EXIT_BUG = 70


def bug_sentence(what: str, details: str) -> str:
    """Keep the details in a file; returns the line that says so."""
    import tempfile

    log = Path(tempfile.gettempdir()) / f"elisa-bdnf-crash-{os.getpid()}.log"
    lines = [f"elisa-bdnf {__version__}, Python {sys.version}", f"arguments: {sys.argv[1:]!r}", ""]
    try:
        log.write_text("\n".join(lines) + details, encoding="utf-8")
        where = f"the details are in {log}; please send that file with the export, if you may"
    except OSError:
        where = "and its details could not be written to a file"
    return f"error: a bug of elisa-bdnf ({show(what)}): {where}."
