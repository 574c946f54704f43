"""What each channel calls a product: long on the web, short at the till, Chinese on Tmall.

The real data has no brand names, only maker numbers and types. Brands are invented.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

GRAMS = {"OZ": 28.3495, "LB": 453.592}
MILLILITRES = {
    "OZ": 29.5735,
    "GAL": 3785.41,
    "GA": 3785.41,
    "QT": 946.353,
    "PT": 473.176,
    "L": 1000.0,
    "ML": 1.0,
}
_LIQUIDS = re.compile(
    r"MILK|DRINK|DRNK|JUICE|WATER|WINE|BEER|LIQUOR|SOUP|OIL|SAUCE|SHAMPOO|DETERGENT|BLEACH|SODA|TEA|COFFEE S"
)
PRIVATE_BRANDS = ("Harbour & Hill", "Hill Basics", "Harbour Select")


@dataclass(frozen=True)
class Size:
    """A pack: `pieces` of `amount` `unit` each; no unit: not known."""

    amount: float
    unit: str
    pieces: int = 1


@cache
def read_size(text: str | None) -> Size | None:
    """Read '16 OZ', '1/2 GAL', 'PT', '12 PK/12 OZ', '10/6.75 OZ', '4 CT'."""
    if not text:
        return None
    pieces, fraction = 1, 1.0
    if match := re.fullmatch(r"([1-7])/([2348]) (GAL|QT|PT|OZ|LB)", text):
        fraction, text = int(match[1]) / int(match[2]), match[3]
    elif match := re.fullmatch(r"(\d+)(?: PK)?/([\d.]+ ?[A-Z]+)", text):
        pieces, text = int(match[1]), match[2]
    match = re.fullmatch(r"(\d*\.?\d*) ?(OZ|LB|GAL|GA|QT|PT|L|ML|CT|PK|IN)", text)
    if match is None:
        return None
    amount = fraction * (float(match[1]) if match[1] not in ("", ".") else 1.0)
    return Size(amount, "GAL" if match[2] == "GA" else match[2], pieces) if amount else None


@cache
def brand(maker: int, private: bool) -> str:
    """The invented brand of a maker; the same for the same number."""
    if private:
        return PRIVATE_BRANDS[maker % len(PRIVATE_BRANDS)]
    firsts, seconds = list(_words()["brand_first"]), list(_words()["brand_second"])
    rest, first = divmod(maker, len(firsts))
    rest, second = divmod(rest, len(seconds))
    middle = f" {firsts[(first * 7 + rest * 13) % len(firsts)]}" if rest else ""
    return f"{firsts[first]}{middle} {seconds[second]}"


@dataclass(frozen=True)
class Titles:
    """One product's titles and its size as the web shop writes it ('' where not known)."""

    web: str
    till: str
    chinese: str
    web_size: str
    grams: int


def titles(maker_brand: str, department: str, category: str | None, kind: str | None, size: Size | None,
           variant: str) -> Titles:  # fmt: skip
    """What the channels call it. `variant` is one of `variants()`."""
    name = plain_words(kind or category or department)
    liquid = bool(_LIQUIDS.search(f"{category} {kind}"))
    web_size, grams = _web_size(size, liquid), _grams(size)
    web = " ".join(part for part in (maker_brand, variant, name) if part) + (
        f", {web_size}" if web_size else ""
    )
    till_name = "".join(f"{squeeze(word)} " for word in f"{variant} {name}".split()[:4])
    till = f"{till_name}{_till_size(size)}".strip()[:24]
    chinese = " ".join(
        part
        for part in (
            maker_brand.replace(" ", ""),
            _words()["variants"].get(variant, "") + chinese_name(department, category, kind),
            _metric(size, liquid),
        )
        if part
    )
    return Titles(web, till, chinese, web_size, grams)


@cache
def variants() -> tuple[str, ...]:
    """Words that tell a product from its neighbours; the empty one first."""
    return ("", *_words()["variants"])


@cache
def plain_words(text: str) -> str:
    """'SFT DRNK 2 LITER BTL CARB INCL' as 'Soft Drink 2 Liter Bottle Sparkling'."""
    bare = re.sub(r"\(.*|\bINCL.*|\bALL\b.*", "", text)
    words = re.split(r"[\s/&,:\-]+", bare)
    spoken = (_words()["abbreviations"].get(word, word.title()) for word in words if word)
    return " ".join(dict.fromkeys(" ".join(spoken).replace("'S", "'s").split())) or text.title()


@cache
def squeeze(word: str) -> str:
    """'White' as 'WHT': a till has no room for vowels."""
    upper = re.sub(r"[^A-Z0-9]", "", word.upper())
    return (upper[:1] + re.sub(r"[AEIOU]", "", upper[1:]))[:4]


@cache
def chinese_name(department: str, category: str | None, kind: str | None) -> str:
    """The type, else the category, else the department, in Chinese."""
    words = _words()
    return str(
        words["types"].get(kind or "")
        or words["categories"].get(category or "")
        or words["departments"].get(department, "商品")
    )


@cache
def _web_size(size: Size | None, liquid: bool) -> str:
    if size is None:
        return ""
    amount = f"{size.amount:g}"
    unit = {
        "OZ": "fl oz" if liquid else "oz",
        "CT": "count",
        "PK": "pack",
        "IN": "in",
        "L": "L",
        "ML": "ml",
    }.get(size.unit, size.unit.lower())
    return f"{size.pieces} x {amount} {unit}" if size.pieces > 1 else f"{amount} {unit}"


def _till_size(size: Size | None) -> str:
    if size is None:
        return ""
    pieces = f"{size.pieces}PK" if size.pieces > 1 else ""
    return f"{pieces}{size.amount:g}{size.unit}"


@cache
def _metric(size: Size | None, liquid: bool) -> str:
    """'567g', '1.89L', '12罐355ml': what a Chinese pack would say."""
    if size is None:
        return ""
    if size.unit in ("CT", "PK"):
        return f"{size.amount * size.pieces:g}件装"
    if size.unit == "IN":
        return f"{size.amount * 2.54:.0f}厘米"
    pieces = f"*{size.pieces}" if size.pieces > 1 else ""
    if size.unit in MILLILITRES and (liquid or size.unit != "OZ"):
        ml = size.amount * MILLILITRES[size.unit]
        return f"{ml / 1000:.3g}L{pieces}" if ml >= 1000 else f"{ml:.0f}ml{pieces}"
    grams = size.amount * GRAMS[size.unit]
    return f"{grams / 1000:.3g}kg{pieces}" if grams >= 1000 else f"{grams:.0f}g{pieces}"


def _grams(size: Size | None) -> int:
    if size is None or size.unit in ("CT", "PK", "IN"):
        return 0
    return round(size.amount * size.pieces * (GRAMS.get(size.unit) or MILLILITRES[size.unit]))


@cache
def _words() -> dict[str, Any]:
    text = (files("onebasket.demo") / "data" / "words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
