"""From lists that were served to a decision: a challenger that is better is promoted, by what came back."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onebasket import shop as shop_file
from onebasket.answers import store_of
from onebasket.serve.published import version_of
from tests.journey import shops
from tests.journey.test_live import LIVE
from tests.journey.test_serving import Server

CUSTOMERS = 500
DAYS = 86_400
EXPERIMENT = """
[learn]
models = ["popularity"]
seeds = 1

[experiment]
name = "by-neighbours"
share = 0.5
days = 1
customers = 500
learn = { models = ["item_knn"] }

[serve.placement.home]
top = 3
explore = 0.5
explore_among = 5
"""


def lines() -> str:
    """What many people bought on two days."""
    random, made = np.random.default_rng(1), [shops.HEADER]
    for person in range(CUSTOMERS):
        for day in (0, 40, 75):
            when = datetime(2024, 3, 1) + timedelta(days=day, minutes=int(random.integers(1_000)))
            number = int(random.integers(8))
            made.append(f"A{person}-{day},{when:%Y-%m-%d %H:%M:%S},p{person}@example.org,Person {person},"
                        f"S{number},Thing {number},1,2.50\n")  # fmt: skip
    return "".join(made)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = shops.make(tmp_path_factory.mktemp("improve") / "shop", shop=shops.SHOP + LIVE + EXPERIMENT)
    (folder / "lines.csv").write_text(lines(), encoding="utf-8")
    made = shops.command("run", folder)
    assert made.returncode == 0, made.stderr
    return folder


def addresses(shop: Path) -> dict[str, str]:
    """Customers and their e-mail addresses."""
    with version_of(shop_file.load(shop)) as version, store_of(shop, version) as store:
        rows = [row for batch in store.read("customer_values") for row in batch.to_pylist()]
    return {row["customer_id"]: row["value"] for row in rows if row["attribute"] == "email"}


def later(shop: Path, days: float) -> None:
    """A run, some days from now."""
    env = {**os.environ, "SOURCE_DATE_EPOCH": str(int(time.time() + days * DAYS))}
    made = shops.command("run", shop, env=env)
    assert made.returncode == 0, made.stderr


def improve(shop: Path, *words: str) -> Any:
    """What `onebasket improve` tells."""
    made = shops.command("improve", shop, *words, "--json")
    assert made.returncode == 0, made.stderr
    return json.loads(made.stdout)


def served(server: Server, people: dict[str, str]) -> Iterator[tuple[str, Any]]:
    """A list for each customer."""
    for customer, address in people.items():
        status, made = server.ask("GET", f"/v1/customers/{customer}/recommendations?placement=home")
        assert status == 200
        yield address, made


def bought(number: int, address: str, listed: Any) -> list[dict[str, Any]]:
    """Somebody clicks the first product of a list, and buys it."""
    first = {"product_id": listed["items"][0]["sku"], "sku": listed["items"][0]["sku"]}
    who = {"anonymousId": f"phone-{address}", "context": {"traits": {"email": address}}, "type": "track"}
    order = {"order_id": f"L{number}", "revenue": 2.5, "products": [{**first, "price": 2.5, "quantity": 1}]}
    return [
        {"event": "Product Clicked", "messageId": f"c{number}", **who,
         "properties": {**first, "list_id": listed["list_id"]}},
        {"event": "Order Completed", "messageId": f"b{number}", **who, "properties": order},
    ]  # fmt: skip


@pytest.fixture(scope="module")
def told(shop: Path) -> dict[str, Any]:
    """Lists are served by a real server; half of the challenger's sell, and a tenth of the champion's."""
    server, random = Server(shop), np.random.default_rng(2)
    told: dict[str, Any] = {what: {"champion": 0, "challenger": 0} for what in ("lists", "bought")}
    events = []
    for number, (address, listed) in enumerate(served(server, addresses(shop))):
        arm = listed["arm"]
        assert listed["model"] == {"champion": "popularity", "challenger": "item_knn"}[arm]
        told["lists"][arm] += 1
        if random.random() < {"champion": 0.1, "challenger": 0.5}[arm]:
            told["bought"][arm] += 1
            events += bought(number, address, listed)
    for place in range(0, len(events), 50):
        status, answer = server.ask("POST", "/v1/batch", {"batch": events[place : place + 50]})
        assert (status, answer["rejected"]) == (200, 0)
    server.stop(signal.SIGTERM)
    later(shop, 3)
    return told


def test_what_came_back_is_joined_to_the_lists(shop: Path, told: dict[str, Any]) -> None:
    found = improve(shop, "--dry-run")
    assert {row["arm"]: row["lists"] for row in found["came"]} == told["lists"]
    assert {row["arm"]: row["clicks"] for row in found["came"]} == told["bought"]
    assert {row["arm"]: row["purchases"] for row in found["came"]} == told["bought"]
    assert sum(row["net_minor"] for row in found["came"]) == 250 * sum(told["bought"].values())
    assert found["experiment"]["customers"] == told["lists"] and found["experiment"]["crossed"] == 0
    assert found["recorded"] == [] and not (shop / "improvements.ndjson").exists()
    values = {each["estimator"]: each for each in found["experiment"]["values"]}
    assert set(values) == {"ips", "snips", "dr"} and values["ips"]["rounds"] == 3 * told["lists"]["champion"]


def test_the_challenger_is_promoted_and_can_be_rolled_back(shop: Path, told: dict[str, Any]) -> None:
    trial = improve(shop)
    comparison = trial["experiment"]["comparison"]
    assert comparison["decision"] == "better" and comparison["difference_sequential"]["low"] > 0
    assert comparison["control"] == pytest.approx(told["bought"]["champion"] / told["lists"]["champion"])
    (decided,) = [each for each in trial["recorded"] if each["looked_at"] == "experiment by-neighbours"]
    assert decided["decision"] == "promote" and decided["figures"]["low"] > 0
    again = improve(shop)
    assert again["experiment"]["state"] == "promoted"
    assert again["decisions"][-1]["rule"] == "few"  # nobody had their days since

    server = Server(shop)
    arms = [listed["arm"] for _, listed in served(server, addresses(shop))]
    server.stop(signal.SIGTERM)
    assert 0.9 < arms.count("challenger") / CUSTOMERS < 0.99


def test_it_is_told_in_words(shop: Path, told: dict[str, Any]) -> None:
    made = shops.command("improve", shop, "--dry-run")
    assert made.returncode == 0 and "by-neighbours" in made.stdout and "Nothing was done." in made.stdout
    text = (shop / "shop.toml").read_text()
    (shop / "shop.toml").write_text(text.replace('currency = "EUR"', 'currency = "EUR"\nlanguage = "zh"'))
    assert "挑战" in shops.command("improve", shop, "--dry-run").stdout
    (shop / "shop.toml").write_text(text)


def test_a_shop_that_has_not_run(tmp_path: Path) -> None:
    made = shops.command("improve", shops.make(tmp_path / "new"))
    assert made.returncode == 1 and "onebasket run" in made.stderr
