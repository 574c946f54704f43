"""From scores to a list that holds what was wished for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from onebasket.recommenders import Ahead, Codes, Mask, Scores, top_of_rows

_FEW = 20  # candidates looked at beyond a list's length before all are ranked


def chosen(
    scores: Scores | Ahead,
    allowed: Mask,
    top: int,
    pinned: Sequence[int] = (),
    groups: Codes | None = None,
    most: int = 0,
    gone: Callable[[int], bool] = lambda code: False,
) -> list[int]:
    """The codes of up to `top` products, best score (products,) first, equals by code.

    Only what is `allowed`, and not `gone`, is listed, and nothing scored -inf or nan but what is `pinned`,
    which comes first in its own order. Of one group at most `most` are listed; 0: as many as there are.
    """
    made: list[int] = []
    often: Counter[int] = Counter()
    taken = set()
    for code in _in_order(scores, allowed, top, list(dict.fromkeys(pinned))):
        group = int(groups[code]) if groups is not None else 0
        if code in taken or gone(code) or (most and often[group] >= most):
            continue
        made.append(code)
        taken.add(code)
        often[group] += 1
        if len(made) == top:
            break
    return made


def _in_order(scores: Scores | Ahead, allowed: Mask, top: int, pinned: Sequence[int]) -> Iterator[int]:
    """Candidates one by one: the first few are found fast, and mostly they are enough."""
    yield from (code for code in pinned if allowed[code])
    if isinstance(scores, Ahead):
        yield from scores.in_order(allowed)
        allowed, scores = scores.others(allowed), scores.whole()
    row = np.where(allowed, scores, -np.inf)
    few = min(top + len(pinned) + _FEW, len(row))
    found, _ = top_of_rows(row[None], few)
    first = found[0][found[0] >= 0]
    yield from first.tolist()
    if len(first) == few < len(row):
        every = np.argsort(-row, kind="stable")
        yield from every[row[every] > -np.inf][few:].tolist()
