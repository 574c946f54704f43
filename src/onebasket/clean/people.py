"""People: normal values and pseudonymous identifiers, each worked out once a distinct value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pyarrow as pa

from onebasket.clean.values.births import birth_date
from onebasket.clean.values.consent import consent
from onebasket.clean.values.email import email
from onebasket.clean.values.ids import identifier
from onebasket.clean.values.junk import INVALID, Junk, masked
from onebasket.clean.values.names import name
from onebasket.clean.values.phone import phone
from onebasket.clean.values.places import address, country, postcode, region
from onebasket.clean.values.texts import tidy
from onebasket.clean.work import Work
from onebasket.protect import Key

_IDENTIFIER = pa.schema([("value", pa.string()), ("reason", pa.string()), ("value_key", pa.string())])
_NAME = pa.schema(
    [
        ("given", pa.string()),
        ("family", pa.string()),
        ("full_tidy", pa.string()),
        ("name_key", pa.string()),
        ("hidden", pa.bool_()),
    ]
)
_PLACE = pa.schema(
    [(f"{part}_tidy", pa.string()) for part in ("company", "address", "city", "region", "postcode")]
    + [("country_code", pa.string()), ("hidden", pa.bool_())]
)
_BIRTH = pa.schema([("birth", pa.date32())])
_CONSENT = pa.schema([("agreed", pa.bool_())])
_PLACE_COLUMNS = ("company", "address", "city", "region", "postcode", "country")
# A value's normal form and why it is no identity; both None where nothing was said.
_Judged = tuple[str | None, str | None]
Judge = Callable[..., tuple[str | None, str | None, str | None]]


def clean_people(work: Work) -> None:
    """From `clean_raw_people` to the parts of people and identifiers.

    Leaves `clean_people_lost`: records of which nothing usable is left.
    """
    work.keep("people_ranked", work.sql("people_ranked"))
    work.view("people_first", work.sql("people_first"))
    _identifiers(work)
    _descriptions(work)
    work.keep("people_normal", work.sql("people_normal"))
    work.keep("people_lost", work.sql("people_lost"))
    work.store.write("people", work.sql("people"), work.source)
    work.store.write("identifiers", work.sql("identifiers"), work.source)


def _identifiers(work: Work) -> None:
    """`clean_email`, `clean_phone`, …: each distinct value, judged and pseudonymised."""
    for kind, judge in judges(work.key, work.junk, work.how.accounts, work.how.country).items():
        columns = ("phone", "country") if kind == "phone" else (kind,)
        work.map(kind, "people_first", columns, judge, _IDENTIFIER)


def judges(key: Key, junk: Junk, accounts: str, land: str) -> dict[str, Judge]:
    """For each kind of identifier: from a value as it was said (of a telephone with the person's country) to
    its normal form, why it is no identity, and its pseudonym. `accounts` is the system of the account ids,
    `land` the country of telephones that say none."""

    def telephone(text: str | None, said: str | None) -> _Judged:
        """Read as a number of the person's country first, then of the source's."""
        own = country(said)
        first = phone(text, own if own and len(own) == 2 else land, junk)
        return first if first[1] != INVALID or own == land else phone(text, land, junk)

    opaque = partial(identifier, junk=junk)
    made = {kind: _named(key, kind, opaque) for kind in ("cookie", "device", "card")}
    made["account"] = _named(key, f"account:{accounts}", opaque)
    made["email"] = _named(key, "email", partial(email, junk=junk))
    made["phone"] = _named(key, "phone", telephone)
    return made


def _descriptions(work: Work) -> None:
    """`clean_name`, `clean_place`, `clean_birth`, `clean_consent`."""

    def person(given: str | None, family: str | None, full: str | None) -> tuple[Any, ...]:
        found = name(given, family, full, work.junk)
        name_key = work.key.pseudonym("name", found.key) if found.key else None
        return found.given, found.family, found.full, name_key, found.masked

    def born(text: str | None, land: str | None) -> tuple[date | None]:
        return (birth_date(text, country(land) or work.how.country, work.today),)

    work.map("name", "people_first", ("given_name", "family_name", "full_name"), person, _NAME)
    work.map("place", "people_first", _PLACE_COLUMNS, _place, _PLACE)
    work.map("birth", "people_first", ("birth_date", "country"), born, _BIRTH)
    work.map("consent", "people_first", ("consent",), lambda text: (consent(text),), _CONSENT)


def _named(key: Key, kind: str, judge: Callable[..., _Judged]) -> Judge:
    """A value, why it is no identity, and its pseudonym; an unusable text has a pseudonym too."""

    def over(text: str | None, *rest: str | None) -> tuple[str | None, str | None, str | None]:
        value, reason = judge(text, *rest)
        said = value or (text.strip() if text and reason else None)
        return value, reason, key.pseudonym(kind, said) if said else None

    return over


def _place(
    company: str | None,
    street: str | None,
    city: str | None,
    state: str | None,
    code: str | None,
    land: str | None,
) -> tuple[Any, ...]:
    where = country(land)
    told = (tidy(company), address(street), address(city), region(state), postcode(code, where))
    return (*told, where, any(masked(part) for part in told if part))
