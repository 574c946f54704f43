"""The model of the last published version is where the new one begins, and nothing that is judged does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from onebasket.learn import choose, learn
from onebasket.recommenders import Timeline, load
from onebasket.shop import Learn, Shop
from onebasket.store.duckdb import DuckStore
from tests.unit.learn.test_learn import choice, habits, scores
from tests.unit.recommenders.test_timeline import TINY

Sell = Callable[..., None]


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "PRESETS", {"small": msgspec.structs.replace(TINY, epochs=2)})


@pytest.fixture
def asked(shop: Shop) -> Shop:
    return msgspec.structs.replace(shop, learn=Learn(models=("timeline",), seeds=1))


def began(folder: Path) -> Any:
    return choice(folder)["trained"]["began"]


def test_only_the_fit_on_everything_begins_there(
    store: DuckStore, sell: Sell, asked: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier: list[object] = []
    fit = Timeline._fit

    def watched(self: Timeline, *values: Any) -> None:
        earlier.append(self.earlier)
        fit(self, *values)

    monkeypatch.setattr(Timeline, "_fit", watched)
    sell(habits())
    learn(store, asked, tmp_path / "one")
    first, cold = scores(store), len(earlier)
    assert cold > 1 and not any(earlier) and began(tmp_path / "one") == "anew"
    assert choice(tmp_path / "one")["trained"]["drift"] is None
    learn(store, asked, tmp_path / "two", earlier=tmp_path / "one")
    assert scores(store) == first
    *judged, everything, states = earlier  # states are of a network that knows nothing of the windows judged
    assert not any(judged) and isinstance(everything, Timeline) and states is None
    assert began(tmp_path / "two").startswith("from the model before: 20 of 20 products")
    drift = choice(tmp_path / "two")["trained"]["drift"]
    assert drift["items"] == 20 and len(drift["most"]) == 10 and drift["mean"] > 0.5
    again = load(tmp_path / "two")
    assert isinstance(again, Timeline) and again.item_vectors().shape == (20, 16)


def test_it_may_be_left(store: DuckStore, sell: Sell, asked: Shop, tmp_path: Path) -> None:
    """Where the shop says so, where there is none, where it is another model, where it is damaged."""
    sell(habits(customers=12))
    learn(store, asked, tmp_path / "one")
    wanted = (tmp_path / "one" / "model.safetensors").read_bytes()
    off = msgspec.structs.replace(asked, learn=msgspec.structs.replace(asked.learn, warm_start=False))
    learn(store, off, tmp_path / "two", earlier=tmp_path / "one")
    learn(store, asked, tmp_path / "three", earlier=tmp_path / "nothing")
    popular = msgspec.structs.replace(asked, learn=Learn(models=("popularity",)))
    learn(store, popular, tmp_path / "popular", earlier=tmp_path / "one")
    assert choice(tmp_path / "popular")["trained"] is None
    learn(store, asked, tmp_path / "four", earlier=tmp_path / "popular")
    (tmp_path / "one" / "model.safetensors").write_bytes(wanted[:-5])
    told: list[str] = []
    learn(store, asked, tmp_path / "five", lambda what, done, total: told.append(what), tmp_path / "one")
    assert any("begins anew" in what and "damaged" in what for what in told)
    for name in ("two", "three", "four", "five"):
        assert (tmp_path / name / "model.safetensors").read_bytes() == wanted
        assert began(tmp_path / name) == "anew"
