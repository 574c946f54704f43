"""Behaviour: what every customer is expected to do next, with probabilities one can count on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from onebasket import scoring
from onebasket.accounting import Progress, silent
from onebasket.errors import ModelError
from onebasket.scoring import Frame, Part, Scorer, Scorers, States, Task
from onebasket.shop import Behaviour, Shop
from onebasket.store.base import Store

FOLDER = "behaviour"
_CUSTOMERS_AT_ONCE = 5_000
_TIME = pa.timestamp("us")
_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("customer_id", "task", "target")),
        ("value", pa.float64()),
        ("model", pa.string()),
        ("as_of", _TIME),
    ]
)
Doubles = npt.NDArray[np.float64]


def write(
    store: Store, shop: Shop, folder: Path, progress: Progress = silent, states: States | None = None
) -> None:
    """Write table `behaviour_scores`: every customer × every task that was learned.

    The moment is just after the last purchase. Of categories and products the likeliest are written, as
    many as the shop file says. Customers go in parts, so that memory holds the candidates of a few.
    `states` gives the states of a sequence network where scorers were trained with them. Raises ModelError
    when there are no usable scorers in `folder`, or when they need states that nobody gives.
    """
    scorers = scoring.load(folder / FOLDER)
    _check_states(scorers, states)
    with scoring.events(store) as span:
        if not span or not scorers.each:
            store.write("behaviour_scores", store.arrow(_SCHEMA.empty_table()))
            return
        parts = scoring.parts(store, _CUSTOMERS_AT_ONCE)
        with scoring.candidates(store, span.now):
            for number, part in enumerate(parts):
                made = _part(store, shop.behaviour, scorers, span.now, part, states)
                store.write("behaviour_scores", store.arrow(made), f"{number:06d}")
                progress("apply: behaviour", number + 1, len(parts))


def _part(
    store: Store, limits: Behaviour, scorers: Scorers, moment: datetime, part: Part, states: States | None
) -> pa.Table:
    """The rows of some customers."""
    frame = scoring.customers_at(store, moment, part)
    known = {scorer.task: scorer for scorer in scorers.each}
    tables = [_SCHEMA.empty_table()]
    for task in (task for task in scoring.TASKS if task.name in known):
        scorer = known[task.name]
        if task.about == "customer":
            whole = frame.with_states(states, moment) if states and scorer.needs_states else frame
            said = scorer.says(whole)
            tables.append(_table(frame, task.name, said, scorer, moment))
            if task.name == scoring.CHURN_OF:
                active = frame.column("order_last_days") <= scoring.ACTIVE_DAYS
                tables.append(_table(frame.where(active), scoring.CHURN, 1 - said[active], scorer, moment))
        else:
            pairs, _ = scoring.pairs_at(store, task.about, moment, moment, frame, part)
            tables.append(_best(pairs, task, scorer, limits, moment))
    return pa.concat_tables(tables)


def _best(pairs: Frame, task: Task, scorer: Scorer, limits: Behaviour, moment: datetime) -> pa.Table:
    """The likeliest candidates of each customer; equals: the first by id."""
    top = limits.categories if task.about == "category" else limits.products
    if not len(pairs) or not top:
        return _SCHEMA.empty_table()
    said = scorer.says(pairs)
    owner = pairs.customers.dictionary_encode().indices.to_numpy()
    order = np.lexsort((np.arange(len(said)), -said, owner))
    starts = np.flatnonzero(np.diff(owner[order], prepend=-1))
    rank = np.arange(len(order)) - np.repeat(starts, np.diff([*starts, len(order)]))
    kept = np.zeros(len(said), np.bool_)
    kept[order[rank < top]] = True
    return _table(pairs.where(kept), task.name, said[kept], scorer, moment)


def _table(frame: Frame, task: str, said: Doubles, scorer: Scorer, moment: datetime) -> pa.Table:
    rows = len(frame)
    targets = frame.targets if frame.targets is not None else pa.array([""] * rows, pa.string())
    columns = [
        frame.customers,
        pa.array([task] * rows, pa.string()),
        targets,
        pa.array(said, pa.float64()),
        pa.array([scorer.method] * rows, pa.string()),
        pa.array([moment] * rows, _TIME),
    ]
    return pa.Table.from_arrays(columns, schema=_SCHEMA)


def _check_states(scorers: Scorers, states: States | None) -> None:
    asking = [scorer.task for scorer in scorers.each if scorer.needs_states]
    if asking and states is None:
        raise ModelError(
            "The scorers were trained with states of a sequence network.",
            found=f"no states, which {', '.join(asking)} look at",
            expected="the states they were trained with",
            next_step="onebasket learn SHOP, which trains them anew",
        )
