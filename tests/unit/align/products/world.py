"""Two catalogues of invented products whose truth is known: long titles in one, short ones in the other."""

from __future__ import annotations

import random

import pyarrow as pa

BRANDS = ("Orvane", "Kestrel", "Miravo", "Tandum", "Belcor", "Quillon", "Sarento", "Ferrowell", "Lumetra")
KINDS = (
    "wireless headphones", "laser printer", "coffee grinder", "desk lamp", "garden hose", "travel kettle",
    "yoga mat", "bike helmet", "hiking boots", "table fan",
)  # fmt: skip
COLOURS = ("black", "white", "red", "blue", "silver")
EXTRAS = ("with case", "new model", "energy saving", "for home and office", "2 year warranty", "quality")


def world(size: int, seed: int = 0, shared: float = 0.7) -> tuple[pa.Table, pa.Table, set[tuple[str, str]]]:
    """Catalogues `a` and `b`, and the pairs of ids that are one product.

    Each product has neighbours that differ in the model number or the colour alone.
    """
    chance = random.Random(seed)
    ours, theirs, truth = [], [], set()
    for number in range(size):
        brand, kind = chance.choice(BRANDS), chance.choice(KINDS)
        model = f"{chance.choice('ABCDEFGH')}{chance.choice('KLMNP')}{chance.randint(100, 999)}"
        price = round(chance.uniform(10, 400), 2)
        for place, colour in enumerate(chance.sample(COLOURS, chance.choice((1, 1, 2)))):
            one, other = f"a{number}.{place}", f"b{number}.{place}"
            in_ours, in_theirs = chance.random() < 0.9, chance.random() < 0.9
            if in_ours:
                title = (
                    f"{brand} {model[:2]}-{model[2:]} {colour.title()} {kind.title()} {chance.choice(EXTRAS)}"
                )
                ours.append({"id": one, "title": title, "brand": brand, "price": price})
            if in_theirs and chance.random() < shared:
                name = f"{brand.upper()} {kind} {model.lower()} {colour}"
                sold = round(price * chance.uniform(0.9, 1.1), 2)
                theirs.append({"id": other, "name": name, "maker": brand.upper(), "price": sold})
                if in_ours:
                    truth.add((one, other))
    chance.shuffle(theirs)
    return pa.Table.from_pylist(ours), pa.Table.from_pylist(theirs), truth


def judged(ours: pa.Table, theirs: pa.Table, truth: set[tuple[str, str]], seed: int = 0) -> pa.Table:
    """Pairs with labels: those that are one product, and twice as many that are not."""
    chance = random.Random(seed)
    rows = [(one, other, 1) for one, other in sorted(truth)]
    while len(rows) < 3 * len(truth):
        pair = chance.choice(ours["id"].to_pylist()), chance.choice(theirs["id"].to_pylist())
        if pair not in truth:
            rows.append((*pair, 0))
    chance.shuffle(rows)
    names = ("ltable_id", "rtable_id", "label")
    return pa.table({name: [row[place] for row in rows] for place, name in enumerate(names)})
