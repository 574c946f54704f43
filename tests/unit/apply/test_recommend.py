"""Who gets which list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from onebasket.apply import recommend
from onebasket.errors import ModelError
from onebasket.recommenders import IALS, IALSSettings, Interactions
from onebasket.shop import Recommend, Shop
from onebasket.store.duckdb import DuckStore


def written(store: DuckStore) -> dict[str, list[str]]:
    lists: dict[str, list[str]] = {}
    for batch in store.read("recommendations"):
        for row in batch.to_pylist():
            assert row["rank"] == len(lists.setdefault(row["customer_id"], [])) + 1
            assert row["model"] == "habit"
            lists[row["customer_id"]].append(row["product_id"])
    return lists


def ids(found: list[recommend.Recommendation]) -> list[str]:
    assert [item.rank for item in found] == list(range(1, len(found) + 1))
    return [item.product_id for item in found]


def test_known_customers_who_bought_get_active_products(store: DuckStore, shop: Shop, models: Path) -> None:
    recommend.write(store, shop, models)
    assert written(store) == {
        "ann": ["tea", "milk", "bread"],
        "bob": ["bread", "milk", "tea"],
        "cat": ["milk", "tea", "cup"],
        "dan": ["milk", "tea", "bread"],
        "new": ["milk", "tea", "bread"],
    }


def test_seen_products_can_be_masked_and_lists_be_shorter(store: DuckStore, shop: Shop, models: Path) -> None:
    masked = msgspec.structs.replace(shop, recommend=Recommend(top=3, seen="mask"))
    recommend.write(store, masked, models)
    assert written(store)["cat"] == ["bread"]
    assert written(store)["ann"] == ["bread", "cup"]


def test_no_customers_no_rows(store: DuckStore, shop: Shop, models: Path, put: Callable[..., None]) -> None:
    put("customers", [])
    recommend.write(store, shop, models)
    assert written(store) == {}


def test_no_model(store: DuckStore, shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model"):
        recommend.write(store, shop, tmp_path / "none")


def test_for_one_customer(store: DuckStore, shop: Shop, models: Path) -> None:
    found = recommend.for_customer(store, shop, models, "bob", top=2)
    assert ids(found) == ["bread", "milk"]
    assert (found[0].title, found[0].category, found[0].model) == ("Bread", "Food", "habit")
    assert found[0].score > found[1].score


def test_rules_are_arguments(store: DuckStore, shop: Shop, models: Path) -> None:
    def ask(**rules: object) -> list[str]:
        return ids(recommend.for_customer(store, shop, models, "bob", **rules))  # type: ignore[arg-type]

    assert ask(seen="mask") == ["tea", "cup"]
    assert ask(category="drinks") == ["milk", "tea"]
    assert ask(category="Drinks > Hot") == ["tea"]
    assert ask(in_stock=True) == ["tea", "cup"]
    assert ask(in_stock=True, category="Food") == []


def test_a_former_id_is_understood(
    store: DuckStore, shop: Shop, models: Path, put: Callable[..., None]
) -> None:
    put("supersessions", [{"kind": "customer", "old_id": "robert", "new_id": "bob", "why": "merged"}])
    assert ids(recommend.for_customer(store, shop, models, "robert", top=1)) == ["bread"]


def test_an_unknown_customer(store: DuckStore, shop: Shop, models: Path) -> None:
    with pytest.raises(ModelError, match="no such customer") as raised:
        recommend.for_customer(store, shop, models, "nobody")
    assert raised.value.next_step
    assert "nobody" not in str(raised.value)  # whoever asks may have typed a name or an e-mail address


def test_an_unknown_category(store: DuckStore, shop: Shop, models: Path) -> None:
    with pytest.raises(ModelError, match="'Shoes'") as raised:
        recommend.for_customer(store, shop, models, "bob", category="Shoes")
    assert "Drinks, Drinksware, Food" in str(raised.value)


@pytest.mark.parametrize("rules", [{}, {"seen": "mask"}, {"category": "drinks"}, {"top": 1}])
@pytest.mark.parametrize("who", ["bob", "new"])
def test_reasons_stand_beside_the_same_list(
    store: DuckStore, shop: Shop, models: Path, who: str, rules: dict[str, Any]
) -> None:
    found = recommend.with_reasons(store, shop, models, who, **rules)
    listed = recommend.for_customer(store, shop, models, who, **rules)
    assert [each for each, _ in found] == listed and listed
    for each, why in found:
        assert why and (why.item, why.score, why.rank) == (each.product_id, each.score, each.rank)
        carried = [reason.step.item for reason in why.reasons]
        assert carried == ([each.product_id] if who == "bob" and rules.get("seen") != "mask"
                           and each.product_id in ("bread", "milk") else [])  # fmt: skip


def test_models_that_cannot_tell_give_the_list_alone(store: DuckStore, shop: Shop, models: Path) -> None:
    bought = Interactions.of(
        np.array([0, 0]), np.array([0, 1]), np.zeros(2, np.int64), ["bob"], ["tea", "cup"]
    )
    IALS(IALSSettings(factors=2)).fit(bought).save(models)
    found = recommend.with_reasons(store, shop, models, "bob")
    assert len(found) == 2 and {why for _, why in found} == {None}


def test_similar(store: DuckStore, models: Path) -> None:
    assert ids(recommend.similar(store, models, "tea", top=3)) == ["milk", "cup"]
    assert ids(recommend.similar(store, models, "tea", in_stock=True)) == ["cup"]
    assert ids(recommend.similar(store, models, "tea", category="Drinks")) == ["milk"]


def test_similar_to_what_nobody_bought(store: DuckStore, models: Path) -> None:
    with pytest.raises(ModelError, match="products"):
        recommend.similar(store, models, "nothing")
