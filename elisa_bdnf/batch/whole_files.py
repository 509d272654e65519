"""The files of a batch folder itself, and what a person has made of those of an earlier run.

Their hashes are noted when all are in place, and the note is taken away before any is written over: killed between, a
run leaves none, and the next takes nothing for edited.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from elisa_bdnf import output
from elisa_bdnf.batch.discover import STATE

if TYPE_CHECKING:
    from hashlib import _Hash

NOTE = "written.json"

OnKept = Callable[[str], None]  # told the path of a copy of something that a person had edited


def nobody(_: str) -> None:
    """Is told, and does nothing."""


def write_whole(out: Path, files: Mapping[str, output.Content], on_kept: OnKept = nobody) -> None:
    """Write them, and keep a copy of each that was edited since an earlier run wrote it. Raises OutputError."""
    for copy in output.keep_edited(out, files, _written(out)):
        on_kept(str(out / copy))
    output.remove(out / STATE / NOTE, keep=out)
    digests = {name: hashlib.sha256() for name in files}
    output.write_folder(out, {name: _hashed(content, digests[name]) for name, content in files.items()})
    note = json.dumps({name: digest.hexdigest() for name, digest in digests.items()}, indent=1)
    output.write_folder(out / STATE, {NOTE: note.encode()}, at_once=False)


def _written(out: Path) -> dict[str, tuple[str, ...]]:
    with suppress(OSError, ValueError, AttributeError):
        said = json.loads((out / STATE / NOTE).read_bytes())
        return {name: (str(digest),) for name, digest in said.items()}
    return {}


def _hashed(content: output.Content, digest: _Hash) -> output.Content:
    if isinstance(content, bytes):
        digest.update(content)
        return content
    return _passed_on(content, digest)


def _passed_on(pieces: Iterable[bytes], digest: _Hash) -> Iterator[bytes]:
    for piece in pieces:
        digest.update(piece)
        yield piece
