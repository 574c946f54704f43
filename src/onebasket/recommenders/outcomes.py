"""What the network is told of coming days beside the next product: returns, money, what kinds of products."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from onebasket.recommenders.events import PRICE, RETURN, UNITS, Events, values_of_steps
from onebasket.recommenders.interactions import Ragged

if TYPE_CHECKING:
    from onebasket.timeline.coming import Outcomes

_GROUPS = 32  # attributes of products, those of most purchases


def groups_of(events: Events, attributes: Ragged) -> npt.NDArray[np.bool_]:
    """Which items have each of the attributes that most purchases have, (items + 1, at most _GROUPS): none
    first. `attributes`: as `Catalogue.attribute_codes` has them."""
    bought = np.bincount(events.bought().items, minlength=attributes.rows)
    sizes = np.diff(attributes.starts)
    counts = np.bincount(attributes.items, np.repeat(bought, sizes), minlength=1)
    counts[0] = 0  # it has none
    kept = np.sort(np.argsort(-counts, kind="stable")[: min(_GROUPS, int((counts > 0).sum()))])
    made = np.zeros((attributes.rows + 1, len(kept)), np.bool_)
    place = np.full(len(counts), -1)
    place[kept] = np.arange(len(kept))
    which, whose = place[attributes.items], np.repeat(np.arange(attributes.rows), sizes)
    made[whose[which >= 0] + 1, which[which >= 0]] = True
    return made


def outcomes_of(events: Events, groups: npt.NDArray[np.bool_]) -> Outcomes:
    """What came of each event, as far as marks tell: what was done, the price of a unit, and how many."""
    from onebasket.timeline.coming import Outcomes

    marks = {mark.name: mark for mark in events.marks[1:]}
    worth = np.zeros(len(events), np.float32)
    if PRICE in marks:
        worth = values_of_steps(marks[PRICE])
        if UNITS in marks:
            units = values_of_steps(marks[UNITS])
            worth = worth * np.where(units > 0, units, 1).astype(np.float32)
    done = events.marks[0]
    given_back = done.values.index(RETURN) + 1 if RETURN in done.values else -1
    return Outcomes(done.codes == given_back, worth, groups)
