"""What is judged apart, and the card that tells of a model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from onebasket.learn import learn
from onebasket.learn.evaluate import judge
from onebasket.learn.known import Known
from onebasket.learn.parts import newcomers, parts
from onebasket.recommenders import Catalogue, CountSettings, Events, Popularity, Seen
from onebasket.recommenders.events import PURCHASE, Mark
from onebasket.shop import Shop
from onebasket.store.duckdb import DuckStore
from tests.unit.learn.test_learn import habits

Row = tuple[str, str, int, str, str]  # who, what, day, action, channel
SPLIT = 100
#  ann bought six things before, bob one; nobody bought n1 and n2, which cat looked at or the catalogue names.
BEFORE: list[Row] = [
    *(("ann", f"p{day % 3}", day, PURCHASE, "web") for day in range(6)),
    ("bob", "p0", 9, PURCHASE, "store"), ("cat", "n1", 9, "view", "web"), ("cat", "p1", 10, PURCHASE, "web"),
]  # fmt: skip
AFTER: list[Row] = [
    *(("ann", what, day, PURCHASE, where) for what, day, where in (
        ("p0", 110, "web"), ("p0", 111, "app"), ("n1", 111, "web"),
    )),
    *(("bob", what, 120, action, where) for what, action, where in (
        ("p2", PURCHASE, "store"), ("n2", PURCHASE, "store"), ("p1", "view", "app"),
    )),
    ("cat", "unheard", 120, PURCHASE, "web"), ("stranger", "p0", 120, PURCHASE, "phone"),
]  # fmt: skip


def events_of(rows: list[Row]) -> Events:
    names = [sorted({str(row[place]) for row in rows}) for place in (0, 1, 3, 4)]
    codes = [
        np.array([names[at].index(str(row[place])) for row in rows]) for at, place in enumerate((0, 1, 3, 4))
    ]
    marks = [Mark.of("action", codes[2], names[2], PURCHASE), Mark.of("channel", codes[3], names[3])]
    return Events.of((codes[0], codes[1], np.array([row[2] for row in rows])), (names[0], names[1]), marks)


def world() -> Known:
    events = events_of(BEFORE + AFTER)
    catalogue = Catalogue({name: ["tea"] for name in ("p0", "p1", "n2")})
    return Known(events.purchases(), events, catalogue)


def test_who_bought_what_where() -> None:
    known = world()
    goal = known.goal(SPLIT, 200)
    found = {
        (part.kind, part.name): sorted(
            (goal.user_ids[row], part.targets.item_ids[item])
            for row, item in zip(part.targets.rows, part.targets.items.items, strict=True)
        )
        for part in parts(known.before(SPLIT), known.events.between(SPLIT, 200), goal)
    }
    assert found == {
        ("channel", "app"): [("ann", "p0")],
        ("channel", "store"): [("bob", "n2"), ("bob", "p2")],
        ("channel", "web"): [("ann", "n1"), ("ann", "p0"), ("cat", "unheard")],
        ("history", "1-4"): [("bob", "n2"), ("bob", "p2"), ("cat", "unheard")],
        ("history", "5-19"): [("ann", "n1"), ("ann", "p0")],
        ("cold", "views"): [("ann", "n1")],
        ("cold", "catalogue"): [("bob", "n2")],
        ("action", "view"): [("bob", "p1")],
    }


def test_who_bought_for_the_first_time() -> None:
    known = world()
    looked = ("dan", "p2", 20, "view", "web"), ("dan", "p2", 130, PURCHASE, "web")
    events = events_of([*BEFORE, *AFTER, *looked])
    known = Known(events.purchases(), events)
    whole, apart = newcomers(known.before(SPLIT), known.events.between(SPLIT, 200))
    assert whole.user_ids == ("dan", "stranger")
    assert {(part.kind, part.name): list(part.targets.rows) for part in apart} == {
        ("newcomer", "views"): [0],
        ("newcomer", "nothing"): [1],
    }


@pytest.mark.parametrize("seen", ["allow", "mask"])
def test_a_part_is_looked_for_in_the_lists_of_the_whole(seen: Seen) -> None:
    known = world()
    before, goal = known.before(SPLIT), known.goal(SPLIT, 200)
    model = Popularity(CountSettings()).fit(before.purchases)
    whole = judge(model, goal, 3, seen)
    nothing, everything, split = (
        goal.only(np.zeros(len(goal.rows), bool)), goal.only(np.ones(len(goal.rows), bool)),
        goal.only(goal.rows == 1),
    )  # fmt: skip
    apart = judge(model, goal, 3, seen, [nothing, everything, split]).apart
    assert np.isnan(apart[:, 0]).all()
    assert np.array_equal(apart[:, 1], whole.values[:, 1], equal_nan=True)
    assert np.array_equal(apart[1:2, 2], whole.values[1:2, 1], equal_nan=True)
    assert np.isnan(apart[[0, 2], 2]).all()


def rows_of(store: DuckStore, table: str) -> list[dict[str, Any]]:
    return [row for batch in store.read(table) for row in batch.to_pylist()]


def test_the_stage_writes_a_card_and_the_parts(
    store: DuckStore, sell: Callable[..., None], shop: Shop, tmp_path: Path
) -> None:
    sell(habits())
    models = ("popularity", "habit", "item_knn")
    learn(
        store,
        msgspec.structs.replace(shop, learn=msgspec.structs.replace(shop.learn, models=models)),
        tmp_path,
    )
    found = rows_of(store, "score_parts")
    whole = {
        row["model"]: row for row in rows_of(store, "scores")
        if row["split"] == "test" and row["metric"] == "ndcg@10"
    }  # fmt: skip
    assert {(row["model"], row["kind"], row["part"]) for row in found} == {
        (model, *part) for model in models for part in (("channel", "-"), ("history", "20+"))
    }
    for row in found:
        same = whole[row["model"]]
        assert row["customers"] == same["customers"] and row["value"] == pytest.approx(same["value"])
        assert row["low"] <= row["value"] <= row["high"] and row["chosen"] == same["chosen"]
        assert row["targets"] >= row["customers"]
    text = (tmp_path / "card.md").read_text(encoding="utf-8")
    chosen = next(row["model"] for row in found if row["chosen"])
    assert text.startswith(f"# Model card: {chosen}\n")
    for told in (
        "## Data", "| events |", "## Split", "| test |", "## Settings", "half_life_days",
        f"| **{chosen}** | ", "purchases before 20+", "- The data span 17", "Only 24 customers",
    ):  # fmt: skip
        assert told in text
    for row in whole.values():
        assert f"{row['value']:.4f} ({row['low']:.4f}–{row['high']:.4f})" in text
    assert not any(f"c{number:02}" in text for number in range(24))


def test_a_card_says_why_nothing_was_judged(
    store: DuckStore, sell: Callable[..., None], shop: Shop, tmp_path: Path
) -> None:
    for rows in ([], [("c", "p", 0.0)]):
        sell(rows)
        learn(store, shop, tmp_path)
        text = (tmp_path / "card.md").read_text(encoding="utf-8")
        assert "# Model card: popularity" in text and "It was not chosen" in text
        assert "Nothing was judged" in text
        assert rows_of(store, "score_parts") == []
