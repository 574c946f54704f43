"""TikTok Shop: all orders of the seller centre, one row an article.

Values end with a tab. A second row may explain the columns. Dates are written as the region writes them.
"""

from onebasket.collect.layout import Format, Layout
from onebasket.store.fields import Constant, Contains, Filled, Not, When, column, first, joined, rows, words

_ORDER_NUMBER = column("Order ID")
_STATUS = {
    "unpaid": "pending",
    "on hold": "pending",
    "to ship": "paid",
    "awaiting shipment": "paid",
    "awaiting collection": "paid",
    "shipped": "paid",
    "in transit": "paid",
    "delivered": "paid",
    "completed": "paid",
    "canceled": "cancelled",
    "cancelled": "cancelled",
}
_IS_ORDER = Not(Contains(_ORDER_NUMBER, " "))  # the row of explanations has a sentence there

ORDERS = Layout(
    "orders",
    required=("Order ID", "Order Status", "Product Name", "Quantity", "Created Time"),
    people=rows(
        {
            "account": column("Buyer Username"),
            "phone": column("Phone #"),
            "full_name": column("Recipient"),
            "address": joined(column("Detail Address"), column("Additional address information"), sep=", "),
            "city": first(column("Post Town"), column("City")),
            "region": column("State"),
            "postcode": first(column("Zipcode"), column("Postcode")),
            "country": column("Country"),
        },
        where=_IS_ORDER,
    ),
    orders=rows(
        {
            "order_id": _ORDER_NUMBER,
            "time": column("Created Time"),
            "status": words(column("Order Status"), _STATUS, otherwise=column("Order Status")),
            "total": column("Order Amount"),
            "shipping": column("Shipping Fee After Discount"),
            "discount": column("Payment platform discount"),
            "refunded": column("Order Refund Amount"),
        },
        where=_IS_ORDER,
    ),
    events=rows(
        {
            "action": Constant("purchase"),
            "order_id": _ORDER_NUMBER,
            "product_key": first(column("Seller SKU"), column("SKU ID")),
            "sku": column("Seller SKU"),
            "title": column("Product Name"),
            "quantity": column("Quantity"),
            "unit_price": column("SKU Unit Original Price"),
            "amount": column("SKU Subtotal After Discount"),
        },
        where=_IS_ORDER,
    ),
    shipments=rows(
        {
            "shipment_id": column("Package ID"),
            "order_id": _ORDER_NUMBER,
            "product_key": first(column("Seller SKU"), column("SKU ID")),
            "quantity": column("Quantity"),
            "carrier": column("Shipping Provider Name"),
            "tracking": column("Tracking ID"),
            "shipped_time": column("Shipped Time"),
            "delivered_time": column("Delivered Time"),
            "country": column("Country"),
            "region": column("State"),
        },
        where=Filled(When(_IS_ORDER, column("Tracking ID"))),
    ),
)

FORMAT = Format(
    "tiktok",
    channel="social",
    layouts=(ORDERS,),
    time_formats=(
        *("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y %I:%M:%S %p", "%d/%m/%Y %I:%M %p"),
        *("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S"),
    ),
    month_first=(
        *("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M"),
        *("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S"),
    ),
    padded=True,
)
