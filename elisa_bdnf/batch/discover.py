"""The files of a folder and all folders below it: exports, what belongs to exports, and what is passed over and why.

Every entry of the tree is in exactly one of the three lists, sorted by path, so that their lengths add up to what was
found. Links are not followed, unless the manifest names them. What earlier runs wrote is recognized by the files that
they leave.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from elisa_bdnf.errors import Problem
from elisa_bdnf.model.batch import IgnoredRow
from elisa_bdnf.reports.inert import show

STATE = ".elisa-bdnf"
WAIVERS = ".waivers.toml"
LAYOUT_ENDINGS = (".toml", ".csv", ".xlsx")
SHEET_ENDINGS = (".csv", ".txt", ".tsv", ".xlsx")
_TEMPORARY_ENDINGS = (".tmp", ".temp", ".part", ".partial", ".crdownload", ".download", ".swp", ".lock", ".lck")
_SYSTEM_FILES = frozenset(["thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"])
# Kinds of file that no reader's software writes as its export; anything else is tried.
_DOCUMENTS = {
    ".pdf": "a PDF document", ".docx": "a Word document", ".doc": "a Word document", ".md": "notes",
    ".pptx": "slides", ".ppt": "slides", ".png": "a picture", ".jpg": "a picture", ".jpeg": "a picture",
    ".gif": "a picture", ".tif": "a picture", ".tiff": "a picture", ".bmp": "a picture", ".svg": "a picture",
    ".html": "a web page", ".htm": "a web page", ".py": "a program", ".r": "a program", ".sh": "a program",
    ".toml": "a TOML file, but no layout of an export",
}  # fmt: skip
# A layout of any name that says whose it is, and what is in the wells or where that stands.
_BINDING = re.compile(rb"^\s*(\[\s*plate\s*[.\]]|(meta\s*\.\s*)?paths?\s*=)", re.MULTILINE)
_WELLS = re.compile(
    rb"^\s*(\[[^\]\n]*\b(block|well|row|col|irow|icol)\b|(meta\s*\.\s*)?(include|concat)\s*=)", re.MULTILINE
)
_MOST_BYTES = 2_000_000
_OURS = (b'{\n  "schema": "elisa-bdnf/manifest/', b'{\n  "schema": "elisa-bdnf/batch/')


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file: where it is, and its path below the searched folder with ``/``, printable."""

    path: Path
    file: str


@dataclass(slots=True)
class Tree:
    """What was found. ``unreadable`` are folders whose files cannot be listed: exports may be in there.

    ``named`` are files of which a person said that they are exports (True) or none (False).
    """

    named: dict[Path, bool]

    exports: list[Found] = field(default_factory=list)
    layouts: list[Found] = field(default_factory=list)
    sheets: list[Found] = field(default_factory=list)
    ignored: list[IgnoredRow] = field(default_factory=list)
    unreadable: list[tuple[Found, Problem]] = field(default_factory=list)


def discover(folder: Path, out: Path, *, named: Sequence[Path] = (), exports: Collection[Path] = ()) -> Tree:
    """Everything below ``folder`` but ``out``.

    ``named`` are files given by option or manifest, which are no exports; ``exports`` (resolved) are some, whatever
    they are called.
    """
    tree = Tree(named={path.resolve(): False for path in named} | dict.fromkeys(exports, True))
    _walk(folder, folder, out.resolve(), tree)
    return tree


def _walk(here: Path, top: Path, out: Path, tree: Tree) -> None:
    try:
        with os.scandir(here) as listing:
            entries = sorted(listing, key=lambda entry: os.fsencode(entry.name))
    except OSError as failed:
        found = Found(here, shown_path(here, top))
        said = f"the folder cannot be read ({failed.strerror})"
        tree.unreadable.append((found, Problem(said, hint="check its permissions", file=found.file)))
        return
    files = []
    for entry in entries:
        path = Path(entry.path)
        found = Found(path, shown_path(path, top))
        if entry.is_symlink() and _is_meant(path, top, tree):
            files.append(found)
        elif reason := _reason_to_ignore(entry):
            tree.ignored.append(IgnoredRow(found.file, reason, odd=entry.is_symlink()))
        elif not entry.is_dir(follow_symlinks=False):
            files.append(found)
        elif path.resolve() == out:
            continue
        elif _is_result_folder(path):
            tree.ignored.append(IgnoredRow(found.file, "a folder of results of an earlier run"))
        else:
            _walk(path, top, out, tree)
    _sort_out(files, tree)


