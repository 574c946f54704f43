"""Texts by a neural network: in batches, each different text once, kept on disk."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from onebasket.accounting import Progress, silent
from onebasket.text.cache import VectorCache
from onebasket.text.encoder import Floats, of_length_one, sampled

LONGEST = 1_000  # characters of a text that are read; titles have 10 to 200
_BATCH = 64
_KEPT_EVERY = 16  # batches: what a kill costs at most
_CENTRED_ON = 1_000  # texts whose mean is the centre

_BLANK = re.compile(r"[\s\0]+")


class Network(Protocol):
    """A network that turns texts into vectors, slowly."""

    @property
    def name(self) -> str:
        """What it is called in the shop file."""

    @property
    def version(self) -> str:
        """Vectors are kept under it: another version, other vectors."""

    @property
    def width(self) -> int:
        """Numbers a vector."""

    def encode(self, texts: list[str]) -> Floats:
        """Vectors (texts, width) of at least one text, none of them empty."""


class NeuralText:
    """An encoder of texts by a network: what it said of a text is asked for once and kept in `cache`.

    Networks put all texts of a shop into one corner: vectors are taken from the mean of the texts fitted on,
    then scaled to length one. A text is read as far as its `LONGEST`-th character; blanks count once.
    """

    def __init__(self, network: Network, cache: VectorCache | None = None) -> None:
        self.network, self.cache = network, cache
        self.centre: Floats = np.zeros(network.width, np.float32)

    @property
    def name(self) -> str:
        return self.network.name

    def fit(self, texts: Sequence[str], seed: int = 0, progress: Progress = silent) -> NeuralText:
        """Find the middle of the texts."""
        some = [text for text in sampled([readable(text) for text in texts], _CENTRED_ON, seed) if text]
        if some:
            self.centre = self._said(some, progress).mean(axis=0)
        return self

    def vectors(self, texts: Sequence[str], progress: Progress = silent) -> Floats:
        """Vectors (texts, width) of length one; nought where a text is empty."""
        places: dict[str, int] = {}
        order = np.array([places.setdefault(readable(text), len(places)) for text in texts], np.int64)
        distinct = list(places)
        made = np.zeros((len(distinct), self.network.width), np.float32)
        some = [place for place, text in enumerate(distinct) if text]
        made[some] = of_length_one(self._said([distinct[place] for place in some], progress) - self.centre)
        return made if len(distinct) == len(texts) else made[order]

    def _said(self, texts: list[str], progress: Progress) -> Floats:
        """What the network makes of different texts, of length one."""
        name, width = self.network.version, self.network.width
        vectors, known = np.zeros((len(texts), width), np.float32), np.zeros(len(texts), np.bool_)
        if self.cache:
            vectors, known = self.cache.read(name, width, texts)
        # Texts of one length share a batch.
        left = sorted(np.flatnonzero(~known).tolist(), key=lambda place: (len(texts[place]), texts[place]))
        what, size = f"text: {self.name}", _BATCH * _KEPT_EVERY
        progress(what, len(texts) - len(left), len(texts))
        for begin in range(0, len(left), size):
            chunk = left[begin : begin + size]
            for start in range(0, len(chunk), _BATCH):
                batch = chunk[start : start + _BATCH]
                vectors[batch] = of_length_one(self.network.encode([texts[place] for place in batch]))
                progress(what, len(texts) - len(left) + begin + start + len(batch), len(texts))
            if self.cache:
                self.cache.write(name, [texts[place] for place in chunk], vectors[chunk])
        return vectors


def readable(text: str) -> str:
    """What a network is given of a text: blanks once, no halves of characters, not too long."""
    return _BLANK.sub(" ", text[: 4 * LONGEST].encode("utf-8", "replace").decode()).strip()[:LONGEST].strip()
