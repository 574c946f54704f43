"""Work in two halves, side by side, where it is worth it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
THREADS = 2
_WORTH = 20_000  # starting threads costs about as much as so many records


def side_by_side(work: Callable[[T], R], items: Iterable[T], size: int) -> list[R]:
    """The work done on each item, in order; in threads where it is on `size` records or pairs, or more."""
    if size < _WORTH:
        return [work(item) for item in items]
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, items))
