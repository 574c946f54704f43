"""What a column's values look like, as numbers: patterns, lengths, distinctness, check digits, spread."""

from __future__ import annotations

import math
import re
import tomllib
import zlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MOST = 300  # values looked at
WORD_BUCKETS = 2_048
_FEW = 12
_NO_VALUES = {"", "-", "--", "null", "n/a", "na", "none", "nan", "(not set)", "无", "/", "\\n", "—"}

_PATTERNS = tomllib.loads((Path(__file__).parent / "data" / "patterns.toml").read_text(encoding="utf-8"))
_COMPILED = {name: re.compile(pattern, re.DOTALL) for name, pattern in _PATTERNS.items()}
_NUMBERS = (
    "empty", "distinct", "commonest", "constant", "length", "spread of length", "words", "digits",
    "letters", "capitals", "blanks", "signs", "barcodes", "cards", "numbers", "magnitude", "spread",
    "zeros", "small", "fractions", "nines", "rising", "marked", "positive", "years", "one length",
)  # fmt: skip
NAMES = ("seen", *_NUMBERS, *_PATTERNS)
SIZE = len(NAMES)
_MARKS = re.compile(r"^\s*=?[\"']+|[\"\s]+$|^\t")


def profile(values: Sequence[str | None]) -> NDArray[np.float32]:
    """Numbers of about one size for `NAMES`; all zero where there are no rows at all."""
    found = np.zeros(SIZE, np.float32)
    if not values:
        return found
    looked_at = _spread(values, MOST)
    some = filled(looked_at)
    said = {"seen": 1.0, "empty": 1 - len(some) / len(looked_at)}
    if some:
        bare = [_MARKS.sub("", value) for value in some]
        said |= _shape(some, bare) | _amounts(bare)
        for name, pattern in _COMPILED.items():
            said[name] = sum(pattern.fullmatch(value) is not None for value in bare) / len(bare)
    found[:] = [said.get(name, 0.0) for name in NAMES]
    return found


def common_words(values: Sequence[str | None]) -> NDArray[np.int64]:
    """The numbers of the words that a column repeats, as statuses and units do; none of what is said once."""
    some = [value.strip().lower() for value in filled(_spread(values, MOST))]
    counts = Counter(some)
    if not some or len(counts) > max(2, min(_FEW, len(some) // 2)):
        return np.empty(0, np.int64)
    said = {value[:40] for value, _ in counts.most_common(6)}
    parts = said | {
        word for value in said for word in re.split(r"[^\w]+", value) if word and not word.isdigit()
    }
    return np.array(sorted({zlib.crc32(each.encode()) % WORD_BUCKETS for each in parts}), np.int64)


def filled(values: Sequence[str | None]) -> list[str]:
    """The values that say something."""
    return [value for value in values if value is not None and value.strip().lower() not in _NO_VALUES]


def _spread(values: Sequence[str | None], most: int) -> Sequence[str | None]:
    """Values from all over a column."""
    return values if len(values) <= most else values[:: -(-len(values) // most)]


def _shape(some: list[str], bare: list[str]) -> dict[str, float]:
    counts = Counter(some)
    lengths = np.array([len(value) for value in bare], float)
    signs = max(float(lengths.sum()), 1.0)
    joined = "".join(bare)
    return {
        "distinct": len(counts) / len(some),
        "commonest": counts.most_common(1)[0][1] / len(some),
        "constant": float(len(counts) == 1 and len(some) > 2),
        "length": min(math.log1p(float(lengths.mean())) / 5, 2.0),
        "spread of length": min(float(lengths.std()) / (float(lengths.mean()) + 1), 2.0),
        "one length": float(lengths.std() == 0 and len(some) > 2),
        "words": min(sum(value.count(" ") + 1 for value in bare) / len(bare) / 5, 2.0),
        "digits": sum(map(str.isdigit, joined)) / signs,
        "letters": sum(map(str.isalpha, joined)) / signs,
        "capitals": sum(map(str.isupper, joined)) / signs,
        "blanks": sum(map(str.isspace, joined)) / signs,
        "signs": sum(not c.isalnum() and not c.isspace() for c in joined) / signs,
        "barcodes": sum(map(is_barcode, bare)) / len(bare),
        "cards": sum(map(_is_card, bare)) / len(bare),
        "marked": sum(a != b for a, b in zip(some, bare, strict=True)) / len(some),
    }


def _amounts(bare: list[str]) -> dict[str, float]:
    numbers = [number for value in bare if (number := _number(value)) is not None]
    if not numbers:
        return {}
    said = np.array(numbers)
    size = np.log10(np.abs(said) + 1)
    steps = np.diff(said)
    return {
        "numbers": len(numbers) / len(bare),
        "magnitude": float(size.mean()) / 5,
        "spread": min(float(size.std()), 2.0),
        "zeros": float((said == 0).mean()),
        "small": float(((said >= 1) & (said <= 20) & (said % 1 == 0)).mean()),
        "fractions": float((said % 1 != 0).mean()),
        "nines": float((np.round(said * 100) % 10 == 9).mean()),
        "rising": max(float((steps >= 0).mean()), float((steps <= 0).mean())) if len(steps) > 2 else 0.0,
        "positive": float((said > 0).mean()),
        "years": float(((said >= 1900) & (said <= 2100) & (said % 1 == 0)).mean()),
    }


def _number(value: str) -> float | None:
    """A number whichever way it is written; None for what is none."""
    text = re.sub(r"^[^\d+-]{0,4}|[^\d]{0,4}$", "", value)
    if not re.fullmatch(r"[-+]?\d[\d.,' ]*", text) or len(text) > 18:
        return None
    text = re.sub(r"[' ]", "", text)
    last = max(text.rfind("."), text.rfind(","))
    if last >= 0 and (len(text) - last - 1 != 3 or (text.count(text[last]) == 1 and text[last] == ".")):
        text = re.sub(r"[.,]", "", text[:last]) + "." + text[last + 1 :]
    try:
        number = float(text.replace(",", "").rstrip("."))
    except ValueError:
        return None
    return -number if value.startswith(("-$", "-€", "-£", "-¥", "(")) else number


def is_barcode(value: str) -> bool:
    """Whether a value is a GTIN by its length and its check digit."""
    if not value.isascii() or not value.isdigit() or len(value) not in (8, 12, 13, 14):
        return False
    weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(value)))
    return weighed % 10 == 0


def _is_card(value: str) -> bool:
    if not value.isascii() or not value.isdigit() or not 15 <= len(value) <= 19:
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(value))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0