def _is_meant(link: Path, top: Path, tree: Tree) -> bool:
    """Whether the manifest names a link as an export; what lies in the folder itself is found where it lies."""
    target = link.resolve()
    return bool(tree.named.get(target)) and target.is_file() and not target.is_relative_to(top.resolve())


def shown_path(path: Path, top: Path) -> str:
    """The path below ``top`` with ``/``, every byte of it printable."""
    relative = path.relative_to(top).as_posix()
    return show(os.fsencode(relative).decode("utf-8", "backslashreplace"))


def _reason_to_ignore(entry: os.DirEntry[str]) -> str:
    name = entry.name.casefold()
    if entry.is_symlink():
        return "a link: links are not followed unless the manifest names them"
    if name.startswith(("~$", ".~lock", "._")) or name.endswith("~"):
        return "a lock or temporary file of another program"
    if entry.is_dir(follow_symlinks=False):
        return "a hidden folder: not entered" if name.startswith(".") else ""
    if name.startswith(".") or name in _SYSTEM_FILES:
        return "a hidden or system file"
    if name.endswith(_TEMPORARY_ENDINGS):
        return "a lock or temporary file, or one that is still being written"
    return _is_only_in_the_cloud(entry)


def _is_only_in_the_cloud(entry: os.DirEntry[str]) -> str:
    """Reading a placeholder of OneDrive would download it, or hang; Windows marks them by an attribute."""
    try:
        attributes = getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0)
    except OSError:
        return ""  # it has just gone, as temporary files do; reading it will tell
    recalled = 0x400000  # FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS
    offline = getattr(stat, "FILE_ATTRIBUTE_OFFLINE", 0x1000)
    return "kept in the cloud only: make it available offline" if attributes & (recalled | offline) else ""


def _is_result_folder(folder: Path) -> bool:
    if os.path.isdir(folder / STATE):  # noqa: PTH112 - Path.is_dir raises where the folder may not be entered
        return True
    return any(_begins_as_ours(folder / name) for name in ("manifest.json", "batch.json"))


def _begins_as_ours(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(64).startswith(_OURS)
    except OSError:
        return False


def _sort_out(files: Sequence[Found], tree: Tree) -> None:
    """The files of one folder. ``plate_layout.csv`` is a layout only where there is a ``plate`` beside it."""
    stems = {each.path.stem.casefold() for each in files}
    for each in files:
        name = each.path.name.casefold()
        export = tree.named.get(each.path.resolve()) if tree.named else None
        if export is False:
            tree.ignored.append(IgnoredRow(each.file, "given by an option, or the manifest"))
        elif export:
            tree.exports.append(each)
        elif _is_called(name, "layout", LAYOUT_ENDINGS, stems):
            tree.layouts.append(each)
        elif _is_called(name, "samples", SHEET_ENDINGS, stems):
            tree.sheets.append(each)
        elif name.endswith(".toml") and not name.endswith(WAIVERS) and _names_plates(each.path):
            tree.layouts.append(each)
        elif name.endswith(WAIVERS):
            known = name.removesuffix(WAIVERS) in stems
            said = "waivers and exclusions" + (
                " of the export of this name" if known else ", but no export of this name"
            )
            tree.ignored.append(IgnoredRow(each.file, said))
        elif each.path.suffix.casefold() in _DOCUMENTS:
            tree.ignored.append(IgnoredRow(each.file, _DOCUMENTS[each.path.suffix.casefold()]))
        else:
            tree.exports.append(each)


def _is_called(name: str, word: str, endings: Sequence[str], stems: set[str]) -> bool:
    stem, dot, ending = name.rpartition(".")
    if not dot or f".{ending}" not in endings:
        return False
    if stem == word or stem.endswith(f".{word}"):
        return True
    return any(stem.endswith(f"{joint}{word}") and stem[: -len(word) - 1] in stems for joint in "_-")


def _names_plates(toml: Path) -> bool:
    """Whether a TOML file of whatever name is a layout that says whose it is."""
    try:
        with toml.open("rb") as stream:
            text = stream.read(_MOST_BYTES)
    except OSError:
        return False
    return bool(_BINDING.search(text) and _WELLS.search(text))


def owner_of(companion: Found, word: str) -> str:
    """The stem of the export that a companion is named after, folded; empty for one that is for its whole folder."""
    return companion.path.stem.casefold().removesuffix(word).rstrip("._-")


def all_found(tree: Tree) -> list[str]:
    """The path of everything in the tree, once."""
    files = [each.file for each in (*tree.exports, *tree.layouts, *tree.sheets)]
    return [*files, *(row.file for row in tree.ignored), *(each.file for each, _ in tree.unreadable)]
