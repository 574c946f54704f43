"""What is foretold: every task, its window and whom it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Outcome = Literal["bought", "returned", "kept"]
About = Literal["customer", "category", "product"]

ACTIVE_DAYS = 90  # who bought within so many days can churn
MIN_HISTORY_DAYS = 28  # what a moment must know before it is learned from
_MOMENTS = 8


@dataclass(frozen=True)
class Task:
    """Something foretold of the days that follow a moment."""

    name: str
    days: int
    outcome: Outcome
    about: About = "customer"

    @property
    def money(self) -> bool:
        """Whether an amount is foretold, in minor units, and not a probability."""
        return self.outcome == "kept"


TASKS = (
    Task("purchase_7d", 7, "bought"),
    Task("purchase_30d", 30, "bought"),
    Task("purchase_90d", 90, "bought"),
    Task("return_30d", 30, "returned"),
    Task("value_30d", 30, "kept"),
    Task("value_90d", 90, "kept"),
    Task("category_30d", 30, "bought", "category"),
    Task("product_30d", 30, "bought", "product"),
)
CHURN, CHURN_OF = "churn_90d", "purchase_90d"  # churn is the absence of a purchase, among active customers


@dataclass(frozen=True)
class Moments:
    """Where in time one task is learned, chosen, judged and asked. Each list starts with the latest.

    A window is the task's days after a moment. Windows of `choose` end by `validation`, that of
    `validation` by `test`, those of `judge` by `test`, that of `test` and those of `final` by `now`.
    """

    days: int
    choose: tuple[datetime, ...]
    validation: datetime
    judge: tuple[datetime, ...]
    test: datetime
    final: tuple[datetime, ...]
    now: datetime


def moments(first: datetime, now: datetime, days: int, most: int = _MOMENTS) -> Moments | None:
    """Where a window of so many days is learned and judged; None where the data is too short for it.

    Training moments lie whole weeks apart, so that every window sees the same weekdays.
    """
    window = timedelta(days=days)
    test = now - window
    validation = test - window
    found = tuple(_before(first, last - window, days, most) for last in (validation, test, now))
    if not found[0]:
        return None
    return Moments(days, found[0], validation, found[1], test, found[2], now)


def days_needed(days: int) -> int:
    """How many days a shop must have been watched for windows of so many days."""
    return 3 * days + MIN_HISTORY_DAYS


def _before(first: datetime, last: datetime, days: int, most: int) -> tuple[datetime, ...]:
    step = timedelta(days=7 if days < 14 else 14)
    earliest = first + timedelta(days=MIN_HISTORY_DAYS)
    return tuple(last - n * step for n in range(most) if last - n * step >= earliest)
