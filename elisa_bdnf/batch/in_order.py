"""Exports one after the other, in the order in which their plates were read: what a history asks for.

Each plate is told of the accepted plates before it, recorded ones and those of this batch alike, as if every export had
been run by itself on its day. So the results depend neither on the order of files nor on how often a batch is run; and
one process does it, however many were asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from elisa_bdnf import workflow
from elisa_bdnf.batch.pairing import Unit
from elisa_bdnf.batch.store import Done, entry_of
from elisa_bdnf.batch.told import Told
from elisa_bdnf.batch.work import OnResult, Settings, Worker, nobody
from elisa_bdnf.batch.workers import done_here
from elisa_bdnf.history.past import Past
from elisa_bdnf.model.protocol import Protocol


def done_in_order(
    units: Sequence[Unit], settings: Settings, protocol: Protocol, past: Past, on_result: OnResult = nobody
) -> Iterator[Done]:
    """Do all units; ``past`` is what was recorded before. Raises OutputError where results cannot be written."""
    worker = Worker(settings, Told(past), on_result)
    by_path = {unit.path: unit for unit in units}
    for path in workflow.in_order_of_reading(by_path, settings.request, protocol):
        yield done_here(worker, by_path[path])
        entry = entry_of(settings.out, by_path[path].folder)
        worker.told.follow(entry.row.plates if entry else ())
