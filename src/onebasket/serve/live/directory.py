"""Who carries which identifier in a published version: sorted columns of numbers, asked by binary search.

A pseudonym is 32 hex digits; it is kept as two 64-bit numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from onebasket.store.base import Store

Halves = npt.NDArray[np.uint64]  # (2, n)
Ints = npt.NDArray[np.int64]
Accounts = frozenset[tuple[str, int]]  # system and the first half of the account's pseudonym
_HOUR_MICROSECONDS = 3_600_000_000
_REMEMBERED = 50_000  # answers of a kind
LOOSE = ("cookie", "device")  # kinds that a household may share without signing in


@dataclass(frozen=True, slots=True)
class Carrier:
    """A record that carries an identifier."""

    record: str  # its pseudonym
    customer: str | None  # whose it is in the version; None: it came in live
    name: int  # the first half of its name's pseudonym; 0: it has none
    accounts: Accounts
    named: bool  # whether it has more than a browser or a device
    hours: frozenset[int] = frozenset()  # since 1970, in which it did anything


@dataclass(frozen=True, slots=True)
class Teller:
    """A record that tells an order."""

    record: str
    source: str
    at: int  # when the order was made, milliseconds since 1970


class Pseudonyms:
    """Pseudonyms in order, some of them several times."""

    def __init__(self, halves: Halves) -> None:
        self._first, self._second = halves

    def places(self, pseudonym: str) -> tuple[int, int]:
        """Where one stands: from, to."""
        first, second = (np.uint64(int(pseudonym[at : at + 16], 16)) for at in (0, 16))
        low, high = int(self._first.searchsorted(first)), int(self._first.searchsorted(first, "right"))
        inner = self._second[low:high]
        return low + int(inner.searchsorted(second)), low + int(inner.searchsorted(second, "right"))

    def at(self, place: int) -> str:
        """The pseudonym at a place."""
        return f"{int(self._first[place]):016x}{int(self._second[place]):016x}"


class Directory:
    """The identifiers of one version. What was asked lately is remembered."""

    def __init__(self, store: Store) -> None:
        for name in ("customer_of", "records_of", "identifiers", "carriers"):
            setattr(self, name, lru_cache(_REMEMBERED)(getattr(self, name)))
        store.keep("live_whose", store.sql("serve/live/whose"))
        ids, customers = _columns(store, "live_whose", ("record_id", "customer_id"))
        halves = _halves(ids)
        self._records = Pseudonyms(halves)
        self._customers, self._whose = np.unique(np.array(customers, object), return_inverse=True)
        self._sizes = np.bincount(self._whose, minlength=len(self._customers))
        self._starts = np.concatenate([[0], self._sizes.cumsum()])
        self._members = np.argsort(self._whose, kind="stable")
        self._named = np.zeros(len(ids), np.bool_)
        self._names = np.zeros(len(ids), np.uint64)
        self._carried: dict[str, tuple[Pseudonyms, Ints]] = {}
        self._read_carried(store, {record: code for code, record in enumerate(ids)})
        self._read_hours(store, {record: code for code, record in enumerate(ids)})
        self._read_orders(store, {record: code for code, record in enumerate(ids)})
        store.forget("live_whose")

    def customer_of(self, record: str) -> str | None:
        """Whose a record is, if the version has it."""
        low, high = self._records.places(record)
        return str(self._customers[self._whose[low]]) if high > low else None

    def size(self, customer: str) -> int:
        """How many records a customer has."""
        place = int(self._customers.searchsorted(customer))
        known = place < len(self._customers) and self._customers[place] == customer
        return int(self._sizes[place]) if known else 0

    def records_of(self, customer: str) -> list[str]:
        """The records of a customer of the version, in order."""
        place = int(self._customers.searchsorted(customer))
        codes = self._members[self._starts[place] : self._starts[place + 1]]
        return [self._records.at(int(code)) for code in codes]

    def identifiers(self, record: str) -> list[tuple[str, str]]:
        """What a record of the version carries: kinds and pseudonyms."""
        code = self._records.places(record)[0]
        low, high = self._carrying.searchsorted((code, code + 1))
        found = []
        for place in self._carries[low:high].tolist():
            kind, start = self._kind_at(place)
            found.append((kind, self._carried[kind][0].at(place - start)))
        return found

    def count(self, kind: str, pseudonym: str) -> int:
        """How many records carry an identifier."""
        if kind not in self._carried:
            return 0
        low, high = self._carried[kind][0].places(pseudonym)
        return high - low

    def carriers(self, kind: str, pseudonym: str) -> list[Carrier]:
        """The records that carry an identifier."""
        if kind not in self._carried:
            return []
        keys, codes = self._carried[kind]
        low, high = keys.places(pseudonym)
        return [self._carrier(code) for code in codes[low:high].tolist()]

    def accounts(self, record: str) -> Accounts:
        """The accounts of a record of the version."""
        return self._accounts_of(self._records.places(record)[0])

    def tellers(self, order: str) -> list[Teller]:
        """Who tells an order, by its key (`order_key`)."""
        low, high = self._orders.places(order)
        return [
            Teller(self._records.at(code), self._sources[source], at)
            for code, source, at in self._told[:, low:high].T.tolist()
        ]

    def _kind_at(self, place: int) -> tuple[str, int]:
        """The kind of a row of the query, and where its kind begins."""
        start, kind = max(each for each in self._kinds if each[0] <= place)
        return kind, start

    def _accounts_of(self, code: int) -> Accounts:
        low, high = self._account_records.searchsorted((code, code + 1))
        return frozenset(
            (self._systems[self._account_systems[place]], int(self._accounts[place]))
            for place in range(low, high)
        )

    def _carrier(self, code: int) -> Carrier:
        first, last = self._hour_records.searchsorted((code, code + 1))
        return Carrier(
            self._records.at(code), str(self._customers[self._whose[code]]), int(self._names[code]),
            self._accounts_of(code), bool(self._named[code]), frozenset(self._hours[first:last].tolist()),
        )  # fmt: skip

    def _read_carried(self, store: Store, codes: dict[str, int]) -> None:
        store.keep("live_carried", store.sql("serve/live/carried"))
        wanted = ("kind", "value_key", "record_id", "name_key", "system")
        kinds, keys, records, names, systems = _columns(store, "live_carried", wanted)
        store.forget("live_carried")
        halves = _halves(keys)
        whose = np.array([codes[record] for record in records], np.int64)
        kind = np.array(kinds, object)
        self._carrying = np.sort(whose)  # rows of the query, by record
        self._carries = np.argsort(whose, kind="stable")
        self._kinds: list[tuple[int, str]] = []  # where rows of a kind begin
        for each in dict.fromkeys(kinds):
            mine = np.flatnonzero(kind == each)  # in order, as the query says
            self._kinds.append((int(mine[0]), each))
            self._carried[each] = Pseudonyms(np.ascontiguousarray(halves[:, mine])), whose[mine]
            if each not in LOOSE:
                self._named[whose[mine]] = True
        called = [place for place, name in enumerate(names) if name]
        self._names[whose[called]] = [int(names[place][:16], 16) for place in called]
        mine = np.flatnonzero(kind == "account") if len(kind) else np.zeros(0, np.int64)
        mine = mine[np.argsort(whose[mine], kind="stable")]
        self._systems = sorted(set(systems))
        place_of = {system: place for place, system in enumerate(self._systems)}
        self._account_records = whose[mine]
        self._account_systems = np.array([place_of[systems[place]] for place in mine], np.int64)
        self._accounts = halves[0, mine]

    def _read_hours(self, store: Store, codes: dict[str, int]) -> None:
        store.keep("live_hours", store.sql("serve/live/hours"))
        records, hours = [], []
        for batch in store.read("live_hours", ["record_id", "hour"]):
            records += [codes[record] for record in batch.column(0).to_pylist()]
            hours.append(batch.column(1).cast(pa.timestamp("us")).cast(pa.int64()).to_numpy())
        store.forget("live_hours")
        self._hour_records = np.array(records, np.int64)
        self._hours = (np.concatenate(hours) if hours else np.zeros(0, np.int64)) // _HOUR_MICROSECONDS

    def _read_orders(self, store: Store, codes: dict[str, int]) -> None:
        store.keep("live_orders", store.sql("serve/live/orders"))
        orders, records, sources = _columns(store, "live_orders", ("number", "record_id", "source"))
        times = [
            batch.column(0).cast(pa.int64()).to_numpy() // 1_000
            for batch in store.read("live_orders", ["ts"])
        ]
        store.forget("live_orders")
        self._orders = Pseudonyms(_halves(orders))
        self._sources, source = np.unique(np.array(sources, object), return_inverse=True)
        at = np.concatenate(times) if times else np.zeros(0, np.int64)
        self._told = np.stack([np.array([codes[each] for each in records], np.int64), source, at])


def order_key(number: str | None) -> str | None:
    """What an order is known by, as sources write numbers; None: it has none."""
    bare = (number or "").replace("#", "").replace(" ", "")
    return hashlib.sha256(bare.encode()).hexdigest()[:32] if bare else None


def _columns(store: Store, table: str, names: Sequence[str]) -> list[list[str]]:
    found: list[list[str]] = [[] for _ in names]
    for batch in store.read(table, list(names)):
        for column, values in zip(found, batch.columns, strict=True):
            column += values.to_pylist()
    return found


def _halves(pseudonyms: Iterable[str]) -> Halves:
    raw = bytes.fromhex("".join(pseudonyms))
    return np.frombuffer(raw, ">u8").reshape(-1, 2).T.astype(np.uint64)
