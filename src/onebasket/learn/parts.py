"""Some of what was bought, to be judged apart: by channel, by how well a customer is known, cold products."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onebasket.learn.evaluate import Targets
from onebasket.learn.known import Known
from onebasket.recommenders import Events, Mask

# Purchases that a customer had made before, at least and at most.
HISTORIES = {"1-4": (1, 4), "5-19": (5, 19), "20+": (20, None)}


@dataclass(frozen=True, eq=False)
class Part:
    """Some of the targets of the customers judged."""

    kind: str  # channel, history or cold
    name: str
    targets: Targets

    @property
    def size(self) -> int:
        """How many targets."""
        return len(self.targets.items.items)


def parts(before: Known, later: Events, targets: Targets) -> list[Part]:
    """All parts that hold a target: of what was known before the window, and what was done in it.

    A product bought in two channels counts in both. Cold products were bought by nobody before the window,
    but looked at, put into a basket, …, or else stood in the catalogue, which is today's.
    """
    made = [
        *(Part("channel", name, targets.only(mask)) for name, mask in _by_channel(later, targets)),
        *(Part("history", name, targets.only(mask)) for name, mask in _by_history(before, targets)),
        *(Part("cold", name, targets.only(mask)) for name, mask in _cold(before, targets)),
    ]
    return [part for part in made if part.size]


def _by_channel(later: Events, targets: Targets) -> Iterator[tuple[str, Mask]]:
    bought = later.bought().coded_by(targets.user_ids, targets.item_ids)
    width = max(len(targets.item_ids), 1)
    wanted = targets.rows * width + targets.items.items
    for mark in bought.marks:
        if mark.name == "channel":
            for code, name in enumerate(mark.values, 1):
                where = mark.codes == code
                there = bought.users[where].astype(np.int64) * width + bought.items[where]
                yield name, np.isin(wanted, there)


def _by_history(before: Known, targets: Targets) -> Iterator[tuple[str, Mask]]:
    purchases = before.purchases
    had = dict(zip(purchases.user_ids, np.bincount(purchases.users), strict=True))
    counts = np.array([had.get(user, 0) for user in targets.user_ids], np.int64)[targets.rows]
    for name, (least, most) in HISTORIES.items():
        yield name, (counts >= least) & (counts <= (counts.max(initial=0) if most is None else most))


def _cold(before: Known, targets: Targets) -> Iterator[tuple[str, Mask]]:
    bought = _among(targets, before.purchases.item_ids)
    offered = _among(targets, before.catalogue.items if before.catalogue else ())
    seen = _among(targets, before.events.item_ids)
    yield "views", seen & ~bought
    yield "catalogue", offered & ~seen & ~bought


def _among(targets: Targets, items: set[str] | tuple[str, ...]) -> npt.NDArray[np.bool_]:
    """Which targets are one of some products."""
    known = set(items)
    mask: Mask = np.array([item in known for item in targets.item_ids], np.bool_)[targets.items.items]
    return mask
