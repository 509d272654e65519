"""A kinetic is read where the export holds one value per well that it was reduced to, and no time points."""

from __future__ import annotations

import math

import pytest

from elisa_bdnf.errors import ExportError
from elisa_bdnf.model.reading import Correction
from readers.gen5_text import export, readings_of

KINETIC = (
    "Start Kinetic\tRuntime 0:05:00, Interval 0:01:00\nRead\tAbsorbance Endpoint\n\tWavelengths:  450\nEnd Kinetic\t\n"
)
SPEEDS = (
    "Results\n|1|2\nA|31.5|-4.0|Max V [450]\n|0.9|0.8|R-Squared [450]\n"
    "B|30.5|?????|Max V [450]\n|0.9|0.9|R-Squared [450]\n"
)
TIMES = "450\n\nTime|A1|A2|B1|B2\n0:00:00|0.1|0.2|0.1|0.2\n0:01:00|0.2|0.3|0.2|0.3\n\n"
SOFTMAX = "Plate:\tP\t1.3\tPlateFormat\tKinetic\tAbsorbance\tReduced\tFALSE\t9\t120\t15\t\t\t\t1\t450 \t1\t2\t6\t1\t2\n"


def gen5(body: str) -> str:
    text = export(body)
    return text.replace("Read\tAbsorbance Endpoint\n\tWavelengths:  450\n", KINETIC)


def test_speeds_of_gen5_without_the_time_points_are_read_and_labelled() -> None:
    (reading,) = readings_of(gen5(SPEEDS))
    (channel,) = reading.channels
    assert (channel.label, channel.wavelength_nm, channel.correction) == ("Max V [450]", 450.0, Correction.REDUCED)
    assert channel.values[:2] == (31.5, -4.0)
    assert channel.notes["B2"].text == "?????"
    assert {result.quantity for result in reading.instrument_results} == {"R-Squared [450]"}
    assert "'Max V [450]' is what Gen5 reduced a read over time to; no single read is in the export." in reading.remarks


def test_with_the_time_points_it_is_refused_and_the_reduction_is_named() -> None:
    with pytest.raises(ExportError, match=r"\(kinetic\).*'Max V \[450\]' would be read"):
        readings_of(gen5(TIMES + SPEEDS))
    with pytest.raises(ExportError, match="only calculated values"):
        readings_of(export("Results\n|1|2\nA|0.9|0.8|R-Squared [450]\n"))


def test_a_reduced_export_of_softmax_is_read_and_labelled() -> None:
    heading = "\tTemperature\t1\t2\n"
    (reading,) = readings_of(f"##BLOCKS= 1\n{SOFTMAX}{heading}\t37\t81.8\t88.6\n\t\t54.1\t-62.7\n~End\n")
    (channel,) = reading.channels
    assert (channel.label, channel.wavelength_nm, channel.correction) == ("Reduced", 450.0, Correction.REDUCED)
    assert [v for v in channel.values if not math.isnan(v)] == [81.8, 88.6, 54.1, -62.7]
    assert any("was read over time; its values are what SoftMax reduced each well to" in r for r in reading.remarks)
    with pytest.raises(ExportError, match=r"\(kinetic\).*exported as Reduced"):
        readings_of(f"##BLOCKS= 1\n{SOFTMAX.replace('Reduced', 'Raw')}{heading}0:00\t37\t81.8\t88.6\n~End\n")
