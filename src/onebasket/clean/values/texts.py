"""Texts of any kind: blanks, widths, words that say nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from onebasket.clean.values.words import words

MISSING: tuple[str, ...] = tuple(words("missing")["words"])
_MISSING = frozenset(MISSING)
_SPREADSHEET = re.compile(r'="(.*)"', re.DOTALL)
_HIDDEN = re.compile(r"[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
_LETTERS = re.compile(r"[^\W\d_]+")
_ROUNDS = 8


def settle(step: Callable[[str], str], text: str) -> str:
    """`step` until it changes nothing more, so that doing it again changes nothing either."""
    for _ in range(_ROUNDS):
        after = step(text)
        if after == text:
            break
        text = after
    return text


def _tidy_once(text: str) -> str:
    text = _HIDDEN.sub(" ", unicodedata.normalize("NFKC", text))
    if whole := _SPREADSHEET.fullmatch(text.strip()):
        text = whole[1]
    return " ".join(text.split())


def tidy(text: str | None) -> str | None:
    """NFKC, single blanks, no control signs, no spreadsheet quoting; None for what says nothing."""
    if text is None:
        return None
    if text.isascii() and text.isprintable() and "=" not in text:  # most are plain
        text = " ".join(text.split())
    else:
        text = settle(_tidy_once, text)
    return None if not text or text.lower() in _MISSING else text


def recase(text: str) -> str:
    """`JOHN O'BRIEN` and `john o'brien` as `John O'Brien`; mixed case stays as it is."""
    if text != text.upper() and text != text.lower():
        return text
    return _LETTERS.sub(lambda word: word[0][:1].upper() + word[0][1:].lower(), text)
