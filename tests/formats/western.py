# ruff: noqa: E501 (tables of columns)
"""Files of Shopify, WooCommerce, Square, Mailchimp and Klaviyo as they would export the world."""

from __future__ import annotations

from collections.abc import Iterator

from tests.formats.sample import Row, Sample, money, stamp
from tests.formats.truth import Sale, world

W = world(1)
ZONE = "Europe/Berlin"
# Where a file knows products by their titles alone.
BY_TITLE = (
    "select order_id, title, quantity, amount_minor, action from events join products using (product_key)"
)


def head_fact(sale: Sale, order: str, total: int | None = None) -> tuple[object, ...]:
    return (order, stamp(sale.at), sale.total if total is None else total, sale.status)


def bought(order: str, key: str, quantity: int, cents: int | None) -> tuple[object, ...]:
    return (order, key, float(quantity), cents, "purchase")


def shopify_orders() -> Sample:
    def rows() -> Iterator[Row]:
        for sale in W.sales:
            who, order = sale.person, f"#{sale.number}"
            head = {
                "Email": who.email, "Financial Status": "voided" if sale.cancelled else "paid", "Currency": "EUR",
                "Total": money(sale.total), "Shipping": money(sale.shipping), "Subtotal": money(sale.goods), "Accepts Marketing": "yes",
                "Created at": sale.local(ZONE).strftime("%Y-%m-%d %H:%M:%S %z"), "Billing Name": f"{who.given} {who.family}",
                "Billing Street": "1 Main St", "Billing Zip": "'02101", "Billing Country": "US", "Phone": f"'{who.phone}",
                "Cancelled at": sale.local(ZONE).strftime("%Y-%m-%d %H:%M:%S %z") if sale.cancelled else "",
                "Notes": "ring\ntwice" if sale.number % 9 == 0 else "",
            }  # fmt: skip
            for place, line in enumerate(sale.lines):
                item = {
                    "Name": order, "Lineitem quantity": str(line.quantity), "Lineitem name": line.product.title,
                    "Lineitem price": money(line.product.cents), "Lineitem sku": line.product.sku,
                }  # fmt: skip
                told = {"events": [bought(order, line.product.sku, line.quantity, line.cents)]}
                if place:
                    yield Row(item, told, alone=False)
                else:
                    told |= {"orders": [head_fact(sale, order)], "people": [(who.email,)]}
                    yield Row({**head, **item}, told, alone=len(sale.lines) == 1)

    roles = {"time": ("Created at",), "price": ("Lineitem price",), "quantity": ("Lineitem quantity",), "currency": ("Currency",),
             "total": ("Total",), "product": ("Lineitem sku", "Lineitem name")}  # fmt: skip
    traps = ("continuation rows", "leading apostrophes", "cells of several lines", "times with zone")
    return Sample("shopify_orders_export.csv", "shopify", "orders", list(rows()), roles, traps,
                  when=lambda at: at.strftime("%Y-%m-%d %H:%M:%S +0000"))  # fmt: skip


def _customers(file: str, new: bool) -> Sample:
    address = "Default Address Address1" if new else "Address1"
    rows = []
    for n in range(1_100):
        email = f"customer{n}@mail.example"
        cells = {"First Name": "Ann", "Last Name": f"Lee{n}", "Email": email, "Total Spent": "1.00", "Total Orders": "1", address: f"{n} Main St",
                 "Default Address Zip" if new else "Zip": "'02101"}  # fmt: skip
        if new:
            cells["Customer ID"] = f"'{7_000_000 + n}"
        rows.append(Row(cells, {"people": [(email,)]}))
    person = ("Customer ID",) if new else ()
    roles = {
        "person": (
            *person,
            "First Name",
            "Last Name",
            "Email",
            address,
            "Default Address Zip" if new else "Zip",
        )
    }
    return Sample(file, "shopify", "customers", rows, roles, ("leading apostrophes",))


def shopify_customers() -> Sample:
    return _customers("shopify_customers_export.csv", new=True)


def shopify_customers_legacy() -> Sample:
    return _customers("shopify_customers_export_legacy.csv", new=False)


def _products(file: str, layout: str, names: dict[str, str], handle: str) -> Sample:
    rows = []
    for n in range(1_100):
        cells = {"Title": f"Tea {n}", "Vendor": "Leaf"}
        cells |= {
            names["sku"]: f"T-{n}",
            names["price"]: money(100 + n),
            names["stock"]: str(n),
            handle: f"tea-{n}",
            names["gtin"]: f"'{n}",
        }
        rows.append(Row(cells, {"products": [(f"T-{n}", 100 + n)]}))
        if n % 10 == 0:  # another picture
            rows.append(
                Row({handle: f"tea-{n}", names["picture"]: "https://x.example/2.png"}, {}, alone=False)
            )
    traps = ("continuation rows", "leading apostrophes")
    return Sample(
        file, "shopify", layout, rows, {"product": (names["sku"], names["gtin"], handle, "Title")}, traps
    )


