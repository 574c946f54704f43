"""Scoring: what a customer will do in the days after a moment, as probabilities and amounts one can count on.

What was known before a moment (`frames`, `pairs`) is told beside what came after it (`outcomes`). Learners
(`learners`) say a number a row, and a calibrator (`calibration`) maps it to what happens; both make a scorer
(`scorer`), which is kept as texts and JSON (`saved`). Learn trains scorers and apply asks them.
"""

from __future__ import annotations

from onebasket.scoring.frames import EVERYBODY, Frame, Part, Span, States, customers_at, events, parts
from onebasket.scoring.outcomes import outcomes_at
from onebasket.scoring.pairs import PAIR_SIMPLE, candidates, pairs_at
from onebasket.scoring.saved import Scorers
from onebasket.scoring.saved import read as load
from onebasket.scoring.saved import write as save
from onebasket.scoring.scorer import Method, Sample, Scorer
from onebasket.scoring.tasks import (
    ACTIVE_DAYS,
    CHURN,
    CHURN_OF,
    TASKS,
    Moments,
    Task,
    days_needed,
    moments,
)

__all__ = [
    "ACTIVE_DAYS",
    "CHURN",
    "CHURN_OF",
    "EVERYBODY",
    "PAIR_SIMPLE",
    "TASKS",
    "Frame",
    "Method",
    "Moments",
    "Part",
    "Sample",
    "Scorer",
    "Scorers",
    "Span",
    "States",
    "Task",
    "candidates",
    "customers_at",
    "days_needed",
    "events",
    "load",
    "moments",
    "outcomes_at",
    "pairs_at",
    "parts",
    "save",
]
