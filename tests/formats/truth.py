"""A small world whose truth is known: people, products and what they bought."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

SALES = 700  # with their lines more than a thousand rows
BEGIN = datetime(2024, 1, 1, 8, 0, tzinfo=UTC)
_GIVEN, _FAMILY = ("Ann", "Bo", "Cleo", "Dov", "Eve", "Finn"), ("Lee", "Ek", "Brown", "Maier", "Sato")
_ZH_GIVEN, _ZH_FAMILY = ("伟", "芳", "秀英", "敏", "静怡", "磊"), ("王", "李", "张", "刘", "陈")
_TITLES = (
    "Green tea, loose",
    'Mug "Harbour"',
    "Linen towel",
    "Oak board 20 × 30 cm",
    "Sourdough starter",
    "Soap; lemon",
)
_ZH_TITLES = ("茉莉花茶 100克", "白瓷杯", "亚麻毛巾", "橡木砧板", "酵母面包", "柠檬香皂")


@dataclass(frozen=True)
class Person:
    number: int
    given: str
    family: str
    email: str
    phone: str


@dataclass(frozen=True)
class Product:
    sku: str
    title: str
    cents: int


@dataclass(frozen=True)
class Line:
    product: Product
    quantity: int

    @property
    def cents(self) -> int:
        return self.product.cents * self.quantity


@dataclass(frozen=True)
class Sale:
    number: int
    at: datetime  # UTC, whole minutes
    person: Person
    lines: tuple[Line, ...]
    cancelled: bool
    shipping: int  # cents

    @property
    def goods(self) -> int:
        return sum(line.cents for line in self.lines)

    @property
    def total(self) -> int:
        return self.goods + self.shipping

    @property
    def status(self) -> str:
        return "cancelled" if self.cancelled else "paid"

    def local(self, zone: str) -> datetime:
        return self.at.astimezone(ZoneInfo(zone))


@dataclass(frozen=True)
class World:
    people: tuple[Person, ...]
    products: tuple[Product, ...]
    sales: tuple[Sale, ...]


def world(seed: int, *, chinese: bool = False, sales: int = SALES) -> World:
    """The same seed gives the same world. A sale has one to three lines of different products."""
    dice = random.Random(seed)
    given, family, titles = (_ZH_GIVEN, _ZH_FAMILY, _ZH_TITLES) if chinese else (_GIVEN, _FAMILY, _TITLES)
    people = tuple(
        Person(
            n, dice.choice(given), dice.choice(family), f"person{n}@mail.example",
            f"139{10_000_000 + n * 137:08d}" if chinese else f"+1212555{1000 + n:04d}",
        )
        for n in range(400)
    )  # fmt: skip
    products = tuple(
        Product(f"SKU-{n:04d}", f"{titles[n % len(titles)]} {n}", dice.randint(100, 20_000))
        for n in range(120)
    )
    made, at = [], BEGIN
    for number in range(sales):
        at += timedelta(minutes=dice.randint(1, 900))
        lines = tuple(
            Line(product, dice.randint(1, 3)) for product in dice.sample(products, dice.choice((1, 1, 2, 3)))
        )
        shipping = dice.choice((0, 0, 499))
        made.append(Sale(1_000 + number, at, dice.choice(people), lines, dice.random() < 0.05, shipping))
    return World(people, products, tuple(made))
