"""Which encoding a text is in: by its mark, as stated, as UTF-8, as the format declares, or guessed."""

from __future__ import annotations

import codecs
from collections.abc import Iterable

from charset_normalizer import from_bytes

_MARKS = (  # the longer ones first
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FEWEST_LINES = 3
_SAMPLE_BYTES = 256 << 10
# What shops' exports are written in. A wider choice makes guesses worse: cp1250 and cp1254 differ
# from cp1252 in a few letters and have to be stated.
_LIKELY = ["utf_8", "gb18030", "big5", "shift_jis", "euc_kr", "cp1252", "cp1251", "cp1253"]


def marked(head: bytes) -> str | None:
    """The encoding that a byte order mark, or the zeros of UTF-16, give away."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    even, odd = head[0:1000:2].count(0), head[1:1000:2].count(0)
    if max(even, odd) > len(head[:1000]) / 8:
        return "utf-16-le" if odd > even else "utf-16-be"
    return None


def fits(lines: Iterable[bytes], encoding: str) -> bool:
    """Whether at least half of the lines that are not ASCII can be decoded."""
    good = bad = 0
    for line in lines:
        if not line.isascii():
            try:
                line.decode(encoding)
                good += 1
            except UnicodeDecodeError:
                bad += 1
    return good >= bad


def guess(lines: list[bytes], declared: tuple[str, ...]) -> str:
    """The encoding of lines: the first of UTF-8 and those declared that fits, else the likeliest.

    Many an encoding of two bytes a letter fits Western texts too ('Käse' is 'K范e' in cp932): it gives way
    to the next that fits unless its letters stand together. A few lines are no ground for a guess: they are
    taken as damaged UTF-8.
    """
    fitting = [encoding for encoding in ("utf-8", *declared) if fits(lines, encoding)]
    for encoding in fitting:
        if encoding in ("utf-8", fitting[-1]) or _stand_together(lines, encoding):
            return encoding
    if declared:
        return declared[0]
    some = [line for line in lines if not line.isascii()]
    return likeliest(some) if len(some) >= _FEWEST_LINES else "utf-8"


def _stand_together(lines: Iterable[bytes], encoding: str) -> bool:
    """Whether most letters beyond ASCII stand beside another, as where a language writes with them alone."""
    text = b"\n".join(line for line in lines if not line.isascii()).decode(encoding, "ignore")
    beyond = [not letter.isascii() for letter in f" {text} "]
    beside = sum(here and (beyond[at - 1] or beyond[at + 1]) for at, here in enumerate(beyond))
    return 2 * beside >= sum(beyond)


def likeliest(lines: list[bytes]) -> str:
    """What the letters themselves suggest. UTF-8 where they suggest nothing."""
    sample = b"\n".join(line for line in lines if not line.isascii())[:_SAMPLE_BYTES]
    best = from_bytes(sample, cp_isolation=_LIKELY).best() if sample else None
    return best.encoding.replace("_", "-") if best else "utf-8"


def known(encoding: str) -> str | None:
    """The usual name of an encoding, None where there is no such encoding."""
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return None
