"""The ways a task may be learned, and the settings of each: chosen on validation only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from onebasket.learn.measures import loss
from onebasket.scoring import PAIR_SIMPLE, Method, Sample, Scorer, Task, calibration
from onebasket.scoring.calibration import AMOUNTS, PROBABILITIES, Calibrator
from onebasket.scoring.frames import LIFETIME, STATE
from onebasket.scoring.learners import Learner, TreeSettings
from onebasket.scoring.scorer import learn, mean_of, shortened, unseen

_SIMPLE = ("order_last_days", "orders_365d", "orders_90d", "known_days")
_SIMPLE_MONEY = (*_SIMPLE, "amount_30d", "amount_90d", "amount_365d")
_TREES = (TreeSettings(leaves=7, least=40), TreeSettings(leaves=15, least=20))
_PAIR_TREES = (TreeSettings(rounds=150, leaves=31, least=100, rate=0.08),)
_RECENT = (4, 1)  # moments the calibrator is fitted on: more rows, or what holds now
_SHARES = (0.15, 0.3, 0.6, 1.0)  # of the rounds that are tried


@dataclass(frozen=True)
class Trial:
    """The best settings of one method, the scorer they gave and its loss on validation."""

    method: Method
    scorer: Scorer
    loss: float


def methods(task: Task, names: tuple[str, ...]) -> Iterator[Method]:
    """The ways to learn a task from these columns, the simplest first."""
    states = tuple(name for name in names if name.startswith(STATE))
    tabular = tuple(name for name in names if not name.startswith(STATE) and name not in LIFETIME)
    simple = PAIR_SIMPLE if task.about != "customer" else _SIMPLE_MONEY if task.money else _SIMPLE
    trees = _TREES[0] if task.about == "customer" else _PAIR_TREES[0]
    yield Method("base_rate", ())
    yield Method("recency_frequency", simple)
    yield Method("boosting", tabular, trees)
    if states:
        yield Method("states", states)
        yield Method("boosting_states", (*tabular, *states), trees)


def best_of(task: Task, method: Method, early: Sample, late: Sample, seed: int) -> Trial:
    """Learn from the early rows with each of a method's settings, keep what tells the late ones best."""
    best: Trial | None = None
    for settings in _settings(task, method):
        own = replace(method, settings=settings)
        made, rows = learn(early, own, task.money, seed), late.frame.aligned(own.columns)
        for rounds in _rounds(settings):
            short = shortened(made, rounds) if settings else made
            raw = mean_of(short, rows)
            for tried, calibrator in _calibrators(task, replace(own, settings=_stopped(settings, rounds)),
                                                  short, early):  # fmt: skip
                scorer = Scorer(task.name, own.name, task.money, own.columns, short, calibrator)
                found = loss(scorer.believed(raw), late.goal, task.money)
                if best is None or found < best.loss:
                    best = Trial(tried, scorer, found)
    assert best is not None
    return best


def _calibrators(
    task: Task, method: Method, made: tuple[Learner, ...], early: Sample
) -> Iterator[tuple[Method, Calibrator]]:
    """Every calibrator that is tried for what these learners say, none first."""
    yield method, Calibrator()
    if method.name != "base_rate":
        for recent in _RECENT:
            known = unseen(made, early, replace(method, recent=recent))
            for kind in AMOUNTS if task.money else PROBABILITIES:
                if kind != "none" and len(known[0]):
                    tried = replace(method, calibrator=kind, recent=recent)
                    yield tried, calibration.fit(kind, *known)


def _rounds(settings: TreeSettings | None) -> list[int]:
    """How many trees are tried; one nought for what has none."""
    return sorted({max(1, round(settings.rounds * share)) for share in _SHARES}) if settings else [0]


def _settings(task: Task, method: Method) -> tuple[TreeSettings | None, ...]:
    if method.settings is None:
        return (None,)
    return _TREES if task.about == "customer" else _PAIR_TREES


def _stopped(settings: TreeSettings | None, rounds: int) -> TreeSettings | None:
    if settings is None:
        return None
    return TreeSettings(
        rounds, settings.leaves, settings.least, settings.rate, settings.columns, settings.rows
    )
