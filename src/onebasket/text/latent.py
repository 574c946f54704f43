"""Latent semantic vectors of texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from onebasket.accounting import Progress, silent
from onebasket.errors import ModelError
from onebasket.text.encoder import Floats, each_once, of_length_one
from onebasket.text.ngrams import Grams, grams
from onebasket.text.sparse import sparse


class LatentSettings(msgspec.Struct, frozen=True):
    """`width` numbers a text, from `buckets` of words and pieces of words; `learnt_from` texts at most."""

    width: int = 128
    buckets: int = 1 << 16
    learnt_from: int = 100_000


class LatentText:
    """Texts as vectors learnt from texts: words and pieces of words, weighed, in their main directions.

    A piece counts (1 + ln how often it is there) · (1 + ln((1 + texts) / (1 + texts with it))); texts are
    scaled to length one; the matrix of all is cut to its `width` largest singular values. Deerwester and
    others, "Indexing by latent semantic analysis", JASIS 41, 1990. Needs the extra `learn`.
    """

    name = "ngrams"

    def __init__(self, settings: LatentSettings | None = None) -> None:
        self.settings = settings or LatentSettings()
        self.weights: Floats = np.zeros(0, np.float32)  # (buckets,) how much a bucket tells
        self.directions: Floats = np.zeros((0, 0), np.float32)  # (buckets, width)

    def fit(self, texts: Sequence[str], seed: int = 0, progress: Progress = silent) -> LatentText:
        """Learn what words tell and which go together. Raises ModelError where there is no word."""
        settings = self.settings
        random = np.random.default_rng(seed)
        chosen = np.arange(len(texts))
        if len(texts) > settings.learnt_from:
            chosen = np.sort(random.choice(len(texts), settings.learnt_from, replace=False))
        said = grams([texts[place] for place in chosen.tolist()], settings.buckets)
        progress("text: words", 1, 2)
        if not len(said.buckets):
            raise ModelError(
                "Nothing can be learned from these texts.",
                found=f"{len(texts)} texts without a word",
                expected="at least one word",
                next_step="leave the texts out",
            )
        having = np.bincount(said.buckets, minlength=settings.buckets)
        self.weights = (1 + np.log((1 + len(chosen)) / (1 + having))).astype(np.float32)
        self.directions = self._main_directions(said, random)
        progress("text: words", 2, 2)
        return self

    def _main_directions(self, said: Grams, random: np.random.Generator) -> Floats:
        """The right singular vectors of the largest singular values, (buckets, width)."""
        settings, used = self.settings, np.unique(said.buckets)
        matrix = self._matrix(said)[:, used]
        if min(matrix.shape) <= settings.width + 1:  # too few for Lanczos' method
            turned = np.linalg.svd(matrix.toarray(), full_matrices=False)[2][: settings.width]
        else:
            start = random.normal(size=min(matrix.shape))
            turned = sparse().linalg.svds(matrix, settings.width, v0=start)[2][::-1]
        made = np.zeros((settings.buckets, settings.width), np.float32)
        made[used, : len(turned)] = turned.T
        return made

    def vectors(self, texts: Sequence[str], progress: Progress = silent) -> Floats:
        """Vectors (texts, width) of length one; nought where a text has no word that tells anything."""
        return each_once(texts, self._block, "text: ngrams", progress)

    def _block(self, texts: list[str]) -> Floats:
        made = self._matrix(grams(texts, self.settings.buckets)) @ self.directions
        return of_length_one(np.asarray(made, np.float32))

    def _matrix(self, said: Grams) -> Any:
        """Weighed and scaled, sparse (texts, buckets)."""
        values = (1 + np.log(said.counts)) * self.weights[said.buckets]
        rows = np.repeat(np.arange(len(said.starts) - 1), np.diff(said.starts))
        lengths = np.sqrt(np.bincount(rows, values.astype(np.float64) ** 2, minlength=len(said.starts) - 1))
        values = (values / np.maximum(lengths, 1e-12)[rows]).astype(np.float32)
        shape = (len(said.starts) - 1, self.settings.buckets)
        return sparse().csr_matrix((values, said.buckets, said.starts), shape=shape)
