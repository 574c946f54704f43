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


def test_each_value_says_where_it_comes_from(story: Any, fused: Any) -> None:
    found = fused(shop(story))
    said = {row["attribute"]: row for row in found["product_values"] if row["product_id"] == "p1"}
    assert {name: (row["said"], row["source"], row["product_key"]) for name, row in said.items()} == {
        "title": ("Blue Mountain coffee beans, 250 g", "web", "W1"),
        "brand": ("蓝山", "tmall", "T1"),
        "category": ("Food > Coffee", "web", "W1"),
        "sku": ("BM250", "web", "W1"),
        "size": ("250.0 g", "web", "W1"),
        "pack_count": ("1", "web", "W1"),
        "price": ("1295", "web", "W1"),
    }
    assert (said["title"]["listings"], said["title"]["others"]) == (3, 2)
    row = found.one("catalogue", product_id="p1")
    assert (row["brand"], row["category"]) == (said["brand"]["said"], said["category"]["said"])


def test_what_each_channel_asks_and_has(story: Any, fused: Any) -> None:
    rows = fused(shop(story), rates={"CNY": 0.14})["product_offers"]
    offers = {row["source"]: row for row in rows if row["product_id"] == "p1"}
    assert (offers["tmall"]["listed_price_minor"], offers["tmall"]["currency"]) == (9900, "CNY")
    assert offers["tmall"]["price_minor"] == 1386
    assert [offers[source]["stock"] for source in ("tmall", "web", "till")] == [5, 7, None]
    assert not offers["till"]["active"]


def test_categories_of_other_sources_are_aligned_with_the_tree(story: Any, fused: Any) -> None:
    for number in range(6):
        story.product("web", f"w{number}", f"p{number}", title=f"a{number}", category="Food > Tea")
        story.product("till", f"t{number}", f"p{number}", title=f"A{number}", category="HOT DRINKS")
    story.product("till", "t7", "p7", title="Green tea", category="HOT DRINKS")  # only the till has it
    story.product("till", "t8", "p8", title="Mug", category="food > TEA")
    story.product("till", "t9", "p9", title="Card", category="GIFTS")
    found = fused(story)
    links = {(row["source"], row["category"]): row for row in found["category_links"]}
    assert {key: (row["shared_category"], row["rule"]) for key, row in links.items()} == {
        ("web", "Food > Tea"): ("Food > Tea", "tree"),
        ("till", "HOT DRINKS"): ("Food > Tea", "products"),
        ("till", "food > TEA"): ("Food > Tea", "name"),
        ("till", "GIFTS"): ("GIFTS", "own"),
    }
    assert (links["till", "HOT DRINKS"]["agreeing"], links["till", "HOT DRINKS"]["products"]) == (6, 6)
    assert found.one("catalogue", product_id="p7")["category"] == "Food > Tea"
    assert found.one("catalogue", product_id="p9")["category"] == "GIFTS"


def test_two_products_of_a_category_do_not_align_it(story: Any, fused: Any) -> None:
    for number in range(2):
        story.product("web", f"w{number}", f"p{number}", title=f"a{number}", category="Food > Jam")
        story.product("till", f"t{number}", f"p{number}", title=f"A{number}", category="MISC")
    links = {
        row["category"]: row["rule"] for row in fused(story)["category_links"] if row["source"] == "till"
    }
    assert links == {"MISC": "own"}


def test_listings_that_contradict_each_other_are_listed(story: Any, fused: Any) -> None:
    tea = {"title": "Tea", "size_unit": "g"}
    story.product("web", "1", "p1", gtin="00000000000017", brand="Orvane", size_value=100.0, **tea)
    story.product("till", "2", "p1", gtin="00000000000024", brand="Kestrel", size_value=105.0, **tea)
    jam = {"title": "Jam", "size_unit": "g"}
    story.product("web", "3", "p2", brand="Hearth & Co", pack_count=6, size_value=100.0, **jam)
    story.product("till", "4", "p2", brand="HEARTH&CO.", pack_count=1, size_value=500.0, **jam)
    story.product("tmall", "5", "p3", title="白茶", brand="蓝山")
    story.product("web", "6", "p3", title="White tea", brand="Blue Mountain")  # one brand in two languages
    rows = fused(story)["product_conflicts"]
    assert {(row["product_id"], row["attribute"]): row["statements"] for row in rows} == {
        ("p1", "gtin"): ["till: 00000000000024", "web: 00000000000017"],
        ("p1", "brand"): ["till: Kestrel", "web: Orvane"],
        ("p2", "size"): ["till: 500.0 g", "web: 100.0 g"],
        ("p2", "pack_count"): ["till: 1", "web: 6"],
    }
