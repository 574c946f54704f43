"""How people write their own names and addresses: short forms, slips, other scripts."""

from __future__ import annotations

import random

from onebasket.demo.people import Household, Person, ascii_letters
from onebasket.demo.rates import Rates


def name_of(person: Person, rng: random.Random, rates: Rates) -> str:
    """The whole name as the person writes it on one order."""
    given, family = person.given, person.family
    if person.hanzi_family and rng.random() < rates.name_hanzi:
        return person.hanzi
    if person.hanzi_family and rng.random() < rates.name_swapped:
        given, family = family, given
    if person.nickname and rng.random() < rates.nickname:
        given = person.nickname
    if not f"{given}{family}".isascii() and rng.random() < rates.name_ascii:
        given, family = ascii_letters(given), ascii_letters(family)
    name = f"{given} {family}"
    if rng.random() < rates.name_typo:
        name = slip(name, rng)
    if rng.random() < rates.name_case:
        name = name.upper() if rng.random() < 0.5 else name.lower()
    return name


def slip(text: str, rng: random.Random) -> str:
    """One letter left out, doubled or exchanged with its neighbour, never the first."""
    if len(text) < 4:
        return text
    place = rng.randrange(1, len(text) - 1)
    kind = rng.randrange(3)
    if kind == 0:
        return text[:place] + text[place + 1 :]
    if kind == 1:
        return text[:place] + text[place] + text[place:]
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def phone_of(digits: str, rng: random.Random) -> str:
    """A number as people and forms write it; Chinese ones with their country code."""
    if digits.startswith("+"):
        return digits
    area, exchange, rest = digits[:3], digits[3:6], digits[6:]
    return rng.choice(
        (
            f"+1{digits}",
            f"+1{digits}",
            f"+1 {area}-{exchange}-{rest}",
            f"({area}) {exchange}-{rest}",
            f"{area}-{exchange}-{rest}",
            digits,
        )
    )


def international(digits: str) -> str:
    """'+1…' before American numbers; Chinese ones have their '+86'."""
    return digits if digits.startswith("+") else f"+1{digits}"


def street_of(household: Household, rng: random.Random) -> str:
    """The street with its kind in full or short."""
    name, kind, short = household.street
    return f"{name} {rng.choice((kind, kind, short, f'{short}.'))}"


def masked_phone(digits: str) -> str:
    """'138****1234'."""
    return f"{digits[:3]}****{digits[-4:]}"


def masked_name(hanzi: str) -> str:
    """'张**'."""
    return hanzi[0] + "*" * (len(hanzi) - 1)


def masked_address(address: str) -> str:
    """The address down to the district; the rest is stars."""
    return " ".join([*address.split()[:3], "****"])
