"""Texts about the same thing are near each other, in Chinese and in English."""

from __future__ import annotations

import numpy as np
import pytest

from onebasket.errors import ModelError
from onebasket.text import LatentSettings, LatentText

TITLES = [
    "Wireless Bluetooth headphones, noise cancelling", "Bluetooth in-ear headphone wireless",
    "Silk summer dress for women", "Women's dress, pure silk", "Cotton T-shirt men", "Men's cotton tee shirt",
    "无线蓝牙耳机 降噪", "藍牙耳機 無線 入耳式",
    "女士真丝连衣裙", "連衣裙 真絲 夏季", "纯棉男士T恤", "男士纯棉短袖",
]  # fmt: skip


def test_each_title_is_nearest_to_its_pair() -> None:
    vectors = LatentText(LatentSettings(width=8)).fit(TITLES).vectors(TITLES)
    near = vectors @ vectors.T
    np.fill_diagonal(near, -1)
    assert (near.argmax(axis=1) == np.arange(len(TITLES)) ^ 1).all()


def test_vectors_have_length_one_or_nought() -> None:
    model = LatentText(LatentSettings(width=4)).fit(TITLES)
    vectors = model.vectors([*TITLES, "", "!!!"])
    assert vectors.shape == (14, 4) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors[:12], axis=1), 1, atol=1e-5)
    assert not vectors[12:].any()


def test_a_text_never_seen_is_placed() -> None:
    model = LatentText(LatentSettings(width=8)).fit(TITLES)
    near = model.vectors(["bluetooth headphones"])[0] @ model.vectors(TITLES).T
    assert set(np.argsort(-near)[:2].tolist()) == {0, 1}


def test_the_same_seed_gives_the_same_vectors() -> None:
    one, other = (
        LatentText(LatentSettings(learnt_from=6)).fit(TITLES, seed=1).vectors(TITLES) for _ in range(2)
    )
    assert (one == other).all()


def test_few_texts_are_enough() -> None:
    for texts in (["tea"], ["tea", "tea"], ["green tea", "", "black tea"]):
        vectors = LatentText().fit(texts).vectors(texts)
        lengths = np.linalg.norm(vectors, axis=1)
        assert vectors.shape == (len(texts), 128)
        assert np.allclose(lengths, [bool(text) for text in texts], atol=1e-5)


@pytest.mark.parametrize("texts", [[], [""], ["", "??"]])
def test_without_a_word_there_is_nothing_to_learn(texts: list[str]) -> None:
    with pytest.raises(ModelError, match="texts") as raised:
        LatentText().fit(texts)
    assert raised.value.next_step
