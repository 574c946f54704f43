"""Loads that are killed, and whole runs over a database: nothing is lost, nothing comes twice."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from onebasket.accounting import Account
from onebasket.run import run
from onebasket.store.basket import Basket
from tests.servers.web import Reply, Request, as_json, serving
from tests.servers.worlds import account, ask

SHOP = """
[shop]
name = "Corner"
currency = "EUR"

[[source]]
name = "erp"
channel = "store"
format = "table"
url = "{url}"
cursor = "changed"
key = "id"
late_days = 1
{asked}

[source.people]
email = "mail"

[source.events]
action = {{ value = "purchase" }}
order_id = "id"
time = "changed"
sku = "sku"
quantity = "qty"
unit_price = "price"
"""
ROWS = 200


def make(folder: Path) -> Path:
    """A shop whose order lines lie in a database."""
    folder.mkdir()
    (folder / "shop.toml").write_text(SHOP.format(url="sqlite:///erp.db", asked='table = "sales"'))
    with closing(sqlite3.connect(folder / "erp.db")) as database:
        database.execute("create table sales (id, changed, mail, sku, qty, price)")
        database.executemany(
            "insert into sales values (?, ?, ?, ?, ?, ?)",
            [
                (n, f"2024-03-{1 + n // 20:02d} 10:00:{n % 60:02d}", f"p{n % 9}@b.de", f"S{n % 5}", n, 2.5)
                for n in range(1, ROWS + 1)
            ],
        )
        database.commit()
    return folder


def change(folder: Path) -> dict[int, str]:
    """Change some rows and add others; gives what is in the table then."""
    with closing(sqlite3.connect(folder / "erp.db")) as database:
        database.execute("update sales set qty = qty + 1000, changed = '2024-03-20' where id % 7 = 0")
        database.execute("insert into sales select id + 1000, '2024-03-21', mail, sku, qty, price from sales")
        database.commit()
        return {key: str(qty) for key, qty in database.execute("select id, qty from sales")}


def collected(folder: Path) -> dict[int, str]:
    found = ask(folder, "select order_id::int, quantity from raw_events")
    assert len(dict(found)) == len(found), "a row came twice"
    return dict(found)


@pytest.mark.parametrize("moment", range(1, 26, 3))
def test_kill_while_the_disk_is_asked(tmp_path: Path, moment: int) -> None:
    shop = make(tmp_path / "shop")
    for _ in range(2):
        call = [sys.executable, "-m", "tests.journey.killed_fetching", str(shop), str(moment)]
        killed = subprocess.run(call, check=False, cwd=Path(__file__).parents[2])
        assert killed.returncode == -signal.SIGKILL
    expected = change(shop)
    run(shop, until="collect")
    assert collected(shop) == expected
    rows, kept, repeated = account(shop)
    assert rows == kept + repeated and kept == len(expected)
    named = {path.name for path in (shop / "landed" / "erp").glob("*/*")}
    assert not {name for name in named if name.endswith(("aside", ".new"))}


def test_kill_while_an_api_is_read(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    records = [
        {"id": n, "changed": f"2024-03-01T10:{n // 60:02d}:{n % 60:02d}Z", "mail": "a@b.de", "sku": "S",
         "qty": n, "price": 1}
        for n in range(1, 101)
    ]  # fmt: skip
    with serving() as server:
        running: list[subprocess.Popen[bytes]] = []
        deadly = [3, 5, 8]

        def answer(request: Request) -> Reply:
            page = int(request.params["page"])
            if deadly and page == deadly[0]:
                deadly.pop(0)
                running[-1].send_signal(signal.SIGKILL)
            return as_json(records[page * 10 - 10 : page * 10])

        server.answer = answer
        asked = '[source.api]\npaging = "page"\npage = "page"\nsince = "since"'
        (shop / "shop.toml").write_text(SHOP.format(url=f"{server.url}/sales", asked=asked))
        while not running or running[-1].returncode:
            call = [sys.executable, "-m", "onebasket", "collect", str(shop)]
            running.append(subprocess.Popen(call, stdout=subprocess.DEVNULL))
            running[-1].wait()
    assert [process.returncode for process in running] == [-signal.SIGKILL] * 3 + [0]
    assert collected(shop) == {n: str(n) for n in range(1, 101)}


def test_a_whole_run_over_a_database(tmp_path: Path) -> None:
    """What was superseded is in no account twice, and in no table after collect."""
    shop = make(tmp_path / "shop")
    run(shop, until="fuse")
    expected = change(shop)
    run(shop, until="fuse")
    version = Basket(shop / "basket").current()
    assert version is not None
    with version:
        accounts = [Account(**each).check() for each in version.manifest["accounts"]]
    found = {(each.stage, each.table): each for each in accounts}
    assert found["collect", "file"].duplicates == ROWS // 7
    assert found["clean", "raw_events"].rows_in == len(expected)
    assert ask(shop, "select count(*)::int from timeline") == [(len(expected),)]
    assert ask(shop, "select count(*)::int from duplicates where why = 'superseded'") == [(ROWS // 7,)]
