"""Names of people: tidied for reading, folded for comparing."""

from __future__ import annotations

import re
from typing import NamedTuple

from pypinyin import Style, lazy_pinyin

from onebasket.clean.values.junk import Junk, masked
from onebasket.clean.values.texts import recase, settle, tidy
from onebasket.clean.values.words import words
from onebasket.spelling import fold, full_forms, simplified

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_TITLES = frozenset(words("names")["titles"])
_HONOURS = frozenset(words("names")["honours"])
_HAN_TITLES = re.compile(r"(先生|女士|小姐|太太|老师|同学)$")
_TWO_SIGNS = tuple(words("names")["two_signs"])
_SIGNS = re.compile(r"\W+")
_LONGEST_HAN_NAME = 4


class Name(NamedTuple):
    """A person's name. `key` compares: equal for 张伟 and Wei Zhang, Bob and Robert O'Brien."""

    given: str | None
    family: str | None
    full: str | None
    key: str | None
    masked: bool


def name(given: str | None, family: str | None, full: str | None, junk: Junk) -> Name:
    """Tidy a name and split a whole one.

    The key is null unless given and family name are both known in full: half a name tells
    too little to say that two are different; so does a foreign name in Chinese characters (`尼尔·卡特`),
    which has no one spelling in Latin letters. The key holds both in the order of the alphabet, as exports
    do not agree on which comes first.
    """
    given, family, full = (_tidy(part, junk) for part in (given, family, full))
    hidden = any(part is not None and masked(part) for part in (given, family, full))
    if (given is None) != (family is None) and full is None:
        alone = given or family or ""
        if _splits(alone):
            given, family, full = None, None, alone
    if (given is None or family is None) and full is not None and not hidden:
        first, last = split(full)
        given, family = given or first, family or last
    if hidden or given is None or family is None or "·" in (full or ""):
        return Name(given, family, full, None, hidden)
    halves = (_given_key(given), _family_key(family))
    return Name(given, family, full, " ".join(sorted(halves)) if all(halves) else None, False)


def split(full: str) -> tuple[str | None, str | None]:
    """Given and family name of a tidy whole name: `Smith, Mary`, `Mary Smith`, `欧阳娜娜`, `尼尔·卡特`."""
    if _HAN.search(full):
        signs = full.replace(" ", "")
        foreign, dot, family = signs.rpartition("·")
        if dot:
            return foreign or None, family or None
        if not all(map(_HAN.match, signs)) or not 1 < len(signs) <= _LONGEST_HAN_NAME:
            return None, None
        first = 2 if len(signs) > 2 and simplified(signs).startswith(_TWO_SIGNS) else 1
        return signs[first:], signs[:first]
    before, comma, after = (part.strip() for part in full.partition(","))
    if comma:
        return after or None, before or None
    first_words, _, last = full.rpartition(" ")
    return (first_words, last) if first_words else (last, None)


def _splits(text: str) -> bool:
    return len(text) > 1 if _HAN.search(text) else " " in text


def _tidy(text: str | None, junk: Junk) -> str | None:
    plain = tidy(text)
    if plain is None or junk.placeholder(plain):
        return None
    plain = settle(_once, plain)
    return None if not plain or junk.placeholder(plain) or not any(map(_lettered, plain)) else plain


def _once(text: str) -> str:
    parts = _HAN_TITLES.sub("", text).strip(" ,;'").split()
    while parts and parts[0].rstrip(".,").lower() in _TITLES:
        parts = parts[1:]
    while parts and parts[-1].replace(".", "").strip(",").lower() in _HONOURS:
        parts = parts[:-1]
    return recase(" ".join(parts).strip(" ,"))


def _lettered(sign: str) -> bool:
    return sign.isalpha() or sign in "*＊"


def _given_key(given: str) -> str:
    if _HAN.search(given):
        return _pinyin(given)
    parts = [_letters(part) for part in fold(given).split()]
    long = [part for part in parts if len(part) > 1]
    if not long:
        return ""  # an initial
    return "".join([full_forms().get(long[0], long[0]), *long[1:]])


def _family_key(family: str) -> str:
    if not _HAN.search(family):
        return _bare(family)
    plain = simplified(family)
    return words("family_readings").get(plain) or _pinyin(plain)


def _pinyin(text: str) -> str:
    """Without tones or blanks; ü as u, the way names are mostly written."""
    return "".join(lazy_pinyin(simplified(text), style=Style.NORMAL, errors=_bare)).replace("v", "u")


def _bare(text: str) -> str:
    return _letters(fold(text))


def _letters(folded: str) -> str:
    return folded if folded.isalnum() else _SIGNS.sub("", folded)
