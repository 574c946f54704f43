"""Files to learn from: headers made from the vocabulary, and the known exports, each with values."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from benchmarks.columns_truth import Export
from benchmarks.columns_values import values
from numpy.typing import NDArray

from onebasket.collect.columns.names import key, pieces
from onebasket.collect.columns.profile import SIZE, common_words, profile
from onebasket.collect.columns.vocabulary import TABLES, Meaning, meanings, served

Values = tuple[NDArray[np.float32], NDArray[np.int64]]
_TABLES_OF = {
    "people": ("people",), "products": ("products",), "orders": ("orders",), "lines": ("events",),
    "events": ("events",),
}  # fmt: skip
_PLANS = (
    (6, ("orders",)), (8, ("orders", "lines")), (5, ("lines",)), (5, ("people",)), (6, ("products",)),
    (3, ("events",)),
    (2, ("stock",)), (2, ("product_days",)), (2, ("campaigns",)), (1, ("exposures",)), (2, ("reviews",)),
    (2, ("tickets",)), (2, ("shipments",)), (3, ("payments",)), (2, ("orders", "shipments")),
)  # fmt: skip
_ADDED = {
    "en": ("order ", "customer ", "item ", "product ", "the ", "my ", "orig ", "x ", "t1 ", "cust ", "web "),
    "zh": ("订单", "买家", "商品", "客户", "会员", "平台"),
    "xx": ("",),
}  # fmt: skip
_BEHIND = (
    " (USD)",
    " [EUR]",
    "*",
    ":",
    " 1",
    " (元)",
    "（元）",
    " (required)",
    " (local)",
    "（必填）",
    " €",
    " in EUR",
    " (UTC)",
)
_OTHERS = {
    "en": (
        "store ",
        "shop ",
        "warehouse ",
        "sender ",
        "supplier ",
        "return ",
        "company ",
        "seller ",
        "origin ",
        "vendor contact ",
        "pickup ",
        "clerk ",
        "merchant ",
    ),
    "zh": ("店铺", "仓库", "发件人", "发货人", "供应商", "门店", "寄件人", "商家", "退货", "客服", "网点"),
    "xx": ("Absender ", "expéditeur ", "proveedor ", "Lager ", "出荷元", "magasin ", "Verkäufer ", "送り主"),
}
_PERSONAL = (
    "full_name",
    "phone",
    "address",
    "city",
    "region",
    "postcode",
    "country",
    "email",
    "company",
    "address_more",
)
_SHORTER = {
    "quantity": "qty",
    "number": "no",
    "address": "addr",
    "customer": "cust",
    "amount": "amt",
    "product": "prod",
    "telephone": "tel",
    "description": "desc",
    "order": "ord",
    "payment": "pmt",
    "discount": "disc",
    "total": "tot",
    "currency": "curr",
    "category": "cat",
    "date": "dt",
    "shipping": "shp",
    "country": "ctry",
    "transaction": "trx",
}


@dataclass
class File:
    """One file: its names' pieces, its values, which meanings are right for its columns, its tables."""

    header: list[str]
    right: NDArray[np.bool_]  # columns × meanings
    tables: NDArray[np.float32]
    values: list[Values]
    names: list[NDArray[np.int64]] = field(default_factory=list)
    keys: list[set[str]] = field(default_factory=list)  # what the names were made from

    def without(self, keys: set[str]) -> File:
        """The file without the columns named like that."""
        kept = [at for at, said in enumerate(self.keys) if not said & keys]
        return File(
            [self.header[at] for at in kept],
            self.right[kept],
            self.tables,
            [self.values[at] for at in kept],
            [self.names[at] for at in kept],
            [self.keys[at] for at in kept],
        )


@cache
def places() -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """For each meaning which tables it serves; and whether it serves none."""
    serves = np.zeros((len(meanings()), len(TABLES)), bool)
    for at, meaning in enumerate(meanings()):
        for each in served(meaning):
            serves[at, TABLES.index(each.partition(".")[0])] = True
    return serves, ~serves.any(1)


class Pool:
    """Profiles of columns of values, so many of each kind, to draw from."""

    def __init__(self, seed: int, each: int = 120) -> None:
        rng = random.Random(seed)
        self._made: dict[str, list[Values]] = {}
        for kind in sorted({meaning.values for meaning in meanings()}):
            made = [values(kind, rng, rng.choice((3, 8, 20, 40, 60))) for _ in range(each)]
            self._made[kind] = [(profile(column), common_words(column)) for column in made]

    def draw(self, kind: str, rng: random.Random) -> Values:
        """A column's profile."""
        return rng.choice(self._made[kind])