def shopify_products() -> Sample:
    names = {
        "sku": "SKU",
        "price": "Price",
        "stock": "Inventory quantity",
        "gtin": "Barcode",
        "picture": "Product image URL",
    }
    return _products("shopify_products_export_new.csv", "products", names, "URL handle")


def shopify_products_classic() -> Sample:
    names = {
        "sku": "Variant SKU",
        "price": "Variant Price",
        "stock": "Variant Inventory Qty",
        "gtin": "Variant Barcode",
        "picture": "Image Src",
    }
    return _products("shopify_products_export_classic.csv", "products, classic template", names, "Handle")


def woocommerce_products() -> Sample:
    rows = []
    for n in range(1_100):
        kind = "variable" if n % 11 == 0 else "variation" if n % 3 == 0 else "simple"
        cells = {"ID": str(n), "Type": kind, "SKU": f"T-{n}", "Name": f"Tea {n}", "Published": "1", "Stock": str(n),
                 "Regular price": "" if kind == "variable" else money(100 + n), "Categories": "Food > Tea, Gifts", "Brands": "Leaf"}  # fmt: skip
        rows.append(
            Row(
                cells,
                {} if kind == "variable" else {"products": [(f"T-{n}", 100 + n)]},
                alone=kind == "simple",
            )
        )
    roles = {"product": ("SKU", "ID", "Name")}
    traps = ("byte order mark", "parents of variations", "several categories in a cell")
    return Sample(
        "woocommerce_products_export.csv", "woocommerce", "products", rows, roles, traps, encoding="utf-8-sig"
    )


def woocommerce_analytics() -> Sample:
    rows = []
    for sale in W.sales + world(2).sales:
        order = str(sale.number if sale in W.sales else sale.number + 10_000)
        goods = ", ".join(f"{line.quantity}× {line.product.title}" for line in sale.lines)
        cells = {"Date": stamp(sale.local(ZONE)), "Order #": order, "N. Revenue (formatted)": f"&euro;{money(sale.total)}",
                 "Status": sale.status if sale.cancelled else "completed", "Customer": f"{sale.person.given} {sale.person.family}{sale.person.number}",
                 "Product(s)": goods, "Items sold": str(sum(line.quantity for line in sale.lines)), "Net Sales": money(sale.goods)}  # fmt: skip
        lines = [bought(order, line.product.title, line.quantity, None) for line in sale.lines]
        rows.append(
            Row(cells, {"orders": [head_fact(sale, order)], "events": lines}, alone=len(sale.lines) == 1)
        )
    roles = {"time": ("Date",), "total": ("N. Revenue (formatted)",), "product": ("Product(s)",)}
    traps = ("articles in one cell", "currency as an HTML entity")
    return Sample("woocommerce_analytics_orders.csv", "woocommerce", "analytics of orders", rows, roles, traps,
                  selects={"events": BY_TITLE})  # fmt: skip


def woocommerce_orders() -> Sample:
    rows = []
    for sale in W.sales + world(2).sales:
        order, who = str(sale.number if sale in W.sales else sale.number + 10_000), sale.person
        cells = {
            "order_id": f"9{order}", "order_number": order, "order_date": stamp(sale.local(ZONE)), "status": "wc-cancelled" if sale.cancelled else "wc-processing",
            "order_total": money(sale.total), "shipping_total": money(sale.shipping), "order_currency": "EUR", "customer_id": "0" if who.number % 2 else str(who.number),
            "billing_email": who.email, "billing_first_name": who.given, "billing_last_name": who.family, "billing_phone": who.phone, "billing_country": "US",
        }  # fmt: skip
        for n, line in enumerate(sale.lines, 1):
            cells[f"line_item_{n}"] = (
                f"name:{line.product.title}|product_id:{n}|sku:{line.product.sku}|quantity:{line.quantity}|total:{money(line.cents)}|sub_total:{money(line.cents)}"
            )
        lines = [bought(order, line.product.sku, line.quantity, line.cents) for line in sale.lines]
        rows.append(
            Row(
                cells,
                {"orders": [head_fact(sale, order)], "events": lines, "people": [(who.email,)]},
                alone=len(sale.lines) == 1,
            )
        )
    header = ("woocommerce_orders_webtoffee.csv", "woocommerce", "orders")
    from tests.formats.sample import HEADERS

    roles = {
        "time": ("order_date",),
        "total": ("order_total",),
        "currency": ("order_currency",),
        "product": ("line_item_1",),
    }
    traps = ("a column for each article", "several values in one cell", "account 0 of guests")
    return Sample(*header, rows, roles, traps, header=(*HEADERS[header[0]], "line_item_3"))


