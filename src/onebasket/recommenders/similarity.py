"""Likeness between items by who bought them, a few rows at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from onebasket.kernels import compiled
from onebasket.recommenders.interactions import Codes, Floats, Ragged


def norms(buyers: Ragged) -> Floats:
    """Euclidean length of each row."""
    rows = np.repeat(np.arange(buyers.rows), np.diff(buyers.starts))
    return np.sqrt(np.bincount(rows, buyers.values.astype(np.float64) ** 2, minlength=buyers.rows)).astype(
        np.float32
    )


def cosines(history: Ragged, buyers: Ragged, items: Codes) -> Floats:
    """Cosine between the buyers of some items and of all, (len(items), items)."""
    lengths = norms(buyers)
    out = np.zeros((len(items), buyers.rows), np.float32)
    _products(
        history.starts, history.items, history.values, buyers.starts, buyers.items, buyers.values, items, out
    )
    out /= np.maximum(lengths[items], 1e-12)[:, None]
    out /= np.maximum(lengths, 1e-12)
    return out


@compiled
def _products(
    starts: Any, bought: Any, values: Any, item_starts: Any, users: Any, weights: Any, items: Any, out: Any
) -> None:
    """Inner products of the items' rows of buyers with all rows."""
    for row in range(len(items)):
        for place in range(item_starts[items[row]], item_starts[items[row] + 1]):
            user, weight = users[place], weights[place]
            for other in range(starts[user], starts[user + 1]):
                out[row, bought[other]] += weight * values[other]
