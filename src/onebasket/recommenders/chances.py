"""How likely a person buys an item in the days to come: trees over what is known of both.

Asked of few items a person, the candidates: those that the person had to do with, and those that others speak
for. What each had before is most of what there is to tell where people buy the same again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from onebasket.errors import MissingExtraError
from onebasket.recommenders.events import Events
from onebasket.recommenders.forest import Forest
from onebasket.recommenders.held_out import HeldOut
from onebasket.recommenders.interactions import DAY_SECONDS, Codes
from onebasket.recommenders.ranking import Scores, top_of_rows

HALF_LIVES_DAYS = (7.0, 30.0, 90.0, 365.0)
VOICES = 3  # models that speak for candidates
FACTS = VOICES + 3 + (5 + len(HALF_LIVES_DAYS)) + 3 + 3  # of voices, items, pairs, looks and people
SPOKEN_FOR = 100  # candidates of each kind that are not from a person's past
_TREES = {
    "objective": "binary", "learning_rate": 0.05, "num_leaves": 31, "min_data_in_leaf": 50,
    "deterministic": True, "force_row_wise": True, "verbose": -1,
}  # fmt: skip
_ROUNDS = 200
_WINDOWS, _PAIRS = 6, 1_500_000  # windows that trees are fitted on besides, until there are so many pairs
_LEARNED_FROM = 4_000  # people of such a window, at most
Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Candidates:
    """Pairs of people and items, in rising order."""

    rows: npt.NDArray[np.int64]  # (pairs,) places of people
    items: npt.NDArray[np.int64]  # (pairs,)
    facts: npt.NDArray[np.float32]  # (pairs, facts) nan: nothing to say


@dataclass(frozen=True, eq=False)
class Shown:
    """Candidates of some people, and what became of them."""

    people: npt.NDArray[np.int32]
    candidates: Candidates
    bought: npt.NDArray[np.bool_]  # (pairs,) in the days after
    plain: float  # what a plain ranking of all items gained, summed over the people


@dataclass(frozen=True, eq=False)
class Market:
    """All people's events up to a moment, and what they say of each item."""

    events: Events
    now: int

    @cached_property
    def facts(self) -> Doubles:
        """Purchases, those of late, and how many of the buyers bought again, (items, 3)."""
        bought, width = self.events.bought(), len(self.events.item_ids)
        age = (self.now - bought.times) / DAY_SECONDS
        often = np.bincount(bought.items, minlength=width)
        late = np.bincount(bought.items, 0.5 ** (age / HALF_LIVES_DAYS[0]), minlength=width)
        pairs, counts = np.unique(bought.users.astype(np.int64) * width + bought.items, return_counts=True)
        buyers = np.bincount(pairs % max(width, 1), minlength=width)
        again = np.bincount((pairs % max(width, 1))[counts > 1], minlength=width)
        return np.stack([often, late, again / np.maximum(buyers, 1)], 1)

    @cached_property
    def _columns(self) -> npt.NDArray[np.float32]:
        """The facts side by side, (3, items)."""
        return np.ascontiguousarray(self.facts.T, np.float32)

    def facts_of(self, items: Codes) -> npt.NDArray[np.float32]:
        """Of some items, (3, items)."""
        return self._columns[:, items]

    def at(self, now: int) -> Market:
        """The same facts of items, asked at another moment: what is said of people goes by that."""
        other = Market(self.events, now)
        other.__dict__.update(facts=self.facts, often=self.often)
        return other

    @cached_property
    def often(self) -> npt.NDArray[np.int64]:
        """The items most bought of late, the first of equals first."""
        return np.argsort(-self.facts[:, 1], kind="stable")[:SPOKEN_FOR]

    def candidates(self, people: Events, voices: Sequence[Scores] = ()) -> Candidates:
        """Candidates of some people, by their events, with what VOICES (people, items) each say."""
        width = len(self.events.item_ids)
        past = people.only(people.items >= 0)
        keys = [past.users.astype(np.int64) * width + past.items]
        keys.append((np.arange(len(people.user_ids))[:, None] * width + self.often).ravel())
        for voice in voices:
            found, _ = top_of_rows(voice, min(SPOKEN_FOR, width))
            keys.append((np.arange(len(voice))[:, None] * width + found).ravel()[(found >= 0).ravel()])
        pairs = np.unique(np.concatenate(keys))
        rows, items = pairs // max(width, 1), pairs % max(width, 1)
        bought = people.bought()
        others = past.only(past.marks[0].codes != 1)
        said = [voice[rows, items] for voice in voices] or [np.full(len(rows), np.nan)] * VOICES
        own = self._of_pairs(bought, pairs, width)
        looked = self._of_pairs(others, pairs, width)[:, :3]
        buyers = self._of_people(bought, len(people.user_ids))
        facts = [np.stack(said, 1), self.facts[items], own, looked, buyers[rows]]
        return Candidates(rows, items, np.concatenate(facts, 1).astype(np.float32))

    def _of_pairs(self, events: Events, pairs: npt.NDArray[np.int64], width: int) -> Doubles:
        """Of events about each pair: how many, those of late by HALF_LIVES_DAYS, days since the last and the
        first, the usual days between, and those since the last by that; nan where there are none."""
        keys = events.users.astype(np.int64) * width + events.items
        order = np.lexsort((events.times, keys))
        known, first, place, counts = np.unique(
            keys[order], return_index=True, return_inverse=True, return_counts=True
        )
        age = (self.now - events.times[order]) / DAY_SECONDS
        late = [np.bincount(place, 0.5 ** (age / days), minlength=len(known)) for days in HALF_LIVES_DAYS]
        oldest, newest = age[first], age[first + counts - 1]
        between = np.where(counts > 1, (oldest - newest) / np.maximum(counts - 1, 1), np.nan)
        made = np.full((len(pairs), 5 + len(late)), np.nan)
        told = [counts, *late, newest, oldest, between, (newest + 1) / (between + 1)]
        made[np.searchsorted(pairs, known)] = np.stack(told, 1)[:, : made.shape[1]]
        return made

    def _of_people(self, bought: Events, people: int) -> Doubles:
        """Purchases, those of late, and days since the last, (people, 3)."""
        age = (self.now - bought.times) / DAY_SECONDS
        often = np.bincount(bought.users, minlength=people)
        late = np.bincount(bought.users, 0.5 ** (age / HALF_LIVES_DAYS[1]), minlength=people)
        last = np.full(people, np.nan)
        last[bought.users] = age  # events are in order of time: the last one stays
        return np.stack([often, late, last], 1)


