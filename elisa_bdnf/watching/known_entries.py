"""The entries of a batch folder, parsed once: a watch looks at all of them after each plate."""

from __future__ import annotations

from pathlib import Path

from elisa_bdnf.batch.entry import Entry
from elisa_bdnf.batch.store import entries_folder, entry_of, entry_path

_Stamp = tuple[int, int, int]  # every entry that is written is a file of its own


class KnownEntries:
    """Entries of ``out``; each is read again when its file is another."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self._known: dict[str, tuple[_Stamp, Entry | None]] = {}

    def of(self, folder: str) -> Entry | None:
        """The entry of an export by the name of its folder; None where there is none that can be read."""
        try:
            status = entry_path(self.out, folder).stat()
        except OSError:
            self._known.pop(folder, None)
            return None
        stamp = (status.st_ino, status.st_size, status.st_mtime_ns)
        known = self._known.get(folder)
        if known is None or known[0] != stamp:
            known = self._known[folder] = (stamp, entry_of(self.out, folder))
        return known[1]

    def all(self) -> list[Entry]:
        """All that are there, in the order of the exports."""
        found = [self.of(path.stem) for path in entries_folder(self.out).glob("*.json")]
        there = (entry for entry in found if entry is not None)
        return sorted(there, key=lambda entry: (entry.row.file, entry.row.folder))
