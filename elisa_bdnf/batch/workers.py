"""Several processes that do exports, each with a pipe of its own, so that it is known what a process that died did.

Processes are started afresh (``spawn``), as on Windows, wherever we run. A worker ends when the pipe to its parent
does: a killed run leaves none behind.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from elisa_bdnf.batch.entry import Entry
from elisa_bdnf.batch.pairing import Unit
from elisa_bdnf.batch.store import Done, entry_of, record
from elisa_bdnf.batch.work import Settings, Worker
from elisa_bdnf.errors import OutputError, Problem
from elisa_bdnf.model.batch import ExportRow, Outcome

# A library of linear algebra must not start threads of its own in every worker, nor sum in another order for it.
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
_OBJECTS = 100_000  # made and not freed before cycles are looked for: some plates' worth


def done_by(jobs: int, units: Iterable[Unit], settings: Settings) -> Iterator[Done]:
    """Do all units, by this process or by ``jobs`` others; in the order in which they are done.

    Raises OutputError where results cannot be written. A worker that dies takes the export that it was doing with it,
    which is then refused, and another worker goes on.
    """
    if jobs == 1:
        with _collected_rarely():
            worker = Worker(settings)
            yield from (done_here(worker, unit) for unit in units)
        return
    pool = _Pool(settings)
    try:
        yield from pool.done(jobs, iter(units))
    finally:
        pool.end()


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """A process that is started in this block never sees Ctrl-C, which reaches the whole group; its parent decides."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # Starting its tracker, which it does with the first process, multiprocessing would let interrupts through again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _single_threaded() -> Iterator[None]:
    """The environment in which the processes that are started in this block load numerical libraries."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)


@contextmanager
def _collected_rarely() -> Iterator[None]:
    """Plates leave hardly any cycles: looking for them after every few hundred objects is a twentieth of the time."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def done_here(worker: Worker, unit: Unit) -> Done:
    """As :meth:`Worker.do`; a bug of ours stops no other export either, and is not taken for the export's fault."""
    try:
        return worker.do(unit)
    except OutputError:
        raise
    except Exception as bug:  # noqa: BLE001 - the boundary of an export: the others are still to be done
        told = f"a bug of elisa-bdnf ({type(bug).__name__}: {bug})"
        problem = Problem(told, hint="please send the export with the details", file=unit.file)
        return _lost(unit, problem, worker.settings, "".join(traceback.format_exception(bug)))


def _lost(unit: Unit, problem: Problem, settings: Settings, bug: str = "") -> Done:
    """Refuse an export that could not be done for a reason that is not in it; it is tried again next time."""
    row = ExportRow(unit.file, unit.folder, Outcome.REFUSED, (), (problem,))
    return record(settings.out, Entry("", row), entry_of(settings.out, unit.folder), bug)


@dataclass(slots=True)
class _Hand:
    """A worker process, the pipe to it, and the export that it is doing."""

    process: BaseProcess
    pipe: Connection
    unit: Unit | None = None


class _Pool:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.hands: list[_Hand] = []

    def done(self, jobs: int, units: Iterator[Unit]) -> Iterator[Done]:
        """Keep ``jobs`` workers busy until nothing is left."""
        for unit in units:
            self._give(self._hired(), unit)
            if len(self.hands) == jobs:
                break
        while busy := [hand for hand in self.hands if hand.unit is not None]:
            for pipe in wait([hand.pipe for hand in busy]):
                hand = next(hand for hand in busy if hand.pipe is pipe)
                yield self._answer(hand)
                if (unit := next(units, None)) is not None:  # type: ignore[assignment]
                    self._give(hand if hand in self.hands else self._hired(), unit)

    def _hired(self) -> _Hand:
        context = multiprocessing.get_context("spawn")
        mine, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, self.settings), daemon=True)
        with _single_threaded(), _interrupts_held_back():
            process.start()
        theirs.close()
        self.hands.append(_Hand(process, mine))
        return self.hands[-1]

    def _give(self, hand: _Hand, unit: Unit) -> None:
        hand.unit = unit
        with suppress(OSError):  # it died since its last answer: reading from its pipe will tell
            hand.pipe.send(unit)

    def _answer(self, hand: _Hand) -> Done:
        unit, hand.unit = hand.unit, None
        assert unit is not None  # noqa: S101 - only busy workers are listened to
        try:
            answer = hand.pipe.recv()
        except (EOFError, OSError):
            return self._died(hand, unit)
        if isinstance(answer, OutputError):
            raise answer
        assert isinstance(answer, Done)  # noqa: S101 - nothing else is sent
        return answer

    def _died(self, hand: _Hand, unit: Unit) -> Done:
        self.hands.remove(hand)
        hand.process.join()
        code = hand.process.exitcode or 0
        how = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        problem = Problem(
            f"the process that analyzed it died ({how})",
            hint="run again; if it dies again, there is too little memory or the file breaks a library",
            file=unit.file,
        )
        return _lost(unit, problem, self.settings)

    def end(self) -> None:
        """Let every worker finish what it is writing, and go."""
        for hand in self.hands:
            hand.pipe.close()
        for hand in self.hands:
            hand.process.join(timeout=5)
            if hand.process.is_alive():
                hand.process.kill()


def _serve(pipe: Connection, settings: Settings) -> None:
    """The life of a worker: exports come in, answers go out, until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # for systems on which it could not be held back at the start
    gc.set_threshold(_OBJECTS, *gc.get_threshold()[1:])
    worker = Worker(settings)
    while True:
        try:
            unit = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer: Done | OutputError = done_here(worker, unit)
        except OutputError as error:
            answer = error
        try:
            pipe.send(answer)
        except OSError:
            return
