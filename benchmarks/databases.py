"""What an incremental source costs: a first load, one with nothing new, one with 1 % new rows; and kills.

    python benchmarks/databases.py [--rows 10000000] [--rest] [--kills 20 --kill-rows 1000000]

A PostgreSQL server of its own, on a socket in a temporary folder, holds order lines with an index on the
time of change. A load is `onebasket collect` of that one source, in a process of its own, from its start to
its end; memory is the most that the process held. `--rest` also runs clean, align and fuse once.

Kills: loads are ended by `kill -9` at random moments while rows are added and changed in between. Then one
load goes through, and what it collected is compared with the database, row by row.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import adbc_driver_postgresql.dbapi as driver

from onebasket.protect import open_key
from onebasket.store.basket import Basket
from onebasket.store.duckdb import DuckStore
from tests.servers import databases

SHOP = """
[shop]
name = "Corner"
currency = "EUR"

[[source]]
name = "erp"
channel = "store"
format = "table"
url = "{url}"
table = "lines"
cursor = "changed"
key = "id"
late_days = 1

[source.people]
email = "email"
full_name = "name"

[source.events]
action = {{ value = "purchase" }}
order_id = "order_id"
time = "changed"
sku = "sku"
title = "title"
quantity = "qty"
unit_price = "price"
"""
# One line every nine seconds: 10,000,000 are 2.9 years, three lines an order.
LINES = """
    select n as id, 'A' || (n / 3) as order_id,
        timestamp '2021-01-01' + n * interval '9 seconds' as changed,
        'p' || (n / 3 % 400000) || '@example.org' as email, 'Person ' || (n / 3 % 400000) as name,
        'S' || (n * 7919 % 20000) as sku, 'Thing ' || (n * 7919 % 20000) as title,
        1 + n % 3 as qty, (2 + n % 90)::numeric(10, 2) + 0.5 as price
    from generate_series({first}::bigint, {last}::bigint) as n
"""


class World:
    """A server with a table of order lines, and a shop that reads it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url, self.rows = folder, url, 0
        folder.mkdir()
        (folder / "shop.toml").write_text(SHOP.format(url=url), encoding="utf-8")

    def do(self, *statements: str) -> None:
        """Run statements."""
        with closing(driver.connect(self.url)) as connection, closing(connection.cursor()) as cursor:
            for statement in statements:
                cursor.execute(statement)
            connection.commit()

    def make(self, rows: int) -> None:
        """The table, with rows in it."""
        self.do("drop table if exists lines", "create table lines as" + LINES.format(first=1, last=rows))
        self.do("alter table lines add primary key (id)", "create index on lines (changed)", "analyze lines")
        self.rows = rows

    def add(self, rows: int) -> None:
        """New rows at the end."""
        self.do("insert into lines" + LINES.format(first=self.rows + 1, last=self.rows + rows))
        self.rows += rows

    def change(self, rows: int, chance: random.Random) -> None:
        """Change rows anywhere; they are the newest then."""
        ids = ", ".join(str(chance.randint(1, self.rows)) for _ in range(rows))
        latest = f"timestamp '2021-01-01' + {self.rows} * interval '9 seconds'"
        self.do(f"update lines set qty = qty + 10, changed = {latest} where id in ({ids})")

    def start(self, stage: str = "collect") -> subprocess.Popen[bytes]:
        """A load, begun."""
        call = [sys.executable, "-m", "onebasket", stage, str(self.folder)]
        return subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def load(self, stage: str = "collect") -> tuple[float, int]:
        """A load, whole: its seconds and the bytes that it held at most."""
        began = time.monotonic()
        process = self.start(stage)
        _, status, used = os.wait4(process.pid, 0)
        assert status == 0, process.stderr and process.stderr.read().decode()
        return time.monotonic() - began, used.ru_maxrss * 1024

    def differences(self) -> tuple[int, int, int]:
        """Rows that were collected; those of the database that are missing, or differ; those too many."""
        version = Basket(self.folder / "basket").current()
        assert version is not None
        with version, DuckStore(version, open_key(self.folder, None)) as store:
            query = "select order_id || '/' || sku as line, quantity::bigint as qty from raw_events"
            collected = store.query(query).to_arrow_table()
            with closing(driver.connect(self.url)) as connection, closing(connection.cursor()) as cursor:
                cursor.execute("select order_id || '/' || sku as line, qty from lines")
                there = cursor.fetch_arrow_table()
            store.connection.register("collected", collected)
            store.connection.register("there", there)
            counted = [
                store.query(f"select count(*) from (from {one} except all from {other})").fetchall()[0][0]
                for one, other in (("there", "collected"), ("collected", "there"))
            ]
        return collected.num_rows, counted[0], counted[1]


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rest", action="store_true")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--kill-rows", type=int, default=1_000_000)
    asked = parser.parse_args()
    with databases.postgresql() as url, tempfile.TemporaryDirectory() as folder:
        if asked.rows:
            loads(World(Path(folder) / "loads", url), asked.rows, asked.rest)
        if asked.kills:
            kills(World(Path(folder) / "kills", url), asked.kill_rows, asked.kills)


def loads(world: World, rows: int, rest: bool) -> None:
    """First, nothing new, 1 % new; then some changed anywhere, and the rest of a run."""
    world.make(rows)
    first, most = world.load()
    said("first load", rows, first, first, most)
    said("nothing new", 0, *both(world, first))
    world.add(rows // 100)
    said("1 % new", rows // 100, *both(world, first))
    world.change(100, random.Random(5))
    said("100 changed anywhere", 100, *both(world, first))
    print("collected, missing, too many:", *world.differences())
    if rest:
        said("clean, align, fuse", rows, *both(world, first, "fuse"))


def both(world: World, first: float, stage: str = "collect") -> tuple[float, float, int]:
    """A load's seconds, those of the first, and its memory."""
    seconds, most = world.load(stage)
    return seconds, first, most


def said(what: str, rows: int, seconds: float, first: float, most: int) -> None:
    """Print a row."""
    print(
        f"{what}: {rows:,} rows, {seconds:.1f} s, {seconds / first:.1%} of the first, {most >> 20} MB at most"
    )
    sys.stdout.flush()


def kills(world: World, rows: int, count: int) -> None:
    """Kill loads at random moments, then let one end."""
    chance = random.Random(7)
    world.make(rows)
    took = 30.0
    killed = ended = 0
    while killed < count:
        process, began = world.start(), time.monotonic()
        try:
            process.wait(timeout=chance.uniform(0, took))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            killed += 1
        else:
            assert process.returncode == 0, process.stderr and process.stderr.read().decode()
            ended, took = ended + 1, max(2.0, 1.2 * (time.monotonic() - began))
        world.add(rows // 50)
        world.change(20, chance)
    world.load()
    print(f"{killed} loads killed, {ended} ended before the axe, then one went through")
    print("collected, missing, too many:", *world.differences())


if __name__ == "__main__":
    main()
