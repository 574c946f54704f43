"""A shop with many products, run, with a timeline model in place of its own: for `answers.py`.

    python benchmarks/large_shop.py FOLDER [--products 100000] [--customers 1000]

People buy some of thirty favourites of their own each fortnight, and now and then something else. The network
is trained for one epoch: what asking it costs does not depend on what it has learnt.
"""

from __future__ import annotations

import argparse
import time
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

import onebasket
from onebasket import shop as shop_file
from onebasket.accounting import silent
from onebasket.answers import store_of
from onebasket.learn import events, products
from onebasket.recommenders import Timeline, TimelineModelSettings
from onebasket.run import MODELS
from onebasket.serve.published import version_of
from onebasket.timeline.settings import TimelineSettings

SHOP = """
[shop]
name = "Large"
currency = "EUR"
timezone = "Europe/Berlin"

[[source]]
name = "goods"
channel = "web"
format = "table"
path = "goods.csv"

[source.products]
sku = "sku"
title = "title"
brand = "brand"
category = "category"
price = "price"
stock = "stock"

[[source]]
name = "till"
channel = "web"
format = "table"
path = "lines.csv"

[source.people]
email = "email"

[source.events]
action = { value = "purchase" }
order_id = "order"
time = "when"
sku = "sku"
quantity = "qty"
unit_price = "price"

[learn]
models = ["popularity"]
seeds = 1
"""
START, ORDERS, DAYS, FAVOURITES = datetime(2025, 1, 6, 9), 24, 336, 30


def main() -> None:
    """Write, run, train."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--customers", type=int, default=1_000)
    asked = parser.parse_args()
    write(asked.folder, asked.products, asked.customers)
    begun = time.perf_counter()
    onebasket.run(asked.folder)
    print(f"run in {time.perf_counter() - begun:.0f} s")
    begun = time.perf_counter()
    shop = shop_file.load(asked.folder)
    with version_of(shop) as version, store_of(asked.folder, version) as store:
        done, known = events.read(store, silent), products.read(store, shop, silent)
        network = TimelineSettings(clock=True, horizon_days=30, epochs=1)
        model = Timeline(TimelineModelSettings(network, seen="allow", validation_days=30))
        model.fit(done.purchases(), 0, catalogue=known, events=done).save(version.path / MODELS)
    print(f"{len(model.item_ids)} products, trained in {time.perf_counter() - begun:.0f} s")


def write(folder: Path, products: int, customers: int) -> None:
    """The shop's folder with its exports."""
    folder.mkdir(parents=True)
    (folder / "shop.toml").write_text(SHOP, encoding="utf-8")
    random = np.random.default_rng(0)
    prices = 0.5 + random.integers(0, 4_000, products) / 100
    goods = [
        f"S{number:06},Product {number:06},Brand {number % 997},Kind {number % 20} > Kind {number % 400},"
        f"{price:.2f},{number % 50}"
        for number, price in enumerate(prices)
    ]
    chances = 1 / np.arange(50, products + 50)
    chances /= chances.sum()
    lines = []
    for person in range(customers):
        own = random.choice(products, FAVOURITES, p=chances)
        for order in range(ORDERS):
            when = START + timedelta(days=order * DAYS // ORDERS, minutes=int(random.integers(14 * 1440)))
            bought = {*random.choice(own, 4), *random.choice(products, 1, p=chances)}
            lines += [
                f"A{person:05}{order:02},{when:%Y-%m-%d %H:%M:%S},p{person}@example.org,S{each:06},1,"
                f"{prices[each]:.2f}"
                for each in sorted(bought)
            ]
    (folder / "goods.csv").write_text("\n".join(["sku,title,brand,category,price,stock", *goods, ""]))
    (folder / "lines.csv").write_text("\n".join(["order,when,email,sku,qty,price", *lines, ""]))


if __name__ == "__main__":
    main()
