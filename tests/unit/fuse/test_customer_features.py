"""What was known at a moment: only earlier events count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onebasket.fuse.moments import moments, windows_table

KEYS = {"a": "Food", "b": "Food", "c": "Toys"}


def shop(story: Any) -> Any:
    for source in ("web", "till"):
        for key, category in KEYS.items():
            story.product(source, key, f"p{key}", category=f"{category} > {key}")
    for name in ("ann", "bob", "cy"):
        story.person(f"web/{name}", name).person(f"till/{name}", name)
    return story


def test_moments() -> None:
    first, last = datetime(2024, 11, 5), datetime(2025, 2, 1)
    assert moments(first, last) == [
        datetime(2024, 12, 1),
        datetime(2025, 1, 1),
        datetime(2025, 2, 1),
        datetime(2025, 2, 1, 0, 0, 0, 1),
    ]
    assert moments(first, first) == [first + timedelta(microseconds=1)]
    windows = windows_table(moments(datetime(2024, 1, 5), datetime(2024, 3, 1, 5))).to_pylist()
    assert {(row["due"].month, row["as_of"].month) for row in windows} == {(2, 2), (2, 3), (3, 3)}


def test_by_hand(story: Any, fused: Any) -> None:
    shop(story).event("web", "view", 0, product_key="a", record_id="web/ann")
    story.purchase("web", "1", [("a", 1, 900), ("c", 1, 100)], 24, "web/ann")  # 11 January
    story.purchase("till", "2", [("b", 1, 500)], 24 * 30, "till/ann")  # 9 February
    story.back("web", "a", 1, 900, 24 * 31, order_id="1", record_id="web/ann")  # 10 February
    story.purchase("web", "3", [("a", 1, 70)], 24 * 5, "web/ann", status="cancelled",
                   cancelled_ts=datetime(2024, 2, 20))  # fmt: skip
    story.rows["events"][2]["discount_minor"] = 250
    result = fused(story)
    february, end = result["customer_features"]
    assert february["as_of"] == datetime(2024, 2, 1)
    assert (february["frequency"], february["value_minor"]) == (2, 1070)  # neither return nor cancellation
    assert (february["recency_days"], february["tenure_days"], february["views_30d"]) == (17, 22, 1)
    assert february["basket_lines"] == 1.5
    assert february["discount_share"] == pytest.approx(250 / 1320)
    assert february["channel_shares"] == [{"name": "web", "share": 1.0}]
    assert february["category_shares"] == [
        {"name": "Food", "share": pytest.approx(2 / 3)},
        {"name": "Toys", "share": pytest.approx(1 / 3)},
    ]
    assert (end["frequency"], end["value_minor"]) == (2, 600)
    assert end["channel_shares"] == [{"name": "store", "share": 0.5}, {"name": "web", "share": 0.5}]
    assert end["value_minor"] == result.one("customers", customer_id="ann")["value_minor"]
    assert end["views_30d"] == 0


def test_who_only_looks_has_features_too(story: Any, fused: Any) -> None:
    shop(story).event("web", "view", 0, record_id="web/ann")
    (row,) = fused(story)["customer_features"]
    assert (row["recency_days"], row["frequency"], row["segment"]) == (None, 0, "promising")
    assert row["channel_shares"] == row["category_shares"] == []


HOURS = st.integers(0, 24 * 100)
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("view"), HOURS, st.sampled_from(["ann", "bob", "cy"]), st.sampled_from("abc")),
        st.tuples(
            st.just("purchase"),
            HOURS,
            st.sampled_from(["ann", "bob", "cy"]),
            st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True),
            st.sampled_from(["web", "till"]),
            st.one_of(st.none(), st.integers(0, 24 * 40)),
        ),
        st.tuples(st.just("return"), HOURS, st.sampled_from(["ann", "bob", "cy"]), st.sampled_from("abc")),
    ),
    min_size=1,
    max_size=14,
)


def tell(story: Any, acts: list[Any]) -> Any:
    shop(story)
    for number, act in enumerate(acts):
        if act[0] == "view":
            story.event("web", "view", act[1], record_id=f"web/{act[2]}", product_key=act[3])
        elif act[0] == "return":
            story.back("web", act[3], 1, 100, act[1], record_id=f"web/{act[2]}")
        else:
            _, hours, name, keys, source, after = act
            fate = {} if after is None else {"status": "cancelled", "cancelled_ts": _at(hours + after)}
            story.purchase(
                source, str(number), [(key, 1.0, 100 + number) for key in keys], hours, f"{source}/{name}",
                **fate,
            )  # fmt: skip
    return story


def _at(hours: int) -> datetime:
    return datetime(2024, 1, 10, 12) + timedelta(hours=hours)


def by_hand(timeline: list[Any], story: Any, as_of: datetime, end: bool) -> dict[str, dict[str, Any]]:
    """Features of every customer from the events before `as_of` and nothing else."""
    voids = {
        (head["source"], head["order_id"]): head["cancelled_ts"]
        for head in story.rows["orders"]
        if head["status"] == "cancelled"
    }
    numbers = {row["line"]: (row["source"], row.get("order_id")) for row in story.rows["events"]}
    found: dict[str, dict[str, Any]] = {}
    for row in timeline:
        if row["ts"] >= as_of:
            continue
        mine = found.setdefault(
            row["customer_id"],
            {"orders": {}, "lines": 0, "value": 0, "views": 0, "categories": {}, "last": None},
        )
        if row["action"] == "view":
            mine["views"] += row["ts"] >= as_of - timedelta(days=30)
            continue
        void = voids.get(numbers[row["line"]])
        if void is not None and (void < as_of or end):
            continue
        mine["value"] += row["amount_minor"]
        if row["action"] == "purchase":
            mine["orders"][row["order_id"]] = row["channel"]
            mine["lines"] += 1
            category = KEYS[row["product_id"][1]]
            mine["categories"][category] = mine["categories"].get(category, 0) + 1
            mine["last"] = max(mine["last"] or row["ts"], row["ts"])
    return found


@settings(max_examples=4, deadline=None)
@given(ACTS)
def test_features_equal_a_recomputation_from_earlier_events(
    stories: Callable[[], Any], fused: Callable[..., Any], acts: list[Any]
) -> None:
    story = tell(stories(), acts)
    result = fused(story)
    times = sorted({row["as_of"] for row in result["customer_features"]})
    for as_of in times:
        rows = {r["customer_id"]: r for r in result["customer_features"] if r["as_of"] == as_of}
        expected = by_hand(result["timeline"], story, as_of, as_of == times[-1])
        assert rows.keys() == expected.keys()
        for customer, row in rows.items():
            known = expected[customer]
            assert row["frequency"] == len(known["orders"])
            assert row["value_minor"] == known["value"]
            assert row["views_30d"] == known["views"]
            days = None if known["last"] is None else (as_of.date() - known["last"].date()).days
            assert row["recency_days"] == days
            assert row["basket_lines"] == (known["lines"] / len(known["orders"]) if known["orders"] else 0)
            assert {s["name"]: round(s["share"] * known["lines"]) for s in row["category_shares"]} == known[
                "categories"
            ]
            channels = list(known["orders"].values())
            assert {s["name"]: round(s["share"] * len(channels)) for s in row["channel_shares"]} == {
                name: channels.count(name) for name in set(channels)
            }


@settings(max_examples=2, deadline=None)
@given(ACTS, ACTS)
def test_the_future_changes_nothing(
    stories: Callable[[], Any], fused: Callable[..., Any], past: list[Any], later: list[Any]
) -> None:
    """What comes after a moment leaves that moment's features as they were."""
    moved = [(act[0], act[1] + 24 * 150, *act[2:]) for act in later]
    before = [act if len(act) < 6 else (*act[:5], None) for act in past]
    first = fused(tell(stories(), before))["customer_features"]
    both = fused(tell(stories(), before + moved))["customer_features"]
    starts = {
        row["as_of"] for row in first if row["as_of"].day == 1 and row["as_of"].time() == datetime.min.time()
    }
    assert [row for row in both if row["as_of"] in starts] == [row for row in first if row["as_of"] in starts]
