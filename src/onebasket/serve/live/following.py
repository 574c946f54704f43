"""The thread that follows the inbox, and what it knows: who was here since the version, and what they did."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from onebasket.errors import StoreError
from onebasket.inbox import FOLDER, Block, blocks
from onebasket.protect import Key
from onebasket.serve.happened import Happened
from onebasket.serve.live.directory import LOOSE, Directory
from onebasket.serve.live.graph import Graph
from onebasket.serve.live.memory import Memory
from onebasket.serve.live.reading import Person, Products, Reading, Told, identifiers_of
from onebasket.shop import Shop
from onebasket.store.base import Store
from onebasket.store.basket import Version

LIVE = "live"
_HOUR = 3_600_000
_RECENT = 200  # events of a customer that are told
_HOT_HOURS, _HALF_LIFE_HOURS = 48, 6.0
_LOOKED = {"view": 1.0, "cart": 3.0, "purchase": 5.0}  # how much each counts for what is looked at
_AT_ONCE = 2_000  # events that are taken in together
_GATHERED_SECONDS = 0.03
_KEPT_SECONDS = 1.0  # counts over all products are made anew after


class Following:
    """The live state of one version (`Live`). Starts where the version's run stopped, or, after a restart,
    where it had got to; `catch_up` before it is asked, then `start`."""

    def __init__(self, shop: Shop, key: Key, version: Version, store: Store) -> None:
        """Raises StoreError where the state cannot be written."""
        self._shop, self._key = shop, key
        self._inbox = shop.folder / FOLDER
        self._directory = Directory(store)
        products = _products(store)
        self._reading = {
            source.name: Reading(shop, source, key, products) for source in shop.sources if source.live
        }
        path = shop.folder / LIVE / f"{version.path.name}.sqlite"
        older = sorted(each for each in path.parent.glob("v*.sqlite") if each.name < path.name)
        begun = not path.exists()
        self._memory = _opened(path, version.manifest.get("inbox", 0))
        if begun and older:
            with suppress(sqlite3.DatabaseError):  # a damaged one has nothing to tell
                self._memory.inherit(older[-1], lambda customer: not self._directory.size(customer))
        self._graph = Graph(self._directory, self._memory, shop.align, version.number)
        self._guard, self._news, self.ended = threading.Lock(), threading.Event(), False
        self._thread = threading.Thread(target=self._follow, name="live state", daemon=True)
        self._made: dict[str, tuple[float, Mapping[str, float]]] = {}
        self._family: tuple[Mapping[str, str], Mapping[str, list[str]]] = ({}, {})
        self.unread = 0  # lines that could not be understood
        self.when_closed: Callable[[], None] = lambda: None

    @property
    def block(self) -> int:
        """The last block of the inbox that counts."""
        return self._memory.block

    def start(self) -> None:
        """Follow from now on."""
        self._thread.start()
        self.nudge()  # what came in meanwhile

    def nudge(self) -> None:
        """There is news in the inbox."""
        self._news.set()

    def catch_up(self) -> None:
        """Follow as far as the inbox goes now. Raises StoreError for a damaged inbox."""
        waiting: list[Block] = []
        for block in blocks(self._inbox, self._key, self._memory.block):
            waiting.append(block)
            if sum(len(each.events) for each in waiting) >= _AT_ONCE:
                self._take(waiting)
                waiting = []
            if self.ended:
                return
        if waiting:
            self._take(waiting)

    def close(self) -> None:
        """Follow no more; what was followed stays."""
        self.ended = True
        self._news.set()
        if self._thread.is_alive():
            self._thread.join()
        self._memory.close()
        self.when_closed()

    def customer_of(self, identifiers: Mapping[str, str]) -> str | None:
        """The customer who has these, by the surest kind that anybody has; None: nobody, or several."""
        said = identifiers_of(identifiers, self._shop, self._key)
        with self._guard:
            found = {
                self.current(self._memory.customer(each) or self._directory.customer_of(each) or "")
                for each in self._graph.found(said)
            }
        return found.pop() if len(found) == 1 else None

    def current(self, customer_id: str) -> str:
        """The id that a customer has by now."""
        merged, seen = self._memory.merged, set[str]()
        while customer_id in merged and customer_id not in seen:
            seen.add(customer_id)
            customer_id = merged[customer_id]
        return customer_id

    def recent(self, customer_id: str) -> Sequence[Happened]:
        """What a customer did since the version, the oldest first; of much the latest."""
        merged = self._memory.merged
        if self._family[0] is not merged:
            family: dict[str, list[str]] = defaultdict(list)
            for old in merged:
                family[self.current(old)].append(old)
            self._family = merged, family
        now = self.current(customer_id)
        return self._memory.recent([now, *self._family[1].get(now, ())], _RECENT)

    def hot(self) -> Mapping[str, float]:
        """How much each product was looked at lately; half as much counts every six hours."""
        return self._kept("hot", self._hot)

    def sold(self) -> Mapping[str, float]:
        """Units sold of each product since the version, less those that came back."""
        return self._kept("sold", self._memory.sold)

    def _hot(self) -> Mapping[str, float]:
        hour, made = int(time.time() * 1000) // _HOUR, defaultdict[str, float](float)
        for product, when, looked in self._memory.counted(hour - _HOT_HOURS):
            made[product] += looked * 0.5 ** (max(hour - when, 0) / _HALF_LIFE_HOURS)
        return made

    def _kept(self, what: str, made: object) -> Mapping[str, float]:
        when, found = self._made.get(what, (0.0, {}))
        if time.monotonic() - when > _KEPT_SECONDS or not when:
            assert callable(made)
            found = made()
            self._made[what] = time.monotonic(), found
        return found

    def _follow(self) -> None:
        while not self.ended:
            self._news.wait()
            time.sleep(_GATHERED_SECONDS)  # more comes in meanwhile, and costs less together
            self._news.clear()
            try:
                self.catch_up()
            except StoreError:  # the writer is about to say the same to whoever sends
                self.unread += 1

    def _take(self, some: Sequence[Block]) -> None:
        """Take blocks in, all of them or none."""
        with self._guard, self._memory.block_done(some[-1].number):
            changed: set[str] = set()
            done: list[tuple[int, Happened]] = []
            counts: dict[tuple[str, int], tuple[float, float]] = {}
            for event in (event for block in some for event in block.events):
                reading = self._reading.get(event.source)
                if reading is None:
                    continue
                try:
                    told = reading(event.line)
                except Exception:  # noqa: BLE001 - one line must not stop those behind it
                    self.unread += 1
                    continue
                if told.person is not None:
                    number = self._seen(told.person, told.at // _HOUR, changed)
                    done += [(number, each) for each in told.happened]
                _count(told, counts)
            self._memory.note(done)
            self._memory.count(counts)
            self._join(changed)

    def _seen(self, person: Person, hour: int, changed: set[str]) -> int:
        """Somebody was here: their number. Adds whose joins may be others now."""
        number = self._memory.number(person.id)
        if number < 0:
            known = self._directory.customer_of(person.id)
            number = self._memory.add(person, known)
            if known is None:
                changed.add(person.id)
        if any(kind in LOOSE for kind, _ in person.identifiers) and self._memory.note_hour(number, hour):
            changed.add(person.id)
        return number

    def _join(self, changed: Iterable[str]) -> None:
        """Find out anew whose some records are."""
        left = set(changed)
        while left:
            found = self._graph.resolve([left.pop()])
            left -= found.customers.keys()
            moved = {**self._memory.assign(found.customers), **found.moved}
            stay = set(found.customers.values())
            for each in stay & self._memory.merged.keys():
                self._memory.merge(each, None)
            for old, new in sorted(moved.items()):
                if old not in stay:
                    self._memory.merge(old, new)


def _count(told: Told, counts: dict[tuple[str, int], tuple[float, float]]) -> None:
    for each in told.happened:
        if each.product_id is None:
            continue
        units = each.quantity if each.quantity is not None else 1.0
        sold = units if each.action == "purchase" else -abs(units) if each.action == "return" else 0.0
        looked, before = counts.get((each.product_id, told.at // _HOUR), (0.0, 0.0))
        counts[each.product_id, told.at // _HOUR] = looked + _LOOKED.get(each.action, 0.0), before + sold


def _opened(path: Path, after: int) -> Memory:
    """The state of a version; those of earlier ones are removed, and so is one that is damaged."""
    try:
        return Memory(path, after)
    except StoreError:
        remove(path)
        return Memory(path, after)


def remove(path: Path) -> None:
    """Remove a state's files."""
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _products(store: Store) -> Products:
    by_key: dict[tuple[str, str], str] = {}
    by_sku: dict[str, str] = {}
    store.keep("live_listed", store.sql("serve/live/listed"))
    for batch in store.read("live_listed", ["source", "product_key", "product_id", "sku"]):
        for row in batch.to_pylist():
            by_key[row["source"], row["product_key"]] = row["product_id"]
            if row["sku"]:
                by_sku[row["sku"]] = row["product_id"]
    store.forget("live_listed")
    return Products(by_key, by_sku)
