"""From scores to lists: the best products within what is wished for, told field by field."""

from __future__ import annotations

import math
import secrets
from collections.abc import Sequence
from typing import Any

import numpy as np

from onebasket.recommenders import Ahead, Mask, Scores
from onebasket.serve.arms import Dealt
from onebasket.serve.exploring import Pool
from onebasket.serve.happened import Live
from onebasket.serve.lists import chosen
from onebasket.serve.opened import Opened
from onebasket.serve.scored import Opinion
from onebasket.serve.told import Listed, Listing
from onebasket.serve.wishes import Wishes
from onebasket.shop import Placement


class Maker:
    """Makes lists of one version. Threads may ask at once."""

    def __init__(self, opened: Opened, live: Live) -> None:
        self._opened, self._live = opened, live

    def pool(self, scores: Scores | Ahead, allowed: Mask, asked: Placement) -> Pool:
        """The best products, of which a list is made."""
        known, pinned = self._opened.assortment, self._opened.assortment.coded(asked.pinned)
        most = max(asked.top, asked.explore_among) if asked.explore else asked.top
        codes = chosen(
            scores, allowed, most, pinned, known.groups if asked.most_per_category else None,
            asked.most_per_category, lambda code: asked.in_stock and (self._left(code) or 0) < 1,
        )  # fmt: skip
        first = set(pinned)
        return Pool(codes, sum(code in first for code in codes), asked.top, asked.explore)

    def _left(self, code: int) -> float | None:
        """Units in stock now."""
        known = self._opened.assortment
        stock = known.stock[code]
        return None if math.isnan(stock) else float(stock - self._live.sold().get(known.ids[code], 0.0))

    def listing(
        self, codes: Sequence[int], pool: Pool, opinion: Opinion, wishes: Wishes, dealt: Dealt,
        customer: str | None = None,
    ) -> Listing:  # fmt: skip
        """Products of a pool as a list, by what it goes and how it came to be theirs."""
        known, scores = self._opened.assortment, opinion.scores
        items = tuple(
            Listed(rank, known.ids[code], known.skus[code], known.titles[code], known.brands[code],
                   known.categories[code], _whole(known.prices[code]), self._left(code),
                   number(scores[code]), rank <= pool.pinned)
            for rank, code in enumerate(codes, 1)
        )  # fmt: skip
        return Listing(
            list_id(), items, opinion.basis, customer, wishes.placement, dealt.model, self._opened.number,
            dealt.arm,
        )  # fmt: skip


def list_id() -> str:
    """An id that no other list has."""
    return secrets.token_hex(16)


def number(value: np.floating[Any]) -> float | None:
    """A score as JSON has it; None: there is none."""
    return float(value) if np.isfinite(value) else None


def _whole(value: float) -> int | None:
    return None if math.isnan(value) else int(value)
