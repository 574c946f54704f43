"""Account, cookie, device and card ids: opaque, but not always ids."""

from __future__ import annotations

import re

from onebasket.clean.values.junk import MASKED, PLACEHOLDER, SHARED_DEVICE, Junk, masked
from onebasket.clean.values.texts import tidy

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def identifier(text: str | None, junk: Junk) -> tuple[str | None, str | None]:
    """The id, and why it is no identity. UUIDs are lower case; other ids stay as they are."""
    if text is None or not text.strip():
        return None, None
    plain = tidy(text)
    if plain is None:
        return None, PLACEHOLDER
    plain = plain.lstrip("'").strip()
    if not plain or junk.placeholder(plain):
        return None, PLACEHOLDER
    if junk.shared(plain):
        return None, SHARED_DEVICE
    if masked(plain):
        return None, MASKED
    return plain.lower() if _UUID.fullmatch(plain) else plain, None
