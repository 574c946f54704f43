"""Shopify's and WooCommerce's APIs, as their own documents show their answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from onebasket.run import run
from tests.servers.web import Reply, Request, Server, as_json, serving
from tests.servers.worlds import ask

SHOP = """
[shop]
name = "Corner"
currency = "EUR"

[[source]]
name = "shop"
channel = "web"
format = "{preset}-api"
url = "{url}"
{more}

[source.api]
preset = "{preset}"
resource = "{resource}"
"""
SHOPIFY_ORDER = {
    "id": 450789469, "name": "#1001", "email": "bob@example.com", "phone": None, "test": False,
    "created_at": "2024-01-10T11:00:00-05:00", "updated_at": "2024-01-11T11:00:00-05:00",
    "cancelled_at": None, "financial_status": "partially_refunded", "currency": "EUR",
    "total_price": "409.94", "total_tax": "11.94", "total_discounts": "10.00", "location_id": None,
    "total_shipping_price_set": {"shop_money": {"amount": "0.00", "currency_code": "USD"}},
    "customer": {"id": 207119551, "first_name": "Bob", "last_name": "Norman", "email": "bob@example.com"},
    "billing_address": {"address1": "Chestnut Street 92", "address2": "", "city": "Louisville",
                        "zip": "40202", "province_code": "KY", "country_code": "US", "phone": "555-625-1199"},
    "line_items": [
        {"id": 1, "variant_id": 39072856, "product_id": 632910392, "sku": "IPOD-GREEN", "quantity": 1,
         "title": "IPod Nano - 8gb", "price": "199.00", "total_discount": "0.00"},
        {"id": 2, "variant_id": 49148385, "product_id": 632910392, "sku": "", "quantity": 2,
         "title": "IPod Nano - 8gb", "price": "199.00", "total_discount": "5.00"},
    ],
}  # fmt: skip
SHOPIFY_CUSTOMER = {
    "id": 207119551, "email": "bob@example.com", "first_name": "Bob", "last_name": "Norman",
    "phone": "+16136120707", "updated_at": "2024-01-11T11:00:00-05:00",
    "email_marketing_consent": {"state": "subscribed"},
    "default_address": {"address1": "Chestnut Street 92", "city": "Louisville", "zip": "40202",
                        "province_code": "KY", "country_code": "US", "company": "Acme"},
}  # fmt: skip
SHOPIFY_PRODUCT = {
    "id": 632910392, "title": "IPod Nano", "vendor": "Apple", "product_type": "Cult Products",
    "status": "active", "updated_at": "2024-01-11T11:00:00-05:00",
    "variants": [
        {"id": 808950810, "title": "Pink", "price": "199.00", "sku": "IPOD-PINK", "barcode": "1234_pink",
         "inventory_quantity": 10},
        {"id": 49148385, "title": "Default Title", "price": "199.00", "sku": "", "barcode": None,
         "inventory_quantity": 20},
    ],
}  # fmt: skip
WOO_ADDRESS = {
    "first_name": "John", "last_name": "Doe", "company": "", "address_1": "969 Market", "address_2": "",
    "city": "San Francisco", "state": "CA", "postcode": "94103", "country": "US",
    "email": "john.doe@example.com", "phone": "(555) 555-5555",
}  # fmt: skip
WOO_ORDER = {
    "id": 727, "number": "727", "status": "processing", "currency": "EUR", "customer_id": 0,
    "date_created_gmt": "2024-03-22T19:28:02", "date_modified_gmt": "2024-03-22T19:28:08",
    "discount_total": "0.00", "shipping_total": "10.00", "total": "29.35", "total_tax": "1.35",
    "billing": WOO_ADDRESS, "shipping": WOO_ADDRESS,
    "line_items": [
        {"id": 315, "name": "Woo Single #1", "product_id": 93, "variation_id": 0, "quantity": 2,
         "subtotal": "6.00", "total": "6.00", "sku": "", "price": 3},
        {"id": 316, "name": "Ship Your Idea", "product_id": 22, "variation_id": 23, "quantity": 1,
         "subtotal": "12.00", "total": "12.00", "sku": "Bar3", "price": 12},
    ],
}  # fmt: skip
WOO_CUSTOMER = {
    "id": 25, "email": "john.doe@example.com", "first_name": "John", "last_name": "Doe",
    "date_modified_gmt": "2024-03-21T19:29:37", "billing": WOO_ADDRESS, "shipping": WOO_ADDRESS,
}  # fmt: skip
WOO_PRODUCT = {
    "id": 794, "name": "Premium Quality", "sku": "PQ", "price": "21.99", "stock_quantity": None,
    "type": "simple", "status": "publish", "date_modified_gmt": "2024-03-23T17:01:14",
}  # fmt: skip


class World:
    """A shop that asks an API with one answer for each path."""

    def __init__(self, folder: Path, server: Server, answers: dict[str, Any]) -> None:
        self.folder, self.server = folder, server

        def answer(request: Request) -> Reply:
            return as_json(answers[request.path]) if request.path in answers else Reply(status=404)

        server.answer = answer

    def fetch(self, preset: str, resource: str, more: str = "", until: str = "fuse") -> Request:
        """Run a shop with one resource as its source; gives the first request."""
        folder = self.folder / resource
        folder.mkdir()
        url = (
            self.server.url.replace("://", "://${WOO_KEY}:${WOO_SECRET}@")
            if "woo" in preset
            else self.server.url
        )
        text = SHOP.format(preset=preset, url=url, resource=resource, more=more)
        (folder / "shop.toml").write_text(text)
        run(folder, until=until)
        return self.server.requests[-1]

    def rows(self, resource: str, query: str) -> list[Any]:
        return ask(self.folder / resource, query)


@pytest.fixture
def shopify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("SHOPIFY_TOKEN", "shpat_0")
    answers = {
        "orders": [SHOPIFY_ORDER],
        "customers": [SHOPIFY_CUSTOMER],
        "products": [SHOPIFY_PRODUCT],
    }
    with serving() as server:
        yield World(
            tmp_path,
            server,
            {f"/admin/api/2026-07/{name}.json": {name: each} for name, each in answers.items()},
        )


@pytest.fixture
def woocommerce(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("WOO_KEY", "ck_1")
    monkeypatch.setenv("WOO_SECRET", "cs_2")
    answers = {"orders": [WOO_ORDER], "customers": [WOO_CUSTOMER], "products": [WOO_PRODUCT]}
    with serving() as server:
        yield World(tmp_path, server, {f"/wp-json/wc/v3/{name}": each for name, each in answers.items()})


HEADERS = 'headers = { "X-Shopify-Access-Token" = "${SHOPIFY_TOKEN}" }'


def test_shopify_orders(shopify: World) -> None:
    request = shopify.fetch("shopify", "orders", HEADERS)
    assert request.headers["x-shopify-access-token"] == "shpat_0"
    assert request.params == {"status": "any", "limit": "250"}
    assert shopify.rows("orders", "select order_id, status, total_minor, ts from orders") == [
        ("#1001", "partly_refunded", 40994, dt.datetime(2024, 1, 10, 16))
    ]
    assert shopify.rows("orders", "select product_key, quantity, title from raw_events order by item") == [
        ("IPOD-GREEN", "1", "IPod Nano - 8gb"),
        ("49148385", "2", "IPod Nano - 8gb"),
    ]
    assert shopify.rows("orders", "select account, email, family_name, city from raw_people") == [
        ("207119551", "bob@example.com", "Norman", "Louisville")
    ]
    run(shopify.folder / "orders", until="collect")
    assert shopify.server.requests[-1].params["updated_at_min"] == "2024-01-11T11:00:00-05:00"


def test_shopify_customers_and_products(shopify: World) -> None:
    shopify.fetch("shopify", "customers", HEADERS)
    assert shopify.rows("customers", "select account, given_name, company, consent from raw_people") == [
        ("207119551", "Bob", "Acme", "subscribed")
    ]
    shopify.fetch("shopify", "products", HEADERS)
    query = "select product_key, gtin, title, brand, size, stock, status from raw_products order by 1"
    assert shopify.rows("products", query) == [
        ("49148385", None, "IPod Nano", "Apple", None, "20", "active"),
        ("IPOD-PINK", "1234_pink", "IPod Nano", "Apple", "Pink", "10", "active"),
    ]


def test_woocommerce(woocommerce: World) -> None:
    request = woocommerce.fetch("woocommerce", "orders")
    assert request.headers["authorization"] == "Basic Y2tfMTpjc18y"
    assert request.params == {"orderby": "id", "order": "asc", "dates_are_gmt": "true", "per_page": "100"}
    assert woocommerce.rows("orders", "select order_id, status, total_minor from orders") == [
        ("727", "paid", 2935)
    ]
    assert woocommerce.rows("orders", "select account, email, phone from raw_people") == [
        (None, "john.doe@example.com", "(555) 555-5555")
    ]
    query = "select product_key, quantity, amount from raw_events order by item"
    assert woocommerce.rows("orders", query) == [("93", "2", "6.00"), ("Bar3", "1", "12.00")]
    run(woocommerce.folder / "orders", until="collect")
    assert woocommerce.server.requests[-1].params["modified_after"] == "2024-03-22T19:28:08"
    request = woocommerce.fetch("woocommerce", "customers")
    assert "modified_after" not in request.params
    assert woocommerce.rows("customers", "select account, family_name from raw_people") == [("25", "Doe")]
    woocommerce.fetch("woocommerce", "products")
    query = "select product_key, title, price, status from raw_products"
    assert woocommerce.rows("products", query) == [("PQ", "Premium Quality", "21.99", "active")]
