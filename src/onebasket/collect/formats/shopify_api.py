"""Shopify: orders, customers and variants of products, as its Admin REST API answers."""

from onebasket.collect.layout import Format, Layout
from onebasket.store.fields import (
    Constant,
    Field,
    Filled,
    When,
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
    "paid": "paid",
    "authorized": "pending",
    "pending": "pending",
    "partially_paid": "pending",
    "refunded": "refunded",
    "partially_refunded": "partly_refunded",
    "voided": "cancelled",
    "expired": "cancelled",
}


def _billing(name: str) -> Field:
    return first(path("billing_address", name), path("shipping_address", name))


ORDERS = Layout(
    "orders",
    required=("id", "line_items", "financial_status", "created_at"),
    people=rows(
        {
            "account": path("customer", "id"),
            "email": first(column("email"), path("customer", "email")),
            "phone": first(column("phone"), path("customer", "phone"), _billing("phone")),
            "given_name": first(path("customer", "first_name"), _billing("first_name")),
            "family_name": first(path("customer", "last_name"), _billing("last_name")),
            "company": _billing("company"),
            "address": joined(_billing("address1"), _billing("address2"), sep=", "),
            "city": _billing("city"),
            "region": first(_billing("province_code"), _billing("province")),
            "postcode": _billing("zip"),
            "country": first(_billing("country_code"), _billing("country")),
            "consent": column("buyer_accepts_marketing"),
        }
    ),
    orders=rows(
        {
            "order_id": first(column("name"), column("id")),
            "time": column("created_at"),
            "status": first(
                When(Filled(column("cancelled_at")), Constant("cancelled")),
                words(column("financial_status"), _STATUS, otherwise=column("financial_status")),
            ),
            "cancelled_time": column("cancelled_at"),
            "total": column("total_price"),
            "shipping": path("total_shipping_price_set", "shop_money", "amount"),
            "tax": column("total_tax"),
            "discount": column("total_discounts"),
            "currency": column("currency"),
            "test": When(equals(column("test"), "true"), Constant("true")),
            "place": column("location_id"),
        }
    ),
    events=rows(
        {
            "action": Constant("purchase"),
            "order_id": first(column("name"), column("id")),
            "time": column("created_at"),
            "product_key": first(item("sku"), item("variant_id"), item("product_id")),
            "sku": item("sku"),
            "title": item("title"),
            "quantity": item("quantity"),
            "unit_price": item("price"),
            "discount": item("total_discount"),
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
            "phone": first(column("phone"), path("default_address", "phone")),
            "given_name": column("first_name"),
            "family_name": column("last_name"),
            "company": path("default_address", "company"),
            "address": joined(
                path("default_address", "address1"), path("default_address", "address2"), sep=", "
            ),
            "city": path("default_address", "city"),
            "region": path("default_address", "province_code"),
            "postcode": path("default_address", "zip"),
            "country": path("default_address", "country_code"),
            "consent": path("email_marketing_consent", "state"),
        }
    ),
)

PRODUCTS = Layout(
    "products",
    required=("id", "price", "parent.title"),
    products=rows(
        {
            "product_key": first(column("sku"), column("id")),
            "sku": column("sku"),
            "gtin": column("barcode"),
            "title": path("parent", "title"),
            "brand": path("parent", "vendor"),
            "category": path("parent", "product_type"),
            "size": words(column("title"), {"Default Title": None}, otherwise=column("title")),
            "price": column("price"),
            "stock": column("inventory_quantity"),
            "status": path("parent", "status"),
        }
    ),
)

FORMAT = Format("shopify-api", layouts=(ORDERS, CUSTOMERS, PRODUCTS), time_formats=("iso",))
