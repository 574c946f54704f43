"""Scorers of what customers do next: learned, chosen on validation, judged on test, kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from onebasket import drift, scoring
from onebasket.accounting import Progress, silent
from onebasket.errors import ModelError
from onebasket.learn import measures
from onebasket.learn.measures import Told
from onebasket.learn.methods import Trial, best_of, methods
from onebasket.learn.samples import Reader
from onebasket.learn.states import LONGEST_DAYS
from onebasket.scoring import Moments, Sample, Scorer, Span, States, Task
from onebasket.scoring.scorer import fit
from onebasket.shop import Shop
from onebasket.store.base import Store

FOLDER = "behaviour"
CHOICE = "choice.json"
SAID = "said.json"  # how what is said of customers was spread when it was judged
_LEAST = 10  # rows of either outcome that training, validation and test each must have
_SCORES = pa.schema(
    [
        *((name, pa.string()) for name in ("task", "split", "model", "metric")),
        *((name, pa.float64()) for name in ("value", "low", "high")),
        ("customers", pa.int64()),
        ("chosen", pa.bool_()),
    ]
)
_RELIABILITY = pa.schema(
    [
        ("task", pa.string()),
        ("model", pa.string()),
        ("bin", pa.int32()),
        *((name, pa.float64()) for name in ("expected", "observed", "low", "high")),
        ("rows", pa.int64()),
    ]
)


@dataclass
class Found:
    """What came of all tasks: rows of the tables, the scorers to keep, and why others are missing."""

    scores: list[dict[str, Any]]
    reliability: list[dict[str, Any]]
    scorers: list[Scorer]
    told: dict[str, Any]
    said: dict[str, drift.Summary] = field(default_factory=dict)  # of customers in the test window


def behaviour(
    store: Store, shop: Shop, folder: Path, progress: Progress = silent, states: States | None = None
) -> None:
    """Train, judge and save scorers: more rows in `scores`, table `reliability`, and files in `folder`,
    among them how what they say is spread over customers of the test window, for drift to be told.

    Each task is learned at several moments, its method chosen by log loss (amounts: square error) on a
    later one, judged once on the last whole window, and learned again up to the end. A task that the data
    is too short or too even for is left out; `choice.json` says why. `states` gives more columns a
    moment: the states of a sequence network; whether they are looked at is chosen on validation, too.
    Raises ModelError when the scorers cannot be written.
    """
    found = Found([], [], [], {})
    with scoring.events(store) as span:
        if span:
            for days in dict.fromkeys(task.days for task in scoring.TASKS):
                _window(store, shop, span, days, found, states, progress)
        now = span.now if span and found.scorers else None
    if not span:
        found.told["note"] = "no purchase of a known customer: nothing to learn from"
    scoring.save(folder / FOLDER, scoring.Scorers(now, tuple(found.scorers)))
    _write_told(folder / FOLDER, found.told)
    drift.save(found.said, folder / FOLDER / SAID)
    before = [row for batch in store.read("scores") for row in batch.to_pylist()]
    kept = [row for row in before if row["task"] not in _names()]
    store.write("scores", store.arrow(pa.Table.from_pylist([*kept, *found.scores], _SCORES)))
    store.write("reliability", store.arrow(pa.Table.from_pylist(found.reliability, _RELIABILITY)))


def _names() -> set[str]:
    return {task.name for task in scoring.TASKS} | {scoring.CHURN}


def _window(
    store: Store, shop: Shop, span: Span, days: int, found: Found, states: States | None, progress: Progress
) -> None:
    """All tasks whose window is so many days."""
    tasks = [task for task in scoring.TASKS if task.days == days]
    when = scoring.moments(span.first, span.now, days)
    if when is None:
        needed = scoring.days_needed(days)
        had = (span.now - span.first).days
        for task in tasks:
            found.told[task.name] = {"note": f"needs {needed} days from the first event; there are {had}"}
        return
    reader = Reader(store, states if days <= LONGEST_DAYS else None)
    for place, task in enumerate(tasks):
        progress(f"learn: {task.name}", place, len(tasks))
        _task(task, when, reader, shop.run.seed, found)
    progress(f"learn: the next {days} days", len(tasks), len(tasks))


def _task(task: Task, when: Moments, reader: Reader, seed: int, found: Found) -> None:
    early, late = reader.sample(task, when.choose), reader.sample(task, (when.validation,))
    judged, test = reader.sample(task, when.judge), reader.sample(task, (when.test,))
    if why := next(filter(None, (_too_even(task, each) for each in (early, late, judged, test))), None):
        found.told[task.name] = {"note": why}
        return
    trials = [best_of(task, method, early, late, seed) for method in methods(task, early.frame.names)]
    chosen = min(trials, key=lambda trial: trial.loss)  # equals: the simpler, which stands first
    for trial in trials:
        scorer = fit(task.name, judged, trial.method, task.money, seed)
        told = _told(test, scorer)
        sets = {"validation": _told(late, trial.scorer), "test": told}
        for split, each in sets.items():
            _add_scores(task.name, split, scorer.method, each, trial is chosen, found, seed)
        if trial is chosen:
            _add_reliability(task.name, scorer.method, told, found, seed)
            if task.about == "customer":
                found.said[task.name] = drift.summarise_numbers(told.said)
        if task.name == scoring.CHURN_OF:
            _judge_churn(test, scorer, trial is chosen, found, seed)
    found.scorers.append(fit(task.name, reader.sample(task, when.final), chosen.method, task.money, seed))
    found.told[task.name] = _choice(when, trials, chosen)


def _judge_churn(test: Sample, scorer: Scorer, chosen: bool, found: Found, seed: int) -> None:
    """Churn is no purchase in the window, among those who bought lately: judged on them alone."""
    active = test.frame.column("order_last_days") <= scoring.ACTIVE_DAYS
    told = _told(test, scorer)
    told = Told(1 - told.said[active], 1 - told.goal[active], _codes(told.owner[active]), False)
    if len(told.said):
        _add_scores(scoring.CHURN, "test", scorer.method, told, chosen, found, seed)
        if chosen:
            _add_reliability(scoring.CHURN, scorer.method, told, found, seed)
            found.said[scoring.CHURN] = drift.summarise_numbers(told.said)


def _add_scores(task: str, split: str, model: str, told: Told, chosen: bool, found: Found, seed: int) -> None:
    found.scores += [
        {"task": task, "split": split, "model": model, "chosen": chosen} | asdict(score)
        for score in measures.summarise(told, seed)
    ]


def _add_reliability(task: str, model: str, told: Told, found: Found, seed: int) -> None:
    points = measures.reliability(told, seed)
    found.reliability += [{"task": task, "model": model} | asdict(point) for point in points]


def _told(sample: Sample, scorer: Scorer) -> Told:
    owners = sample.frame.customers.dictionary_encode().indices.to_numpy().astype(np.int64)
    return Told(scorer.says(sample.frame), sample.goal, owners, scorer.money)


def _codes(owners: measures.Integers) -> measures.Integers:
    made: measures.Integers = np.unique(owners, return_inverse=True)[1]
    return made


def _too_even(task: Task, sample: Sample) -> str | None:
    """Why a sample cannot teach or judge: too few rows of one outcome."""
    happened = int((sample.goal > 0).sum())
    if happened >= _LEAST and (task.money or len(sample) - happened >= _LEAST):
        return None
    return f"of {len(sample)} rows of a window it happened in {happened}: too few, or all, to learn from"


def _choice(when: Moments, trials: Sequence[Trial], chosen: Trial) -> dict[str, Any]:
    return {
        "chosen": chosen.method.name,
        "calibrator": chosen.method.calibrator,
        "calibrated_on": chosen.method.recent,
        "settings": msgspec.to_builtins(chosen.method.settings),
        "validation_from": when.validation.isoformat(),
        "test_from": when.test.isoformat(),
        "test_until": when.now.isoformat(),
        "moments": [len(when.choose), len(when.judge), len(when.final)],
        "validation": {trial.method.name: trial.loss for trial in trials},
    }


def _write_told(folder: Path, told: dict[str, Any]) -> None:
    try:
        (folder / CHOICE).write_bytes(msgspec.json.format(msgspec.json.encode(told), indent=1))
    except OSError as error:
        raise ModelError(f"{folder / CHOICE} cannot be written.", found=str(error.strerror)) from error
