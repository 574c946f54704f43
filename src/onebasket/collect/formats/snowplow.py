"""Snowplow: enriched events as JSON or Parquet, with the columns of its data model.

Of shop events it reads its e-commerce contexts, and the older transactions with one event an item.
"""

from onebasket.collect.layout import Format, Layout
from onebasket.store.fields import (
    Constant,
    Filled,
    Snake,
    column,
    either,
    equals,
    first,
    item,
    path,
    rows,
    words,
)

_SHOP = "com_snowplowanalytics_snowplow_ecommerce"
_ACTION = path(f"unstruct_event_{_SHOP}_snowplow_ecommerce_action_1", "type")
_ACTIONS = {
    "product_view": "view",
    "list_view": "list_view",
    "list_click": "list_click",
    "add_to_cart": "cart",
    "remove_from_cart": "cart_removed",
    "checkout_step": "checkout",
    "transaction": "purchase",
    "refund": "return",
}
_NAMES = {
    "page_view": "page",
    "screen_view": "page",
    "transaction": "order",
    "transaction_item": "purchase",
    "site_search": "search",
}
_EVENT = first(column("event_name"), column("event"))
_TIME = first(column("derived_tstamp"), column("collector_tstamp"))
_DEAL = f"contexts_{_SHOP}_transaction_1"

EVENTS = Layout(
    "enriched events",
    required=("event_id", "collector_tstamp", "domain_userid"),
    people=rows(
        {
            "account": column("user_id"),
            "cookie": first(column("domain_userid"), column("network_userid")),
        }
    ),
    orders=rows(
        {
            "order_id": first(item("transaction_id"), column("tr_orderid")),
            "time": _TIME,
            "status": Constant("paid"),
            "total": first(item("revenue"), column("tr_total")),
            "shipping": first(item("shipping"), column("tr_shipping")),
            "tax": first(item("tax"), column("tr_tax")),
            "discount": item("discount_amount"),
            "currency": first(item("currency"), column("tr_currency")),
        },
        where=either(equals(_EVENT, "transaction"), equals(_ACTION, "transaction")),
        each=path(_DEAL),
    ),
    events=rows(
        {
            "event_id": column("event_id"),
            "action": words(
                _ACTION,
                _ACTIONS,
                otherwise=words(_EVENT, _NAMES, otherwise=Snake(first(column("se_action"), _EVENT))),
            ),
            "time": _TIME,
            "order_id": first(column("ti_orderid"), column("tr_orderid")),
            "product_key": first(item("id"), column("ti_sku")),
            "sku": first(item("id"), column("ti_sku")),
            "title": first(item("name"), column("ti_name")),
            "quantity": first(item("quantity"), column("ti_quantity")),
            "unit_price": first(item("price"), column("ti_price")),
            "currency": first(item("currency"), column("ti_currency")),
            "session": column("domain_sessionid"),
        },
        where=Filled(_EVENT),
        each=path(f"contexts_{_SHOP}_product_1"),
    ),
    also=(
        "app_id",
        "platform",
        "etl_tstamp",
        "page_urlpath",
        "v_tracker",
        "v_collector",
        "domain_sessionidx",
    ),
)

FORMAT = Format("snowplow", layouts=(EVENTS,), time_formats=("iso", "%Y-%m-%d %H:%M:%S.%f"), time_zone="UTC")
