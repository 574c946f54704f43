"""Numbers with units in texts, in one unit a dimension: `20 oz` is 567 g, `1 TB` is a million megabytes."""

from __future__ import annotations

import re

# What one of each unit is in the dimension's own (NIST Special Publication 811, appendix B; 斤 is 500 g).
_UNITS: dict[str, dict[str, float]] = {
    "weight": {  # g
        "mg": 0.001, "g": 1, "gr": 1, "gram": 1, "grams": 1, "kg": 1000, "kgs": 1000, "kilo": 1000,
        "oz": 28.349523125, "ounce": 28.349523125, "ounces": 28.349523125, "lb": 453.59237,
        "lbs": 453.59237, "pound": 453.59237, "pounds": 453.59237, "克": 1, "千克": 1000, "公斤": 1000,
        "斤": 500, "两": 50, "盎司": 28.349523125, "磅": 453.59237,
    },
    "volume": {  # ml
        "ml": 1, "cl": 10, "dl": 100, "l": 1000, "lt": 1000, "ltr": 1000, "liter": 1000, "liters": 1000,
        "litre": 1000, "litres": 1000, "fl oz": 29.5735295625, "floz": 29.5735295625, "gal": 3785.411784,
        "gallon": 3785.411784, "gallons": 3785.411784, "qt": 946.352946, "quart": 946.352946,
        "pt": 473.176473, "pint": 473.176473, "毫升": 1, "升": 1000,
    },
    "length": {  # mm
        "mm": 1, "cm": 10, "m": 1000, "meter": 1000, "meters": 1000, "metre": 1000, "in": 25.4, "inch": 25.4,
        "inches": 25.4, '"': 25.4, "''": 25.4, "ft": 304.8, "foot": 304.8, "feet": 304.8, "yd": 914.4,
        "毫米": 1, "厘米": 10, "米": 1000, "英寸": 25.4, "寸": 25.4,
    },
    "storage": {  # MB
        "kb": 0.001, "mb": 1, "gb": 1000, "tb": 1000000, "gigabyte": 1000, "terabyte": 1000000,
    },
    "power": {"w": 1, "watt": 1, "watts": 1, "kw": 1000, "瓦": 1},
    "voltage": {"v": 1, "volt": 1, "volts": 1, "伏": 1},
    "charge": {"mah": 1, "毫安": 1},
    "frequency": {"hz": 1, "khz": 1e3, "mhz": 1e6, "ghz": 1e9},
    "pixels": {"mp": 1, "megapixel": 1, "megapixels": 1, "万像素": 0.01, "像素": 1e-6},
    "rotation": {"rpm": 1},
    "rate": {"mbps": 1, "gbps": 1000},
    "resolution": {"dpi": 1},
    "count": {  # pieces
        "ct": 1, "count": 1, "pk": 1, "pack": 1, "packs": 1, "pc": 1, "pcs": 1, "piece": 1, "pieces": 1,
        "sheets": 1, "rolls": 1, "tablets": 1, "capsules": 1, "bags": 1, "dozen": 12, "user": 1, "users": 1,
        "只": 1, "包": 1, "瓶": 1, "件": 1, "个": 1, "袋": 1, "盒": 1, "罐": 1, "支": 1, "片": 1, "卷": 1,
        "条": 1, "抽": 1, "粒": 1,
    },
}  # fmt: skip
DIMENSIONS = tuple(_UNITS)
_OF = {unit: (dimension, factor) for dimension, units in _UNITS.items() for unit, factor in units.items()}
# A letter alone is no unit where a digit follows (`7g5`), longer ones may be (`12pk12oz`).
_NAMES = "|".join(
    re.escape(unit) + (r"(?![0-9])" if re.fullmatch("[a-z]", unit) else "")
    for unit in sorted(_OF, key=len, reverse=True)
)
_QUANTITY = re.compile(
    r"(?<![a-z0-9.])(?:(?:(?P<whole>\d{1,9})[ -])?(?<!\d/)(?P<top>[1-7])/(?P<bottom>[2348])|"
    rf"(?P<number>\d{{1,9}}(?:[.,]\d{{1,9}})?|\.\d{{1,9}}))[ -]?(?P<unit>{_NAMES})(?![a-z])"
)
_OUNCES = ("oz", "ounce", "ounces", "盎司")
_FLUID = 29.5735295625


def quantities(text: str) -> list[tuple[str, float]]:
    """Each number with a unit in a text in normal form: its dimension, and the value in the dimension's unit.

    Units: g, ml, mm, MB, W, V, mAh, Hz, megapixels, rpm, Mbit/s, dpi, pieces. Ounces weigh or fill: both are
    told.
    """
    found = []
    for said in _QUANTITY.finditer(text):
        if number := said["number"]:
            value = float(re.sub(r",(?=\d{3}$)", "", number).replace(",", "."))
        else:
            value = int(said["whole"] or 0) + int(said["top"]) / int(said["bottom"])
        unit = said["unit"]
        dimension, factor = _OF[unit]
        if value <= 0.0:
            continue
        found.append((dimension, value * factor))
        if unit in _OUNCES:
            found.append(("volume", value * _FLUID))
    return found


def ratios() -> tuple[float, ...]:
    """By how much a number grows from one unit to another of its dimension; each ratio once, in order."""
    every = {one / other for units in _UNITS.values() for one in units.values() for other in units.values()}
    distinct: list[float] = []
    for ratio in sorted(every):
        if not distinct or ratio / distinct[-1] > 1.0 + 1e-9:
            distinct.append(ratio)
    return tuple(distinct)
