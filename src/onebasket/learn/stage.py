"""The stage: split, choose on validation, score on test once, train on everything, save."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from onebasket.accounting import Progress, silent
from onebasket.errors import ModelError
from onebasket.learn import events, products, states
from onebasket.learn.card import Card, card
from onebasket.learn.choose import Trial, best_of
from onebasket.learn.known import Known, Windows
from onebasket.learn.results import PARTS, SCORES, Results, on_test
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

CHOICE, CARD = "choice.json", "card.md"
# In the basket: trainings that were not done, or not followed by what comes next.
TRAINING, CHALLENGING = "training", "challenging"
_DAY_SECONDS = 86_400


def learn(
    store: Store, shop: Shop, folder: Path, progress: Progress = silent, earlier: Path | None = None
) -> None:
    """Train, judge and save: tables `scores` and `score_parts`; in `folder` the model chosen, `choice.json`
    and `card.md`, the model card.

    Each model's settings, and the model itself, are chosen by ndcg on the validation window.
    Each model is then fitted on all before the test window and judged there once; that is its
    test score. The chosen one is fitted on everything and saved. Models that know products by what
    they are called are given the catalogue, too. Where nothing can be judged
    (too few purchases, too short a time) popularity is saved, the tables are empty and the
    note in `choice.json` says why. Raises ModelError when the model cannot be written,
    or where the device to train on is not there.

    `earlier`: the folder of the last published version's model. Where it and the chosen model are timeline
    models, the fit on everything begins there; never one that is judged, as that model knows what came later.
    """
    with _ready(shop):
        known = _read(store, shop, progress, TRAINING)
        results = _learn(shop, (folder, earlier), known, progress)
        if _timed(shop):
            states.train(known, shop, folder, progress)
    store.write("scores", store.arrow(pa.Table.from_pylist(results.scores, SCORES)))
    store.write("score_parts", store.arrow(pa.Table.from_pylist(results.parts, PARTS)))
    shutil.rmtree(shop.basket / TRAINING, ignore_errors=True)


def challenge(
    store: Store, shop: Shop, folder: Path, progress: Progress = silent, earlier: Path | None = None
) -> None:
    """Train, judge and save the challenger of the shop's experiment, as `learn` does with the champion. Its
    scores stand in its model card alone: tables tell of the model in use. Raises as `learn` does."""
    assert shop.challenging is not None
    shop = msgspec.structs.replace(shop, learn=shop.challenging)
    with _ready(shop):
        _learn(shop, (folder, earlier), _read(store, shop, progress, CHALLENGING), progress)
    shutil.rmtree(shop.basket / CHALLENGING, ignore_errors=True)


@contextmanager
def _ready(shop: Shop) -> Iterator[None]:
    """Torch set up where it is needed, and the device tried before anything is trained."""
    with torch_threads(shop.run.threads) if _timed(shop) else nullcontext():
        if _timed(shop):
            from onebasket.timeline.hardware import device_of

            device_of(shop.learn.device)
        yield


def _learn(shop: Shop, folders: tuple[Path, Path | None], known: Known, progress: Progress) -> Results:
    folder, earlier = folders
    windows = _windows(known.purchases, shop.learn)
    trials = _validate(known, windows, shop, progress)
    results = Results([], [])
    if trials:
        chosen = max(trials, key=lambda trial: trial.value)  # equals: the first in the shop file
        model = MODELS[chosen.model]()
        model.settings, note = chosen.settings, ""
        results, tried = on_test(known, windows, trials, chosen.model, shop, progress), len(chosen.tried)
    else:
        model, note, tried = Popularity(), _why_not(known.purchases), 0
    progress(f"learn: {model.name} on everything", 0, 1)
    model.earlier = _earlier(earlier, model, progress) if shop.learn.warm_start else None
    known.fit(model, shop.run.seed, progress)
    model.save(folder)
    _write(folder / CHOICE, _choice(model, trials, windows, note))
    _write(folder / CARD, card(Card(model, known, windows, shop.learn, results, note, tried)).encode())
    progress(f"learn: {model.name} on everything", 1, 1)
    return results


def _timed(shop: Shop) -> bool:
    """Whether a model is asked for that learns from all that people did."""
    return any(MODELS[name].timed for name in shop.learn.models)


def _windows(data: Interactions, learn: Learn) -> Windows:
    end = int(data.times.max()) + 1 if len(data) else 0
    test = end - learn.test_days * _DAY_SECONDS
    return Windows(test - learn.validation_days * _DAY_SECONDS, test, end)


def _read(store: Store, shop: Shop, progress: Progress, training: str) -> Known:
    """What the models of the shop ask for."""
    done = events.read(store, progress)
    asked = [MODELS[name] for name in shop.learn.models] if len(done) else []
    return Known(
        done.purchases(),
        done,
        products.read(store, shop, progress) if any(model.informed for model in asked) else None,
        shop.basket / training,
    )


def _validate(known: Known, windows: Windows, shop: Shop, progress: Progress) -> list[Trial]:
    """The best of each model on validation; none where either window has nobody to judge."""
    before, goal = known.before(windows.validation), known.goal(windows.validation, windows.test)
    if not goal.user_ids or not known.goal(windows.test, windows.end).user_ids:
        return []
    seed, settings = shop.run.seed, shop.learn
    # How fast a purchase ages is found with the cheapest model that can tell, then kept for all.
    habit = best_of("habit", settings, None, (before, goal), seed, progress)
    life = float(habit.settings.half_life_days)
    return [
        habit if name == "habit" else best_of(name, settings, life, (before, goal), seed, progress)
        for name in dict.fromkeys(settings.models)
    ]


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


def _choice(model: Recommender, trials: list[Trial], windows: Windows, note: str) -> bytes:
    """What was chosen, from what, and why nothing was where nothing was; for the report and the curious."""
    start, test, end = (moment.isoformat() if trials else None for moment in windows.moments)
    trained = model.trained if isinstance(model, Timeline) else None
    told: dict[str, Any] = {
        "chosen": model.name,
        "note": note,
        "validation_from": start,
        "test_from": test,
        "test_until": end,
        "settings": {trial.model: msgspec.to_builtins(trial.settings) for trial in trials},
        "validation": {trial.model: trial.value for trial in trials},
        "trained": trained and msgspec.to_builtins(trained),
    }
    if searched := [each.told() for trial in trials for each in trial.tried]:
        told["search"] = searched
    return msgspec.json.format(msgspec.json.encode(told), indent=1)


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise ModelError(f"{path} cannot be written.", found=str(error.strerror)) from error
