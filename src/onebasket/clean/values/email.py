"""E-mail addresses."""

from __future__ import annotations

import re
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from onebasket.clean.values.junk import INVALID, MASKED, PLACEHOLDER, Junk, masked
from onebasket.clean.values.texts import tidy

_PLAIN = re.compile(r"[a-zA-Z0-9_-]+(?:[.+][a-zA-Z0-9_-]+)*")
_LONGEST_LOCAL, _LONGEST = 64, 254  # of RFC 5321
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
    address = _read(plain)
    if address is None:
        return None, PLACEHOLDER if junk.placeholder(plain) else INVALID
    reason = junk.email(address)
    return (None if reason == PLACEHOLDER else address), reason


def _read(text: str) -> str | None:
    """The address in lower case as the library reads it; None where it is none."""
    local, _, domain = text.rpartition("@")
    if len(local) <= _LONGEST_LOCAL and _PLAIN.fullmatch(local):  # whatever stands behind it, it is sound
        host = _domain(domain)
        return f"{local.lower()}@{host}" if host and len(text) <= _LONGEST else None
    return _validated(text)


@lru_cache(1 << 16)
def _domain(text: str) -> str | None:
    found = _validated(f"a@{text}")
    return found.rpartition("@")[2] if found else None


def _validated(text: str) -> str | None:
    try:
        return validate_email(text, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        return None
