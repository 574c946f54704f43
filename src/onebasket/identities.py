"""Who is who in a shop: why, looked up, decided by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa

from onebasket import shop as shop_file
from onebasket.align import decisions
from onebasket.align.decisions import Decision
from onebasket.align.people.explaining import Evidence
from onebasket.errors import MatchError, StoreError
from onebasket.likeness import Likeness, model_of
from onebasket.protect import open_key
from onebasket.store.basket import Basket, Version
from onebasket.store.duckdb import DuckStore


@dataclass(frozen=True)
class Why:
    """What speaks for and against two records, or customers, being one.

    `shared` are kinds of identifiers both have, how many, and how far they join; `orders` those both
    tell; `rivals` are systems in which the two customers have different accounts, so that likeness does
    not join them; `likeness` compares the two records that are most alike, one of each.
    """

    one_customer: bool
    record_a: str
    record_b: str
    decided: tuple[Decision, ...]
    shared: tuple[tuple[str, int, str], ...]
    orders: int
    rivals: tuple[str, ...]
    likeness: Evidence


@dataclass(frozen=True)
class Customer:
    """A customer found for somebody, and how likely it is the same person."""

    customer_id: str
    probability: float


@dataclass(frozen=True)
class Doubtful:
    """Two records that may be one person, in normal form; `joined`: they are one customer now."""

    record_a: str
    record_b: str
    probability: float
    joined: bool
    likeness: Evidence


class Identities:
    """The identities of a published version. A context manager; keep it open to look up many.

    Raises StoreError where there is no basket, or one that was made before records were compared.
    """

    def __init__(self, folder: str | Path) -> None:
        self._shop = shop_file.load(folder)
        version = Basket(self._shop.basket).current()
        if version is None:
            raise StoreError(
                f"The shop {self._shop.folder} has no basket yet.", next_step=f"onebasket run {folder}"
            )
        self._version: Version = version
        settings = self._shop.run
        key = open_key(self._shop.folder, version.manifest.get("key_id"))
        self._store = DuckStore(version, key, memory=settings.memory, threads=settings.threads)
        try:
            model_of(self._store, self._shop)
        except StoreError:
            self.close()
            raise

    def __enter__(self) -> Identities:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._store.close()
        self._version.close()

    def records_of(self, called: str) -> dict[str, str]:
        """The records that an id stands for, and the customer of each. Raises MatchError for none."""
        found = self._rows("records_of", name=called)
        if not found:
            raise MatchError(
                f"There is no record or customer {called!r}.",
                next_step='onebasket query SHOP "select customer_id, record_id from customer_links limit 10"',
            )
        return {row["record_id"]: row["customer_id"] for row in found}

    def why(self, a: str, b: str) -> Why:
        """Why two records or customers are, or are not, one. Raises MatchError for unknown ids."""
        left, right = self.records_of(a), self.records_of(b)
        for side, records in (("identity_a", left), ("identity_b", right)):
            self._store.keep(side, self._store.arrow(_one_column(records)))
        likest = self._rows("likest")
        first, second = (likest[0]["record_a"], likest[0]["record_b"]) if likest else (min(left), max(right))
        shared = tuple(
            (row["kind"], row["identifiers"], row["decision"]) for row in self._rows("common_identifiers")
        )
        self._store.keep("identity_ties", self._store.sql("align/order_ties"))
        orders = self._rows("common_orders")[0]["orders"]
        self._store.forget("identity_ties")
        rivals = tuple(sorted(row["system"] for row in self._rows("rival_accounts")))
        self._store.forget("identity_a", "identity_b")
        decided = tuple(
            each
            for each in decisions.decisions(self._shop.folder)
            if (set(each.left) & set(left) and set(each.right) & set(right))
            or (set(each.left) & set(right) and set(each.right) & set(left))
        )
        one = bool(set(left.values()) & set(right.values()))
        return Why(one, first, second, decided, shared, orders, rivals, self._people.between(first, second))

    def lookup(self, person: Mapping[str, str | None], most: int = 5) -> list[Customer]:
        """The customers that somebody may be, likeliest first.

        `person` has any of given_name, family_name, full_name, birth_date, email, phone, address, city,
        postcode, country, written as people write them.
        """
        found = self._people.lookup(person, most)
        return [Customer(each.customer_id, each.probability) for each in found]

    def uncertain(self, top: int = 20) -> list[Doubtful]:
        """The pairs of records nearest to a toss-up that nobody has judged yet."""
        stands = decisions.standing(decisions.decisions(self._shop.folder))
        judged = [*stands.together, *stands.apart]
        sides = [[pair[side] for pair in judged] for side in (0, 1)]
        schema = pa.schema([("record_a", pa.string()), ("record_b", pa.string())])
        self._store.keep("identity_decided", self._store.arrow(pa.table(sides, schema=schema)))
        found = self._rows("uncertain", top=top)
        self._store.forget("identity_decided")
        return [
            Doubtful(**row, likeness=self._people.between(row["record_a"], row["record_b"])) for row in found
        ]

    def join(self, a: str, b: str, note: str = "") -> Decision:
        """Decide that two records or customers are one. Takes effect with the next run."""
        left, right = self.records_of(a), self.records_of(b)
        if set(left) & set(right):
            raise MatchError("The two are one customer already.", found=f"{a}, {b}")
        return decisions.decide(self._shop.folder, "join", list(left), list(right), note)

    def same(self, a: str, b: str) -> Decision:
        """Judge that two records are one person: joins their customers, and teaches the weights."""
        return decisions.decide(self._shop.folder, "join", [a], [b], "review")

    def different(self, a: str, b: str) -> Decision:
        """Judge that two records are not one person: parts them, and teaches the weights."""
        return decisions.decide(self._shop.folder, "split", [a], [b], "review")

    def split(self, customer: str, records: Sequence[str], note: str = "") -> Decision:
        """Decide that some records of a customer are somebody else. Takes effect with the next run."""
        every = self.records_of(customer)
        strange = [record for record in records if record not in every]
        if strange:
            raise MatchError(f"{customer} has no record {strange[0]!r}.", found=", ".join(sorted(every)[:10]))
        rest = sorted(set(every) - set(records))
        if not records or not rest:
            raise MatchError(
                f"Nothing would be split from {customer}.",
                found=f"{len(records)} of {len(every)} records named",
                expected="some of its records, not all",
            )
        return decisions.decide(self._shop.folder, "split", list(records), rest, note)

    def _rows(self, query: str, **values: object) -> list[dict[str, Any]]:
        self._store.keep("identity_answer", self._store.sql(f"align/{query}", **values))
        found = [row for batch in self._store.read("identity_answer") for row in batch.to_pylist()]
        self._store.forget("identity_answer")
        return found

    @cached_property
    def _people(self) -> Likeness:
        return Likeness(self._store, self._shop)


def _one_column(records: Mapping[str, str]) -> pa.Table:
    return pa.table({"record_id": pa.array(sorted(records), pa.string())})
