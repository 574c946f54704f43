"""What requests may say, field by field, within limits."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from onebasket.serve.answering import MOST_CANDIDATES
from onebasket.serve.since import MOST_SESSION, Did
from onebasket.serve.wishes import Wishes
from onebasket.shop import MOST_LISTED

_MOST_NAMED = 1_000
_LATEST = 4_102_444_800_000  # 2100, in milliseconds
_MOST_MINOR = 10**15
Id = Annotated[str, Field(min_length=1, max_length=128)]
Category = Annotated[str, Field(min_length=1, max_length=500)]
CustomerId = Annotated[
    str,
    Path(min_length=1, max_length=128, description="id of a customer, now or ever",
         examples=["c0123456789abcdef"]),
]  # fmt: skip
ProductId = Annotated[
    str,
    Path(min_length=1, max_length=128, description="id of a product", examples=["p0123456789abcdef"]),
]


class Said(BaseModel):
    """What a request says. An unknown field is an error."""

    model_config = ConfigDict(extra="forbid", strict=False)


class ListFilters(Said):
    """What any list should hold. What is left out is as the placement says, or not wished for."""

    placement: Id | None = Field(default=None, description="a [serve.placement.NAME] of the shop file")
    top: int | None = Field(default=None, ge=1, le=MOST_LISTED, description="how many products; usually 10")
    in_stock: bool | None = Field(default=None, description="only what is in stock, live sales taken off")
    categories: list[Category] | None = Field(
        default=None, max_length=100, description="only these and those below them; levels parted by ' > '"
    )
    price_min: int | None = Field(default=None, ge=0, le=_MOST_MINOR, description="in minor units, included")
    price_max: int | None = Field(default=None, ge=0, le=_MOST_MINOR, description="in minor units, included")
    exclude: list[Id] = Field(
        default=[], max_length=_MOST_NAMED, description="ids of products that must not come"
    )
    pinned: list[Id] | None = Field(
        default=None,
        max_length=MOST_LISTED,
        description="ids of products that come first, where all else allows it",
    )
    most_per_category: int | None = Field(
        default=None, ge=0, le=MOST_LISTED, description="at most so many of one category; 0: any number"
    )

    def wishes(self) -> Wishes:
        """The same, as answers take it."""
        told: dict[str, Any] = {name: tuple(each) if isinstance(each, list) else each for name, each in self}
        return Wishes(**told)


class Filters(ListFilters):
    """What a customer's list should hold."""

    seen: Literal["allow", "mask"] | None = Field(default=None, description="mask: nothing bought before")
    not_bought_days: int | None = Field(
        default=None, ge=0, le=3_650, description="nothing bought within so many days"
    )
    reasons: bool = Field(default=False, description="tell why each product is listed; takes longer")


class SessionEvent(Said):
    """Something somebody just did, that need not have come in live."""

    action: Annotated[str, Field(min_length=1, max_length=64)] = Field(
        description="as in the timeline: view, search, cart, purchase, …", examples=["view"]
    )
    product_id: Id | None = Field(
        default=None, description="about which product", examples=["p0123456789abcdef"]
    )
    at: int | None = Field(
        default=None,
        ge=0,
        le=_LATEST,
        description="when, in milliseconds since 1970, UTC; left out: just now",
    )

    def did(self) -> Did:
        """The same, as answers take it."""
        return Did(self.action, self.product_id, self.at)


class Identifiers(Said):
    """What people are known by, written as people write it."""

    email: Annotated[str, Field(max_length=320)] | None = Field(
        default=None, description="e-mail address", examples=["ann@example.org"]
    )
    phone: Annotated[str, Field(max_length=64)] | None = Field(
        default=None, description="telephone number", examples=["+49 30 901820"]
    )
    account: Id | None = Field(default=None, description="id within the account system `system`")
    system: Id | None = Field(default=None, description="the account system; usually the source's name")
    cookie: Annotated[str, Field(max_length=512)] | None = Field(default=None, description="id of a browser")
    device: Annotated[str, Field(max_length=512)] | None = Field(default=None, description="id of a device")
    card: Id | None = Field(default=None, description="number of a loyalty card")

    def told(self) -> dict[str, str]:
        """Those that are given."""
        return {name: value for name, value in self if value}


class Lookup(Said):
    """Who is meant."""

    identifiers: Identifiers = Field(description="at least one")


class Asking(Said):
    """Who asks, and what was just done. Nobody known: only the session counts."""

    customer_id: Id | None = Field(default=None, description="id of a customer, now or ever")
    identifiers: Identifiers | None = Field(
        default=None, description="instead of the id; needs a key of scope personal"
    )
    session: list[SessionEvent] = Field(default=[], max_length=MOST_SESSION, description="the oldest first")

    def did(self) -> list[Did]:
        """What was just done."""
        return [each.did() for each in self.session]


class RecommendationsAsked(Asking):
    """A list is asked for."""

    filters: Filters = Field(default_factory=lambda: Filters(), description="what it should hold")


class RankAsked(Asking):
    """An order of products is asked for."""

    candidates: list[Id] = Field(
        min_length=1, max_length=MOST_CANDIDATES, description="ids of products, each counted once"
    )
