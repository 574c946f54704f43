"""Which of our columns each column of the known exports is, as the declarations of the formats say.

Headers of exports stand in `columns_data/headers.json`. A declared field that reads a column makes it ours;
columns that only conditions read, and those that no field reads, are none of ours. Of alternatives (`first`)
and of what is read under a condition both answers are right: one column of ours takes one of theirs.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from onebasket.collect.formats import BY_NAME
from onebasket.collect.layout import Layout
from onebasket.store import fields as trees
from onebasket.store.duckdb_fields import name_key

DATA = Path(__file__).parent / "columns_data"


@dataclass
class Truth:
    """What one column is: `ours` such as {"orders.total"}; `maybe`: that it is none is right, too."""

    ours: set[str] = field(default_factory=set)
    maybe: bool = True
    also: set[str] = field(default_factory=set)  # what it means, though its format leaves it out

    def right(self, serves: tuple[str, ...], strict: bool = True) -> bool:
        """Whether a proposal, () for none, is right; `strict`: as the format declares it."""
        if not serves:
            return not self.ours or self.maybe
        return bool(set(serves) & (self.ours if strict else self.ours | self.also))


@dataclass(frozen=True)
class Export:
    """One known export: its channel's family, its columns and what they are."""

    name: str
    family: str
    header: tuple[str, ...]
    truths: tuple[Truth, ...]


FAMILIES = {
    "amazon": "amazon", "douyin": "douyin", "jd": "jd", "klaviyo": "klaviyo", "mailchimp": "mailchimp",
    "pinduoduo": "pinduoduo", "shopify": "shopify", "square": "square", "stripe": "stripe", "taobao": "tmall",
    "tiktok": "tiktok", "tmall": "tmall", "wechat": "wechat", "woocommerce": "woocommerce",
}  # fmt: skip


def exports() -> list[Export]:
    """All known exports."""
    headers = json.loads((DATA / "headers.json").read_text(encoding="utf-8"))
    by_hand = tomllib.loads((DATA / "by_hand.toml").read_text(encoding="utf-8"))
    also = tomllib.loads((DATA / "also.toml").read_text(encoding="utf-8"))
    found = []
    for name, header in headers.items():
        family = FAMILIES[name.split("_")[0]]
        layout = _layout(family, header)
        known = _declared(layout, {name_key(each) for each in header}) if layout else {}
        if not layout:
            for ours, theirs in by_hand[name].items():
                known.setdefault(name_key(theirs), Truth(maybe=False)).ours.add(ours)
        for ours, theirs in also.get(name, {}).items():
            for each in theirs if isinstance(theirs, list) else [theirs]:
                known.setdefault(name_key(each), Truth()).also.add(ours)
        truths = tuple(known.get(name_key(each), Truth()) for each in header)
        found.append(Export(name, family, tuple(header), _first_of(truths, header)))
    return found


def _first_of(truths: tuple[Truth, ...], header: list[str]) -> tuple[Truth, ...]:
    """Of columns of one name only the first is read."""
    keys = [name_key(each) for each in header]
    return tuple(
        truth if keys.index(key) == place else Truth(truth.ours, True, truth.also)
        for place, (key, truth) in enumerate(zip(keys, truths, strict=True))
    )


def _layout(family: str, header: list[str]) -> Layout | None:
    """The declared layout that a header fits best."""
    known = {name_key(name) for name in header}
    fitting = [
        layout
        for layout in (BY_NAME[family].layouts if family in BY_NAME else ())
        if all(name_key(name) in known for name in layout.required)
    ]
    return max(fitting, key=lambda layout: len(layout.required)) if fitting else None


def _declared(layout: Layout, there: set[str]) -> dict[str, Truth]:
    found: dict[str, Truth] = {}
    for table, rows in layout.tables.items():
        items = dict(getattr(rows.each, "fields", ()) or ()) if hasattr(rows.each, "separator") else {}
        for ours, tree in rows.columns.items():
            for name, certain in _read(tree, items, there):
                truth = found.setdefault(name_key(name), Truth())
                truth.ours.add(f"{table.removeprefix('raw_')}.{ours}")
                truth.maybe &= not certain
    return found


def _read(tree: Any, items: dict[str, Any], there: set[str]) -> Iterator[tuple[str, bool]]:
    """The columns there whose values a field gives, and whether it does wherever they are filled."""
    match tree:
        case trees.Path((name,)) if name_key(name) in there:
            yield name, True
        case trees.Item((name,)) if name in items:
            yield from _read(items[name], {}, there)
        case trees.First(some):
            before = False
            for each in some:
                read = list(_read(each, items, there))
                yield from ((name, certain and not before) for name, certain in read)
                before = before or bool(read)
        case trees.Joined(some, _):
            for each in some:
                yield from _read(each, items, there)
        case trees.Words(inner, _, otherwise):
            yield from _read(inner, items, there)
            if otherwise is not None:
                yield from _read(otherwise, items, there)
        case trees.When(_, then):
            yield from ((name, False) for name, _ in _read(then, items, there))
        case _ if hasattr(tree, "field"):
            yield from _read(tree.field, items, there)
