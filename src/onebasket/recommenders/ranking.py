"""From scores to lists: the best items of each row, ties broken the same way every time."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from onebasket.kernels import compiled
from onebasket.recommenders.interactions import Codes, Ragged

Scores = npt.NDArray[np.floating[Any]]

NOBODY = -1  # fills a list that ends early


def top_of_rows(scores: Scores, top: int, late: Ragged | None = None) -> tuple[Codes, Scores]:
    """The `top` best items of each row of `scores` (rows, items), and their scores, (rows, top) each.

    Best score first; among equals the lower code. Items scored -inf or nan are never listed;
    a list that ends early is filled with item -1 and score -inf. `late` names items a row
    that stand behind all others of equal score: the targets, when ties count against a model.
    """
    rows = len(scores)
    if late is None:
        late = Ragged(np.zeros(rows + 1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32))
    items = np.full((rows, top), NOBODY, np.int32)
    best = np.full((rows, top), -np.inf, scores.dtype)
    if top:
        _select(scores, late.starts, late.items, items, best)
    return items, best


@compiled
def _select(scores: Any, late_starts: Any, late_items: Any, items: Any, best: Any) -> None:
    """Insertion into a short sorted list: most scores fail the first comparison."""
    rows, width = scores.shape
    top = items.shape[1]
    late = np.zeros(width, np.bool_)
    for row in range(rows):
        for place in range(late_starts[row], late_starts[row + 1]):
            late[late_items[place]] = True
        size = 0
        for item in range(width):
            score = scores[row, item]
            if not score > -np.inf:
                continue
            place = size
            if size == top:
                last = best[row, top - 1]
                if score < last or (score == last and (late[item] or not late[items[row, top - 1]])):
                    continue
                place = top - 1
            else:
                size += 1
            while place > 0:
                above = best[row, place - 1]
                if above > score or (above == score and (late[item] or not late[items[row, place - 1]])):
                    break
                best[row, place] = above
                items[row, place] = items[row, place - 1]
                place -= 1
            best[row, place] = score
            items[row, place] = item
        for place in range(late_starts[row], late_starts[row + 1]):
            late[late_items[place]] = False
