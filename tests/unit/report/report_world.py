"""A small plausible shop, written straight into the tables a report reads."""

from __future__ import annotations

import contextlib
import itertools
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from onebasket.protect import Key
from onebasket.shop import Align, Clean, Identity, Learn, Recommend, Run, Shop, Source
from onebasket.store.basket import Basket
from onebasket.store.duckdb import DuckStore
from onebasket.store.portable_types import arrow_type
from onebasket.tables import BY_NAME
from tests.unit.report import report_scores

START = datetime(2025, 1, 6)
SOURCES = (
    ("webshop", "web", "shopify"),
    ("website", "web", "ga4"),
    ("app", "app", "segment"),
    ("stores", "store", "square"),
    ("tmall", "marketplace", "tmall"),
)
GIVEN = (
    "Margarete",
    "Theodore",
    "Wilhelmina",
    "Octavian",
    "Rosalind",
    "Bartholomew",
    "Xiaoming",
    "Guadalupe",
)
FAMILY = ("Featherstonehaugh", "Quackenbush", "Ouyang-Zhao", "Vandersloot", "Abernathyson", "Zimmermannova")
CHINESE = ("欧阳晓峰", "王小明", "李雪")
TITLES = (
    "Organic whole milk 1 l",
    "Sourdough loaf 750 g",
    "Ground coffee, dark roast 500 g",
    "有机绿茶 250克",
    "Free-range eggs, 12",
    "Salted butter 250 g",
    "Olive oil extra virgin 750 ml",
    "Mild cheddar 400 g",
    "Baby spinach 200 g",
    "Chicken breast fillet 1 kg",
    "Sparkling water 6 × 1.5 l",
    "Laundry detergent 3 l",
    "Dark chocolate 85 % 100 g",
    "Greek yoghurt 1 kg",
    "Frozen berries 500 g",
    "Toilet paper, 12 rolls",
)
SEGMENTS = ("champion", "loyal", "promising", "new", "at_risk", "sleeping", "lost")


