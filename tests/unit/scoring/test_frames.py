"""What a moment knows: all that came before it, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onebasket import scoring
from onebasket.scoring import EVERYBODY, TASKS, Frame
from onebasket.store.duckdb import DuckStore
from tests.unit.scoring.conftest import Event, day

Put = Callable[..., None]
MOMENT = 60
ACTIONS = ("view", "cart", "search", "purchase", "return")


def event(who: str, when: float, action: str = "purchase", **more: Any) -> Event:
    values = {"amount_minor": 500, "discount_minor": 50, "product_id": "p1", "order_id": f"o{who}{when}"}
    return {"customer_id": who, "ts": day(when), "action": action, "channel": "web"} | values | more


def frame_of(store: DuckStore, put: Put, rows: list[Event]) -> Frame:
    put("timeline", rows)
    with scoring.events(store) as span:
        assert span
        return scoring.customers_at(store, day(MOMENT))


def told(frame: Frame, who: str) -> dict[str, float]:
    row = frame.customers.to_pylist().index(who)
    return dict(zip(frame.names, frame.values[row].tolist(), strict=True))


def test_counts_ages_and_money(store: DuckStore, put: Put) -> None:
    rows = [
        event("a", 58, "view", channel="app"), event("a", 40, "view"), event("a", 10), event("a", 55),
        event("a", 55, product_id="p2", order_id="oa55"), event("b", 59, "search", order_id=None),
    ]  # fmt: skip
    frame = frame_of(store, put, rows)
    a, b = told(frame, "a"), told(frame, "b")
    assert a["view_7d"] == 1 and a["view_30d"] == 2 and a["view@app_30d"] == 1
    assert a["view_last_days"] == 2
    assert (a["orders"], a["orders_30d"], a["purchase_30d"]) == (2, 1, 2)
    assert a["amount_90d"] == 1500 and a["discount_share"] == pytest.approx(150 / 1650)
    assert a["gap_mean_days"] == 45 and a["order_last_days"] == 5 and a["overdue"] == pytest.approx(5 / 45)
    assert a["known_days"] == 50 and a["products_90d"] == 2
    assert b["orders"] == 0 and np.isnan(b["order_last_days"]) and np.isnan(b["purchase_last_days"])


def test_an_order_counts_until_it_is_cancelled(store: DuckStore, put: Put) -> None:
    put("order_links", [{"source": "s", "order_id": "x", "fused_order_id": "oa20", "leader": True}])
    for cancelled, orders in ((30, 1), (80, 2)):
        put("orders", [{"source": "s", "order_id": "x", "cancelled_ts": day(cancelled)}])
        assert told(frame_of(store, put, [event("a", 20), event("a", 25)]), "a")["orders"] == orders


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    count = draw(st.integers(1, 12))
    return [
        event(
            draw(st.sampled_from("abc")),
            draw(st.floats(0, MOMENT - 0.01)),
            draw(st.sampled_from(ACTIONS)),
            channel=draw(st.sampled_from(["web", "app"])),
            product_id=draw(st.sampled_from(["p1", "p2", None])),
            amount_minor=draw(st.one_of(st.none(), st.integers(-900, 900))),
        )
        for _ in range(count)
    ]


@given(histories(), st.lists(st.tuples(st.sampled_from("abcd"), st.floats(0, 90), st.sampled_from(ACTIONS))))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_event_at_or_after_the_moment_changes_a_feature(
    store: DuckStore, put: Put, rows: list[Event], later: list[tuple[str, float, str]]
) -> None:
    late = [event(who, MOMENT + after, action) for who, after, action in later]
    # A purchase far ahead keeps the span the same with and without the later events.
    end = event("z", 300)
    frames, pairs = [], []
    for every in ([*rows, end], [*rows, *late, event("a", MOMENT), end]):
        put("timeline", every)
        put("catalogue", [{"product_id": p, "category_top": "tea"} for p in ("p1", "p2")])
        with scoring.events(store):
            frame = scoring.customers_at(store, day(MOMENT))
            with scoring.candidates(store, day(MOMENT)):
                found = [
                    scoring.pairs_at(store, about, day(MOMENT), day(MOMENT), frame, EVERYBODY)[0]
                    for about in ("category", "product")
                ]
        frames.append(frame)
        pairs.append(found)
    for one, other in zip([frames[0], *pairs[0]], [frames[1], *pairs[1]], strict=True):
        assert one.customers.to_pylist() == other.customers.to_pylist()
        assert one.names == other.names
        assert np.array_equal(one.values, other.values, equal_nan=True)
        assert (one.targets is None) or one.targets.to_pylist() == other.targets.to_pylist()


def test_outcomes_are_of_the_window_alone(store: DuckStore, put: Put) -> None:
    rows = [event("a", 59.9), event("a", 60), event("a", 89.9), event("b", 90), event("a", 70, "return",
            amount_minor=-200), event("c", 10)]  # fmt: skip
    put("timeline", rows)
    bought = next(task for task in TASKS if task.name == "purchase_30d")
    returned = next(task for task in TASKS if task.name == "return_30d")
    kept = next(task for task in TASKS if task.name == "value_30d")
    with scoring.events(store):
        frame = scoring.customers_at(store, day(MOMENT))
        goals = scoring.outcomes_at(store, [bought, returned, kept], day(MOMENT), frame)
    assert frame.customers.to_pylist() == ["a", "c"]
    assert [goal.tolist() for goal in goals] == [[1, 0], [1, 0], [800, 0]]


def test_candidates_are_bounded_and_judged(store: DuckStore, put: Put, monkeypatch: Any) -> None:
    monkeypatch.setitem(scoring.pairs.CANDIDATES, "product", (2, 1))
    rows = [event("a", n, product_id=f"p{n % 5}") for n in range(1, 40)]
    rows += [event("b", 30 + n, product_id="best") for n in range(3)] + [event("a", 65, product_id="p4")]
    put("timeline", rows)
    with scoring.events(store):
        frame = scoring.customers_at(store, day(MOMENT))
        with scoring.candidates(store, day(MOMENT)):
            pairs, goal = scoring.pairs_at(store, "product", day(MOMENT), day(90), frame, EVERYBODY)
    rows_of = list(zip(pairs.customers.to_pylist(), pairs.targets.to_pylist(), goal.tolist(), strict=True))
    assert sum(who == "a" for who, _, _ in rows_of) <= 3
    assert ("a", "p4", 1.0) in rows_of and ("b", "best", 0.0) in rows_of


def test_parts_are_everybody_once(store: DuckStore, put: Put) -> None:
    put("timeline", [event(f"c{n:03}", n) for n in range(23)])
    with scoring.events(store):
        parts = scoring.parts(store, 5)
        found = [scoring.customers_at(store, day(MOMENT), part).customers.to_pylist() for part in parts]
        whole = scoring.customers_at(store, day(MOMENT)).customers.to_pylist()
    assert [len(each) for each in found] == [5, 5, 5, 5, 3]
    assert [who for each in found for who in each] == whole


def test_states_become_columns(store: DuckStore, put: Put) -> None:
    frame = frame_of(store, put, [event("a", 1), event("b", 2), event("c", 3)])
    more = frame.with_states(
        lambda moment: (["c", "a", "x"], np.array([[1, 2], [3, 4], [5, 6]], "f4")), day(60)
    )
    assert more.aligned(["state_0", "state_1"]).tolist() == [[3, 4], [0, 0], [1, 2]]


@pytest.mark.parametrize("days", [7, 30, 90])
def test_windows_never_overlap_what_judges_them(days: int) -> None:
    window, found = timedelta(days=days), scoring.moments(day(0), day(365), days)
    assert found
    assert found.test + window == found.now
    assert found.validation + window <= found.test
    assert max(found.choose) + window <= found.validation
    assert max(found.judge) + window <= found.test
    assert max(found.final) + window <= found.now
    assert min(found.choose) >= day(28)
    assert scoring.moments(day(0), day(scoring.days_needed(days) - 1), days) is None
    assert scoring.moments(day(0), day(scoring.days_needed(days)), days) is not None


def test_nobody_bought(store: DuckStore, put: Put, tmp_path: Path) -> None:
    put("timeline", [event("a", 1, "view")])
    with scoring.events(store) as span:
        assert span is None
