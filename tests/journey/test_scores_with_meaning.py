"""A whole run foretells what customers do, and says how far it can be believed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import msgspec

from onebasket.run import run
from tests.journey.conftest import Ran
from tests.journey.shops import make


def rows_of(ran: Ran, table: str) -> list[dict[str, Any]]:
    with ran.store() as store:
        return [row for batch in store.read(table) for row in batch.to_pylist()]


def test_every_customer_has_a_value_of_every_task_learned(ran: Ran) -> None:
    rows = rows_of(ran, "behaviour_scores")
    seen = {row["customer_id"] for row in rows_of(ran, "timeline") if row["customer_id"]}
    whole = [row for row in rows if not row["target"] and row["task"] != "churn_90d"]
    tasks = {row["task"] for row in whole}
    assert tasks
    for task in tasks:
        assert {row["customer_id"] for row in whole if row["task"] == task} <= seen
        assert len([row for row in whole if row["task"] == task]) > 0.9 * len(seen)
    assert all(0 < row["value"] < 1 for row in rows if not row["task"].startswith("value_"))
    products = {row["product_id"] for row in rows_of(ran, "catalogue")}
    assert {row["target"] for row in rows if row["task"] == "product_30d"} <= products


def test_every_task_is_judged_or_says_why_not(ran: Ran) -> None:
    told = msgspec.json.decode((ran.version.path / "models" / "behaviour" / "choice.json").read_bytes())
    judged = {row["task"] for row in rows_of(ran, "scores")} - {"next_products", "churn_90d"}
    assert judged == {task for task, each in told.items() if "chosen" in each}
    assert all(each.get("note") for task, each in told.items() if task not in judged)
    assert {row["task"] for row in rows_of(ran, "reliability")} - {"churn_90d"} == judged
    html = (ran.version.path / "report.html").read_text(encoding="utf-8")
    assert 'id="behaviour"' in html and 'id="curve-value_30d-wide-title"' in html


def test_other_settings_of_behaviour_keep_what_was_learned(ran: Ran, tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shutil.copytree(ran.folder, shop)
    with (shop / "shop.toml").open("a", encoding="utf-8") as file:
        file.write("\n[behaviour]\nproducts = 1\ncategories = 0\n")
    assert run(shop).done == ("apply", "report")


def test_a_tiny_shop_runs_through(tmp_path: Path) -> None:
    shop = make(tmp_path / "shop", lines=3)
    result = run(shop)
    told = (result.folder / "models" / "behaviour" / "choice.json").read_text(encoding="utf-8")
    assert "needs" in told
    assert "data is too short" in result.report.read_text(encoding="utf-8")
