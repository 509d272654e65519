"""How far a batch is: a bar on a terminal, a plain line for each export elsewhere, nothing if quiet; all on stderr."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from elisa_bdnf.cli.complaints import MOST
from elisa_bdnf.reports.inert import show

if TYPE_CHECKING:
    from elisa_bdnf.batch.store import Done


class Progress:
    """Told of every export that is done. ``quiet`` leaves errors."""

    def __init__(self, *, quiet: bool) -> None:
        self.total, self.done = 0, 0
        self._fresh: dict[str, bool] = {}  # file → whether it was done now
        self.begun = time.monotonic()
        self.quiet = quiet
        self.bar: Any = None
        self.task: Any = None
        self.bugs: list[str] = []

    def begin(self, total: int) -> None:
        """The number of exports is known."""
        self.total = total
        if self.quiet or not sys.stderr.isatty():
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self.bar = Progress(
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}", markup=False),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[name]}", markup=False),
            console=Console(stderr=True),
            transient=True,
        )
        self.task = self.bar.add_task("", total=total, name="", rate="")
        self.bar.start()

    def end(self) -> None:
        """The bar goes away, whatever happened."""
        if self.bar is not None:
            self.bar.stop()

    def on_done(self, done: Done, number: int) -> None:
        """An export is done; ``number`` are by now."""
        again = done.file in self._fresh
        self.done = number
        self._fresh[done.file] = done.fresh or self._fresh.get(done.file, False)
        self.bugs += [done.bug] if done.bug else []
        if self.bar is not None:
            self.bar.update(self.task, completed=number, name=show(done.file), rate=self._rate())
        elif not self.quiet:
            self._line(self._sentence(done, number, again=again))
        for problem in done.problems[:MOST]:
            self._line(f"error: {problem}")
        if len(done.problems) > MOST:
            self._line(f"error: … and {len(done.problems) - MOST} more problems of this kind.")

    def _sentence(self, done: Done, number: int, *, again: bool) -> str:
        """The line of an export; what reads the same is judged once more when all are done."""
        place = "again" if again else f"{number:>{len(str(self.total))}}/{self.total}"
        beside = f", beside {', '.join(done.beside)}" if done.beside else ""
        return f"{place} {done.file}: {done.outcome}{beside}{'' if done.fresh else ', as before'}"

    @property
    def taken_over(self) -> int:
        """Exports of which the results of an earlier run still hold."""
        return sum(not fresh for fresh in self._fresh.values())

    def _rate(self) -> str:
        """Of those that were done now: what is taken over goes faster and says nothing of what is left."""
        fresh = self.done - self.taken_over
        seconds = time.monotonic() - self.begun
        return f"{fresh / seconds:.1f} exports/s" if fresh and seconds > 0 else ""

    def _line(self, text: str) -> None:
        if self.bar is None:
            print(show(text), file=sys.stderr)
        else:
            self.bar.console.print(show(text), markup=False, highlight=False, emoji=False, soft_wrap=True)