def square_items() -> Sample:
    rows = []
    for sale in W.sales:
        for line in sale.lines:
            at = sale.local("America/New_York")
            cells = {"Date": at.strftime("%m/%d/%y"), "Time": at.strftime("%H:%M:%S"), "Time Zone": "Eastern Time (US & Canada)", "Item": line.product.title,
                     "Qty": f"{line.quantity}.0", "SKU": line.product.sku, "Discounts": "$0.00", "Net Sales": f"${line.cents / 100:,.2f}",
                     "Gross Sales": f"${line.cents / 100:,.2f}", "Transaction ID": f"A{sale.number}", "Event Type": "Payment", "Customer ID": f"C{sale.person.number}"}  # fmt: skip
            rows.append(
                Row(
                    cells,
                    {"events": [bought(f"A{sale.number}", line.product.sku, line.quantity, line.cents)]},
                    alone=len(sale.lines) == 1,
                )
            )
    roles = {
        "time": ("Date",),
        "amount": ("Net Sales",),
        "price": ("Net Sales",),
        "quantity": ("Qty",),
        "product": ("SKU", "GTIN", "Item"),
    }
    traps = ("currency signs", "date and time apart", "a zone by its name", "American dates")
    return Sample(
        "square_items_detail.csv",
        "square",
        "items",
        rows,
        roles,
        traps,
        options={"currency": "USD"},
        when=lambda at: at.strftime("%m/%d/%Y"),
    )


def square_transactions() -> Sample:
    rows = []
    for sale in W.sales + world(2).sales:
        order = f"A{sale.number if sale in W.sales else sale.number + 10_000}"
        at = sale.local("America/New_York")
        cells = {"Date": at.strftime("%Y-%m-%d"), "Time": at.strftime("%H:%M:%S"), "Time Zone": "Eastern Time (US & Canada)", "Total Collected": f"${sale.total / 100:,.2f}",
                 "Transaction ID": order, "Event Type": "Payment", "Location": "Main St", "Transaction Status": "Voided" if sale.cancelled else "Complete"}  # fmt: skip
        rows.append(Row(cells, {"orders": [head_fact(sale, order)]}))
    roles = {"time": ("Date",), "total": ("Total Collected",)}
    traps = ("currency signs", "date and time apart", "a zone by its name")
    return Sample(
        "square_transactions.csv",
        "square",
        "transactions",
        rows,
        roles,
        traps,
        options={"currency": "USD"},
        when=lambda at: at.strftime("%Y-%m-%d"),
    )


def mailchimp() -> Sample:
    rows = []
    for n in range(1_100):
        email = f"reader{n}@mail.example"
        cells = {"Email Address": email, "First Name": "Ann", "Last Name": f"Lee{n}", "MEMBER_RATING": "2", "LEID": str(n), "EUID": f"e{n:06x}",
                 "CONFIRM_TIME": "2024-05-01 10:00:00", "TAGS": '"VIP","Blog"'}  # fmt: skip
        rows.append(Row(cells, {"people": [(email,)]}))
    roles = {"person": ("Email Address", "First Name", "Last Name", "EUID")}
    return Sample(
        "mailchimp_audience_export.csv", "mailchimp", "audience", rows, roles, ("quotation marks in cells",)
    )


def klaviyo_profiles() -> Sample:
    rows = []
    for n in range(1_100):
        email = f"reader{n}@mail.example"
        rows.append(
            Row(
                {"Email": email, "Klaviyo ID": f"K{n:06d}", "First Name": "Ann", "Last Name": f"Lee{n}"},
                {"people": [(email,)]},
            )
        )
    roles = {"person": ("Email", "Klaviyo ID", "First Name", "Last Name")}
    return Sample(
        "klaviyo_profiles_export.csv", "klaviyo", "profiles", rows, roles, ("columns chosen by who exports",)
    )


FILES = (
    shopify_orders, shopify_customers, shopify_customers_legacy, shopify_products, shopify_products_classic,
    woocommerce_products, woocommerce_analytics, woocommerce_orders, square_items, square_transactions,
    mailchimp, klaviyo_profiles,
)  # fmt: skip
