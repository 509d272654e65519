"""Whatever numbers a plate holds, there is a judged result, and nothing in it is bare."""

from __future__ import annotations

import json
import math

from hypothesis import given
from hypothesis import strategies as st

from elisa_bdnf import qc
from elisa_bdnf.analysis.analyze import analyze
from elisa_bdnf.model.curve import CurveSpec, FitOn, Model, weights_from_text
from elisa_bdnf.model.layout import Content
from elisa_bdnf.reports.json_result import json_from_result, json_text
from plates import contents, plate, protocol

WELLS = sorted(contents())
ODD = st.sampled_from([0.0, -0.01, 1e-12, 0.05, 0.05, 1.0, 3.49, 6.0])
responses = st.lists(st.floats(-0.1, 4.0) | ODD, min_size=len(WELLS), max_size=len(WELLS))
specs = st.builds(
    CurveSpec,
    model=st.sampled_from([Model.FOUR_PL, Model.FIVE_PL, Model.FIVE_PL_R, Model.LINEAR, Model.LOG_LOG]),
    weights=st.sampled_from(["none", "1/y", "1/y2", "power:1", "power:0.5", "power"]).map(weights_from_text),
    fit_on=st.sampled_from(FitOn),
    zero_in_fit=st.booleans(),
)


@given(responses, specs)
def test_any_responses_and_any_curve(values: list[float], spec: CurveSpec) -> None:
    def change(held: dict[str, float], _: dict[str, Content]) -> None:
        held.update(zip(WELLS, values, strict=True))

    result = qc.judge(analyze(*plate(change), protocol(curve=spec)))
    document = json.loads(json_text(json_from_result(result)))  # refuses nan and infinity
    for sample in document["samples"]:
        assert sample["text"]
        assert sample["concentration"] is not None or sample["reason"]
        if sample["concentration"] is not None:
            assert sample["concentration"] > 0
            assert math.isfinite(sample["concentration"])
