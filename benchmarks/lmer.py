"""Random studies through ``elisa-bdnf study`` and through lme4, lmerTest and base R: how many digits agree.

    python benchmarks/lmer.py [--studies 40] [--seed 1]

Every contrast of every study is compared: of everybody, within each group, between groups with each of them as the
reference, and the paired tests. Skipped, and said so, where R or one of its packages is not installed.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from elisa_bdnf.study_workflow import StudyRequest, files_from_study, run_study

Document = dict[str, Any]
Pair = tuple[str, float | None, float | None]  # what, ours, R's
SDS = {"subject": "sd_subject", "plate": "sd_plate", "Residual": "sd_residual"}
SMALLEST_P = 1e-290


def made_by_r(folder: Path, seed: int, studies: int) -> str:
    """Why R could not do it; empty where it did."""
    script = Path(__file__).with_name("lmer.R")
    try:
        done = subprocess.run(
            ["Rscript", str(script), str(seed), str(studies), str(folder)],
            check=False,
            capture_output=True,
            text=True,
        )
    except FileNotFoundError:
        return "Rscript is not installed"
    return "" if done.returncode == 0 else done.stderr.strip().splitlines()[-1]


def studied(table: Path, factor: str) -> Document:
    overrides = {"study.group_by": "responder"} if factor == "responder" else {}
    request = StudyRequest((table,), overrides=overrides)
    document: Document = json.loads(files_from_study(run_study(request), request)["study.json"])
    return document


def pairs(ours: Document, theirs: Document) -> Iterator[Pair]:
    """Everything that both have an answer to."""
    everybody = ours["pooled_model"] or ours["model"]
    if theirs["everybody"] and everybody["sd_residual"] is not None:
        yield from _deviations(everybody, theirs["everybody"])
        found = {c["timepoint"]: c for c in ours["contrasts"] if c["group"] == "all"}
        holm = theirs["everybody"]["p_holm"]
        for term, adjusted in zip(
            theirs["everybody"]["terms"], holm if isinstance(holm, list) else [holm], strict=True
        ):
            one = found[term["term"].removeprefix("timepoint")]
            yield from _contrast(one, term)
            yield "ln p after Holm", _ln(one["p_holm"]), _ln(adjusted)
    for reference, fit in theirs["by_reference"].items():
        if fit and ours["model"]["sd_residual"] is not None:
            yield from _deviations(ours["model"], fit)
            yield from _of_groups(ours, reference, fit)
    tests = {(c["group"], c["timepoint"]): c for c in ours["paired_tests"] if c["analysis"] == "main"}
    for test in theirs["paired"]:
        yield from _paired(tests[test["group"], test["timepoint"]], test)


def _of_groups(ours: Document, reference: str, fit: Document) -> Iterator[Pair]:
    within = {(c["group"], c["timepoint"]): c for c in ours["contrasts"] if c["analysis"] == "main"}
    between = {(c["group"], c["against"], c["timepoint"]): c for c in ours["comparisons"] if c["analysis"] == "main"}
    for term in fit["terms"]:
        timepoint, _, group = term["term"].removeprefix("timepoint").partition(":group")
        one = between.get((group, reference, timepoint)) if group else within.get((reference, timepoint))
        if one is not None:
            yield from _contrast(one, term)


def _deviations(model: Document, fit: Document) -> Iterator[Pair]:
    largest = max(fit["sd"].values())
    for name, value in fit["sd"].items():
        # What is nothing beside the others is a bound on which R stops a little early.
        small = value < 1e-5 * largest and (model[SDS[name]] or 0.0) < 1e-5 * largest
        yield "SD", *((1.0, 1.0) if small else (model[SDS[name]], value))


def _contrast(ours: Document, theirs: Document) -> Iterator[Pair]:
    for key in ("estimate", "se", "df"):
        yield key, ours[key], theirs[key]
    yield "ln p", _ln(ours["p"]), _ln(theirs["p"])


def _paired(ours: Document, theirs: Document) -> Iterator[Pair]:
    for what, mine, other in (("estimate", "estimate", "estimate"), ("df", "df", "df"), ("p", "p", "p")):
        yield f"paired {what}", ours[mine], theirs[other]
    for end, bound in (("low", "ci_low"), ("high", "ci_high")):
        yield "paired interval", _ln(ours[bound]), theirs[end]
    if theirs.get("rank_p") is not None:
        yield "signed-rank p", ours["wilcoxon_p"], theirs["rank_p"]
        yield "Hodges–Lehmann", _ln(ours["wilcoxon_ratio"]), theirs["rank_estimate"]


def _ln(value: float | None) -> float | None:
    return None if value is None else math.log(max(value, SMALLEST_P))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    apart: dict[str, list[float]] = defaultdict(list)
    refused = 0
    with tempfile.TemporaryDirectory() as name:
        if why := made_by_r(Path(name), asked.seed, asked.studies):
            print(f"skipped: {why}")
            return
        for path in sorted(Path(name).glob("*.json")):
            theirs = json.loads(path.read_text(encoding="utf-8"))
            for what, mine, other in pairs(studied(path.with_suffix(".csv"), theirs["factor"]), theirs):
                if mine is None or other is None:
                    refused += 1
                else:
                    apart[what].append(abs(mine - other) / max(abs(other), 1e-3))
    print(f"{asked.studies} studies; relative differences (of numbers below 0.001: of 0.001)")
    print(f"{'quantity':<20}{'compared':>10}{'largest':>12}{'above 1e-5':>12}")
    for what, found in apart.items():
        print(f"{what:<20}{len(found):>10}{max(found):>12.1e}{sum(each > 1e-5 for each in found):>12}")
    print(f"no number here where R gives one (a cell without values, which R fills from the others): {refused}")


if __name__ == "__main__":
    main()
