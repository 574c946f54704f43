"""E-mail addresses."""

from __future__ import annotations

import re

from email_validator import EmailNotValidError, validate_email

from onebasket.clean.values.junk import INVALID, MASKED, PLACEHOLDER, Junk, masked
from onebasket.clean.values.texts import tidy

_NAMED = re.compile(r".*<([^<>]+)>")


def email(text: str | None, junk: Junk) -> tuple[str | None, str | None]:
    """The address in lower case, and why it is no identity.

    Syntax only, no look-up of the domain. The address stays as its owner wrote it: dots and
    `+tags` are not taken out, as only some hosts ignore them.
    """
    if text is None or not text.strip():
        return None, None
    plain = tidy(text)
    if plain is None:
        return None, PLACEHOLDER
    if named := _NAMED.fullmatch(plain):
        plain = named[1].strip()
    plain = plain.removeprefix("mailto:").removeprefix("'").rstrip(".;,")
    if masked(plain):
        return None, MASKED
    try:
        found = validate_email(plain, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None, PLACEHOLDER if junk.placeholder(plain) else INVALID
    address = found.normalized.lower()
    reason = junk.email(address)
    return (None if reason == PLACEHOLDER else address), reason
