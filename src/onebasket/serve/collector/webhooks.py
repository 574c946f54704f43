"""Shopify's webhooks about orders, as the events that tracking libraries would have sent.

A webhook is signed with a secret (HMAC-SHA256 over its body); the secret that fits says which source it is
for. Orders are called as in Shopify's exports (`#1001`), so that both tell one order.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from onebasket.serve.collector.bodies import BodyError

# What a topic says happened. Others say nothing of purchases: they are acknowledged and not kept.
_TOPICS = {
    "orders/create": "Order Completed",
    "orders/paid": "Order Completed",
    "orders/cancelled": "Order Cancelled",
    "refunds/create": "Order Refunded",
}
_PENDING = ("pending", "authorized", "voided", "expired")  # `orders/paid` tells of it, should it be paid
Json = dict[str, Any]


def signed(body: bytes, signature: str, secrets: Iterable[tuple[str, str]]) -> str | None:
    """What the secret that signed a body is called, among names and secrets; None: none of them did."""
    try:
        said = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return None
    found = None
    for name, secret in secrets:  # all of them, so that the time taken tells nothing
        if hmac.compare_digest(hmac.digest(secret.encode(), body, hashlib.sha256), said):
            found = name
    return found


def shopify(body: bytes, topic: str, message: str | None) -> list[Json]:
    """The event that a webhook tells, none where its topic is about something else. `message`: its id.

    Raises BodyError for a body that is not what Shopify sends.
    """
    if topic not in _TOPICS:
        return []
    try:
        told = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BodyError(400, "not JSON") from error
    if not isinstance(told, dict) or told.get("id") is None:
        raise BodyError(400, f"not a webhook of {topic}: no id")
    if topic.startswith("orders/") and told.get("name") is None:
        raise BodyError(400, f"not a webhook of {topic}: no name of an order")
    if topic == "orders/create" and told.get("financial_status") in _PENDING:
        return []
    event = "Test Order Completed" if told.get("test") is True else _TOPICS[topic]
    # An order that is paid when it is made comes under both topics, with one id.
    known = message if topic == "refunds/create" and message else f"shopify {event} {told['id']}"
    return [_refund(told, known) if topic == "refunds/create" else _order(told, event, known)]


def _order(order: Json, event: str, known: str) -> Json:
    customer, address = _part(order, "customer"), _part(order, "billing_address")
    address = address or _part(order, "shipping_address") or _part(customer, "default_address")
    traits = {
        "email": order.get("email") or customer.get("email"),
        "phone": order.get("phone") or customer.get("phone") or address.get("phone"),
        "firstName": customer.get("first_name") or address.get("first_name"),
        "lastName": customer.get("last_name") or address.get("last_name"),
        "address": {
            "street": address.get("address1"), "city": address.get("city"), "state": address.get("province"),
            "postalCode": address.get("zip"),
            "country": address.get("country_code") or address.get("country"),
        },
    }  # fmt: skip
    when = order.get("cancelled_at") if event == "Order Cancelled" else order.get("processed_at")
    return {
        "type": "track", "event": event, "messageId": known, "userId": _id(customer.get("id")),
        "anonymousId": None if customer.get("id") is not None else f"order {order['id']}",
        "timestamp": when or order.get("created_at"),
        "traits": traits, "context": {"traits": traits, "library": {"name": "shopify"}},
        "properties": {
            "order_id": order["name"], "total": order.get("total_price"), "tax": order.get("total_tax"),
            "discount": order.get("total_discounts"), "currency": order.get("currency"),
            "products": [_line(line) for line in _list(order, "line_items")],
        },
    }  # fmt: skip


def _refund(refund: Json, known: str) -> Json:
    lines = [(each, _part(each, "line_item")) for each in _list(refund, "refund_line_items")]
    number = _part(refund, "order").get("name") or refund.get("order_name")
    return {
        "type": "track", "event": "Order Refunded", "messageId": known,
        "anonymousId": f"order {refund.get('order_id')}", "timestamp": refund.get("created_at"),
        "properties": {
            "order_id": number or _id(refund.get("order_id")),
            "products": [_line(line) | {"quantity": each.get("quantity")} for each, line in lines],
        },
    }  # fmt: skip


def _line(line: Json) -> Json:
    return {
        "product_id": line.get("sku") or _id(line.get("variant_id") or line.get("product_id")),
        "sku": line.get("sku"), "name": line.get("title"), "quantity": line.get("quantity"),
        "price": line.get("price"),
    }  # fmt: skip


def _part(record: Mapping[str, Any], name: str) -> Json:
    found = record.get(name)
    return found if isinstance(found, dict) else {}


def _list(record: Json, name: str) -> list[Json]:
    found = record.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _id(value: Any) -> str | None:
    return None if value is None else str(value)
