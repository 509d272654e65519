"""Settings of the study designs: what their own arithmetic needs beside the plate (DOMAIN §8)."""

from __future__ import annotations

from elisa_bdnf.protocols.fields import Field, Kind, Table

_INFUSION = Table(
    "infusion",
    "What was given (human_infusion).",
    (
        Field("drug", Kind.TEXT, "Drug.", example="ketamine"),
        Field("dose_mg_per_kg", Kind.NUMBER, "Dose.", unit="mg/kg", above=0, example=0.5),
        Field("route", Kind.TEXT, "Route.", example="intravenous"),
        Field("duration_min", Kind.NUMBER, "Duration of the infusion.", unit="min", least=0, example=40.0),
    ),
)  # fmt: skip

_EXPOSURE = Table(
    "exposure",
    "What the cells were exposed to (neuron_release).",
    (
        Field("drug", Kind.TEXT, "Drug.", example="ketamine"),
        Field("concentration_um", Kind.NUMBER, "Its concentration.", unit="µM", above=0, example=0.5),
        Field("times_min", Kind.NUMBERS, "Planned exposure times.", unit="min", above=0, example=(15.0, 60.0, 360.0)),
    ),
)  # fmt: skip

_VOLUMES = Table(
    "volumes",
    "Volumes of the immunoprecipitation (neuron_release); without them there is no pg per mL of medium.",
    (
        Field("v_medium_ul", Kind.NUMBER, "Medium taken into the precipitation.", unit="µL", above=0, example=500.0),
        Field("v_eluate_ul", Kind.NUMBER, "Eluate.", unit="µL", above=0, example=100.0),
        Field("v_total_ul", Kind.NUMBER, "All medium of the culture well.", unit="µL", above=0, example=1000.0),
    ),
)  # fmt: skip

_PRECIPITATION = Table(
    "precipitation",
    "The immunoprecipitation itself (neuron_release).",
    (
        Field("antibody_ug_per_ml", Kind.NUMBER, "Capturing antibody in the medium.", unit="µg/mL", above=0,
              example=2.0),
        Field("recovery_low", Kind.NUMBER, "Lowest acceptable recovery of the spiked control.", 0.5, least=0, most=10),
        Field("recovery_high", Kind.NUMBER, "Highest acceptable recovery.", 1.2, least=0, most=10),
        Field("spike", Kind.TEXTS, "Names of the spiked recovery control.", ("ip_spike",)),
    ),
)  # fmt: skip

_CONDITIONS = Table(
    "conditions",
    "How the sample sheet names the conditions (neuron_release).",
    (
        Field("column", Kind.TEXT, "Column of the sample sheet that holds them.", "condition"),
        Field("batch_column", Kind.TEXT, "Column of the culture batch, the unit of replication.", "prep_id"),
        Field("vehicle", Kind.TEXTS, "Vehicle.", ("veh",)),
        Field("treatment", Kind.TEXTS, "Drug alone.", ("ket",)),
        Field("joined_by", Kind.TEXT, "Joins drug and blocker in one name, as in ket+NBQX.", "+"),
        Field("medium_only", Kind.TEXTS, "Medium without cells.", ("medium_only",)),
        Field("beads_only", Kind.TEXTS, "Beads without antibody.", ("beads_only",)),
        Field("antibody_only", Kind.TEXTS, "Antibody in medium without cells.", ("antibody_only",)),
        Field("basal_shift_percent", Kind.NUMBER, "How far a blocker alone may move the basal release.", 20.0, unit="%",
              least=0, most=1000),
        Field("control_percent", Kind.NUMBER, "How much of vehicle the controls without cells may read.", 20.0,
              unit="%", least=0, most=1000),
    ),
)  # fmt: skip

_BLOCKERS = Table(
    "blockers",
    "Blockers, one table each: [design.blockers.NBQX] (neuron_release).",
    named=Table(
        "NAME",
        "A blocker.",
        (
            Field("target", Kind.TEXT, "What it blocks."),
            Field("concentration_um", Kind.NUMBER, "Its concentration.", unit="µM", above=0),
            Field("preincubation_min", Kind.NUMBER, "How long before the drug.", unit="min", least=0),
            Field("aliases", Kind.TEXTS, "Other names in sample sheets.", ()),
        ),
    ),
)  # fmt: skip

_RESULT = Table(
    "result",
    "What the result is expressed per (neuron_release, rodent_tissue).",
    (
        Field("per", Kind.TEXT, "Denominator.",
              choices=("ml_medium", "culture_well", "million_cells", "mg_protein", "mg_tissue"), example="mg_protein"),
        Field("unit", Kind.TEXT, "Unit of the result.", example="pg/mg"),
    ),
)  # fmt: skip

_TISSUE = Table(
    "tissue",
    "Animals and homogenates (rodent_tissue).",
    (
        Field("species", Kind.TEXT, "Species.", example="rat"),
        Field("drug", Kind.TEXT, "Drug.", example="ketamine"),
        Field("dose_mg_per_kg", Kind.NUMBER, "Dose.", unit="mg/kg", above=0, example=25.0),
        Field("doses", Kind.WHOLE, "Number of doses.", least=1, example=7),
        Field("hours_after_last_dose", Kind.NUMBERS, "Planned times after the last dose.", unit="h", least=0,
              example=(1.0, 6.0)),
        Field("control_arm", Kind.TEXTS, "Names of the control arm.", ("vehicle", "saline")),
        Field("region_column", Kind.TEXT, "Column of the sample sheet that names the region.", "region"),
        Field("v_homogenate_ml", Kind.NUMBER, "Volume of homogenate, where the sample sheet has none.", unit="mL",
              above=0, example=0.5),
    ),
)  # fmt: skip

_REGIONS = Table(
    "regions",
    "Brain regions, one table each: [design.regions.hippocampus] (rodent_tissue).",
    named=Table(
        "NAME",
        "A region.",
        (
            Field("aliases", Kind.TEXTS, "Other names in sample sheets.", ()),
            Field("suggested_dilution", Kind.NUMBER, "Dilution factor that worked for others; never applied.", least=1),
        ),
    ),
)  # fmt: skip

_RATIOS = Table(
    "ratios",
    "Ratios of two assays, one table each: [design.ratios.ptrkb] (rodent_tissue).",
    named=Table(
        "NAME",
        "A ratio.",
        (
            Field("numerator", Kind.TEXT, "Analyte above.", example="p-TrkB"),
            Field("denominator", Kind.TEXT, "Analyte below.", example="TrkB"),
            Field("loading", Kind.TEXT, "Loading control of both.", "", example="GAPDH"),
        ),
    ),
)  # fmt: skip

TABLES_OF_DESIGN = {
    "human_infusion": (_INFUSION,),
    "neuron_release": (_EXPOSURE, _VOLUMES, _PRECIPITATION, _CONDITIONS, _BLOCKERS, _RESULT),
    "rodent_tissue": (_TISSUE, _REGIONS, _RATIOS, _RESULT),
    "none": (),
}

DESIGN = Table(
    "design",
    "The study design, and what its own arithmetic needs.",
    (Field("kind", Kind.TEXT, "Design of the study.", "none", choices=tuple(TABLES_OF_DESIGN)),),
    (_INFUSION, _EXPOSURE, _VOLUMES, _PRECIPITATION, _CONDITIONS, _BLOCKERS, _TISSUE, _REGIONS, _RATIOS, _RESULT),
    shorthand="kind",
)
