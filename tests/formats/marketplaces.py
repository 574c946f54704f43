# ruff: noqa: E501 (tables of columns)
"""Files of Amazon and TikTok Shop as they would export the world."""

from __future__ import annotations

from tests.formats.sample import Row, Sample, money
from tests.formats.truth import world
from tests.formats.western import bought, head_fact

W = world(5)


def amazon_all_orders() -> Sample:
    rows = []
    for sale in W.sales:
        order = f"028-{sale.number:07d}-1234567"
        for line in sale.lines:
            off = 100 if line.cents > 500 else 0
            cells = {
                "amazon-order-id": order, "purchase-date": sale.at.strftime("%Y-%m-%dT%H:%M:%S+00:00"), "order-status": "Cancelled" if sale.cancelled else "Shipped",
                "sales-channel": "Amazon.de", "product-name": line.product.title, "sku": line.product.sku, "asin": f"B0{line.product.sku[-4:]}", "item-status": "Shipped",
                "quantity": str(line.quantity), "currency": "EUR", "item-price": money(line.cents), "item-promotion-discount": money(off) if off else "", "ship-country": "DE",
            }  # fmt: skip
            action = "cancel" if sale.cancelled else "purchase"
            cents = None if sale.cancelled else line.cents - off
            told = {
                "orders": [(*head_fact(sale, order)[:2], None, sale.status)],
                "events": [(order, line.product.sku, float(line.quantity), cents, action)],
            }
            rows.append(Row(cells, told, alone=len(sale.lines) == 1 and not sale.cancelled))
    roles = {
        "time": ("purchase-date",),
        "amount": ("item-price",),
        "price": ("item-price",),
        "quantity": ("quantity",),
        "currency": ("currency",),
        "product": ("sku", "asin", "product-name"),
    }
    traps = ("tabs between columns", "order heads on every line", "discount apart from the price", "no buyer")
    return Sample("amazon_all_orders_flat_file.tsv", "amazon", "all orders", rows, roles, traps, delimiter="\t", encoding="cp1252",
                  when=lambda at: at.strftime("%Y-%m-%dT%H:%M:%S+00:00"))  # fmt: skip


def amazon_new_orders() -> Sample:
    rows = []
    for sale in W.sales:
        order, who = f"028-{sale.number:07d}-1234567", sale.person
        for n, line in enumerate(sale.lines):
            cells = {
                "order-id": order, "order-item-id": f"{sale.number}{n}", "purchase-date": sale.at.strftime("%Y-%m-%dT%H:%M:%S+00:00"), "buyer-email": f"x{who.number}@marketplace.amazon.de",
                "buyer-name": f"{who.given} {who.family}", "buyer-phone-number": who.phone, "sku": line.product.sku, "product-name": line.product.title,
                "quantity-purchased": str(line.quantity), "ship-address-1": "1 Main St", "ship-country": "US",
            }  # fmt: skip
            told = {
                "events": [bought(order, line.product.sku, line.quantity, None)],
                "phones": [(who.phone,)],
            }
            rows.append(Row(cells, told, alone=len(sale.lines) == 1))
    roles = {
        "time": ("purchase-date",),
        "quantity": ("quantity-purchased",),
        "product": ("sku", "product-name"),
    }
    traps = ("tabs between columns", "relay addresses", "no prices")
    return Sample("amazon_new_orders_flat_file.tsv", "amazon", "new orders", rows, roles, traps, delimiter="\t",
                  when=lambda at: at.strftime("%Y-%m-%dT%H:%M:%S+00:00"))  # fmt: skip


def _tiktok(american: bool) -> Sample:
    pattern = "%m/%d/%Y %I:%M:%S %p" if american else "%d/%m/%Y %H:%M:%S"
    zone = "America/New_York" if american else "Europe/London"
    rows = []
    for sale in W.sales:
        order, who = f"5760{sale.number:014d}", sale.person
        for line in sale.lines:
            cells = {
                "Order ID": order, "Order Status": "Canceled" if sale.cancelled else "Completed", "SKU ID": f"17{line.product.sku[-4:]}", "Seller SKU": line.product.sku,
                "Product Name": line.product.title, "Quantity": str(line.quantity), "SKU Unit Original Price": money(line.product.cents), "SKU Subtotal After Discount": money(line.cents),
                "Order Amount": money(sale.total), "Shipping Fee After Discount": money(sale.shipping), "Created Time": sale.local(zone).strftime(pattern), "Buyer Username": f"user{who.number}",
                "Recipient": "A***", "Phone #": "(+1)212*****89", "Country": "US",
            }  # fmt: skip
            cells = {name: f"{text}\t" for name, text in cells.items()}
            told = {
                "orders": [head_fact(sale, order)],
                "events": [bought(order, line.product.sku, line.quantity, line.cents)],
                "accounts": [(f"user{who.number}",)],
            }
            rows.append(Row(cells, told, alone=len(sale.lines) == 1))
    roles = {"time": ("Created Time",), "total": ("Order Amount",), "amount": ("SKU Subtotal After Discount",), "price": ("SKU Unit Original Price",), "quantity": ("Quantity",),
             "product": ("Seller SKU", "SKU ID", "Product Name")}  # fmt: skip
    traps = (
        "byte order mark",
        "trailing tabs",
        "a row that explains the columns",
        "month first" if american else "day first",
        "masked values",
    )
    return Sample("tiktok_shop_orders.csv", "tiktok", "orders", rows, roles, traps, encoding="utf-8-sig", explained=True,
                  options={"timezone": zone}, when=lambda at: at.strftime(pattern))  # fmt: skip


def tiktok_american() -> Sample:
    return _tiktok(american=True)


def tiktok_british() -> Sample:
    return _tiktok(american=False)


FILES = (amazon_all_orders, amazon_new_orders, tiktok_american, tiktok_british)
