"""Product titles."""

from __future__ import annotations

import html
import re

from onebasket.clean.values.texts import settle, tidy

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_NO_WORD = re.compile(r"[\W_]+")


def _once(text: str) -> str:
    return tidy(_TAG.sub(" ", html.unescape(text))) or ""


def title(text: str | None) -> str | None:
    """NFKC, without HTML, single blanks."""
    plain = tidy(text)
    return settle(_once, plain) or None if plain and ("&" in plain or "<" in plain) else plain


def title_key(tidied: str | None) -> str | None:
    """A tidy title for comparison: letters and digits in lower case, single blanks."""
    return None if tidied is None else _NO_WORD.sub(" ", tidied.casefold()).strip() or tidied