class World:
    """Rows by table; `personal` lists every personal value in it."""

    def __init__(self, customers: int = 240, sources: tuple[tuple[str, str, str], ...] = SOURCES) -> None:
        self.random, self.sources = random.Random(7), sources
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in BY_NAME}
        self.personal: set[str] = set()
        self._sources()
        self._products()
        for number in range(customers):
            self._customer(number)
        self._timeline()
        self._losses()

    def shop(self, folder: Path, language: str = "en") -> Shop:
        identity = Identity("Harbour & Hill", "USD", "America/New_York", language, "US")  # type: ignore[arg-type]
        made = tuple(
            Source(name, channel, form, path="exports/*.csv") for name, channel, form in self.sources
        )
        return Shop(folder, identity, made, Run(), Clean(), Align(), Learn(), Recommend())

    def _sources(self) -> None:
        for name, channel, form in self.sources:
            zone = "Asia/Shanghai" if name == "tmall" else "America/New_York"
            self.rows["sources"].append(
                {
                    "source": name,
                    "channel": channel,
                    "format": form,
                    "accounts": "webshop",
                    "currency": "USD",
                    "time_formats": ["iso"],
                    "time_zone": zone,
                    "decimal_mark": ".",
                    "country": "US",
                }
            )
            for part in range(2):
                encoding = "gb18030" if name == "tmall" else "utf-8"
                self.rows["files"].append(
                    {
                        "source": name,
                        "file": f"exports/{name}/{part}.csv",
                        "layout": "orders",
                        "encoding": encoding,
                        "bytes": 4_812_331 + part,
                        "rows": 24_310 + part * 977,
                        "rejected": part * 3,
                    }
                )

    def _products(self) -> None:
        names = [name for name, _, _ in self.sources]
        for number, title in enumerate(TITLES):
            for place, source in enumerate(names[: 1 + number % len(names)]):
                listing = {"source": source, "product_key": f"{number}", "title": title, "active": True}
                rule = ("alone", "gtin", "sku", "likeness")[
                    (number + place) % 4 if number % len(names) else 0
                ]
                self.rows["products"].append(listing | {"channel": "web", "file": "f", "line": number})
                link = {"source": source, "product_key": f"{number}", "product_id": f"p{number:03}"}
                self.rows["product_links"].append(link | {"rule": rule})
        for number, chance in enumerate((0.52, 0.31) if len(names) > 1 else ()):
            self.rows["product_matches"].append(
                {
                    "listing_a": f"{names[0]}/{number}",
                    "listing_b": f"{names[1]}/{number + len(names) + 1}",
                    "probability": chance,
                    "weight_bits": chance - 0.5,
                    "joined": chance > 0.5,
                    "evidence": "[]",
                }
            )
        said = [f"{names[0]}: 500.0 g", f"{names[-1]}: 50.0 g"]
        self.rows["product_conflicts"].append({"product_id": "p001", "attribute": "size", "statements": said})
        for number, title in enumerate(TITLES):
            self.rows["catalogue"].append(
                {
                    "product_id": f"p{number:03}",
                    "title": title,
                    "category": "Food > Staples",
                    "category_top": "Food",
                    "price_minor": 199 + 137 * number,
                    "active": True,
                    "titles": [title],
                    "sources": [name for name, _, _ in self.sources[: 1 + number % len(self.sources)]],
                }
            )

    def _customer(self, number: int) -> None:
        pick, customer = self.random, f"{number * 7919 % 65536:04x}c0ffee{number:06x}"
        known = number % 6 != 5
        count = 1 + (number * number) % len(self.sources) if known else 1
        mine = sorted(pick.sample(self.sources, count))
        person = self._person(number)
        records = []
        for name, channel, _ in mine if known else [mine[0]]:
            record = f"r{number:05}{name}"
            records.append(record)
            said = person if known else {"cookie": f"GA1.2.{number:09}.{number:09}"}
            self.personal.update(said.values())
            self.rows["people"].append(
                dict(
                    record_id=record,
                    source=name,
                    channel=channel,
                    file=f"exports/{name}/0.csv",
                    line=number + 2,
                    rows=1 + number % 4,
                    masked=name == "tmall",
                    **said,
                )
            )
            self.rows["customer_links"].append({"record_id": record, "source": name, "customer_id": customer})
            for kind in ("email", "phone", "account", "cookie"):
                if said.get(kind) and (number + len(name)) % 4:
                    bad = number % 11 == 0
                    self.rows["identifiers"].append(
                        {
                            "source": name,
                            "record_id": record,
                            "kind": kind,
                            "value_key": f"k{number:05}{kind}",
                            "usable": not bad,
                            "reason": "placeholder" if bad else None,
                        }
                    )
        for first, second in itertools.pairwise(records):
            for kind in ("email", "phone", "account")[: 1 + (number + len(first)) % 3]:
                self.rows["customer_edges"].append(
                    {
                        "record_a": first,
                        "record_b": second,
                        "kind": kind,
                        "value_key": f"k{number:05}{kind}",
                        "rule": kind,
                    }
                )
        if known:
            for attribute in ("email", "phone", "family_name"):
                if attribute in person:
                    self.rows["customer_values"].append(
                        {
                            "customer_id": customer,
                            "attribute": attribute,
                            "value": person[attribute],
                            "source": mine[0][0],
                            "record_id": records[0],
                            "why": "latest",
                            "others": number % 3,
                        }
                    )
        orders = pick.choice((0, 1, 1, 2, 3, 5, 8, 13)) if known else 0
        value = sum(pick.randrange(900, 12_000) for _ in range(orders))
        channels = sorted({channel for _, channel, _ in mine})
        self.rows["customers"].append(
            {
                "customer_id": customer,
                "known": known,
                "channels": channels,
                "sources": [name for name, _, _ in mine],
                "records": len(records),
                "consent": None,
                "events": orders * 7 + 3,
                "orders": orders,
                "value_minor": value,
                "superseded": [],
            }
        )
        if orders:
            self._features(customer, orders, value)

    def _person(self, number: int) -> dict[str, str]:
        given, family = GIVEN[number % len(GIVEN)], FAMILY[number % len(FAMILY)]
        person = {
            "email": f"{given}.{family}{number}@fastmailbox.example".lower(),
            "phone": f"+1212555{number:04}",
            "account": f"cust-{number:08}",
        }
        if number % 9 == 0:
            return {**person, "full_name": CHINESE[number % len(CHINESE)]}
        return {**person, "given_name": given, "family_name": family}

    def _features(self, customer: str, orders: int, value: int) -> None:
        recency = self.random.randrange(0, 300)
        self.rows["customer_features"].append(
            {
                "as_of": START + timedelta(days=365),
                "customer_id": customer,
                "recency_days": recency,
                "frequency": orders,
                "value_minor": value,
                "tenure_days": recency + 30,
                "basket_lines": 3.0,
                "basket_minor": value / orders,
                "discount_share": 0.1,
                "views_30d": 4,
                "channel_shares": [],
                "category_shares": [],
                "r": 5 - recency // 60,
                "f": min(5, 1 + orders // 3),
                "m": min(5, 1 + value // 20_000),
                "segment": SEGMENTS[(recency // 50 + orders) % len(SEGMENTS)],
            }
        )

    def _timeline(self) -> None:
        pick = self.random
        buyers = [row for row in self.rows["customers"] if row["orders"]]
        for number in range(2600):
            name, channel, _ = pick.choice(self.sources)
            day = min(363, int(pick.random() * 364 + 20 * pick.random()))
            product, units = int(pick.random() ** 2 * len(TITLES)), 1 + number % 3
            amount = units * (199 + 137 * product)
            returned = number % 37 == 0
            action = "purchase" if number % 4 else "view"
            ts = START + timedelta(days=day, minutes=number)
            where = {
                "source": name,
                "channel": channel,
                "file": f"exports/{name}/0.csv",
                "line": number + 2,
                "item": 0,
                "action": action,
                "ts": ts,
                "currency": "USD",
            }
            self.rows["events"].append(
                {**where, "quantity": float(units), "amount_minor": amount, "test": False}
            )
            bought = action == "purchase"
            self.rows["timeline"].append(
                {
                    **where,
                    "event_id": f"e{number:06}",
                    "sources": [name],
                    "order_id": f"o{number // 3:05}",
                    "customer_id": buyers[number % len(buyers)]["customer_id"] if buyers else None,
                    "product_id": f"p{product:03}",
                    "quantity": float(units),
                    "amount_minor": amount if bought else None,
                    "net_quantity": 0.0 if returned or not bought else float(units),
                    "net_amount_minor": 0 if returned or not bought else amount,
                }
            )

    def _losses(self) -> None:
        reasons = ("bad_time", "negative_price", "bad_quantity", "unknown_currency", "something_new")
        for number in range(420):
            name = self.sources[number % len(self.sources)][0]
            row = {
                "stage": "clean",
                "table_name": "raw_events",
                "source": name,
                "file": f"exports/{name}/0.csv",
                "line": number,
                "item": 0,
                "reason": reasons[(number * number) % 5],
                "field": "time",
                "found": "Featherstonehaugh",
                "row_text": "{}",
            }
            self.rows["quarantine"].append(row)
        for number in range(90):
            name = self.sources[number % len(self.sources)][0]
            self.rows["duplicates"].append(
                {
                    "table_name": "raw_events",
                    "source": name,
                    "file": f"exports/{name}/1.csv",
                    "line": number,
                    "item": 0,
                    "of_file": f"exports/{name}/0.csv",
                    "of_line": number,
                    "of_item": 0,
                    "why": ("same_row", "same_event_id")[number % 2],
                }
            )
        name = self.sources[0][0]
        for rule, rows in (("empty_text", 8_211), ("junk_identifier", 312), ("zone_assumed", 12_003)):
            self.rows["repairs"].append(
                {"source": name, "table_name": "people", "field": "email", "rule": rule, "rows": rows}
            )
        self.rows["identifier_limits"].append(
            {
                "kind": "phone",
                "value_key": "k",
                "records": 31,
                "names": 12,
                "accounts": 9,
                "decision": "refused",
            }
        )
        self.rows["supersessions"].append(
            {"kind": "customer", "old_id": "a", "new_id": "b", "why": "merged", "version": 3, "at_ts": START}
        )

    def judge(self) -> None:
        """Add scores of six models."""
        self.rows["scores"] += report_scores.whole()
        self.rows["score_parts"] += report_scores.parts()

    @contextlib.contextmanager
    def store(self, folder: Path) -> Iterator[DuckStore]:
        """A store over a draft that holds the world's tables."""
        key = Key(bytes(range(32)), folder / "shop.key")
        with Basket(folder / "basket").begin() as draft:
            with DuckStore(draft, key, threads=1) as store:
                for name, rows in self.rows.items():
                    if rows:
                        store.write(name, store.arrow(arrow_rows(name, rows)))
                yield store


def arrow_rows(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    schema = pa.schema([(column.name, arrow_type(column.type)) for column in BY_NAME[name].columns])
    return pa.Table.from_pylist(rows, schema=schema)
