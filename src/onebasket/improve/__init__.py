"""Improve: what came of models and experiments, told so that something can be decided by it.

`experiments` deals customers into arms and compares them, `off_policy` tells from logged lists what another
policy would have earned, `drift` how far data has moved since training, and `decisions` keeps what followed.
"""

from __future__ import annotations

from onebasket.improve import decisions, drift
from onebasket.improve.decisions import decide
from onebasket.improve.drift import (
    Drift,
    categories_drift,
    numbers_drift,
    summarise_categories,
    summarise_numbers,
)
from onebasket.improve.experiments import (
    Comparison,
    Outcomes,
    Plan,
    SampleRatio,
    arm_of,
    compare,
    sample_ratio,
)
from onebasket.improve.intervals import Interval
from onebasket.improve.off_policy import PolicyValue, Rounds, doubly_robust, ips, snips

__all__ = [
    "Comparison",
    "Drift",
    "Interval",
    "Outcomes",
    "Plan",
    "PolicyValue",
    "Rounds",
    "SampleRatio",
    "arm_of",
    "categories_drift",
    "compare",
    "decide",
    "decisions",
    "doubly_robust",
    "drift",
    "ips",
    "numbers_drift",
    "sample_ratio",
    "snips",
    "summarise_categories",
    "summarise_numbers",
]
