"""Why a customer has a score: what was known of it, and how far each thing raises or lowers the score."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from onebasket import scoring
from onebasket.apply.behaviour import FOLDER
from onebasket.errors import ModelError
from onebasket.explain.features import topic_of
from onebasket.scoring import CHURN, CHURN_OF, Frame, Part, Scorer, States
from onebasket.scoring.calibration import Doubles
from onebasket.scoring.frames import EVENTS, table
from onebasket.store.base import Store

Strength = Literal["strong", "medium", "slight"]
_STRENGTHS: tuple[tuple[float, Strength], ...] = ((0.25, "strong"), (0.1, "medium"), (0.0, "slight"))
_NEXT = "!"  # sorts before all that ids are made of: ids from `id` to before `id!` are that id


@dataclass(frozen=True)
class Influence:
    """One thing known of a customer, and what it does to a score beside the average of all.

    Columns that say much the same are one thing: contributions of columns add up, so nothing is lost.
    """

    topic: str
    feature: str  # the column that says it best: the one that does most in the topic's direction
    value: float  # of the column; nan: it never happened
    contribution: float  # of the topic, to log odds or the like, before calibration
    share: float  # of all that moves the score, from 0 to 1

    @property
    def raises(self) -> bool:
        """Whether it raises the score."""
        return self.contribution > 0

    @property
    def strength(self) -> Strength:
        """How much of all that moves the score it is: a quarter, a tenth, or less."""
        return next(name for least, name in _STRENGTHS if self.share >= least)


@dataclass(frozen=True)
class Expectation:
    """A row of `behaviour_scores`, and what makes it, the strongest first; nothing: the same for all."""

    task: str
    target: str  # a category or product; else empty
    title: str  # what the target is called; else empty
    value: float
    model: str
    as_of: datetime
    influences: tuple[Influence, ...]


def expected(
    store: Store,
    models: Path,
    customer_id: str,
    task: str | None = None,
    states: Callable[[], States | None] = lambda: None,
) -> list[Expectation]:
    """Everything a customer is expected to do, or what is said of one task, with reasons.

    Without a task, categories and products are left out. `states` gives what `apply.behaviour.write` was
    given, and is called once, if a scorer looks at them. Raises ModelError for a task that is not in the
    table, or when there are no usable scorers.
    """
    rows = table(store, "explain/scored", customer_id=customer_id).to_pylist()
    tasks = sorted({row["task"] for row in rows})
    rows = [row for row in rows if row["task"] == task or (task is None and not row["target"])]
    if not rows:
        raise ModelError(
            "Nothing is said of this customer, or not of that task.",
            found=", ".join(tasks) or "no scores of the customer",
            expected="a task of the table behaviour_scores",
            next_step="name one of those found" if tasks else "onebasket run SHOP",
        )
    known = {scorer.task: scorer for scorer in scoring.load(models / FOLDER).each}
    return list(_explained(store, rows, known, customer_id, cache(states)))


def _explained(
    store: Store,
    rows: list[dict[str, Any]],
    known: dict[str, Scorer],
    customer_id: str,
    states: Callable[[], States | None],
) -> Iterator[Expectation]:
    moment, part = rows[0]["as_of"], Part(customer_id, customer_id + _NEXT)
    store.view(EVENTS, store.sql("scoring/events"))
    try:
        whole = scoring.customers_at(store, moment, part)
        frames: dict[str, Frame] = {}
        for row in rows:
            task = CHURN_OF if row["task"] == CHURN else row["task"]
            if task not in known:
                raise ModelError(
                    f"No scorer says {row['task']}.", next_step="onebasket learn SHOP, which trains it anew"
                )
            if task not in frames:
                frames[task] = _frame(store, known[task], whole, moment, part, states)
            signs = -1.0 if row["task"] == CHURN else 1.0
            yield Expectation(**row, influences=_influences(known[task], frames[task], row["target"], signs))
    finally:
        store.forget(EVENTS)


def _frame(
    store: Store,
    scorer: Scorer,
    customers: Frame,
    moment: datetime,
    part: Part,
    states: Callable[[], States | None],
) -> Frame:
    """What a scorer looks at: the customer, or the customer beside candidates."""
    (about,) = (task.about for task in scoring.TASKS if task.name == scorer.task)
    if about != "customer":
        with scoring.candidates(store, moment):
            return scoring.pairs_at(store, about, moment, moment, customers, part)[0]
    if not scorer.needs_states:
        return customers
    given = states()
    if given is None:
        raise ModelError(
            "The scorers were trained with states of a sequence network.",
            found=f"no states, which {scorer.task} looks at",
            next_step="onebasket learn SHOP, which trains them anew",
        )
    return customers.with_states(given, moment)


def _influences(scorer: Scorer, frame: Frame, target: str, sign: float) -> tuple[Influence, ...]:
    place = frame.targets.index(target).as_py() if frame.targets is not None else 0
    if not 0 <= place < len(frame):
        return ()
    row = frame.where(np.arange(len(frame)) == place)
    return grouped(scorer.columns, row.aligned(scorer.columns)[0], sign * scorer.parts(row)[0])


def grouped(names: Sequence[str], values: Sequence[float] | Doubles, parts: Doubles) -> tuple[Influence, ...]:
    """Columns by topic, the strongest first; equals by name. Topics that do nothing are left out."""
    topics: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        topics.setdefault(topic_of(name), []).append(place)
    sums = {topic: float(parts[places].sum()) for topic, places in topics.items()}
    total = sum(abs(each) for each in sums.values())
    made = []
    for topic in sorted(sums, key=lambda topic: (-abs(sums[topic]), topic)):
        if sums[topic]:
            toward = [(-parts[place] * np.sign(sums[topic]), names[place], place) for place in topics[topic]]
            _, name, place = min(toward)
            share = abs(sums[topic]) / total
            made.append(Influence(topic, name, float(values[place]), sums[topic], share))
    return tuple(made)
