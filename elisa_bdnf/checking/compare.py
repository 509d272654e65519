"""What was expected against what came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from elisa_bdnf.checking.came import Came, CamePlate, CameResult
from elisa_bdnf.checking.case import Case, ExpectedPlate, ExpectedResult, Tolerance
from elisa_bdnf.checking.outcome import Difference, Kind
from elisa_bdnf.errors import ElisaError

NOTHING = "nothing"


def differences(case: Case, came: Came) -> tuple[Difference, ...]:
    """Every difference, in the order of the expected file. A refusal must be one that the case expects."""
    if case.refused is not None:
        return tuple(_refusal(case, case.refused, came))
    if case.is_new:
        return (Difference(Kind.CASE, case.place, "", f"{NOTHING} yet (see --update)", _spoken(came)),)
    return (*_plates(case, came), *_results(case, came))


def _spoken(came: Came) -> str:
    return ", ".join(f"{plate.verdict} with {len(plate.findings)} findings" for plate in came.plates)


def _refusal(case: Case, fragment: str, came: Came) -> Iterator[Difference]:
    expected = f"the input refused with {fragment!r}" if fragment else "the input refused"
    if came.refused is None:
        yield Difference(Kind.REFUSAL, case.place, "", expected, _spoken(came))
    elif not fragment or fragment not in str(came.refused):
        yield Difference(Kind.REFUSAL, case.place, "", expected, repr(refusal_text(came.refused)))


def refusal_text(error: ElisaError) -> str:
    """What was found, of the first problem: without file and place, which may change for good reasons."""
    return error.problems[0].found.rstrip(".")


def _plates(case: Case, came: Came) -> Iterator[Difference]:
    if not case.plates:
        return
    left = list(came.plates)
    for expected in case.plates:
        plate = next((each for each in left if each.name == expected.name or not expected.name), None)
        if plate is None:
            names = ", ".join(repr(each.name) for each in left) or NOTHING
            yield Difference(Kind.PLATE, expected.place, "", repr(expected.name), names)
            continue
        left.remove(plate)
        about = f"plate {plate.name}" if len(came.plates) > 1 else ""
        yield from _plate(expected, plate, about)
    for plate in left:
        yield Difference(Kind.PLATE, case.place, "", NOTHING, f"{plate.name!r}, {plate.verdict}")


def _plate(expected: ExpectedPlate, came: CamePlate, about: str) -> Iterator[Difference]:
    if expected.verdict is not None and expected.verdict != came.verdict:
        yield Difference(Kind.VERDICT, expected.verdict_place, about, expected.verdict, came.verdict)
    if expected.findings is None:
        return
    unmet = Counter(came.findings)
    missing = []
    for finding in expected.findings:
        if unmet[finding.key]:
            unmet[finding.key] -= 1
        else:
            missing.append(finding)
    others = list(unmet.elements())
    for finding in missing:
        # The same rule on the same subject at another level is one difference, not two.
        same = next((o for o in others if (o[0], o[2]) == (finding.rule, finding.subject)), None)
        if same:
            others.remove(same)
        yield Difference(Kind.FINDING, finding.place, about, _words(finding.key), _words(same) if same else NOTHING)
    for other in others:
        yield Difference(Kind.FINDING, expected.findings_place, about, NOTHING, _words(other))


def _words(finding: tuple[str, str, str]) -> str:
    rule, level, subject = finding
    return f"{rule} {level} on {subject}"


def _results(case: Case, came: Came) -> Iterator[Difference]:
    if case.results is None:
        return
    met: set[int] = set()
    for expected in case.results:
        fitting = [at for at, each in enumerate(came.results) if is_meant(expected, each)]
        met.update(fitting)
        if len(fitting) == 1:
            yield from _result(expected, came.results[fitting[0]], case.tolerance)
        else:
            found = f"{len(fitting)} results that fit; say which" if fitting else f"{NOTHING} of that name"
            yield Difference(Kind.CONCENTRATION, expected.place, expected.about, _wanted(expected), found)
    if case.every_result:
        place = case.results[0].place if case.results else case.place
        for at, result in enumerate(came.results):
            if at not in met:
                yield Difference(Kind.CONCENTRATION, place, result.about, NOTHING, result.spoken)


def is_meant(expected: ExpectedResult, came: CameResult) -> bool:
    """Whether everything that the expected one says of itself is true of the other."""
    return all(came.selectors.get(name) == value for name, value in expected.selectors.items())


def _wanted(expected: ExpectedResult) -> str:
    return repr(expected.text) if expected.concentration is None else f"{expected.concentration:.15g}"


def _result(expected: ExpectedResult, came: CameResult, tolerance: Tolerance) -> Iterator[Difference]:
    number = expected.concentration
    if number is not None and (came.concentration is None or not tolerance.allows(number, came.concentration)):
        found = came.spoken if came.concentration is None else f"{came.concentration:.6g}"
        wanted = f"{number:.15g} ({tolerance})"
        yield Difference(Kind.CONCENTRATION, expected.place, came.about, wanted, found)
    if expected.text is not None and expected.text != came.text:
        yield Difference(Kind.TEXT, expected.place, came.about, repr(expected.text), repr(came.text))
