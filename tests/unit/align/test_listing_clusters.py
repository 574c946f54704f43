"""Which listings become one product."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from onebasket.align.clustering import Limits, clusters
from onebasket.align.listings import _foes, _tied


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


@settings(max_examples=200, deadline=None)
@given(st.integers(2, 9), st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=8))
def test_what_is_left_of_a_parted_product_stays_together(size: int, said: list[tuple[int, int]]) -> None:
    apart = np.array([pair for pair in said if pair[0] != pair[1] and max(pair) < size], np.int64)
    limits = apart.reshape(-1, 2)
    none = np.zeros(0, np.int32)

    def left(together: np.ndarray) -> list[int]:
        bounds = Limits(size, limits, together)
        return clusters(size, none, none, np.zeros(0, np.float32), 0.0, bounds).tolist()

    every = np.array(list(itertools.combinations(range(size), 2)), np.int64)
    assert left(_tied(range(size), _foes(limits))) == left(every)
