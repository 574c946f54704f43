"""How good a recommender is: later purchases against full rankings, with intervals.

The protocol. Time is cut once for everybody: a model is fitted on all purchases before the
cut and judged by those of the window after it. Judged are customers with at least one
purchase on either side. Every product bought before the cut is ranked; ties count against
the model: a product that was bought stands behind all others of its score. A product first
sold after the cut counts as missed, unless the model knows it from the catalogue and lists it.
With seen = "allow" everything bought in the window is a target; with "mask" what the customer
bought before is neither listed nor a target. `ndcg@10_new` is the second, whatever the policy:
in groceries most purchases repeat, and this is what a model says beyond habit.

Metrics of a list of length k: hr, the share of customers with a target in it; ndcg, gain 1 a
target, discounted by log2(place + 1), over the best a list could have; recall, listed targets
over all targets; mrr, 1 / place of the first target, or 0; coverage, the share of the products
that the model ranks in at least one list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from onebasket.recommenders import Codes, Interactions, Mask, Ragged, Recommender, Seen, top_of_rows

RESAMPLES = 1_000
_CHUNK = 100

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Targets:
    """What customers bought in the window."""

    user_ids: tuple[str, ...]  # (customers,)
    item_ids: tuple[str, ...]
    items: Ragged  # a row a customer: distinct products, rising, coded as `item_ids` lists them

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        """The customer of each target, (targets,)."""
        return np.repeat(np.arange(self.items.rows), np.diff(self.items.starts))

    def only(self, mask: Mask) -> Targets:
        """Of the same customers some of the targets."""
        return replace(self, items=_ragged(self.rows[mask], self.items.items[mask], self.items.rows))


@dataclass(frozen=True, eq=False)
class _Goal:
    """Targets in the codes of one model."""

    users: Codes  # (customers,) -1: unknown to the model
    items: Ragged  # those it can list, rising
    sizes: npt.NDArray[np.int64]  # (customers,) all, those it cannot list included


@dataclass(frozen=True, eq=False)
class Judged:
    """One model's results, before they are averaged."""

    values: Values  # (customers, metrics) in the order of `metrics`; nan where there was no target
    coverage: float
    # (customers, parts): ndcg of some of the targets alone; nan where there was none
    apart: Values = field(default_factory=lambda: np.zeros((0, 0)))


@dataclass(frozen=True)
class Score:
    """A mean and its 95 % interval."""

    metric: str
    value: float
    low: float
    high: float
    customers: int


def metrics(top: int) -> tuple[str, ...]:
    """Names of the metrics that are means over customers."""
    return (f"hr@{top}", f"ndcg@{top}", f"recall@{top}", f"mrr@{top}", f"ndcg@{top}_new")


def targets(before: Interactions, after: Interactions) -> Targets:
    """Who is judged, by what."""
    known = set(before.user_ids)
    judged = np.array([code for code, user in enumerate(after.user_ids) if user in known], np.int32)
    user_ids = tuple(after.user_ids[code] for code in judged)
    return Targets(user_ids, after.item_ids, after.histories().take(judged))


def judge(
    model: Recommender, targets: Targets, top: int, seen: Seen, parts: Sequence[Targets] = ()
) -> Judged:
    """Judge a model that was fitted on what came before. Who is unknown to it gets the most bought.

    `parts`: some of the targets of the same customers, to be looked for in the same lists.
    """
    goal = _coded_for(model, targets)
    some = [_coded_for(model, part) for part in parts]
    if seen == "mask":
        some = [_without_seen(part, model) for part in some]
    values = np.full((len(goal.users), len(metrics(top))), np.nan)
    listed = np.zeros(len(model.item_ids), np.bool_)
    fresh = _without_seen(goal, model)
    apart = np.full((len(goal.users), len(some)), np.nan)
    rows = np.arange(len(goal.users), dtype=np.int32)
    for block in model.blocks(rows):
        scores = model.scored(goal.users[block])
        if seen == "allow":
            lists, _ = top_of_rows(scores, top, late=goal.items.take(block))
            values[block, :4] = _measured(lists, goal, block, len(listed))
        model.mask_seen(scores, goal.users[block])
        masked, _ = top_of_rows(scores, top, late=fresh.items.take(block))
        new = _measured(masked, fresh, block, len(listed))
        values[block, 4] = new[:, 1]
        if seen == "mask":
            lists, values[block, :4] = masked, new
        for place, part in enumerate(some):
            apart[block, place] = _measured(lists, part, block, len(listed))[:, 1]
        listed[lists[lists >= 0]] = True
    return Judged(values, float(listed.mean()) if len(listed) else 0.0, apart)


def main_value(judged: Judged) -> float:
    """The value models are chosen by: mean ndcg over customers."""
    values = judged.values[:, 1]
    return float(values[~np.isnan(values)].mean()) if not np.isnan(values).all() else 0.0


