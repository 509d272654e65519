"""What came of running a case, in the words of expected files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from elisa_bdnf import protocols, qc, workflow
from elisa_bdnf.checking.case import Case, comparable
from elisa_bdnf.errors import ElisaError
from elisa_bdnf.model.result import JudgedSample, PlateResult
from elisa_bdnf.reports.shown import shown


@dataclass(frozen=True, slots=True)
class CameResult:
    """One judged sample. ``selectors`` hold what is known of it; a number is there only where one is reportable."""

    selectors: Mapping[str, str]
    concentration: float | None
    text: str
    reason: str

    @property
    def about(self) -> str:
        """The shortest words that name it."""
        own = self.selectors
        plate = f"plate {own['plate']}, " if "plate" in own else ""
        extra = ", ".join(own[name] for name in ("subject", "timepoint") if name in own)
        return f"{plate}sample {own['sample']}" + (f" ({extra})" if extra else "")

    @property
    def spoken(self) -> str:
        return self.text + (f" ({self.reason})" if self.reason else "")


@dataclass(frozen=True, slots=True)
class CamePlate:
    """``findings`` are (rule, level, subject) in the order of the rules."""

    name: str
    verdict: str
    findings: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Came:
    """All plates of the export and the results of them all, or the error with which the input was refused."""

    plates: tuple[CamePlate, ...] = ()
    results: tuple[CameResult, ...] = ()
    refused: ElisaError | None = None


def run_case(case: Case) -> Came:
    """Run the case as ``elisa-bdnf run`` would, from the folder of its expected file; nothing is written."""
    try:
        protocol = protocols.load_protocol(
            case.request.protocol, qc.schemas(), case.request.overrides, beside=case.path.parent
        )
        results = workflow.run(case.export, case.request, protocol).results
    except ElisaError as error:
        return Came(refused=error)
    names = _plate_names(results)
    plates = tuple(_plate(result, name) for result, name in zip(results, names, strict=True))
    several = len(results) > 1
    return Came(
        plates,
        tuple(
            _result(judged, name if several else "")
            for result, name in zip(results, names, strict=True)
            for judged in result.samples
        ),
    )


def _plate_names(results: Sequence[PlateResult]) -> list[str]:
    """As result folders are called: numbered by their place in the export where a name occurs twice."""
    names = [comparable(result.analysis.reading.plate) for result in results]
    return [name if names.count(name) == 1 else f"{name}-{at}" for at, name in enumerate(names, start=1)]


def _plate(result: PlateResult, name: str) -> CamePlate:
    findings = tuple((each.rule, each.level.value, comparable(each.subject)) for each in result.findings)
    return CamePlate(name, result.verdict.value, findings)


def _result(judged: JudgedSample, plate: str) -> CameResult:
    content, one = judged.estimate.group.content, shown(judged)
    factor = content.dilution_factor
    named = {
        "plate": plate,
        "sample": comparable(content.name),
        "subject": comparable(content.subject or ""),
        "timepoint": comparable(content.timepoint or ""),
        "dilution_factor": "" if factor is None else f"{factor:g}",
    }
    reason = judged.reason if not judged.reportable else ""
    return CameResult({name: text for name, text in named.items() if text}, one.number, one.text, comparable(reason))
