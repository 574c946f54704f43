"""Which settings are tried, and which model wins: on validation only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from onebasket.accounting import Progress
from onebasket.learn.evaluate import Judged, Targets, judge, main_value
from onebasket.learn.known import Known
from onebasket.learn.search import Tried, search
from onebasket.recommenders import (
    MODELS,
    CountSettings,
    EASESettings,
    IALSSettings,
    ItemKNNSettings,
    MFSettings,
    SequentialRulesSettings,
    TimelineModelSettings,
)
from onebasket.shop import Learn
from onebasket.timeline.settings import PRESETS, TimelineSettings

HALF_LIVES_DAYS = (0.0, 30.0, 90.0)


@dataclass(frozen=True)
class Trial:
    """The best settings of one model and what they came to on validation."""

    model: str
    settings: Any
    judged: Judged
    value: float  # ndcg on validation
    tried: tuple[Tried, ...] = ()  # of a search


def best_of(
    name: str,
    learn: Learn,
    half_life_days: float | None,
    data: tuple[Known, Targets],
    seed: int,
    progress: Progress,
) -> Trial:
    """Fit a model with each of its settings, judge it, keep the best; equals: the first tried."""
    before, goal = data
    tried = list(grid(name, learn, half_life_days))
    if name == "timeline" and learn.search_minutes:
        return _searched(tried[0], learn, data, seed, progress)
    model, best = MODELS[name](), None
    for place, settings in enumerate(tried):
        refit = place == 0 or _fitted_with(settings) != _fitted_with(model.settings)
        model.settings = settings
        if refit:
            before.fit(model, seed, progress)
        judged = judge(model, goal, learn.top, learn.seen)
        value = main_value(judged)
        if best is None or value > best.value:
            best = Trial(name, settings, judged, value)
        progress(f"learn: {name} on validation", place + 1, len(tried))
    assert best is not None
    return best


def _searched(
    start: TimelineModelSettings, learn: Learn, data: tuple[Known, Targets], seed: int, progress: Progress
) -> Trial:
    """The best the timeline model comes to in the time there is for a search."""
    before, goal = replace(data[0], kept=None), data[1]  # as many trainings as there are would fill the disk
    found: list[Trial] = []

    def objective(network: TimelineSettings, progress: Progress) -> float:
        model = MODELS["timeline"]()
        model.settings = msgspec.structs.replace(start, network=network)
        before.fit(model, seed, progress)
        judged = judge(model, goal, learn.top, learn.seen)
        trial = Trial(model.name, model.settings, judged, main_value(judged))
        found[:] = [max([*found, trial], key=lambda each: each.value)]  # equals: the first
        return trial.value

    tried = search(start.network, objective, learn.search_minutes, seed, progress)
    return replace(found[0], tried=tuple(tried))


def grid(name: str, learn: Learn, half_life_days: float | None) -> Iterator[Any]:
    """The settings tried for a model; those that share a fit follow each other.

    `half_life_days` None: try all half-lives (habit, which then decides for the others).
    """
    life = half_life_days or 0.0
    # A product's own weight matters only where it may be recommended again.
    repeats = learn.seen == "allow"
    match name:
        case "habit" | "popularity":
            lives = HALF_LIVES_DAYS if half_life_days is None else sorted({0.0, life})
            yield from (CountSettings(days) for days in lives)
        case "item_knn":
            for shrinkage in (10.0, 50.0):
                for repeat in (0.0, 100.0) if repeats else (0.0,):
                    yield ItemKNNSettings(shrinkage=shrinkage, repeat=repeat, half_life_days=life)
        case "sequential_rules":
            for nearness in (0.6, 0.9):
                yield SequentialRulesSettings(nearness=nearness, recency=nearness, half_life_days=life)
        case "timeline":
            days = float(learn.validation_days)
            network = msgspec.structs.replace(
                PRESETS[learn.preset], clock=True, horizon_days=days, device=learn.device
            )
            yield TimelineModelSettings(network, seen=learn.seen, validation_days=days, half_life_days=life)
        case "ease":
            for regularisation in (30.0, 300.0):
                for repeat in (0.0, 5.0) if repeats else (0.0,):
                    yield EASESettings(regularisation, repeat, learn.ease_max_items, life)
        case "ials":
            for regularisation in (3.0, 10.0, 30.0):
                yield IALSSettings(learn.factors, regularisation, half_life_days=life)
        case "mf":
            adam = learn.optimiser == "adam"
            for rate in (0.005, 0.01) if adam else (0.05, 0.1):
                yield MFSettings(
                    factors=learn.factors, learning_rate=rate, optimiser=learn.optimiser, epochs=learn.epochs,
                    batch=65_536 if adam else 2_000, half_life_days=life,
                )  # fmt: skip


def _fitted_with(settings: Any) -> dict[str, Any]:
    """The settings without those that only matter when the model is asked."""
    values: dict[str, Any] = msgspec.to_builtins(settings)
    values.pop("repeat", None)
    return values
