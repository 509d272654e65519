"""Every key of a protocol file, once: what it may hold, what it means, and what holds where nobody says anything.

Checks, templates, docs/protocols.md and the JSON Schema are all made from this. Defaults that a kit or preset
replaces are the last resort.
"""

from __future__ import annotations

from collections.abc import Mapping

from elisa_bdnf.model.curve import FitOn, Model, WeightKind, weights_from_text
from elisa_bdnf.model.finding import FindingLevel
from elisa_bdnf.model.protocol import (
    BlankMode,
    DilutionPolicy,
    Extrapolation,
    MissingDilution,
    Reduce,
    ReferenceMode,
    ReplicateEditing,
    RuleSchema,
    StandardEditing,
)
from elisa_bdnf.protocols.design import DESIGN
from elisa_bdnf.protocols.fields import Field, Kind, Table
from elisa_bdnf.protocols.history import HISTORY
from elisa_bdnf.protocols.kit_schema import ID_PATTERN, KIT, MATRICES, UNITS
from elisa_bdnf.protocols.own_rule_schema import OWN_RULES
from elisa_bdnf.protocols.study_keys import STUDY

LAYOUT_UNIT = "layout"
ANY = "any"
FROM_STANDARDS = "standards"
NO_MINIMUM = "none"
DEFAULT_PRESET = "kit-research"


def _weights(text: str) -> str | None:
    try:
        weights_from_text(text)
    except ValueError:
        return ", ".join(kind.value for kind in WeightKind) + " or power:T with T from 0 to 3"
    return None


_CURVE = Table(
    "curve",
    "The standard curve.",
    (
        Field("model", Kind.TEXT, "Curve to fit. It is never changed silently.", "4pl", choices=tuple(Model)),
        Field(
            "weights",
            Kind.TEXT,
            "Variance of the response: none, 1/y, 1/y2 (of the observed response), power (exponent estimated from the "
            "plate) or power:T (variance proportional to the fitted response to the power 2T).",
            "power:1",
            refuses=_weights,
        ),
        Field("fit_on", Kind.TEXT, "Fit single wells or the mean of each level.", "replicates", choices=tuple(FitOn)),
        Field("zero_in_fit", Kind.FLAG, "Fit the zero standard too; it is never in recoveries or counts.", True),
        Field("confidence", Kind.NUMBER, "Confidence of intervals.", 0.95, least=0.5, most=0.999),
    ),
    (
        Table(
            "fixed",
            "Parameters that are not fitted but given.",
            (
                Field("a", Kind.NUMBER, "Response at zero.", unit="response", example=0.05),
                Field("b", Kind.NUMBER, "Slope.", above=0, example=1.0),
                Field("c", Kind.NUMBER, "Inflection.", unit="concentration", above=0, example=100.0),
                Field("d", Kind.NUMBER, "Response at infinity.", unit="response", example=3.0),
                Field("g", Kind.NUMBER, "Asymmetry of the 5PL.", above=0, example=1.0),
            ),
        ),
    ),
)  # fmt: skip

_READING = Table(
    "reading",
    "Which read of the export is the response, and how it is corrected.",
    (
        Field(
            "wavelength_nm", Kind.NUMBER, "Main wavelength; “any” takes the only read there is.", unit="nm",
            least=190, most=1100, words=(ANY,), example=450.0,
        ),
        Field(
            "reference_nm", Kind.NUMBERS, "Reference wavelengths, any of these; none given: the usual ones for TMB.",
            (), unit="nm", least=190, most=1100, example=(540.0, 570.0),
        ),
        Field(
            "reference", Kind.TEXT, "Whether the reference read is subtracted, well by well.", "if_present",
            choices=tuple(ReferenceMode),
        ),
        Field("channel", Kind.TEXT, "The read by its label in the export, where wavelengths do not tell.", "",
              example="OD corrected"),
        Field(
            "blank", Kind.TEXT, "Whether the mean blank is subtracted from every well of the plate.", "none",
            choices=tuple(BlankMode),
        ),
        Field("max_response", Kind.NUMBER, "At or above this, before correction, a well is saturated.", 3.5, unit="OD",
              above=0),
    ),
)  # fmt: skip

_STANDARDS = Table(
    "standards",
    "What the standards should be; the kit says it unless this does.",
    (
        Field("nominal", Kind.NUMBERS, "Expected non-zero concentrations; an empty list: whatever the layout says.", (),
              unit="of the protocol", above=0, example=(500.0, 250.0, 125.0)),
        Field("anchors", Kind.NUMBERS, "Those that only help the fit: they are never judged, counted or reported to.",
              (), unit="of the protocol", above=0, example=(7.8,)),
    ),
)  # fmt: skip

