"""All of a self-test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from pathlib import Path

from elisa_bdnf import __version__
from elisa_bdnf.selftesting.certified import certified_items
from elisa_bdnf.selftesting.installation import installation_items, surroundings
from elisa_bdnf.selftesting.item import Item, SelfTest
from elisa_bdnf.selftesting.own_plates import own_items
from elisa_bdnf.selftesting.plates import plate_items
from elisa_bdnf.selftesting.workings import working_items


def self_test(own: Sequence[Path] = (), on_item: Callable[[Item], None] = lambda _: None) -> SelfTest:
    """Test the installation, its answers and, in folders of the laboratory, its own plates.

    ``on_item`` is told of each item. Raises OutputError where the examples were not installed.
    """
    items = _told(chain(installation_items(), certified_items(), plate_items(), working_items()), on_item)
    own_found, not_run = own_items(own)
    return SelfTest(__version__, (*items, *_told(own_found, on_item)), not_run, surroundings())


def _told(items: Iterable[Item], on_item: Callable[[Item], None]) -> list[Item]:
    found = []
    for item in items:
        on_item(item)
        found.append(item)
    return found
