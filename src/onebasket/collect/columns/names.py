"""A column's name as pieces that names of one meaning share: words, pairs of words, letters in a row."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

BUCKETS = 16_384
_SHORT = {
    "qty": "quantity", "quant": "quantity", "no": "number", "nr": "number", "num": "number", "nbr": "number",
    "addr": "address", "adr": "address", "tel": "telephone", "ph": "phone", "mob": "mobile",
    "amt": "amount", "cust": "customer", "cstmr": "customer", "prod": "product", "desc": "description",
    "dt": "date", "ts": "timestamp", "fname": "first name", "lname": "last name", "ord": "order",
    "cat": "category", "curr": "currency", "ctry": "country", "cntry": "country", "st": "state",
    "pmt": "payment", "shp": "shipping", "ship": "shipping", "disc": "discount", "inv": "invoice",
    "mfr": "manufacturer", "org": "organization", "ref": "reference", "avail": "available",
    "txn": "transaction",
    "trx": "transaction", "bday": "birthday", "pcode": "postcode", "cnt": "count", "tot": "total",
    "mail": "email",
    "e-mail": "email", "firstname": "first name", "lastname": "last name", "lineitem": "line item",
    "orderid": "order id", "userid": "user id", "itemid": "item id", "productid": "product id",
    "postalcode": "postal code", "zipcode": "zip code",
}  # fmt: skip
_CHINESE = re.compile(r"[㐀-鿿]")
_OWN_SIGNS = re.compile(r"[぀-ヿ㐀-鿿가-힣]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORDS = re.compile(r"[぀-ヿ㐀-鿿가-힣ー]+|[^\W\d_぀-ヿ㐀-鿿가-힣]+|\d+")


@cache
def _simplified() -> object:
    from opencc import OpenCC

    return OpenCC("t2s")


@lru_cache(maxsize=100_000)
def words(name: str) -> tuple[str, ...]:
    """The words of a name in lower case: camels parted, short forms written out, accents gone."""
    text = unicodedata.normalize("NFKC", name).strip().replace("#", " number ").replace("%", " percent ")
    if _CHINESE.search(text):
        text = _simplified().convert(text)  # type: ignore[attr-defined]
    if not text.isupper():
        text = _CAMEL.sub(" ", text)
    text = text.lower().replace("e-mail", "email")
    found = []
    for word in _WORDS.findall(text):
        if not _OWN_SIGNS.search(word):
            word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
        found += _SHORT.get(word, word).split()
    return tuple(found)


def key(name: str) -> str:
    """What two writings of one name have in common."""
    return " ".join(words(name))


@lru_cache(maxsize=100_000)
def pieces(name: str) -> NDArray[np.int64]:
    """The numbers of a name's pieces, each once, in order."""
    return np.array(sorted({zlib.crc32(each.encode()) % BUCKETS for each in _pieces(words(name))}), np.int64)


def _pieces(said: Sequence[str]) -> list[str]:
    found = ["= " + " ".join(said)] if said else []
    for place, word in enumerate(said):
        if _OWN_SIGNS.match(word):
            found += _of_signs(word)
        else:
            found.append("w " + word)
            padded = f"<{word}>"
            for size in (3, 4, 5):
                found += ["c " + padded[at : at + size] for at in range(len(padded) - size + 1)]
        if place:
            found.append(f"p {said[place - 1]} {word}")
    if said:
        found += ["f " + said[0], "l " + said[-1]]
    return found


def _of_signs(word: str) -> list[str]:
    """Signs in a row, one to four; where the word begins and ends matters."""
    padded = f"<{word}>"
    found = ["s " + sign for sign in word]
    for size in (2, 3, 4):
        found += ["s " + padded[at : at + size] for at in range(len(padded) - size + 1)]
    return found