_LIMITS = Table(
    "limits",
    "The quantitative range, in the well.",
    (
        Field("lloq", Kind.NUMBER, "Lowest quantifiable concentration; “standards”: the lowest that is recovered.",
              FROM_STANDARDS, unit="of the protocol", above=0, words=(FROM_STANDARDS,), example=15.6),
        Field("uloq", Kind.NUMBER, "Highest quantifiable concentration; “standards”: the highest that is recovered.",
              FROM_STANDARDS, unit="of the protocol", above=0, words=(FROM_STANDARDS,), example=500.0),
        Field("recovery_percent", Kind.NUMBER, "How far the recovery of a standard in the range may be from 100.", 25.0,
              unit="%", least=0, most=100),
        Field("recovery_ends_percent", Kind.NUMBER, "The same for the lowest and highest standard.", 30.0, unit="%",
              least=0, most=100),
        Field("cv_percent", Kind.NUMBER, "Largest CV of a standard in the range.", 25.0, unit="%", least=0, most=200),
        Field("profile_cv_percent", Kind.NUMBER, "Largest CV of a concentration in the range that the precision "
              "profile advises; it decides nothing.", 20.0, unit="%", above=0, most=200),
        Field("extrapolation", Kind.TEXT, "Whether concentrations beyond the standards are given (and labelled).",
              "none", choices=tuple(Extrapolation)),
    ),
)  # fmt: skip

_EDITING = Table(
    "editing",
    "What may be left out by rule, before a result is computed, always with a record.",
    (
        Field("standards", Kind.TEXT, "curve_edit_v1: standards that are not recovered are left out one by one, the "
              "worst first, as long as enough remain (see docs/maths.md); none: the curve stays as acquired.", "none",
              choices=tuple(StandardEditing)),
        Field("replicates", Kind.TEXT, "drop_one_of_three: one of three or more wells that stands apart is left out "
              "(REP-04); never one of two.", "keep", choices=tuple(ReplicateEditing)),
    ),
)  # fmt: skip

_DILUTION = Table(
    "dilution",
    "Dilution factors of the samples: 10 means 1:10.",
    (
        Field("when_missing", Kind.TEXT, "A sample without a dilution factor is an error, or all results are as in the "
              "well (only where no sample at all states one).", "error", choices=tuple(MissingDilution)),
        Field("minimum", Kind.NUMBER, "Minimum required dilution of the matrix; the kit says it unless this does.",
              NO_MINIMUM, least=1, words=(NO_MINIMUM,), example=4.0),
        Field("volume_factor", Kind.NUMBER, "Multiplies every dilution factor: volumes added after the dilution "
              "(1.04 = 2 µL acid and 2 µL base per 100 µL).", 1.0, least=1, most=10),
        Field("policy", Kind.TEXT, "Several dilutions of a sample: report the mean of those in range, the least "
              "diluted one in range, or the one nearest the inflection of the curve.", "mean_in_range",
              choices=tuple(DilutionPolicy)),
    ),
)  # fmt: skip

_TIMEPOINTS = Table(
    "timepoints",
    "Planned sampling times, one table each: [timepoints.24h].",
    named=Table(
        "NAME",
        "A planned sampling time; its name is what results are labelled with.",
        (
            Field("minutes", Kind.NUMBER, "Time after the anchor; the baseline has none.", unit="min", above=0,
                  example=1440.0),
            Field("aliases", Kind.TEXTS, "Other ways in which sample sheets write it.", (), example=("1 day",)),
            Field("tolerance_minutes", Kind.NUMBER, "How far the actual time may be off; beyond twice that the sample "
                  "does not count as this timepoint.", unit="min", least=0, example=120.0),
            Field("required", Kind.FLAG, "Every subject must have it.", True),
            Field("enabled", Kind.FLAG, "false removes a timepoint that the extended protocol has.", True),
        ),
    ),
)  # fmt: skip

