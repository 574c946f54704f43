"""What each model comes to in the test window: overall, and for some of what was bought."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from onebasket.accounting import Progress
from onebasket.learn import evaluate
from onebasket.learn.choose import Trial
from onebasket.learn.evaluate import Judged
from onebasket.learn.known import Known, Windows
from onebasket.learn.parts import Part, newcomers, parts
from onebasket.recommenders import MODELS
from onebasket.shop import Shop

TASK = "next_products"
_VALUES = [*((name, pa.float64()) for name in ("value", "low", "high")), ("customers", pa.int64())]
SCORES = pa.schema(
    [
        *((name, pa.string()) for name in ("task", "split", "model", "metric")),
        *_VALUES,
        ("chosen", pa.bool_()),
    ]
)
PARTS = pa.schema(
    [
        *((name, pa.string()) for name in ("task", "model", "kind", "part", "metric")),
        *_VALUES,
        ("targets", pa.int64()),
        ("chosen", pa.bool_()),
    ]
)
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Results:
    """Rows of the tables `scores` and `score_parts`."""

    scores: Rows
    parts: Rows


def on_test(
    known: Known, windows: Windows, trials: list[Trial], chosen: str, shop: Shop, progress: Progress
) -> Results:
    """Each model fitted on all before the test window and judged there once, with several seeds where a seed
    matters. Validation stands beside it as it was."""
    top, seed, made = shop.learn.top, shop.run.seed, Results([], [])
    before, goal = known.before(windows.test), known.goal(windows.test, windows.end)
    later = known.events.between(windows.test, windows.end)
    wanted = (goal, parts(before, later, goal)), newcomers(before, later)
    for done, trial in enumerate(trials, 1):
        model = MODELS[trial.model]()
        model.settings = trial.settings
        runs: list[list[Judged]] = []  # a list a seed: of customers, of newcomers
        for each in range(seed, seed + (shop.learn.seeds if model.stochastic else 1)):
            before.fit(model, each, progress)
            runs.append([
                evaluate.judge(model, whole, top, shop.learn.seen, [part.targets for part in some])
                for whole, some in wanted
            ])  # fmt: skip
        told = {"task": TASK, "model": trial.model, "chosen": trial.model == chosen}
        for split, judged in (("validation", [trial.judged]), ("test", [run[0] for run in runs])):
            scores = evaluate.summarise(judged, top, seed)
            made.scores.extend(told | {"split": split} | asdict(score) for score in scores)
        for place, (_, some) in enumerate(wanted):
            made.parts.extend(told | row for row in _apart([run[place] for run in runs], some, top, seed))
        progress("learn: test", done, len(trials))
    return made


def _apart(runs: list[Judged], apart: list[Part], top: int, seed: int) -> Rows:
    """A row a part in which there was somebody to judge."""
    if not apart:
        return []
    found = evaluate.means(np.stack([run.apart for run in runs]), [f"ndcg@{top}"] * len(apart), seed)
    return [
        {"kind": part.kind, "part": part.name, "targets": part.size} | asdict(score)
        for part, score in zip(apart, found, strict=True)
        if score
    ]
