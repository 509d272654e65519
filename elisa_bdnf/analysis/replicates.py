"""Wells that a rule of the protocol leaves out, marked in the responses with the reason, so that nothing vanishes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from elisa_bdnf.analysis.outliers import cv_percent, outlier_or_none
from elisa_bdnf.model.evidence import EditedPart, Editing
from elisa_bdnf.model.layout import Role
from elisa_bdnf.model.plate import Well
from elisa_bdnf.model.protocol import EditingSettings, ReplicateEditing
from elisa_bdnf.model.response import Group, Responses, WellUse

Marks = Mapping[Well, tuple[WellUse, str]]


def marks_from_editing(editing: Editing | None) -> Marks:
    """Wells of the standards that are no part of the curve any more."""
    marks: dict[Well, tuple[WellUse, str]] = {}
    for edit in editing.in_force if editing else ():
        if edit.what is EditedPart.WELL:
            use, reason = WellUse.OUTLIER, f"REP-04: {edit.reason}"
        else:
            use, reason = WellUse.NOT_USED, f"standard {edit.nominal:g} left out by editing: {edit.reason}"
        marks |= dict.fromkeys(edit.wells, (use, reason))
    return marks


def marks_from_outliers(groups: Sequence[Group], settings: EditingSettings) -> Marks:
    """One well of a sample of three or more, by rule REP-04 on its responses; of controls every well stays."""
    if settings.replicates is ReplicateEditing.KEEP:
        return {}
    marks: dict[Well, tuple[WellUse, str]] = {}
    for group in groups:
        if group.content.role is Role.SAMPLE and group.n >= 3:
            index = outlier_or_none(group.responses, settings.sample_cv_percent, settings.gap)
            if index is not None:
                cv = cv_percent(group.responses[:index] + group.responses[index + 1 :])
                reason = f"REP-04: one of {group.n} wells apart from the others, which have a CV of {cv:.1f} %"
                reason += f"; with it {group.cv_percent:.1f} % (allowed {settings.sample_cv_percent:g} %)"
                marks[group.wells[index]] = (WellUse.OUTLIER, reason)
    return marks


def marked(responses: Responses, marks: Marks) -> Responses:
    """The responses with the marked wells out of use."""
    if not marks:
        return responses
    wells = tuple(
        well._replace(use=marks[well.well][0], reason=marks[well.well][1]) if well.well in marks else well
        for well in responses.wells
    )
    return replace(responses, wells=wells)
