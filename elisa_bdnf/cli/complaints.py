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
    """Problems of one file after the other; what was printed before and is long, or the same, is not printed again."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], str] = {}  # what is expected and what to try → the first file
        self._said: set[Problem] = set()

    def lines(self, problems: Sequence[Problem], of: str = "") -> Iterator[str]:
        """Every problem ``of`` a file, up to a screen of them, and how many are left."""
        same = [problem for problem in problems if of and problem in self._said and problem.file != of]
        if same:  # such as a mistake in a sheet that is for many exports
            files = ", ".join(dict.fromkeys(problem.file for problem in same))
            many = f"{len(same)} problems" if len(same) > 1 else "problem"
            yield f"error: {show(of)}: the same {many} of {show(files)} as above."
        new = [problem for problem in problems if problem not in same]
        for problem in new[:MOST]:
            yield f"error: {show(str(self._short(problem)))}"
        if len(new) > MOST:
            yield f"error: … and {len(new) - MOST} more problems of this kind."
        self._said.update(new)

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
