# ruff: noqa: E501 (records as they are sent)
"""Event files of GA4, Segment, RudderStack, Jitsu, PostHog and Snowplow, as they would track the world."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.formats.truth import Sale, world

W = world(6)
Event = dict[str, Any]
ISO = "%Y-%m-%dT%H:%M:%S.000Z"


def _spec_products(sale: Sale) -> list[Event]:
    return [
        {
            "product_id": line.product.sku,
            "name": line.product.title,
            "quantity": line.quantity,
            "price": line.product.cents / 100,
        }
        for line in sale.lines
    ]


def _spec(sale: Sale, further: Event) -> Event:
    """An order as Segment's specification has it."""
    return {
        "type": "track", "event": "Order Completed", "messageId": f"m-{sale.number}", "anonymousId": f"a-{sale.person.number}", "userId": f"u{sale.person.number}",
        "timestamp": sale.at.strftime(ISO), "context": {"traits": {"email": sale.person.email}},
        "properties": {"order_id": f"W{sale.number}", "total": sale.total / 100, "shipping": sale.shipping / 100, "currency": "EUR", "products": _spec_products(sale)},
        **further,
    }  # fmt: skip


def segment(sale: Sale) -> Event:
    return _spec(sale, {})


def rudderstack(sale: Sale) -> Event:
    at = sale.at.strftime(ISO)
    return _spec(
        sale,
        {
            "originalTimestamp": at,
            "rudderId": f"r{sale.person.number}",
            "channel": "web",
            "request_ip": "[::1]",
        },
    )


def jitsu(sale: Sale) -> Event:
    return _spec(sale, {"writeKey": "k", "requestIp": "::1", "receivedAt": sale.at.strftime(ISO)})


def posthog(sale: Sale) -> Event:
    return {
        "uuid": f"m-{sale.number}", "event": "Order Completed", "distinct_id": f"u{sale.person.number}", "timestamp": sale.at.strftime(ISO),
        "properties": {"$device_id": f"a-{sale.person.number}", "$user_id": f"u{sale.person.number}", "$set": {"email": sale.person.email}, "order_id": f"W{sale.number}",
                       "total": sale.total / 100, "shipping": sale.shipping / 100, "currency": "EUR", "products": _spec_products(sale)},
        "person_id": "p", "elements_chain": "",
    }  # fmt: skip


def snowplow(sale: Sale) -> Event:
    shop = "com_snowplowanalytics_snowplow_ecommerce"
    return {
        "event_id": f"m-{sale.number}", "event": "unstruct", "event_name": "snowplow_ecommerce_action", "collector_tstamp": sale.at.strftime("%Y-%m-%d %H:%M:%S.000"),
        "domain_userid": f"a-{sale.person.number}", "user_id": f"u{sale.person.number}", "app_id": "web", "tr_orderid": f"W{sale.number}", "v_tracker": "js-4",
        f"unstruct_event_{shop}_snowplow_ecommerce_action_1": {"type": "transaction"},
        f"contexts_{shop}_transaction_1": [{"transaction_id": f"W{sale.number}", "revenue": sale.total / 100, "currency": "EUR"}],
        f"contexts_{shop}_product_1": [{"id": line.product.sku, "name": line.product.title, "quantity": line.quantity, "price": line.product.cents / 100, "currency": "EUR"} for line in sale.lines],
    }  # fmt: skip


def ga4(sale: Sale) -> Event:
    return {
        "event_date": sale.at.strftime("%Y%m%d"), "event_timestamp": str(int(sale.at.timestamp() * 1_000_000)), "event_name": "purchase", "user_pseudo_id": f"a-{sale.person.number}",
        "user_id": f"u{sale.person.number}", "event_params": [{"key": "currency", "value": {"string_value": "EUR"}}], "stream_id": "1",
        "ecommerce": {"transaction_id": f"W{sale.number}", "purchase_revenue": sale.total / 100, "shipping_value": sale.shipping / 100},
        "items": [{"item_id": line.product.sku, "item_name": line.product.title, "quantity": str(line.quantity), "price": line.product.cents / 100} for line in sale.lines],
    }  # fmt: skip


MAKERS: dict[str, Callable[[Sale], Event]] = {
    "ga4": ga4, "segment": segment, "rudderstack": rudderstack, "jitsu": jitsu, "posthog": posthog, "snowplow": snowplow,
}  # fmt: skip
TIMES = {"ga4": "event_timestamp", "snowplow": "collector_tstamp", "rudderstack": "timestamp"}


def timed(format_: str, event: Event, at: datetime | str) -> Event:
    """The event at another time, or with a text in its place."""
    if isinstance(at, datetime):
        said = str(int(at.timestamp() * 1_000_000)) if format_ == "ga4" else at.strftime(ISO)
    else:
        said = at
    return {**event, TIMES.get(format_, "timestamp"): said}


def item_of(format_: str, event: Event) -> Event:
    """The first of its articles."""
    match format_:
        case "ga4":
            found = event["items"][0]
        case "snowplow":
            found = event["contexts_com_snowplowanalytics_snowplow_ecommerce_product_1"][0]
        case _:
            found = event["properties"]["products"][0]
    return found  # type: ignore[no-any-return]
