"""Stripe: the payments export, of today (columns chosen by who exports) and of former times.

A payment is no order: it names one where the shop has put the number into the payment's metadata. Who paid is
told by e-mail address, Stripe's customer and the card's fingerprint.
"""

from onebasket.collect.layout import Format, Layout
from onebasket.store.fields import (
    Constant,
    Field,
    Filled,
    Not,
    When,
    column,
    either,
    equals,
    first,
    rows,
    words,
)

_STATUS = {
    "paid": "succeeded",
    "refunded": "succeeded",
    "partially_refunded": "succeeded",
    "partial refund": "succeeded",
    "requires_payment_method": "pending",
    "requires_capture": "pending",
    "uncaptured": "pending",
    "canceled": "cancelled",
    "blocked": "failed",
}
_ORDER_NAMES = ("order_id", "order_number", "order id", "order number", "order")
_IS_LIVE = Not(equals(column("Mode"), "test"))
_DISPUTED = either(Filled(column("Dispute Status")), Filled(column("Dispute Date (UTC)")))

_PEOPLE = rows(
    {
        "account": column("Customer ID"),
        "email": column("Customer Email"),
        "full_name": first(column("Card Name"), column("Customer Name")),
        "address": column("Card Address Line1"),
        "city": column("Card Address City"),
        "region": column("Card Address State"),
        "postcode": column("Card Address Zip"),
        "country": column("Card Address Country"),
        "card": column("Card Fingerprint"),
    },
    where=_IS_LIVE,
)


def _order_number() -> Field:
    """The order's number, where the shop keeps it with the payment."""
    return first(*(column(f"{name} (metadata)") for name in _ORDER_NAMES))


_PAYMENTS = rows(
    {
        "payment_id": column("id"),
        "order_id": _order_number(),
        "kind": Constant("charge"),
        "time": first(column("Created (UTC)"), column("Created date (UTC)")),
        "status": words(column("Status"), _STATUS, otherwise=column("Status")),
        "amount": column("Amount"),
        "fee": column("Fee"),
        "refunded": column("Amount Refunded"),
        "currency": column("Currency"),
        "method": first(column("Card Brand"), column("Payment Source Type")),
        "description": column("Description"),
        "risk": column("Seller Message"),
        "disputed": When(_DISPUTED, Constant("true")),
    },
    where=_IS_LIVE,
)

CHARGES = Layout(
    "payments, former export",
    required=("id", "Created (UTC)", "Amount", "Currency", "Status"),
    people=_PEOPLE,
    payments=_PAYMENTS,
)

PAYMENTS = Layout(
    "payments",
    required=("id", "Created date (UTC)", "Amount", "Currency"),
    people=_PEOPLE,
    payments=_PAYMENTS,
    also=("Is Link", "Taxes On Fee", "Application Fee", "Application ID"),
)

FORMAT = Format(
    "stripe",
    layouts=(CHARGES, PAYMENTS),
    time_formats=("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "iso"),
    time_zone="UTC",
)
