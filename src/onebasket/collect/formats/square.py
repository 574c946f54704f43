"""Square: the item and transaction exports of the point of sale.

Times are wall-clock times with Square's name of their zone beside them. A refund is a
transaction of its own with negative amounts.
"""

from onebasket.collect.layout import Format, Layout
from onebasket.store.fields import Constant, When, column, either, equals, first, joined, rows, words

ZONES = {
    "Eastern Time (US & Canada)": "America/New_York",
    "Central Time (US & Canada)": "America/Chicago",
    "Mountain Time (US & Canada)": "America/Denver",
    "Pacific Time (US & Canada)": "America/Los_Angeles",
    "Arizona": "America/Phoenix",
    "Alaska": "America/Anchorage",
    "Hawaii": "Pacific/Honolulu",
    "Indiana (East)": "America/Indiana/Indianapolis",
    "Atlantic Time (Canada)": "America/Halifax",
    "Newfoundland": "America/St_Johns",
    "Saskatchewan": "America/Regina",
    "London": "Europe/London",
    "Edinburgh": "Europe/London",
    "Dublin": "Europe/Dublin",
    "Paris": "Europe/Paris",
    "Madrid": "Europe/Madrid",
    "Sydney": "Australia/Sydney",
    "Melbourne": "Australia/Melbourne",
    "Brisbane": "Australia/Brisbane",
    "Adelaide": "Australia/Adelaide",
    "Darwin": "Australia/Darwin",
    "Hobart": "Australia/Hobart",
    "Perth": "Australia/Perth",
    "Tokyo": "Asia/Tokyo",
    "Osaka": "Asia/Tokyo",
    "UTC": "UTC",
}
_TIME = joined(column("Date"), column("Time"))
_ZONE = words(column("Time Zone"), ZONES, otherwise=column("Time Zone"))
_PEOPLE = rows(
    {
        "account": column("Customer ID"),
        "phone": column("Customer Reference ID"),  # shops keep the loyalty telephone number there
        "full_name": column("Customer Name"),
    }
)
_IS_TEST = either(*(equals(column(name), "test") for name in ("Description", "Notes", "Tender Note")))
_EVENT = column("Event Type")
_STATE = column("Transaction Status")
_STATES = {
    "complete": "paid",
    "pending": "pending",
    "canceled": "cancelled",
    "voided": "cancelled",
    "failed": "cancelled",
}

ITEMS = Layout(
    "items",
    required=("Date", "Time", "Item", "Qty", "Net Sales", "Transaction ID"),
    people=_PEOPLE,
    events=rows(
        {
            "action": words(_EVENT, {"payment": "purchase", "refund": "return"}, otherwise=_EVENT),
            "time": _TIME,
            "time_zone": _ZONE,
            "order_id": column("Transaction ID"),
            "product_key": column("SKU"),
            "sku": column("SKU"),
            "gtin": column("GTIN"),
            "title": column("Item"),
            "quantity": column("Qty"),
            "amount": column("Net Sales"),
            "discount": column("Discounts"),
        }
    ),
)

TRANSACTIONS = Layout(
    "transactions",
    required=("Date", "Time", "Total Collected", "Transaction ID"),
    people=_PEOPLE,
    orders=rows(
        {
            "order_id": column("Transaction ID"),
            "time": _TIME,
            "time_zone": _ZONE,
            "status": first(
                words(_EVENT, {"refund": "refunded"}),
                words(_STATE, _STATES, otherwise=_STATE),
                Constant("paid"),
            ),
            "total": column("Total Collected"),
            "tax": column("Tax"),
            "discount": column("Discounts"),
            "refunded": column("Partial Refunds"),
            "test": When(_IS_TEST, Constant("true")),
            "place": column("Location"),
        }
    ),
)

FORMAT = Format(
    "square",
    channel="store",
    layouts=(ITEMS, TRANSACTIONS),
    time_formats=(
        "%Y-%m-%d %H:%M:%S",
        "%m/%d/%Y %H:%M:%S",
        "%m/%d/%y %H:%M:%S",
        "%m/%d/%Y %I:%M:%S %p",
        "%m/%d/%y %I:%M:%S %p",
    ),
)