NOTHING: Values = (np.zeros(SIZE, np.float32), np.empty(0, np.int64))


def made(seed: int, count: int, pool: Pool) -> Iterator[File]:
    """Files whose names come of the vocabulary, in many styles and languages."""
    rng = random.Random(seed)
    plans = [plan for weight, plan in _PLANS for _ in range(weight)]
    for _ in range(count):
        yield _made(rng, rng.choice(plans), pool)


def _made(rng: random.Random, kinds: tuple[str, ...], pool: Pool) -> File:
    language = rng.choices(("en", "zh", "xx", "pinyin"), (44, 31, 21, 4))[0]
    style = rng.choice(_STYLES)
    there = [meaning for meaning in meanings() if set(meaning.found) & set(kinds)]
    tidy = rng.random() < 0.2  # hardly a column that has no place with us
    dense = rng.choice((0.4, 1, 1))
    likely = {True: 0.6 * dense, False: 0.02 if tidy else 0.25 * dense}
    chosen = [m for m in there if rng.random() < likely[bool(served(m))]]
    rng.shuffle(chosen)
    chosen.sort(key=lambda m: (m.values in _PERSONAL) if rng.random() < 0.8 else rng.random())
    twice = [m for m in chosen if m.values in _PERSONAL] if "orders" in kinds and rng.random() < 0.4 else []
    doubled = rng.choice((("billing ", "shipping "), ("bill to ", "ship to "), ("buyer ", "recipient ")))
    columns: list[tuple[str, set[str], int, str, Meaning]] = []
    for meaning in chosen or there[:3]:
        alias = _alias(meaning, language, rng)
        roll = rng.random()
        if meaning.values in _PERSONAL and roll < 0.06:
            other = rng.choice(_OTHERS["xx" if language == "xx" else "en" if alias.isascii() else "zh"])
            columns.append((other + alias, {key(alias)}, 2, language, meaning))
            continue
        if meaning in twice and language == "en":
            columns.append((doubled[0] + alias, {key(alias)}, 0, language, meaning))
            continue
        if roll > 0.9:
            alias = (
                rng.choice(
                    _ADDED[
                        "zh"
                        if not alias.isascii() and language == "zh"
                        else "en"
                        if language == "en"
                        else "xx"
                    ]
                )
                + alias
            )
        columns.append((alias, {key(alias)}, 0, language, meaning))
        if rng.random() < 0.05 and not meaning.part:
            columns.append((_alias(meaning, language, rng), {key(alias)}, 1, language, meaning))
    if language == "en":
        columns += [(doubled[1] + _alias(m, language, rng), set(), 1, language, m) for m in twice]
    return _file(rng, columns, _tables(kinds, columns), style, pool)


def _tables(kinds: tuple[str, ...], columns: list[tuple[str, set[str], int, str, Meaning]]) -> set[str]:
    """The tables that a file fills: those of its kinds that some column serves, and people."""
    planned = {table for kind in kinds for table in _TABLES_OF.get(kind, (kind,))}
    if not {"stock", "product_days", "campaigns"} & planned:
        planned.add("people")
    said = {each.partition(".")[0] for _, _, state, _, m in columns if state < 2 for each in served(m)}
    return planned & said or planned


def _file(
    rng: random.Random,
    columns: list[tuple[str, set[str], int, str, Meaning]],
    tables: set[str],
    style: str,
    pool: Pool,
) -> File:
    """States of columns: 0 this meaning; 1 it may be none, too; 2 none."""
    order = {meaning.name: place for place, meaning in enumerate(meanings())}
    serves, serve_none = places()
    flags = np.array([table in tables for table in TABLES], bool)
    none = serve_none | ~(serves & flags).any(1)
    right = np.zeros((len(columns), len(order)), bool)
    header, drawn, empty = [], [], rng.random() < 0.25
    for at, (name, _, state, _, meaning) in enumerate(columns):
        right[at, order[meaning.name]] = state < 2
        if state:
            right[at] |= none
        header.append(_styled(name, style, rng))
        drawn.append(NOTHING if empty else pool.draw(meaning.values, rng))
    keys = [said | {key(name)} for name, (_, said, _, _, _) in zip(header, columns, strict=True)]
    return File(header, right, flags.astype(np.float32), drawn, [pieces(name) for name in header], keys)


def _alias(meaning: Meaning, language: str, rng: random.Random) -> str:
    if language == "pinyin":
        return _pinyin(rng.choice(meaning.names.get("zh", meaning.names["en"])), rng.random() < 0.3)
    if language not in meaning.names or rng.random() < 0.04:
        language = "en"
    return rng.choice(meaning.names[language])


