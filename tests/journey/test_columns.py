"""An unknown file becomes a source of a shop: proposed, written into the shop file, run, remembered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.journey import shops

SHOP = """
[shop]
name = "Corner"
currency = "EUR"
timezone = "Europe/Berlin"
"""
NAMES = "Order Number;Order Date;Customer Email;Customer Name;SKU;Art.-Bez.;Product Name;Qty;Price;Notes"


def export(folder: Path, lines: int = 40) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "shop.toml").write_text(SHOP, encoding="utf-8")
    rows = [
        f"W{number};{1 + number % 28:02d}.03.2025 10:{number % 60:02d};p{number % 9}@example.org;"
        f"Person {'ABCDEFGHI'[number % 9]};S{number % 7};x{number % 7};Thing {number % 7};"
        f"{1 + number % 3};2,50;"
        for number in range(lines)
    ]
    (folder / "orders.csv").write_text("\n".join(["Export of March", NAMES, *rows]), encoding="utf-8")
    return folder / "orders.csv"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    export(tmp_path / "shop")
    return tmp_path / "shop"


def test_from_an_unknown_file_to_a_run(shop: Path) -> None:
    done = shops.command("columns", shop / "orders.csv", "--shop", shop, "--write")
    assert done.returncode == 0, done.stderr
    text = (shop / "shop.toml").read_text(encoding="utf-8")
    assert '"Qty"' in text
    assert 'path = "orders.csv"' in text
    done = shops.command("fuse", shop)
    assert done.returncode == 0, done.stderr
    asked = "select count(*) as n, sum(quantity) as units from events where action = 'purchase'"
    done = shops.command("query", shop, asked, "--json")
    assert json.loads(done.stdout) == [{"n": 40, "units": sum(1 + number % 3 for number in range(40))}]
    asked = "select min(cast(ts as date)) as day from timeline"
    assert json.loads(shops.command("query", shop, asked, "--json").stdout)[0]["day"] == "2025-03-01"
    again = shops.command("columns", shop / "orders.csv", "--shop", shop, "--json")
    kept = (shop / "columns.json").read_text(encoding="utf-8")
    assert "events.quantity" in kept
    assert "example.org" not in kept
    assert "Thing" not in kept
    facts = {each["name"]: each for each in json.loads(again.stdout)["columns"]}
    assert "before" in [each["kind"] for each in facts["Qty"]["evidence"]]


def test_json_tells_everything(shop: Path) -> None:
    done = shops.command("columns", shop / "orders.csv", "--json")
    facts = json.loads(done.stdout)
    assert facts["header_line"] == 2
    assert facts["delimiter"] == ";"
    assert facts["decimal"] == ","
    assert facts["month_first"] is False
    assert {"people", "events"} <= set(facts["tables"])
    by_name = {each["name"]: each for each in facts["columns"]}
    assert by_name["Customer Email"]["ours"] == ["people.email"]
    assert by_name["Notes"]["ours"] == []
    assert by_name["Notes"]["meaning"] == "none"


def test_what_cannot_be_done_leaves_the_shop_file(shop: Path) -> None:
    before = (shop / "shop.toml").read_text(encoding="utf-8")
    (shop / "odd.csv").write_text("foo,bar\nx1,y1\nx2,y2\n", encoding="utf-8")
    done = shops.command("columns", shop / "odd.csv", "--shop", shop, "--write")
    assert done.returncode == 2
    assert "likely enough" in done.stderr
    assert (shop / "shop.toml").read_text(encoding="utf-8") == before
    assert shops.command("columns", shop / "nowhere.csv").returncode == 2
    assert shops.command("columns", shop / "odd.csv", "--write").returncode == 2


def test_written_twice_it_has_another_name(shop: Path) -> None:
    for _ in range(2):
        done = shops.command("columns", shop / "orders.csv", "--shop", shop, "--write")
        assert done.returncode == 0, done.stderr
    text = (shop / "shop.toml").read_text(encoding="utf-8")
    assert 'name = "orders"' in text
    assert 'name = "orders-2"' in text


def test_a_column_whose_name_has_dots_can_be_mapped(shop: Path) -> None:
    source = """
[[source]]
name = "web"
channel = "web"
format = "table"
path = "orders.csv"
decimal = ","
time_formats = ["%d.%m.%Y %H:%M"]
[source.products]
product_key = "SKU"
title = "Art.-Bez."
"""
    (shop / "shop.toml").write_text(SHOP + source, encoding="utf-8")
    done = shops.command("collect", shop)
    assert done.returncode == 0, done.stderr
    done = shops.command("query", shop, "select count(title) as n from raw_products", "--json")
    assert json.loads(done.stdout) == [{"n": 40}]
