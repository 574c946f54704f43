"""What customers did in the days after a moment."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from onebasket.scoring.frames import EVERYBODY, Doubles, Frame, Part, spread, table
from onebasket.scoring.tasks import Task
from onebasket.store.base import Store

_COLUMN = {"bought": "bought", "returned": "returned", "kept": "kept_minor"}


def outcomes_at(
    store: Store, tasks: list[Task], moment: datetime, frame: Frame, part: Part = EVERYBODY
) -> list[Doubles]:
    """For each task, all of one window, what became of the customers of a frame: 0 or 1, or minor units."""
    until = moment + timedelta(days=tasks[0].days)
    found = spread(
        table(store, "scoring/outcomes", moment=moment, until=until, low=part.low, high=part.high),
        frame.customers,
    )
    nothing = np.zeros(len(frame))
    told = [np.nan_to_num(found.get(_COLUMN[task.outcome], nothing)) for task in tasks]
    return [
        some if task.money else (some > 0).astype(np.float64) for task, some in zip(tasks, told, strict=True)
    ]
