"""The timeline model asked about one person while somebody waits.

It says of the items that stand first what `Timeline.scores` says of them, in the time that few items take:
the network's best are found by bytes (`Nearest`), what follows is counted for items that follow anything, and
nothing is made of all the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from threading import local
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from onebasket.kernels import compiled, compiled_fast
from onebasket.recommenders.chances import FACTS, HALF_LIVES_DAYS, SPOKEN_FOR, Chances, Market
from onebasket.recommenders.counts import Counts, Shares
from onebasket.recommenders.ease import EASE
from onebasket.recommenders.events import Events
from onebasket.recommenders.interactions import DAY_SECONDS, Codes, Floats, Mask
from onebasket.recommenders.opinion import Opinion
from onebasket.recommenders.ranking import Scores, top_of_rows

if TYPE_CHECKING:
    from onebasket.timeline.alone import Alone
    from onebasket.timeline.nearest import Nearest

_BEST = 300  # items that stand first where no trees decide
Found = tuple[Codes, Scores]  # items, rising, and their scores; all others stand behind them


@dataclass(frozen=True, eq=False)
class Past:
    """What one person did, the oldest first, coded as the model codes it: one event or more."""

    items: Codes  # (events,) -1: about no product
    times: npt.NDArray[np.int64]  # (events,)
    marks: tuple[npt.NDArray[np.uint8], ...]  # (events,) each

    @classmethod
    def of(cls, events: Events, start: int, end: int, since: Events) -> Past:
        """The events of some places, all one person's, and what the person did since."""
        since = since.marked_by(events.told)
        items = np.concatenate([events.items[start:end], since.items])
        times = np.concatenate([events.times[start:end], since.times])
        marks = [
            np.concatenate([mark.codes[start:end], new.codes])
            for mark, new in zip(events.marks, since.marks, strict=True)
        ]
        if len(since) and end > start and since.times[0] < events.times[end - 1]:
            order = np.argsort(times, kind="stable")
            items, times, marks = items[order], times[order], [each[order] for each in marks]
        return cls(items, times, tuple(marks))

    @cached_property
    def about(self) -> Codes:
        """The items of all that was about one."""
        return self.items[self.items >= 0]

    @cached_property
    def buys(self) -> Mask:
        """Which events are purchases."""
        made: Mask = (self.marks[0] == 1) & (self.items >= 0)
        return made

    def bought(self, half_life_days: float, now: int) -> tuple[Codes, Floats]:
        """The items bought, rising, and how often; half as much for every half-life until now."""
        items, places = np.unique(self.items[self.buys], return_inverse=True)
        weights = np.ones(len(places), np.float32)
        if half_life_days:
            ago = (self.times[self.buys] - now) / (half_life_days * DAY_SECONDS)
            weights = np.exp2(ago).astype(np.float32)
        return items, np.bincount(places, weights, minlength=len(items)).astype(np.float32)


class Room(local):
    """Arrays as long as there are items, a thread its own: nought, and to be left so."""

    def __init__(self, items: int) -> None:
        self.sums = np.zeros(items, np.float32)
        self.places = np.full(items, -1, np.int32)
        self.led = np.empty(items, np.int32)


