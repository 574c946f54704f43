# ruff: noqa: E501 (tables of columns)
"""Files of payments, of campaigns and of what products did day by day."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.formats.sample import Row, Sample, money, stamp
from tests.formats.truth import world

W, W2 = world(7), world(8)
PAID = "select payment_id, kind, amount_minor, strftime(ts, '%Y-%m-%d %H:%M:%S') from payments"


def _stripe(file: str, layout: str, former: bool) -> Sample:
    rows = []
    for n, sale in enumerate(W.sales + W2.sales):
        at, who = stamp(sale.at)[:16] if former else stamp(sale.at), sale.person
        cells = {"id": f"ch_{n:08d}", "Created (UTC)" if former else "Created date (UTC)": at, "Amount": money(sale.total), "Amount Refunded": "0.00", "Currency": "eur",
                 "Status": "Failed" if sale.cancelled else "Paid", "Fee": "0.40", "Mode": "Test" if n % 50 == 49 else "Live"}  # fmt: skip
        if former:
            cells |= {
                "Customer Email": who.email,
                "Card Fingerprint": f"fp{who.number}",
                "Card Brand": "Visa",
                "Card Name": f"{who.given} {who.family}",
                "Card Address Zip": "02101",
            }
        fact = (f"ch_{n:08d}", "charge", sale.total, stamp(sale.at))
        told = {"payments": [fact], "people": [(who.email,)]} if former else {"payments": [fact]}
        rows.append(Row(cells, {} if cells["Mode"] == "Test" else told))
    roles = {
        "time": ("Created (UTC)" if former else "Created date (UTC)",),
        "amount": ("Amount",),
        "currency": ("Currency",),
    }
    traps = (
        ("small currency codes", "test payments")
        if former
        else ("small currency codes", "test payments", "columns chosen by who exports")
    )
    return Sample(file, "stripe", layout, rows, roles, traps, selects={"payments": PAID})


def stripe_charges() -> Sample:
    return _stripe("stripe_charges_legacy.csv", "payments, former export", former=True)


def stripe_payments() -> Sample:
    return _stripe("stripe_payments_unified.csv", "payments", former=False)


def amazon_settlement() -> Sample:
    """A European one: comma before decimals, days before months, first the sum that went to the bank."""
    first = {
        "settlement-id": "11223344",
        "settlement-start-date": "01.01.2024 00:00:00 UTC",
        "deposit-date": "01.02.2024 00:00:00 UTC",
        "total-amount": "12345,67",
        "currency": "EUR",
    }
    rows = [Row(first, {"payments": [(None, "transfer", 1_234_567, "2024-02-01 00:00:00")]}, alone=False)]
    for sale in W.sales:
        order, at = f"028-{sale.number:07d}-1234567", sale.at.strftime("%d.%m.%Y %H:%M:%S UTC")
        for n, line in enumerate(sale.lines):
            base = {"settlement-id": "11223344", "currency": "EUR", "order-id": order, "marketplace-name": "Amazon.de", "posted-date-time": at, "order-item-code": f"{sale.number}{n}",
                    "sku": line.product.sku}  # fmt: skip
            told = {
                "transaction-type": "Order",
                "amount-type": "ItemPrice",
                "amount-description": "Principal",
                "amount": money(line.cents).replace(".", ","),
                "quantity-purchased": str(line.quantity),
            }
            rows.append(Row({**base, **told}, {"payments": [(order, "charge", line.cents, stamp(sale.at))]}))
            fee = {
                "transaction-type": "Order",
                "amount-type": "ItemFees",
                "amount-description": "Commission",
                "amount": money(-100).replace(".", ","),
            }
            rows.append(Row({**base, **fee}, {"payments": [(order, "fee", -100, stamp(sale.at))]}))
            if sale.cancelled:
                back = {
                    "transaction-type": "Refund",
                    "amount-type": "ItemPrice",
                    "amount-description": "Principal",
                    "amount": money(-line.cents).replace(".", ","),
                }
                returned = (order, line.product.sku, -1.0, -line.cents, "return")
                rows.append(
                    Row(
                        {**base, **back},
                        {"payments": [(order, "refund", -line.cents, stamp(sale.at))], "events": [returned]},
                    )
                )
    roles = {"time": ("posted-date-time",), "amount": ("amount",), "currency": ("currency",)}
    traps = ("tabs between columns", "decimal commas", "the first row is a sum", "days before months")
    select = "select order_id, kind, amount_minor, strftime(ts, '%Y-%m-%d %H:%M:%S') from payments"
    return Sample("amazon_settlement_v2.tsv", "amazon", "settlement", rows, roles, traps, delimiter="\t", selects={"payments": select},
                  when=lambda at: at.strftime("%d.%m.%Y %H:%M:%S UTC"))  # fmt: skip


def sycm() -> Sample:
    rows = []
    for n in range(1_100):
        day = (datetime(2024, 3, 1) + timedelta(days=n % 11)).strftime("%Y-%m-%d")
        cells = {"统计日期": day, "商品ID": str(690_000_000 + n), "商品名称": f"茉莉花茶 {n}", "商品访客数": f"{1_000 + n:,}", "商品浏览量": f"{2_000 + n:,}", "商品加购人数": "-", "支付件数": "3",
                 "支付金额": f"{12_345 + n:,}.00", "商品支付转化率": "10.00%", "成功退款金额": "-"}  # fmt: skip
        rows.append(
            Row(cells, {"product_days": [(str(690_000_000 + n), day, 1_000 + n, 1_234_500 + 100 * n)]})
        )
    roles = {"time": ("统计日期",), "sum": ("支付金额",), "product": ("商品ID", "商品名称", "货号")}
    above = (
        "【生意参谋平台】商品_全部,,,",
        "统计时间：2024-03-01 ~ 2024-03-11,,",
        "",
        "数据说明：支付金额含运费",
    )
    return Sample("tmall_sycm_product_daily.csv", "sycm", "product days", rows, roles, ("a title above the header", "sums below the products", "1,234 and 10%", '"-" for nothing'),
                  above=above, below=({"统计日期": "总计", "商品访客数": "1,204,050"}, {"统计日期": "合计", "商品访客数": "1,204,050"}),
                  when=lambda at: at.strftime("%Y-%m-%d"))  # fmt: skip


def klaviyo_campaigns() -> Sample:
    rows = []
    for n in range(1_100):
        at = datetime(2024, 1, 1) + timedelta(hours=7 * n)
        cells = {"Campaign Name": f"News {n}", "Subject": "Fresh, today", "Send Time": stamp(at), "Total Recipients": f"{1_000 + n}", "Unique Opens": "400", "Open Rate": "40.00%", "Unique Clicks": "31",
                 "Revenue": money(100 * n), "Campaign ID": f"01H{n:06d}", "Campaign Channel": "Email", "Unsubscribes": "2"}  # fmt: skip
        rows.append(Row(cells, {"campaigns": [(f"01H{n:06d}", 1_000 + n, 100 * n, stamp(at))]}))
    roles = {"time": ("Send Time",), "sum": ("Revenue",), "campaign": ("Campaign ID", "Campaign Name")}
    return Sample(
        "klaviyo_campaigns_export.csv", "klaviyo", "campaigns", rows, roles, ("shares beside counts",)
    )


FILES = (stripe_charges, stripe_payments, amazon_settlement, sycm, klaviyo_campaigns)
