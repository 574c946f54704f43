"""The products as the shop lists them: keys, barcodes, titles and prices by channel."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from onebasket.demo.engine import make_table
from onebasket.demo.purchases import FUEL_TYPE
from onebasket.demo.rates import Rates
from onebasket.demo.titles import Titles, brand, plain_words, read_size, titles, variants

_DIGITS_OF_PRICE = 100
UNTAXED = (
    "GROCERY",
    "PRODUCE",
    "MEAT",
    "MEAT-PCKGD",
    "DELI",
    "PASTRY",
    "SEAFOOD",
    "SEAFOOD-PCKGD",
    "SALAD BAR",
)


def write_products(connection: duckdb.DuckDBPyConnection, rates: Rates, seed: int, all_listed: bool) -> None:
    """Make the table `product` from `base_product`: one row a product the shop lists or sold."""
    rows = connection.execute("select * from base_product order by product").fetchall()
    rng = np.random.default_rng([seed, 1])
    draws = rng.random((len(rows), 10))
    listed = [
        _listing(row, [float(x) for x in draw], rates)
        for row, draw in zip(rows, draws, strict=True)
        if all_listed or row[7] or draw[9] < rates.unsold_listed
    ]
    names = list(listed[0])
    columns = {name: [product[name] for product in listed] for name in names}
    make_table(connection, "product", pa.table(columns))


def _listing(row: tuple[Any, ...], draw: list[float], rates: Rates) -> dict[str, object]:
    product, maker, department, label, category, kind, size_text, lines, price = row
    size, choices = read_size(size_text), variants()
    variant = choices[int(draw[0] * 2 * len(choices))] if draw[0] < 0.5 else ""
    names: Titles = titles(brand(maker, label == "Private"), department, category, kind, size, variant)
    cents = max(5, round(price if price else 99 + _DIGITS_OF_PRICE * 9 * draw[1]))
    raised = (
        1.0 if draw[2] >= rates.web_price_raised else (1.03 if draw[2] < rates.web_price_raised / 2 else 1.05)
    )
    sku = f"HH{product:08d}"
    gtin = None if draw[3] < rates.gtin_missing else gtin13(product)
    shown = wrong_digit(gtin) if gtin and draw[4] < rates.gtin_wrong else gtin
    other_key = draw[5] < rates.tmall_other_key
    return {
        "product": product,
        "sku": sku,
        "tmall_key": f"TM{product * 7 % 100_000_000:08d}" if other_key else sku,
        "till_sku": sku if draw[6] < rates.till_sku else None,
        "till_gtin": gtin if gtin and draw[7] < rates.till_gtin else None,
        "gtin": shown,
        "handle": "-".join(names.web.lower().replace("&", "and").replace(",", "").split()) + f"-{product}",
        "web_title": names.web,
        "till_title": names.till,
        "chinese_title": names.chinese,
        "web_size": names.web_size,
        "grams": names.grams,
        "brand": brand(maker, label == "Private"),
        "department": plain_words(department),
        "category": plain_words(category or department),
        "real_category": category or department,
        "type": plain_words(kind or category or department),
        "cents": cents,
        "raised": raised,
        "taxable": department not in UNTAXED,
        "stock": 0 if draw[8] < 0.04 else int(400 * draw[8] ** 3),
        "lines": lines,
        "fuel": kind == FUEL_TYPE,
    }


def gtin13(number: int) -> str:
    """A 13-digit barcode of prefix 04: GS1 keeps it for use inside one company, so no real product has it."""
    body = f"04{number:010d}"
    return body + str(check_digit(body))


def check_digit(body: str) -> int:
    """The GS1 check digit: weights 3, 1, 3, … from the right."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return -total % 10


def wrong_digit(gtin: str) -> str:
    """The same barcode with a check digit that does not hold."""
    return gtin[:-1] + str((int(gtin[-1]) + 1) % 10)
