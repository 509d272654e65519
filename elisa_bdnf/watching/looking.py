"""One look at the folder: the exports that are there, and which of them are complete."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from elisa_bdnf.batch.pairing import Plan, Unit
from elisa_bdnf.batch.whole import BatchRequest, plan_of
from elisa_bdnf.errors import ElisaError, Problem
from elisa_bdnf.model.protocol import Protocol
from elisa_bdnf.waivers import find_beside
from elisa_bdnf.watching.settling import Settling, Signature, can_be_read, signature_or_none

Fingerprint = tuple[tuple[str, Signature | None], ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen. ``ready`` are exports that are complete, with what stands for their files as they are now.

    ``waiting`` are files of exports that are not: still being written, or locked.
    """

    plan: Plan
    ready: dict[str, Fingerprint]
    waiting: tuple[str, ...]


class Away(Exception):
    """The folder cannot be looked at now; the text says why. It may come back."""


class Looking:
    """Looks at the folder of a request, again and again."""

    def __init__(self, request: BatchRequest, protocol: Protocol, settle: float) -> None:
        self.request, self.protocol = request, protocol
        self.settling = Settling(settle)
        self._read: dict[str, tuple[Path, ...]] = {}  # export → files that are no part of its pairing

    def refuse_missing_files(self) -> None:
        """Raise ElisaError for files of the command that are not there: they would be waited for without end."""
        missing = [path for path in self._shared() if not path.is_file()]
        if missing:
            raise ElisaError(problems=[Problem("there is no such file", file=str(path)) for path in missing])

    def look(self, now: float, is_done: Callable[[str, Fingerprint], bool]) -> Look:
        """What is there; of what is done as it is, no file is opened.

        Raises :class:`Away` for a folder that is out of reach, ElisaError for a manifest with mistakes.
        """
        try:
            os.scandir(self.request.folder).close()
            plan = _of_exports(plan_of(self.request, self.protocol))
        except OSError as failed:
            self.settling.look({}, now)  # nothing that was seen before is known to be the same when it is back
            raise Away(failed.strerror or type(failed).__name__) from None
        shared = list(self._shared())
        files = {unit.file: self._files_of(unit, shared) for unit in plan.units}
        signatures = {path: signature_or_none(path) for paths in files.values() for path in paths}
        settled = self.settling.look({path: found for path, found in signatures.items() if found}, now)
        ready, waiting = {}, []
        for unit in plan.units:
            own = files[unit.file]
            print_ = (_said_of(unit), *((str(path), signatures[path]) for path in own))
            gone = {path for path in self.read(unit) if signatures[path] is None}  # which will be told
            complete = all(path in settled for path in own if path not in gone)
            if unit.problems or (complete and (is_done(unit.file, print_) or can_be_read({*own} - gone))):
                ready[unit.file] = print_
            else:
                waiting.append(unit.file)
        return Look(plan, ready, tuple(waiting))

    def add_read(self, unit: Unit, paths: Iterable[Path]) -> None:
        """From now on an export also depends on ``paths``, such as what its layout includes."""
        self._read[unit.file] = tuple(dict.fromkeys([*self.read(unit), *paths]))

    def read(self, unit: Unit) -> tuple[Path, ...]:
        """What was added so far."""
        return self._read.get(unit.file, ())

    def _files_of(self, unit: Unit, shared: Iterable[Path]) -> tuple[Path, ...]:
        return tuple(dict.fromkeys([*_files_of(unit), *shared, *self.read(unit)]))

    def _shared(self) -> Iterator[Path]:
        """Files that every export depends on, and that a person may edit meanwhile."""
        run = self.request.run
        yield from (path for path in (run.layout, run.samples, run.waivers, self.request.manifest) if path)
        own = Path(run.protocol)
        if own.suffix == ".toml" and own.is_file():
            yield own


def _files_of(unit: Unit) -> Iterator[Path]:
    yield unit.path
    yield from (path for path in (unit.layout, unit.samples, find_beside(unit.path)) if path)
    yield from unit.bound
    if unit.protocol and unit.protocol.endswith(".toml"):
        yield Path(unit.protocol)


def _said_of(unit: Unit) -> tuple[str, None]:
    """What else decides where its results are and what they are."""
    return f"{unit.folder} {unit.protocol}", None


def _of_exports(plan: Plan) -> Plan:
    """Without folders that cannot be listed just now: a share is often away in part, and they are no exports."""
    return replace(plan, units=tuple(unit for unit in plan.units if not unit.path.is_dir()))


def describe(error: ElisaError) -> str:
    """For comparing what was said before with what would be said now."""
    return "\n".join(str(problem) for problem in error.problems)
