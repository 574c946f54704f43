"""Rows to learn from and to judge by, read moment by moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from onebasket import scoring
from onebasket.scoring import Frame, Sample, States, Task
from onebasket.scoring.frames import Doubles, common_names
from onebasket.store.base import Store

_MOST_CUSTOMERS = 40_000  # that are learned from and judged, a moment
_MOST_PAIRED = 800  # the same where each stands beside its candidates
_PAIR_MOMENTS = 4


class Reader:
    """Reads samples of tasks; keeps the frames of a window's moments, which its tasks share."""

    def __init__(self, store: Store, states: States | None) -> None:
        self._store, self._states = store, states
        self._part = scoring.parts(store, _MOST_CUSTOMERS)[0]
        self._paired = scoring.parts(store, _MOST_PAIRED)[0]
        self._frames: dict[datetime, Frame] = {}
        self._names: dict[str, tuple[str, ...]] = {}

    def sample(self, task: Task, moments: Sequence[datetime]) -> Sample:
        """The rows of a task at some moments, the latest first, with what came after.

        Their columns are those of the task's first sample.
        """
        if task.about == "customer":
            frames = [self._frame(moment) for moment in moments]
            goals = [
                scoring.outcomes_at(self._store, [task], moment, frame, self._part)[0]
                for moment, frame in zip(moments, frames, strict=True)
            ]
        else:
            found = [self._pairs(task, moment) for moment in moments[:_PAIR_MOMENTS]]
            frames, goals = [frame for frame, _ in found], [goal for _, goal in found]
        names = self._names.setdefault(task.name, common_names(frames))
        return Sample.of(frames, goals, names)

    def _frame(self, moment: datetime) -> Frame:
        if moment not in self._frames:
            frame = scoring.customers_at(self._store, moment, self._part)
            self._frames[moment] = frame.with_states(self._states, moment) if self._states else frame
        return self._frames[moment]

    def _pairs(self, task: Task, moment: datetime) -> tuple[Frame, Doubles]:
        until = moment + timedelta(days=task.days)
        with scoring.candidates(self._store, moment):
            customers = scoring.customers_at(self._store, moment, self._paired)
            return scoring.pairs_at(self._store, task.about, moment, until, customers, self._paired)
