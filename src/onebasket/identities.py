"""Who is who in a shop: why, looked up, decided by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from onebasket.align.decisions import Decision
from onebasket.align.people.explaining import Evidence
from onebasket.deciding import Deciding
from onebasket.errors import StoreError
from onebasket.likeness import Likeness, model_of


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


class Identities(Deciding):
    """The identities of a published version. A context manager; keep it open to look up many.

    Raises StoreError where there is no basket, or one that was made before records were compared.
    """

    kind = "customer"
    members = "records_of"
    member = "record"
    look = 'onebasket query SHOP "select customer_id, record_id from customer_links limit 10"'

    def __init__(self, folder: str | Path) -> None:
        super().__init__(folder)
        try:
            model_of(self._store, self._shop)
        except StoreError:
            self.close()
            raise

    def why(self, a: str, b: str) -> Why:
        """Why two records or customers are, or are not, one. Raises MatchError for unknown ids."""
        left, right = self.members_of(a), self.members_of(b)
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
        one = bool(set(left.values()) & set(right.values()))
        decided = self.decided(left, right)
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
        self._store.keep("identity_decided", self._store.arrow(self._judged("record_a", "record_b")))
        found = self._rows("uncertain", top=top)
        self._store.forget("identity_decided")
        return [
            Doubtful(**row, likeness=self._people.between(row["record_a"], row["record_b"])) for row in found
        ]

    @cached_property
    def _people(self) -> Likeness:
        return Likeness(self._store, self._shop)


def _one_column(records: Mapping[str, str]) -> pa.Table:
    return pa.table({"record_id": pa.array(sorted(records), pa.string())})
