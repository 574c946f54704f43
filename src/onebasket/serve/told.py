"""What answers say, field by field."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Moment = Annotated[int, Meta(description="milliseconds since 1970, UTC", examples=[1_788_000_000_000])]
ProductId = Annotated[str, Meta(description="id of the product, as in table catalogue", examples=["p0123"])]
CustomerId = Annotated[
    str, Meta(description="id of the customer, as in table customers", examples=["c0123456789abcdef"])
]
Minor = Annotated[int, Meta(description="money in minor units (cents, pence) of the shop's currency")]
Version = Annotated[int, Meta(description="number of the published version that answers", examples=[12])]
Model = Annotated[str, Meta(description="name of the model that answers", examples=["timeline"])]
Units = Annotated[float, Meta(description="units")]
Basis = Annotated[
    Literal["history", "own_list", "similar", "together", "trending"],
    Meta(
        description="what the order goes by. history: all the customer did, live events included; own_list: "
        "what the model learned of the customer, live events not included; similar: likeness to the products "
        "of the session, or to one; together: orders that hold both; trending: what all look at and buy"
    ),
]


class Reason(msgspec.Struct, frozen=True):
    """Why a product is listed."""

    words: Annotated[str, Meta(description="in the shop's language", examples=["bought Tea 3 days ago"])]
    kind: Annotated[
        str,
        Meta(description="event, regular, again, together, brand, category or popular", examples=["event"]),
    ]
    values: Annotated[dict[str, Any], Meta(description="the same as data; which fields depends on the kind")]


class Listed(msgspec.Struct, frozen=True):
    """One place of a list."""

    rank: Annotated[int, Meta(description="place, from 1", examples=[1])]
    product_id: ProductId
    sku: Annotated[str | None, Meta(description="what the shop calls it; null: nobody says", examples=["S7"])]
    title: Annotated[str, Meta(description="its title", examples=["Green tea"])]
    brand: Annotated[str | None, Meta(description="its brand; null: nobody says")]
    category: Annotated[str, Meta(description="its category; levels parted by ' > '", examples=["Grocery"])]
    price_minor: Minor | None
    stock: Annotated[float | None, Meta(description="units in stock now, live sales taken off")]
    score: Annotated[
        float | None,
        Meta(description="what it is listed by; comparable within one list only; null: none, it is pinned"),
    ]
    pinned: Annotated[bool, Meta(description="whether it comes first because it is pinned")] = False
    orders: Annotated[
        int | None, Meta(description="of `together`: orders that hold both products; else null")
    ] = None
    lift: Annotated[
        float | None,
        Meta(description="of `together`: how many times as often as by chance both are in one order"),
    ] = None
    reasons: Annotated[
        tuple[Reason, ...] | None, Meta(description="where asked for; null: not asked for, or cannot be told")
    ] = None


class Listing(msgspec.Struct, frozen=True):
    """A list of products, best first."""

    list_id: Annotated[str, Meta(description="id of this list, to be sent along with what comes of it")]
    items: Annotated[tuple[Listed, ...], Meta(description="the products, best first")]
    basis: Basis
    customer_id: CustomerId | None
    placement: Annotated[str | None, Meta(description="the placement that was named")]
    model: Model
    version: Version
    arm: Annotated[str, Meta(description="which contestant of an experiment answers", examples=["champion"])]


class Ranked(msgspec.Struct, frozen=True):
    """One candidate."""

    product_id: ProductId
    score: Annotated[float | None, Meta(description="null: the model does not know the product")]


class Ranking(msgspec.Struct, frozen=True):
    """Candidates in the order in which the customer is likely to want them; those unknown come last."""

    list_id: Annotated[str, Meta(description="id of this list, to be sent along with what comes of it")]
    items: Annotated[tuple[Ranked, ...], Meta(description="the candidates, best first, each once")]
    basis: Basis
    customer_id: CustomerId | None
    model: Model
    version: Version
    arm: Annotated[str, Meta(description="which contestant of an experiment answers", examples=["champion"])]


class Features(msgspec.Struct, frozen=True):
    """What was known of a customer when the version was made."""

    recency_days: Annotated[int | None, Meta(description="days since the last purchase; null: never bought")]
    frequency: Annotated[int, Meta(description="orders")]
    tenure_days: Annotated[int, Meta(description="days since the first event")]
    basket_lines: Annotated[float, Meta(description="mean lines an order")]
    basket_minor: Annotated[float, Meta(description="mean money an order, in minor units")]
    discount_share: Annotated[float, Meta(description="discount over gross")]
    views_30d: Annotated[int, Meta(description="views in the last 30 days")]
    r: Annotated[int, Meta(description="recency, 1 (long ago) to 5")]
    f: Annotated[int, Meta(description="frequency, 1 to 5")]
    m: Annotated[int, Meta(description="money, 1 to 5")]
    segment: Annotated[str, Meta(description="champion, loyal, promising, new, at_risk, sleeping or lost")]


class Customer(msgspec.Struct, frozen=True):
    """A customer as pseudonymous facts."""

    customer_id: CustomerId
    asked_id: Annotated[str, Meta(description="the id asked for: it may have given way to another since")]
    known: Annotated[bool, Meta(description="has an e-mail, telephone, account or name; not only a cookie")]
    channels: Annotated[tuple[str, ...], Meta(description="channels in which seen", examples=[["web"]])]
    consent: Annotated[bool | None, Meta(description="marketing consent, the latest word; null: none")]
    first_at: Moment | None
    last_at: Moment | None
    events: Annotated[int, Meta(description="events in the version's timeline")]
    live_events: Annotated[int, Meta(description="events that came in since")]
    orders: Annotated[int, Meta(description="orders that stood")]
    value_minor: Minor
    features: Annotated[Features | None, Meta(description="null: no features were made of the customer")]
    version: Version
    personal: Annotated[
        dict[str, str] | None, Meta(description="the golden record; only where asked for, with such a key")
    ] = None


class Found(msgspec.Struct, frozen=True):
    """Who has some identifiers."""

    customer_id: CustomerId
    version: Version


class Event(msgspec.Struct, frozen=True):
    """Something a customer did."""

    event_id: Annotated[str, Meta(description="id of the event")]
    at: Moment
    action: Annotated[str, Meta(description="view, search, cart, purchase, return, …", examples=["view"])]
    channel: Annotated[str, Meta(description="where; empty: nobody says", examples=["web"])]
    source: Annotated[str, Meta(description="the source that tells it", examples=["webshop"])]
    product_id: ProductId | None
    title: Annotated[str | None, Meta(description="the product's title")]
    order_id: Annotated[str | None, Meta(description="the order")]
    quantity: Units | None
    amount_minor: Minor | None
    live: Annotated[bool, Meta(description="whether it came in since the version was published")]


class Page(msgspec.Struct, frozen=True):
    """A page of a customer's timeline, the latest event first."""

    customer_id: CustomerId
    events: Annotated[tuple[Event, ...], Meta(description="the latest first")]
    next: Annotated[str | None, Meta(description="`before` of the next page; null: this was the last one")]
    version: Version


