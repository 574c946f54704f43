"""One row a product."""

from __future__ import annotations

from typing import Any


def shop(story: Any) -> Any:
    story.product(
        "tmall", "T1", "p1", title="蓝山咖啡豆 250克 新鲜烘焙 包邮", category="食品", price_minor=9900,
        currency="CNY", stock=5, brand="蓝山",
    )  # fmt: skip
    story.product("till", "9", "p1", title="BLU MTN COF 250", price_minor=1250, currency="USD", active=False)
    story.product(
        "web", "W1", "p1", title="Blue Mountain coffee beans, 250 g", category="Food > Coffee", sku="BM250",
        price_minor=1295, currency="USD", stock=7, size_value=250.0, size_unit="g", pack_count=1,
    )  # fmt: skip
    return story.product("till", "10", "p2")


def test_values_and_where_they_come_from(story: Any, fused: Any) -> None:
    row = fused(shop(story)).one("catalogue", product_id="p1")
    assert (row["title"], row["title_source"]) == ("Blue Mountain coffee beans, 250 g", "web")
    assert (row["price_minor"], row["price_source"]) == (1295, "web")
    assert (row["category"], row["category_top"]) == ("Food > Coffee", "Food")
    assert (row["stock"], row["active"], row["sku"]) == (12, True, "BM250")
    assert (row["size_value"], row["size_unit"], row["pack_count"]) == (250.0, "g", 1)
    assert row["sources"] == ["till", "tmall", "web"]
    assert len(row["titles"]) == 3


def test_a_chinese_shop_takes_the_chinese_title(story: Any, fused: Any) -> None:
    row = fused(shop(story), language="zh", currency="CNY").one("catalogue", product_id="p1")
    assert row["title_source"] == "tmall"
    assert (row["price_minor"], row["price_source"]) == (9900, "tmall")


def test_a_foreign_price_is_converted(story: Any, fused: Any) -> None:
    story.product("tmall", "T", "p", title="茶", price_minor=1001, currency="CNY")
    assert fused(story, rates={"CNY": 0.14})["catalogue"][0]["price_minor"] == 140


def test_nothing_said(story: Any, fused: Any) -> None:
    row = fused(shop(story)).one("catalogue", product_id="p2")
    assert (row["title"], row["category"], row["category_top"]) == ("10", "unknown", "unknown")
    assert row["price_minor"] is None


def test_vectors_are_all_of_one_source(story: Any, fused: Any) -> None:
    """Two makers' numbers say different things, whatever their length."""
    story.product("web", "W1", "p1", vector=[1.0, 2.0])
    story.product("web", "W2", "p2", vector=[3.0, 4.0])
    story.product("till", "9", "p1", title="a longer title than that of the web", vector=[9.0, 9.0])
    story.product("till", "10", "p3")
    found = {row["product_id"]: row["vector"] for row in fused(story)["catalogue"]}
    assert found == {"p1": [1.0, 2.0], "p2": [3.0, 4.0], "p3": None}
