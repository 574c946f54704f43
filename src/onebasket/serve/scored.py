"""What the model says of all products for somebody, everything counted that came in since."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from typing import Any, Generic, Literal, TypeVar

import numpy as np

from onebasket.recommenders import Ahead, Codes, Recommender, Scores
from onebasket.serve.happened import Happened, Live
from onebasket.serve.opened import Opened
from onebasket.serve.since import Since

T = TypeVar("T")
Basis = Literal["history", "own_list", "similar", "together", "trending"]
_REMEMBERED = 64_000_000  # bytes of opinions, and as many of scores of all products
_ENTRY = 2_000  # bytes of what an opinion is besides scores
_FRESH_SECONDS = 60  # for which scores hold where nothing happens
_TREND_SECONDS = 1.0
_SLIGHT = 1e-3  # what all purchases count beside those of late
_ONE = np.zeros(1, np.int32)


@dataclass(frozen=True, eq=False)
class Opinion:
    """Scores of all products (products,), not to be changed, -inf where nothing speaks for one, or what
    stands ahead; what they go by; what makes the model of this one user, where it can be asked why, and where
    its products stand among all."""

    scores: Scores | Ahead
    basis: Basis
    alone: Callable[[], Recommender] | None = None
    places: Codes | None = None


class Scored:
    """Asks one model of a version. Threads may ask at once.

    Models of histories get the customer's history with what happened since at its end. Models that learned
    each customer apart cannot: customers they know get their own list as it was, others what is similar to
    the products of the session.
    """

    def __init__(self, opened: Opened, live: Live, model: Recommender) -> None:
        self._opened, self._live, self._model = opened, live, model
        self._since, self._places = Since(model), opened.assortment.places(model.item_ids)
        self._opinions = Remembered(_size)
        self._whole: Remembered[Scores] = Remembered(lambda scores: scores.nbytes)
        self._trend: tuple[float, Scores] | None = None

    def of(self, customer: str | None, done: Sequence[Happened]) -> Opinion:
        """For a customer, or somebody nobody knows, who did that since, the oldest first."""
        key = (customer, tuple(done), self._opened.now() // _FRESH_SECONDS)
        return self._opinions.of(key, lambda: self._opinion(customer, done))

    def alike(self, product: int) -> Scores:
        """Likeness of all products to one the model knows, by the model's code."""

        return self._whole.of(
            ("alike", product), lambda: self._wide(self._model.likeness(np.array([product], np.int32))[0])
        )

    def warm(self, customer: str) -> None:
        """Ask in every way once."""
        scores = self.of(customer, ()).scores
        if isinstance(scores, Ahead):
            scores.whole()
        self.alike(0)

    def trending(self) -> Scores:
        """What is viewed, put into carts and bought lately, in the version and since; -inf: nobody does."""
        kept = self._trend
        if kept is None or time.monotonic() - kept[0] > _TREND_SECONDS:
            made = self._opened.lately.copy()
            codes = self._opened.assortment.codes
            for name, count in self._live.hot().items():
                if name in codes:
                    made[codes[name]] += count
            bought = self._model.popularity
            made[self._places] += _SLIGHT * bought / (1 + bought.max(initial=0))
            made[made <= 0] = -np.inf
            self._trend = kept = time.monotonic(), made
        return kept[1]

    def _opinion(self, customer: str | None, done: Sequence[Happened]) -> Opinion:
        model, user = self._model, customer or ""
        since = self._since.events(user, done)
        known = user in model.user_codes
        if not model.follows:
            return self._apart(user, known, since.items[since.items >= 0].tolist())
        if not known and not len(since):
            return Opinion(self.trending(), "trending")
        now = max(self._opened.now(), int(since.times.max(initial=0)) + 1)

        def alone() -> Recommender:
            return model.after(user, since, now)

        key = (customer, tuple(done), now)
        whole = partial(self._whole.of, key, lambda: self._wide(alone().scores(_ONE)[0]))
        ahead = model.ahead(user, since, now)
        first = replace(Ahead.of(whole()), whole=whole) if ahead is None else self._placed(ahead, whole)
        return Opinion(first, "history", alone, self._places)

    def _apart(self, user: str, known: bool, items: Sequence[int]) -> Opinion:
        """For models that learned each customer apart."""
        if known:
            codes = np.array([self._model.user_codes[user]], np.int32)
            return Opinion(self._wide(self._model.scores(codes)[0]), "own_list")
        if not items:
            return Opinion(self.trending(), "trending")
        told = [self.alike(item) for item in dict.fromkeys(items)]
        likest = np.sum([np.where(np.isfinite(each), each, 0) for each in told], 0)
        return Opinion(np.where(likest > 0, likest, -np.inf), "similar")

    def _wide(self, scores: Scores) -> Scores:
        """Scores of all products: of those that the model does not know -inf."""
        made = np.full(len(self._opened.assortment), -np.inf, scores.dtype)
        made[self._places] = scores
        return made

    def _placed(self, ahead: Ahead, whole: Callable[[], Scores]) -> Ahead:
        """The same of all products; `whole` makes the scores of all of them."""
        places = self._places[ahead.items]
        order = np.argsort(places)
        return Ahead(places[order], ahead.scores[order], whole)


class Remembered(Generic[T]):
    """What was made, by what it was made for: as much of the latest as so many bytes hold. Threads may ask at
    once."""

    def __init__(self, size_of: Callable[[T], int]) -> None:
        self._size_of, self._held = size_of, 0
        self._kept: OrderedDict[tuple[Any, ...], T] = OrderedDict()
        self._lock = Lock()

    def of(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """What is remembered, or made now."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = made
                self._held += self._size_of(made)
            while self._held > _REMEMBERED and len(self._kept) > 1:
                self._held -= self._size_of(self._kept.popitem(last=False)[1])
        return made


def _size(opinion: Opinion) -> int:
    told = opinion.scores
    return _ENTRY + (told.items.nbytes + told.scores.nbytes if isinstance(told, Ahead) else told.nbytes)
