"""Live events and those of a session as a model takes them."""

from __future__ import annotations

import time
from collections.abc import Sequence

import msgspec
import numpy as np

from onebasket.recommenders import Events, Recommender
from onebasket.recommenders.events import PRICE, PURCHASE, UNITS, Mark, steps_of
from onebasket.serve.happened import Happened

MOST_SESSION = 200  # events that a request may tell
_UNSAID = "session"  # as source of what a request tells


class Did(msgspec.Struct, frozen=True):
    """Something somebody just did, as a request tells it; `at` in milliseconds since 1970, None: just now."""

    action: str
    product_id: str | None = None
    at: int | None = None

    def happened(self, now: int) -> Happened:
        """As if it had come in live; `now`, in milliseconds, is when, where nothing is said."""
        at = now if self.at is None else min(self.at, int(time.time() * 1000))
        return Happened(at, self.action, self.product_id, "", None, None, _UNSAID, "")


class Since:
    """Codes events as one model knows them; it is never changed.

    Products and actions that the model does not know are left out: models of purchases know no other action,
    and take the rest for looks. Checkouts say again what purchases say.
    """

    def __init__(self, model: Recommender) -> None:
        self._items, self._item_ids = model.item_codes, model.item_ids
        self._told = model.events.told if model.timed else (("action", (PURCHASE,)),)
        self._strict = model.timed
        self._codes = [{value: code for code, value in enumerate(values, 1)} for _, values in self._told]

    def events(self, user: str, happened: Sequence[Happened]) -> Events:
        """One user's, in order of time; items coded as the model's."""
        known = [each for each in happened if self._takes(each)]
        known.sort(key=lambda each: each.at)
        items = [-1 if each.product_id is None else self._items[each.product_id] for each in known]
        marks = tuple(
            Mark(name, values, np.array([codes.get(_said(name, each), 0) for each in known], np.uint8))
            for (name, values), codes in zip(self._told, self._codes, strict=True)
        )
        return Events(
            np.zeros(len(known), np.int32), np.array(items, np.int32),
            np.array([each.at // 1000 for each in known], np.int64), marks, (user,), self._item_ids,
        )  # fmt: skip

    def _takes(self, each: Happened) -> bool:
        if each.product_id is not None and each.product_id not in self._items:
            return False
        if self._strict:
            return each.action in self._codes[0]
        return each.product_id is not None and each.action in (PURCHASE, "view", "cart")


def _said(mark: str, each: Happened) -> str:
    """The value that an event has of a mark; empty: nobody says."""
    if mark == "action":
        return each.action
    if mark == "channel":
        return each.channel
    if mark == PRICE and each.amount_minor and each.quantity:
        return _step(abs(each.amount_minor / each.quantity))
    if mark == UNITS and each.quantity:
        return _step(abs(each.quantity))
    return ""


def _step(value: float) -> str:
    return str(int(steps_of(np.array([value]))[0]))
