"""Improve: what came of models and experiments, told so that something can be decided by it.

    served      the lists that a server gave         → feedback: joined to clicks and purchases
    contest     how an experiment stands             → experiments: arms, comparisons, intervals
    feedback    outcomes of customers, rounds        → off_policy: what another model would have earned
    moved       inputs and scores, then and now      → drift
    rules       from figures to what follows         → decisions: kept, one line each

`onebasket.improving` walks this way.
"""

from __future__ import annotations

from onebasket import drift
from onebasket.drift import (
    Drift,
    categories_drift,
    numbers_drift,
    summarise_categories,
    summarise_numbers,
)
from onebasket.improve import decisions
from onebasket.improve.decisions import decide
from onebasket.improve.experiments import (
    Comparison,
    Outcomes,
    Plan,
    SampleRatio,
    arm_of,
    compare,
    sample_ratio,
)
from onebasket.improve.off_policy import PolicyValue, Rounds, doubly_robust, ips, snips
from onebasket.intervals import Interval

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
