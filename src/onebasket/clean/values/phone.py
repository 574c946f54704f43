"""Telephone numbers."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from onebasket.clean.values.junk import EXTENSION, INVALID, MASKED, PLACEHOLDER, RELAY, Junk, masked
from onebasket.clean.values.numbering import plain_number
from onebasket.clean.values.texts import tidy

# Marketplaces hand out a number of their own with an extension for each order.
_VIRTUAL = re.compile(r"(?:\+?86)?[ -]?(1[3-9]\d{9}) ?(?:-|转|,) ?(\d{3,5})")


def phone(text: str | None, country: str, junk: Junk) -> tuple[str | None, str | None]:
    """The number in E.164, and why it is no identity.

    `country` (ISO 3166 alpha-2) is where a number without country code is. Numbering plans
    are those of the phonenumbers library.
    """
    if text is None or not text.strip():
        return None, None
    plain = tidy(text)
    if plain is None:
        return None, PLACEHOLDER
    plain = plain.lstrip("'").strip()
    if masked(plain):
        return None, MASKED
    if junk.placeholder(plain):
        return None, PLACEHOLDER
    virtual = _VIRTUAL.fullmatch(plain)
    if not virtual and (sure := plain_number(plain, country)):
        code, national = sure
        return (None, PLACEHOLDER) if junk.placeholder(national.lstrip("0")) else (f"+{code}{national}", None)
    try:
        number = phonenumbers.parse(f"+86{virtual[1]}" if virtual else plain, country)
    except NumberParseException:
        return None, INVALID
    if not phonenumbers.is_valid_number(number):
        return None, INVALID
    written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if junk.placeholder(str(number.national_number)):
        return None, PLACEHOLDER
    return written, RELAY if virtual else EXTENSION if number.extension else None
