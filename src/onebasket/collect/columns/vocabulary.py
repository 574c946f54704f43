"""What columns mean, and what they are called: our own vocabulary of shops, in `data/`.

A meaning is finer than a column of ours: `order_status` and `payment_status` are both said in a
column that becomes `orders.status`, and most meanings have no place with us at all. Knowing what such
columns are is what tells them from those that have one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from onebasket.collect.layout import FILLED as TABLES
from onebasket.tables import BY_NAME

__all__ = ["KINDS", "TABLES", "Meaning", "meanings", "served"]
_DATA = Path(__file__).parent / "data"
_FILES = ("people", "products", "orders", "further")
KINDS = (
    "people", "products", "orders", "lines", "events", "stock", "product_days", "campaigns", "exposures",
    "reviews", "tickets", "shipments", "payments",
)  # fmt: skip


@dataclass(frozen=True)
class Meaning:
    """What a column says. `serves` are the columns of ours that it fills, such as `orders.order_id`.

    Of the meanings of one `slot` a file has one column; `part` names the slot that it is joined to.
    `found` are the kinds of files that have such columns, `values` the kind of values that stand in them,
    `names` what it is called, by language: `en`, `zh`, and `xx` for German, French, Spanish, Japanese, ….
    """

    name: str
    serves: tuple[str, ...]
    slot: str
    part: str
    found: tuple[str, ...]
    values: str
    names: Mapping[str, tuple[str, ...]]

    def __hash__(self) -> int:
        return hash(self.name)


@cache
def meanings() -> tuple[Meaning, ...]:
    """All meanings, in the order in which the model counts them."""
    found = []
    for file in _FILES:
        text = (_DATA / f"{file}.toml").read_text(encoding="utf-8")
        for name, said in tomllib.loads(text).items():
            found.append(
                Meaning(
                    name,
                    tuple(said.get("serves", ())),
                    said.get("slot", name),
                    said.get("part", ""),
                    tuple(said["found"].split()),
                    said["values"],
                    {each: tuple(said[each].split("|")) for each in ("en", "zh", "xx") if each in said},
                )
            )
    return tuple(found)


@cache
def served(meaning: Meaning) -> tuple[str, ...]:
    """The columns of ours that a meaning fills, of those that there are."""
    there = []
    for each in meaning.serves:
        table, _, column = each.partition(".")
        known = BY_NAME.get(f"raw_{table}")
        if known is not None and column in known.names:
            there.append(each)
    return tuple(there)
