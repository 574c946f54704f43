"""Pieces of words are those the docstring names; writing the same another way gives the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onebasket.text.ngrams import grams

BUCKETS = 1 << 16


def buckets(text: str) -> list[int]:
    """A text's buckets, each as often as it counts."""
    made = grams([text], BUCKETS)
    return sorted(np.repeat(made.buckets, made.counts.astype(int)).tolist())


@pytest.mark.parametrize(
    ("text", "pieces"),
    [("", 0), ("… !", 0), ("a", 1), ("ab", 1 + 2), ("abc", 1 + 3 + 2), ("abcd", 1 + 4 + 3 + 2),
     ("ab ab", 6), ("茶", 1), ("绿茶", 3), ("绿茶 茶", 4), ("绿a茶", 3), ("500ml", 1 + 5 + 4 + 3)],
)  # fmt: skip
def test_as_many_pieces_as_it_says(text: str, pieces: int) -> None:
    """Of a word of n letters: itself, and with its ends marked n runs of three, n − 1 of four, n − 2 of five;
    less the one that is all of the word."""
    assert len(buckets(text)) == pieces


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Crème BRÛLÉE", "creme brulee"),
        ("ＡＢＣ", "abc"),
        ("藍牙耳機", "蓝牙耳机"),
        ("a-b", "b a"),
        ("茶，绿", "绿 茶"),
    ],
)
def test_written_otherwise_it_is_the_same(one: str, other: str) -> None:
    assert buckets(one) == buckets(other)


def test_order_within_a_word_counts() -> None:
    assert buckets("abcd") != buckets("dcba")
    assert buckets("茶绿") != buckets("绿茶")


@pytest.mark.parametrize("head", ["茶", "qq", "smartphone ", ""])
def test_other_letters_are_other_buckets(head: str) -> None:
    """Also where only the last letter differs: buckets are shared as by chance, not more."""
    texts = [f"{head}{chr(0x4E00 + number)}{tail}" for number in range(2_000) for tail in ("", "x", "茶")]
    made = len(set(grams(texts, 1 << 26).buckets.tolist()))
    again = len(set(grams(texts, 1 << 12).buckets.tolist()))
    assert made > 3_500 and again > 0.6 * (1 << 12)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text("ab é茶绿1-", max_size=12), max_size=6))
def test_a_text_is_the_same_in_any_company(texts: list[str]) -> None:
    made = grams(texts, BUCKETS)
    assert len(made.starts) == len(texts) + 1
    for place, text in enumerate(texts):
        row = slice(made.starts[place], made.starts[place + 1])
        assert (np.diff(made.buckets[row]) > 0).all()
        assert sorted(np.repeat(made.buckets[row], made.counts[row].astype(int)).tolist()) == buckets(text)
