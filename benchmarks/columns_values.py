"""Values as columns of exports hold them: for each kind of value and style of channel, with what goes wrong.

People and places are those of the demo shop; nothing here is anybody's.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from datetime import datetime, timedelta

from benchmarks.columns_people import WORDS, digits, personal

from onebasket.collect.columns.profile import is_barcode

_LINES = WORDS["lines"]


def values(kind: str, rng: random.Random, rows: int) -> list[str | None]:
    """One column's values, with what exports do to them: marks, masks, gaps, repeated rows."""
    make = _maker(kind, rng)
    repeat = (
        rng.choice((1, 1, 1, 2, 3))
        if kind not in ("quantity", "title", "sku", "price", "amount", "line")
        else 1
    )
    said: list[str | None] = []
    while len(said) < rows:
        value = make()
        said += [value] * rng.randint(1, repeat)
    gaps = rng.choice((0, 0, 0, 0, 0.05, 0.2, 0.5, 0.85))
    gaps = 1.0 if rng.random() < _empty(kind) else 0.95 if kind.endswith("_rare") else gaps
    mark = rng.choice(("'", '="', "\t")) if kind in _MARKED and rng.random() < 0.12 else ""
    none = rng.choice((None, "", None, "-", "null", "N/A")) if gaps else None
    return [
        none if rng.random() < gaps else _marked(mark, value) for value in said[:rows] if value is not None
    ]


_MARKED = ("order_id", "id", "product_id", "sku", "gtin", "phone", "postcode", "tracking", "payment_id")


def _empty(kind: str) -> float:
    return (
        0.3
        if kind in ("any", "words", "free", "flag", "money", "code", "digits", "short", "tags", "note")
        else 0.05
    )


def _marked(mark: str, value: str) -> str:
    return f'="{value}"' if mark == '="' else value + mark if mark == "\t" else mark + value


def _maker(kind: str, rng: random.Random) -> Callable[[], str]:
    base = kind.removesuffix("_rare").removesuffix("_late").removesuffix("_large")
    if base in _LINES:
        said = rng.choice(_LINES[base]).split("|")
        return lambda: rng.choice(said)
    if base in _MONEY:
        return _money(base, rng, large=kind.endswith("_large"))
    if base in ("date", "datetime", "birth_date", "clock"):
        return _moment(base, rng)
    if base in (
        "given_name",
        "family_name",
        "full_name",
        "address",
        "address_more",
        "city",
        "region",
        "postcode",
        "country",
        "phone",
        "email",
        "company",
        "title",
    ):
        return personal(base, rng)
    if base == "any":
        return _maker(
            rng.choice(["words", "id", "count", "flag", "free_short", "date", "money", "uuid", "code"]), rng
        )
    return _thing(base, rng, kind.endswith("_large"))


_MONEY = {
    "price": 1.3,
    "amount": 1.5,
    "gross": 1.6,
    "total": 1.8,
    "subtotal": 1.7,
    "tax": 0.7,
    "shipping": 0.7,
    "discount": 0.7,
    "refund": 1.4,
    "money": 1.1,
}
_OFTEN_NONE = {"discount": 0.6, "refund": 0.8, "shipping": 0.4, "money": 0.35, "tax": 0.15}


def _money(kind: str, rng: random.Random, large: bool) -> Callable[[], str]:
    scale = _MONEY[kind] + rng.gauss(0, 0.4) + (1.5 if large else 0)
    style = rng.choice(
        [
            "{:.2f}",
            "{:.2f}",
            "{:.2f}",
            "{:,.2f}",
            "${:,.2f}",
            "{:.0f}",
            "¥{:.2f}",
            "{:.2f}_EUR",
            "de",
            "€{:.2f}",
            "{:.1f}",
            "£{:.2f}",
            "{:.4f}",
        ]
    )
    zero, nines = _OFTEN_NONE.get(kind, 0.02) * rng.choice((0, 1, 1, 1.2)), rng.random() < 0.5
    minus = (
        rng.choice((0, 0, 0, 0.05, 1.0))
        if kind in ("discount", "refund", "money")
        else rng.choice((0, 0, 0.03))
    )
    fixed = [round(10 ** rng.gauss(scale, 0.2), 2) for _ in range(3)] if kind == "shipping" else []

    def make() -> str:
        number = 0.0 if rng.random() < zero else rng.choice(fixed) if fixed else 10 ** rng.gauss(scale, 0.45)
        if nines and kind in ("price", "amount", "gross") and number:
            number = int(number) + 0.99
        number = -number if rng.random() < minus else number
        if style == "de":
            return f"{number:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")
        return style.replace("_", " ").format(number)

    return make


_DATES = [
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%d.%m.%Y",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%Y%m%d",
    "%d-%b-%Y",
    "%m/%d/%y",
    "%Y年%m月%d日",
]
_TIMES = [
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%d %H:%M:%S +0000",
    "%d.%m.%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y-%m-%dT%H:%M:%S+00:00",
    "%b %d, %Y, %I:%M %p",
    "%Y-%m-%d %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%Y-%m-%dT%H:%M:%S.000Z",
    "epoch",
    "epoch_ms",
]


