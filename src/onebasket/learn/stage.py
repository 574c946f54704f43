"""The stage: split, choose on validation, score on test once, train on everything, save."""

from __future__ import annotations

import shutil
from contextlib import nullcontext
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from onebasket.accounting import Progress, silent
from onebasket.errors import ModelError
from onebasket.learn import evaluate, events, products, states
from onebasket.learn.choose import Trial, best_of
from onebasket.learn.known import Known
from onebasket.recommenders import (
    MODELS,
    Interactions,
    Popularity,
    Recommender,
    Timeline,
    load,
    torch_threads,
)  # fmt: skip
from onebasket.recommenders.saved import HEAD
from onebasket.shop import Learn, Shop
from onebasket.store.base import Store

TASK = "next_products"
CHOICE = "choice.json"
TRAINING = "training"  # in the basket: trainings that were not done, or not followed by what comes next
_DAY_SECONDS = 86_400
_SCORES = pa.schema(
    [
        *((name, pa.string()) for name in ("task", "split", "model", "metric")),
        *((name, pa.float64()) for name in ("value", "low", "high")),
        ("customers", pa.int64()),
        ("chosen", pa.bool_()),
    ]
)


def learn(
    store: Store, shop: Shop, folder: Path, progress: Progress = silent, earlier: Path | None = None
) -> None:
    """Train, judge and save: table `scores`, the chosen model and `choice.json` in `folder`.

    Each model's settings, and the model itself, are chosen by ndcg on the validation window.
    Each model is then fitted on all before the test window and judged there once; that is its
    test score. The chosen one is fitted on everything and saved. Models that know products by what
    they are called are given the catalogue, too. Where nothing can be judged
    (too few purchases, too short a time) popularity is saved, `scores` is empty and the note
    in `choice.json` says why. Raises ModelError when the model cannot be written.

    `earlier`: the folder of the last published version's model. Where it and the chosen model are timeline
    models, the fit on everything begins there; never one that is judged, as that model knows what came later.
    """
    known = _read(store, shop, progress)
    with torch_threads(shop.run.threads) if known.events else nullcontext():
        _learn(store, shop, (folder, earlier), known, progress)


def _learn(
    store: Store, shop: Shop, folders: tuple[Path, Path | None], known: Known, progress: Progress
) -> None:
    folder, earlier = folders
    data, windows = known.purchases, _windows(known.purchases, shop.learn)
    trials = _validate(known, windows, shop, progress)
    rows: list[dict[str, Any]] = []
    if trials:
        chosen = max(trials, key=lambda trial: trial.value)  # equals: the first in the shop file
        model = MODELS[chosen.model]()
        model.settings, note = chosen.settings, ""
        rows = _scores(known, windows, trials, chosen.model, shop, progress)
    else:
        model, note = Popularity(), _why_not(data)
    progress(f"learn: {model.name} on everything", 0, 1)
    model.earlier = _earlier(earlier, model, progress) if shop.learn.warm_start else None
    known.fit(model, shop.run.seed, progress)
    model.save(folder)
    if known.events is not None:
        states.train(known, shop, folder, progress)
    _write_choice(folder, model, trials, windows, note)
    store.write("scores", store.arrow(pa.Table.from_pylist(rows, _SCORES)))
    shutil.rmtree(shop.basket / TRAINING, ignore_errors=True)
    progress(f"learn: {model.name} on everything", 1, 1)


def _windows(data: Interactions, learn: Learn) -> tuple[int, int, int]:
    """Where validation starts, where test starts, and the end, in seconds since 1970."""
    end = int(data.times.max()) + 1 if len(data) else 0
    test = end - learn.test_days * _DAY_SECONDS
    return test - learn.validation_days * _DAY_SECONDS, test, end


def _read(store: Store, shop: Shop, progress: Progress) -> Known:
    """What the models of the shop ask for."""
    done = events.read(store, progress)
    asked = [MODELS[name] for name in shop.learn.models] if len(done) else []
    return Known(
        done.purchases(),
        done if any(model.timed for model in asked) else None,
        products.read(store, shop, progress) if any(model.informed for model in asked) else None,
        shop.basket / TRAINING,
    )


