"""States are of what came before, and the network behind them stops learning in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from onebasket.accounting import silent
from onebasket.errors import ModelError
from onebasket.learn import choose, states
from onebasket.learn.known import Known
from onebasket.recommenders import Popularity, Timeline
from onebasket.store.duckdb import DuckStore
from onebasket.timeline.settings import TimelineSettings
from tests.unit.learn.conftest import START, shop_in
from tests.unit.learn.test_learn_wrong_input import comers, did
from tests.unit.recommenders.test_events import events

TINY = TimelineSettings(width=8, length=8, negatives=8, batch=256, epochs=2, look_every=1)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "PRESETS", {"small": TINY})


def known(rows: list[dict[str, Any]]) -> Known:
    names = ("customer_id", "product_id", "action")
    said = [tuple(row[name] for name in names) for row in rows]
    days = [(row["ts"] - START).days for row in rows]
    done = events([(who, what, day, how, "web") for (who, what, how), day in zip(said, days, strict=True)])
    return Known(done.purchases(), done)


def trained(rows: list[dict[str, Any]], folder: Path) -> Timeline:
    states.train(known(rows), shop_in(folder), folder, silent)
    from onebasket.recommenders import load

    model = load(folder / states.FOLDER)
    assert isinstance(model, Timeline)
    return model


def test_what_comes_after_a_moment_changes_nothing(small: None, tmp_path: Path) -> None:
    model = trained(comers(), tmp_path)
    later = [did("c1", "p0", 155), did("new", "p1", 156, "view")]
    moment = datetime(1970, 1, 1) + timedelta(days=140)
    asked = [
        states.NetworkStates(model, done)
        for done in (known(comers()).events, known([*comers(), *later]).events)
        if done
    ]
    (ids, one), (others, other) = (each(moment) for each in asked)
    assert list(ids) == list(others) == [f"c{who}" for who in range(8)]
    assert np.array_equal(one, other)
    assert one.shape[1] > 3 and np.isfinite(one).all()
    assert not np.allclose(one, asked[0](moment - timedelta(days=60))[1])


def test_the_network_stops_before_the_first_window_it_is_judged_in(small: None, tmp_path: Path) -> None:
    rows = comers()
    end = max(int((row["ts"] - START).days) for row in rows)
    late = [did(f"c{who}", "odd", end - 2 * states.LONGEST_DAYS + 1) for who in range(8)]
    one, other = trained(rows, tmp_path / "one"), trained([*rows, *late], tmp_path / "other")
    assert one.item_ids == other.item_ids
    for name, values in one._arrays().items():
        assert np.array_equal(values, other._arrays()[name]), name


def test_no_network_no_states(store: DuckStore, tmp_path: Path) -> None:
    assert states.network_states(store, tmp_path) is None
    Popularity().fit(known(comers()).purchases).save(tmp_path / states.FOLDER)
    with pytest.raises(ModelError, match="gives no states"):
        states.network_states(store, tmp_path)


def test_a_network_without_a_clock_gives_none() -> None:
    model = Timeline()
    model.settings = msgspec.structs.replace(model.settings, network=TINY)
    done = known(comers()).events
    assert done is not None
    model.fit(done.purchases())
    with pytest.raises(ModelError, match="no states"):
        model.states(done, 0)


def test_too_short_a_time_trains_nothing(small: None, tmp_path: Path) -> None:
    states.train(known(comers(40)), shop_in(tmp_path), tmp_path, silent)
    assert not (tmp_path / states.FOLDER).exists()
