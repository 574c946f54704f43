"""The live state of one version as answers ask it, whoever writes its file."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from onebasket.serve.happened import Happened
from onebasket.serve.live.following import path_of
from onebasket.serve.live.people import People
from onebasket.serve.live.recall import Recall
from onebasket.shop import Shop
from onebasket.store.basket import Version

_HOUR = 3_600_000
_RECENT = 200  # events of a customer that are told
_HOT_HOURS, _HALF_LIFE_HOURS = 48, 6.0
_KEPT_SECONDS = 1.0  # counts over all products are made anew after


class Followed(People):
    """Who was here since the version, and what they did (`Live`)."""

    def __init__(self, shop: Shop, version: Version, when_closed: Callable[[], None] = lambda: None) -> None:
        self._recall = Recall(path_of(shop.folder, version))
        super().__init__(shop, version, self._recall)
        self._when_closed = when_closed
        self._made: dict[str, tuple[float, Mapping[str, float]]] = {}

    def current(self, customer_id: str) -> str:
        """The id that a customer has by now."""
        return self._recall.current(customer_id)

    def recent(self, customer_id: str) -> Sequence[Happened]:
        """What a customer did since the version, the oldest first; of much the latest."""
        return self._recall.recent(self.current(customer_id), _RECENT)

    def hot(self) -> Mapping[str, float]:
        """How much each product was looked at lately; half as much counts every six hours."""
        return self._kept("hot", self._hot)

    def sold(self) -> Mapping[str, float]:
        """Units sold of each product since the version, less those that came back."""
        return self._kept("sold", self._recall.sold)

    def renew(self) -> None:
        """The file may be another one now."""
        self._recall.renew()

    def close(self) -> None:
        """Nobody asks any more."""
        self._when_closed()

    def _whose(self, record: str) -> str | None:
        known = self._recall.customer(record) or super()._whose(record)
        return None if known is None else self.current(known)

    def _hot(self) -> Mapping[str, float]:
        hour, made = int(time.time() * 1000) // _HOUR, defaultdict[str, float](float)
        for product, when, looked in self._recall.counted(hour - _HOT_HOURS):
            made[product] += looked * 0.5 ** (max(hour - when, 0) / _HALF_LIFE_HOURS)
        return made

    def _kept(self, what: str, made: Callable[[], Mapping[str, float]]) -> Mapping[str, float]:
        when, found = self._made.get(what, (0.0, {}))
        if time.monotonic() - when > _KEPT_SECONDS or not when:
            found = made()
            self._made[what] = time.monotonic(), found
        return found