def summarise(runs: list[Judged], top: int, seed: int) -> list[Score]:
    """Means over customers and runs (one a training seed), with percentile bootstrap intervals.

    Each resample draws customers and training seeds with replacement, so that the interval
    covers both. Coverage is a property of all lists together: its interval is its range
    over the training seeds.
    """
    values = np.stack([run.values for run in runs])
    scores = [score for score in means(values, metrics(top), seed) if score]
    covered = [run.coverage for run in runs]
    mean = sum(covered) / len(covered)
    return [*scores, Score(f"coverage@{top}", mean, min(covered), max(covered), values.shape[1])]


def means(values: Values, names: Sequence[str], seed: int) -> list[Score | None]:
    """Of values (runs, customers, columns), a mean a column; None where all are nan."""
    present = ~np.isnan(values)
    filled = np.where(present, values, 0.0)
    random = np.random.default_rng(seed)
    resampled = np.concatenate(
        [_resample(filled, present, random, _CHUNK) for _ in range(RESAMPLES // _CHUNK)]
    )
    found: list[Score | None] = []
    for place, name in enumerate(names):
        count = int(present[0, :, place].sum())
        if count:
            drawn = resampled[:, place][~np.isnan(resampled[:, place])]
            low, high = np.percentile(drawn, [2.5, 97.5])
            value = float(filled[:, :, place].sum() / present[:, :, place].sum())
            found.append(Score(name, value, float(low), float(high), count))
        else:
            found.append(None)
    return found


def _resample(
    filled: Values, present: npt.NDArray[np.bool_], random: np.random.Generator, times: int
) -> Values:
    """Means (times, metrics) of as many resamples."""
    runs, customers, _ = filled.shape
    picks = random.integers(0, customers, (times, customers))
    weights = np.stack([np.bincount(pick, minlength=customers) for pick in picks]).astype(np.float64)
    shares = np.stack([np.bincount(pick, minlength=runs) for pick in random.integers(0, runs, (times, runs))])
    sums = np.einsum("tr,rtm->tm", shares, np.matmul(weights, filled))
    counts = np.einsum("tr,rtm->tm", shares, np.matmul(weights, present.astype(np.float64)))
    drawn: Values = np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)
    return drawn


def _measured(lists: Codes, goal: _Goal, block: Codes, width: int) -> Values:
    """hr, ndcg, recall and mrr of the lists of a block of customers, (block, 4); nan where nothing is wanted.
    `width`: how many products are ranked."""
    wanted, top = goal.items.take(block), lists.shape[1]
    rows = np.repeat(np.arange(len(block)), np.diff(wanted.starts))
    hits = np.isin(np.arange(len(block))[:, None] * width + lists, rows * width + wanted.items) & (lists >= 0)
    gains = 1 / np.log2(np.arange(2, top + 2))
    sizes = goal.sizes[block]
    some = sizes > 0
    best = np.concatenate([[0.0], np.cumsum(gains)])[np.minimum(sizes, top)]
    first = np.where(hits.any(axis=1), 1 / (1 + hits.argmax(axis=1)), 0.0)
    whole = np.maximum(sizes, 1)
    judged = np.stack(
        [hits.any(axis=1), hits @ gains / np.where(some, best, 1), hits.sum(axis=1) / whole, first], axis=1
    )
    judged[~some] = np.nan
    return judged


def _coded_for(model: Recommender, targets: Targets) -> _Goal:
    """Targets as the model codes users and items."""
    users = np.array([model.user_codes.get(user, -1) for user in targets.user_ids], np.int32)
    codes = np.array([model.item_codes.get(item, -1) for item in targets.item_ids], np.int32)
    sizes = np.diff(targets.items.starts)
    rows, items = np.repeat(np.arange(len(users)), sizes), codes[targets.items.items]
    order = np.lexsort((items, rows))
    order = order[items[order] >= 0]
    return _Goal(users, _ragged(rows[order], items[order], len(users)), sizes)


def _without_seen(goal: _Goal, model: Recommender) -> _Goal:
    """The targets that are new to their customer."""
    width = len(model.item_ids)
    rows = np.repeat(np.arange(len(goal.users)), np.diff(goal.items.starts))
    known = np.flatnonzero(goal.users >= 0)
    bought = model.history.take(goal.users[known])
    owners = np.repeat(known, np.diff(bought.starts))
    seen = np.isin(rows * width + goal.items.items, owners * width + bought.items)
    sizes = goal.sizes - np.bincount(rows[seen], minlength=len(goal.users))
    return _Goal(goal.users, _ragged(rows[~seen], goal.items.items[~seen], len(goal.users)), sizes)


def _ragged(rows: npt.NDArray[np.int64], items: Codes, count: int) -> Ragged:
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=count))]).astype(np.int64)
    return Ragged(starts, items, np.ones(len(items), np.float32))
