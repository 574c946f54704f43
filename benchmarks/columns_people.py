"""Invented people, places and titles, as columns of exports hold them: the demo shop's, and further ones."""

from __future__ import annotations

import random
import string
import tomllib
from collections.abc import Callable
from pathlib import Path

import onebasket.demo

_DATA = Path(onebasket.demo.__file__).parent / "data"
WORDS = tomllib.loads((Path(__file__).parent / "columns_data" / "words.toml").read_text(encoding="utf-8"))
_NAMES = tomllib.loads((_DATA / "names.toml").read_text(encoding="utf-8"))
_PLACES = tomllib.loads((_DATA / "places.toml").read_text(encoding="utf-8"))
_EUROPE = [
    ("Köln", "NRW", "5{}", "Deutschland", "DE"),
    ("München", "Bayern", "8{}", "Germany", "DE"),
    ("Lyon", "Rhône", "69{}", "France", "FR"),
    ("Paris", "Île-de-France", "75{}", "France", "FR"),
    ("Madrid", "Madrid", "28{}", "España", "ES"),
    ("Sevilla", "Andalucía", "41{}", "Spain", "ES"),
    ("Leeds", "West Yorkshire", "LS{} 4AB", "United Kingdom", "GB"),
    ("Toronto", "ON", "M5V {}", "Canada", "CA"),
    ("渋谷区", "東京都", "150-{}", "日本", "JP"),
    ("大阪市北区", "大阪府", "530-{}", "Japan", "JP"),
    ("Sydney", "NSW", "2{}", "Australia", "AU"),
    ("Milano", "MI", "201{}", "Italia", "IT"),
]


def personal(kind: str, rng: random.Random) -> Callable[[], str]:
    """Makes names, addresses, titles and so on, of one place and style."""
    where = rng.choice(("us", "us", "zh", "zh", "eu", "eu"))
    masked = where == "zh" and rng.random() < 0.3
    short = rng.random() < 0.5
    one = {name: rng.choice(_STREETS) for name in ("form",)}

    def make() -> str:
        said = _person(rng, where)
        if masked and kind in ("full_name", "phone", "address"):
            text = said[kind]
            return {
                "full_name": text[0] + "**",
                "phone": text[:3] + "****" + text[-4:],
                "address": text[:6] + "****",
            }[kind]
        if kind in ("region", "country") and short and where != "zh":
            return said[kind + "_code"]
        if kind == "company" and rng.random() < 0.5:
            return ""
        return said[kind] if kind != "address" or where != "us" else said[kind].replace("Street", one["form"])

    return make


_HOSTS = ("gmail.com", "example.com", "web.de")
_STREETS = ("Street", "St", "Avenue", "Rd", "Lane")


def _person(rng: random.Random, where: str) -> dict[str, str]:
    if where == "zh":
        family, given = (
            rng.choice(_NAMES["chinese_family"]).split(),
            rng.choice(_NAMES["chinese_given"]).split(),
        )
        region, city, district, postcode = rng.choice(_PLACES["chinese_cities"]).split()
        phone = "1" + rng.choice("3578") + digits(rng, 9)
        house = f"{rng.choice('路街')}{rng.randint(1, 900)}号{rng.randint(1, 30)}栋{rng.randint(101, 2900)}室"
        street = rng.choice("中山解放人民建设长江") + house
        return {
            "given_name": given[1],
            "family_name": family[0],
            "full_name": family[0] + given[1],
            "city": city,
            "region": region,
            "region_code": region,
            "postcode": postcode,
            "country": "中国",
            "country_code": "CN",
            "phone": phone,
            "email": f"{given[2].lower()}{digits(rng, 4)}@{rng.choice(('qq.com', '163.com', 'example.cn'))}",
            "address": rng.choice((region + city + district + street, street, district + street)),
            "address_more": rng.choice((district, street[:4] + "街道", f"{rng.randint(1, 20)}楼")),
            "company": rng.choice(WORDS["brand"]) + "贸易有限公司",
            "title": _title(rng, True),
        }
    given, family = rng.choice(_NAMES["given"]).split()[1], rng.choice(_NAMES["family"]).split()[0]
    if where == "us":
        city, code, state, start, areas = rng.choice(_PLACES["cities"]).split("|")
        postcode, country, country_code = start + digits(rng, 2), "United States", "US"
        phone = rng.choice(("+1 {} {}-{}", "({}) {}-{}", "{}-{}-{}", "+1{}{}{}")).format(
            areas.split(",")[0], digits(rng, 3), digits(rng, 4)
        )
        address = f"{rng.randint(1, 2000)} {rng.choice(_PLACES['streets'])} Street"
    else:
        city, state, form, country, country_code = rng.choice(_EUROPE)
        code, postcode = state, form.format(digits(rng, 3))
        phone = rng.choice(("+49 {} {}", "0{} {}", "+44{}{}", "0{}/{}")).format(
            digits(rng, 3), digits(rng, 7)
        )
        address = rng.choice(
            (
                f"{rng.choice(_PLACES['streets'])}straße {rng.randint(1, 200)}",
                f"{rng.randint(1, 200)} rue de la Paix",
                f"Calle Mayor {rng.randint(1, 90)}",
                f"神南{rng.randint(1, 9)}-{rng.randint(1, 20)}-{rng.randint(1, 9)}",
            )
        )
    return {
        "given_name": given,
        "family_name": family,
        "full_name": f"{given} {family}",
        "city": city,
        "region": state,
        "region_code": code,
        "postcode": postcode,
        "country": country,
        "country_code": country_code,
        "phone": phone,
        "email": f"{given}.{family}{rng.choice(('', '7', '88'))}@".lower() + rng.choice(_HOSTS),
        "address": address,
        "address_more": rng.choice(
            (
                f"Apt {rng.randint(1, 90)}",
                f"{rng.randint(1, 99)}",
                f"Suite {rng.randint(100, 900)}",
                "2nd floor",
                "",
            )
        ),
        "company": f"{family} {rng.choice(('GmbH', 'Ltd', 'Inc.', 'LLC', '& Sons'))}",
        "title": _title(rng, False),
    }


def _title(rng: random.Random, chinese: bool) -> str:
    if chinese:
        return "".join(rng.sample(WORDS["zh_adjectives"], rng.randint(1, 3))) + rng.choice(WORDS["zh_goods"])
    text = " ".join((*rng.sample(WORDS["adjectives"], rng.randint(0, 2)), rng.choice(WORDS["goods"])))
    return text + rng.choice(
        (
            "",
            "",
            f" - {rng.choice('SML')}",
            f" {rng.randint(1, 9) * 50} ml",
            f" ({rng.choice(WORDS['adjectives'])})",
        )
    )


def digits(rng: random.Random, count: int) -> str:
    """So many digits."""
    return "".join(rng.choices(string.digits, k=count))
