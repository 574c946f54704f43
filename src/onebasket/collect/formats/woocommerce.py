"""WooCommerce: product export, the download of Analytics > Orders, and orders as export plugins write them.

WooCommerce itself exports no order lines; the plugins' common layout has a column for each line.
"""

from onebasket.collect.layout import Format, Layout
from onebasket.store.fields import (
    Constant,
    Field,
    Not,
    Numbered,
    Parted,
    Words,
    captured,
    column,
    equals,
    first,
    item,
    joined,
    rows,
    words,
)

_STATUS = {
    "completed": "paid",
    "processing": "paid",
    "on-hold": "pending",
    "on hold": "pending",
    "pending": "pending",
    "pending payment": "pending",
    "checkout-draft": "pending",
    "cancelled": "cancelled",
    "failed": "cancelled",
    "trash": "cancelled",
    "refunded": "refunded",
}


def _status(field: Field) -> Words:
    """A status, which the database writes with `wc-` before it."""
    bare = captured(field, r"^(?:wc-)?(.*)$")
    return words(bare, _STATUS, otherwise=bare)


def _money(field: Field) -> Field:
    """An amount behind the sign of its currency, which may be an HTML entity."""
    return captured(field, r"^(?:&#?\w+;)*(.*)$")


def _billing(name: str) -> Field:
    return first(column(f"billing_{name}"), column(f"shipping_{name}"))


def _said(name: str) -> Field:
    """What a line says of one name: `name:Tea|sku:T1|quantity:2|total:9.00`."""
    return captured(item(), rf"(?:^|\|)\s*{name}:([^|]*)")


PRODUCTS = Layout(
    "products",
    required=("Name", "SKU", "Regular price"),
    products=rows(
        {
            "product_key": first(column("SKU"), column("ID")),
            "sku": column("SKU"),
            "gtin": column("GTIN, UPC, EAN, or ISBN"),
            "title": column("Name"),
            "brand": column("Brands"),
            "category": captured(column("Categories"), r"^((?:[^,\\]|\\.)+)"),
            "size": column("Attribute 1 value(s)"),
            "price": first(column("Sale price"), column("Regular price")),
            "stock": column("Stock"),
            "status": words(column("Published"), {"1": "active", "0": "archived", "-1": "draft"}),
        },
        # What is sold are the variations of a variable product, and the members of a group.
        where=Not(equals(column("Type"), "variable", "grouped")),
    ),
)

ANALYTICS = Layout(
    "analytics of orders",
    required=("Date", "Order #", "Status", "Product(s)"),
    people=rows({"full_name": column("Customer")}),
    orders=rows(
        {
            "order_id": column("Order #"),
            "time": column("Date"),
            "status": _status(column("Status")),
            "total": _money(first(column("N. Revenue (formatted)"), column("Revenue"), column("Net Sales"))),
        }
    ),
    events=rows(
        {
            "action": Constant("purchase"),
            "order_id": column("Order #"),
            "title": captured(item(), r"^\d+\s*[×x]\s*(.*)$"),
            "quantity": captured(item(), r"^(\d+)\s*[×x]"),
        },
        each=Parted(column("Product(s)"), r",\s*(\d+\s*×)"),
    ),
    also=("Customer type", "Items sold", "Coupon(s)", "Attribution"),
)

ORDERS = Layout(
    "orders",
    required=("order_id", "order_date", "status", "order_total"),
    people=rows(
        {
            "account": words(
                first(column("customer_id"), column("customer_user")),
                {"0": None},
                otherwise=first(column("customer_id"), column("customer_user")),
            ),
            "email": first(column("billing_email"), column("customer_email")),
            "phone": _billing("phone"),
            "given_name": _billing("first_name"),
            "family_name": _billing("last_name"),
            "company": _billing("company"),
            "address": joined(_billing("address_1"), _billing("address_2"), sep=", "),
            "city": _billing("city"),
            "region": _billing("state"),
            "postcode": _billing("postcode"),
            "country": _billing("country"),
        }
    ),
    orders=rows(
        {
            "order_id": first(column("order_number"), column("order_id")),
            "time": column("order_date"),
            "status": _status(column("status")),
            "total": column("order_total"),
            "shipping": column("shipping_total"),
            "tax": column("tax_total"),
            "discount": first(column("discount_total"), column("cart_discount")),
            "refunded": captured(column("refund_items"), r"amount:\s*(-?[0-9.,]+)"),
            "currency": column("order_currency"),
        }
    ),
    events=rows(
        {
            "action": Constant("purchase"),
            "order_id": first(column("order_number"), column("order_id")),
            "product_key": first(_said("sku"), _said("product_id")),
            "sku": _said("sku"),
            "title": _said("name"),
            "quantity": _said("quantity"),
            "amount": _said("total"),
            "gross": _said("sub_total"),
            "currency": column("order_currency"),
        },
        each=Numbered("line_item_"),
    ),
)

FORMAT = Format(
    "woocommerce",
    layouts=(PRODUCTS, ANALYTICS, ORDERS),
    time_formats=("iso", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"),
)
