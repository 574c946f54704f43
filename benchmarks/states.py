"""What states of the timeline model add to a table of counts: who buys within 30 days.

    python benchmarks/states.py --shop FOLDER --network FOLDER [--until DAYS] [--set NAME=VALUE …]

The shop is one that was run (`make demo` leaves demo-shop). The network is trained on what came before the
last `--until` days and kept in its folder; one that is there is taken. With 91 days it knows nothing of any
window that methods are chosen or judged by.

Methods learn, are chosen on validation and judged on the last 30 days as in `onebasket learn`: trees over
counts alone; over states alone (what the network tells of coming days, and its main directions); over both;
and a logistic regression over what the trees over counts say and what the network tells of purchases.
Differences from counts alone are over the same customers, with intervals of 95 % over them.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from onebasket import scoring
from onebasket.accounting import silent
from onebasket.answers import store_of
from onebasket.learn import events, measures, products
from onebasket.learn.choose import grid
from onebasket.learn.known import Known
from onebasket.learn.methods import best_of, methods
from onebasket.learn.samples import Reader
from onebasket.learn.states import NetworkStates
from onebasket.recommenders import Events, Timeline, load
from onebasket.scoring import Sample, learners
from onebasket.scoring.frames import STATE
from onebasket.scoring.scorer import fit, mean_of, unseen
from onebasket.shop import Shop
from onebasket.shop import load as load_shop
from onebasket.store.base import Store
from onebasket.store.basket import Basket
from sequences import changed, use_threads

DAYS, DAY, RESAMPLES = 30, 86_400, 1000
PURCHASES = tuple(f"{STATE}{place}" for place in range(3))  # the network's log odds of one in 7, 30, 90 days
Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Found:
    """What one method said on validation and on test."""

    loss: float  # on validation
    late: Doubles
    test: Doubles


def main() -> None:
    """Train or read the network, then learn and judge; print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--shop", type=Path, required=True)
    parser.add_argument("--network", type=Path, required=True)
    parser.add_argument("--until", type=int, default=91, help="days before the end (default: 91)")
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="of the network")
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    use_threads(asked.threads)
    shop = load_shop(asked.shop)
    version = Basket(shop.basket).current()
    if version is None:
        raise SystemExit(f"{asked.shop} was not run yet: onebasket run {asked.shop}")
    with version, store_of(asked.shop, version) as store:
        done = events.read(store, silent)
        model = network(store, shop, done, asked.network, asked.until, asked.set)
        with scoring.events(store) as span:
            assert span is not None
            judged(store, span, NetworkStates(model, done))


def network(store: Store, shop: Shop, done: Events, folder: Path, until: int, changes: list[str]) -> Timeline:
    """The network in the folder, trained now where there is none."""
    if not folder.exists():
        known = Known(done.purchases(), done, products.read(store, shop, silent))
        model = Timeline(changed(next(iter(grid("timeline", shop.learn, None))), changes))
        known.before(int(done.times.max()) + 1 - until * DAY).fit(model, shop.run.seed)
        model.save(folder)
        print(f"network: {model.trained}")
    found = load(folder)
    assert isinstance(found, Timeline)
    return found


def judged(store: Store, span: scoring.Span, states: NetworkStates) -> None:
    """Learn and judge every method, print a row each."""
    task = next(task for task in scoring.TASKS if task.name == f"purchase_{DAYS}d")
    when, reader = scoring.moments(span.first, span.now, DAYS), Reader(store, states)
    assert when is not None
    early, late = reader.sample(task, when.choose), reader.sample(task, (when.validation,))
    known, test = reader.sample(task, when.judge), reader.sample(task, (when.test,))
    found: dict[str, Found] = {}
    print(f"{len(test):,} customers; {test.goal.mean():.1%} bought\n\n| learned from | log loss, validation |"
          " AUC, validation | AUC, test | more than counts alone |\n|---|---|---|---|---|")  # fmt: skip
    for method in methods(task, early.frame.names):
        if method.name not in NAMES:
            continue
        trial = best_of(task, method, early, late, 0)
        last = fit(task.name, known, trial.method, False, 0)
        found[method.name] = Found(trial.loss, trial.scorer.says(late.frame), last.says(test.frame))
        row(NAMES[method.name], found[method.name], found["boosting"], late, test)
        if method.name == "boosting":
            made = trial.scorer.learners, last.learners
            said = [
                both(learned, trial.method, sample, asked)
                for learned, sample, asked in zip(made, (early, known), (late, test), strict=True)
            ]
            found["both"] = Found(measures.loss(said[0], late.goal, False), *said)
            row("what trees over counts say, and the network", found["both"], found["boosting"], late, test)


NAMES = {"boosting": "counts", "states": "states", "boosting_states": "counts and states"}


def both(
    made: tuple[learners.Learner, ...], method: scoring.Method, sample: Sample, asked: Sample
) -> Doubles:
    """What a regression over both says; learned from what the trees say of rows they have not seen."""
    told, goal = unseen(made, sample, method)
    late = sample.moment < method.recent
    rows = np.column_stack([odds(told), sample.frame.aligned(PURCHASES)[late]])
    regression = learners.linear(rows, goal, False)
    said = mean_of(made, asked.frame.aligned(method.columns))
    made_of: Doubles = regression.says(np.column_stack([odds(said), asked.frame.aligned(PURCHASES)]))
    return made_of


def odds(said: Doubles) -> Doubles:
    """Probabilities as log odds."""
    safe = np.clip(said, 1e-4, 1 - 1e-4)
    made: Doubles = np.log(safe / (1 - safe))
    return made


def row(name: str, found: Found, plain: Found, late: Sample, test: Sample) -> None:
    """Print a row."""
    here, random = auc(found.test, test), np.random.default_rng(0)
    more = ""
    if found is not plain:
        gained = []
        for _ in range(RESAMPLES):
            weights = np.bincount(random.integers(0, len(test), len(test)), minlength=len(test)).astype(float)
            gained.append(auc(found.test, test, weights) - auc(plain.test, test, weights))
        low, high = np.percentile(gained, [2.5, 97.5])
        more = f"{here - auc(plain.test, test):+.4f} ({low:+.4f} to {high:+.4f})"
    print(f"| {name} | {found.loss:.5f} | {auc(found.late, late):.4f} | {here:.4f} | {more} |", flush=True)


def auc(said: Doubles, sample: Sample, weights: Doubles | None = None) -> float:
    """The chance that one who bought was given more than one who did not."""
    order = np.argsort(said, kind="stable")
    weights = np.ones(len(said)) if weights is None else weights
    return measures.auc(said[order], sample.goal[order], weights[order])


if __name__ == "__main__":
    main()
