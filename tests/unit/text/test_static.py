"""The table finds a linear teacher's vectors again, and stays near one that is not linear."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from onebasket.accounting import Progress, silent
from onebasket.errors import ModelError
from onebasket.text import LatentText, StaticSettings, StaticText, TextEncoder
from onebasket.text.encoder import Floats, of_length_one
from onebasket.text.ngrams import grams

LATIN = ["tea", "green", "black", "silver", "pot", "cup", "glass", "wood", "steel", "large"]
CHINESE = list("茶绿红银壶杯玻璃木钢")
WORDS = [*LATIN, *CHINESE]


class Means:
    """A teacher whose vector of a text is the mean of its words' vectors, the rarer ones counting no more."""

    name = "means"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.words = dict(zip(WORDS, np.random.default_rng(0).normal(size=(len(WORDS), 32)), strict=True))

    def fit(self, texts: Sequence[str], seed: int = 0, progress: Progress = silent) -> Means:
        return self

    def vectors(self, texts: Sequence[str], progress: Progress = silent) -> Floats:
        self.asked += texts
        said = [[self.words[word] for word in text.split()] for text in texts]
        return of_length_one(np.array([np.mean(each, axis=0) for each in said], np.float32))


class Still:
    """A teacher that is not fitted again."""

    name = "still"

    def __init__(self, encoder: TextEncoder) -> None:
        self.encoder = encoder

    def fit(self, texts: Sequence[str], seed: int = 0, progress: Progress = silent) -> Still:
        return self

    def vectors(self, texts: Sequence[str], progress: Progress = silent) -> Floats:
        return self.encoder.vectors(texts)


def titles(number: int, seed: int) -> list[str]:
    random = np.random.default_rng(seed)
    made = []
    for _ in range(number):
        words = CHINESE if random.random() < 0.5 else LATIN
        made.append(" ".join(random.choice(words, random.integers(2, 5), replace=False)))
    return made


class Table(StaticText):
    """A teacher that is itself a table of pieces: vectors drawn at random, of any length."""

    name = "table"

    def _block(self, texts: list[str]) -> Floats:
        random = np.random.default_rng(5).normal(size=self.table.shape)
        return np.asarray(self._matrix(grams(texts, self.settings.buckets), len(self.table)) @ random)


def test_a_linear_teacher_is_reproduced() -> None:
    """Texts never seen, of pieces that were: the student has the teacher's very vectors."""
    texts = titles(900, 1)
    teacher = Table(Means()).fit(texts)
    student = StaticText(Still(teacher), StaticSettings(ridge=1e-6)).fit(texts)
    held_out = [text for text in titles(500, 2) if text not in set(texts)]
    assert len(held_out) > 100
    agreement = (student.vectors(held_out) * of_length_one(teacher.vectors(held_out))).sum(axis=1)
    assert agreement.min() > 0.9999


def test_a_teacher_that_is_nearly_linear_is_nearly_reproduced() -> None:
    """Words count alike with the teacher, rare and long ones more with the student."""
    teacher, held_out = Means(), titles(300, 2)
    student = StaticText(teacher, StaticSettings(learnt_from=600)).fit(titles(900, 1))
    assert (student.vectors(held_out) * teacher.vectors(held_out)).sum(axis=1).mean() > 0.9


def test_no_more_than_the_sample_is_asked_and_the_seed_decides() -> None:
    texts = titles(900, 1)
    asked = []
    for seed in (1, 1, 2):
        teacher = Means()
        student = StaticText(teacher, StaticSettings(learnt_from=50)).fit(texts * 2, seed)
        asked.append((set(teacher.asked), student.vectors(texts[:9])))
    assert len(asked[0][0]) == 50
    assert asked[0][0] == asked[1][0] != asked[2][0]
    assert np.array_equal(asked[0][1], asked[1][1])


def test_a_text_has_the_same_vector_in_any_company() -> None:
    student = StaticText(Means(), StaticSettings(learnt_from=100)).fit(titles(200, 1))
    texts = titles(5_000, 4)
    together = student.vectors(texts)
    assert np.allclose(together[4_998], student.vectors([texts[4_998]])[0], atol=1e-6)


def test_unknown_pieces_say_nothing() -> None:
    student = StaticText(Means()).fit(titles(200, 1))
    assert not student.vectors(["", "🍵", "qqq", "龘"]).any()


HARD = ["", "  \n", "🍵🍵", "茶" * 400_000, "tea " * 250_000, "a\0b", "\ud800", "tea" * 300_000]


@pytest.mark.parametrize("encoder", [LatentText(), StaticText(Means())], ids=["ngrams", "static"])
def test_hard_texts_are_sound(encoder: TextEncoder) -> None:
    encoder.fit(titles(300, 1))
    vectors = encoder.vectors(HARD)
    lengths = np.linalg.norm(vectors, axis=1)
    assert np.isfinite(vectors).all() and not lengths[:3].any()
    assert lengths[3:5] == pytest.approx(1, abs=1e-4)
    assert encoder.vectors([]).shape == (0, vectors.shape[1])


@pytest.mark.parametrize("encoder", [LatentText(), StaticText(Means())], ids=["ngrams", "static"])
def test_one_title_a_million_times(encoder: TextEncoder) -> None:
    many = ["black tea"] * 1_000_000
    vectors = encoder.fit([*titles(50, 1), *many]).vectors(many)
    assert len(vectors) == 1_000_000 and np.array_equal(vectors[0], vectors[-1])
    assert np.linalg.norm(vectors[0]) == pytest.approx(1, abs=1e-4)


def test_nothing_to_learn_from_is_told() -> None:
    with pytest.raises(ModelError, match="texts"):
        StaticText(Means()).fit(["", " "])
