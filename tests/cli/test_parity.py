"""What the instruments computed, reproduced through the main job with ``--protocol instrument-parity``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from elisa_bdnf import workflow
from shared import CORPUS, EXPORTS, needs_corpus

ORACLES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(CORPUS.glob("oracles/*.json"))}
USABLE = [name for name, oracle in ORACLES.items() if oracle["usable_as_oracle"]]
# How near the responses of the file allow us to come: (absolute, relative). The others are equal at three decimals.
COARSE = {
    "MD_SMP_absorbance_endpoint_partial_plate_example01": (0.001, 0.0),  # responses with 3 decimals, slope about 1
    "MD_SMP_absorbance_endpoint_partial_plate_example02": (0.001, 0.0),
    "endpoint_stdcurve_singleplate": (0.4, 2e-3),  # mock: concentrations from more digits than the responses have
    "endpoint_stdcurve_singleplate_2": (0.4, 2e-3),
}


def wells(oracle: dict[str, Any]) -> dict[str, float]:
    """Well → the concentration that the instrument printed, for every well that the oracle holds."""
    found = {}
    for group, key in (("standards", "instrument_back_calc"), ("samples", "instrument_concentration")):
        for entry in oracle[group]:
            found |= {w: v for w, v in zip(entry["wells"], entry[key], strict=True) if v is not None}
    return found


@needs_corpus
@pytest.mark.parametrize("name", USABLE)
def test_every_printed_concentration_is_reproduced_at_its_digits(name: str) -> None:
    oracle = ORACLES[name]
    absolute, relative = COARSE.get(name, (0.00051, 0.0))
    request = workflow.RunRequest("instrument-parity")  # the model is what the export says, or what its numbers show
    run = workflow.run(EXPORTS / Path(oracle["file"]), request, workflow.protocol_from_request(request))
    comparisons = run.results[oracle["plate_cluster"]].analysis.comparisons
    compared = {c.well: c for c in comparisons if c.ours is not None and c.instrument.value is not None}
    printed = wells(oracle)
    assert len(set(printed) & set(compared)) >= 0.85 * len(printed)  # some files print standards by level, not by well
    for well, comparison in compared.items():
        assert comparison.ours == pytest.approx(comparison.instrument.value, abs=absolute, rel=relative), well
