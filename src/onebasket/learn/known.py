"""What models may learn from, and which of it each takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from onebasket.accounting import Progress, silent
from onebasket.recommenders import Catalogue, Events, Interactions, Recommender


@dataclass(frozen=True, eq=False)
class Known:
    """Purchases; all else that was done; what the catalogue says. None: no model asks for it."""

    purchases: Interactions
    events: Events | None = None
    catalogue: Catalogue | None = None
    kept: Path | None = None  # where trainings may be kept until all are done

    def before(self, time: int) -> Known:
        """What was known at a moment, but for the catalogue, which is today's."""
        events = self.events and self.events.before(time)
        return replace(self, purchases=self.purchases.before(time), events=events)

    def fit(self, model: Recommender, seed: int, progress: Progress = silent) -> Recommender:
        """Train a model on what it has a use for."""
        model.kept = self.kept
        return model.fit(
            self.purchases, seed, progress,
            catalogue=self.catalogue if model.informed else None,
            events=self.events if model.timed else None,
        )  # fmt: skip
