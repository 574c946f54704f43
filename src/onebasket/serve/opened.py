"""A published version opened for answering: tables, model and assortment, read once."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from onebasket import recommenders
from onebasket.recommenders import Recommender
from onebasket.recommenders.interactions import DAY_SECONDS
from onebasket.run import CHALLENGER, MODELS
from onebasket.scoring.frames import table
from onebasket.serve.assortment import Assortment, Numbers
from onebasket.serve.bought import Bought
from onebasket.serve.shelf import Shelf
from onebasket.shop import Shop
from onebasket.store.basket import Version
from onebasket.store.duckdb import DuckStore

_LATELY_DAYS, _HALF_LIFE_DAYS = 14, 2.0


class Opened:
    """Everything of one version that answers are made of. Never changed; its tables are asked one at a time.

    Where the model is one of timelines, torch works with one thread from now on: requests are many and small.
    Raises ModelError where there is no usable model. Closes the version.
    """

    def __init__(self, shop: Shop, version: Version, store: DuckStore) -> None:
        self.shop, self.version, self._store = shop, version, store
        self._asking = Lock()
        self.models: Path = version.path / MODELS
        self.model = recommenders.load(self.models)
        self.challenger = _challenger(shop, version)
        known = [each for each in (self.model, self.challenger) if each is not None]
        if any(each.timed for each in known):
            import torch

            torch.set_num_threads(1)
        self.assortment = Assortment(store, *(each.item_ids for each in known))
        ids = self._column("serve/ids", "customer_id")
        self.customers = {name: place for place, name in enumerate(ids)}
        self.earlier = dict(
            zip(*(self._column("serve/earlier_ids", name) for name in ("old_id", "new_id")), strict=True)
        )
        self.bought = Bought.read(store, ids, self.assortment.codes)
        last: datetime | None = self.rows("explain/now")[0]["now"]
        self.last = int(last.replace(tzinfo=UTC).timestamp()) if last else 0
        self.lately = self._lately(last)
        self.customer_rows = Shelf(store, "serve/customers", self.customers)
        self.features = Shelf(store, "serve/features", self.customers)
        self.scores = Shelf(store, "serve/scores", self.customers)
        self.timeline = Shelf(store, "serve/timeline", self.customers)
        self.products = Shelf(store, "serve/products", self.assortment.codes)
        self._made = datetime.fromisoformat(version.manifest["started"]).replace(tzinfo=UTC).timestamp()

    @property
    def number(self) -> int:
        """The version's number."""
        return self.version.number

    def now(self) -> int:
        """What the shop's clock says, in seconds since 1970: the data end somewhat before the version was
        made, or long before in a demo, and the clock goes on from there."""
        return self.last + 1 + max(0, int(time.time() - self._made))

    def rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        """The rows of a query."""
        with self._asking:
            found: list[dict[str, Any]] = table(self._store, query, **values).to_pylist()
        return found

    def alone(self) -> Alone:
        """The store, for as long as nobody else asks it."""
        return Alone(self._store, self._asking)

    def close(self) -> None:
        """Close the tables and let go of the version."""
        with self._asking:
            self._store.close()
            self.version.close()

    def _column(self, query: str, name: str) -> list[str]:
        found = table(self._store, query)
        return [str(each) for each in found[name].to_pylist()] if len(found) else []

    def _lately(self, last: datetime | None) -> Numbers:
        """How often each product was viewed, put into carts and bought in the last days, half as much for
        every two days ago, (products,)."""
        made = np.zeros(len(self.assortment))
        since = (last or datetime.now(UTC).replace(tzinfo=None)) - timedelta(days=_LATELY_DAYS)
        for row in self.rows("serve/lately", since=since):
            code = self.assortment.codes.get(row["product_id"])
            if code is not None:
                age = (self.last - row["ts"].replace(tzinfo=UTC).timestamp()) / DAY_SECONDS
                made[code] += 0.5 ** (age / _HALF_LIFE_DAYS)
        return made


def _challenger(shop: Shop, version: Version) -> Recommender | None:
    """The other model of the shop's experiment; None: there is no experiment, or no run since it was begun.
    Raises ModelError for one that cannot be used."""
    path = version.path / CHALLENGER
    return recommenders.load(path) if shop.experiment is not None and path.exists() else None


class Alone:
    """A store under its lock, in a `with`."""

    def __init__(self, store: DuckStore, lock: Lock) -> None:
        self._store, self._lock = store, lock

    def __enter__(self) -> DuckStore:
        self._lock.acquire()
        return self._store

    def __exit__(self, *_: object) -> None:
        self._lock.release()
