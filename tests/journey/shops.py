"""Tiny shops for journeys: one CSV of order lines behind a column map."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEADER = "order,when,email,name,sku,title,qty,price\n"
SHOP = """
[shop]
name = "Corner"
currency = "EUR"
timezone = "Europe/Berlin"

[[source]]
name = "till"
channel = "store"
format = "table"
path = "lines.csv"

[source.people]
email = "email"
full_name = "name"

[source.events]
action = { value = "purchase" }
order_id = "order"
time = "when"
sku = "sku"
title = "title"
quantity = "qty"
unit_price = "price"
"""


def line(number: int) -> str:
    """The order line with that number; every third line is another person's."""
    person = number % 3
    day = 1 + number % 28
    return (
        f"A{number},2024-03-{day:02d} 10:{number % 60:02d}:00,p{person}@example.org,"
        f"Person {'ABC'[person]},S{number % 7},Thing {number % 7},{1 + number % 3},2.50\n"
    )


def make(folder: Path, lines: int = 50, shop: str = SHOP) -> Path:
    """A shop folder with that many order lines."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "shop.toml").write_text(shop, encoding="utf-8")
    text = HEADER + "".join(line(number) for number in range(lines))
    (folder / "lines.csv").write_text(text, encoding="utf-8")
    return folder


def command(*words: str | Path, **more: object) -> subprocess.CompletedProcess[str]:
    """Run `onebasket …` as a user would; gives exit code, output and error text."""
    call = [sys.executable, "-m", "onebasket", *map(str, words)]
    return subprocess.run(call, capture_output=True, text=True, check=False, **more)  # type: ignore[call-overload,no-any-return]