def _goal(known: Known, start: int, end: int) -> evaluate.Targets:
    """What customers bought in a window."""
    return evaluate.targets(known.purchases.before(start), known.purchases.between(start, end))


def _validate(known: Known, windows: tuple[int, int, int], shop: Shop, progress: Progress) -> list[Trial]:
    """The best of each model on validation; none where either window has nobody to judge."""
    start, test, end = windows
    before, goal = known.before(start), _goal(known, start, test)
    if not goal.user_ids or not _goal(known, test, end).user_ids:
        return []
    seed, settings = shop.run.seed, shop.learn
    # How fast a purchase ages is found with the cheapest model that can tell, then kept for all.
    habit = best_of("habit", settings, None, (before, goal), seed, progress)
    life = float(habit.settings.half_life_days)
    return [
        habit if name == "habit" else best_of(name, settings, life, (before, goal), seed, progress)
        for name in dict.fromkeys(settings.models)
    ]


def _scores(
    known: Known,
    windows: tuple[int, int, int],
    trials: list[Trial],
    chosen: str,
    shop: Shop,
    progress: Progress,
) -> list[dict[str, Any]]:
    """Rows of `scores`: validation as it was, and test, with several seeds where a seed matters."""
    _, test, end = windows
    top, seed = shop.learn.top, shop.run.seed
    before, goal = known.before(test), _goal(known, test, end)
    rows = []
    for place, trial in enumerate(trials):
        model = MODELS[trial.model]()
        model.settings = trial.settings
        seeds = range(seed, seed + (shop.learn.seeds if model.stochastic else 1))
        runs = []
        for each in seeds:
            before.fit(model, each, progress)
            runs.append(evaluate.judge(model, goal, top, shop.learn.seen))
        for split, judged in (("validation", [trial.judged]), ("test", runs)):
            rows += [
                {"task": TASK, "split": split, "model": trial.model, "chosen": trial.model == chosen}
                | asdict(score)
                for score in evaluate.summarise(judged, top, seed)
            ]
        progress("learn: test", place + 1, len(trials))
    return rows


def _why_not(data: Interactions) -> str:
    if not len(data):
        return "no purchase of a known customer: nothing to learn from"
    return (
        "nobody bought before and after each split: the purchases span too short a time to judge a model, or "
        "stop long before the last one"
    )


def _earlier(folder: Path | None, model: Recommender, progress: Progress) -> Recommender | None:
    """The last published version's model, if both are timeline models; one that cannot be read is left."""
    if model.name != Timeline.name or folder is None or not (folder / HEAD).exists():
        return None
    try:
        found = load(folder)
    except ModelError as error:
        progress(f"learn: {model.name} begins anew · {error.failed}", 0, 0)
        return None
    return found if found.name == model.name else None


def _write_choice(
    folder: Path, model: Recommender, trials: list[Trial], windows: tuple[int, int, int], note: str
) -> None:
    """What was chosen, from what, and why nothing was where nothing was; for the report and the curious."""
    start, test, end = (datetime.fromtimestamp(time, UTC).replace(tzinfo=None) for time in windows)
    trained = model.trained if isinstance(model, Timeline) else None
    told = {
        "chosen": model.name,
        "note": note,
        "validation_from": start.isoformat() if trials else None,
        "test_from": test.isoformat() if trials else None,
        "test_until": end.isoformat() if trials else None,
        "settings": {trial.model: msgspec.to_builtins(trial.settings) for trial in trials},
        "validation": {trial.model: trial.value for trial in trials},
        "trained": trained and asdict(trained),
    }
    try:
        (folder / CHOICE).write_bytes(msgspec.json.format(msgspec.json.encode(told), indent=1))
    except OSError as error:
        raise ModelError(f"{folder / CHOICE} cannot be written.", found=str(error.strerror)) from error
