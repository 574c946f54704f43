"""The contract of all recommenders, and what they share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import msgspec
import numpy as np
import numpy.typing as npt

from onebasket.accounting import Progress, silent
from onebasket.errors import ModelError
from onebasket.recommenders import saved
from onebasket.recommenders.ahead import Ahead
from onebasket.recommenders.catalogue import Catalogue
from onebasket.recommenders.events import PURCHASE, Events
from onebasket.recommenders.interactions import Codes, Floats, Interactions, Mask, Ragged
from onebasket.recommenders.ranking import NOBODY, Scores, top_of_rows
from onebasket.recommenders.reasons import Step, Why, ranks_of, reasons_of
from onebasket.recommenders.similarity import cosines

Seen = Literal["allow", "mask"]
Cold = Literal["popularity", "error"]
_BLOCK_SCORES = 4_000_000  # scores held at once: 16 MB, a few times over


@dataclass(frozen=True, eq=False)
class Lists:
    """Ranked lists, best first. A list that ends early is filled with item -1 and score -inf."""

    items: Codes  # (rows, top) codes into the model's item_ids
    scores: Scores  # (rows, top) comparable within a row only

    def of(self, row: int, item_ids: Sequence[str]) -> list[tuple[str, float]]:
        """One list as ids and scores."""
        return [
            (item_ids[item], float(score))
            for item, score in zip(self.items[row], self.scores[row], strict=True)
            if item != NOBODY
        ]


class Recommender(ABC):
    """Learns from interactions; then ranks items for users, and items beside items.

    Every model scores every item of the data it was fitted on; items it has no opinion of
    come last, the most bought first. Equal scores are ordered by purchases, then by id. The
    same interactions, settings and seed give the same model, to the bit, on one machine.
    """

    name: ClassVar[str]
    stochastic: ClassVar[bool] = False  # whether the seed changes anything
    ordered: ClassVar[bool] = False  # whether the order of purchases does
    timed: ClassVar[bool] = False  # whether it learns from all that people did, and when
    informed: ClassVar[bool] = False  # whether it knows items by what the catalogue says of them
    follows: ClassVar[bool] = True  # whether it can answer for histories it did not learn from
    stays: ClassVar[tuple[str, ...]] = ("popularity", "item_codes")  # what all say, whoever is asked about
    kept: Path | None = None  # where a long training may be kept, to go on after a kill
    earlier: Recommender | None = None  # the model before this one, to begin from, where a model can
    settings: Any  # a frozen msgspec.Struct with half_life_days among its fields
    user_ids: tuple[str, ...]
    item_ids: tuple[str, ...]
    history: Ragged  # what each user bought, how often; decayed where the settings say so
    catalogue: Catalogue  # what is known of items, while the model is fitted
    sequences: Ragged  # what each user bought, in order of time; of models that ask for it
    events: Events  # all that each user did, in order of time; of models that ask for it

    @abstractmethod
    def _fit(self, seed: int, progress: Progress) -> None:
        """Learn from `self.history`."""

    @abstractmethod
    def scores(self, users: Codes) -> Scores:
        """Scores (users, items) of users by code, as a fresh array that the caller may change."""

    @abstractmethod
    def _arrays(self) -> dict[str, npt.NDArray[Any]]:
        """What was learned, to be saved."""

    @abstractmethod
    def _restore(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        """Take back what `_arrays` gave. Raises KeyError for what is missing, ValueError for what does not
        fit."""

    def fit(
        self,
        interactions: Interactions,
        seed: int = 0,
        progress: Progress = silent,
        catalogue: Catalogue | None = None,
        events: Events | None = None,
    ) -> Self:
        """Learn, from what is known of items, and from whatever else people did, where the model can.
        `events` hold the purchases, too. Raises ModelError where there is nothing to learn from."""
        if not len(interactions) and self.name != "popularity":
            raise ModelError(
                f"The model {self.name} cannot be trained.",
                found="no purchase of a known customer",
                expected="at least one",
                state="nothing was trained",
                next_step="use popularity until there are purchases",
            )
        if self.timed and events:
            interactions = interactions.with_users(events.user_ids).with_items(events.item_ids)
        if catalogue:
            interactions = interactions.with_items(catalogue.items)
        self.item_ids, self.catalogue = interactions.item_ids, catalogue or Catalogue()
        self._take(interactions, events)
        self._fit(seed, progress)
        return self

    def follow(self, interactions: Interactions, events: Events | None = None) -> Self:
        """Answer for these users and histories from now on, without learning from them.

        Items the model does not know are left out; what is popular is so in these histories. Raises
        ModelError where each user was learned apart.
        """
        if not self.follows:
            raise _learned_apart(f"The model {self.name} cannot take new histories.")
        if self.timed and events:
            interactions = interactions.with_users(events.user_ids)
        self._take(interactions.coded_by(self.item_ids), events)
        return self

    def _take(self, interactions: Interactions, events: Events | None) -> None:
        self._forget()
        self.user_ids = interactions.user_ids
        self.history = interactions.histories(self.settings.half_life_days)
        if self.ordered:
            self.sequences = interactions.sequences(self.settings.half_life_days)
        if self.timed:
            events = events or Events.of_purchases(interactions)
            self.events = events.coded_by(self.user_ids, self.item_ids)

    @cached_property
    def popularity(self) -> Floats:
        """Purchases of each item, (items,); decayed where the settings say so."""
        counts = np.bincount(self.history.items, self.history.values, minlength=len(self.item_ids))
        return counts.astype(np.float32)

    @cached_property
    def user_codes(self) -> dict[str, int]:
        return {user: code for code, user in enumerate(self.user_ids)}

    @cached_property
    def item_codes(self) -> dict[str, int]:
        return {item: code for code, item in enumerate(self.item_ids)}

    @cached_property
    def buyers(self) -> Ragged:
        """Who bought each item: the transpose of `history`."""
        return self.history.turned(len(self.item_ids))

    def recommend(
        self,
        users: Sequence[str],
        top: int,
        *,
        seen: Seen = "allow",
        allowed: Mask | None = None,
        cold: Cold = "popularity",
    ) -> Lists:
        """The best `top` items of each user.

        seen: "mask" leaves out what the user bought before. allowed: (items,) the only items
        that may be listed. cold: users the model never saw get the most bought items, or
        raise ModelError ("error").
        """
        codes = np.array([self.user_codes.get(user, NOBODY) for user in users], np.int32)
        if cold == "error" and (codes == NOBODY).any():
            raise ModelError(
                "The model does not know all of these customers.",
                found=f"{int((codes == NOBODY).sum())} without a purchase in the training data",
                next_step='ask with cold="popularity", or train again',
            )
        made = []
        for block in self.blocks(codes):
            scores = self.scored(block)
            if seen == "mask":
                self.mask_seen(scores, block)
            made.append(top_of_rows(_only(scores, allowed), top))
        return _joined(made, top)

    def similar(self, items: Sequence[str], top: int, *, allowed: Mask | None = None) -> Lists:
        """The `top` items most like each item, itself left out. Raises ModelError for unknown ones."""
        codes = self._codes_of(items)
        made = []
        for block in self.blocks(codes):
            scores = self._similarities(block)
            scores[np.arange(len(block)), block] = -np.inf
            made.append(top_of_rows(_only(scores, allowed), top))
        return _joined(made, top)

    def likeness(self, items: Codes) -> Scores:
        """How much each item is like all items, (items, all items), as a fresh array; -inf: not at all."""
        return self._similarities(items)

    def why(self, user: str, items: Sequence[str], *, allowed: Mask | None = None) -> list[Why]:
        """What each step of a user's past adds to the score of some items: the score by the whole past less
        that without the step, both as the model gives them to any history.

        allowed: (items,) among which items are ranked. Somebody the model never saw has no reasons. Raises
        ModelError for unknown items, and where each user was learned apart.
        """
        if not self.follows:
            raise _learned_apart(f"The model {self.name} cannot tell what carries its lists.")
        codes, who = self._codes_of(items), self.user_codes.get(user, NOBODY)
        steps = [] if who == NOBODY else self._steps(who)
        places = np.arange(len(steps), dtype=np.int32)[self._weighed()]
        made = [self.scored(np.array([who], np.int32))]
        scores, ranks = [made[0][:, codes]], [ranks_of(made[0], codes, allowed)]
        for block in self.blocks(places):
            kept = np.ones((len(block), len(steps)), np.bool_)
            kept[np.arange(len(block)), block] = False
            told = self._answering(who, kept).scores(np.arange(len(block), dtype=np.int32))
            scores.append(told[:, codes])
            ranks.append(ranks_of(told, codes, allowed))
        columns = np.concatenate(scores).T, np.concatenate(ranks).T
        return [
            reasons_of(item, places.tolist(), steps, *each)
            for item, *each in zip(items, *columns, strict=True)
        ]

    def _steps(self, user: int) -> list[Step]:
        """A user's past as the model looks at it: events, purchases in order, or products bought."""
        one = np.array([user], np.int32)
        if self.timed:
            return self.events.take(one).steps()
        bought = (self.sequences if self.ordered else self.history).take(one)
        return [Step(self.item_ids[item], PURCHASE, None) for item in bought.items]

    def _weighed(self) -> slice:
        """The steps of a past that are weighed as reasons."""
        return slice(None)

    def _answering(self, user: int, kept: Mask) -> Self:
        """The same model, whose users are one user with only some of the steps each: `kept` (users, steps).
        What all the others say, such as what is popular, stays."""
        other, same = self._alike(), np.full(len(kept), user, np.int32)
        if self.timed:
            other.events = self.events.take(same).only(kept.ravel())
        elif self.ordered:
            other.sequences = self.sequences.take(same).only(kept.ravel())
        else:
            other.history = self.history.take(same).only(kept.ravel())
        return other

    def after(self, user: str, since: Events, now: int) -> Self:
        """The same model of one user alone, whose past goes on with what was done since it was fitted: to be
        asked for lists and reasons, not for what is similar. What all the others say stays.

        `since`: in order of time, items coded as `item_ids`. `now`: when it is asked, in seconds since 1970.
        A user the model never saw has no other past. Models that know purchases only take those of `since`;
        where there is none at all, they take whatever it is about for bought. Raises ModelError where each
        user was learned apart.
        """
        if not self.follows:
            raise _learned_apart(f"The model {self.name} cannot take what happened since.")
        code, other = self.user_codes.get(user, NOBODY), self._alike()
        other.user_ids, other.user_codes = (user,), {user: 0}
        bought = since.items[(since.marks[0].codes == 1) & (since.items >= 0)]
        own = _row(self.history, code)
        if self.timed:
            start, end = self._places[code : code + 2].tolist() if code >= 0 else (0, 0)
            other.events = self.events.between_places(start, end).then(user, since)
        elif not len(own.items) and not len(bought):
            bought = since.items[since.items >= 0]
        other.history = own.with_more(bought).summed()
        if self.ordered:
            other.sequences = _row(self.sequences, code).with_more(bought)
        return other

    def ahead(self, user: str, since: Events, now: int) -> Ahead | None:
        """What stands first in the list of `after`, found without the scores of all items; None: this model
        knows no faster way than `after`."""
        return None

    @cached_property
    def _places(self) -> npt.NDArray[np.int64]:
        """Where each user's events begin, (users + 1,)."""
        return np.searchsorted(self.events.users, np.arange(len(self.user_ids) + 1))

    def _alike(self) -> Self:
        """A copy that may be given other users."""
        for name in self.stays:
            getattr(self, name)  # which is remembered, and copied
        return copy(self)

    def scored(self, users: Codes) -> Scores:
        """`scores`, with popularity for users of code -1."""
        if (users >= 0).all():
            return self.scores(users)
        known = self.scores(users[users >= 0]) if (users >= 0).any() else self.popularity[None, :]
        scores = np.empty((len(users), len(self.item_ids)), known.dtype)
        scores[users < 0] = self.popularity
        if (users >= 0).any():
            scores[users >= 0] = known
        return scores

    def mask_seen(self, scores: Scores, users: Codes) -> None:
        """Set what each user bought to -inf, in place."""
        rows = np.flatnonzero(users >= 0)
        bought = self.history.take(users[rows])
        scores[np.repeat(rows, np.diff(bought.starts)), bought.items] = -np.inf

    def _codes_of(self, items: Sequence[str]) -> Codes:
        """Codes of items. Raises ModelError for unknown ones."""
        unknown = [item for item in items if item not in self.item_codes]
        if unknown:
            raise ModelError(
                "The model does not know all of these products.",
                found=f"{unknown[0]} ({len(unknown)} in all)",
                expected="products bought at least once by a known customer",
                next_step="choose another product, or train again after it was bought",
            )
        return np.array([self.item_codes[item] for item in items], np.int32)

    def blocks(self, codes: Codes) -> list[Codes]:
        """Codes in blocks whose scores fit the memory set aside for them."""
        rows = max(1, _BLOCK_SCORES // max(1, len(self.item_ids)))
        return [codes[start : start + rows] for start in range(0, len(codes), rows)]

    def _similarities(self, items: Codes) -> Scores:
        """Likeness (items, all items): the cosine between who bought them, unless a model knows better."""
        scores = cosines(self.history, self.buyers, items)
        scores[scores <= 0] = -np.inf
        return scores

    def _less_known(self, scores: Scores, reach: int) -> None:
        """Rank items of code `reach` and above behind all others of their row, by popularity."""
        if 0 < reach < len(self.item_ids):
            rest = self.popularity[reach:]
            behind = rest / (1 + rest.max())
            scores[:, reach:] = scores[:, :reach].min(axis=1, keepdims=True) - 1 + behind

    def save(self, folder: Path) -> None:
        """Write the model into a folder. Raises ModelError when it cannot be written."""
        history: dict[str, npt.NDArray[Any]] = {
            "history.starts": self.history.starts,
            "history.items": self.history.items,
            "history.values": self.history.values,
        }
        if self.ordered:
            history |= {
                "sequences.starts": self.sequences.starts,
                "sequences.items": self.sequences.items,
                "sequences.values": self.sequences.values,
            }
        settings = msgspec.to_builtins(self.settings)
        saved.write(folder, self.name, settings, self.user_ids, self.item_ids, {**history, **self._arrays()})

    def restore(self, head: saved.Head, arrays: dict[str, npt.NDArray[Any]]) -> Self:
        """Take back what `save` wrote. Raises KeyError for what is missing, ValueError for what does not
        fit."""
        self._forget()
        self.user_ids, self.item_ids = tuple(head.user_ids), tuple(head.item_ids)
        self.history = Ragged(*(arrays[f"history.{part}"] for part in ("starts", "items", "values")))
        if self.ordered:
            self.sequences = Ragged(*(arrays[f"sequences.{part}"] for part in ("starts", "items", "values")))
        self._restore(arrays)
        return self

    def _forget(self) -> None:
        """Drop what was derived from earlier data."""
        for name in ("popularity", "user_codes", "item_codes", "buyers", "_places"):
            self.__dict__.pop(name, None)


def _row(rows: Ragged, code: int) -> Ragged:
    """One row; of code -1 an empty one."""
    start, end = rows.starts[code : code + 2].tolist() if code >= 0 else (0, 0)
    return Ragged(np.array([0, end - start]), rows.items[start:end], rows.values[start:end])


def _learned_apart(failed: str) -> ModelError:
    return ModelError(
        failed,
        found="a model that learned each customer apart",
        expected="a model of items, such as timeline, ease or item_knn",
        next_step="name another model in the shop file, then run again",
    )


def _only(scores: Scores, allowed: Mask | None) -> Scores:
    if allowed is not None:
        scores[:, ~allowed] = -np.inf
    return scores


def _joined(made: list[tuple[Codes, Scores]], top: int) -> Lists:
    if not made:
        return Lists(np.zeros((0, top), np.int32), np.zeros((0, top), np.float32))
    return Lists(np.concatenate([items for items, _ in made]), np.concatenate([best for _, best in made]))
