"""From a line of the inbox to what it tells: who, and what happened. By the same rules as a run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from onebasket.clean.people import judges
from onebasket.clean.values.junk import Junk
from onebasket.clean.values.names import name
from onebasket.clean.values.texts import MISSING
from onebasket.collect.formats.segment import EVENTS
from onebasket.currencies import exponent
from onebasket.protect import Key
from onebasket.serve.happened import Happened
from onebasket.serve.live.directory import order_key
from onebasket.shop import Shop, Source
from onebasket.store.records import reader
from onebasket.tables import RAW_PEOPLE
from onebasket.tables.schema import WHERE, columns

_NOT_PERSONAL = {*(column.name for column in columns(WHERE)), "record_id", "rows"}
PERSONAL = tuple(name for name in RAW_PEOPLE.names if name not in _NOT_PERSONAL)
_KINDS = ("account", "email", "phone", "card", "device", "cookie")
_MISSING = frozenset(MISSING)
_KNOWN = 100_000  # ways of writing people that are remembered


@dataclass(frozen=True, slots=True)
class Person:
    """A record of somebody, as a run would make it of the same values."""

    id: str  # the record's pseudonym
    name: str | None  # the name's
    identifiers: tuple[tuple[str, str], ...]  # usable ones: kind and pseudonym
    system: str  # that its account ids belong to


@dataclass(frozen=True, slots=True)
class Told:
    """What a line tells."""

    person: Person | None  # None: nobody known
    at: int  # milliseconds since 1970, UTC
    happened: tuple[Happened, ...]  # one an item
    order: str | None = None  # the key of an order that it tells (`order_key`)
    said: Mapping[str, str | None] = field(default_factory=dict, repr=False)  # of the person; not to be kept


@dataclass(frozen=True)
class Products:
    """What sources call the products of the version."""

    by_key: Mapping[tuple[str, str], str]  # source and their key → product
    by_sku: Mapping[str, str]  # upper case, of one product each

    def named(self, source: str, key: str | None, sku: str | None) -> str | None:
        """The product; None: none of the version."""
        found = self.by_key.get((source, key or sku or ""))
        if found is None:
            found = self.by_sku.get((sku or key or "").upper())
        return found


class Reading:
    """Reads the lines of one live source."""

    def __init__(self, shop: Shop, source: Source, key: Key, products: Products) -> None:
        assert EVENTS.people and EVENTS.events and EVENTS.orders
        self._people, self._events = reader(EVENTS.people), reader(EVENTS.events)
        self._orders = reader(EVENTS.orders)
        self._source, self._products, self._key = source, products, key
        self._junk = Junk(shop.clean.junk, shop.clean.relay_domains, source.shared_devices)
        self._system = source.accounts or source.name
        land = source.country or shop.shop.country
        self._judges = judges(key, self._junk, self._system, land)
        self._currency, self._own = source.currency or shop.shop.currency, shop.shop.currency
        self._rates = {**shop.shop.rates, shop.shop.currency: 1.0}
        self._secret = f"{key.pepper}\x1f{source.name}"
        self._known: dict[tuple[str | None, ...], Person] = {}

    def __call__(self, line: bytes) -> Told:
        """What a line says that the collector took in."""
        record = msgspec.json.decode(line)
        at = int(datetime.fromisoformat(record["timestamp"]).timestamp() * 1000)
        said = next(self._people(record), {})
        happened = tuple(
            made
            for place, row in enumerate(self._events(record))
            if (made := self._happened(record["messageId"], place, at, row)) is not None
        )
        order = next((order_key(_word(row["order_id"], False)) for row in self._orders(record)), None)
        return Told(self._person(said), at, happened, order, said)

    def _person(self, said: Mapping[str, str | None]) -> Person | None:
        values = tuple(said.get(column) for column in PERSONAL)
        found = self._known.get(values)
        if found is None:
            if all(value is None for value in values):
                return None
            if len(self._known) >= _KNOWN:
                self._known.clear()
            found = self._known[values] = self._made(said, values)
        return found

    def _made(self, said: Mapping[str, str | None], values: tuple[str | None, ...]) -> Person:
        hashed = hashlib.sha256("\x1f".join([self._secret, *(value or "" for value in values)]).encode())
        named = name(said.get("given_name"), said.get("family_name"), said.get("full_name"), self._junk)
        identifiers = []
        for kind in _KINDS:
            land = (said.get("country"),) if kind == "phone" else ()
            _, reason, pseudonym = self._judges[kind](said.get(kind), *land)
            if pseudonym and reason is None:
                identifiers.append((kind, pseudonym))
        called = self._key.pseudonym("name", named.key) if named.key else None
        return Person(hashed.hexdigest()[:32], called, tuple(identifiers), self._system)

    def _happened(self, event: str, place: int, at: int, row: Mapping[str, str | None]) -> Happened | None:
        action = _word(row["action"])
        if not action:
            return None
        product = self._products.named(
            self._source.name, _word(row["product_key"], False), _word(row["sku"], False)
        )
        units, price = _number(row["quantity"]), _number(row["unit_price"])
        if action == "purchase" and product and units is None:
            units = 1.0
        currency = (_word(row["currency"]) or self._currency).upper()
        amount = None
        if price is not None and currency in self._rates:
            minor = price * self._rates[currency] * 10 ** exponent(self._own)
            amount = round(minor * (units if units is not None else 1.0))
        return Happened(
            at, action, product, self._source.channel, units, amount, self._source.name, f"{event}#{place}"
        )


def identifiers_of(said: Mapping[str, str], shop: Shop, key: Key) -> list[tuple[str, str]]:
    """The usable identifiers among values as people write them, as kind and pseudonym. An account is one of
    the system that `said["system"]` names, or one of each system of the shop."""
    junk = Junk(
        shop.clean.junk,
        shop.clean.relay_domains,
        tuple(d for each in shop.sources for d in each.shared_devices),
    )
    systems = dict.fromkeys(each.accounts or each.name for each in shop.sources)
    made = {system: judges(key, junk, system, shop.shop.country) for system in systems}
    made |= {
        system: judges(key, junk, system, shop.shop.country) for system in (said.get("system"),) if system
    }
    found = []
    for kind in _KINDS:
        asked = [said["system"]] if "system" in said else list(systems)
        for system in (asked if kind == "account" else asked[:1]) if kind in said else ():
            land = (said.get("country"),) if kind == "phone" else ()
            _, reason, pseudonym = made[system][kind](said[kind], *land)
            if pseudonym and reason is None:
                found.append((kind, pseudonym))
    return found


def _word(text: Any, lower: bool = True) -> str | None:
    """A text without blanks around it; words that say nothing are none."""
    if text is None:
        return None
    bare = str(text).strip(" ")
    if not bare or bare.lower() in _MISSING:
        return None
    return bare.lower() if lower else bare


def _number(text: str | None) -> float | None:
    try:
        found = float(text) if text else None
    except ValueError:
        return None
    return found if found is not None and abs(found) < 1e12 else None
