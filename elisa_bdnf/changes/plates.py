"""Two ``result.json`` of one plate → everything that is different in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from elisa_bdnf.changes.change import Change, Changed, Kind
from elisa_bdnf.changes.records import Comparison, Sort, changed_fields, changed_records
from elisa_bdnf.kept.documents import Json, at, records, table, text

_OF_THE_PLATE = frozenset({"plate", "plate_verdict"})
_NOT_OF_A_DILUTION = _OF_THE_PLATE | {"findings"}  # findings have lines of their own
# Of a sample without a series of dilutions the result is the sample again.
_OF_THE_RESULT = frozenset({
    "result_concentration", "result_ci_low", "result_ci_high", "result_status", "result_text", "result_reportable",
    "result_reason", "result_dilutions",
})  # fmt: skip


def _sample(record: Json) -> str:
    """``K01 24h, 1:20``: the name, then what it does not say already."""
    parts = [text(record, "sample") or text(record, "control")]
    parts += [word for word in (text(record, "subject"), text(record, "timepoint")) if word and not _told(word, parts)]
    factor = record.get("dilution_factor")
    return " ".join(parts) + (f", 1:{factor:g}" if isinstance(factor, int | float) and factor != 1 else "")


def _told(word: str, parts: list[str]) -> bool:
    return word.replace(" ", "").casefold() in "".join(parts).replace(" ", "").casefold()


def _control(record: Json) -> str:
    nominal = record.get("nominal")
    return text(record, "control") + (f" ({nominal:g})" if isinstance(nominal, int | float) else "")


def _finding(record: Json) -> str:
    return f"{text(record, 'rule')} {text(record, 'subject')}"


def _said(record: Json) -> str:
    return f"{text(record, 'level')}: {text(record, 'message')}"


def _rule(record: Json) -> str:
    return text(record, "rule")


def _reason(record: Json) -> str:
    return text(record, "reason")


def _level(record: Json) -> str:
    level = record.get("concentration")
    return text(record, "standard") + (f" ({level:g})" if isinstance(level, int | float) else "")


_OF_A_SAMPLE = (("sample", "subject", "timepoint", "matrix"), ("sample",), ("subject", "timepoint"))
_OF_A_DILUTION = (
    ("sample", "subject", "timepoint", "matrix", "dilution_factor"),
    ("sample", "dilution_factor"),
    ("sample",),
    ("subject", "timepoint", "dilution_factor"),
)
_OF_A_CONTROL = (("control", "nominal", "dilution_factor"), ("control",), ("nominal", "dilution_factor"))
_SORTS: Mapping[str, Sort] = {
    "findings": Sort(Kind.FINDING, (("rule", "subject", "wells"), ("rule", "subject")), _finding, _OF_THE_PLATE, _said),
    "not_evaluated": Sort(Kind.NOT_EVALUATED, (("rule",),), _rule, shown=_reason),
    "results": Sort(Kind.RESULT, _OF_A_SAMPLE, _sample, frozenset({"findings"})),
    "samples": Sort(Kind.SAMPLE, _OF_A_DILUTION, _sample, _NOT_OF_A_DILUTION | _OF_THE_RESULT),
    "controls": Sort(Kind.CONTROL, _OF_A_CONTROL, _control, _NOT_OF_A_DILUTION),
    "standards": Sort(Kind.STANDARD, (("concentration", "standard"), ("concentration",)), _level, _OF_THE_PLATE),
    "wells": Sort(Kind.WELL, (("well",),), lambda record: text(record, "well"), _OF_THE_PLATE),
}


def changed_plate(before: Json, after: Json, comparison: Comparison) -> tuple[Changed, ...]:
    """Everything that is different, sort by sort and in each the biggest first."""
    found = [*_verdict(before, after), *_curve(before, after, comparison)]
    for key, sort in _SORTS.items():
        ones, others = records(before, key), records(after, key)
        if key == "results":
            if not (ones and others):  # of a version that had none
                continue
            ones, others = ([record for record in side if _is_series(record)] for side in (ones, others))
        found += changed_records(ones, others, sort, comparison)
    order = list(Kind)
    return tuple(sorted(found, key=lambda changed: (order.index(changed.kind), -changed.size)))


def _is_series(record: Json) -> bool:
    factors = record.get("dilution_factors")
    return isinstance(factors, list) and len(factors) > 1


def _verdict(before: Json, after: Json) -> Iterator[Changed]:
    pairs = [(key, text(before, key), text(after, key)) for key in ("verdict", "unit")]
    changes = tuple(Change(key, one, other) for key, one, other in pairs if one != other)
    if changes:
        yield Changed(Kind.VERDICT, "plate", changes, (text(before, "verdict"), text(after, "verdict")))


def _curve(before: Json, after: Json, comparison: Comparison) -> Iterator[Changed]:
    one, other = _curve_fields(before), _curve_fields(after)
    if changes := tuple(changed_fields(one, other, comparison)):
        yield Changed(Kind.CURVE, "curve", changes)


def _curve_fields(document: Json) -> Json:
    """What a curve is and what may be read on it, in one row; ``curve`` says why there is none."""
    curve = table(document, "curve")
    if not curve:
        return {"curve": text(document, "no_curve", "reason") or "none"}
    limits = table(curve, "limits")
    return {
        "curve": "fitted",
        **{key: curve.get(key) for key in ("model", "weights", "fit_on", "zero_in_fit")},
        **{key: value for key, value in table(curve, "parameters").items() if value is not None},
        **{key: limits.get(key) for key in ("lloq", "uloq", "lod")},
        **{f"standard error of {key}": value for key, value in table(curve, "standard_errors").items() if value},
        **{key: curve.get(key) for key in ("residual_sum_of_squares", "r_squared", "n")},
        "theta": at(curve, "report", "theta"),
    }
