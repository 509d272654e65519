"""The plates of an export once more, as a manifest says: the same inputs, protocol, options and earlier plates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from elisa_bdnf import readers, workflow
from elisa_bdnf.errors import ElisaError
from elisa_bdnf.kept.documents import Json, at, records, table, text
from elisa_bdnf.kept.folder import MANIFEST, KeptPlate
from elisa_bdnf.model.protocol import Protocol
from elisa_bdnf.reports.folder import FORMATS
from elisa_bdnf.verifying.check import Check, fine, not_done, wrong
from elisa_bdnf.verifying.search import Search, Sought
from elisa_bdnf.verifying.written import outputs_of

if TYPE_CHECKING:
    from elisa_bdnf.history.past import Past
    from elisa_bdnf.model.result import PlateResult

_ROLES = ("export", "layout", "samples", "waivers", "compared")
# What a result was laid out by and decided by is what the manifest says, whatever lies beside the export today.
_AS_TOLD = workflow.Companions(waivers=lambda _: None)


@dataclass(frozen=True, slots=True)
class Found:
    """Where the inputs of a plate are: role → file, and the exports that it was compared with."""

    by_role: Mapping[str, Path]
    compared: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Again:
    """A plate as it comes out now, and its files, with the manifest."""

    result: PlateResult
    files: Mapping[str, bytes]


class CannotBeDone(Exception):
    """Why a plate could not be computed again; ``check`` says it."""

    def __init__(self, check: Check) -> None:
        super().__init__(check.message)
        self.check = check


class Recomputing:
    """Computes plates again, an export with several of them once."""

    def __init__(self, search: Search, history: Path | None) -> None:
        self.search, self.history = search, history
        self._last: tuple[object, workflow.Run] | None = None
        self._protocols: dict[object, Protocol] = {}
        self._pasts: dict[Path, Past | None] = {}

    def inputs(self, plate: KeptPlate) -> tuple[Found, list[Check]]:
        """Where the files are; and what came of looking for each."""
        found: dict[str, Path] = {}
        compared: list[Path] = []
        checks: list[Check] = []
        for record in records(plate.manifest or {}, "inputs"):
            role, file = text(record, "role"), text(record, "file")
            if role not in _ROLES:
                continue  # included files are looked at where the layout lies, by its reader
            # A copied export is told apart from the one it is a copy of by its place alone.
            alike = [path for path in (found.get("export"), *compared) if path] if role == "compared" else []
            sought = self.search.of_file(file, text(record, "sha256"), frozenset(path.resolve() for path in alike))
            checks.append(self._told(role, sought))
            if sought.found is not None and role == "compared":
                compared.append(sought.found)
            elif sought.found is not None:
                found[role] = sought.found
        return Found(found, tuple(compared)), checks

    def _told(self, role: str, sought: Sought) -> Check:
        known = {
            "samples": "sample sheet",
            "waivers": "file of waivers",
            "compared": "export that it was compared with",
        }
        role = known.get(role, role)
        if sought.found is not None:
            return fine("inputs", f"the {role} is {sought.found}", sought.file)
        if sought.other is not None:
            said = f"the {role} is not the one that was used: {sought.other} has other bytes"
            return not_done("inputs", f"{said}; name the folder of the right one with --inputs", sought.file)
        where = self.search.places()
        return not_done("inputs", f"the {role} was not found in {where}; name its folder with --inputs", sought.file)

    def plate(self, plate: KeptPlate, inputs: Found) -> Again:
        """The plate as it comes out now. Raises :class:`CannotBeDone`."""
        manifest = plate.manifest or {}
        request = _request(manifest, inputs)
        protocol = self._protocol(manifest, request)
        past = self._past(manifest)
        run = self._run(inputs.by_role["export"], request, protocol, past)
        place = manifest.get("place")
        if not isinstance(place, int) or not 0 <= place < len(run.results):
            raise CannotBeDone(wrong("again", f"the export has {len(run.results)} plates and none at place {place}"))
        formats = [name for name in FORMATS if f"report.{name}" in outputs_of(plate)]
        told = replace(request, protocol=text(manifest, "options", "protocol"))
        result = run.results[place]
        return Again(result, workflow.files_from_result(result, run, told, formats))

    def _run(self, export: Path, request: workflow.RunRequest, protocol: Protocol, past: Past | None) -> workflow.Run:
        key = (export, replace(request, overrides=tuple(request.overrides.items())), protocol.id, protocol.sha256)  # type: ignore[arg-type]
        if self._last is None or self._last[0] != key:
            try:
                readings = readers.read_export(export, format=request.format, encoding=request.encoding)
                self._last = key, workflow.assess(readings, export, request, protocol, _AS_TOLD, past)
            except ElisaError as refused:
                raise CannotBeDone(wrong("again", f"the program refuses it now: {refused.problems[0]}")) from None
        return self._last[1]

    def _protocol(self, manifest: Json, request: workflow.RunRequest) -> Protocol:
        """The protocol, from files with the hashes that the manifest knows."""
        own = text(manifest, "protocol", "origin") != "shipped"
        name = str(self._own_protocol(manifest)) if own else request.protocol
        key = name, tuple(request.overrides.items())
        if key not in self._protocols:
            try:
                self._protocols[key] = workflow.protocol_from_request(replace(request, protocol=name))
            except ElisaError as refused:
                raise CannotBeDone(not_done("protocol", f"it cannot be loaded: {refused.problems[0]}")) from None
        return _as_named(self._protocols[key], manifest)

    def _own_protocol(self, manifest: Json) -> Path:
        file = _bare(text(manifest, "protocol", "origin"))
        sought = self.search.of_file(file, text(manifest, "protocol", "sha256"))
        if sought.found is not None:
            return sought.found
        raise CannotBeDone(replace(self._told("protocol", sought), about="protocol"))

    def _past(self, manifest: Json) -> Past | None:
        """The earlier plates, where the plate was told of any. They may have become others: that is seen later."""
        told = manifest.get("history")
        if not isinstance(told, dict):
            return None
        path = self.history or self._near_history(text(told, "file"))
        if path is None or not path.is_file():
            said = f"it was judged by the history {text(told, 'file')}: name it with --history"
            raise CannotBeDone(not_done("history", said))
        if path not in self._pasts:
            try:
                self._pasts[path] = workflow.past_or_none(path)
            except ElisaError as refused:
                raise CannotBeDone(not_done("history", str(refused.problems[0]))) from None
        return self._pasts[path]

    def _near_history(self, file: str) -> Path | None:
        if not file or Path(file).name != file:
            return None
        places = [folder / file for folder in (*self.search.named, *self.search.near)]
        return next((path for path in places if path.is_file()), None)


def _request(manifest: Json, inputs: Found) -> workflow.RunRequest:
    options = table(manifest, "options")
    if not options:
        said = "its manifest does not say how the program was asked: it was written by an older version"
        raise CannotBeDone(not_done("manifest", said, MANIFEST))
    try:
        day = date.fromisoformat(text(options, "date")) if options.get("date") else None
    except ValueError:
        raise CannotBeDone(wrong("manifest", f"its date is {options.get('date')!r}", MANIFEST)) from None
    return workflow.RunRequest(
        protocol=text(options, "protocol"),
        layout=inputs.by_role.get("layout"),
        samples=inputs.by_role.get("samples"),
        format=text(options, "format") or None,
        overrides={str(key): str(value) for key, value in table(options, "set").items()},
        waivers=inputs.by_role.get("waivers"),
        waivers_shared=options.get("waivers_shared") is True,
        read_on=day,
        encoding=text(options, "encoding") or None,
        compare_with=inputs.compared,
    )


def _bare(name: str) -> str:
    """The name of a file that was typed with its path, on whatever system."""
    return name.replace("\\", "/").rpartition("/")[2]


def _as_named(protocol: Protocol, manifest: Json) -> Protocol:
    """The protocol by the names that its files were typed with. Raises CannotBeDone where they hold other bytes."""
    was = [(text(each, "file"), text(each, "sha256")) for each in records(manifest, "protocol", "sources")]
    then = {_bare(file): sha256 for file, sha256 in was}
    now = {_bare(file): sha256 for file, sha256 in protocol.sources}
    changed = [file for file in dict.fromkeys([*then, *now]) if then.get(file) != now.get(file)]
    if changed:
        said = f"it is not the one that was used: {', '.join(changed)} has other bytes now"
        raise CannotBeDone(not_done("protocol", said))
    return replace(protocol, origin=text(manifest, "protocol", "origin"), sources=tuple(was))


def is_same_program(manifest: Json, now: Mapping[str, str]) -> bool:
    """Whether bytes must be the same: the same version of the program and of all that computes."""
    return dict(table(manifest, "versions")) == dict(now)


def version_of(manifest: Json) -> str:
    """For people."""
    return text(manifest, "versions", "elisa-bdnf") or str(at(manifest, "versions"))
