"""The statistics of studies: pure functions on arrays, with frozen results (values, or a reason why there is none).

===============================  ==========================================================================
:func:`fit_mixed`                mixed model of ln concentration by REML, Satterthwaite's degrees of freedom
:func:`fit_censored`             the same where values are only known to lie below or above a limit
:func:`fit_normal`               mean and SD of one group where some values are limits, for descriptives
:func:`contrasts`                questions to a fit
:func:`holm`                     several questions, one error rate
:func:`paired`                   t and signed-rank tests of pairs, for small studies
:func:`pairs_needed`             how many pairs a study needs; :func:`power_of_pairs`
:func:`reference_change`         how large a change of one person is more than chance
:func:`measurement_variance`     from the interval of a concentration to the variance of its logarithm
===============================  ==========================================================================

Sources and formulas: docs/study-maths.md.
"""

from __future__ import annotations

from elisa_bdnf.study.statistics.censored import fit_censored
from elisa_bdnf.study.statistics.censored_normal import NormalFit, fit_normal
from elisa_bdnf.study.statistics.contrasts import contrasts, satterthwaite
from elisa_bdnf.study.statistics.measurement import measurement_variance
from elisa_bdnf.study.statistics.mixed import fit_mixed
from elisa_bdnf.study.statistics.multiplicity import holm
from elisa_bdnf.study.statistics.paired import paired, signed_rank
from elisa_bdnf.study.statistics.planning import pairs_needed, power_of_pairs, reference_change, sd_from_cv
from elisa_bdnf.study.statistics.values import (
    Contrast,
    Convergence,
    MixedFit,
    NoResult,
    PairedTests,
    SignedRank,
)

__all__ = [
    "Contrast",
    "Convergence",
    "MixedFit",
    "NoResult",
    "NormalFit",
    "PairedTests",
    "SignedRank",
    "contrasts",
    "fit_censored",
    "fit_mixed",
    "fit_normal",
    "holm",
    "measurement_variance",
    "paired",
    "pairs_needed",
    "power_of_pairs",
    "reference_change",
    "satterthwaite",
    "sd_from_cv",
    "signed_rank",
]
