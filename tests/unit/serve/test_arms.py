"""Two models on trial: who gets whose lists, and what is written down of them."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from onebasket import shop as shop_file
from onebasket.improve.decisions import decide
from onebasket.improve.served import Served
from onebasket.recommenders import load
from onebasket.run import CHALLENGER, run
from onebasket.serve import arms
from onebasket.serve.answering import Answering
from onebasket.serve.published import version_of
from onebasket.serve.wishes import Wishes
from tests.unit.serve.world import World

EXPERIMENT = """
[serve.placement.home]
top = 3
explore = 0.5
explore_among = 6

[experiment]
name = "rules"
share = 0.5
learn = { models = ["sequential_rules"] }
"""


@pytest.fixture(scope="module")
def ran(ran_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = shutil.copytree(ran_world, tmp_path_factory.mktemp("arms") / "shop")
    with (folder / "shop.toml").open("a", encoding="utf-8") as file:
        file.write(EXPERIMENT)
    result = run(folder)
    assert [name for name in result.done if name.startswith("learn")] == ["learn:challenger"]
    return folder


@pytest.fixture
def folder(ran: Path, tmp_path: Path) -> Path:
    """A copy whose decisions are its own."""
    return shutil.copytree(ran, tmp_path / "shop")


@pytest.fixture
def noted() -> list[Served]:
    return []


@pytest.fixture
def shop(folder: Path, noted: list[Served], monkeypatch: pytest.MonkeyPatch) -> Iterator[Answering]:
    monkeypatch.setattr(arms, "_BETWEEN", 0.0)
    opened = shop_file.load(folder)
    with Answering.open(opened, version_of(opened), World(folder).live, noted.append) as made:
        yield made


def dealt(shop: Answering, folder: Path) -> Counter[tuple[str, str]]:
    """How many customers get which arm and model."""
    lists = [shop.recommend(customer) for customer in World(folder).customers]
    return Counter((each.arm, each.model) for each in lists)


def test_customers_are_dealt_and_stay(shop: Answering, folder: Path) -> None:
    found = dealt(shop, folder)
    assert set(found) == {("champion", shop.model), ("challenger", "sequential_rules")}
    assert min(found.values()) >= 10 and dealt(shop, folder) == found


def test_the_challenger_answers_as_its_model_does(shop: Answering, folder: Path) -> None:
    world = World(folder)
    with version_of(world.shop) as version:
        model = load(version.path / CHALLENGER)
    customer = next(each for each in world.customers if shop.recommend(each).arm == "challenger")
    listed = shop.recommend(customer, wishes=Wishes(top=5))
    assert model.name == listed.model
    assert len(listed.items) == 5 and {each.product_id for each in listed.items} <= set(model.item_ids)
    ranked = shop.rank(customer, [each.product_id for each in reversed(listed.items)])
    assert ranked.arm == "challenger"
    assert [each.product_id for each in ranked.items] == [each.product_id for each in listed.items]
    why = shop.recommend(customer, wishes=Wishes(top=5, reasons=True))
    assert [each.product_id for each in why.items] == [each.product_id for each in listed.items]


def test_strangers_and_lists_for_nobody_are_the_champions(shop: Answering, noted: list[Served]) -> None:
    product = shop.recommend().items[0].product_id
    made = [shop.recommend(), shop.trending(), shop.similar(product), shop.together(product)]
    assert {each.arm for each in made} == {"champion"}
    assert {(each.arm, each.experiment, each.customer) for each in noted} == {("champion", "", None)}


def test_all_lists_are_written_down(shop: Answering, folder: Path, noted: list[Served]) -> None:
    customer = World(folder).customers[0]
    listed = shop.recommend(customer)
    ranked = shop.rank(customer, [listed.items[1].product_id, listed.items[0].product_id])
    first, second = noted
    assert first.list_id == listed.list_id and second.list_id == ranked.list_id != listed.list_id
    assert first.items == tuple(each.product_id for each in listed.items)
    assert (first.customer, first.experiment, first.arm) == (customer, "rules", listed.arm)
    assert (first.model, first.version, first.placement) == (listed.model, listed.version, "")
    assert first.propensity == () == first.other


def test_chance_is_written_down_with_both_models_probabilities(
    shop: Answering, folder: Path, noted: list[Served]
) -> None:
    for customer in World(folder).customers:
        for _ in range(10):
            shop.recommend(customer, wishes=Wishes(placement="home"))
    assert all(len(each.propensity) == len(each.other) == len(each.items) == 3 for each in noted)
    usual, chance = 0.5 + 0.5 / 6, 0.5 / 6
    said = {round(each, 9) for served in noted for each in served.propensity}
    assert said == {round(usual, 9), round(chance, 9)}
    assert {round(each, 9) for served in noted for each in served.other} <= {*said, 0.0}
    weights = [other / own for each in noted for own, other in zip(each.propensity, each.other, strict=True)]
    assert 0.5 < sum(weights) / len(weights) <= 1.5  # products that the other model never lists are missing


def test_decisions_hold_at_once(shop: Answering, folder: Path) -> None:
    before = dealt(shop, folder)
    decide(folder, "promote", "experiment rules", "by hand", {})
    after = dealt(shop, folder)
    assert after["challenger", "sequential_rules"] > before["challenger", "sequential_rules"]
    decide(folder, "rollback", "experiment rules", "by hand", {})
    assert set(dealt(shop, folder)) == {("champion", shop.model)}
    (folder / "improvements.ndjson").write_text("no decision\n")
    assert set(dealt(shop, folder)) == {("champion", shop.model)}  # it stays as it was


def test_without_a_challenger_nobody_is_dealt(ran_world: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(ran_world, tmp_path / "shop")
    with (folder / "shop.toml").open("a", encoding="utf-8") as file:
        file.write(EXPERIMENT)
    opened, noted = shop_file.load(folder), list[Served]()
    with Answering.open(opened, version_of(opened), World(folder).live, noted.append) as shop:
        shop.recommend(World(folder).customers[0], wishes=Wishes(placement="home"))
    assert noted[0].arm == "champion" and noted[0].experiment == "" and noted[0].other == ()
    assert noted[0].propensity != ()
