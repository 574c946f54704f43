"""Follows the inbox: who was here since the version, and what they did, into the live state's file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from onebasket.errors import StoreError
from onebasket.inbox import FOLDER, Block, blocks
from onebasket.likeness import Likeness
from onebasket.protect import Key
from onebasket.serve.happened import Happened
from onebasket.serve.live.directory import LOOSE, Directory, Teller
from onebasket.serve.live.graph import Graph
from onebasket.serve.live.memory import Memory
from onebasket.serve.live.reading import Person, Products, Reading, Told
from onebasket.shop import Shop
from onebasket.store.base import Store
from onebasket.store.basket import Version
from onebasket.store.duckdb import DuckStore

LIVE = "live"
_HOUR = 3_600_000
_SAME_ORDER = 6 * _HOUR  # in which two sources tell it
_LOOKED = {"view": 1.0, "cart": 3.0, "purchase": 5.0}  # how much each counts for what is looked at
_TELLING = ("given_name", "family_name", "full_name", "birth_date", "address")  # one of them makes likeness
_AT_ONCE = 2_000  # events that are taken in together


class Following:
    """Writes the live state of one version. Starts where the version's run stopped, or, after a restart,
    where it had got to."""

    def __init__(self, shop: Shop, key: Key, version: Version, store: DuckStore) -> None:
        """Raises StoreError where the state cannot be written."""
        self._shop, self._key = shop, key
        self._inbox = shop.folder / FOLDER
        self._directory = Directory(store)
        self._likeness, self._threshold = Likeness(store, shop), shop.align.threshold
        products = _products(store)
        self._reading = {
            source.name: Reading(shop, source, key, products) for source in shop.sources if source.live
        }
        path = path_of(shop.folder, version)
        older = sorted(each for each in path.parent.glob("v*.sqlite") if each.name < path.name)
        self._memory = _opened(path, version.manifest.get("inbox", 0))
        if self._memory.begun and older:
            with suppress(sqlite3.DatabaseError):  # a damaged one has nothing to tell
                self._memory.inherit(older[-1], lambda customer: not self._directory.size(customer))
        self._graph = Graph(self._directory, self._memory, shop.align, version.number)
        self.unread = 0  # lines that could not be understood

    @property
    def block(self) -> int:
        """The last block of the inbox that counts."""
        return self._memory.block

    def catch_up(self, enough: Callable[[], bool] = lambda: False) -> None:
        """Follow as far as the inbox goes now, or until it is enough. Raises StoreError for a damaged
        inbox."""
        waiting: list[Block] = []
        events = 0
        for block in blocks(self._inbox, self._key, self._memory.block):
            waiting.append(block)
            events += len(block.events)
            if events >= _AT_ONCE:
                if enough():
                    return
                self._take(waiting)
                waiting, events = [], 0
        if waiting:
            self._take(waiting)

    def close(self) -> None:
        """Follow no more; what was followed stays."""
        self._memory.close()

    def _take(self, some: Sequence[Block]) -> None:
        """Take blocks in, all of them or none."""
        with self._memory.block_done(some[-1].number):
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
                    number = self._seen(told.person, told, changed)
                    done += [(number, each) for each in told.happened]
                    if told.order is not None:
                        teller = Teller(told.person.id, event.source, told.at)
                        self._told(told.order, told.person, number, teller, changed)
                _count(told, counts)
            self._memory.note(done)
            self._memory.count(counts)
            self._join(changed)

    def _seen(self, person: Person, told: Told, changed: set[str]) -> int:
        """Somebody was here: their number. Adds whose joins may be others now."""
        number, hour = self._memory.number(person.id), told.at // _HOUR
        if number < 0:
            known = self._directory.customer_of(person.id)
            number = self._memory.add(person, known)
            if known is None:
                changed.add(person.id)
                self._liken(person, told.said)
        if any(kind in LOOSE for kind, _ in person.identifiers) and self._memory.note_hour(number, hour):
            changed.add(person.id)
        return number

    def _liken(self, person: Person, said: Mapping[str, str | None]) -> None:
        """A newcomer who tells more than identifiers is tied to whom of the version they are most like."""
        if any(said.get(column) for column in _TELLING):
            alike = self._likeness.one_with(said, self._threshold)
            if alike is not None:
                self._memory.tie(alike.record_id, person.id)

    def _told(self, order: str, person: Person, number: int, teller: Teller, changed: set[str]) -> None:
        """Somebody told an order: adds them where others did so in another source at about the time. Who has
        nothing but a device (a till, a shared tablet) says nothing of who bought."""
        known = any(kind != "device" for kind, _ in person.identifiers)
        if not known or not self._memory.note_order(order, number, teller):
            return
        for each in [*self._directory.tellers(order), *self._memory.tellers(order)]:
            same = abs(each.at - teller.at) <= _SAME_ORDER and each.source != teller.source
            if same and each.record != teller.record and self._memory.tie(each.record, person.id):
                changed.add(person.id)

    def _join(self, changed: Iterable[str]) -> None:
        """Find out anew whose some records are, and those that they touch."""
        waiting, changed, done = sorted(changed), frozenset(changed), set[str]()
        while waiting:
            record = waiting.pop()
            if record in done:
                continue
            found = self._graph.resolve(record, changed)
            done.update(found.customers)
            waiting += sorted(found.touched - done)
            moved = {**self._memory.assign(found.customers), **found.moved}
            stay = set(found.customers.values())
            self._memory.part(stay)
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


def path_of(folder: Path, version: Version) -> Path:
    """The file of a version's live state, in a shop's folder."""
    return folder / LIVE / f"{version.path.name}.sqlite"


def _opened(path: Path, after: int) -> Memory:
    """The state of a version; those of earlier ones are removed, and so is one that is damaged."""
    try:
        return Memory(path, after)
    except StoreError:
        with suppress(OSError):
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
