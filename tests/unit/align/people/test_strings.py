"""Compiled string measures against plain ones written from their definitions."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from onebasket.align.people.strings import Texts, common, edits, jaro_winkler

SOME = settings(max_examples=300, deadline=None)
LETTERS = st.text("abcde1é张伟𠮷", max_size=9)
TWO = st.one_of(st.tuples(LETTERS, LETTERS), LETTERS.map(lambda text: (text, text[::-1])))


def both(a: str, b: str) -> tuple[Texts, tuple[int, int, int, int]]:
    texts = Texts.of(pa.array([a, b]))
    first, second, end = texts.offsets.tolist()
    return texts, (first, second - first, second, end - second)


def plain_jaro_winkler(a: str, b: str) -> float:
    window = max(max(len(a), len(b)) // 2 - 1, 0)
    taken: set[int] = set()
    pairs = []
    if len(a) > len(b):
        a, b = b, a
    for i, c in enumerate(a):
        for j in range(max(0, i - window), min(len(b), i + window + 1)):
            if b[j] == c and j not in taken:
                taken.add(j)
                pairs.append(c)
                break
    if not pairs:
        return 0.0
    apart = sum(x != y for x, y in zip(pairs, [b[j] for j in sorted(taken)], strict=True)) / 2
    m = len(pairs)
    jaro = (m / len(a) + m / len(b) + (m - apart) / m) / 3
    prefix = 0
    while jaro > 0.7 and prefix < min(4, len(a)) and a[prefix] == b[prefix]:
        prefix += 1
    return jaro + prefix * 0.1 * (1 - jaro)


def plain_edits(a: str, b: str) -> int:
    """Optimal string alignment distance."""
    rows = [[i + j if i * j == 0 else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            rows[i][j] = min(
                rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] != b[j - 1])
            )
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]


@SOME
@given(TWO)
def test_jaro_winkler(pair: tuple[str, str]) -> None:
    texts, places = both(*pair)
    assert abs(jaro_winkler(texts.points, *places) - plain_jaro_winkler(*pair)) < 1e-9


@SOME
@given(TWO)
def test_edits_up_to_three(pair: tuple[str, str]) -> None:
    texts, places = both(*pair)
    assert edits(texts.points, *places, np.empty((3, 66), np.int64)) == min(plain_edits(*pair), 3)


@SOME
@given(TWO)
def test_bags_never_count_too_few_in_common(pair: tuple[str, str]) -> None:
    texts, _ = both(*pair)
    shared = sum((Counter(pair[0]) & Counter(pair[1])).values())
    assert shared <= common(texts.bags, 0, 1) <= min(map(len, pair))


@SOME
@given(st.lists(st.one_of(st.none(), st.text(max_size=80)), max_size=8), st.integers(0, 3))
def test_texts_are_code_points(values: list[str | None], start: int) -> None:
    given = [text or "" for text in values]
    texts = Texts.of(pa.array(given, pa.string()).slice(start))
    found = [
        "".join(map(chr, texts.points[a:b]))
        for a, b in zip(texts.offsets[:-1], texts.offsets[1:], strict=True)
    ]
    assert found == [text[:64] for text in given[start:]]
