"""A model of judged pairs: the additive one and boosted trees, which see what goes together, averaged."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np

from onebasket.align.products.additive import Additive, Values, fit
from onebasket.align.products.comparing import Floats, Pair
from onebasket.errors import MatchError, MissingExtraError

ROUNDS = 600
SETTINGS = {
    "objective": "binary", "learning_rate": 0.03, "num_leaves": 15, "min_data_in_leaf": 10,
    "bagging_fraction": 0.8, "bagging_freq": 1, "feature_fraction": 0.5, "lambda_l2": 1.0,
    "deterministic": True, "force_row_wise": True, "verbose": -1,
}  # fmt: skip
_CROSSED = 5


@dataclass(frozen=True)
class Blend:
    """The mean of the log odds of both. `trees` is LightGBM's own text."""

    additive: Additive
    trees: str

    def score(self, features: Floats) -> Values:
        """Log odds, shape (pairs,)."""
        told = np.clip(_booster(self.trees).predict(features, raw_score=True), -30.0, 30.0)
        mean: Values = (self.additive.score(features) + told) / 2.0
        return mean


def learn(features: Floats, labels: Values, threads: int = 2, seed: int = 0) -> Blend:
    """The model of judged pairs. Raises MatchError where they hold no two kinds of pairs."""
    if len(np.unique(labels)) < 2:
        raise MatchError(
            "There is nothing to learn from the pairs.",
            found=f"{len(labels):,} pairs, all with the same label" if len(labels) else "no pairs",
            expected="pairs that are one product (1) and pairs that are not (0)",
        )
    lightgbm = boosting("Learning from judged pairs")
    settings = {**SETTINGS, "num_threads": threads, "seed": seed}
    trees = lightgbm.train(settings, lightgbm.Dataset(features, labels), ROUNDS)
    return Blend(fit(features, labels), trees.model_to_string())


def crossed(features: Floats, labels: Values, groups: Pair, threads: int = 2, seed: int = 0) -> Values:
    """Log odds of each judged pair by a model that has seen no pair of its group."""
    found = np.zeros(len(labels))
    fold = groups % _CROSSED
    for number in range(_CROSSED):
        unseen = fold == number
        if unseen.any() and len(np.unique(labels[~unseen])) == 2:
            found[unseen] = learn(features[~unseen], labels[~unseen], threads, seed).score(features[unseen])
    return found


def best_threshold(scores: Values, labels: Values) -> float:
    """The log odds from which on pairs are taken for one product where F1 is best; the middle of a gap."""
    order = np.argsort(-scores, kind="stable")
    ordered, hits = scores[order], np.cumsum(labels[order])
    f1 = 2.0 * hits / (np.arange(1, len(hits) + 1) + labels.sum())
    f1[:-1][ordered[1:] == ordered[:-1]] = -1.0  # equals stand or fall together
    at = int(np.argmax(f1))
    after = ordered[at + 1] if at + 1 < len(ordered) else ordered[at] - 1.0
    return float((ordered[at] + after) / 2.0)


@functools.lru_cache(maxsize=4)
def _booster(trees: str) -> Any:
    return boosting("Learning from judged pairs").Booster(model_str=trees)


def boosting(what: str) -> Any:
    """The module. Raises MissingExtraError where it is not installed."""
    try:
        import lightgbm
    except ImportError as error:
        raise MissingExtraError(what, "learn") from error
    return lightgbm