def _moment(kind: str, rng: random.Random) -> Callable[[], str]:
    start = datetime(rng.randint(2015, 2025), rng.randint(1, 12), 1)
    if kind == "birth_date":
        style = rng.choice(_DATES[:6])
        return lambda: (datetime(1940, 1, 1) + timedelta(days=rng.randrange(25_000))).strftime(style)
    if kind == "clock":
        style = rng.choice(("%H:%M:%S", "%H:%M", "%I:%M %p"))
        return lambda: (start + timedelta(seconds=rng.randrange(86_400))).strftime(style)
    style = rng.choice(_DATES) if kind == "date" or rng.random() < 0.25 else rng.choice(_TIMES)
    at = [start]
    rises = rng.choice((1, 0, -1))

    def make() -> str:
        step = timedelta(seconds=rng.expovariate(1 / 20_000))
        at[0] = at[0] + step * rises if rises else start + timedelta(seconds=rng.randrange(20_000_000))
        if style.startswith("epoch"):
            return str(int(at[0].timestamp() * (1000 if style == "epoch_ms" else 1)))
        return at[0].strftime(style)

    return make


def _thing(kind: str, rng: random.Random, large: bool) -> Callable[[], str]:
    if kind in WORDS:
        few = rng.sample(WORDS[kind], min(len(WORDS[kind]), rng.randint(2, 12)))
        return lambda: rng.choice(few)
    return _coded(kind, rng, large)


def _coded(kind: str, rng: random.Random, large: bool) -> Callable[[], str]:
    start, size, letters = (
        rng.randint(1, 10**6),
        rng.randint(6, 19),
        rng.choice(("", "", "", "A-", "SO", "#", "cus_", "INV-", "R")),
    )
    at, pool = [start], [rng.randrange(10**9) for _ in range(rng.randint(5, 40))]
    rises = rng.random() < 0.6

    def rising() -> str:
        at[0] += rng.randint(1, 3)
        return f"{letters}{at[0]}" if rises else letters + str(rng.randint(1, 9)) + digits(rng, size - 1)

    def sku() -> str:
        number = rng.choice(pool)
        return (
            f"{rng.choice('ABCMT')}{number % 1000:03d}-{rng.choice('SMLX')}",
            f"SKU-{number % 100_000}",
            f"{number % 10**6}",
            f"{WORDS['goods'][number % len(WORDS['goods'])][:3].upper()}-{number % 1000}",
        )[start % 4]

    def gtin() -> str:
        body = f"69{rng.choice(pool):010d}"[:12]
        return next(body + digit for digit in string.digits if is_barcode(body + digit))

    counted = 10 ** rng.uniform(3, 5.5) if large else 10 ** rng.uniform(0.5, 3.5)
    rating = rng.choice(
        ("12345", "45", ["5.0", "4.0", "3.0"], ["好评", "差评"], ["5 stars", "4 stars"], ["good", "bad"])
    )
    share = rng.random() < 0.6
    made: dict[str, Callable[[], str]] = {
        "order_id": rising,
        "id": lambda: rising() if start % 3 else str(rng.choice(pool)),
        "payment_id": lambda: "ch_" + _hex(rng, 24) if start % 2 else rising(),
        "product_id": lambda: (
            str(rng.choice(pool))
            if start % 3
            else "B0" + _hex(rng, 8).upper()
            if start % 2
            else "-".join(rng.choice(WORDS["goods"]).lower().split())
        ),
        "sku": sku,
        "gtin": gtin,
        "uuid": lambda: (
            _uuid(rng)
            if start % 2
            else _hex(rng, 16)
            if start % 3
            else f"{rng.choice(pool)}.{rng.choice(pool)}"
        ),
        "fingerprint": lambda: _hex(rng, 16),
        "tracking": lambda: f"{('SF', '1Z', 'YT', '', 'JD')[start % 5]}{digits(rng, 12)}",
        "quantity": lambda: str(rng.choice((1, 1, 1, 1, 2, 2, 3, 5))) + (".0" if start % 7 == 0 else ""),
        "count": lambda: str(int(rng.expovariate(1 / counted))),
        "stock": lambda: str(int(rng.expovariate(1 / 60))),
        "rating": lambda: rng.choice(rating),
        "percent": lambda: f"{rng.random() * 60:.2f}%" if share else f"{rng.random() * 0.6:.4f}",
        "url": lambda: f"https://cdn.example.com/{rng.choice(pool)}.jpg",
        "ip": lambda: ".".join(str(rng.randint(1, 250)) for _ in range(4)),
        "coordinate": lambda: f"{rng.uniform(-90, 120):.5f}",
        "digits": lambda: digits(rng, 4),
        "tax_number": lambda: f"DE{digits(rng, 9)}",
        "vector": lambda: " ".join(f"{rng.gauss(0, 1):.3f}" for _ in range(8)),
    }
    return made[kind]


def _hex(rng: random.Random, size: int) -> str:
    return "".join(rng.choices("0123456789abcdef", k=size))


def _uuid(rng: random.Random) -> str:
    return "-".join(_hex(rng, size) for size in (8, 4, 4, 4, 12))
