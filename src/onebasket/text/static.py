"""A table of pieces of words that stands in for a network: a thousand times as fast, and nearly as right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from onebasket.accounting import Progress, silent
from onebasket.errors import ModelError
from onebasket.text.encoder import Floats, TextEncoder, each_once, of_length_one, sampled
from onebasket.text.ngrams import Grams, grams
from onebasket.text.sparse import sparse


class StaticSettings(msgspec.Struct, frozen=True):
    """`learnt_from` texts are shown to the teacher; `ridge`: how much a vector of a piece costs.

    Learning takes 8 · learnt_from² bytes for a moment, and 4 · width for each piece that was seen, of which
    there are at most `buckets`.
    """

    learnt_from: int = 4_000
    buckets: int = 1 << 18
    ridge: float = 0.1


class StaticText:
    """The vectors of a teacher, as sums over a text's pieces: words, characters, and runs of them.

    Piece p counts w(t, p) = (1 + ln how often it is in text t) · (1 + ln((1 + texts) / (1 + texts with it))),
    a text's scaled to length one. The vectors E of pieces are those that minimise
    Σ |w(t) E − teacher(t)|² + ridge · |E|² over the texts shown to the teacher: with their weights W and
    vectors T, E = Wᵀ (W Wᵀ + ridge · I)⁻¹ T. Hoerl and Kennard, "Ridge regression", Technometrics 12, 1970,
    in its dual form. A text without a known piece has no vector. Needs the extra `learn`.
    """

    def __init__(self, teacher: TextEncoder, settings: StaticSettings | None = None) -> None:
        self.teacher, self.settings = teacher, settings or StaticSettings()
        self.weights: Floats = np.zeros(self.settings.buckets, np.float32)  # how much a piece tells
        self.rows = np.full(self.settings.buckets, -1, np.int32)  # a piece's row in the table; -1: none
        self.table: Floats = np.zeros((0, 0), np.float32)  # (pieces seen, width)

    @property
    def name(self) -> str:
        return f"{self.teacher.name}-static"

    def fit(self, texts: Sequence[str], seed: int = 0, progress: Progress = silent) -> StaticText:
        """Ask the teacher for some of the texts and learn what their pieces mean."""
        settings = self.settings
        shown = [text for text in sampled(texts, settings.learnt_from, seed) if text.strip()]
        if not shown:
            raise ModelError(
                "Nothing can be learned from these texts.",
                found=f"{len(texts)} texts without a word",
                expected="at least one word",
                next_step="leave the texts out",
            )
        wanted = self.teacher.fit(shown, seed, progress).vectors(shown, progress).astype(np.float64)
        said = grams(shown, settings.buckets)
        having = np.bincount(said.buckets, minlength=settings.buckets)
        self.weights = (1 + np.log((1 + len(shown)) / (1 + having))).astype(np.float32)
        pieces = np.flatnonzero(having)
        self.rows = np.full(settings.buckets, -1, np.int32)
        self.rows[pieces] = np.arange(len(pieces), dtype=np.int32)
        progress("text: pieces", 0, 1)
        matrix = self._matrix(said, len(pieces))
        alike = (matrix @ matrix.T).toarray().astype(np.float64)
        alike[np.diag_indices_from(alike)] += settings.ridge
        self.table = np.asarray(matrix.T @ np.linalg.solve(alike, wanted), np.float32)
        progress("text: pieces", 1, 1)
        return self

    def vectors(self, texts: Sequence[str], progress: Progress = silent) -> Floats:
        """Vectors (texts, width) of length one; nought where no piece of a text is known."""
        return each_once(texts, self._block, f"text: {self.name}", progress)

    def _block(self, texts: list[str]) -> Floats:
        matrix = self._matrix(grams(texts, self.settings.buckets), len(self.table))
        return of_length_one(np.asarray(matrix @ self.table, np.float32))

    def _matrix(self, said: Grams, pieces: int) -> Any:
        """Weights of pieces, (texts, pieces seen), sparse, a text's scaled to length one."""
        texts = len(said.starts) - 1
        places = np.repeat(np.arange(texts), np.diff(said.starts))
        values: npt.NDArray[np.float64] = (1 + np.log(said.counts)) * self.weights[said.buckets]
        lengths = np.sqrt(np.bincount(places, values.astype(np.float64) ** 2, minlength=texts))
        known = self.rows[said.buckets] >= 0
        told = (values / np.maximum(lengths, 1e-12)[places])[known].astype(np.float32)
        where = (places[known], self.rows[said.buckets[known]])
        return sparse().csr_matrix((told, where), shape=(texts, pieces))
