"""The search: the default first, then what promises more, and never for longer than it may take."""

from __future__ import annotations

from collections.abc import Callable
from math import log
from pathlib import Path
from typing import Any

import msgspec
import pytest

from onebasket.accounting import Progress, silent
from onebasket.learn import choose, learn, search
from onebasket.learn.search import SEARCHED, named, until
from onebasket.recommenders import load
from onebasket.shop import Learn, Shop
from onebasket.store.duckdb import DuckStore
from onebasket.timeline.settings import PRESETS, TimelineSettings

DEFAULT = PRESETS["small"]


def hill(settings: TimelineSettings, progress: Progress) -> float:
    """A stand-in for training: best with little dropout and a high rate."""
    return 1 - (settings.dropout - 0.1) ** 2 - log(settings.learning_rate / 3e-3) ** 2 / 50


class Clock:
    """A minute passes with every trial."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = 0.0
        monkeypatch.setattr(search, "monotonic", lambda: self.seconds)

    def trial(self, settings: TimelineSettings, progress: Progress) -> float:
        self.seconds += 60
        progress("training", 1, 2)
        return hill(settings, progress)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    return lambda trials: monkeypatch.setattr(search, "MOST_TRIALS", trials)


def test_the_default_is_tried_first_and_better_ones_are_found(few: Callable[[int], None]) -> None:
    few(30)
    tried = search.search(DEFAULT, hill, 1_000, 0, silent)
    assert len(tried) == 30 and tried[0].settings == DEFAULT
    assert tried[0].value == hill(DEFAULT, silent)
    assert max(each.value or 0 for each in tried) > hill(DEFAULT, silent)
    early, late = tried[:10], tried[20:]
    assert sum(each.value or 0 for each in late) > sum(each.value or 0 for each in early)


def test_a_seed_gives_the_same_trials(few: Callable[[int], None]) -> None:
    few(14)
    one, other, third = (search.search(DEFAULT, hill, 1_000, seed, silent) for seed in (1, 1, 2))
    assert one == other != third


@pytest.mark.parametrize("preset", PRESETS)
def test_only_what_is_searched_changes_and_fits(preset: str, few: Callable[[int], None]) -> None:
    few(40)
    start = PRESETS[preset]
    for each in search.search(start, hill, 1_000, 3, silent):
        assert msgspec.structs.replace(each.settings, **named(start)) == start
        assert each.told().keys() == {"value", *SEARCHED}


def test_it_ends_with_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The trial in which the time runs out is cut off; the first one never is."""
    told: list[tuple[str, int, int]] = []
    tried = search.search(
        DEFAULT, Clock(monkeypatch).trial, 4, 0, lambda *words: told.append(words)
    )  # fmt: skip
    assert [each.value is None for each in tried] == [False, False, False, True]
    assert [words for words in told if "search" in words[0]][-1][1:] == (240, 240)
    best = max(each.value or 0 for each in tried)
    assert told[-1][0] == f"learn: search · 4 tried, best {best:.4f}"
    short = search.search(DEFAULT, Clock(monkeypatch).trial, 0.5, 0, silent)
    assert [each.settings for each in short] == [DEFAULT] and short[0].value is not None


def test_progress_stops_what_goes_on_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    bounded = until(1.0, silent)
    bounded("training", 0, 1)
    clock.seconds = 1.0
    with pytest.raises(search.OutOfTimeError):
        bounded("training", 1, 1)


def test_the_stage_learns_with_the_best(
    store: DuckStore, sell: Callable[..., None], offer: Callable[..., None], shop: Shop, tmp_path: Path,
    few: Callable[[int], None], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    few(3)
    tiny = TimelineSettings(width=8, length=8, negatives=8, batch=256, epochs=2)
    monkeypatch.setattr(choose, "PRESETS", {"small": tiny})
    sell([(f"c{who}", f"p{(who + day // 6) % 5}", day) for who in range(6) for day in range(0, 120, 6)])
    offer({})
    asked = Learn(models=("habit", "timeline"), seeds=1, text="none", search_minutes=60)
    learn(store, msgspec.structs.replace(shop, learn=asked), tmp_path)
    told: dict[str, Any] = msgspec.json.decode((tmp_path / "choice.json").read_bytes())
    tried = told["search"]
    assert len(tried) == 3 and {name: tried[0][name] for name in SEARCHED} == named(tiny)
    best = max(tried, key=lambda each: each["value"])
    assert best["value"] == told["validation"]["timeline"]
    assert {name: told["settings"]["timeline"]["network"][name] for name in SEARCHED} == {
        name: best[name] for name in SEARCHED
    }
    if told["chosen"] == "timeline":
        assert named(load(tmp_path).settings.network) == {name: best[name] for name in SEARCHED}
    assert not (shop.basket / "training").exists()
