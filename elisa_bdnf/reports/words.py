"""The words of every report for people: one mapping per closed set of values, complete by construction of a test."""

from __future__ import annotations

from elisa_bdnf.model.curve import Curve, FitOn, Model, WeightKind, Weights
from elisa_bdnf.model.estimate import RangeStatus
from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.layout import Content, Role
from elisa_bdnf.model.protocol import BlankMode, Reduce
from elisa_bdnf.model.response import WellUse
from elisa_bdnf.reports import digits
from elisa_bdnf.reports.parts import Tone

ANALYTE = "BDNF"
REJECTED_MARK = "REJECTED – not reportable"
NOT_REPORTABLE = "not reportable"

STATUS = {
    RangeStatus.WITHIN: "within range",
    RangeStatus.BELOW_LLOQ: "below LLOQ",
    RangeStatus.ABOVE_ULOQ: "above ULOQ",
    RangeStatus.BELOW_CURVE: "below the curve",
    RangeStatus.ABOVE_CURVE: "above the curve",
    RangeStatus.SATURATED: "saturated",
    RangeStatus.EXTRAPOLATED: "extrapolated",
    RangeStatus.NO_VALUE: "no value",
}
STATUS_HELP = {
    RangeStatus.WITHIN: "between the limits of quantification of this plate",
    RangeStatus.BELOW_LLOQ: "below the lower limit of quantification: only a bound can be given",
    RangeStatus.ABOVE_ULOQ: "above the upper limit of quantification: only a bound can be given; dilute and repeat",
    RangeStatus.BELOW_CURVE: "the response lies at or beyond the response without analyte: no concentration has it",
    RangeStatus.ABOVE_CURVE: "the response lies at or beyond the upper plateau of the curve: no concentration has it",
    RangeStatus.SATURATED: "the reader could not measure it: only a lower bound can be given; dilute and repeat",
    RangeStatus.EXTRAPOLATED: "beyond the limits of quantification; given because the protocol asks for it",
    RangeStatus.NO_VALUE: "no well could be used, or the plate has no curve",
}
BELOW = (RangeStatus.BELOW_LLOQ, RangeStatus.BELOW_CURVE)

USE = {
    WellUse.USED: "used",
    WellUse.EMPTY: "empty",
    WellUse.MISSING: "missing",
    WellUse.SATURATED: "saturated",
    WellUse.MASKED: "masked",
    WellUse.EXCLUDED: "excluded",
    WellUse.NOT_USED: "not in the fit",
    WellUse.OUTLIER: "left out",
}
USE_HELP = {
    WellUse.USED: "takes part in the results",
    WellUse.EMPTY: "the layout names nothing there",
    WellUse.MISSING: "the export holds no number",
    WellUse.SATURATED: "above what the reader measures reliably",
    WellUse.MASKED: "excluded in the reader's software",
    WellUse.EXCLUDED: "excluded by a person in this program",
    WellUse.NOT_USED: "a standard that is kept out of the fit, or that editing left out",
    WellUse.OUTLIER: "one of three or more replicates that the rule REP-04 leaves out",
}
ROLE = {
    Role.STANDARD: "standard",
    Role.BLANK: "blank",
    Role.CONTROL: "control",
    Role.SAMPLE: "sample",
    Role.EMPTY: "empty",
}
LEVEL = {
    FindingLevel.INFO: "note",
    FindingLevel.WARN: "warning",
    FindingLevel.FAIL_RESULT: "result fails",
    FindingLevel.FAIL_PLATE: "plate fails",
    FindingLevel.ERROR: "error",
}
LEVEL_TONE = {
    FindingLevel.INFO: Tone.MUTED,
    FindingLevel.WARN: Tone.WARN,
    FindingLevel.FAIL_RESULT: Tone.BAD,
    FindingLevel.FAIL_PLATE: Tone.BAD,
    FindingLevel.ERROR: Tone.BAD,
}
MODEL = {
    Model.FOUR_PL: "four-parameter logistic (4PL)",
    Model.FIVE_PL: "five-parameter logistic (5PL)",
    Model.FIVE_PL_R: "mirrored five-parameter logistic (5PL-R)",
    Model.THREE_PL: "three-parameter logistic (3PL)",
    Model.LINEAR: "straight line",
    Model.LOG_LOG: "straight line in logarithms (log-log)",
}
EQUATION = {
    Model.FOUR_PL: "y = d + (a − d) / (1 + (x/c)^b)",
    Model.FIVE_PL: "y = d + (a − d) / (1 + (x/c)^b)^g",
    Model.FIVE_PL_R: "y = a + (d − a) / (1 + (c/x)^b)^g",
    Model.THREE_PL: "y = d + (a − d) / (1 + (x/c)^b)",
    Model.LINEAR: "y = a + b·x",
    Model.LOG_LOG: "ln y = a + b·ln x",
}
_LOGISTIC_PARAMETERS = {
    "a": "response at zero concentration",
    "b": "slope factor",
    "c": "concentration at the inflection (EC50 where g = 1)",
    "d": "response at infinite concentration",
    "g": "asymmetry",
}
PARAMETERS = {
    Model.FOUR_PL: {key: text for key, text in _LOGISTIC_PARAMETERS.items() if key != "g"},
    Model.FIVE_PL: _LOGISTIC_PARAMETERS,
    Model.FIVE_PL_R: _LOGISTIC_PARAMETERS,
    Model.THREE_PL: {key: text for key, text in _LOGISTIC_PARAMETERS.items() if key != "g"},
    Model.LINEAR: {"a": "intercept", "b": "slope"},
    Model.LOG_LOG: {"a": "intercept (ln response)", "b": "slope of ln response on ln concentration"},
}
FIT_ON = {FitOn.MEANS: "the means of the levels", FitOn.REPLICATES: "single wells"}
BLANK = {
    BlankMode.NONE: "No blank was subtracted; the lower asymptote of the curve takes up the background.",
    BlankMode.SUBTRACT: "The mean of the blank wells was subtracted from every well of the plate.",
    BlankMode.INSTRUMENT: "The response that the reader's software had fitted was followed.",
}
REDUCE = {
    Reduce.MEAN_RESPONSE: "the mean response of its replicate wells was read on the curve",
    Reduce.MEAN_CONCENTRATION: "its replicate wells were read on the curve and their concentrations averaged",
}


def weights(weights: Weights, theta: float | None = None) -> str:
    """``weights 1/fitted², as for a constant CV``; ``theta`` is the exponent in force, where it was estimated."""
    if weights.kind is WeightKind.NONE:
        return "no weights"
    if weights.kind is WeightKind.INVERSE_RESPONSE:
        return "weights 1/y on the observed response"
    if weights.kind is WeightKind.INVERSE_RESPONSE_SQUARED:
        return "weights 1/y² on the observed response"
    power = theta if theta is not None else weights.theta
    if power is None:
        return "weights by a power of the fitted response, estimated from the plate"
    if power == 1:
        return "weights 1/fitted² (constant CV)"
    return f"weights 1/fitted^{digits.exact(2 * power)} (variance ∝ response^{digits.exact(2 * power)})"


def model_in_words(curve: Curve) -> str:
    """``three-parameter logistic (3PL) with a held at 0.05``."""
    held = [f"{name} held at {digits.exact(value)}" for name, value in sorted(curve.spec.fixed.items())]
    return MODEL[curve.model] + (f" with {listed(held)}" if held else "")


def curve_in_words(curve: Curve) -> str:
    """Model, what was held, and weights in force."""
    return f"{model_in_words(curve)}, {weights(curve.spec.weights, curve.report.theta)}"


def content(content: Content) -> str:
    """What a well holds, for a person: its name, else its role; nominal concentrations are said."""
    if content.role is Role.EMPTY:
        return ""
    if content.name:
        return content.name
    if content.nominal is not None:
        return f"{ROLE[content.role]} {digits.exact(content.nominal)}"
    return ROLE[content.role]


def unit(stated: str) -> str:
    """A unit where there is one to read; one that neither layout nor protocol states is never made up."""
    return stated or "unit not stated"


def dilution(factor: float | None) -> str:
    """Always the factor: 10 means one part in ten."""
    return digits.MISSING if factor is None else digits.exact(factor)


def sentence(text: str) -> str:
    """First letter large, one full stop at the end."""
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


def listed(items: list[str], most: int = 0) -> str:
    """``A``, ``A and B``, ``A, B and C``; with ``most``, the rest is counted: ``A, B and 5 more``."""
    if most and len(items) > most:
        items = [*items[:most], f"{len(items) - most} more"]
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1] if items else ""
