"""What speaks for a value beside how it is written: words of the text, what stands around, like offers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from onebasket.align.products.attributes.spans import Text

Floats = npt.NDArray[np.float64]
Had = npt.NDArray[np.int64]  # words of a text, by number
NOTHING = ""  # the value of an offer that says nothing of an attribute
_LOUDEST = 12  # words that speak most for or against a value
_NEAREST = 8
_KNOWN = 60  # values of an attribute that are tried whether or not they can be read in a text


class Words:
    """Which words the examples of a category have, and which of them are most like an offer."""

    def __init__(self, texts: Sequence[Text]) -> None:
        frequency = Counter(token for text in texts for token in dict.fromkeys(text.tokens))
        # A word of one example says nothing of others.
        self._place = {token: at for at, token in enumerate(t for t, n in frequency.items() if n >= 2)}
        self.frequency = np.array([frequency[token] for token in self._place], np.float64)
        self._rarity = np.log((len(texts) + 1.0) / np.maximum(self.frequency, 1.0))
        self.has = [self.of(text) for text in texts]
        self._matrix = self._weighed(texts)

    def of(self, text: Text) -> Had:
        """Which known words a text has, each once."""
        return np.array(sorted({self._place[t] for t in text.tokens if t in self._place}), np.int64)

    def nearest(self, texts: Sequence[Text]) -> list[list[tuple[int, float]]]:
        """The examples most like each text, with shares that add up to one."""
        cosines = np.asarray((self._weighed(texts) @ self._matrix.T).todense())
        found = []
        for row in cosines:
            best = np.argsort(-row, kind="stable")[:_NEAREST]
            shares = row[best] ** 2
            found.append([(int(at), float(share / max(shares.sum(), 1e-9))) for at, share in
                          zip(best, shares, strict=True)])  # fmt: skip
        return found

    def _weighed(self, texts: Sequence[Text]) -> Any:
        """TF-IDF, rows of length one."""
        from scipy.sparse import csr_matrix

        rows, columns, values = [], [], []
        for at, text in enumerate(texts):
            said = Counter(self._place[token] for token in text.tokens if token in self._place)
            weights = np.array([(1.0 + math.log(n)) * self._rarity[word] for word, n in said.items()])
            rows += [at] * len(said)
            columns += list(said)
            values += list(weights / max(float(np.linalg.norm(weights)), 1e-9))
        return csr_matrix((values, (rows, columns)), shape=(len(texts), len(self._place)))


@dataclass(frozen=True)
class Values:
    """The values that examples have, and how loudly each word speaks for them."""

    times: Counter[str]
    examples: int
    tried: tuple[str, ...]  # said by two examples or more
    _loud: dict[str, Floats]

    @classmethod
    def learn(cls, words: Words, values: Sequence[tuple[str, ...]]) -> Values:
        """Of each example's values."""
        times = Counter(value for said in values for value in said or (NOTHING,))
        tried = [value for value, n in times.most_common(_KNOWN + 1) if n >= 2 and value != NOTHING][:_KNOWN]
        loud = {}
        for value in (*tried, NOTHING):
            mine = np.zeros(len(words.frequency))
            for has, said in zip(words.has, values, strict=True):
                if value in (said or (NOTHING,)):
                    mine[has] += 1.0
            n = times[value]
            loud[value] = _odds(mine, words.frequency - mine, n, len(values) - n)
        return cls(times, len(values), tuple(tried), loud)

    def speak(self, value: str, has: Had) -> float:
        """Log odds that the loudest words of a text add up to; not a number for a value hardly known."""
        loud = self._loud.get(value)
        if loud is None:
            return math.nan
        said = loud[has]
        if len(said) > _LOUDEST:
            said = said[np.argpartition(-np.abs(said), _LOUDEST)[:_LOUDEST]]
        return float(said.sum())


@dataclass(frozen=True)
class Surroundings:
    """Which tokens stand around stretches that say a value, and around those that might but do not."""

    odds: dict[tuple[int, str], float]  # log odds of a token at one of six places
    rare: float  # of any other

    @classmethod
    def learn(cls, told: Iterable[tuple[Text, int, bool]]) -> Surroundings:
        """From stretches of texts and whether each says a value."""
        good: Counter[tuple[int, str]] = Counter()
        bad: Counter[tuple[int, str]] = Counter()
        n = m = 0.0
        for text, place, right in told:
            (good if right else bad).update(text.around(place))
            n, m = n + right, m + (not right)
        rare = math.log(m + 1.0) - math.log(n + 1.0)
        odds = {
            each: math.log((good[each] + 0.5) / (bad[each] + 0.5)) + rare for each in good.keys() | bad.keys()
        }
        return cls(odds, rare)

    def speak(self, text: Text, place: int) -> list[float]:
        """Log odds of each of the six tokens around a stretch."""
        return [self.odds.get(each, self.rare) for each in text.around(place)]


def _odds(mine: Floats, others: Floats, n: int, m: int) -> Floats:
    odds: Floats = np.log((mine + 0.5) / (n + 1.0)) - np.log((others + 0.5) / (m + 1.0))
    return odds
