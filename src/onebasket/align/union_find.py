"""Connected components of a graph given by its edges."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onebasket.kernels import compiled

Codes = npt.NDArray[np.int64]


@compiled
def unite(a: Codes, b: Codes, parent: Codes) -> None:
    """Make `parent[x]` the smallest member of x's component, in place.

    `a`, `b`: int64 arrays of equal length, the edges; `parent`: int64 array, `parent[x] == x`
    at first. Disjoint sets with path halving (Tarjan and van Leeuwen 1984). The smaller root
    wins, so the result does not depend on the order of edges, and as no parent is larger than
    its child, one ascending pass flattens every path at the end.
    """
    for edge in range(len(a)):
        x, y = a[edge], b[edge]
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        while parent[y] != y:
            parent[y] = parent[parent[y]]
            y = parent[y]
        if x < y:
            parent[y] = x
        else:
            parent[x] = y
    for x in range(len(parent)):
        parent[x] = parent[parent[x]]
