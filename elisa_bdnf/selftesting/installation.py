"""IQ: is what is installed what was packed, and may the program rest on what is around it?"""

from __future__ import annotations

import base64
import hashlib
import platform
import pyexpat
import re
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from elisa_bdnf import __version__, protocols, qc
from elisa_bdnf.errors import ElisaError
from elisa_bdnf.reports.digits import count
from elisa_bdnf.selftesting.item import Item, Part, judged, remark

PROGRAM = "elisa-bdnf"
OLDEST_PYTHON = (3, 11)
Version = tuple[int, ...]


def installation_items() -> Iterator[Item]:
    """Every item of the IQ."""
    yield _python()
    yield from _program()
    for requirement in metadata.requires(PROGRAM) or ():
        if "extra ==" not in requirement:
            yield _dependency(requirement)
    yield _arithmetic()
    yield _room()
    yield _shipped_protocols()
    yield from _known_bad()


def surroundings() -> dict[str, str]:
    """What the tests ran on, for people; nothing that names a person or a folder."""
    return {
        "Program": f"{PROGRAM} {__version__}",
        "Python": platform.python_version(),
        "System": f"{platform.system()} {platform.release()} ({platform.machine()})",
        "SQLite": sqlite3.sqlite_version,
        "Expat": pyexpat.EXPAT_VERSION.removeprefix("expat_"),
    }


def _iq(name: str, found: str, *, passed: bool) -> Item:
    return judged(Part.IQ, name, found, passed=passed)


def _python() -> Item:
    wanted = ".".join(map(str, OLDEST_PYTHON))
    return _iq(f"Python {wanted} or later", platform.python_version(), passed=sys.version_info >= OLDEST_PYTHON)


def _program() -> Iterator[Item]:
    known = metadata.version(PROGRAM)
    yield _iq("version of the program", f"{__version__}, installed as {known}", passed=known == __version__)
    packed, wrong = _files_of(PROGRAM)
    if "elisa_bdnf/__init__.py" not in packed:
        yield remark(Part.IQ, "files of the program", "run from a checkout: there is no record to compare them with")
    else:
        yield _files("files of the program", packed, wrong)


def _files(name: str, packed: list[str], wrong: list[str]) -> Item:
    said = f"{count(len(packed), 'file')} with the SHA-256 of the package"
    if wrong:
        said = f"{len(wrong)} of {count(len(packed), 'file')} changed or missing: {', '.join(wrong[:3])}"
    return _iq(name, said, passed=not wrong)


def _files_of(distribution: str) -> tuple[list[str], list[str]]:
    """Files that the record of an installed package has hashes for, and those that do not have them."""
    packed, wrong = [], []
    for file in metadata.files(distribution) or ():
        if file.hash is None or file.hash.mode != "sha256":
            continue
        packed.append(file.as_posix())
        if _digest_or_none(Path(str(file.locate()))) != file.hash.value:
            wrong.append(file.as_posix())
    return packed, wrong


def _digest_or_none(path: Path) -> str | None:
    """As records hold it: base64 for URLs, without its filling."""
    try:
        digest = hashlib.sha256(path.read_bytes()).digest()
    except OSError:
        return None
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


# --- dependencies ---------------------------------------------------------------------------------------------------


def _dependency(requirement: str) -> Item:
    """A library: there, of a version that the program was made for, and with the files of its package."""
    name = re.match(r"[\w.-]+", requirement)
    assert name is not None, requirement  # noqa: S101 - metadata of our own
    title = f"library {requirement}"
    try:
        version = metadata.version(name[0])
    except metadata.PackageNotFoundError:
        return _iq(title, "is not installed", passed=False)
    if not fits(version, requirement):
        return _iq(title, f"{version} is installed, which the program was not made for", passed=False)
    packed, wrong = _files_of(name[0])
    files = _files(title, packed, wrong)
    return Item(files.part, files.name, files.outcome, f"{version}; {files.found}")


def fits(version: str, requirement: str) -> bool:
    """Whether a version is within ``>=1.2,<2``; only the marks that our own requirements use."""
    found = version_from_text(version)
    tests = {
        ">=": lambda bound: found >= bound,
        "<=": lambda bound: found <= bound,
        "==": lambda bound: found == bound,
        "!=": lambda bound: found != bound,
        ">": lambda bound: found > bound,
        "<": lambda bound: found < bound,
    }
    marks = re.findall(r"(>=|<=|==|!=|>|<)\s*([\w.]+)", requirement.partition(";")[0])
    return all(tests[mark](version_from_text(bound)) for mark, bound in marks)


def version_from_text(text: str) -> Version:
    """``1.26.4rc1`` → (1, 26, 4); zeros at the end say nothing."""
    numbers = [int(part) for part in re.findall(r"\d+", re.split(r"[a-zA-Z+]", text)[0])]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


# --- the computer ---------------------------------------------------------------------------------------------------


def _arithmetic() -> Item:
    """Double precision, rounded to nearest: what every figure of the documentation was found with."""
    info = sys.float_info
    good = (info.mant_dig, info.max_exp, info.radix) == (53, 1024, 2) and 1 + info.epsilon / 2 == 1
    return _iq("double precision", f"{info.mant_dig} bits", passed=good)


def _room() -> Item:
    """Files and histories can be written: in a folder for temporary files, which is gone afterwards."""
    name = "files and databases can be written"
    try:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "a.part").write_bytes(b"x")
            (Path(folder) / "a.part").replace(Path(folder) / "a")
            database = sqlite3.connect(Path(folder) / "a.sqlite")
            database.execute("CREATE TABLE t (x REAL)")
            database.close()
    except (OSError, sqlite3.Error) as failed:
        return _iq(name, f"not in the folder for temporary files: {failed}", passed=False)
    return _iq(name, "in the folder for temporary files", passed=True)


def _shipped_protocols() -> Item:
    wrong, entries = [], protocols.list_protocols()
    for entry in entries:
        try:
            protocols.load_protocol(entry.id, qc.schemas())
        except ElisaError:
            wrong.append(entry.id)
    said = f"{count(len(entries), 'protocol')} without a mistake" if not wrong else f"wrong: {', '.join(wrong)}"
    return _iq("shipped protocols, kits and presets", said, passed=bool(entries) and not wrong)


def _known_bad() -> Iterator[Item]:
    """Versions with faults that concern what the program reads. It guards itself, so they are remarks."""
    found = []
    if _in(sys.version_info[:3], ((3, 11), (3, 11, 8)), ((3, 12), (3, 12, 2))):
        found.append("zipfile of this Python takes overlapping entries (CVE-2024-0450); the program refuses them")
    if version_from_text(pyexpat.EXPAT_VERSION.removeprefix("expat_")) < (2, 4, 1):
        found.append("this Expat expands entities without limit (CVE-2013-0340); the program refuses files with any")
    yield from (remark(Part.IQ, "known faults of libraries", each) for each in found)


def _in(version: Version, *ranges: tuple[Version, Version]) -> bool:
    return any(first <= version < mended for first, mended in ranges)
