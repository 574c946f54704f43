"""Who is who in a published version; where nothing is followed, nothing has happened."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from onebasket.protect import Key, open_key
from onebasket.serve.happened import Still
from onebasket.serve.live.directory import Accounts, Carrier, Directory
from onebasket.serve.live.graph import Graph, Newcomers
from onebasket.serve.live.reading import identifiers_of
from onebasket.shop import Shop
from onebasket.store.basket import Version
from onebasket.store.duckdb import DuckStore


class Nobody:
    """No newcomers."""

    def identifiers(self, record: str) -> tuple[tuple[str, str], ...]:
        """Nothing."""
        return ()

    def carriers(self, kind: str, pseudonym: str) -> list[Carrier]:
        """Nobody."""
        return []

    def hours(self, record: str) -> frozenset[int]:
        """None."""
        return frozenset()

    def accounts(self, record: str) -> Accounts:
        """None."""
        return frozenset()

    def tied(self, record: str) -> set[str]:
        """To nobody."""
        return set()

    def beside(self, record: str) -> set[str]:
        """Itself."""
        return {record}

    def customer(self, record: str) -> str | None:
        """Nobody's."""
        return None

    def current(self, customer: str) -> str:
        """The same."""
        return customer


class People(Still):
    """The people of a version, read once somebody is asked for, and newcomers."""

    def __init__(self, shop: Shop, version: Version, newcomers: Newcomers | None = None) -> None:
        self._shop, self._version, self._newcomers = shop, version, newcomers or Nobody()

    def customer_of(self, identifiers: Mapping[str, str]) -> str | None:
        """The customer who has these, by the surest kind that anybody has; None: nobody, or several."""
        records = self._graph.found(identifiers_of(identifiers, self._shop, self._key))
        found = {self._whose(record) for record in records}
        return found.pop() if len(found) == 1 else None

    def read(self) -> None:
        """Read them now, not once somebody is asked for."""
        assert self._graph

    def _whose(self, record: str) -> str | None:
        return self._directory.customer_of(record)

    @cached_property
    def _key(self) -> Key:
        return open_key(self._shop.folder, self._version.manifest.get("key_id"))

    @cached_property
    def _directory(self) -> Directory:
        settings = self._shop.run
        with DuckStore(self._version, self._key, memory=settings.memory, threads=settings.threads) as store:
            return Directory(store)

    @cached_property
    def _graph(self) -> Graph:
        return Graph(self._directory, self._newcomers, self._shop.align, self._version.number)
