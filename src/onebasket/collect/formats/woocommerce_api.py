"""WooCommerce: orders, customers and products as its REST API (v3) answers."""

from onebasket.collect.layout import Format, Layout
from onebasket.store.fields import (
    Constant,
    Field,
    Not,
    column,
    equals,
    first,
    item,
    joined,
    path,
    rows,
    words,
)

_STATUS = {
    "completed": "paid",
    "processing": "paid",
    "pending": "pending",
    "on-hold": "pending",
    "checkout-draft": "pending",
    "cancelled": "cancelled",
    "failed": "cancelled",
    "trash": "cancelled",
    "refunded": "refunded",
}


def _billing(name: str) -> Field:
    return first(path("billing", name), path("shipping", name))


_PLACE = {
    "phone": _billing("phone"),
    "company": _billing("company"),
    "address": joined(_billing("address_1"), _billing("address_2"), sep=", "),
    "city": _billing("city"),
    "region": _billing("state"),
    "postcode": _billing("postcode"),
    "country": _billing("country"),
}

ORDERS = Layout(
    "orders",
    required=("id", "line_items", "date_created_gmt", "total"),
    people=rows(
        {
            "account": words(column("customer_id"), {"0": None}, otherwise=column("customer_id")),
            "email": path("billing", "email"),
            "given_name": _billing("first_name"),
            "family_name": _billing("last_name"),
            **_PLACE,
        }
    ),
    orders=rows(
        {
            "order_id": first(column("number"), column("id")),
            "time": column("date_created_gmt"),
            "status": words(column("status"), _STATUS, otherwise=column("status")),
            "total": column("total"),
            "shipping": column("shipping_total"),
            "tax": column("total_tax"),
            "discount": column("discount_total"),
            "currency": column("currency"),
        }
    ),
    events=rows(
        {
            "action": Constant("purchase"),
            "order_id": first(column("number"), column("id")),
            "time": column("date_created_gmt"),
            "product_key": first(item("sku"), item("product_id")),
            "sku": item("sku"),
            "title": item("name"),
            "quantity": item("quantity"),
            "unit_price": item("price"),
            "amount": item("total"),
            "currency": column("currency"),
        },
        each=path("line_items"),
    ),
)

CUSTOMERS = Layout(
    "customers",
    required=("id", "email", "first_name", "last_name"),
    people=rows(
        {
            "account": column("id"),
            "email": column("email"),
            "given_name": column("first_name"),
            "family_name": column("last_name"),
            **_PLACE,
        }
    ),
)

PRODUCTS = Layout(
    "products",
    required=("id", "name", "sku", "price"),
    products=rows(
        {
            "product_key": first(column("sku"), column("id")),
            "sku": column("sku"),
            "gtin": column("global_unique_id"),
            "title": column("name"),
            "price": column("price"),
            "stock": column("stock_quantity"),
            "status": words(
                column("status"), {"publish": "active", "private": "archived"}, otherwise=column("status")
            ),
        },
        where=Not(equals(column("type"), "grouped")),
    ),
)

FORMAT = Format(
    "woocommerce-api", layouts=(ORDERS, CUSTOMERS, PRODUCTS), time_formats=("iso",), time_zone="UTC"
)
