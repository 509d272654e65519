"""Look, do what is ready, tell, wait; until somebody ends it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from elisa_bdnf import __version__, workflow
from elisa_bdnf.batch.assemble import refuse_foreign_folder
from elisa_bdnf.batch.beside import copies_among, judged_beside
from elisa_bdnf.batch.entry import path_from_file
from elisa_bdnf.batch.in_order import done_in_order
from elisa_bdnf.batch.lock import locked
from elisa_bdnf.batch.pairing import Unit
from elisa_bdnf.batch.shards import begin_shard
from elisa_bdnf.batch.store import Done, announced
from elisa_bdnf.batch.whole import BatchRequest, plan_of
from elisa_bdnf.batch.work import Settings, Worker
from elisa_bdnf.batch.workers import done_here
from elisa_bdnf.errors import ElisaError
from elisa_bdnf.model.batch import BatchResult, Outcome
from elisa_bdnf.model.protocol import Protocol as Method
from elisa_bdnf.output import sha256_or_none
from elisa_bdnf.watching.known_entries import KnownEntries
from elisa_bdnf.watching.looking import Away, Fingerprint, Look, Looking, describe
from elisa_bdnf.watching.settling import Signature, can_be_read, signature_or_none
from elisa_bdnf.watching.tables import assemble_so_far

if TYPE_CHECKING:
    from elisa_bdnf.history.past import Past
    from elisa_bdnf.model.result import PlateResult

EVERY_S, SETTLE_S = 2.0, 3.0
_TIMES = 9  # as long as the tables took, nothing but plates is done


class Teller(Protocol):
    """Who is told what happens."""

    def on_begin(self) -> None: ...
    def on_result(self, result: PlateResult, folder: Path) -> None: ...
    def on_done(self, done: Done) -> None: ...
    def on_kept(self, copy: str) -> None: ...
    def on_waiting(self, file: str) -> None: ...
    def on_gone(self, file: str) -> None: ...
    def on_away(self, reason: str) -> None: ...
    def on_back(self) -> None: ...
    def on_trouble(self, error: ElisaError) -> None: ...


class Watch:
    """A folder that is watched. ``clock`` and ``sleep`` are for tests."""

    def __init__(
        self,
        request: BatchRequest,
        protocol: Method,
        teller: Teller,
        *,
        every: float = EVERY_S,
        settle: float = SETTLE_S,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.request, self.protocol, self.teller = request, protocol, teller
        self.every, self.clock, self.sleep = every, clock, sleep
        self.looking = Looking(request, protocol, settle)
        self.history = request.history or protocol.history.file
        self.result: BatchResult | None = None
        self.known = KnownEntries(request.out)
        self._done: dict[str, dict[str, Signature | None]] = {}  # export → its files as they were when it was done
        self._sources: object = None  # of the protocol
        self._said: dict[str, str] = {}  # what was last said of a file or of the folder, so as to say it once
        self._waiting: dict[str, float] = {}  # since when
        self._stale = False  # whether the tables are older than the results
        self._not_before = 0.0  # when the tables may be written next

    def run(self, *, once: bool = False) -> BatchResult | None:
        """Watch until interrupted, or with ``once`` until all that is there is done. Returns what was done.

        Raises OutputError where results cannot be written, UsageError where there is no folder to begin with; and
        KeyboardInterrupt, after the tables were brought up to what was done.
        """
        self.looking.refuse_missing_files()
        plan = plan_of(self.request, self.protocol)
        refuse_foreign_folder(self.request.out, plan)
        workflow.past_or_none(self.history)  # a damaged history is said at once, not with the first plate
        with locked(self.request.out):
            begin_shard(self.request.out, None)
            self.teller.on_begin()
            unfinished = {folder for folder, _ in announced(self.request.out)}
            try:
                for look in self._looks(once=once):
                    plan = look.plan
                    self._round(look)
                    self._tables(look, unfinished)
            except KeyboardInterrupt:
                self._tables(Look(plan, {}, ()), unfinished, last=True)
                raise
            self._tables(Look(plan, {}, ()), unfinished, last=True)
        return self.result

    def _looks(self, *, once: bool) -> Iterator[Look]:
        """What is seen, for ever, or until nothing is waited for; a folder out of reach is waited for."""
        while True:
            look = self._look_or_none()
            if look is not None:
                yield look
                if once and not look.waiting:
                    return
            self.sleep(self.every)

    def _look_or_none(self) -> Look | None:
        try:
            look = self.looking.look(self.clock(), self._is_done)
        except Away as away:
            self._say("", f"away: {away}", partial(self.teller.on_away, str(away)))
            return None
        except ElisaError as trouble:
            self._say("", describe(trouble), partial(self.teller.on_trouble, trouble))
            return None
        if self._said.pop("", "").startswith("away: "):
            self.teller.on_back()
        self._say_what_is_late(look.waiting)
        return look

    def _say_what_is_late(self, waiting: Sequence[str]) -> None:
        """Every file is waited for a while; a person wants to know of those that take long."""
        now = self.clock()
        self._waiting = {file: self._waiting.get(file, now) for file in waiting}
        for file, since in self._waiting.items():
            if now - since > 2 * self.looking.settling.seconds + self.every:
                self._say(file, "waiting", partial(self.teller.on_waiting, file))

    def _say(self, about: str, what: str, tell: Callable[[], None]) -> None:
        """Tell it unless it was the last that was told of this."""
        if self._said.get(about) != what:
            self._said[about] = what
            tell()

    def _is_done(self, file: str, now: Fingerprint) -> bool:
        """Whether an export was done with these very files."""
        return self._done.get(file) == dict(now)

    def _round(self, look: Look) -> None:
        """Do what is ready and new: an export that came in, or one of whose files is another.

        With a history all that is ready, since an earlier plate is told to those after it; and so when the protocol is
        another, of which others are made. What has not changed is then taken over.
        """
        present = {unit.file for unit in look.plan.units}
        for file in [file for file in self._done if file not in present]:
            del self._done[file]
            self._stale = True
            self.teller.on_gone(file)
        units = [unit for unit in look.plan.units if unit.file in look.ready]
        new = [unit for unit in units if not self._is_done(unit.file, look.ready[unit.file])]
        if not new:
            return
        wanted = units if self.history is not None or self._is_another_protocol() else self._lacking(units, new)
        for unit, done in self._dones(wanted, units, look.plan.between_plates):
            self._stale = True
            if done.outcome is Outcome.REFUSED and not unit.problems and not can_be_read([unit.path]):
                self._done.pop(unit.file, None)  # it went away while it was read: again when it is back
                continue
            self._done[unit.file] = dict(look.ready[unit.file]) | self._also_read(unit, look.ready[unit.file])
            said = f"{done.outcome} {[str(problem) for problem in done.problems]}"
            if done.fresh:
                self._said.pop(unit.file, None) if done.outcome is not Outcome.REFUSED else None
            self._say(unit.file, said, partial(self.teller.on_done, done))

    def _lacking(self, units: Sequence[Unit], new: Sequence[Unit]) -> list[Unit]:
        """What is new, and what somebody has removed results of, which the tables are made of."""
        fresh = {unit.file for unit in new}
        return [unit for unit in units if unit.file in fresh or not self._has_results(unit)]

    def _has_results(self, unit: Unit) -> bool:
        entry = self.known.of(unit.folder)
        return entry is not None and all((self.request.out / file).exists() for file in entry.outputs)

    def _is_another_protocol(self) -> bool:
        """Whether it, or a file that it extends, is another than in the last round."""
        before = self._sources
        try:
            self._sources = workflow.protocol_from_request(self.request.run).sources
        except ElisaError as wrong:
            self._sources = describe(wrong)
        return self._sources != before

    def _also_read(self, unit: Unit, seen: Fingerprint) -> dict[str, Signature | None]:
        """Files that were read for an export beside those of its pairing, as they were when they were read."""
        entry, paired = self.known.of(unit.folder), {file for file, _ in seen} - {*map(str, self.looking.read(unit))}
        top, read = self.request.folder, entry.inputs if entry else {}
        inputs = {path_from_file(file, top): digest for file, digest in read.items()}
        also = [path for path in inputs if str(path) not in paired]
        # What was read earlier and is gone may come back.
        self.looking.add_read(unit, also)
        found = {path: signature_or_none(path) for path in self.looking.read(unit)}
        unknown = {path for path in also if sha256_or_none(path) != inputs[path]}
        return {str(path): signature for path, signature in found.items() if path not in unknown}

    def _dones(
        self, wanted: list[Unit], units: list[Unit], between_plates: Mapping[str, Any]
    ) -> Iterator[tuple[Unit, Done]]:
        """What is wanted, and then once more those of all units that read the same."""
        request = self.request
        settings = Settings(request.folder, request.out, request.run, request.formats, __version__, request.force)
        past = workflow.past_or_none(self.history)
        by_file = {unit.file: unit for unit in units}
        for done in self._by_worker(settings, past, wanted):
            yield by_file[done.file], done
        entries = {unit.file: entry for unit in units if (entry := self.known.of(unit.folder))}
        same = copies_among(entries.values(), between_plates)
        do = partial(self._by_worker, replace(settings, force=False), past)
        there = [unit for unit in units if unit.file in entries]
        for done in judged_beside(there, entries.values(), same, do, all_units=past is not None):
            yield by_file[done.file], done

    def _by_worker(self, settings: Settings, past: Past | None, units: Iterable[Unit]) -> Iterator[Done]:
        if past is not None:
            return done_in_order(list(units), settings, self.protocol, past, self.teller.on_result)
        worker = Worker(settings, on_result=self.teller.on_result)
        return (done_here(worker, unit) for unit in units)

    def _tables(self, look: Look, unfinished: set[str], *, last: bool = False) -> None:
        """Merge what is done, where that is more than before.

        Of a large folder that takes longer than a plate: it is done in a tenth of the time, and when the watch ends.
        """
        if not self._stale or (self.clock() < self._not_before and not last):
            return
        begun = self.clock()
        self.result = assemble_so_far(self.known, look.plan, look.waiting, unfinished, self.teller.on_kept)
        unfinished.clear()
        self._stale = False
        workflow.remember(self.history, ((plate.charted, plate.accepted) for plate in self.result.plates()))
        self._not_before = self.clock() + _TIMES * (self.clock() - begun)
