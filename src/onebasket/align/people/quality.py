"""How right pairs and clusters are where the truth is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Pair = npt.NDArray[np.int32] | Ints


@dataclass(frozen=True)
class Quality:
    """Shares of pairs of records, and the best harmonic mean that any threshold would have given."""

    precision: float
    recall: float
    f1: float
    best_f1: float


def pairs_within(groups: Ints) -> int:
    """Pairs of records in one group; -1 is no group."""
    counts = np.bincount(groups[groups >= 0])
    return int((counts * (counts - 1) // 2).sum())


def of_pairs(left: Pair, right: Pair, weights: npt.NDArray[np.float32], truth: Ints, cut: float) -> Quality:
    """Quality of links of at least weight `cut`; `truth` is each record's true group, -1 unknown."""
    known = (truth[left] >= 0) & (truth[right] >= 0)
    left, right, weights = left[known], right[known], weights[known]
    true, every = truth[left] == truth[right], pairs_within(truth)
    order = np.argsort(-weights, kind="stable")
    hits = np.cumsum(true[order])
    ends = np.append(np.diff(weights[order]) != 0, True) if len(order) else np.zeros(0, np.bool_)
    f1 = 2.0 * hits / (np.arange(1, len(hits) + 1) + every)
    linked = weights >= cut
    hit, found = int((true & linked).sum()), int(linked.sum())
    return Quality(*_shares(hit, found, every), best_f1=float(f1[ends].max()) if ends.any() else 0.0)


def of_clusters(clusters: Ints, truth: Ints, best_f1: float = 0.0) -> Quality:
    """Quality of clusters, by the pairs within them."""
    known = truth >= 0
    clusters, truth = clusters[known], truth[known]
    if not len(truth):
        return Quality(1.0, 1.0, 1.0, best_f1)
    _, both = np.unique(clusters.astype(np.int64) * (int(truth.max()) + 1) + truth, return_counts=True)
    hit = int((both * (both - 1) // 2).sum())
    shares = _shares(hit, pairs_within(clusters), pairs_within(truth))
    return Quality(*shares, best_f1=max(best_f1, shares[2]))


def _shares(hit: int, found: int, every: int) -> tuple[float, float, float]:
    precision, recall = (hit / of if of else 1.0 for of in (found, every))
    return precision, recall, 2.0 * hit / (found + every) if found + every else 1.0


@dataclass(frozen=True)
class Band:
    """Pairs whose probability lies in one band: what was said of them on average, and what is true."""

    pairs: int
    expected: float
    observed: float


def reliability(weights: npt.NDArray[np.float32], same: npt.NDArray[np.bool_], bands: int = 10) -> list[Band]:
    """How often pairs of a probability are matches, in equal bands from 0 to 1 that hold any."""
    probability = 1.0 / (1.0 + np.exp2(-weights.astype(np.float64)))
    band = np.minimum((probability * bands).astype(np.int64), bands - 1)
    pairs = np.bincount(band, minlength=bands)
    said, true = (np.bincount(band, weights=each, minlength=bands) for each in (probability, same))
    return [Band(int(n), float(p / n), float(t / n)) for n, p, t in zip(pairs, said, true, strict=True) if n]
