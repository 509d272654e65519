"""The sample sheet: sample → subject, timepoint, matrix, dilution and whatever else is known of it.

Joined to layouts by the exact name of the sample and in both directions: a sample of a plate that the sheet lacks is an
error, a line of the sheet that is on no plate is a remark.
"""

from elisa_bdnf.samples.joining import join, join_all
from elisa_bdnf.samples.sheet import SampleRow, SampleSheet, read_samples

__all__ = ["SampleRow", "SampleSheet", "join", "join_all", "read_samples"]
