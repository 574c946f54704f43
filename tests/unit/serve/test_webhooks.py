"""Shopify's webhooks, signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from onebasket.protect import Key
from onebasket.serve.collector.bodies import BodyError
from onebasket.serve.collector.webhooks import shopify, signed
from onebasket.serve.keys import WEBHOOKS
from tests.unit.serve.conftest import Answer, Served

SECRET = "shpss_of-the-shop"
ORDER: dict[str, Any] = {
    "id": 820982911946154508, "name": "#1001", "email": "li@example.com", "financial_status": "paid",
    "created_at": "2026-11-01T12:00:00+01:00", "processed_at": "2026-11-01T12:00:01+01:00", "currency": "EUR",
    "total_price": "29.80", "total_tax": "4.76", "total_discounts": "0.00", "test": False,
    "customer": {"id": 115310627314723954, "first_name": "丽", "last_name": "王", "phone": "+4930901820"},
    "shipping_address": {"address1": "Kaiserstr. 1", "city": "Berlin", "zip": "10115", "country_code": "DE"},
    "line_items": [
        {"product_id": 1, "variant_id": 2, "sku": "TEA-1", "title": "Tea", "quantity": 2, "price": "9.90"},
        {"product_id": 3, "variant_id": None, "sku": "", "title": "Cup", "quantity": 1, "price": "10.00"},
    ],
}  # fmt: skip
REFUND = {
    "id": 509562969, "order_id": 820982911946154508, "created_at": "2026-11-03T12:00:00+01:00",
    "refund_line_items": [{"quantity": 1, "line_item": ORDER["line_items"][0]}],
}  # fmt: skip


def post(served: Served, topic: str, body: bytes, secret: str = SECRET, known: str = "w1") -> Answer:
    signature = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
    told = {"x-shopify-topic": topic, "x-shopify-hmac-sha256": signature, "x-shopify-webhook-id": known}
    return served.ask("POST", "/v1/webhooks/shopify", body, told)


@pytest.fixture
def shop(serving: Callable[..., Served]) -> Served:
    """A server that knows the secrets of two sources."""
    served = serving()
    seal = partial(Key(bytes(range(32)), served.folder / "key").seal, WEBHOOKS)
    served.keys.make(["webhook"], source="other", adopted="another secret", seal=seal)
    served.keys.make(["webhook"], source="shop", adopted=SECRET, seal=seal)
    return served


def test_an_order_comes_once_under_the_source_of_its_secret(shop: Served) -> None:
    body = json.dumps(ORDER).encode()
    assert post(shop, "orders/create", body).told["accepted"] == 1
    assert post(shop, "orders/create", body).told["duplicates"] == 1
    assert post(shop, "orders/paid", body, known="w2").told["duplicates"] == 1
    assert post(shop, "refunds/create", json.dumps(REFUND).encode(), known="w3").told["accepted"] == 1
    (source, order), (_, refund) = shop.kept()
    assert source == "shop"
    assert (order["event"], order["userId"], order["type"]) == (
        "Order Completed",
        "115310627314723954",
        "track",
    )
    assert order["timestamp"] == "2026-11-01T11:00:01.000Z"
    assert order["context"]["traits"]["email"] == "li@example.com"
    assert order["context"]["traits"]["lastName"] == "王"
    assert order["properties"]["order_id"] == "#1001"
    assert order["properties"]["products"] == [
        {"product_id": "TEA-1", "sku": "TEA-1", "name": "Tea", "quantity": 2, "price": "9.90"},
        {"product_id": "3", "sku": "", "name": "Cup", "quantity": 1, "price": "10.00"},
    ]
    assert (refund["event"], refund["properties"]["products"][0]["quantity"]) == ("Order Refunded", 1)


@pytest.mark.parametrize("wrong", ["secret", "body", "signature", "none", "write key"])
def test_a_forged_one_is_refused(shop: Served, wrong: str) -> None:
    body = json.dumps(ORDER).encode()
    match wrong:
        case "secret":
            answer = post(shop, "orders/create", body, "guessed")
        case "body":
            good = base64.b64encode(hmac.digest(SECRET.encode(), body, hashlib.sha256)).decode()
            told = {"x-shopify-topic": "orders/create", "x-shopify-hmac-sha256": good}
            answer = shop.ask("POST", "/v1/webhooks/shopify", body + b" ", told)
        case "signature":
            told = {"x-shopify-topic": "orders/create", "x-shopify-hmac-sha256": "é" * 44}
            answer = shop.ask("POST", "/v1/webhooks/shopify", body, told)
        case "none":
            answer = shop.ask("POST", "/v1/webhooks/shopify", body, {})
        case _:
            answer = shop.send("/v1/webhooks/shopify", ORDER)
    assert answer.status == 401
    assert shop.kept() == []


def test_a_secret_writes_nothing_as_a_key(shop: Served) -> None:
    assert shop.ask("POST", "/v1/identify", b'{"userId":"u"}', {"x-write-key": SECRET}).status == 403


def test_a_secret_that_was_taken_back_signs_no_more(shop: Served) -> None:
    (mine,) = [each for each in shop.keys.webhooks() if each.source == "shop"]
    shop.keys.revoke(mine.id)
    assert post(shop, "orders/create", json.dumps(ORDER).encode()).status == 401


@pytest.mark.parametrize(
    ("topic", "changed", "event"),
    [
        ("orders/create", {"financial_status": "pending"}, None),
        ("orders/paid", {"financial_status": "paid"}, "Order Completed"),
        ("orders/create", {"test": True}, "Test Order Completed"),
        ("orders/cancelled", {"cancelled_at": "2026-11-02T00:00:00Z"}, "Order Cancelled"),
        ("products/update", {}, None),
        ("orders/create", {"customer": None}, "Order Completed"),
        ("orders/create", {"line_items": "none", "billing_address": 7}, "Order Completed"),
    ],
)
def test_what_topics_tell(topic: str, changed: dict[str, Any], event: str | None) -> None:
    found = shopify(json.dumps(ORDER | changed).encode(), topic, "w")
    assert [each["event"] for each in found] == ([event] if event else [])
    assert all(each["userId"] or each["anonymousId"] for each in found)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"id": 1}', b"\xff", b"[" * 100_000])
def test_other_bodies_are_refused(body: bytes) -> None:
    with pytest.raises(BodyError):
        shopify(body, "orders/create", "w")


def test_a_signature_of_any_kind_is_read() -> None:
    for said in ("", "=", "x", "a" * 43 + "=", "é"):
        assert signed(b"body", said, [("s", "secret")]) is None
