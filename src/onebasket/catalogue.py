"""What is what in a shop: why listings are one product, and decisions about it by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from onebasket.align.decisions import Decision
from onebasket.deciding import Deciding

Steps = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Listing:
    """What a source says of a product. The price is in minor units of its currency."""

    member: str  # source/product_key
    title: str | None
    brand: str | None
    category: str | None
    gtin: str | None
    sku: str | None
    size_value: float | None
    size_unit: str | None
    pack_count: int | None
    price_minor: int | None
    currency: str | None


@dataclass(frozen=True)
class Alike:
    """Two listings that likeness compared: the probability that they are one product, given what else may
    be, and what speaks for it and against, in bits; the first stands beforehand."""

    listing_a: str
    listing_b: str
    probability: float
    steps: Steps


@dataclass(frozen=True)
class WhyProduct:
    """What speaks for and against two listings, or products, being one.

    `shared` are identifiers that listings of both sides have, as (kind, value). `likeness` is of the two
    listings most alike, one of each side; None where none were compared, because identifiers say what they
    are, or because nothing brought them together.
    """

    one_product: bool
    left: tuple[Listing, ...]
    right: tuple[Listing, ...]
    decided: tuple[Decision, ...]
    shared: tuple[tuple[str, str], ...]
    likeness: Alike | None


@dataclass(frozen=True)
class DoubtfulProduct:
    """Two listings that may be one product; `joined`: they are now."""

    left: Listing
    right: Listing
    joined: bool
    likeness: Alike


class Catalogue(Deciding):
    """The products of a published version. A context manager. Raises StoreError where there is no basket."""

    kind = "product"
    members = "listings_of"
    member = "listing"
    look = 'onebasket query SHOP "select product_id, source, product_key from product_links limit 10"'

    def why(self, a: str, b: str) -> WhyProduct:
        """Why two listings or products are, or are not, one. Raises MatchError for unknown ids."""
        left, right = self.members_of(a), self.members_of(b)
        said = self._said(left, right)
        ours, theirs = (tuple(said[member] for member in sorted(side)) for side in (left, right))
        likest = self._between("listings_compared", left, right)
        return WhyProduct(
            one_product=bool(set(left.values()) & set(right.values())),
            left=ours,
            right=theirs,
            decided=self.decided(left, right),
            shared=_shared(ours, theirs),
            likeness=_alike(likest[0]) if likest else None,
        )

    def uncertain(self, top: int = 20) -> list[DoubtfulProduct]:
        """The pairs of listings nearest to a toss-up that nobody has judged yet."""
        self._store.keep("catalogue_decided", self._store.arrow(self._judged("listing_a", "listing_b")))
        found = self._rows("uncertain_listings", top=top)
        self._store.forget("catalogue_decided")
        said = self._said({row["listing_a"]: "" for row in found}, {row["listing_b"]: "" for row in found})
        return [
            DoubtfulProduct(said[row["listing_a"]], said[row["listing_b"]], row["joined"], _alike(row))
            for row in found
        ]

    def _said(self, left: Mapping[str, str], right: Mapping[str, str]) -> dict[str, Listing]:
        return {row["member"]: Listing(**row) for row in self._between("listings_shown", left, right)}

    def _between(self, query: str, left: Mapping[str, str], right: Mapping[str, str]) -> list[dict[str, Any]]:
        for side, members in (("catalogue_a", left), ("catalogue_b", right)):
            named = pa.table({"member": pa.array(sorted(members), pa.string())})
            self._store.keep(side, self._store.arrow(named))
        found = self._rows(query)
        self._store.forget("catalogue_a", "catalogue_b")
        return found


def _shared(left: tuple[Listing, ...], right: tuple[Listing, ...]) -> tuple[tuple[str, str], ...]:
    """Identifiers that a listing of each side has."""
    found = []
    for kind in ("gtin", "sku"):
        ours, theirs = ({getattr(each, kind) for each in side} - {None} for side in (left, right))
        found += [(kind, value) for value in sorted(ours & theirs)]
    return tuple(found)


def _alike(row: Mapping[str, Any]) -> Alike:
    steps = tuple((str(name), float(bits)) for name, bits in json.loads(row["evidence"]))
    return Alike(row["listing_a"], row["listing_b"], row["probability"], steps)
