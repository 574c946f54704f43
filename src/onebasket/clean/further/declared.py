"""How the texts of the further tables are read, column by column.

A kind gives these columns to the queries:

    text      `<column>_said`: the text, null where it says nothing
    code      the same in capitals
    word      `<column>_word`; `clean_<column>_words` tells our word for it, by `words.toml`
    flag, country, region      the same, as a boolean, a country's code, a region's name
    time      `<column>_said` and `<column>_ts`, UTC
    day       the same, as the source's clock has it
    number    `<column>_n`, a double
    units     the same, not negative
    count     the same, a whole number
    money     `<column>_e4`, ten-thousandths

What a time or number cannot be read from sends its row to quarantine: `unread` is the first such fault.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib.resources import files
from typing import Any

import pyarrow as pa

from onebasket.clean.readings import How, listings
from onebasket.clean.values.consent import consent
from onebasket.clean.values.places import country, region
from onebasket.clean.values.texts import MISSING, tidy
from onebasket.store.base import Reading, Text, Unread
from onebasket.tables import BY_NAME

_DECLARED = {
    "stock": "place text, time time, on_hand number, available number, reserved units, incoming units",
    "product_days": """
        day day, impressions count, visitors count, views count, favourites count, carts count,
        cart_units units, buyers count, orders count, units units, amount money, refunded money,
        conversion units, currency code
    """,
    "campaigns": """
        campaign_id text, name text, medium word, subject text, segment text, time time, end_time time,
        status word, impressions count, sent count, delivered count, opens count, clicks count, orders count,
        revenue money, unsubscribed count, bounces count, complaints count, cost money, currency code
    """,
    "exposures": "exposure_id text, campaign_id text, time time, kind word, place text, variant text",
    "reviews": """
        review_id text, order_id text, rating units, scale units, heading text, text text, time time,
        verified flag, status word, answer text
    """,
    "tickets": """
        ticket_id text, order_id text, subject text, text text, kind word, status word, priority word,
        via word, time time, first_answer_time time, closed_time time, satisfaction word
    """,
    "shipments": """
        shipment_id text, order_id text, quantity units, carrier text, tracking text, status word,
        shipped_time time, delivered_time time, place text, country country, region region
    """,
    "payments": """
        payment_id text, order_id text, kind word, time time, status word, amount money, fee money,
        refunded money, currency code, method word, description text, risk text, disputed flag
    """,
}
COLUMNS: Mapping[str, Mapping[str, str]] = {
    name: dict(one.split() for one in text.split(",")) for name, text in _DECLARED.items()
}
_FAULTS = {"time": "bad_time", "day": "bad_time", "money": "bad_amount"}
_SAID, _LOWER, _UPPER = Text(MISSING), Text(MISSING, "lower"), Text(MISSING, "upper")
_MAPPED = ("word", "flag", "country", "region")


def listed(name: str) -> bool:
    """Whether the rows of a further table may name a product."""
    return "product_key" in BY_NAME[f"raw_{name}"].names


def readings(name: str, how: How, zoned: bool) -> dict[str, tuple[str, Reading]]:
    """How the texts of a further table are read; `zoned` tells whether rows say a zone themselves."""
    made: dict[str, tuple[str, Reading]] = listings() if listed(name) else {}
    faults: dict[str, str] = {}
    for column, kind in COLUMNS[name].items():
        for ending, reading in _reading(kind, how, zoned).items():
            made[f"{column}_{ending}"] = (column, reading)
            if ending in ("ts", "n", "e4"):
                fault = "bad_rating" if name == "reviews" else _FAULTS.get(kind, "bad_quantity")
                faults[f"{column}_{ending}"] = f"{_FAULTS.get(kind, fault)}:{column}"
    return {**made, "unread": ("file", Unread(tuple(faults.items()), MISSING))}


def _reading(kind: str, how: How, zoned: bool) -> dict[str, Reading]:
    match kind:
        case "text":
            return {"said": _SAID}
        case "code":
            return {"said": _UPPER}
        case "word" | "flag":
            return {"word": _LOWER}
        case "country" | "region":
            return {"word": _SAID}
        case "time":
            return {"said": _SAID, "ts": how.time(zoned)}
        case "day":
            return {"said": _SAID, "ts": how.day}
        case "number":
            return {"n": how.number()}
        case "units":
            return {"said": _SAID, "n": how.number(counted=True)}
        case "count":
            return {"n": how.number(scale=1, counted=True)}
        case "money":
            return {"e4": how.money}
    raise ValueError(kind)


def meanings(name: str) -> dict[str, tuple[Callable[[str | None], tuple[Any]], pa.Schema]]:
    """For each column whose words are looked up: what one word means, and of what type that is."""
    made: dict[str, tuple[Callable[[str | None], tuple[Any]], pa.Schema]] = {}
    for column, kind in COLUMNS[name].items():
        if kind in _MAPPED:
            judges: dict[str, Callable[[str | None], Any]] = {
                "flag": consent, "country": country, "region": region,
            }  # fmt: skip
            known = judges.get(kind) or partial(_word, f"{name}_{column}")
            typed = pa.bool_() if kind == "flag" else pa.string()
            made[column] = (partial(_one, known), pa.schema([(column, typed)]))
    return made


def _one(function: Callable[[str | None], Any], text: str | None) -> tuple[Any]:
    return (function(text),)


def _word(section: str, text: str | None) -> str | None:
    """Our word for theirs; theirs, in one spelling, where we have none."""
    plain = tidy(text)
    if plain is None:
        return None
    plain = plain.replace(" ", "_").replace("-", "_")
    return _words()[section].get(plain, plain)


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    """Of each section of `words.toml`, theirs → ours."""
    text = (files("onebasket.clean.further") / "words.toml").read_text(encoding="utf-8")
    return {
        section: {word: ours for ours, theirs in known.items() for word in theirs}
        for section, known in tomllib.loads(text).items()
    }
