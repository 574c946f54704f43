"""A source that cannot be read stops nobody else; how well sources are is measured and told."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from onebasket.errors import SourceError
from onebasket.run import run
from onebasket.store.basket import Basket
from tests.journey.shops import command

SHOP = """
[shop]
name = "Two"

[[source]]
name = "web"
channel = "web"
format = "table"
path = "web.csv"
[source.events]
action = { value = "purchase" }
order_id = "order"
time = "time"
product_key = "sku"
quantity = "units"
amount = "paid"
[source.people]
email = "mail"

[[source]]
name = "till"
channel = "store"
format = "table"
path = "till.csv"
[source.events]
action = { value = "purchase" }
order_id = "bon"
time = "time"
product_key = "sku"
amount = "paid"
"""
BEGIN = datetime(2024, 1, 1, 9)


def web(folder: Path, days: int, header: str = "order,time,sku,units,paid,mail") -> None:
    rows = [
        f"W{n},{BEGIN + timedelta(hours=8 * n)},S{n % 7},1,9.50,p{n % 5}@mail.example"
        for n in range(3 * days)
    ]
    (folder / "web.csv").write_text("\n".join([header, *rows]) + "\n")


def till(folder: Path, days: int, more: str = "") -> None:
    rows = [f"T{n},{BEGIN + timedelta(days=n)},S{n % 7},4.00" for n in range(days)]
    (folder / "till.csv").write_text("\n".join(["bon,time,sku,paid", *rows]) + "\n" + more)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "shop.toml").write_text(SHOP)
    web(tmp_path, 80)
    till(tmp_path, 80)
    run(tmp_path, until="fuse")
    return tmp_path


def counts(shop: Path) -> dict[str, int]:
    done = command("query", shop, "select channel, count(*) as n from timeline group by all", "--json")
    return {row["channel"]: row["n"] for row in json.loads(done.stdout)}


def status(shop: Path) -> tuple[int, dict[str, Any]]:
    done = command("status", shop, "--json")
    return done.returncode, json.loads(done.stdout)


def kinds(facts: dict[str, Any], source: str) -> list[str]:
    return [problem["kind"] for problem in facts["health"][source]["problems"]]


def test_a_source_without_a_column_it_needs_stops_alone(shop: Path) -> None:
    assert counts(shop) == {"web": 240, "store": 80}
    code, facts = status(shop)
    assert code == 0 and facts["well"]
    web(shop, 90, "order,time,sku,units,paid_eur,mail")
    till(shop, 85)
    done = run(shop, until="fuse")
    assert done.published and list(done.stopped) == ["web"]
    assert "stays in use" in str(done.stopped["web"])
    assert "likely renamed: paid → paid_eur" in str(done.stopped["web"])
    assert counts(shop) == {"web": 240, "store": 85}
    code, facts = status(shop)
    assert code == 3 and kinds(facts, "web") == ["stopped"] and kinds(facts, "till") == []
    again = run(shop, until="fuse")
    assert not again.published and list(again.stopped) == ["web"]
    told = command("fuse", shop)
    assert told.returncode == 2 and "web" in told.stderr
    web(shop, 90)
    mended = run(shop, until="fuse")
    assert mended.published and not mended.stopped
    assert counts(shop) == {"web": 270, "store": 85}
    assert status(shop)[0] == 0


def test_a_source_whose_file_is_gone_stops_alone(shop: Path) -> None:
    (shop / "web.csv").unlink()
    till(shop, 81)
    done = run(shop, until="fuse")
    assert list(done.stopped) == ["web"] and counts(shop) == {"web": 240, "store": 81}
    assert not run(shop, until="fuse").published
    web(shop, 80)
    assert not run(shop, until="fuse").stopped


def test_half_read_sources_leave_nothing_behind(shop: Path) -> None:
    """What is wrong with the last of several files is found when the first are read."""
    text = (shop / "shop.toml").read_text()
    (shop / "shop.toml").write_text(text.replace('path = "web.csv"', 'path = "web*.csv"'))
    (shop / "web2.csv").write_bytes((shop / "web.csv").read_bytes()[:400] + b'\n"open\nand more\n')
    done = run(shop, until="fuse")
    assert list(done.stopped) == ["web"] and counts(shop) == {"web": 240, "store": 80}


def test_without_a_version_a_source_that_cannot_be_read_stops_the_run(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text(SHOP)
    web(tmp_path, 3)
    with pytest.raises(SourceError, match="till"):
        run(tmp_path, until="fuse")
    assert Basket(tmp_path / "basket").current() is None


def test_columns_that_change_are_told(shop: Path) -> None:
    rows = (shop / "web.csv").read_text().splitlines()
    (shop / "web.csv").write_text("\n".join([rows[0] + ",coupon", *(f"{row},X" for row in rows[1:])]) + "\n")
    run(shop, until="fuse")
    code, facts = status(shop)
    assert code == 0 and kinds(facts, "web") == ["columns"]
    assert facts["health"]["web"]["drift"][0]["added"] == ["coupon"]
    (shop / "web.csv").write_text((shop / "web.csv").read_text().replace(",coupon", ",coupon_code", 1))
    run(shop, until="fuse")
    drift = status(shop)[1]["health"]["web"]["drift"][0]
    assert [each[:2] for each in drift["renamed"]] == [["coupon", "coupon_code"]]


def test_limits_of_the_shop_file_are_watched(shop: Path) -> None:
    code, facts = status(shop)
    measured = facts["health"]["web"]
    assert (measured["week"], measured["usual"], measured["identifiers"]) == (21 * 2, 21 * 2, 1.0)
    assert measured["rows"] == 240 and measured["last"] == "2024-03-21T01:00:00"
    limits = "max_age_days = 2\nleast_identifiers = 2.0\nmax_rejected = 0.0\n"
    text = (shop / "shop.toml").read_text()
    (shop / "shop.toml").write_text(text.replace("[[source]]", f"[health]\n{limits}\n[[source]]", 1))
    code, facts = status(shop)
    assert code == 3 and kinds(facts, "web") == ["stale", "identifiers"] and kinds(facts, "till") == ["stale"]
    (shop / "shop.toml").write_text(text + "[source.health]\nmax_age_days = 1\n")
    code, facts = status(shop)
    assert kinds(facts, "web") == [] and kinds(facts, "till") == ["stale"]
    till(shop, 80, "".join(f"U{n},never,S1,4\n" for n in range(9)))
    rows = (shop / "web.csv").read_text().splitlines()
    late = [row for row in rows[1:] if row.split(",")[1] < "2024-03-14"]
    blank = [",".join([*row.split(",")[:5], ""]) for row in late]
    (shop / "web.csv").write_text("\n".join([rows[0], *blank, rows[-1]]) + "\n")
    run(shop, until="fuse")
    code, facts = status(shop)
    assert kinds(facts, "till") == ["stale", "rejected"]
    assert set(kinds(facts, "web")) == {"little", "nulls"}
    told = command("status", shop)
    assert told.returncode == 3 and "refused" in told.stderr
