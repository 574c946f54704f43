"""Product titles."""

from __future__ import annotations

import re
import unicodedata

from onebasket.clean.values.texts import entities, settle, tidy

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def _once(text: str) -> str:
    return tidy(_TAG.sub(" ", entities(text))) or ""


def title(text: str | None) -> str | None:
    """NFKC, without HTML, single blanks."""
    return None if text is None else settle(_once, text) or None


def title_key(text: str | None) -> str | None:
    """A title for comparison: letters and digits in lower case, single blanks."""
    tidied = title(text)
    if tidied is None:
        return None
    words = re.sub(r"[^\w]+|_", " ", unicodedata.normalize("NFKC", tidied.casefold())).split()
    return " ".join(words) or tidied
