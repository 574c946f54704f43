"""Google Analytics 4: the BigQuery event export, as newline-delimited JSON or Parquet.

A row is an event. Its id is a pseudonym of the columns that Google names for finding
duplicates, since they hold the browser's id.
"""

from onebasket.collect.layout import Format, Layout
from onebasket.store.fields import (
    Constant,
    Field,
    Filled,
    Snake,
    column,
    digest,
    entry,
    equals,
    first,
    item,
    path,
    rows,
    words,
)

_ACTIONS = {
    "page_view": "page",
    "screen_view": "page",
    "view_item": "view",
    "search": "search",
    "view_search_results": "search",
    "add_to_cart": "cart",
    "begin_checkout": "checkout",
    "purchase": "purchase",
    "in_app_purchase": "purchase",
    "refund": "return",
    "login": "login",
    "session_start": "session",
}
_NAME = column("event_name")


def _set(field: Field) -> Field:
    """A value, null where Google says that there is none."""
    return words(field, {"(not set)": None}, otherwise=field)


_ORDER_NUMBER = _set(
    first(
        path("ecommerce", "transaction_id"), entry("event_params", "transaction_id", "value", "string_value")
    )
)
_CURRENCY = entry("event_params", "currency", "value", "string_value")

EVENTS = Layout(
    "events",
    required=("event_name", "event_timestamp", "user_pseudo_id"),
    people=rows(
        {
            "account": column("user_id"),
            "cookie": column("user_pseudo_id"),
            "device": path("device", "advertising_id"),
        }
    ),
    orders=rows(
        {
            "order_id": _ORDER_NUMBER,
            "time": column("event_timestamp"),
            "status": Constant("paid"),
            "total": first(
                path("ecommerce", "purchase_revenue"),
                entry("event_params", "value", "value", "double_value"),
                entry("event_params", "value", "value", "int_value"),
            ),
            "shipping": path("ecommerce", "shipping_value"),
            "tax": path("ecommerce", "tax_value"),
            "currency": _CURRENCY,
        },
        where=equals(_NAME, "purchase", "in_app_purchase"),
    ),
    events=rows(
        {
            "event_id": digest(
                column("stream_id"),
                column("user_pseudo_id"),
                column("event_name"),
                column("event_timestamp"),
                column("event_bundle_sequence_id"),
                column("batch_page_id"),
                column("batch_ordering_id"),
                column("batch_event_index"),
            ),
            "action": words(_NAME, _ACTIONS, otherwise=Snake(_NAME)),
            "time": column("event_timestamp"),
            "order_id": _ORDER_NUMBER,
            "product_key": _set(item("item_id")),
            "sku": _set(item("item_id")),
            "title": _set(item("item_name")),
            "quantity": item("quantity"),
            "unit_price": item("price"),
            "currency": _CURRENCY,
            "query": entry("event_params", "search_term", "value", "string_value"),
            "session": entry("event_params", "ga_session_id", "value", "int_value"),
        },
        where=Filled(_NAME),
        each=path("items"),
    ),
)

FORMAT = Format("ga4", layouts=(EVENTS,), time_formats=("epoch_us",), time_zone="UTC")