class Score(msgspec.Struct, frozen=True):
    """What a customer is expected to do."""

    task: Annotated[str, Meta(description="purchase_30d, churn_90d, value_30d, …", examples=["purchase_30d"])]
    target: Annotated[str, Meta(description="the category or product it is about; else empty")]
    title: Annotated[str, Meta(description="what the target is called; else empty")]
    value: Annotated[
        float, Meta(description="a probability; of value_… money kept, in minor units", examples=[0.83])
    ]
    model: Annotated[str, Meta(description="the model that says so", examples=["boosting"])]
    as_of: Moment


class Scores(msgspec.Struct, frozen=True):
    """All that a customer is expected to do, as of the version: live events are not in it."""

    customer_id: CustomerId
    scores: Annotated[tuple[Score, ...], Meta(description="by task, the likeliest first")]
    version: Version


class Product(msgspec.Struct, frozen=True):
    """A product as the catalogue has it."""

    product_id: ProductId
    gtin: Annotated[str | None, Meta(description="barcode, 14 digits")]
    sku: Annotated[str | None, Meta(description="stock keeping unit")]
    title: Annotated[str, Meta(description="best title")]
    brand: Annotated[str | None, Meta(description="brand")]
    category: Annotated[str, Meta(description="category; levels parted by ' > '")]
    size_value: Annotated[float | None, Meta(description="content in size_unit")]
    size_unit: Annotated[str | None, Meta(description="g, ml or each")]
    pack_count: Annotated[int | None, Meta(description="pieces in the pack")]
    price_minor: Minor | None
    stock: Annotated[float | None, Meta(description="units in stock now, live sales taken off")]
    active: Annotated[bool, Meta(description="sold by some channel")]
    known_to_model: Annotated[bool, Meta(description="whether the model can list it by itself")]
    version: Version
