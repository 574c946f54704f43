"""What all encoders of texts have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from onebasket.accounting import Progress, silent

Floats = npt.NDArray[np.float32]

_TEXTS = 4_096  # a block: so many texts at most,
_LETTERS = 500_000  # and so many characters, unless one text alone has more


class TextEncoder(Protocol):
    """Turns texts into vectors whose cosine says how alike the texts are."""

    @property
    def name(self) -> str:
        """What it is called in the shop file."""

    def fit(self, texts: Sequence[str], seed: int = 0, progress: Progress = silent) -> Self:
        """Learn what there is to learn from the texts at hand."""

    def vectors(self, texts: Sequence[str], progress: Progress = silent) -> Floats:
        """Vectors (texts, width), of length one; nought where a text says nothing."""


def each_once(
    texts: Sequence[str], encode: Callable[[list[str]], Floats], what: str, progress: Progress
) -> Floats:
    """What `encode` makes of texts, (texts, width): block by block, each different text once."""
    places: dict[str, int] = {}
    order = np.fromiter((places.setdefault(text, len(places)) for text in texts), np.int64, len(texts))
    distinct, made, done = list(places), [], 0
    for block in blocks(distinct):
        made.append(encode(block))
        done += len(block)
        progress(what, done, len(distinct))
    if not made:
        return encode([])
    vectors = np.concatenate(made)
    return vectors if len(distinct) == len(texts) else vectors[order]


def blocks(texts: Sequence[str]) -> Iterator[list[str]]:
    """Texts in order, in blocks of bounded size."""
    block: list[str] = []
    letters = 0
    for text in texts:
        if block and (len(block) == _TEXTS or letters + len(text) > _LETTERS):
            yield block
            block, letters = [], 0
        block.append(text)
        letters += len(text)
    if block:
        yield block


def sampled(texts: Sequence[str], most: int, seed: int) -> list[str]:
    """Different texts, drawn at random where there are more than `most`, in the order they came.

    A smaller sample is part of a larger one: what a network said of it is not asked for again.
    """
    distinct = list(dict.fromkeys(texts))
    if len(distinct) <= most:
        return distinct
    chosen = np.random.default_rng(seed).permutation(len(distinct))[:most]
    return [distinct[place] for place in np.sort(chosen).tolist()]


def of_length_one(vectors: Floats) -> Floats:
    """Rows (n, width) scaled to length one; those of hardly any length are nought."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    made: Floats = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 1e-6)
    return made
