"""A search for settings of the timeline model, on validation, for as long as it may take.

Akiba et al., "Optuna", KDD 2019, with its tree-structured Parzen estimator (Bergstra et al., "Algorithms for
hyper-parameter optimization", NeurIPS 2011).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic
from typing import Any

import msgspec

from onebasket.accounting import Progress
from onebasket.errors import MissingExtraError
from onebasket.timeline.settings import TimelineSettings

MOST_TRIALS = 500
SEARCHED = (
    "width", "layers", "dropout", "temperature", "learning_rate", "negatives", "recent", "id_dropout",
)  # fmt: skip
_WIDTHS = (1 / 3, 1 / 2, 2 / 3, 1.0, 4 / 3)  # of the default's
_NEGATIVES = (256, 1024, 4096)
_LAYERS_MORE, _MOST_RECENT = 2, 8

# Trains a model with these settings and tells its value on validation.
Objective = Callable[[TimelineSettings, Progress], float]


class OutOfTimeError(Exception):
    """A trial has used up what was left of the time."""


@dataclass(frozen=True)
class Tried:
    """Settings and what they came to; None: there was no time to tell."""

    settings: TimelineSettings
    value: float | None

    def told(self) -> dict[str, Any]:
        """The value, and what was searched of the settings."""
        return {"value": self.value, **named(self.settings)}


def search(
    start: TimelineSettings, objective: Objective, minutes: float, seed: int, progress: Progress
) -> list[Tried]:
    """All that was tried, in order: `start` first, however long it takes, then what promises most.

    A later trial that has not ended when the time is up is cut off, and has no value.
    """
    made, began = _optuna(), monotonic()
    sampler = made.samplers.TPESampler(seed=seed, multivariate=True)
    study = made.create_study(direction="maximize", sampler=sampler)
    study.enqueue_trial(named(start))
    tried: list[Tried] = []
    for trial in _asked(study, began + 60 * minutes):
        settings = _suggested(trial, start)
        bounded = until(began + 60 * minutes, progress) if tried else progress
        try:
            value = objective(settings, bounded)
        except OutOfTimeError:
            study.tell(trial, state=made.trial.TrialState.FAIL)
            tried.append(Tried(settings, None))
        else:
            study.tell(trial, value)
            tried.append(Tried(settings, value))
        spent = min(round(monotonic() - began), round(60 * minutes))
        progress(
            f"learn: search · {len(tried)} tried, best {study.best_value:.4f}", spent, round(60 * minutes)
        )
    return tried


def named(settings: TimelineSettings) -> dict[str, Any]:
    """What is searched of some settings, by name."""
    return {name: getattr(settings, name) for name in SEARCHED}


def until(deadline: float, progress: Progress) -> Progress:
    """The same progress, which stops the work that tells it something after the deadline."""

    def bounded(what: str, done: int, total: int) -> None:
        if monotonic() >= deadline:
            raise OutOfTimeError
        progress(what, done, total)

    return bounded


def _asked(study: Any, deadline: float) -> Iterator[Any]:
    """A first trial, and more of them while there is time."""
    yield study.ask()
    for _ in range(MOST_TRIALS - 1):
        if monotonic() >= deadline:
            return
        yield study.ask()


def _suggested(trial: Any, start: TimelineSettings) -> TimelineSettings:
    """Settings near those to start from, which are among what may be suggested."""
    widths = sorted({start.heads * max(1, round(start.width * part / start.heads)) for part in _WIDTHS})
    return msgspec.structs.replace(
        start,
        width=trial.suggest_categorical("width", widths),
        layers=trial.suggest_int("layers", 1, start.layers + _LAYERS_MORE),
        dropout=trial.suggest_float("dropout", 0.0, max(0.7, start.dropout)),
        temperature=trial.suggest_float(
            "temperature", min(0.03, start.temperature), max(0.3, start.temperature), log=True
        ),
        learning_rate=trial.suggest_float(
            "learning_rate", min(2e-4, start.learning_rate), max(5e-3, start.learning_rate), log=True
        ),
        negatives=trial.suggest_categorical("negatives", sorted({*_NEGATIVES, start.negatives})),
        recent=trial.suggest_int("recent", 0, max(_MOST_RECENT, start.recent)),
        id_dropout=trial.suggest_float("id_dropout", 0.0, max(0.5, start.id_dropout)),
    )


def _optuna() -> Any:
    try:
        import optuna
    except ImportError as error:
        raise MissingExtraError("learn --search", "learn") from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna
