"""A bench for tests: a folder, a clock that goes when somebody sleeps, and what happens at each tick."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from elisa_bdnf import workflow
from elisa_bdnf.batch.store import Done
from elisa_bdnf.batch.whole import BatchRequest
from elisa_bdnf.errors import ElisaError
from elisa_bdnf.model.result import PlateResult
from elisa_bdnf.watching.watch import Watch
from elisa_bdnf.workflow import RunRequest

Event = Callable[[], object] | None
EVERY, SETTLE = 2.0, 3.0


@dataclass
class Heard:
    """All that was told, in order, as short lines; and how often a plate was shown."""

    lines: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    def on_begin(self) -> None:
        assert not self.lines

    def on_result(self, result: PlateResult, folder: Path) -> None:
        assert (folder / "result.json").is_file()
        self.shown.append(result.analysis.reading.source.file)

    def on_done(self, done: Done) -> None:
        self.lines.append(f"{done.file} {done.outcome}" + ("" if done.fresh else " as before"))

    def on_kept(self, copy: str) -> None:
        self.lines.append(f"kept {Path(copy).name}")

    def on_waiting(self, file: str) -> None:
        self.lines.append(f"{file} waiting")

    def on_gone(self, file: str) -> None:
        self.lines.append(f"{file} gone")

    def on_away(self, reason: str) -> None:
        assert reason
        self.lines.append("away")

    def on_back(self) -> None:
        self.lines.append("back")

    def on_trouble(self, error: ElisaError) -> None:
        self.lines.append(f"trouble {error.problems[0].found}")


def watched(folder: Path, out: Path, events: Sequence[Event], **options: object) -> Heard:
    """Watch while ``events`` happen, one at each sleep, then interrupt; returns what was told."""
    now = options.pop("now", [0.0])
    assert isinstance(now, list)
    heard, left = Heard(), list(events)

    def sleep(seconds: float) -> None:
        now[0] += seconds
        if not left:
            raise KeyboardInterrupt
        event = left.pop(0)
        if event is not None:
            event()

    history = options.pop("history", None)
    assert history is None or isinstance(history, Path)
    run = RunRequest(**options)  # type: ignore[arg-type]
    request = BatchRequest(folder, out, run, (), history=history)  # without pages, which take time
    protocol = workflow.protocol_from_request(run)
    watch = Watch(request, protocol, heard, every=EVERY, settle=SETTLE, clock=lambda: now[0], sleep=sleep)
    try:
        watch.run()
    except KeyboardInterrupt:
        return heard
    raise AssertionError("nobody ended it")
