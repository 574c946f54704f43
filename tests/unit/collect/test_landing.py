"""Databases fetched by a cursor: what is new lands once, what changed supersedes, nothing is lost."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from onebasket.collect.landing import tables
from onebasket.errors import PrivacyError, SourceError, StoreError
from onebasket.run import RunResult, run
from onebasket.store.basket import Basket
from tests.servers import databases
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
{asked}
cursor = "changed"
key = "id"
late_days = {late}

[source.people]
email = "mail"

[source.events]
action = {{ value = "purchase" }}
order_id = "id"
time = "changed"
title = "title"
quantity = "qty"
"""
COLUMNS = ("id", "changed", "mail", "title", "qty")


class World:
    """A shop over a table `sales`, and the database that it lies in."""

    def __init__(self, folder: Path, url: str, do: Callable[[str], None], late: int = 0) -> None:
        self.folder, self.url, self.do = folder, url, do
        self.write(late=late)

    def write(self, asked: str = 'table = "sales"', late: int = 0) -> None:
        self.folder.mkdir(exist_ok=True)
        text = SHOP.format(url=self.url, asked=asked, late=late)
        (self.folder / "shop.toml").write_text(text, encoding="utf-8")

    def make(self, time: str = "timestamp") -> None:
        self.do("drop table if exists sales")
        self.do(f"create table sales (id int, changed {time}, mail varchar(99), title varchar(99), qty int)")

    def add(self, first: int, last: int, day: int = 1) -> None:
        rows = [
            f"({n}, '2024-03-{day:02d} 10:00:{n % 60:02d}', 'p{n % 7}@example.org', 'Thing {n}', {n})"
            for n in range(first, last + 1)
        ]
        self.do(f"insert into sales values {', '.join(rows)}")

    def collect(self) -> RunResult:
        """Raises what stopped its only source."""
        done = run(self.folder, until="collect")
        for error in done.stopped.values():
            raise error
        return done

    def ask(self, query: str) -> list[Any]:
        return ask(self.folder, query)

    def titles(self) -> dict[int, str]:
        """Order → quantity; fails when an order came twice."""
        found = self.ask("select order_id::int, quantity from raw_events order by 1")
        assert len(dict(found)) == len(found)
        return dict(found)

    def account(self) -> tuple[int, int, int]:
        """Records, kept and repeated ones."""
        return account(self.folder)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world over SQLite."""

    def do(statement: str) -> None:
        with closing(sqlite3.connect(tmp_path / "erp.db")) as connection:
            connection.execute(statement)
            connection.commit()

    made = World(tmp_path / "shop", f"sqlite:///{tmp_path / 'erp.db'}", do)
    made.make()
    return made


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Callable[[], Any]]]:
    """Servers that are started once they are asked for."""
    with ExitStack() as stack:
        found: dict[str, str] = {}

        def start(kind: str) -> str:
            if kind not in found:
                found[kind] = stack.enter_context(getattr(databases, kind)())
            return found[kind]

        yield {kind: lambda kind=kind: start(kind) for kind in ("postgresql", "mariadb")}


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def any_world(request: pytest.FixtureRequest, tmp_path: Path, servers: Any) -> World:
    """A world over each kind of database that is there."""
    if request.param == "sqlite":
        return request.getfixturevalue("world")  # type: ignore[no-any-return]
    url = servers[request.param]()

    def do(statement: str) -> None:
        connection: Any
        if request.param == "postgresql":
            import adbc_driver_postgresql.dbapi as driver

            connection = driver.connect(url)
        else:
            import pymysql

            connection = pymysql.connect(
                unix_socket=url.partition("socket=")[2], user="root", database="test"
            )
        with closing(connection), closing(connection.cursor()) as cursor:
            cursor.execute(statement)
            connection.commit()

    made = World(tmp_path / "shop", url, do)
    made.make("datetime(6)" if request.param == "mariadb" else "timestamp")
    return made


def test_only_what_is_new_is_fetched(any_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = any_world
    fetched: list[int] = []
    add = tables._Load.add
    monkeypatch.setattr(
        tables._Load, "add", lambda self, batch: (fetched.append(batch.num_rows), add(self, batch))[1]
    )
    world.add(1, 50)
    assert world.collect().published and world.titles() == {n: str(n) for n in range(1, 51)}
    assert sum(fetched) == 50
    assert not world.collect().published
    world.add(51, 60, day=2)
    world.do("update sales set qty = 99, changed = '2024-03-02 11:00:00' where id = 55")
    world.do("update sales set qty = 99, changed = '2024-03-02 11:00:01' where id = 7")
    fetched.clear()
    world.collect()
    assert sum(fetched) == 11 + 1  # the new ones, the changed one, and the last of those before
    assert world.titles() == {n: "99" if n in (7, 55) else str(n) for n in range(1, 61)}
    assert world.account() == (61, 60, 1)
    assert world.ask("select table_name, file, line, of_file, of_line, why from duplicates") == [
        ("file", "landed/erp/000001", 7, "landed/erp/000002", 11, "superseded")
    ]
    world.do("update sales set qty = 1, changed = '2024-03-03 11:00:00' where id = 7")
    world.collect()
    assert world.titles()[7] == "1" and world.account() == (62, 60, 2)
    assert not world.collect().published


def test_people_of_superseded_rows_go_with_them(world: World) -> None:
    world.add(1, 5)
    world.collect()
    world.do("update sales set mail = 'new@example.org', changed = '2024-03-04' where id = 3")
    world.collect()
    people = {mail for (mail,) in world.ask("select email from raw_people")}
    assert people == {*(f"p{n}@example.org" for n in (1, 2, 4, 5)), "new@example.org"}


def test_late_rows(any_world: World) -> None:
    world = any_world
    world.add(1, 5, day=10)
    world.collect()
    world.add(6, 6, day=8)
    world.do("update sales set qty = 50 where id = 2")
    assert not world.collect().published
    world.write(late=2)
    world.collect()
    assert world.titles() == {1: "1", 2: "50", 3: "3", 4: "4", 5: "5", 6: "6"}
    assert not world.collect().published


def test_rows_without_a_cursor_are_read_each_time(any_world: World) -> None:
    world = any_world
    world.add(1, 3)
    world.do("insert into sales values (4, null, 'x@example.org', 'Thing', 4)")
    world.collect()
    world.do("insert into sales values (5, null, 'y@example.org', 'Thing', 5)")
    world.do("update sales set qty = 40 where id = 4")
    world.collect()
    assert world.titles() == {1: "1", 2: "2", 3: "3", 4: "40", 5: "5"}
    assert not world.collect().published


def test_a_cursor_may_be_a_number(any_world: World) -> None:
    world = any_world
    world.write('query = "select id, mail, title, qty, qty as changed from sales;"')
    world.do("insert into sales values (1, null, 'a@b.de', 'x', 9), (2, null, 'a@b.de', 'x', 10)")
    world.collect()
    world.do("insert into sales values (3, null, 'a@b.de', 'x', 11)")
    world.do("insert into sales values (4, null, 'a@b.de', 'x', 5)")  # before the last one: not asked for
    world.collect()
    assert world.titles() == {1: "9", 2: "10", 3: "11"}
    world.write('query = "select id, mail, title, qty, qty as changed from sales;"', late=1)
    with pytest.raises(SourceError, match="late rows cannot be told"):
        world.collect()


def test_words_of_sqlite_are_no_numbers(world: World) -> None:
    world.do("drop table sales")
    world.do("create table sales (id, changed, mail, title, qty)")
    world.do("insert into sales values (1, 5, 'a@b.de', 'x', 1), (2, 'it''s', 'a@b.de', 'x', 2)")
    world.collect()
    world.do("insert into sales values (3, 'j', 'a@b.de', 'x', 3)")
    world.collect()
    assert world.titles() == {1: "1", 2: "2", 3: "3"}


def test_a_failed_load_goes_on_after_its_last_whole_chunk(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "CHUNK_ROWS", 10)
    for day in range(1, 11):
        world.add(day * 10 - 9, day * 10, day)
    land, calls = tables._Load._land, []

    def fail(self: Any) -> None:
        land(self)
        calls.append(1)
        if len(calls) == 4:
            raise OSError("cut")

    from onebasket.collect.engines import engine

    monkeypatch.setattr(engine, "BATCH_ROWS", 10)
    read = tables._Load.add
    monkeypatch.setattr(
        tables._Load,
        "add",
        lambda self, batch: [read(self, batch.slice(at, 10)) for at in range(0, batch.num_rows, 10)] and None,
    )
    monkeypatch.setattr(tables._Load, "_land", fail)
    with pytest.raises(OSError, match="cut"):
        world.collect()
    monkeypatch.setattr(tables._Load, "_land", land)
    world.collect()
    assert world.titles() == {n: str(n) for n in range(1, 101)} and world.account() == (100, 100, 0)


def test_what_no_state_names_is_removed(world: World) -> None:
    world.add(1, 3)
    world.collect()
    (place,) = (world.folder / "landed" / "erp").iterdir()
    (place / "000002.parquet").write_bytes(b"half a chunk")
    (place / "000002.seen").write_bytes(b"half")
    world.add(4, 6, day=2)
    world.collect()
    assert world.titles() == {n: str(n) for n in range(1, 7)}


def test_many_small_loads_become_few_parts(world: World) -> None:
    for number in range(1, 20):
        world.add(number, number, day=number)
        world.collect()
    assert world.titles() == {n: str(n) for n in range(1, 20)}
    version = Basket(world.folder / "basket").current()
    assert version is not None
    with version:
        names = [path.name.partition("-")[0] for path in version.parts("raw_events")]
    assert names == ["erp.0001", "erp.0009", "erp.0017", "erp.0018", "erp.0019"]
    (place,) = (world.folder / "landed" / "erp").iterdir()
    assert len(list(place.glob("*.seen"))) < 10
    world.do("update sales set qty = 77, changed = '2024-03-21' where id in (2, 12, 19)")
    world.collect()
    assert world.titles() == {n: "77" if n in (2, 12, 19) else str(n) for n in range(1, 20)}


def test_a_key_that_names_several_rows(world: World) -> None:
    world.add(1, 3)
    world.do("insert into sales values (3, '2024-03-01 12:00:00', 'a@b.de', 'another', 1)")
    with pytest.raises(SourceError, match="does not name one row") as error:
        world.collect()
    assert "share id" in str(error.value) and "a@b.de" not in str(error.value)


def test_rows_without_a_key(world: World) -> None:
    world.add(1, 3)
    world.do("insert into sales values (null, '2024-03-01 12:00:00', 'a@b.de', 'another', 1)")
    with pytest.raises(SourceError, match="have no key"):
        world.collect()


def test_other_settings_fetch_all_anew(world: World) -> None:
    world.add(1, 3)
    world.collect()
    world.write('query = "select * from sales where id > 1"')
    world.collect()
    assert world.titles() == {2: "2", 3: "3"}
    assert len(list((world.folder / "landed" / "erp").iterdir())) == 1


def test_columns_that_come_later(world: World) -> None:
    world.add(1, 2)
    world.collect()
    world.do("alter table sales add column note text")
    world.do("insert into sales values (3, '2024-03-05', 'a@b.de', 'x', 3, 'new')")
    world.collect()
    assert world.titles() == {1: "1", 2: "2", 3: "3"}


@pytest.mark.parametrize(
    ("asked", "found"),
    [('table = "nowhere"', "nowhere"), ('query = "select 1 as id"', "changed")],
)
def test_what_cannot_be_asked(world: World, asked: str, found: str) -> None:
    world.write(asked)
    with pytest.raises(SourceError, match=found) as error:
        world.collect()
    assert "the next run goes on" in str(error.value)


def test_a_damaged_state_says_what_to_do(world: World) -> None:
    world.add(1, 2)
    world.collect()
    (state,) = (world.folder / "landed" / "erp").glob("*/state")
    state.write_text("nonsense")
    with pytest.raises(StoreError, match="cannot be read") as error:
        world.collect()
    assert "delete" in str(error.value)


def test_what_landed_is_closed_to_others(world: World) -> None:
    world.add(1, 40)
    world.collect()
    for path in (world.folder / "landed").rglob("*"):
        if path.is_file():
            assert b"example.org" not in path.read_bytes() and b"Thing" not in path.read_bytes()
            assert path.stat().st_mode & 0o077 == 0 or path.suffix in (".seen", ".over", "")


def test_secrets(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.url = "postgresql://shop:${ERP_PASSWORD}@127.0.0.1:1/db"
    world.write()
    with pytest.raises(PrivacyError, match="ERP_PASSWORD"):
        world.collect()
    secrets = world.folder / "secrets.toml"
    secrets.write_text('ERP_PASSWORD = "s/cr@t"\n')
    secrets.chmod(0o644)
    with pytest.raises(PrivacyError, match="open to other users") as open_:
        world.collect()
    assert "chmod 600" in str(open_.value)
    secrets.chmod(0o600)
    with pytest.raises(SourceError, match=r"127\.0\.0\.1") as error:
        world.collect()
    assert "s/cr@t" not in str(error.value) and "s%2Fcr%40t" not in str(error.value)
    secrets.write_text("ERP_PASSWORD = s3cret")
    with pytest.raises(PrivacyError, match="cannot be read") as broken:
        world.collect()
    assert "s3cret" not in str(broken.value)
    secrets.write_text("ERP_PASSWORD = 7")
    with pytest.raises(PrivacyError, match="cannot be read"):
        world.collect()


def test_the_manifest_has_no_secret(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.add(1, 2)
    folder = str(world.folder.parent)
    monkeypatch.setenv("WHERE", "erp")
    world.url = f"sqlite:///{folder}/${{WHERE}}.db"
    world.add(3, 4)
    result = run(world.folder, until="collect")
    assert folder not in json.dumps(json.loads((result.folder / "manifest.json").read_text())["settings"])
