"""Which listings become one product."""

from __future__ import annotations

from typing import Any


def test_gtin_first_then_sku(world: Any, records: Any) -> None:
    aligned = world.align(
        records()
        .product("web", "1", gtin="g1", sku="S1")
        .product("till", "2", gtin="g1")
        .product("tmall", "3", sku="S1")
        .product("web", "4", sku="S4")
        .product("till", "5", sku="S4")
        .product("till", "6")
    )
    ids = aligned.products
    assert ids["web", "1"] == ids["till", "2"] == ids["tmall", "3"]
    assert ids["web", "4"] == ids["till", "5"]
    assert len(set(ids.values())) == 3
    assert aligned.rules == {
        ("web", "1"): "gtin",
        ("till", "2"): "gtin",
        ("tmall", "3"): "sku",
        ("web", "4"): "sku",
        ("till", "5"): "sku",
        ("till", "6"): "alone",
    }


def test_a_sku_with_two_gtins_joins_nothing(world: Any, records: Any) -> None:
    aligned = world.align(
        records()
        .product("web", "1", gtin="g1", sku="S")
        .product("till", "2", gtin="g2", sku="S")
        .product("tmall", "3", sku="S")
    )
    assert len(set(aligned.products.values())) == 3
    assert set(aligned.rules.values()) == {"alone"}


def test_product_ids_are_stable(world: Any, records: Any) -> None:
    first = world.align(records().product("web", "1", sku="S").product("till", "2", sku="T"))
    second = world.align(
        records()
        .product("web", "1", gtin="g", sku="S")
        .product("till", "2", gtin="g", sku="T")
        .product("a", "0", sku="S")
    )
    (living,) = set(second.products.values())
    gone = set(first.products.values()) - {living}
    assert living in first.products.values()
    assert second.superseded == [("product", gone.pop(), living, "merged", 2)]
