"""What people do after each event, within some days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What is told of windows beside whether anything is bought."""

    returns: npt.NDArray[np.bool_]  # (events,) which give something back
    worth: npt.NDArray[np.float32]  # (events,) money, in any unit
    groups: npt.NDArray[np.bool_]  # (N + 1, G) which items are of which group: purchases of each are told

    @classmethod
    def nothing(cls, histories: Histories, items: int) -> Outcomes:
        """Where no more is known."""
        events = len(histories.items)
        return cls(
            np.zeros(events, np.bool_), np.zeros(events, np.float32), np.zeros((items + 1, 0), np.bool_)
        )


@dataclass(frozen=True, eq=False)
class Windows:
    """What people do in the days after a moment at which they have done nothing for a while.

    Kinds are purchases, returns, and purchases of each group; counts of them wrap around, and only their
    differences, which are small, matter.
    """

    days: tuple[int, ...]
    keys: Places  # (events,) rising
    telling: Places  # (told,) keys of events that are of a kind
    counts: npt.NDArray[np.uint16]  # (told + 1, kinds) of each kind before each of them
    spent: npt.NDArray[np.float64]  # (told + 1,) before each of them, in usual purchases
    waits: Places  # (events,) seconds to the same person's next event, or to the last of all
    left: Places  # (events,) seconds to the last event of all

    @classmethod
    def of(cls, histories: Histories, days: tuple[int, ...], outcomes: Outcomes) -> Windows:
        """Raises ValueError where nothing is known of actions or times."""
        if histories.marks is None or histories.times is None:
            raise ValueError("histories without marks or times")
        times, keys = histories.times, _keys(histories, max(days))
        left = times.max(initial=0) - times
        waits = np.append(np.diff(times), 0)
        some = histories.lengths > 0
        last = (histories.first + histories.lengths - 1)[some]
        waits[last] = left[last]
        buys = histories.marks[:, 0] == PURCHASE
        told = np.flatnonzero(buys | outcomes.returns)
        bought, items = buys[told, None], histories.items[told]
        kinds = np.concatenate([bought, outcomes.returns[told, None], outcomes.groups[items] & bought], 1)
        worth = outcomes.worth[told] * bought[:, 0]
        usual = float(worth.mean(where=bought[:, 0])) if bought.any() and worth.any() else 1.0
        return cls(
            days, keys, keys[told], _before(kinds, np.uint16), _before(worth / usual, np.float64), waits, left
        )

    def drawn(
        self, at: Places, random: np.random.Generator
    ) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32], Marks]:
        """A moment between each of some events and the next: whether there is an event of each kind within so
        many days of it, (…, windows, kinds), -1 where they end after the last event of all; what is spent in
        them, (…, windows), in usual purchases; and the code of the time waited."""
        wait = (random.random(at.shape) * (self.waits[at] + 1)).astype(np.int64)
        moment = self.keys[at] + wait
        start = np.searchsorted(self.telling, moment, "right")
        within = np.full((*at.shape, len(self.days), self.counts.shape[1]), -1, np.int8)
        spent = np.zeros((*at.shape, len(self.days)), np.float32)
        for place, days in enumerate(self.days):
            known = wait + days * _DAY <= self.left[at]
            end = np.searchsorted(self.telling, moment + days * _DAY, "right")
            within[..., place, :][known] = (self.counts[end] != self.counts[start])[known]
            spent[..., place] = self.spent[end] - self.spent[start]
        return within, spent, gap_codes(wait)


def _before(values: npt.NDArray[np.generic], kind: type[np.generic]) -> npt.NDArray[Any]:
    """Sums of what comes before each row, and of all."""
    return np.concatenate([np.zeros((1, *values.shape[1:]), kind), np.cumsum(values, 0, dtype=kind)])


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
