"""One to one: the assignment of columns to slots that is likeliest as a whole."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def assign(gain: NDArray[np.float64]) -> NDArray[np.int64]:
    """For each row the column it gets, -1 for none, so that the sum of gains is greatest; none gains 0.

    Shortest augmenting paths (Jonker and Volgenant, 1987) over rows, with a way out for each row.
    """
    rows, columns = gain.shape
    found = np.full(rows, -1, np.int64)
    if not rows or not columns:
        return found
    cost = np.zeros((rows, columns + rows))
    cost[:, :columns] = np.where(gain > 0, -gain, 1e6)
    holder = np.full(
        columns + rows + 1, -1, np.int64
    )  # the row each column is held by; the last one is a start
    price = np.zeros(columns + rows + 1)
    own = np.zeros(rows)
    for row in range(rows):
        _augment(cost, row, holder, own, price)
    for column, row in enumerate(holder[:columns]):
        if row >= 0 and gain[row, column] > 0:
            found[row] = column
    return found


def _augment(
    cost: NDArray[np.float64],
    row: int,
    holder: NDArray[np.int64],
    own: NDArray[np.float64],
    price: NDArray[np.float64],
) -> None:
    """Give one more row a column, along the cheapest path of exchanges."""
    size = cost.shape[1]
    least = np.full(size, np.inf)
    before = np.full(size, size, np.int64)
    seen = np.zeros(size + 1, bool)
    holder[size] = row
    at = size
    while holder[at] >= 0:
        seen[at] = True
        here = holder[at]
        reduced = cost[here] - own[here] - price[:size]
        better = ~seen[:size] & (reduced < least)
        least[better] = reduced[better]
        before[better] = at
        following = int(np.argmin(np.where(seen[:size], np.inf, least)))
        step = least[following]
        own[holder[seen.nonzero()[0]]] += step
        price[seen] -= step
        least[~seen[:size]] -= step
        at = following
    while at != size:
        holder[at] = holder[before[at]]
        at = int(before[at])
