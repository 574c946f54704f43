"""One purchase told by several sources stands once."""

from __future__ import annotations

from typing import Any

TWO = [("a", 2.0, 1000), ("b", 1.0, 499)]


def shop(story: Any) -> Any:
    for source in ("web", "site", "app", "till"):
        for key in "abc":
            story.product(source, key, f"p{key}")
    story.person("web/ann", "ann", email="ann@example.org").person("site/k1", "cookie")
    return story.person("web/bob", "bob", email="b@example.org").person(
        "app/bob", "bob2", email="c@example.org"
    )


def links(fused: Any) -> dict[tuple[str, str], tuple[str, bool, str]]:
    return {
        (row["source"], row["order_id"]): (row["fused_order_id"], row["leader"], row["rule"])
        for row in fused["order_links"]
    }


def test_equal_numbers_are_one_order(story: Any, fused: Any) -> None:
    shop(story).purchase("web", "#1001", TWO, record="web/ann")
    story.purchase("site", "1001", TWO, hours=0.1, record="site/k1", status="unknown")
    result = fused(story)
    found = links(result)
    assert found["web", "#1001"][0] == found["site", "1001"][0]
    assert found["web", "#1001"][1:] == (True, "same_number")
    assert found["site", "1001"][1:] == (False, "same_number")
    lines = result.acts("purchase")
    assert {row["source"] for row in lines} == {"web"}
    assert all(row["sources"] == ["site", "web"] and row["customer_id"] == "ann" for row in lines)
    assert result.kept_minor == 1499
    by_product = {row["product_id"]: row["event_id"] for row in lines}
    merged = {row["line"]: (row["event_id"], row["why"]) for row in result["merged_events"]}
    assert sorted(merged.values()) == sorted((id, "same_order") for id in by_product.values())


def test_the_customer_comes_from_another_teller_where_the_leader_knows_none(story: Any, fused: Any) -> None:
    shop(story).purchase("web", "1", TWO)
    story.purchase("site", "1", TWO, record="site/k1", status="unknown")
    assert {row["customer_id"] for row in fused(story).acts("purchase")} == {"cookie"}


def test_equal_numbers_of_unrelated_systems_stay_apart(story: Any, fused: Any) -> None:
    shop(story).purchase("web", "7", TWO).purchase("till", "7", [("c", 1.0, 90000)], hours=1)
    story.purchase("web", "8", TWO).purchase("till", "8", TWO, hours=48)
    result = fused(story)
    assert {rule for _, _, rule in links(result).values()} == {"alone"}
    assert len(result["order_links"]) == 4
    assert result["merged_events"] == []


def test_shipping_and_tax_explain_a_difference(story: Any, fused: Any) -> None:
    shop(story).purchase("web", "7", TWO, total_minor=2100, shipping_minor=500, tax_minor=101)
    story.purchase("site", "7", TWO, status="unknown")
    assert {rule for _, _, rule in links(fused(story)).values()} == {"same_number"}


def test_without_a_number_the_basket_decides(story: Any, fused: Any) -> None:
    shop(story).purchase("web", "1", TWO, record="web/ann")
    story.purchase("site", "~f:9", TWO, hours=0.2, record="site/k1", status="unknown")
    story.purchase("site", "~f:11", TWO, hours=3, status="unknown")  # too late
    story.purchase("site", "~f:13", [("a", 3.0, 1499)], hours=0.1, status="unknown")  # other products
    found = links(fused(story))
    assert found["site", "~f:9"][0] == found["web", "1"][0]
    assert found["site", "~f:9"][2] == "same_basket"
    assert found["site", "~f:11"][2] == found["site", "~f:13"][2] == "alone"


def test_two_known_customers_do_not_share_a_basket(story: Any, fused: Any) -> None:
    shop(story).purchase("web", "1", TWO, record="web/bob")
    story.purchase("app", "~f:9", TWO, record="app/bob", status="unknown")
    assert {rule for _, _, rule in links(fused(story)).values()} == {"alone"}


def test_a_leader_has_one_follower_of_a_source(story: Any, fused: Any) -> None:
    shop(story).purchase("web", "1", TWO)
    story.purchase("site", "~f:9", TWO, hours=0.2, status="unknown")
    story.purchase("site", "~f:7", TWO, hours=0.1, status="unknown")
    found = links(fused(story))
    assert found["site", "~f:7"][2] == "same_basket"
    assert found["site", "~f:9"][2] == "alone"


def test_three_tellers_are_one_order(story: Any, fused: Any) -> None:
    shop(story).purchase("web", "1", TWO)
    story.purchase("site", "1", TWO, hours=0.1, status="unknown", total_minor=1499)
    story.purchase("app", "~f:7", TWO, hours=0.1, status="unknown")
    result = fused(story)
    assert len({id for id, _, _ in links(result).values()}) == 1
    assert result.acts("purchase")[0]["sources"] == ["app", "site", "web"]
    assert result.kept_minor == 1499


def test_a_head_without_lines_does_not_lead(story: Any, fused: Any) -> None:
    shop(story).order("web", "1", total_minor=1499, status="cancelled")
    story.purchase("site", "1", TWO, status="unknown")
    result = fused(story)
    assert {row["source"] for row in result.acts("purchase")} == {"site"}
    assert result.kept_minor == 0  # the head knows that it was cancelled


def test_test_orders_are_left_out_whoever_tells_them(story: Any, fused: Any) -> None:
    shop(story).purchase("web", "1", TWO, test=True)
    story.purchase("site", "1", TWO, status="unknown")
    result = fused(story)
    assert result["timeline"] == []
    assert {row["why"] for row in result["merged_events"]} == {"test_order"}
    assert len(result["merged_events"]) == 4


def test_returns_are_told_once_too(story: Any, fused: Any) -> None:
    shop(story).purchase("web", "1", TWO, status="partly_refunded", refunded_minor=499)
    story.purchase("site", "1", TWO, status="unknown").back("site", "b", 1, 499, 5, order_id="1")
    result = fused(story)
    assert result.kept_minor == 1000
    assert result.acts("return") == []
