"""Blocks hold all texts in order and are bounded; samples are part of larger ones; each text goes once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebasket.text.encoder import Floats, blocks, each_once, of_length_one, sampled


@given(st.lists(st.integers(0, 900_000), max_size=20))
def test_blocks_hold_all_in_order(lengths: list[int]) -> None:
    texts = ["x" * length for length in lengths]
    made = list(blocks(texts))
    assert [text for block in made for text in block] == texts
    assert all(block and (len(block) == 1 or sum(map(len, block)) <= 500_000) for block in made)


def test_blocks_of_many_short_texts() -> None:
    assert [len(block) for block in blocks(["tea"] * 10_000)] == [4_096, 4_096, 1_808]


def test_a_smaller_sample_is_part_of_a_larger() -> None:
    texts = [f"tea {number // 2}" for number in range(2_000)]
    small, large, whole = (sampled(texts, most, 3) for most in (50, 400, 1_000))
    assert len(small) == 50 and len(large) == 400
    assert set(small) < set(large) < set(whole) == set(texts) and len(whole) == 1_000
    assert large == sorted(large, key=texts.index)
    assert sampled(texts, 50, 4) != small


def test_each_text_goes_once_and_progress_ends() -> None:
    asked: list[str] = []
    told: list[tuple[str, int, int]] = []

    def lengths(texts: list[str]) -> Floats:
        asked.extend(texts)
        return np.array([[len(text), 1] for text in texts], np.float32).reshape(-1, 2)

    made = each_once(["a", "bb", "a", "ccc", "bb"], lengths, "text", lambda *step: told.append(step))
    assert asked == ["a", "bb", "ccc"] and made[:, 0].tolist() == [1, 2, 1, 3, 2]
    assert told == [("text", 3, 3)]
    assert each_once([], lengths, "text", lambda *step: None).shape == (0, 2)


def test_lengths_are_one_or_nought() -> None:
    made = of_length_one(np.array([[3, 4], [0, 0], [1e-9, 0]], np.float32))
    assert made == pytest.approx(np.array([[0.6, 0.8], [0, 0], [0, 0]]))
