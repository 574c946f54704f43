"""Which value an offer has of each attribute: candidates of its text and of like offers, judged by trees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from onebasket.accounting import Progress, silent
from onebasket.align.products.attributes.candidates import Candidate, Category, Told
from onebasket.align.products.attributes.evidence import Floats
from onebasket.align.products.attributes.spans import Text
from onebasket.align.products.labelled import boosting
from onebasket.errors import MatchError

_CROSSED = 5
_FEWEST = 10  # examples
_SLICE = 500  # offers whose candidates are held at once
_ROUNDS = 300
_SETTINGS = {
    "objective": "binary", "learning_rate": 0.05, "num_leaves": 31, "min_data_in_leaf": 20,
    "bagging_fraction": 0.8, "bagging_freq": 1, "feature_fraction": 0.6, "lambda_l2": 5.0, "cat_smooth": 20,
    "deterministic": True, "force_row_wise": True, "verbose": -1,
}  # fmt: skip


@dataclass(frozen=True)
class Offer:
    """What is read of an offer. `category` says which attributes it may have; it may be empty."""

    title: str
    description: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What an offer says of an attribute, and how sure that is (a probability)."""

    offer: int
    attribute: str
    value: str
    confidence: float


@dataclass(frozen=True)
class Extractor:
    """Tells the attributes of offers; learnt from examples by `learn`."""

    categories: dict[str, Category]
    trees: Any
    threshold: float  # the confidence from which on a value is taken to be said

    def extract(self, offers: Sequence[Offer], progress: Progress = silent) -> list[Said]:
        """What offers say, where it is sure enough, in their order.

        An offer of a category that no example has says nothing.
        """
        by: dict[str, list[int]] = defaultdict(list)
        for at, offer in enumerate(offers):
            by[offer.category].append(at)
        found: list[Said] = []
        done = 0
        for name, which in by.items():
            category = self.categories.get(name)
            for start in range(0, len(which) if category else 0, _SLICE):
                part = which[start : start + _SLICE]
                texts = [Text(offers[at].title, offers[at].description) for at in part]
                said = _likeliest(self.trees, list(category.candidates(part, texts)) if category else [])
                found += [each for each in said if each.confidence >= self.threshold]
                progress("extract", done + start + len(part), len(offers))
            done += len(which)
        return sorted(found, key=lambda each: each.offer)


def learn(
    offers: Sequence[Offer], told: Sequence[Told], threads: int = 2, seed: int = 0,
    progress: Progress = silent,
) -> Extractor:  # fmt: skip
    """An extractor learnt from offers and the values that would be right of each of their attributes.

    What speaks for a value is counted on other examples than it is judged on, in five folds; so is the
    threshold chosen, where F1 of all attributes is best. Raises MatchError for fewer than ten examples, and
    where none of them says anything that is written in its text.
    """
    if len(offers) < _FEWEST:
        raise MatchError(
            "There are too few examples to learn attributes from.",
            found=f"{len(offers)}",
            expected=f"{_FEWEST} or more",
        )
    work = _Learning(offers, told, threads, seed)
    seen: list[list[Candidate]] = []
    for fold in range(_CROSSED):
        progress("learn", fold, 2 * _CROSSED)
        seen.append(work.candidates(fold))
    if not any(work.right(each) for part in seen for each in part):
        raise MatchError(
            "No value of the examples can be read in their texts.",
            found=f"{len(offers):,} examples",
            expected="values that titles or descriptions say, or that several examples share",
        )
    best: list[Said] = []
    for fold in range(_CROSSED):
        progress("learn", _CROSSED + fold, 2 * _CROSSED)
        trees = work.trees([each for at, part in enumerate(seen) if at != fold for each in part])
        best += _likeliest(trees, seen[fold])
    asked = sum(bool(values) for each in told for values in each.values())
    threshold = _best_threshold([(each.confidence, work.right(each)) for each in best], asked)
    trees = work.trees([each for part in seen for each in part])
    progress("learn", 2 * _CROSSED, 2 * _CROSSED)
    return Extractor(work.categories(lambda _: True), trees, threshold)


class _Learning:
    """Examples in folds, and what can be learnt from some of them."""

    def __init__(self, offers: Sequence[Offer], told: Sequence[Told], threads: int, seed: int) -> None:
        self._offers, self._told = offers, told
        self._texts = [Text(each.title, each.description) for each in offers]
        self._folds = np.random.default_rng(seed).permutation(len(offers)) % _CROSSED
        self._names = sorted({each.category for each in offers})
        self._attributes = {
            name: at for at, name in enumerate(sorted({name for each in told for name in each}))
        }
        self._settings = {**_SETTINGS, "num_threads": threads, "seed": seed}

    def categories(self, seen: Callable[[int], bool]) -> dict[str, Category]:
        """What the examples say that `seen` holds of."""
        by: dict[str, list[int]] = defaultdict(list)
        for at, offer in enumerate(self._offers):
            if seen(at):
                by[offer.category].append(at)
        return {
            name: Category.learn(
                self._names.index(name), self._attributes, [self._texts[at] for at in which],
                [self._told[at] for at in which],
            )
            for name, which in by.items()
        }  # fmt: skip

    def candidates(self, fold: int) -> list[Candidate]:
        """Those of a fold's offers, by what all others say."""
        found: list[Candidate] = []
        for name, category in self.categories(lambda at: bool(self._folds[at] != fold)).items():
            mine = [at for at in self._in(fold) if self._offers[at].category == name]
            found += category.candidates(mine, [self._texts[at] for at in mine])
        return found

    def right(self, each: Candidate | Said) -> bool:
        """Whether an example has this value."""
        return each.value in self._told[each.offer].get(each.attribute, ())

    def trees(self, candidates: Sequence[Candidate]) -> Any:
        """Boosted trees that tell right candidates from wrong ones."""
        module = boosting("Learning attributes")
        labels = np.array([self.right(each) for each in candidates], np.float64)
        data = module.Dataset(_matrix(candidates), labels, categorical_feature=[0, 1])
        return module.train(self._settings, data, _ROUNDS)

    def _in(self, fold: int) -> list[int]:
        found: npt.NDArray[np.int64] = np.flatnonzero(self._folds == fold)
        return [int(at) for at in found]


def _matrix(candidates: Sequence[Candidate]) -> Floats:
    return np.array([each.features for each in candidates], np.float64)


def _likeliest(trees: Any, candidates: Sequence[Candidate]) -> list[Said]:
    """Of each attribute of each offer, the value that is likeliest."""
    if not candidates:
        return []
    best: dict[tuple[int, str], Said] = {}
    for each, likely in zip(candidates, trees.predict(_matrix(candidates)).tolist(), strict=True):
        key = (each.offer, each.attribute)
        if key not in best or likely > best[key].confidence:
            best[key] = Said(each.offer, each.attribute, each.value, likely)
    return list(best.values())


def _best_threshold(told: Sequence[tuple[float, bool]], asked: int) -> float:
    """The confidence from which on F1 is best, where `asked` attributes have a value."""
    best, at, right = 0.0, 0.5, 0
    for taken, (confidence, hit) in enumerate(sorted(told, reverse=True), 1):
        right += hit
        if 2.0 * right / (taken + asked) > best:
            best, at = 2.0 * right / (taken + asked), confidence
    return at
