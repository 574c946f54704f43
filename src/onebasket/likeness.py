"""The records of a version, and who of them somebody is likely to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from onebasket.align.clustering import contradict
from onebasket.align.customers import PERSONS
from onebasket.align.people.blocking import all_blocks
from onebasket.align.people.directory import Directory
from onebasket.align.people.explaining import Evidence, evidence
from onebasket.align.people.records import encode
from onebasket.align.people.saved import restore
from onebasket.clean.values.births import birth_date
from onebasket.clean.values.email import email
from onebasket.clean.values.junk import Junk
from onebasket.clean.values.names import name
from onebasket.clean.values.phone import phone
from onebasket.clean.values.places import address, postcode
from onebasket.errors import StoreError
from onebasket.shop import Shop
from onebasket.store.duckdb import DuckStore


@dataclass(frozen=True)
class Alike:
    """A record found for somebody, whose it is, and how likely it is the same person."""

    record_id: str
    customer_id: str
    probability: float


class Likeness:
    """All people of a version, in memory, and the model that they were told apart by.

    Raises StoreError for a version that was made before records were compared.
    """

    def __init__(self, store: DuckStore, shop: Shop) -> None:
        fields, rules, self._model = restore(model_of(store, shop))
        self._land = shop.shop.country
        self._junk = Junk(shop.clean.junk, shop.clean.relay_domains)
        people = _people(store)
        self._ids: list[str] = people["record_id"].to_pylist()
        self._places = {record: place for place, record in enumerate(self._ids)}
        links = {
            row["record_id"]: row["customer_id"]
            for batch in store.read("customer_links", ["record_id", "customer_id"])
            for row in batch.to_pylist()
        }
        self._customers = [links[record] for record in self._ids]
        records = encode(people, fields)
        _, clusters = np.unique(self._customers, return_inverse=True)
        self._born = records.born()
        self._directory = Directory(records, all_blocks(records, rules), self._model, clusters)

    def lookup(self, person: Mapping[str, str | None], most: int = 5) -> list[Alike]:
        """Who somebody may be, likeliest first, one record a customer.

        `person` has any of given_name, family_name, full_name, birth_date, email, phone, address, city,
        postcode and country, written as people write them.
        """
        return [
            Alike(self._ids[hit.record], self._customers[hit.record], hit.probability)
            for hit in self._directory.lookup(self._as_cleaned(person), most)
        ]

    def one_with(self, person: Mapping[str, str | None], threshold: float) -> Alike | None:
        """Whom a run would join somebody with, as far as one record tells: the likeliest from a probability
        on, unless a date of birth of that customer is another."""
        for hit in self._directory.lookup(said := self._as_cleaned(person), 1):
            born = int(said["birth_date"].replace("-", "")) if said["birth_date"] else -1
            theirs = self._born[self._directory.clusters == hit.cluster]
            if hit.probability >= threshold and not any(contradict(born, int(other)) for other in theirs):
                return Alike(self._ids[hit.record], self._customers[hit.record], hit.probability)
        return None

    def between(self, a: str, b: str) -> Evidence:
        """What two records say of being one person."""
        records, blocking = self._directory.records, self._directory.blocking
        return evidence(records, blocking, self._model, self._places[a], self._places[b])

    def _as_cleaned(self, person: Mapping[str, str | None]) -> dict[str, str | None]:
        """Values in the form that clean gives them."""
        land = person.get("country") or self._land
        named = name(person.get("given_name"), person.get("family_name"), person.get("full_name"), self._junk)
        halves = named.given or named.family
        born = birth_date(person.get("birth_date"), land, datetime.now(UTC).date())
        return {
            "given_name": named.given,
            "family_name": named.family,
            "full_name": None if halves else named.full,
            "birth_date": born.isoformat() if born else None,
            "email": email(person.get("email"), self._junk)[0],
            "phone": phone(person.get("phone"), land, self._junk)[0],
            "address": address(person.get("address")),
            "city": person.get("city"),
            "postcode": postcode(person.get("postcode"), land),
        }


def model_of(store: DuckStore, shop: Shop) -> str:
    """The model of a version. Raises StoreError for one that was made before records were compared."""
    for batch in store.read("customer_model"):
        for row in batch.to_pylist():
            return str(row["model"])
    raise StoreError(
        f"The basket of {shop.folder} does not know how people are told apart.",
        next_step=f"onebasket run {shop.folder}",
    )


def _people(store: DuckStore) -> pa.Table:
    store.keep("align_records", store.sql("align/records"))
    store.keep("likeness_persons", store.sql("align/persons"))
    batches = list(store.read("likeness_persons", PERSONS.names))
    store.forget("align_records", "likeness_persons")
    return pa.Table.from_batches(batches, PERSONS).sort_by("code")
