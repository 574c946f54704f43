"""Connected components of a graph given by its edges."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from onebasket.kernels import compiled

Codes = npt.NDArray[np.int64]
ROOTS = pa.schema([("code", pa.int64()), ("root", pa.int64())])


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


def components(edges: pa.Table) -> pa.Table:
    """Edges (`a`, `b`: codes from 0) to `code`, `root`: the smallest code of its component.

    One row a code up to the largest one that an edge touches.
    """
    a: Codes = edges["a"].to_numpy().astype(np.int64, copy=False)
    b: Codes = edges["b"].to_numpy().astype(np.int64, copy=False)
    size = int(max(a.max(), b.max())) + 1 if len(a) else 0
    parent = np.arange(size, dtype=np.int64)
    if size:
        unite(a, b, parent)
    return pa.table({"code": np.arange(size, dtype=np.int64), "root": parent}, schema=ROOTS)
