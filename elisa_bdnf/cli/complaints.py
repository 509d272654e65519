"""How errors look on the terminal: one line a problem, on stderr, whatever the data hold."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace

from elisa_bdnf.errors import ElisaError, Problem
from elisa_bdnf.reports.inert import show

MOST = 25  # a screen; a file that is wholly of another kind can have a problem in every cell
_LONG = 200  # characters of what is expected and what to try, such as the names of all formats


class Complaints:
    """Problems of one file after the other; what is long and was printed before is not printed again."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], str] = {}  # what is expected and what to try → the first file

    def lines(self, problems: Sequence[Problem]) -> Iterator[str]:
        """Every problem, up to a screen of them, and how many are left."""
        for problem in problems[:MOST]:
            yield f"error: {show(str(self._short(problem)))}"
        if len(problems) > MOST:
            yield f"error: … and {len(problems) - MOST} more problems of this kind."

    def _short(self, problem: Problem) -> Problem:
        what = (problem.expected, problem.hint)
        if sum(map(len, what)) < _LONG:
            return problem
        first = self._told.setdefault(what, problem.file)
        return problem if first == problem.file else replace(problem, expected="", hint=f"see the error of {first}")


def complain(error: ElisaError, complaints: Complaints | None = None) -> None:
    """Print every problem, up to a screen of them, and say how many are left; in short what ``complaints`` told."""
    print(*(complaints or Complaints()).lines(error.problems), sep="\n", file=sys.stderr, flush=True)


def kept_sentence(copy: str) -> str:
    """For people, when results that somebody had edited are made anew."""
    return f"note: {show(copy)} keeps what somebody had changed in a result since it was written; it was made anew"
