"""Groups: descriptive statistics, the model, its contrasts, and the same under other assumptions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from elisa_bdnf.model.effect import Contrast, ModelSummary, Sensitivity
from elisa_bdnf.model.study import Descriptive, StudyResult
from elisa_bdnf.reports import digits
from elisa_bdnf.reports.parts import Cell, Column, Row, Table, Tone
from elisa_bdnf.reports.study_words import p_text, percent_of_ratio, ratio_cell, unit_text, who_text


def descriptives(result: StudyResult) -> Table:
    """Group × timepoint: everything that a review needs to pool this study."""
    unit = unit_text(result)
    columns = (
        Column("group", "Group"),
        Column("timepoint", "Timepoint"),
        Column("n", "n", "values in use, censored ones included", numeric=True),
        Column("below", "< LLOQ", "of them below the lower limit of quantification", numeric=True),
        Column("above", "> ULOQ", "of them above the upper limit of quantification", numeric=True),
        Column("missing", "Missing", "planned, and not there or not used", numeric=True),
        Column("mean", "Mean", unit=unit, numeric=True),
        Column("sd", "SD", unit=unit, numeric=True),
        Column("geometric_mean", "Geometric mean", "with its 95 % interval", unit, numeric=True),
        Column("geometric_sd", "GSD", "geometric standard deviation, a factor", numeric=True),
        Column("median", "Median", unit=unit, numeric=True),
        Column("quartiles", "Q1–Q3", unit=unit, numeric=True),
        Column("remark", "Remark"),
    )
    rows = tuple(Row(tuple(_descriptive(each)), f"group-{n}") for n, each in enumerate(result.descriptives, 1))
    note = "Ratios and models work on the logarithms; arithmetic figures are given because reviews ask for them."
    return Table("descriptives", "Groups and timepoints", columns, rows, note, "Nothing to describe.")


def _descriptive(each: Descriptive) -> Iterator[Cell]:
    yield Cell(each.group)
    yield Cell(each.timepoint)
    yield Cell(str(each.n), each.n)
    for count in (each.n_below_lloq, each.n_above_uloq, each.n_missing):
        yield Cell(str(count) if count else "", count, Tone.WARN if count else Tone.PLAIN)
    for value in (each.mean, each.sd):
        yield Cell(digits.concentration(value), value)
    interval = digits.interval(each.geometric_low, each.geometric_high, each.geometric_mean)
    yield Cell(
        digits.concentration(each.geometric_mean), each.geometric_mean,
        sub="" if interval == digits.MISSING else interval,
    )  # fmt: skip
    yield Cell(digits.significant(each.geometric_sd), each.geometric_sd)
    yield Cell(digits.concentration(each.median), each.median)
    yield Cell(digits.interval(each.q1, each.q3))
    yield Cell(each.reason or _estimated(each))


def _estimated(each: Descriptive) -> str:
    if not each.estimated:
        return ""
    return f"from a log-normal fitted to numbers and limits: {', '.join(each.estimated)}".replace("_", " ")


def contrasts(key: str, title: str, found: Sequence[Contrast], note: str = "") -> Table:
    """Ratios with intervals, the statistics behind them, and why one is missing."""
    columns = (
        Column("group", "Group"),
        Column("timepoint", "Timepoint"),
        Column("against", "Against"),
        Column("n", "n", "subjects with both values", numeric=True),
        Column("ratio", "Ratio", "of geometric means, with its 95 % interval", numeric=True),
        Column("change", "Change", "the ratio as a change in percent", numeric=True),
        Column("estimate", "ln ratio", numeric=True),
        Column("se", "s.e.", "of the ln ratio", numeric=True),
        Column("df", "df", "degrees of freedom", numeric=True),
        Column("p", "p", "two-sided, unadjusted", numeric=True),
        Column("p_holm", "p (Holm)", "adjusted for the timepoints; unadjusted for the primary one", numeric=True),
        Column("remark", "Remark"),
    )
    rows = tuple(Row(tuple(_contrast(each)), f"{key}-{n}") for n, each in enumerate(found, 1))
    return Table(key, title, columns, rows, note, "No comparison was possible.")


def _contrast(each: Contrast) -> Iterator[Cell]:
    yield from (Cell(each.group), Cell(each.timepoint), Cell(each.against), Cell(str(each.n), each.n))
    yield ratio_cell(each.ratio, each.ci_low, each.ci_high)
    yield Cell(percent_of_ratio(each.ratio))
    yield Cell(digits.significant(each.estimate), each.estimate)
    yield Cell(digits.significant(each.se), each.se)
    yield Cell("∞" if each.df is None and each.estimate is not None else digits.significant(each.df), each.df)
    wilcoxon = f"Wilcoxon {p_text(each.ranks.p)}" if each.ranks is not None else ""
    yield Cell(p_text(each.p), each.p, sub=wilcoxon)
    yield Cell(p_text(each.p_holm), each.p_holm)
    yield Cell("; ".join(filter(None, ("primary timepoint" if each.primary else "", each.reason))))


def sensitivity(result: StudyResult) -> Table:
    """Every change beside itself under other assumptions: what a conclusion must survive."""
    first = "paired tests" if result.headline_paired else "main analysis"
    others = [{(c.group, c.timepoint): c for c in kind.contrasts} for kind in result.sensitivity]
    columns = (
        Column("group", "Group"),
        Column("timepoint", "Timepoint"),
        Column("main", first, "ratio with its 95 % interval", numeric=True),
        *(_assumption(n, kind) for n, kind in enumerate(result.sensitivity, 1)),
    )
    rows = [
        Row((Cell(c.group), Cell(c.timepoint), _ratio(c), *(_ratio(k.get((c.group, c.timepoint))) for k in others)),
            f"sensitivity-{number}")
        for number, c in enumerate(result.headline_contrasts, 1)
    ]  # fmt: skip
    said = " ".join(dict.fromkeys(f"{each.name}: {each.meaning.rstrip('.')}." for each in result.sensitivity))
    note = f"Ratios with 95 % intervals. {said}"
    return Table("sensitivity", "Under other assumptions", columns, tuple(rows), note)


def _assumption(number: int, kind: Sensitivity) -> Column:
    """Its name on two lines, since there may be many."""
    first, _, rest = kind.name.partition(" ")
    return Column(f"other-{number}", first, kind.meaning, rest, numeric=True)


def _ratio(each: Contrast | None) -> Cell:
    return Cell(digits.MISSING) if each is None else ratio_cell(each.ratio, each.ci_low, each.ci_high)


def model(result: StudyResult) -> Table:
    """What was fitted, why that, and how it went."""
    columns = (Column("label", "What"), Column("value", "How"))
    rows = () if result.model is None else tuple(_model_rows(result, result.model))
    return Table("model", "The model", columns, rows, empty="No model was fitted.")


def _model_rows(result: StudyResult, fitted: ModelSummary) -> Iterator[Row]:
    def row(label: str, text: str) -> Row:
        return Row((Cell(label), Cell(text)))

    yield row("Method", fitted.method)
    yield row("Chosen because", fitted.reason)
    yield row("Formula", fitted.formula)
    yield row("Data", f"{fitted.n} values of {who_text(result, fitted.subjects)}, {fitted.n_censored} censored")
    scatter = (
        ("between subjects", fitted.sd_subject),
        ("between plates", fitted.sd_plate),
        ("residual", fitted.sd_residual),
    )
    said = [f"{name} {digits.significant(sd)}" for name, sd in scatter if sd is not None]
    if said:
        yield row("SD on the ln scale", ", ".join(said))
    known = "enters as known error" if fitted.known_error else "is part of the residual"
    yield row("Interval of each concentration", known)
    if not fitted.converged:
        yield Row((Cell("Convergence", tone=Tone.BAD), Cell("the optimum was not reached: do not rely on the model")))
    if fitted.boundary:
        yield row("Boundary", "a variance was estimated as zero")
    for remark in fitted.remarks:
        yield row("Remark", remark)


def aids(result: StudyResult) -> tuple[Table, ...]:
    """How large a change this study can see, and what one subject's change may mean."""
    found = result.aids
    if found is None:
        return ()
    columns = (Column("label", "What"), Column("value", "How much"), Column("remark", "From"))
    rows = [
        ("Scatter within subjects", _cv(found.within_cv_percent), found.within_cv_origin),
        ("Pairs in this study", str(found.pairs_in_study), "largest number of subjects with both values"),
        (
            "Smallest rise seen with 80 % power",
            percent_of_ratio(_ratio_of_percent(found.detectable_percent)),
            "two-sided p < 0.05",
        ),
        ("Analytical scatter", _cv(found.analytical_cv_percent), "of the protocol, or behind the intervals"),
        ("Biological scatter", _cv(found.biological_cv_percent), "of the protocol"),
    ]
    limits = (found.reference_change_down_percent, found.reference_change_up_percent)
    if None not in limits:
        said = " / ".join(percent_of_ratio(_ratio_of_percent(limit)) for limit in limits)
        rows.append(("Reference change of one subject", said, "changes beyond it are more than scatter"))
    elif found.reason:
        rows.append(("Reference change of one subject", digits.MISSING, found.reason))
    made = tuple(Row(tuple(map(Cell, row))) for row in rows)
    power_columns = (
        Column("change", "True change", numeric=True),
        Column("alpha", "p below", numeric=True),
        Column("pairs", "Pairs needed", "for 80 % power", numeric=True),
    )
    power = tuple(
        Row(
            (
                Cell(percent_of_ratio(1 + each.change_percent / 100)),
                Cell(digits.exact(each.alpha)),
                Cell(str(each.pairs), each.pairs),
            )
        )
        for each in found.power
    )
    tables = [Table("aids", "What this study can see", columns, made)]
    if power:
        note = "For the next study: subjects needed with this study's scatter. Power after the fact proves nothing."
        tables.append(Table("power", "Pairs needed", power_columns, power, note))
    return tuple(tables)


def _cv(percent: float | None) -> str:
    return digits.MISSING if percent is None else f"CV {digits.percent(percent)} %"


def _ratio_of_percent(percent: float | None) -> float | None:
    return None if percent is None else 1 + percent / 100
