"""Sequential rules: what follows what, counted."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
import numpy as np
import numpy.typing as npt

from onebasket.accounting import Progress
from onebasket.kernels import compiled
from onebasket.recommenders.interactions import Codes, Floats, Ragged
from onebasket.recommenders.ranking import Scores
from onebasket.recommenders.recommender import Recommender


class SequentialRulesSettings(msgspec.Struct, frozen=True):
    """How pairs of purchases count, and how a history is weighed.

    Two purchases of one user `d` apart count `nearness ** (d − 1)`, up to `window` apart; the earlier is
    followed by the later, and the later by the earlier as far as `backward` says. Counts are divided by
    ((n_i + shrinkage) (n_j + shrinkage)) ** power, n being purchases; each item keeps its best `followers`.
    Of a history the last purchase counts one, the one before `recency`, and so on.
    """

    nearness: float = 0.6
    backward: float = 0.5
    window: int = 10
    shrinkage: float = 10.0
    power: float = 0.4
    followers: int = 300
    recency: float = 0.6
    half_life_days: float = 0.0


class SequentialRules(Recommender):
    """Weighted counts of what was bought after what.

    Ludewig, Jannach, "Evaluation of session-based recommendation algorithms", User Modeling and
    User-Adapted Interaction 28, 2018 (their rules SR), with purchases counted backward, too, and the whole
    recent history asked instead of its last item.
    """

    name: ClassVar[str] = "sequential_rules"
    ordered: ClassVar[bool] = True

    def __init__(self, settings: SequentialRulesSettings | None = None) -> None:
        self.settings = settings or SequentialRulesSettings()

    def _fit(self, seed: int, progress: Progress) -> None:
        self.followers = followers(self.sequences, len(self.item_ids), self.settings)
        progress(self.name, 1, 1)

    def scores(self, users: Codes) -> Scores:
        made = followed(self.followers, self.sequences.take(users), self.settings.recency)
        # What follows nothing of the history ranks behind all that does, by popularity.
        led = made > 0
        rest = self.popularity / (1 + self.popularity.max(initial=0))
        least = np.where(led, made, np.float32(1)).min(axis=1, keepdims=True)
        return np.where(led, made, rest * (least / 2))

    def _similarities(self, items: Codes) -> Scores:
        """What follows each item."""
        alone = Ragged(np.arange(len(items) + 1), items, np.ones(len(items), np.float32))
        made = followed(self.followers, alone, self.settings.recency)
        made[made <= 0] = -np.inf
        return made

    def _arrays(self) -> dict[str, npt.NDArray[Any]]:
        rules = self.followers
        return {"rules.starts": rules.starts, "rules.items": rules.items, "rules.values": rules.values}

    def _restore(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        self.followers = Ragged(*(arrays[f"rules.{part}"] for part in ("starts", "items", "values")))


def followers(sequences: Ragged, items: int, settings: SequentialRulesSettings) -> Ragged:
    """What follows each item, the most likely first, with how likely; a row an item."""
    lengths = np.diff(sequences.starts)
    bounds = np.stack([np.repeat(sequences.starts[:-1], lengths), np.repeat(sequences.starts[1:], lengths)])
    bought = np.bincount(sequences.items, minlength=items)
    discount = (bought + settings.shrinkage) ** -settings.power
    weights = settings.nearness ** np.arange(settings.window) * np.array([[1.0], [settings.backward]])
    order = np.argsort(sequences.items, kind="stable")
    most = np.minimum(2 * settings.window * bought, min(settings.followers, items))
    kept, found, values = _count(sequences.items, bounds, order, bought, weights, discount, most)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(kept)])
    inside = np.repeat(np.cumsum(most) - most - starts[:-1], kept) + np.arange(starts[-1])
    return Ragged(starts, found[inside], values[inside])


def followed(rules: Ragged, sequences: Ragged, recency: float) -> Floats:
    """How much speaks for each item to come after some histories, (histories, items); 0: nothing does."""
    made = np.zeros((sequences.rows, rules.rows), np.float32)
    _weigh(sequences.starts, sequences.items, rules.starts, rules.items, rules.values, recency, made)
    return made


@compiled
def _count(
    sequence: Any, bounds: Any, order: Any, bought: Any, weights: Any, discount: Any, most: Any
) -> Any:
    """Each item's followers, the best first, equals by code: how many, which, how much, in room for `most`.

    `bounds` (2, events): where each event's history begins and ends. `order`: events by item. `weights`
    (2, window): of the events after, and of those before.
    """
    items = len(bought)
    kept = np.zeros(items, np.int64)
    found, values = np.zeros(most.sum(), np.int32), np.zeros(most.sum(), np.float32)
    sums, touched = np.zeros(items), np.zeros(items, np.int64)
    first = room = 0
    for item in range(items):
        size = 0
        for event in order[first : first + bought[item]]:
            for apart in range(1, weights.shape[1] + 1):
                for way in range(2):
                    other = event + apart if way == 0 else event - apart
                    if bounds[0, event] <= other < bounds[1, event] and weights[way, apart - 1] > 0:
                        if sums[sequence[other]] == 0:
                            touched[size] = sequence[other]
                            size += 1
                        sums[sequence[other]] += weights[way, apart - 1]
        others = np.sort(touched[:size])
        worth = sums[others] * discount[others] * discount[item]
        sums[others] = 0
        best = np.argsort(-worth, kind="mergesort")[: most[item]]
        kept[item] = len(best)
        found[room : room + len(best)] = others[best]
        values[room : room + len(best)] = worth[best]
        first, room = first + bought[item], room + most[item]
    return kept, found, values


@compiled
def _weigh(
    starts: Any, items: Any, rule_starts: Any, followers: Any, values: Any, recency: Any, out: Any
) -> None:
    """Add up what follows the items of each history, the last purchase first."""
    for row in range(len(starts) - 1):
        weight = 1.0
        for place in range(starts[row + 1] - 1, starts[row] - 1, -1):
            if weight < 1e-6:
                break
            for rule in range(rule_starts[items[place]], rule_starts[items[place] + 1]):
                out[row, followers[rule]] += weight * values[rule]
            weight *= recency
