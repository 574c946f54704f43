"""Offers made of known attributes, in English and Chinese: what each says is known."""

from __future__ import annotations

import random

import pyarrow as pa

from onebasket.align.products.attributes.extracting import Offer

BRANDS = {"Hearth & Co": "HEARTH & CO", "Wren": "WREN", "Quill Creek": "QUILL CREEK", "Harbour": "HARBOUR"}
COLOURS = {
    "navy": "Blue",
    "sky": "Blue",
    "crimson": "Red",
    "scarlet": "Red",
    "ivory": "White",
    "snow": "White",
}
ZH_COLOURS = {"蓝色": "Blue", "红色": "Red", "白色": "White"}


def made(many: int, seed: int = 0) -> tuple[list[Offer], list[dict[str, tuple[str, ...]]]]:
    """Offers of tea and of cables, and the values of each one's attributes."""
    chance = random.Random(seed)
    pairs = [(_tea if at % 2 else _cable)(chance) for at in range(many)]
    return [offer for offer, _ in pairs], [told for _, told in pairs]


def _tea(chance: random.Random) -> tuple[Offer, dict[str, tuple[str, ...]]]:
    brand, ounces, bags = chance.choice(list(BRANDS)), chance.randint(2, 60), chance.choice([10, 20, 25, 50])
    told = {"brand": (BRANDS[brand],), "weight": (f"{ounces * 28.349523125:.0f}",), "count": (str(bags),)}
    title = f"{brand} {chance.choice(['Green', 'Black', 'Mint'])} Tea, {ounces} oz, {bags} bags"
    if chance.random() < 0.3:  # some say no weight
        title, told = f"{brand} Loose Tea, {bags} bags", {**told, "weight": ()}
    if chance.random() < 0.3:
        title = f"{brand}绿茶 {bags}包 {ounces} oz" if told["weight"] else f"{brand}绿茶 {bags}包"
    return Offer(title, f"Order number {chance.randint(1000, 9999)}. Best before 2 years.", "tea"), told


def _cable(chance: random.Random) -> tuple[Offer, dict[str, tuple[str, ...]]]:
    metres, colour = chance.randint(1, 30), chance.choice(list(COLOURS))
    letters = chance.choice("ABCDEF") + chance.choice("KLMN")
    code = f"{letters}-{chance.randint(100, 999)}-{chance.randint(10, 99)}"
    name = COLOURS[colour]
    if chance.random() < 0.3:
        colour = chance.choice([word for word, said in ZH_COLOURS.items() if said == name])
    title = f"Cable {code} {colour} {metres} m"
    maker = f"0{chance.randint(40000, 99999)}{chance.randint(100000, 999999)}"
    told = {
        "model": (code.replace("-", ""),),
        "color": (name,),
        "length": (str(metres * 100),),
        "maker": (maker[1:6],),
    }
    return Offer(title, f"Sold by the piece. UPC: {maker}.", "cable"), told


def table(offers: list[Offer], told: list[dict[str, tuple[str, ...]]] | None = None) -> pa.Table:
    """As a user has them: a column an attribute, several values with a bar between."""
    columns: dict[str, list[object]] = {
        "id": [f"p{at}" for at in range(len(offers))],
        "title": [each.title for each in offers],
        "description": [each.description for each in offers],
        "category": [each.category for each in offers],
    }
    for name in sorted({name for each in told or [] for name in each}):
        columns[name] = ["|".join(each.get(name, ())) for each in told or []]
    return pa.table(columns)