class Chances:
    """Boosted trees (Ke et al., "LightGBM", NeurIPS 2017) over the facts of candidates."""

    def __init__(self, text: str) -> None:
        """From what `text` gave. Raises ValueError for what no trees ever were."""
        self.text, made = text, _lightgbm()
        try:
            self._trees = made.Booster(model_str=text)
        except made.basic.LightGBMError as error:
            raise ValueError(f"chances: {error}") from error

    @classmethod
    def fit(cls, shown: Sequence[Shown], seed: int) -> Chances:
        """Learn from candidates and whether each was bought in the days after."""
        facts = np.concatenate([each.candidates.facts for each in shown])
        data = _lightgbm().Dataset(facts, np.concatenate([each.bought for each in shown]).astype(np.float32))
        settings = _TREES | {"seed": seed, "num_threads": 1}
        return cls(_lightgbm().train(settings, data, _ROUNDS).model_to_string())

    def log_odds(self, candidates: Candidates) -> Doubles:
        """Of each candidate to be bought, (pairs,)."""
        if not len(candidates.rows):
            return np.zeros(0)
        return self.of_facts(candidates.facts.T)

    def of_facts(self, facts: npt.NDArray[np.float32]) -> Doubles:
        """The same from facts that stand side by side, (facts, pairs)."""
        if self._forest is not None:
            return self._forest.sums(facts)
        told: Doubles = self._trees.predict(facts.T, raw_score=True, num_threads=1)
        return told

    @cached_property
    def _forest(self) -> Forest | None:
        return Forest.of(self.text)

    def first(self, scores: Scores, candidates: Candidates) -> Scores:
        """`scores` (people, items), with the candidates in front by their chances."""
        front: Scores = scores - (scores.max(axis=1, keepdims=True) + np.float32(_FAR))
        front[candidates.rows, candidates.items] = self.log_odds(candidates)
        return front


_FAR = 1e3  # log odds of candidates lie above this far below nought


def earlier_windows(events: Events, held: HeldOut, days: float) -> list[Shown]:
    """Windows before the one held out, of the same people: what each had before, and what became of it. The
    voices are silent there, as they have learnt from what came."""
    start, width, shown, pairs = int(held.times.max(initial=0)), len(events.item_ids), [], 0
    for back in range(1, _WINDOWS + 1):
        now = start - int(back * days * DAY_SECONDS)
        before = events.only(events.times < now)
        if pairs > _PAIRS or not len(before):
            break
        later = events.only((events.times >= now) & (events.times < now + int(days * DAY_SECONDS))).bought()
        known = np.bincount(before.users, minlength=len(events.user_ids)) > 0
        people = held.people[known[held.people]][:_LEARNED_FROM]
        candidates = Market(before, now).candidates(before.take(people))
        keys = people[candidates.rows].astype(np.int64) * width + candidates.items
        bought = np.isin(keys, later.users.astype(np.int64) * width + later.items)
        shown.append(Shown(people, candidates, bought, 0.0))
        pairs += len(keys)
    return shown


def _lightgbm() -> Any:
    try:
        import lightgbm
    except ImportError as error:
        raise MissingExtraError("learn", "learn") from error
    return lightgbm
