"""PostHog: exported events, as JSON, Parquet or CSV with the properties as JSON.

A browser's id is its device id; who has logged in is known by the id the shop gave. Events of a server
have no device id: theirs is the shop's.
"""

from onebasket.collect.formats.segment import NAMES
from onebasket.collect.layout import Format, Layout
from onebasket.store.fields import (
    Constant,
    Field,
    Filled,
    Not,
    Snake,
    When,
    column,
    equals,
    first,
    item,
    path,
    rows,
    words,
)

_ACTIONS = {
    "$pageview": "page",
    "$screen": "page",
    "$identify": "identify",
    "$create_alias": "identify",
    "$set": "identify",
    **NAMES,
}
_EVENT = column("event")
_DEVICE = path("properties", "$device_id")
_PERSON = first(column("distinct_id"), path("properties", "distinct_id"))


def _said(*names: str) -> Field:
    """A property by any of several names."""
    return first(*(path("properties", name) for name in names))


def _person(name: str) -> Field:
    """A property of the person, as set or as known at the time."""
    return first(path("properties", "$set", name), path("person_properties", name))


EVENTS = Layout(
    "events",
    required=("uuid", "event", "properties", "timestamp"),
    people=rows(
        {
            "account": first(path("properties", "$user_id"), When(Not(Filled(_DEVICE)), _PERSON)),
            "email": _person("email"),
            "phone": _person("phone"),
            "given_name": _person("first_name"),
            "family_name": _person("last_name"),
            "full_name": _person("name"),
            "cookie": _DEVICE,
        }
    ),
    orders=rows(
        {
            "order_id": _said("order_id", "orderId"),
            "time": column("timestamp"),
            "status": Constant("paid"),
            "total": _said("total", "revenue", "value"),
            "shipping": _said("shipping"),
            "tax": _said("tax"),
            "discount": _said("discount"),
            "currency": _said("currency"),
        },
        where=equals(_EVENT, "Order Completed"),
    ),
    events=rows(
        {
            "event_id": column("uuid"),
            "action": words(_EVENT, _ACTIONS, otherwise=Snake(_EVENT)),
            "time": column("timestamp"),
            "order_id": _said("order_id", "orderId"),
            "product_key": first(item("product_id"), item("sku"), _said("product_id", "sku")),
            "sku": first(item("sku"), _said("sku")),
            "title": first(item("name"), When(Filled(_said("product_id", "sku")), _said("name"))),
            "quantity": first(item("quantity"), _said("quantity")),
            "unit_price": first(item("price"), _said("price")),
            "currency": _said("currency"),
            "query": _said("query"),
            "list_id": first(item("list_id"), _said("list_id")),
            "session": path("properties", "$session_id"),
        },
        where=Filled(_EVENT),
        each=path("properties", "products"),
    ),
    also=("person_id", "elements_chain", "created_at", "team_id"),
)

FORMAT = Format("posthog", layouts=(EVENTS,), time_formats=("iso",), time_zone="UTC")