@dataclass(eq=False)
class Quick:
    """The parts of one model. Threads may ask at once."""

    opinion: Opinion
    counts: Counts
    half_life_days: float  # of what a person had before, in repeats
    shares: Shares
    trees: tuple[Chances, EASE, Market] | None

    def __post_init__(self) -> None:
        self._room = Room(self.counts.rules.rows)

    def ahead(self, past: Past, now: int) -> Found:
        """What stands first for somebody."""
        state = self._state(past, now)
        room, rules = self._room, self.counts.rules
        told = rules.starts, rules.items, rules.values
        led = np.sort(room.led[: _lead(past.about, told, self.counts.recency, room.sums, room.led)])
        try:
            return (self._judged if self.trees else self._blended)(past, now, state, led)
        finally:
            room.sums[led] = 0

    def _judged(self, past: Past, now: int, state: Floats, led: Codes) -> Found:
        """The candidates of `Market.candidates`, by their chances."""
        assert self.trees
        chances, ease, market = self.trees
        linear = ease.modelled(*past.bought(0.0, now))
        likest, _ = top_of_rows(linear[None], min(SPOKEN_FOR, len(linear)))
        spoken = [self._nearest(state, SPOKEN_FOR), self._first(led), likest[0][likest[0] >= 0]]
        items = np.unique(np.concatenate([past.about, market.often.astype(np.int32), *spoken]))
        facts = np.full((FACTS, len(items)), np.nan, np.float32)
        facts[0], facts[1] = self._says(state, items), self._follows(items)
        modelled = int(np.searchsorted(items, len(linear)))
        facts[2, :modelled] = linear[items[:modelled]]
        facts[3:6] = market.facts_of(items)
        places = self._room.places
        places[items] = np.arange(len(items))
        _tell(past.items, past.times, past.marks[0], now, places, np.array(HALF_LIVES_DAYS), facts)
        places[items] = -1
        return items, chances.of_facts(facts).astype(np.float32)

    def _blended(self, past: Past, now: int, state: Floats, led: Codes) -> Found:
        """The best of all by the network with counts. What no count raises can only be one of these if it is
        among as many of the network's own best."""
        bought, often = past.bought(self.half_life_days, now)
        near = self._nearest(state, _BEST)
        items = np.unique(np.concatenate([led, bought, near]))
        scores = self._says(state, items) + np.float32(self.shares.rules) * self._follows(items)
        if self.shares.repeats:
            again = np.full(len(items), self.counts.floors[1], np.float32)
            again[np.searchsorted(items, bought)] += often
            scores += np.float32(self.shares.repeats) * np.log(again)
        best = np.sort(top_of_rows(scores[None], min(_BEST, len(items)))[0][0])
        return items[best], scores[best]

    def _state(self, past: Past, now: int) -> Floats:
        """What the network makes of a past, asked for a purchase now: a unit vector."""
        lines = self.opinion.lines
        items, times, marks = lines.last(past.items, past.times, past.marks, self.opinion.settings.length)
        return self._alone.state(items, marks, times, lines.asked_of(int(times[-1]), now))

    def _nearest(self, state: Floats, most: int) -> Codes:
        """The items that the network likes best."""
        items = np.arange(self.counts.rules.rows, dtype=np.int32)
        if self._near.rounded:
            items = self._near.near(state, min(most, len(items))).astype(np.int32)
        best: Codes = items[top_of_rows(self._says(state, items)[None], min(most, len(items)))[0][0]]
        return best

    def _says(self, state: Floats, items: Codes) -> Floats:
        """What the network says of some items."""
        made = np.empty(len(items), np.float32)
        _dots(self.opinion.units, items, state, made)
        made /= np.float32(self.opinion.settings.temperature)
        return made

    def _follows(self, items: Codes) -> Floats:
        """What `Counts.after` says of some items."""
        made: Floats = np.log(self._room.sums[items] + self.counts.floors[0])
        return made

    def _first(self, led: Codes) -> Codes:
        """The items that are likeliest to follow, then those that nothing leads to, by code."""
        most = min(SPOKEN_FOR, self.counts.rules.rows)
        best, _ = top_of_rows(self._follows(led)[None], min(most, len(led)))
        first: Codes = led[best[0]]
        if len(led) < most:
            others = np.setdiff1d(np.arange(most, dtype=np.int32), led)
            first = np.concatenate([first, others[: most - len(led)]])
        return first

    @cached_property
    def _alone(self) -> Alone:
        from onebasket.timeline.alone import Alone

        return Alone(self.opinion.encoder, self.opinion.vectors.numpy())

    @cached_property
    def _near(self) -> Nearest:
        from onebasket.timeline.nearest import Nearest

        return Nearest(self.opinion.directions)


@compiled_fast
def _dots(vectors: Any, items: Any, state: Any, made: Any) -> None:
    """Products of some vectors with a state, in this thread alone."""
    for place in range(len(items)):
        total = np.float32(0)
        for part in range(len(state)):
            total += vectors[items[place], part] * state[part]
        made[place] = total


@compiled
def _lead(items: Any, rules: Any, recency: Any, sums: Any, led: Any) -> Any:
    """Add up what follows the items of a history, the last one first, as `sequential_rules` does; how many
    items that is, and in `led` which."""
    starts, followers, values = rules
    size, weight = 0, 1.0
    for place in range(len(items) - 1, -1, -1):
        if weight < 1e-6:
            break
        for rule in range(starts[items[place]], starts[items[place] + 1]):
            item = followers[rule]
            new = np.float32(sums[item] + weight * values[rule])
            if sums[item] == 0 and new > 0:
                led[size] = item
                size += 1
            sums[item] = new
        weight *= recency
    return size


@compiled
def _tell(items: Any, times: Any, actions: Any, now: Any, places: Any, half_lives: Any, facts: Any) -> None:
    """Write what `Market` says of a person, and of the person beside each candidate."""
    count = facts.shape[1]
    own, looked = np.zeros((7, count)), np.zeros((3, count))  # how often, of late; days since last and first
    bought, late, last = 0, 0.0, np.nan
    for event in range(len(items)):
        if items[event] < 0:
            continue
        age, place = (now - times[event]) / 86400, places[items[event]]
        if actions[event] == 1:
            bought, late, last = bought + 1, late + 0.5 ** (age / half_lives[1]), age
            if own[0, place] == 0:
                own[6, place] = age
            own[0, place] += 1
            own[5, place] = age
            for each in range(4):
                own[1 + each, place] += 0.5 ** (age / half_lives[each])
        else:
            looked[0, place] += 1
            for each in range(2):
                looked[1 + each, place] += 0.5 ** (age / half_lives[each])
    for place in range(count):
        facts[18, place], facts[19, place], facts[20, place] = bought, late, last
        if looked[0, place] > 0:
            for each in range(3):
                facts[15 + each, place] = looked[each, place]
        if own[0, place] > 0:
            for each in range(7):
                facts[6 + each, place] = own[each, place]
        if own[0, place] > 1:
            between = (own[6, place] - own[5, place]) / (own[0, place] - 1)
            facts[13, place] = between
            facts[14, place] = (own[5, place] + 1) / (between + 1)
