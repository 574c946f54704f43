"""What is judged apart: purchases by channel, by how well a customer is known, and of cold products; other
actions; first purchases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onebasket.learn.evaluate import Targets
from onebasket.learn.known import Known
from onebasket.recommenders import Events, Interactions, Mask
from onebasket.recommenders.events import PURCHASE

# Purchases that a customer had made before, at least and at most.
HISTORIES = {"1-4": (1, 4), "5-19": (5, 19), "20+": (20, None)}


@dataclass(frozen=True, eq=False)
class Part:
    """Targets that are looked for apart."""

    kind: str  # channel, history, cold, action or newcomer
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
        *(Part("action", name, found) for name, found in _by_action(later, targets.user_ids)),
    ]
    return [part for part in made if part.size]


def newcomers(before: Known, later: Events) -> tuple[Targets, list[Part]]:
    """What people bought in the window who had bought nothing before it; and this in parts, by whether
    anything else was known of them."""
    bought, customers = later.bought(), set(before.purchases.user_ids)
    fresh = [bought.user_ids[code] for code in np.unique(bought.users)]
    targets, known = (
        _of(bought, [user for user in fresh if user not in customers]),
        set(before.events.user_ids),
    )
    seen = np.array([user in known for user in targets.user_ids], np.bool_)[targets.rows]
    made = [
        Part("newcomer", name, targets.only(mask)) for name, mask in (("views", seen), ("nothing", ~seen))
    ]
    return targets, [part for part in made if part.size]


def _by_action(later: Events, users: Sequence[str]) -> Iterator[tuple[str, Targets]]:
    done = later.marks[0]
    for code, name in enumerate(done.values, 1):
        if name != PURCHASE:
            yield name, _of(later.only((done.codes == code) & (later.items >= 0)), users)


def _of(done: Events, users: Sequence[str]) -> Targets:
    """What some people had to do with."""
    own = done.coded_by(users, done.item_ids)
    rows = Interactions(own.users, own.items, own.times, own.user_ids, own.item_ids)
    return Targets(own.user_ids, own.item_ids, rows.histories())


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