_HEAD = (
    Field("id", Kind.TEXT, "Name of the protocol; the file's name if absent.", pattern=ID_PATTERN,
          pattern_doc="name of small letters, digits and hyphens", example="my-protocol"),
    Field("title", Kind.TEXT, "One line for lists and reports.", ""),
    Field("description", Kind.TEXT, "What it is for, and what to know before using it.", ""),
    Field("extends", Kind.TEXT, "Protocol whose settings hold where this file says nothing: an id or a path.",
          example="generic"),
    Field("unit", Kind.TEXT, "Unit of all concentrations of the protocol and its results; “layout”: that of the "
          "layout.", choices=(*UNITS, LAYOUT_UNIT), example="pg/mL"),
    Field("matrix", Kind.TEXT, "What the samples are, unless the sample sheet says otherwise.", choices=MATRICES,
          example="plasma_edta"),
    Field("replicates", Kind.WHOLE, "Wells that the method plans per sample.", 2, least=1, most=96),
    Field("reduce", Kind.TEXT, "Read the mean response on the curve, or average the wells' concentrations.",
          "mean_response", choices=tuple(Reduce)),
    Field("time_anchor", Kind.TEXT, "What times are counted from.", "none",
          choices=("infusion_start", "infusion_end", "none")),
)  # fmt: skip

NOT_INHERITED = ("id", "title", "description", "extends")
PRESET_TABLES = (_CURVE, _LIMITS, _READING, _EDITING)


def protocol_schema(rules: Mapping[str, RuleSchema] | None = None) -> Table:
    """The whole schema; without ``rules`` any rule and setting passes (for docs and the JSON Schema)."""
    kit = Table(
        "kit",
        "The kit, from its own file; single values may be replaced here.",
        (
            Field("use", Kind.TEXT, "Kit file: an id or a path.", example="promega-emax-g7610"),
            *KIT.fields,
        ),
        KIT.tables,
        shorthand="use",
    )
    qc = Table(
        "qc",
        "Rules between analysis and report.",
        (Field("preset", Kind.TEXT, "Preset of thresholds: an id or a path.", DEFAULT_PRESET, example="ich-m10-lba"),),
        (rules_table(rules), OWN_RULES),
    )
    tables = (
        DESIGN, kit, _READING, _STANDARDS, _CURVE, _LIMITS, _EDITING, _DILUTION, _TIMEPOINTS, STUDY, qc, HISTORY,
    )  # fmt: skip
    return Table("", "A protocol: one way to analyze a plate.", _HEAD, tables)


def preset_schema(rules: Mapping[str, RuleSchema] | None = None) -> Table:
    """A preset: thresholds of rules, and the settings of curve, limits and reading that belong with them."""
    head = (
        Field("id", Kind.TEXT, "Name of the preset; the file's name if absent.", pattern=ID_PATTERN,
              pattern_doc="name of small letters, digits and hyphens"),
        Field("title", Kind.TEXT, "One line for reports.", ""),
        Field("remark", Kind.TEXT, "What a reader of the report must know about these criteria.", ""),
    )  # fmt: skip
    return Table("", "A preset.", head, (*PRESET_TABLES, rules_table(rules)))


def rules_table(rules: Mapping[str, RuleSchema] | None) -> Table:
    """``[rules.REP-01]`` and its like, from what the rules themselves declare."""
    doc = "What is changed of a rule; `elisa-bdnf rules` lists them all."
    if rules is None:
        return Table("rules", doc, named=_rule_table(RuleSchema("RULE", tuple(FindingLevel), {})))
    return Table("rules", doc, tables=tuple(_rule_table(rule) for rule in rules.values()))


def _rule_table(rule: RuleSchema) -> Table:
    settings = tuple(_setting(name, default) for name, default in rule.settings.items())
    fields = (
        Field("enabled", Kind.FLAG, "false switches the rule off.", True),
        Field("level", Kind.TEXT, "Level of all its findings.", choices=tuple(rule.levels)),
        *settings,
    )
    return Table(rule.rule, "Switch, level and settings of a rule.", fields)


def _setting(name: str, default: float | str | bool) -> Field:
    """A setting's range follows from its name, as long as names are kept to their meaning."""
    doc = f"Setting of the rule (default {default})."
    if isinstance(default, bool):
        return Field(name, Kind.FLAG, doc, default)
    if isinstance(default, str):
        return Field(name, Kind.TEXT, doc, default)
    if name.endswith("_percent"):
        return Field(name, Kind.NUMBER, doc, default, unit="%", least=0, most=1000)
    if name.endswith("fraction") or name in ("correlation", "r_squared"):
        return Field(name, Kind.NUMBER, doc, default, least=0, most=1)
    if name.startswith(("min_", "max_")) or name.endswith("_nm"):
        return Field(name, Kind.NUMBER, doc, default, least=0)
    return Field(name, Kind.NUMBER, doc, default)
