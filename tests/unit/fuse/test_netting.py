"""What the shop kept, to the penny."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st


def shop(story: Any) -> Any:
    for source in ("web", "till"):
        for key in "abc":
            story.product(source, key, f"p{key}")
    return story.person("web/ann", "ann", email="a@b").person("till/ann", "ann")


def nets(fused: Any) -> dict[str, tuple[float, int]]:
    return {
        row["product_id"]: (row["net_quantity"], row["net_amount_minor"]) for row in fused.acts("purchase")
    }


def test_a_cancelled_order_keeps_nothing(story: Any, fused: Any) -> None:
    shop(story).purchase("web", "1", [("a", 2, 1000), ("b", 1, 1)], status="cancelled")
    assert nets(fused(story)) == {"pa": (0, 0), "pb": (0, 0)}


def test_a_cancel_event_cancels_its_order(story: Any, fused: Any) -> None:
    shop(story).purchase("web", "1", [("a", 2, 1000)]).event("web", "cancel", 2, order_id="1")
    assert nets(fused(story)) == {"pa": (0, 0)}


def test_a_part_refund_is_spread_to_the_penny(story: Any, fused: Any) -> None:
    lines = [("a", 1.0, 333), ("b", 1.0, 333), ("c", 1.0, 334)]
    shop(story).purchase("web", "1", lines, status="partly_refunded", refunded_minor=100)
    result = fused(story)
    assert result.kept_minor == 900
    assert (
        nets(result) == {"pa": (1, 300), "pb": (1, 300), "pc": (1, 300)}
        or sum(amount for _, amount in nets(result).values()) == 900
    )
    assert all(abs(amount - 300) <= 1 for _, amount in nets(result).values())


def test_a_full_refund_with_shipping_takes_no_more_than_the_lines(story: Any, fused: Any) -> None:
    shop(story).purchase(
        "web",
        "1",
        [("a", 1, 1000)],
        total_minor=1500,
        shipping_minor=500,
        status="refunded",
        refunded_minor=1500,
    )
    story.purchase("web", "2", [("a", 1, 700)], status="refunded")
    assert {(r["net_quantity"], r["net_amount_minor"]) for r in fused(story).acts("purchase")} == {(0, 0)}


def test_a_return_that_names_its_order(story: Any, fused: Any) -> None:
    shop(story).purchase("web", "1", [("a", 3, 900), ("b", 1, 500)])
    story.back("web", "a", 2, 600, 30, order_id="1")
    result = fused(story)
    assert nets(result) == {"pa": (1, 300), "pb": (1, 500)}
    (back,) = result.acts("return")
    assert (back["net_quantity"], back["net_amount_minor"], back["amount_minor"]) == (0, 0, -600)


def test_a_refund_told_by_head_and_return_counts_once(story: Any, fused: Any) -> None:
    shop(story).purchase(
        "web", "1", [("a", 1, 600), ("b", 1, 400)], status="partly_refunded", refunded_minor=700
    )
    story.back("web", "a", 1, 600, 30, order_id="1")
    result = fused(story)
    assert result.kept_minor == 300
    assert nets(result) == {"pa": (0, 0), "pb": (1, 300)}


def test_a_return_elsewhere_takes_back_the_latest_purchase(story: Any, fused: Any) -> None:
    shop(story).purchase("web", "1", [("a", 1, 100)], hours=0, record="web/ann")
    story.purchase("web", "2", [("a", 1, 120)], hours=10, record="web/ann")
    story.purchase("web", "3", [("a", 1, 140)], hours=30, record="web/ann")
    story.back("till", "a", 1, 120, 20, record_id="till/ann")
    result = fused(story)
    assert [row["net_amount_minor"] for row in result.acts("purchase")] == [100, 0, 140]


def test_an_untied_return_counts_in_full(story: Any, fused: Any) -> None:
    shop(story).purchase("web", "1", [("a", 1, 100)], hours=10, record="web/ann")
    story.back("till", "a", 1, 100, 5, record_id="till/ann")  # before the purchase
    story.back("till", "a", 1, 80, 20)  # nobody known
    result = fused(story)
    assert [row["net_amount_minor"] for row in result.acts("return")] == [-100, -80]
    assert nets(result) == {"pa": (1, 100)}
    assert result.kept_minor == -80


def test_a_return_larger_than_the_purchase_is_tied_in_part(story: Any, fused: Any) -> None:
    shop(story).purchase("web", "1", [("a", 2, 201)], record="web/ann")
    story.back("till", "a", 3, 301, 5, record_id="till/ann")
    result = fused(story)
    (back,) = result.acts("return")
    assert (back["net_quantity"], back["net_amount_minor"]) == (-1, -100)
    assert nets(result) == {"pa": (0, 0)}


def test_foreign_money_is_rounded_half_away_from_zero(story: Any, fused: Any) -> None:
    shop(story).purchase("web", "1", [("a", 1, 25)], currency="CNY", record="web/ann")
    story.back("web", "a", 1, 25, 5, order_id="1", currency="CNY")
    result = fused(story, rates={"CNY": 0.1})
    assert [row["amount_minor"] for row in result["timeline"]] == [3, -3]
    assert {row["currency"] for row in result["timeline"]} == {"USD"}
    assert result.kept_minor == 0


def test_currencies_without_cents(story: Any, fused: Any) -> None:
    shop(story).purchase("web", "1", [("a", 1, 1000)], currency="JPY")
    assert fused(story, rates={"JPY": 0.0067}).kept_minor == 670


LINES = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(1, 4), st.integers(1, 5000)), min_size=1, max_size=4
)
ORDERS = st.lists(
    st.tuples(
        LINES, st.sampled_from(["paid", "cancelled", "partly_refunded", "refunded"]), st.integers(0, 3000)
    ),
    min_size=1,
    max_size=5,
)
BACKS = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.integers(1, 5),
        st.integers(0, 5000),
        st.integers(0, 200),
        st.sampled_from([None, 0, 1, 2]),
    ),
    max_size=5,
)


class Line:
    """A purchase line, a stack of units, for the reference below."""

    def __init__(self, order: int, key: str, units: int, amount: int) -> None:
        self.order, self.key, self.units, self.amount = order, key, units, amount


def take_back(lines: list[Line], units: int, minor: int) -> tuple[int, int]:
    """Take units off the last lines first; gives the units and the money that found no line."""
    for line in reversed(lines):
        taken = min(line.units, units)
        if taken:
            part = minor if taken == units else math.floor(Fraction(minor * taken, units) + Fraction(1, 2))
            line.units, line.amount = line.units - taken, line.amount - part
            units, minor = units - taken, minor - part
    return units, minor


def kept_by_hand(orders: list[Any], backs: list[Any]) -> int:
    """The stated rules, step by step: returns under their order, returns of the customer, heads."""
    lines = [
        Line(number, key, units, amount)
        for number, (told, status, _) in enumerate(orders)
        for key, units, amount in told
        if status != "cancelled"
    ]
    named: dict[int, int] = {}
    left = []
    for key, units, amount, hours, number in sorted(backs, key=lambda back: back[3]):
        if number is not None and number < len(orders) and orders[number][1] == "cancelled":
            continue
        if number is not None:
            named[number] = named.get(number, 0) + amount
            mine = [line for line in lines if line.order == number and line.key == key]
            units, amount = take_back(mine, units, amount)
        left.append((key, units, amount, hours))
    untied = 0
    for key, units, amount, hours in left:
        earlier = [line for line in lines if line.key == key and line.order * 10 <= hours]
        untied += take_back(earlier, units, amount)[1] if units else amount
    kept = sum(line.amount for line in lines) - untied
    for number, (_, status, refunded) in enumerate(orders):
        rest = max(sum(line.amount for line in lines if line.order == number), 0)
        if status == "refunded":
            kept -= rest
        elif status == "partly_refunded":
            kept -= min(max(refunded - named.get(number, 0), 0), rest)
    return kept


@settings(max_examples=5, deadline=None)
@given(ORDERS, BACKS)
def test_netting_equals_the_rules_step_by_step(
    stories: Callable[[], Any], fused: Callable[..., Any], orders: list[Any], backs: list[Any]
) -> None:
    told = shop(stories())
    for number, (lines, status, refunded) in enumerate(orders):
        told.purchase(
            "web", f"#{number}", lines, hours=number * 10, record="web/ann", status=status,
            refunded_minor=refunded if status == "partly_refunded" else None,
        )  # fmt: skip
    for key, units, amount, hours, number in sorted(backs, key=lambda back: back[3]):
        told.back(
            "web", key, units, amount, hours, record_id="web/ann",
            order_id=None if number is None else f"#{number}",
        )  # fmt: skip
    result = fused(told)
    assert result.kept_minor == kept_by_hand(orders, backs)
    (ann,) = result["customers"]
    assert ann["value_minor"] == result.kept_minor