def _pinyin(text: str, initials: bool) -> str:
    from pypinyin import lazy_pinyin

    said = lazy_pinyin(text)
    return "".join(each[0] for each in said if each) if initials else "_".join(said)


_STYLES = (
    "as is",
    "as is",
    "title",
    "lower",
    "snake",
    "snake",
    "camel",
    "upper",
    "kebab",
    "short",
    "pascal",
    "squeezed",
)


def _styled(name: str, style: str, rng: random.Random) -> str:
    if rng.random() < 0.04 and len(name) > 4:
        at = rng.randrange(1, len(name) - 1)
        name = name[:at] + name[at + 1 :] if name.isascii() else name
    if rng.random() < 0.07:
        name += rng.choice(_BEHIND)
    if rng.random() < 0.03 and not name.isascii():
        name = _traditional(name)
    if not name.isascii() and not re.search("[A-Za-zÀ-ÿ]{3}", name):
        return name
    if rng.random() < 0.2:
        for whole, short in (
            ("ummer", "r."),
            ("numéro", "n°"),
            ("número", "nº"),
            ("umero", "."),
            (" number", " no."),
        ):
            name = name.replace(whole, short)
    parts = name.split()
    match style:
        case "title":
            return " ".join(part[:1].upper() + part[1:] for part in parts)
        case "lower":
            return name.lower()
        case "snake":
            return "_".join(parts).lower()
        case "camel":
            return "".join(part.capitalize() if at else part.lower() for at, part in enumerate(parts))
        case "pascal":
            return "".join(part.capitalize() for part in parts)
        case "upper":
            return rng.choice("_ ").join(parts).upper()
        case "kebab":
            return "-".join(parts).lower()
        case "squeezed":
            return "".join(parts).lower()
        case "short":
            return "_".join(_SHORTER.get(part.lower(), part.lower()) for part in parts)
    return name


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("s2t")


def _traditional(name: str) -> str:
    return str(_converter().convert(name))


class Known:
    """A known export as files to learn from or to be judged by."""

    def __init__(self, export: Export) -> None:
        self.export = export
        serves, serve_none = places()
        tables = {each.partition(".")[0] for truth in export.truths for each in truth.ours}
        self.tables = np.array([table in tables for table in TABLES], bool)
        none = serve_none | ~(serves & self.tables).any(1)
        self.right = np.zeros((len(export.header), len(meanings())), bool)
        self.kinds: list[str] = []
        for at, (name, truth) in enumerate(zip(export.header, export.truths, strict=True)):
            overlap = np.array([len(truth.ours & set(served(meaning))) for meaning in meanings()])
            if overlap.any():
                self.right[at] = overlap == overlap.max()
            self.kinds.append(_kind(name, self.right[at] if overlap.any() else None))
            for meaning_at, meaning in enumerate(meanings()):
                self.right[at, meaning_at] |= bool(truth.also & set(served(meaning)))
            if truth.maybe:
                self.right[at] |= none
        self.names = [pieces(name) for name in export.header]

    def file(self, rng: random.Random, pool: Pool, share: float = 1.0, empty: bool = False) -> File:
        """The export with values, or a part of its columns."""
        kept = [at for at in range(len(self.kinds)) if rng.random() < share] or [0]
        drawn = [NOTHING if empty else pool.draw(self.kinds[at], rng) for at in kept]
        header = [self.export.header[at] for at in kept]
        said = {each.partition(".")[0] for at in kept for each in self.export.truths[at].ours}
        tables = np.array([table in said for table in TABLES], np.float32)
        return File(header, self.right[kept], tables, drawn, [self.names[at] for at in kept])


@cache
def _aliases() -> list[tuple[int, str, frozenset[int]]]:
    return [
        (at, meaning.values, frozenset(pieces(name).tolist()))
        for at, meaning in enumerate(meanings())
        for names in meaning.names.values()
        for name in names
    ]


def _kind(name: str, among: NDArray[np.bool_] | None) -> str:
    """The kind of values of a known column: those of the meaning whose names are nearest."""
    said = set(pieces(name).tolist())
    near = [
        (len(said & alias) / max(len(said | alias), 1), kind)
        for at, kind, alias in _aliases()
        if among is None or among[at]
    ]
    best, kind = max(near)
    if among is None and kind in ("count", "count_large", "words", "level"):
        for sign, other in (
            ("金额|价值|花费", "money"),
            ("率", "percent"),
            ("时间|日期", "datetime_late"),
            ("名称", "words"),
        ):
            kind = other if re.search(sign, name) else kind
    return kind if best > 0.15 or among is not None else "any"
