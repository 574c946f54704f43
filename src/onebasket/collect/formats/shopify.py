"""Shopify: the order, customer and product exports of its admin.

Orders have one row a line item; the first row of an order carries the head. Spreadsheet
marks stand before telephone numbers, postal codes and ids.
"""

from onebasket.collect.layout import Format, Layout
from onebasket.store.fields import (
    Constant,
    Contains,
    Field,
    Filled,
    Lower,
    Stripped,
    When,
    column,
    either,
    equals,
    first,
    joined,
    rows,
    words,
)

_IS_HEAD = either(Filled(column("Financial Status")), Filled(column("Total")))
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
_TAGS = Lower(column("Tags"))
_IS_TEST = either(
    *(equals(_TAGS, "test"), Contains(_TAGS, "test,"), Contains(_TAGS, ", test")),
    equals(column("Payment Method"), "bogus"),
)


def _billing(name: str) -> Field:
    """A part of the billing address, else of the shipping address."""
    return first(column(f"Billing {name}"), column(f"Shipping {name}"))


def _address(name: str) -> Field:
    """A part of the customer's address, by its name in the newer export or the older one."""
    return first(column(f"Default Address {name}"), column(name))


def _size(name: str) -> Field:
    """The first option's value; a product without options says so in words."""
    return words(column(name), {"Default Title": None}, otherwise=column(name))


ORDERS = Layout(
    "orders",
    required=(
        *("Name", "Financial Status", "Total", "Created at"),
        *("Lineitem quantity", "Lineitem name", "Lineitem price"),
    ),
    people=rows(
        {
            "email": column("Email"),
            "phone": Stripped(first(column("Phone"), _billing("Phone"))),
            "full_name": _billing("Name"),
            "company": _billing("Company"),
            "address": _billing("Street"),
            "city": _billing("City"),
            "region": _billing("Province"),
            "postcode": Stripped(_billing("Zip")),
            "country": _billing("Country"),
            "consent": column("Accepts Marketing"),
        },
        where=_IS_HEAD,
    ),
    orders=rows(
        {
            "order_id": column("Name"),
            "time": column("Created at"),
            "status": first(
                When(Filled(column("Cancelled at")), Constant("cancelled")),
                words(column("Financial Status"), _STATUS, otherwise=column("Financial Status")),
            ),
            "cancelled_time": column("Cancelled at"),
            "total": column("Total"),
            "shipping": column("Shipping"),
            "tax": column("Taxes"),
            "discount": column("Discount Amount"),
            "refunded": column("Refunded Amount"),
            "currency": column("Currency"),
            "test": When(_IS_TEST, Constant("true")),
            "place": column("Location"),
        },
        where=_IS_HEAD,
    ),
    events=rows(
        {
            "action": Constant("purchase"),
            "order_id": column("Name"),
            "product_key": Stripped(column("Lineitem sku")),
            "sku": Stripped(column("Lineitem sku")),
            "title": column("Lineitem name"),
            "quantity": column("Lineitem quantity"),
            "unit_price": column("Lineitem price"),
            "discount": column("Lineitem discount"),
            "currency": column("Currency"),
        }
    ),
)

CUSTOMERS = Layout(
    "customers",
    required=("First Name", "Last Name", "Email", "Total Spent", "Total Orders"),
    people=rows(
        {
            "account": Stripped(column("Customer ID")),
            "email": column("Email"),
            "phone": Stripped(first(column("Phone"), column("Default Address Phone"))),
            "given_name": column("First Name"),
            "family_name": column("Last Name"),
            "company": _address("Company"),
            "address": joined(_address("Address1"), _address("Address2"), sep=", "),
            "city": _address("City"),
            "region": first(_address("Province Code"), column("Province")),
            "postcode": Stripped(_address("Zip")),
            "country": first(_address("Country Code"), column("Country")),
            "consent": first(column("Accepts Email Marketing"), column("Accepts Marketing")),
        }
    ),
)

PRODUCTS_CLASSIC = Layout(
    "products, classic template",
    required=("Handle", "Title", "Variant SKU", "Variant Price"),
    products=rows(
        {
            "product_key": Stripped(first(column("Variant SKU"), column("Handle"))),
            "sku": Stripped(column("Variant SKU")),
            "gtin": Stripped(column("Variant Barcode")),
            "title": column("Title"),
            "brand": column("Vendor"),
            "category": first(column("Product Category"), column("Type")),
            "size": _size("Option1 Value"),
            "price": column("Variant Price"),
            "stock": column("Variant Inventory Qty"),
            "status": column("Status"),
        },
        # Rows that only add a picture to a product have neither price nor SKU.
        where=either(Filled(column("Variant Price")), Filled(column("Variant SKU"))),
    ),
)

PRODUCTS = Layout(
    "products",
    required=("URL handle", "Title", "SKU", "Price"),
    products=rows(
        {
            "product_key": Stripped(first(column("SKU"), column("URL handle"))),
            "sku": Stripped(column("SKU")),
            "gtin": Stripped(column("Barcode")),
            "title": column("Title"),
            "brand": column("Vendor"),
            "category": first(column("Product category"), column("Type")),
            "size": _size("Option1 value"),
            "price": column("Price"),
            "stock": column("Inventory quantity"),
            "status": column("Status"),
        },
        where=either(Filled(column("Price")), Filled(column("SKU"))),
    ),
)

FORMAT = Format(
    "shopify",
    layouts=(ORDERS, CUSTOMERS, PRODUCTS, PRODUCTS_CLASSIC),
    time_formats=("%Y-%m-%d %H:%M:%S %z", "iso"),
)
