"""Sizes and packs: `12/18 OZ`, `6 x 330 ml`, `567g`, `5斤`."""

from __future__ import annotations

import re

from onebasket.clean.values.texts import tidy

# What one of each unit is in g, ml or pieces (NIST Handbook 44, appendix C; 斤 is 500 g).
_UNITS = {
    "g": (1.0, "g"), "gr": (1.0, "g"), "gm": (1.0, "g"), "gram": (1.0, "g"), "grams": (1.0, "g"),
    "kg": (1000.0, "g"), "kgs": (1000.0, "g"), "mg": (0.001, "g"), "oz": (28.349523125, "g"),
    "ounce": (28.349523125, "g"), "ounces": (28.349523125, "g"), "lb": (453.59237, "g"),
    "lbs": (453.59237, "g"), "pound": (453.59237, "g"), "pounds": (453.59237, "g"), "#": (453.59237, "g"),
    "克": (1.0, "g"), "千克": (1000.0, "g"), "公斤": (1000.0, "g"), "斤": (500.0, "g"), "两": (50.0, "g"),
    "盎司": (28.349523125, "g"), "磅": (453.59237, "g"),
    "ml": (1.0, "ml"), "cl": (10.0, "ml"), "dl": (100.0, "ml"), "l": (1000.0, "ml"), "lt": (1000.0, "ml"),
    "ltr": (1000.0, "ml"), "liter": (1000.0, "ml"), "liters": (1000.0, "ml"), "litre": (1000.0, "ml"),
    "litres": (1000.0, "ml"), "floz": (29.5735295625, "ml"), "gal": (3785.411784, "ml"),
    "ga": (3785.411784, "ml"), "gallon": (3785.411784, "ml"), "qt": (946.352946, "ml"),
    "quart": (946.352946, "ml"), "pt": (473.176473, "ml"), "pint": (473.176473, "ml"),
    "毫升": (1.0, "ml"), "升": (1000.0, "ml"),
    "ct": (1.0, "each"), "count": (1.0, "each"), "pk": (1.0, "each"), "pack": (1.0, "each"),
    "pc": (1.0, "each"), "pcs": (1.0, "each"), "piece": (1.0, "each"), "pieces": (1.0, "each"),
    "ea": (1.0, "each"), "each": (1.0, "each"), "dz": (12.0, "each"), "doz": (12.0, "each"),
    "dozen": (12.0, "each"), "roll": (1.0, "each"), "rolls": (1.0, "each"),
    "只": (1.0, "each"), "包": (1.0, "each"), "瓶": (1.0, "each"), "件": (1.0, "each"), "个": (1.0, "each"),
    "袋": (1.0, "each"), "盒": (1.0, "each"), "罐": (1.0, "each"), "支": (1.0, "each"), "片": (1.0, "each"),
    "卷": (1.0, "each"), "条": (1.0, "each"),
}  # fmt: skip
_NUMBER = r"(?P<{0}>\d+(?:[.,]\d+)?|\.\d+)"
_NAMES = "|".join(
    sorted(map(re.escape, {*_UNITS, "fl oz", "fl. oz", "fl.oz", "fl. oz."}), key=len, reverse=True)
)
_UNIT = rf"(?P<{{0}}>{_NAMES})\.?(?![a-z])"
_SIZE = rf"{_NUMBER.format('size')}[ -]?{_UNIT.format('unit')}"
_COUNT = r"(?P<count>\d{1,3})"
_CUPS = r"(?:ct|count|pk|pack|packs|pcs|只|包|瓶|件|个|袋|盒|罐|支|片)"
_EDGE = r"(?<![a-z0-9.])"
_FRACTION = re.compile(r"(?<![\d/.])(?:(\d+) )?(1/[2348]|3/4|2/3)(?= ?(?:[a-z]|\Z))")
_START = re.compile(r"\.?\d")
_ANY = re.compile(_SIZE)
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"{_EDGE}{_COUNT} ?[/x×*] ?{_SIZE}",  # 12/18 oz, 6 x 330 ml
        rf"{_EDGE}{_COUNT}[ -]?{_CUPS}[ ,/x×*-]*{_SIZE}",  # 12 pk 12 oz, 12PK12OZ
        rf"{_EDGE}{_SIZE} ?[x×*/,] ?{_COUNT} ?{_CUPS}?(?![a-z0-9.])",  # 330ml x 6, 500克*2瓶
        rf"{_EDGE}{_SIZE}",
    )
)


def size(text: str | None) -> tuple[float | None, str | None, int | None]:
    """What one piece holds, in g, ml or each, and how many pieces the pack has.

    `6 x 330 ml` is (330, 'ml', 6); `20 OZ` is (566.99, 'g', None): ounces without `fl` weigh;
    `24 CT` is (24, 'each', 24); `1/2 GAL` is half a gallon, but `12/18 OZ` twelve times 18.
    Nothing readable: three Nones.
    """
    plain = (tidy(text) or "").lower().replace("⁄", "/")
    if "/" in plain:
        plain = _FRACTION.sub(_decimal, plain)
    number = _START.search(plain)  # nothing before it can begin a size, and it stands near the end
    if not number or not _ANY.search(plain, number.start()):
        return None, None, None
    for form in _FORMS:
        if found := form.search(plain, number.start()):
            factor, unit = _UNITS[re.sub(r"[ .]", "", found["unit"])]
            content = round(_value(found["size"]) * factor, 3)
            count = found.groupdict().get("count")
            pieces = int(count) if count else int(content) if unit == "each" else None
            return (content, unit, pieces or None) if content > 0 else (None, None, None)
    return None, None, None


def _value(text: str) -> float:
    return float(re.sub(r",(?=\d{3}$)", "", text).replace(",", "."))


def _decimal(found: re.Match[str]) -> str:
    top, _, bottom = found[2].partition("/")
    return f"{int(found[1] or 0) + int(top) / int(bottom):.4g}"
