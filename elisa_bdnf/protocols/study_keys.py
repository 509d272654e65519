"""What a protocol says about a study as a whole: the primary timepoint, groups, responders, scatter."""

from __future__ import annotations

from elisa_bdnf.protocols.fields import Field, Kind, Table

AUTOMATIC = "auto"

STUDY = Table(
    "study",
    "How samples of several plates become one study.",
    (
        Field("primary_timepoint", Kind.TEXT, "The timepoint that was declared before the data were seen; its p-value "
              "is not adjusted for the others.", example="24h"),
        Field("group_by", Kind.TEXT, "Column that makes the groups; auto: arm, else responder, else one group.",
              AUTOMATIC, choices=(AUTOMATIC, "arm", "responder", "none")),
        Field("cv_biological_percent", Kind.NUMBER, "Scatter of one person's BDNF from draw to draw without treatment; "
              "with it single changes are compared with the reference change.", unit="%", above=0, most=500,
              example=20.0),
        Field("cv_analytical_percent", Kind.NUMBER, "Scatter of the assay; else from the intervals of the study.",
              unit="%", above=0, most=500, example=10.0),
    ),
    (
        Table(
            "response",
            "Who is a responder, where the sample sheet holds the scores of a rating scale.",
            (
                Field("score_column", Kind.TEXT, "Column with the score at each draw.", example="madrs"),
                Field("reduction_percent", Kind.NUMBER, "Least reduction of the score from baseline.", 50.0, unit="%",
                      above=0, most=100),
                Field("timepoint", Kind.TEXT, "Timepoint at which the reduction counts.", example="24h"),
            ),
        ),
    ),
)  # fmt: skip
