"""What models may learn from, and which of it each takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from onebasket.accounting import Progress, silent
from onebasket.learn.evaluate import Targets, targets
from onebasket.recommenders import Catalogue, Events, Interactions, Recommender


class Windows(NamedTuple):
    """Where validation starts, where test starts, and the end, in seconds since 1970."""

    validation: int
    test: int
    end: int

    @property
    def moments(self) -> tuple[datetime, ...]:
        """The same as moments, UTC."""
        return tuple(datetime.fromtimestamp(each, UTC).replace(tzinfo=None) for each in self)


@dataclass(frozen=True, eq=False)
class Known:
    """Purchases; all that was done; what the catalogue says, None: no model asks for it."""

    purchases: Interactions
    events: Events
    catalogue: Catalogue | None = None
    kept: Path | None = None  # where trainings may be kept until all are done

    def before(self, time: int) -> Known:
        """What was known at a moment, but for the catalogue, which is today's."""
        return replace(self, purchases=self.purchases.before(time), events=self.events.before(time))

    def goal(self, start: int, end: int) -> Targets:
        """What customers bought in a window."""
        return targets(self.purchases.before(start), self.purchases.between(start, end))

    def fit(self, model: Recommender, seed: int, progress: Progress = silent) -> Recommender:
        """Train a model on what it has a use for."""
        model.kept = self.kept
        return model.fit(
            self.purchases, seed, progress,
            catalogue=self.catalogue if model.informed else None,
            events=self.events if model.timed else None,
        )  # fmt: skip
