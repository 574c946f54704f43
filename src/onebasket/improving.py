"""What `onebasket improve` does: look at what came back and what moved, decide by the rules, and do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from onebasket import drift
from onebasket import shop as shop_file
from onebasket.accounting import Progress, silent
from onebasket.answers import store_of
from onebasket.errors import StoreError
from onebasket.improve import decisions, moved
from onebasket.improve.contest import Contest, contest_of
from onebasket.improve.decisions import Decision, decide
from onebasket.improve.experiments import Comparison, Plan, SampleRatio, compare, sample_ratio
from onebasket.improve.feedback import Came, Dealt, Feedback, joined
from onebasket.improve.moved import Event, Moved
from onebasket.improve.off_policy import PolicyValue, doubly_robust, ips, snips
from onebasket.improve.rules import RULES, Proposal, of_experiment, of_inputs
from onebasket.improve.served import CHALLENGER, CHAMPION, served
from onebasket.learn.behaviour import FOLDER, SAID
from onebasket.protect import Key, open_key
from onebasket.run import MODELS, RunResult, run
from onebasket.scoring.frames import table
from onebasket.serve.live.following import path_of
from onebasket.serve.live.recall import Recall
from onebasket.shop import Experiment, Shop
from onebasket.store.basket import Basket, Version
from onebasket.store.duckdb import DuckStore

_DAYS = 14  # in which a purchase comes of a list, where no experiment says otherwise


@dataclass(frozen=True)
class Trial:
    """An experiment, and what is known of it."""

    contest: Contest
    outcome: str
    dealt: Dealt | None = None  # None: nobody is dealt
    comparison: Comparison | None = None  # None: fewer than two customers in an arm
    ratio: SampleRatio | None = None
    values: tuple[PolicyValue, ...] = ()  # of the challenger, clicks a place; none: nothing left to chance
    clicked: float = 0.0  # the champion's clicks a place, in the same lists


@dataclass(frozen=True)
class Improved:
    """What was found, what was decided, and what was done."""

    version: int
    until: datetime  # up to when the version tells of what came back, UTC
    came: list[Came]
    trial: Trial | None
    moved: list[Moved]
    proposals: list[Proposal]
    decided: list[Decision]  # none on a dry run
    run: RunResult | None = None  # of a training


def improve(folder: str | Path, *, dry: bool = False, progress: Progress = silent) -> Improved:
    """Judge a shop's models by what came of them since the last run, and retrain, promote or roll back.

    `dry`: only tell. Every decision is written down before it is followed. Raises StoreError where nothing is
    published, and OneBasketError as `run` does, where it trains.
    """
    shop = shop_file.load(folder)
    version = Basket(shop.basket).current()
    if version is None:
        raise StoreError(
            f"The shop {shop.folder} has no basket yet.", next_step=f"onebasket run {shop.folder}"
        )
    with version, store_of(shop.folder, version) as store:
        found = _looked(shop, version, store, open_key(shop.folder, version.manifest.get("key_id")), progress)
    if dry:
        return found
    decided = [
        decide(shop.folder, each.decision, each.looked_at, RULES[each.rule], each.figures)
        for each in found.proposals
    ]
    retrain = any(each.decision == "retrain" for each in decided)
    result = run(shop.folder, progress=progress) if retrain else None
    return Improved(
        found.version, found.until, found.came, found.trial, found.moved, found.proposals, decided, result
    )


def _looked(shop: Shop, version: Version, store: DuckStore, key: Key, progress: Progress) -> Improved:
    until = datetime.fromisoformat(version.manifest["started"])
    experiment = shop.experiment
    contest = contest_of(shop, decisions.decisions(shop.folder))
    progress("improve: what came back", 0, 2)
    with joined(store, served(shop.folder, key), until, experiment.days if experiment else _DAYS) as feedback:
        came = feedback.came()
        trial = _trial(feedback, experiment, contest) if experiment and contest else None
    progress("improve: what has moved", 1, 2)
    changed = [*_inputs(shop, version, store), *moved.scores(store, _said(version))]
    proposals = [of_inputs(f"version {version.number}", changed)]
    if trial:
        proposals.append(of_experiment(trial.contest, trial.comparison, trial.ratio))
    progress("improve: what has moved", 2, 2)
    return Improved(version.number, until, came, trial, changed, proposals, [])


def _trial(feedback: Feedback, experiment: Experiment, contest: Contest) -> Trial:
    """What is known of an experiment."""
    values, clicked = _values(feedback)
    if not contest.dealt:
        return Trial(contest, experiment.outcome, values=values, clicked=clicked)
    dealt = feedback.dealt(experiment, contest.since)
    comparison = ratio = None
    if min(dealt.customers.values()) > 1:
        comparison = compare(
            dealt.outcomes[CHAMPION], dealt.outcomes[CHALLENGER], Plan(tuned_for=experiment.customers)
        )
        ratio = sample_ratio(dealt.customers, contest.shares)
    return Trial(contest, experiment.outcome, dealt, comparison, ratio, values, clicked)


def _values(feedback: Feedback) -> tuple[tuple[PolicyValue, ...], float]:
    """What the challenger would have earned in the champion's lists."""
    found = feedback.rounds()
    if found is None:
        return (), 0.0
    rounds, expected = found
    made = [ips(rounds)]
    if made[0].mean_weight > 0:
        made.append(snips(rounds))
    return (*made, doubly_robust(rounds, expected, expected)), float(np.mean(np.asarray(rounds.reward)))


def _inputs(shop: Shop, version: Version, store: DuckStore) -> Sequence[Moved]:
    """None where no server has followed this version."""
    path = path_of(shop.folder, version)
    channels = {source.channel for source in shop.sources if source.live}
    if not channels or not path.exists():
        return ()
    now = [
        Event(each.action, each.channel, each.product_id, each.amount_minor, each.quantity)
        for each in Recall(path).latest()
    ]
    last = table(store, "explain/now")["now"][0].as_py()
    since = last - timedelta(days=shop.improve.window_days)
    return moved.inputs(store, channels, since, now)


def _said(version: Version) -> dict[str, drift.Summary]:
    """What scorers said when they were judged; nothing of versions that older releases made."""
    path = version.path / MODELS / FOLDER / SAID
    return drift.load(path) if path.exists() else {}
