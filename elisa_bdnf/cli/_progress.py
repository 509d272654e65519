"""How far a batch is: a bar on a terminal, a plain line for each export elsewhere, nothing if quiet; all on stderr."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from elisa_bdnf.cli.complaints import Complaints, kept_sentence
from elisa_bdnf.reports.inert import show

if TYPE_CHECKING:
    from elisa_bdnf.batch.store import Done


class Progress:
    """Told of every export that is done. ``quiet`` leaves errors."""

    def __init__(self, *, quiet: bool) -> None:
        self.total, self.done = 0, 0
        self._fresh: dict[str, bool] = {}  # file → whether it was done now
        self._outcomes: dict[str, str] = {}
        self._read: dict[str, str] = {}  # responses of a plate → the first file that holds them
        self.begun = time.monotonic()
        self.quiet = quiet
        self.bar: Any = None
        self.task: Any = None
        self.bugs: list[str] = []
        self.complaints = Complaints()

    def begin(self, total: int) -> None:
        """The number of exports is known."""
        self.total = total
        if self.quiet or not sys.stderr.isatty():
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
        from rich.table import Column

        console = Console(stderr=True)
        whole = Column(no_wrap=True)
        columns = {  # each for terminals of so many columns: a narrow one breaks no number
            BarColumn(bar_width=20, table_column=whole): 72,
            MofNCompleteColumn(table_column=whole): 0,
            TextColumn("{task.fields[rate]}", markup=False, table_column=whole): 44,
            TimeRemainingColumn(compact=True, table_column=whole): 0,
            TextColumn("{task.fields[name]}", markup=False, table_column=Column(no_wrap=True, ratio=1)): 0,
        }
        shown = [column for column, least in columns.items() if console.width >= least]
        self.bar = Progress(*shown, console=console, transient=True, expand=True)
        self.task = self.bar.add_task("", total=total, name="", rate="")
        self.bar.start()

    def end(self) -> None:
        """The bar goes away, whatever happened."""
        if self.bar is not None:
            self.bar.stop()

    def interrupted(self) -> None:
        """Say how far it came, and that nothing of it is lost."""
        self.end()
        self.bar = None
        if not self.quiet:
            self._line(f"interrupted: {self.done} of {self.total} exports done; the same command goes on from there")

    def on_done(self, done: Done, number: int) -> None:
        """An export is done; ``number`` are by now."""
        sentence = self._sentence(done, number)
        self.done = number
        self._fresh[done.file] = done.fresh or self._fresh.get(done.file, False)
        self._outcomes[done.file] = done.outcome
        self.bugs += [done.bug] if done.bug else []
        if self.bar is not None:
            name = show(done.file) if number < self.total else "tables and pages over all plates"
            self.bar.update(self.task, completed=number, name=name, rate=self._rate())
        elif not self.quiet:
            self._line(sentence)
        for line in self.complaints.lines(done.problems, done.file):
            self._line(line)
        for copy in done.kept:
            self.on_kept(copy)

    def on_kept(self, copy: str) -> None:
        """Something that a person had edited was kept as this copy."""
        if not self.quiet:
            self._line(kept_sentence(copy))

    def _sentence(self, done: Done, number: int) -> str:
        """The line of an export; what reads the same is judged once more when all are done, which then counts."""
        before = self._outcomes.get(done.file)
        place = "again" if before else f"{number:>{len(str(self.total))}}/{self.total}"
        instead = f" in place of {before}" if before not in (None, done.outcome) else ""
        firsts = [self._read.setdefault(values, done.file) for values in done.read]
        twins = [first for first in dict.fromkeys(firsts) if first != done.file]
        if done.beside:
            beside = f", beside {', '.join(done.beside)}"
        else:
            beside = f" by itself, but reads the same as {', '.join(twins)}" if twins else ""
        return f"{place} {done.file}: {done.outcome}{instead}{beside}{'' if done.fresh else ', as before'}"

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
