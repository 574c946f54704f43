"""Amazon: reports of a seller account, texts parted by tabs: all orders, new orders, settlements (V2).

All orders say nothing of who bought; new orders give an address of Amazon's that relays to the buyer. A line
has one id in both, so that it counts once.
"""

from onebasket.collect.layout import Format, Layout
from onebasket.store.fields import (
    Constant,
    Field,
    Filled,
    Not,
    When,
    column,
    equals,
    first,
    joined,
    rows,
    words,
)

_STATUS = {
    "pending": "pending",
    "unshipped": "paid",
    "shipping": "paid",
    "shipped": "paid",
    "shipped - delivered to buyer": "paid",
    "shipped - picked up": "paid",
    "shipped - returned to seller": "refunded",
    "shipped - returning to seller": "paid",
    "cancelled": "cancelled",
    "canceled": "cancelled",
}
_CANCELLED = ("cancelled", "canceled")


def _line(order: str) -> Field:
    """What tells a line in every report: its order and what was ordered."""
    return When(Filled(column(order)), joined(column(order), column("sku"), sep="/"))


ALL_ORDERS = Layout(
    "all orders",
    required=("amazon-order-id", "purchase-date", "order-status", "sku", "quantity"),
    orders=rows(
        {
            "order_id": column("amazon-order-id"),
            "time": column("purchase-date"),
            "status": words(column("order-status"), _STATUS, otherwise=column("order-status")),
            "currency": column("currency"),
            "place": column("sales-channel"),
        }
    ),
    events=rows(
        {
            "event_id": _line("amazon-order-id"),
            "action": first(
                When(equals(column("item-status"), *_CANCELLED), Constant("cancel")),
                When(equals(column("order-status"), *_CANCELLED), Constant("cancel")),
                Constant("purchase"),
            ),
            "time": column("purchase-date"),
            "order_id": column("amazon-order-id"),
            "product_key": first(column("sku"), column("asin")),
            "sku": column("sku"),
            "title": column("product-name"),
            "quantity": column("quantity"),
            "gross": column("item-price"),
            "discount": column("item-promotion-discount"),
            "currency": column("currency"),
        }
    ),
)

NEW_ORDERS = Layout(
    "new orders",
    required=("order-id", "order-item-id", "purchase-date", "sku", "quantity-purchased"),
    people=rows(
        {
            "email": column("buyer-email"),
            "phone": first(column("buyer-phone-number"), column("ship-phone-number")),
            "full_name": first(column("buyer-name"), column("recipient-name")),
            "address": joined(*(column(f"ship-address-{line}") for line in (1, 2, 3)), sep=", "),
            "city": column("ship-city"),
            "region": column("ship-state"),
            "postcode": column("ship-postal-code"),
            "country": column("ship-country"),
        }
    ),
    events=rows(
        {
            "event_id": _line("order-id"),
            "action": Constant("purchase"),
            "time": column("purchase-date"),
            "order_id": column("order-id"),
            "product_key": column("sku"),
            "sku": column("sku"),
            "title": column("product-name"),
            "quantity": column("quantity-purchased"),
            "gross": column("item-price"),
            "discount": column("item-promotion-discount"),
            "currency": column("currency"),
        }
    ),
)

_KINDS = {
    "order": "charge",
    "refund": "refund",
    "chargeback refund": "dispute",
    "a-to-z guarantee refund": "dispute",
    "servicefee": "fee",
    "transfer": "transfer",
}
_TYPE, _POSTED = column("transaction-type"), first(column("posted-date-time"), column("posted-date"))

# What tells a part of a settlement: of one line there are its price, its taxes, its fees.
_PART = (
    *("settlement-id", "order-id", "order-item-code", "adjustment-id"),
    *("transaction-type", "amount-type", "amount-description"),
)

SETTLEMENT = Layout(
    "settlement",
    required=("settlement-id", "transaction-type", "amount-type", "amount", "total-amount"),
    events=rows(
        {
            "action": Constant("return"),
            "time": _POSTED,
            "order_id": column("order-id"),
            "product_key": column("sku"),
            "sku": column("sku"),
            "quantity": column("quantity-purchased"),
            "amount": column("amount"),
            "currency": column("currency"),
        },
        where=equals(When(equals(_TYPE, "refund"), column("amount-description")), "principal"),
    ),
    payments=rows(
        {
            "payment_id": When(Filled(_TYPE), joined(*map(column, _PART), sep="/")),
            "order_id": column("order-id"),
            # The first row is what was transferred to the bank in all.
            "kind": first(
                When(Not(Filled(_TYPE)), Constant("transfer")),
                When(equals(column("amount-type"), "itemfees", "fba fees", "commission"), Constant("fee")),
                words(_TYPE, _KINDS, otherwise=Constant("adjustment")),
            ),
            "time": first(_POSTED, column("deposit-date")),
            "amount": first(column("amount"), column("total-amount")),
            "currency": column("currency"),
            "method": column("marketplace-name"),
            "description": joined(_TYPE, column("amount-type"), column("amount-description"), sep=" / "),
        }
    ),
)

FORMAT = Format(
    "amazon",
    channel="marketplace",
    layouts=(ALL_ORDERS, NEW_ORDERS, SETTLEMENT),
    time_formats=("iso", "%d.%m.%Y %H:%M:%S %Z", "%d.%m.%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S %Z"),
    time_zone="UTC",
    decimal_mark=None,
    encodings=("utf-8", "cp932", "cp1252"),
)
