"""Listings that are alike, identifiers that teach, decisions by hand: what becomes one product."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from onebasket.align import decisions
from onebasket.align.products.explaining import THEMES
from onebasket.shop import Align

BRANDS = (
    "Orvane",
    "Kestrel",
    "Miravo",
    "Tandum",
    "Belcor",
    "Quillon",
    "Sarento",
    "Ferrowell",
    "Lumetra",
    "Hearth",
)
COLOURS = ("White", "Golden", "Dark", "Smoked", "Herbal", "Organic")
KINDS = (
    "Sandwich Bread", "Orange Juice", "Drip Coffee", "Green Tea", "Wheat Crackers", "Tomato Soup",
    "Peanut Butter", "Corn Flakes", "Chicken Broth", "Maple Syrup", "Rice Noodles", "Dish Soap",
    "Paper Towels", "Apple Vinegar",
)  # fmt: skip
COUNT = 400


def shortened(text: str) -> str:
    """As a till writes it: no vowels but the first letter's, four letters a word."""
    words = [word[0] + "".join(sign for sign in word[1:] if sign not in "aeiou") for word in text.split()]
    return " ".join(word[:4] for word in words).upper()


def shelves(records: Any, coded: float = 0.6, seed: int = 1) -> Any:
    """Products as `web/<n>`, `till/<n>` and `market/<n>`. A share has its barcode everywhere, the others none
    but on the web."""
    chance, made = random.Random(seed), records()
    every = [(brand, colour, kind) for brand in BRANDS for colour in COLOURS for kind in KINDS]
    for number, (brand, colour, kind) in enumerate(chance.sample(every, COUNT)):
        key, gtin, ounces = f"{number:03}", f"{number:013}7", chance.choice((8, 12, 16, 20, 32))
        cents = chance.randrange(99, 1999)
        known = gtin if chance.random() < coded else None
        title = f"{brand} {colour} {kind}, {ounces} oz"
        made.product("web", key, gtin, title=title, brand=brand, price_minor=cents, currency="EUR")
        made.product("till", key, known, title=f"{shortened(f'{brand} {colour} {kind}')} {ounces}OZ")
        shown = f"{kind.lower()} {colour.lower()} {brand} {ounces * 28.35:.0f}g"
        made.product("market", key, known, title=shown, price_minor=cents + chance.randrange(-9, 9))
    return made


def scores(aligned: Any) -> tuple[float, float]:
    """Precision and recall of pairs of listings."""
    groups: dict[str, list[str]] = {}
    for (_, key), product in aligned.products.items():
        groups.setdefault(product, []).append(key)
    pairs = [(a, b) for keys in groups.values() for place, a in enumerate(keys) for b in keys[place + 1 :]]
    hits = sum(a == b for a, b in pairs)
    return hits / max(len(pairs), 1), hits / (3 * COUNT)


def test_listings_that_identifiers_join_teach_how_the_others_are_written(world: Any, records: Any) -> None:
    aligned = world.align(shelves(records))
    precision, recall = scores(aligned)
    assert precision > 0.99 and recall > 0.93
    assert {"gtin", "likeness"} <= set(aligned.rules.values())
    said = [json.loads(row["evidence"]) for row in aligned.listings if row["joined"]]
    assert said and all(name in (*THEMES, "rivals") for row in said for name, _ in row)
    tills = [
        row for row in aligned.listings if row["joined"] and "till/" in row["listing_a"] + row["listing_b"]
    ]
    assert (
        tills
        and sum(dict(json.loads(row["evidence"])).get("abbreviations", 0) > 0 for row in tills)
        > len(tills) / 2
    )


def test_without_identifiers_likeness_joins_what_is_written_alike(world: Any, records: Any) -> None:
    precision, recall = scores(world.align(shelves(records, coded=0.0)))
    assert precision > 0.98 and recall > 0.3  # web and market; what a till means, nobody has told


def test_different_barcodes_are_never_joined_by_likeness(world: Any, records: Any) -> None:
    made = shelves(records)
    made.product("shop", "x", "99999999999997", title="Orvane White Sandwich Bread, 20 oz")
    made.product("mall", "y", "88888888888887", title="Orvane White Sandwich Bread, 20 oz")
    aligned = world.align(made)
    assert aligned.products["shop", "x"] != aligned.products["mall", "y"]


def test_of_two_that_are_equally_alike_none_is_taken(world: Any, records: Any) -> None:
    made = shelves(records)
    for key in ("one", "two"):
        made.product("web", key, title="Vandermeer Purple Beetroot Crisps, 5 oz")
    made.product("market", "one", title="beetroot crisps purple Vandermeer 142g")
    aligned = world.align(made)
    assert (
        len(
            {
                aligned.products["web", "one"],
                aligned.products["web", "two"],
                aligned.products["market", "one"],
            }
        )
        == 3
    )
    made = shelves(records)
    made.product("web", "one", title="Vandermeer Purple Beetroot Crisps, 5 oz")
    made.product("market", "one", title="beetroot crisps purple Vandermeer 142g")
    aligned = world.align(made)
    assert aligned.products["web", "one"] == aligned.products["market", "one"]


def test_decisions_win_over_identifiers_and_likeness(world: Any, records: Any) -> None:
    made = shelves(records).product("till", "lone", title="GIFT").product("web", "lone", title="Wrapping")
    before = world.align(made)
    gtin = next(key for (source, key), rule in before.rules.items() if source == "till" and rule == "gtin")
    ids = before.products
    like = next(
        key for (source, key), rule in before.rules.items()
        if source == "market" and rule == "likeness" and ids["web", key] == ids[source, key]
    )  # fmt: skip
    assert before.rules["till", "lone"] == "alone"
    for key, source in ((gtin, "till"), (like, "market")):
        others = [f"{each}/{key}" for each in ("web", "till", "market") if each != source]
        decisions.decide(world.folder, "split", [f"{source}/{key}"], others, of="product")
    decisions.decide(world.folder, "join", ["till/lone"], ["web/lone"], of="product")
    after = world.align(made)
    assert after.products["till", gtin] != after.products["web", gtin] == after.products["market", gtin]
    assert after.products["market", like] != after.products["web", like]
    assert after.products["till", "lone"] == after.products["web", "lone"]
    assert "decision" in after.rules.values()
    assert decisions.decisions(world.folder) == []  # none on customers
    # taken back: all is as it was
    decisions.decide(world.folder, "join", [f"till/{gtin}"], [f"web/{gtin}", f"market/{gtin}"], of="product")
    again = world.align(made)
    assert again.products["till", gtin] == again.products["web", gtin] == before.products["web", gtin]


def test_a_hub_that_is_split_leaves_the_others_together(world: Any, records: Any) -> None:
    made = records()
    for source in ("a", "b", "c"):
        made.product(source, "1", "00000000000017")
    decisions.decide(world.folder, "split", ["a/1"], ["b/1", "c/1"], of="product")
    aligned = world.align(made)
    assert aligned.products["b", "1"] == aligned.products["c", "1"] != aligned.products["a", "1"]


@pytest.mark.parametrize("threshold", [0.999999])
def test_above_the_threshold_only(world: Any, records: Any, threshold: float) -> None:
    aligned = world.align(shelves(records), Align(product_threshold=threshold))
    assert "likeness" not in aligned.rules.values()


def test_the_same_listings_give_the_same_products(world: Any, records: Any) -> None:
    one, other = (world.align(shelves(records)) for _ in range(2))
    assert one.products == other.products and one.listings == other.listings
