"""How errors look on the terminal: one line a problem, on stderr, whatever the data hold."""

from __future__ import annotations

import sys

from elisa_bdnf.errors import ElisaError
from elisa_bdnf.reports.inert import show

MOST = 25  # a screen; a file that is wholly of another kind can have a problem in every cell


def complain(error: ElisaError) -> None:
    """Print every problem, up to a screen of them, and say how many are left."""
    for problem in error.problems[:MOST]:
        print(f"error: {show(str(problem))}", file=sys.stderr)
    if len(error.problems) > MOST:
        print(f"error: … and {len(error.problems) - MOST} more problems of this kind.", file=sys.stderr)
