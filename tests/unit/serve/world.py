"""A small shop whose truth is known: half of its customers like tea, half like coffee.

Forty customers look at two or three products of their taste and buy as many an hour later, every week.
Products are numbered by taste: tea S00 to S11, coffee S12 to S23. The last product of each taste is out of
stock, the one before has a single unit.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np

import onebasket
from onebasket import shop as shop_file
from onebasket.accounting import silent
from onebasket.answers import store_of
from onebasket.learn import events
from onebasket.recommenders import MODELS
from onebasket.run import MODELS as FOLDER
from onebasket.serve.answering import Answering
from onebasket.serve.happened import Happened, Still
from onebasket.serve.published import version_of
from onebasket.shop import Shop
from onebasket.store.basket import Version
from onebasket.timeline.settings import TimelineSettings

SHOP = """
[shop]
name = "Leaf & Bean"
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

[[source]]
name = "site"
channel = "web"
format = "table"
path = "looks.csv"

[source.people]
email = "email"
full_name = "name"

[source.events]
action = { value = "view" }
time = "when"
sku = "sku"
title = "title"

[learn]
models = ["popularity", "item_knn"]
seeds = 1

[serve.placement.cart]
top = 3
in_stock = true
most_per_category = 2

[serve.placement.strict]
seen = "mask"
"""
CUSTOMERS, PRODUCTS, WEEKS = 40, 24, 14
START = datetime(2026, 1, 5, 10)
TINY = TimelineSettings(
    width=16, dropout=0.2, negatives=8, learning_rate=0.01, averaging=0.9, epochs=20, batch=120, clock=True,
    horizon_days=20,
)  # fmt: skip


def title(number: int) -> str:
    """What a product is called."""
    return f"{'Tea' if number < PRODUCTS // 2 else 'Coffee'} number {number:02}"


def write(folder: Path) -> Path:
    """The shop's folder with its exports."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "shop.toml").write_text(SHOP, encoding="utf-8")
    goods = ["sku,title,brand,category,price,stock"]
    for number in range(PRODUCTS):
        taste, place = ("Tea", "Coffee")[number >= 12], number % 12
        stock = {10: 1, 11: 0}.get(place, 50)
        goods.append(
            f"S{number:02},{title(number)},Brand {number % 3},{taste} > Kind {place % 3},"
            f"{1 + place}.00,{stock}"
        )
    (folder / "goods.csv").write_text("\n".join(goods) + "\n", encoding="utf-8")
    random, looks = np.random.default_rng(3), ["when,email,name,sku,title"]
    lines = ["order,when,email,name,sku,title,qty,price"]
    for person in range(CUSTOMERS):
        for week in range(WEEKS):
            when = START + timedelta(
                days=7 * week + int(random.integers(7)), minutes=int(random.integers(600))
            )
            taste = 12 * (person % 2)
            who, earlier = f"p{person}@example.org,Person {person}", when - timedelta(hours=1)
            for number in taste + random.choice(12, size=int(random.integers(2, 4)), replace=False):
                what = f"S{number:02},{title(number)}"
                order = f"A{person:02}{week:02}"
                lines.append(f"{order},{when:%Y-%m-%d %H:%M:%S},{who},{what},1,{1 + number % 12}.00")
                looks.append(f"{earlier:%Y-%m-%d %H:%M:%S},{who},{what}")
    (folder / "looks.csv").write_text("\n".join(looks) + "\n", encoding="utf-8")
    (folder / "lines.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def taught(folder: Path, copy: Path, name: str) -> Path:
    """A copy of a shop that has run, with another model, fitted on all of it, in the place of its own."""
    shutil.copytree(folder, copy)
    shop = shop_file.load(copy)
    with version_of(shop) as version, store_of(copy, version) as store:
        done, model = events.read(store, silent), MODELS[name]()
        small = {"timeline": {"network": TINY, "seen": "allow"}, "mf": {"factors": 8, "epochs": 60}}
        model.settings = msgspec.structs.replace(model.settings, **small.get(name, {}))
        model.fit(done.purchases(), 1, events=done).save(version.path / FOLDER)
    return copy


def run(folder: Path) -> Path:
    """Run a shop."""
    onebasket.run(folder)
    return folder


@dataclass
class Busy(Still):
    """A live state that is what a test says."""

    events: dict[str, list[Happened]] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    now: dict[str, str] = field(default_factory=dict)
    counts: dict[str, float] = field(default_factory=dict)
    units: dict[str, float] = field(default_factory=dict)

    def customer_of(self, identifiers: Mapping[str, str]) -> str | None:
        """By e-mail address alone."""
        return self.people.get(identifiers.get("email", ""))

    def current(self, customer_id: str) -> str:
        """As said."""
        return self.now.get(customer_id, customer_id)

    def recent(self, customer_id: str) -> Sequence[Happened]:
        """As said."""
        return self.events.get(customer_id, [])

    def hot(self) -> Mapping[str, float]:
        """As said."""
        return self.counts

    def sold(self) -> Mapping[str, float]:
        """As said."""
        return self.units

    def did(self, customer: str, action: str, product: str | None, number: int = 0) -> None:
        """Something happens, just after all that was known."""
        at = int((START + timedelta(days=7 * WEEKS, minutes=number)).timestamp() * 1000)
        each = Happened(at, action, product, "web", 1.0, 100, "web", f"live{number}")
        self.events.setdefault(customer, []).append(each)


class World:
    """A shop that has run, opened beside a live state, and who and what is in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.live = folder, Busy()
        self.shop: Shop = shop_file.load(folder)
        version: Version = version_of(self.shop)
        with version, store_of(folder, version) as store:
            self.products = {
                row["title"]: row["product_id"]
                for batch in store.read("catalogue")
                for row in batch.to_pylist()
            }
            people = [row for batch in store.read("customer_values") for row in batch.to_pylist()]
        named = {row["value"]: row["customer_id"] for row in people if row["attribute"] == "email"}
        self.customers = [named[f"p{number}@example.org"] for number in range(CUSTOMERS)]
        self.titles = {name: each for each, name in self.products.items()}

    def product(self, number: int) -> str:
        """The id of a product by its number."""
        return self.products[title(number)]

    def numbers(self, ids: Sequence[str]) -> list[int]:
        """The numbers of some products."""
        return [int(self.titles[each].split()[-1]) for each in ids]

    def answering(self) -> Answering:
        """Its answers; what happens in `live` is in them."""
        return Answering.open(self.shop, version_of(self.shop), self.live)
