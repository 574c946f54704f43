"""What people do after each event, within some days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onebasket.timeline.clock import gap_codes
from onebasket.timeline.histories import PURCHASE, Histories, Marks, Numbers, Places

_DAY = 86_400


@dataclass(frozen=True, eq=False)
class Coming:
    """After event e come the events `places[start[e] : end[e]]` of the same person, all of one kind: not at
    once, but within the days."""

    histories: Histories
    places: Places  # (kind,) rising
    start: Places  # (events,)
    end: Places  # (events,)

    @classmethod
    def of(cls, histories: Histories, days: float, action: int = PURCHASE) -> Coming:
        """Raises ValueError where nothing is known of actions or times."""
        if histories.marks is None or histories.times is None:
            raise ValueError("histories without marks or times")
        keys, ahead = _keys(histories, days), int(days * _DAY)
        places = np.flatnonzero((histories.marks[:, 0] == action) & (histories.items > 0))
        start = np.searchsorted(keys[places], keys, "right")
        end = np.searchsorted(keys[places], keys + ahead, "right")
        return cls(histories, places, start, end)

    def drawn(self, at: Places, random: np.random.Generator) -> tuple[npt.NDArray[np.bool_], Numbers, Marks]:
        """One of what comes after each of some events, all as likely: whether there is one, its item, and its
        first marks (…, ASKED): the action, and how long after."""
        start, end = self.start[at], self.end[at]
        some = end > start
        pick = start + (random.random(at.shape) * (end - start)).astype(np.int64)
        found = self.places[np.where(some, pick, 0)] if len(self.places) else np.zeros(at.shape, np.int64)
        marks, times = self.histories.marks, self.histories.times
        assert marks is not None and times is not None
        gaps = gap_codes(times[found] - times[at])
        return some, self.histories.items[found], np.stack([marks[found, 0], gaps], -1)


def within(histories: Histories, windows_days: tuple[int, ...]) -> npt.NDArray[np.int8]:
    """Whether a purchase comes within each window after each event, (events, windows); -1 where the window
    ends after the last event of all."""
    made = np.full((len(histories.items), len(windows_days)), -1, np.int8)
    times = histories.times
    assert times is not None
    for place, days in enumerate(windows_days):
        coming = Coming.of(histories, days)
        known = times + days * _DAY <= times.max(initial=0)
        made[known, place] = (coming.end > coming.start)[known]
    return made


def _keys(histories: Histories, days: float) -> Places:
    """Events in order as one rising number: people so far apart that nobody's days reach the next."""
    times = histories.times
    assert times is not None
    begins = np.zeros(len(times), np.int64)
    begins[histories.first[histories.lengths > 0]] = 1
    least = times.min(initial=0) if not len(times) else times.min()
    span = int(times.max(initial=0)) - int(least) + int(days * _DAY) + 2
    keys: Places = (begins.cumsum() - 1) * span + (times - least)
    return keys
