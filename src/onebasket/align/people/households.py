"""Households: people who share a home, as the mixture's class of that name tells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from onebasket.align.clustering import Limits, clusters
from onebasket.align.people.comparing import Comparison
from onebasket.align.people.scoring import HOUSEHOLD, MATCH, Levels, Model
from onebasket.align.people.weights import Seen

Ints = npt.NDArray[np.int64]
Pair = npt.NDArray[np.int32]
LARGEST = 12  # people


def households(
    model: Model, compared: Sequence[Comparison], seen: Seen, pairs: tuple[Pair, Pair], people: Ints
) -> Ints:
    """The smallest record of each record's household; `people` are the clusters of records.

    People are of one household where a pair of their records is likelier to be of one home, or one
    person, than of strangers, and may live at one place. Only pairs that some rule brings together are
    seen: rules without a name or an address find few households.
    """
    if len(model.classes) <= 2:
        return people  # two classes know no households
    left, right = pairs
    logs = model.logs(seen.levels)
    home = np.logaddexp(logs[:, MATCH], logs[:, HOUSEHOLD])
    strange = np.logaddexp.reduce(logs[:, HOUSEHOLD + 1 :], axis=1)
    bits = ((home - strange) / np.log(2.0)).astype(np.float32)
    bits[~_one_place(compared, seen.levels)] = -np.inf
    chosen = np.flatnonzero((bits >= 0.0)[seen.place])
    a, b = people[left[chosen]].astype(np.int32), people[right[chosen]].astype(np.int32)
    apart = a != b
    weights = bits[seen.place[chosen[apart]]]
    homes = clusters(len(people), a[apart], b[apart], weights, 0.0, Limits(LARGEST))
    return homes[people]


def _one_place(compared: Sequence[Comparison], levels: Levels) -> npt.NDArray[np.bool_]:
    """Patterns of people who may live together: what is known of their address agrees, but for a slip, and
    address, telephone or family name agree in full.

    Left to itself the class of households takes in neighbours, where many share a postcode.
    """
    fits, shared = np.ones(len(levels), np.bool_), np.zeros(len(levels), np.bool_)
    for place, each in enumerate(compared):
        level, top = levels[:, place], each.size - 1
        if each.coded.field.kind in ("address", "number", "postcode"):
            fits &= (level == 0) | (level >= top - 1)
        if each.coded.field.kind in ("address", "phone", "family_name"):
            shared |= level == top
    return fits & shared
