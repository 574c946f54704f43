"""Segment: events as its libraries send them, one JSON object a line; e-commerce events of version 2."""

from onebasket.collect.layout import Format, Layout
from onebasket.store.fields import (
    Constant,
    Field,
    Filled,
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

_TYPES = {
    "page": "page",
    "screen": "page",
    "identify": "identify",
    "alias": "identify",
    "group": "group",
}
NAMES = {  # of events in Segment's specification of e-commerce
    "Product Viewed": "view",
    "Products Searched": "search",
    "Product Added": "cart",
    "Checkout Started": "checkout",
    "Order Completed": "purchase",
    "Order Refunded": "return",
    "Order Cancelled": "cancel",
    "Signed In": "login",
    "Logged In": "login",
    "Application Opened": "session",
    "Session Started": "session",
}
_EVENT, _TYPE = column("event"), column("type")
_ORDER_NUMBER = first(path("properties", "order_id"), path("properties", "orderId"))
_PRODUCT = first(path("properties", "product_id"), path("properties", "sku"))
_TIME = first(column("timestamp"), column("originalTimestamp"), column("sentAt"), column("receivedAt"))


def _trait(*names: str) -> Field:
    """A trait by any of several names, of the call itself or of its context."""
    return first(*(path(*at, name) for name in names for at in (("traits",), ("context", "traits"))))


EVENTS = Layout(
    "events",
    required=("type", "messageId"),
    people=rows(
        {
            "account": column("userId"),
            "email": _trait("email"),
            "phone": _trait("phone"),
            "given_name": _trait("firstName", "first_name"),
            "family_name": _trait("lastName", "last_name"),
            "full_name": _trait("name"),
            "birth_date": path("traits", "birthday"),
            "company": path("traits", "company", "name"),
            "address": path("traits", "address", "street"),
            "city": path("traits", "address", "city"),
            "region": path("traits", "address", "state"),
            "postcode": first(path("traits", "address", "postalCode"), path("traits", "address", "zip")),
            "country": path("traits", "address", "country"),
            "cookie": first(column("anonymousId"), When(equals(_TYPE, "alias"), column("previousId"))),
            "device": path("context", "device", "id"),
        }
    ),
    orders=rows(
        {
            "order_id": _ORDER_NUMBER,
            "time": _TIME,
            "status": Constant("paid"),
            "total": first(*(path("properties", name) for name in ("total", "revenue", "value"))),
            "shipping": path("properties", "shipping"),
            "tax": path("properties", "tax"),
            "discount": path("properties", "discount"),
            "currency": path("properties", "currency"),
        },
        where=equals(_EVENT, "Order Completed"),
    ),
    events=rows(
        {
            "event_id": column("messageId"),
            "action": words(_TYPE, _TYPES, otherwise=words(_EVENT, NAMES, otherwise=Snake(_EVENT))),
            "time": _TIME,
            "order_id": _ORDER_NUMBER,
            "product_key": first(item("product_id"), item("sku"), _PRODUCT),
            "sku": first(item("sku"), path("properties", "sku")),
            "title": first(item("name"), When(Filled(_PRODUCT), path("properties", "name"))),
            "quantity": first(item("quantity"), path("properties", "quantity")),
            "unit_price": first(item("price"), path("properties", "price")),
            "currency": path("properties", "currency"),
            "query": path("properties", "query"),
            "list_id": first(item("list_id"), path("properties", "list_id")),
            "session": first(path("context", "sessionId"), path("properties", "session_id")),
        },
        each=path("properties", "products"),
    ),
)

FORMAT = Format("segment", layouts=(EVENTS,), time_formats=("iso",), time_zone="UTC")
# As the live collector takes it in.
LIVE = Format("live", layouts=(EVENTS,), time_formats=("iso",), time_zone="UTC")
