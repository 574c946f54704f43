"""What one server takes in and how soon it counts, beside what the machine could do at most.

    python benchmarks/serve.py SHOP [--parts floor batches …] [--seconds 20] [--minutes 30]

SHOP has run and has a live source. The server is `onebasket serve` in a process of its own; the load comes
from another one, so that the two share the machine's cores. The last column of the table is what the server's
own threads worked for a request (not the process that follows); it hangs less on how busy the machine is.

Parts:

    floor      the same server software answering a constant to the same requests; SQLite inserting the same
               bytes in as large transactions; a file of them with fdatasync
    batches    batches of 100 events, as many as it takes
    offered    batches of 100 events, 41,000 events a second, each when it is due
    singles    single requests, as many as it takes
    fresh      from an event's acknowledgement to a timeline that has it, and a list that counts it
    sustained  8,000 events a second for --minutes, with lists asked for meanwhile; memory at each minute
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from load import Load, requests
from onebasket import shop as shop_file
from onebasket.serve.keys import Keys, make_key
from onebasket.shop import Shop
from onebasket.store.basket import Basket
from onebasket.store.duckdb_query import query

_CONSTANT = """
import asyncio, sys
from granian.server.embed import Server
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
async def take(request):
    await request.body()
    return Response(b'{"success": true}', media_type="application/json")
routes = [Route(path, take, methods=["POST"]) for path in ("/v1/track", "/v1/batch")]
async def main():
    app, port = Starlette(routes=routes), int(sys.argv[1])
    await Server(app, "127.0.0.1", port, interface="asgi", log_enabled=False).serve()
asyncio.run(main())
"""


class Server:
    """`onebasket serve` on a free port, or another program that takes one."""

    def __init__(self, command: list[str], env: dict[str, str] | None = None, port: int = 0) -> None:
        """Raises ChildProcessError where it ends before it listens."""
        with closing(socket.create_server(("127.0.0.1", port))) as free:
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [each.replace("{port}", str(self.port)) for each in command],
            stderr=subprocess.DEVNULL, env=env, start_new_session=True,
        )  # fmt: skip
        while self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise ChildProcessError(f"{command} ended with {self.process.returncode}")

    def processes(self) -> list[int]:
        """All that it consists of now, those it left behind among them."""
        found = []
        for each in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # gone meanwhile
                state, _, _, session = each.read_text().rpartition(")")[2].split()[:4]
                if int(session) == self.process.pid and state != "Z":
                    found.append(int(each.parent.name))
        return found

    def memory(self) -> tuple[float, float]:
        """Megabytes of its own that it holds now, in all its processes; and those of files that are mapped,
        which the system takes back when it likes."""
        own = mapped = 0
        for each in self.processes():
            with suppress(OSError):
                told = dict(
                    line.split(":", 1) for line in Path(f"/proc/{each}/status").read_text().splitlines()
                )
                own += int(told["RssAnon"].split()[0])
                mapped += int(told["RssFile"].split()[0])
        return own * 1024 / 1e6, mapped * 1024 / 1e6

    def worked(self) -> float:
        """Seconds that its threads have worked so far; those of other processes apart."""
        told = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """End it."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


@contextmanager
def serving(*command: str) -> Iterator[Server]:
    """A server for the time being."""
    made = Server([sys.executable, *command])
    try:
        yield made
    finally:
        made.stop()


def loaded(load: Load) -> dict[str, float]:
    """Drive a load from a process of its own."""
    script = str(Path(__file__).with_name("load.py"))
    done = subprocess.run(
        [sys.executable, script, json.dumps(asdict(load))], capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def row(name: str, server: Server, load: Load) -> None:
    """One line of the table: what came of a load."""
    before = server.worked()
    told = loaded(load)
    each = (server.worked() - before) / told["requests"] * 1e6
    print(
        f"| {name} | {told['events_per_second']:,.0f} | {told['requests_per_second']:,.0f} |"
        f" {told['p50_ms']:.1f} | {told['p99_ms']:.1f} | {told['refused']:.0f} | {each:,.0f} |", flush=True,
    )  # fmt: skip


def floor(seconds: float, folder: Path) -> None:
    """The machine's own limits."""
    with serving("-c", _CONSTANT, "{port}") as server:
        row("constant, batches of 100", server, Load(server.port, "k", 100, 32, seconds))
        row("constant, single", server, Load(server.port, "k", 1, 64, seconds))
    body = next(requests(Load(0, "k", 100, 1, 1), 0)).split(b"\r\n\r\n", 1)[1]
    block = body * 20  # 2,000 events, about what waits while the disk is written to
    path = folder / "floor.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("pragma journal_mode = wal")
        database.execute("pragma synchronous = full")
        database.execute("create table blocks (number integer primary key, body blob)")
        began, count = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            count += 1
            database.execute("insert into blocks values (?, ?)", (count, block))
        _bytes("SQLite, the same bytes in blocks of 2,000", count, began)
    with (folder / "floor").open("wb", buffering=0) as file:
        began, count = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            count += 1
            file.write(block)
            os.fdatasync(file.fileno())
        _bytes("file and fdatasync, the same", count, began)


def _bytes(name: str, count: int, began: float) -> None:
    print(f"| {name} | {2_000 * count / (time.perf_counter() - began):,.0f} | | | | | |", flush=True)


def ask(port: int, key: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """One request."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        text = None if body is None else json.dumps(body)
        told = {"x-api-key": key, "x-write-key": key, "content-type": "application/json"}
        connection.request(method, path, text, told)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"null")


def skus(shop: Shop) -> list[str]:
    """What the shop calls products that many bought."""
    version = Basket(shop.basket).current()
    assert version is not None
    with version:
        text = (
            "select c.sku from timeline t join catalogue c using (product_id) where t.action = 'purchase' and"
            " c.active and c.sku is not null group by 1 order by count(*) desc, 1 limit 20"
        )
        return [sku for (sku,) in query(version, text)[1]]


def fresh(port: int, write: str, read: str, shop: Shop, count: int = 300) -> None:
    """From an acknowledgement to answers that count the event."""
    products = skus(shop)
    known, counted = [], []
    for number in range(count):
        who = f"fresh-{os.getpid()}-{number}"
        wanted = products[number % len(products)]
        event = {"anonymousId": who, "event": "Product Viewed", "messageId": who,
                 "properties": {"product_id": wanted}}  # fmt: skip
        assert ask(port, write, "POST", "/v1/track", event)[0] == 200
        began = time.perf_counter()
        while (found := ask(port, read, "POST", "/v1/customers/lookup", {"identifiers": {"cookie": who}}))[
            0
        ] != 200:
            pass
        known.append(time.perf_counter() - began)
        customer = found[1]["customer_id"]
        while (
            ask(port, read, "GET", f"/v1/customers/{customer}/recommendations?top=1")[1]["basis"]
            == "trending"
        ):
            pass
        counted.append(time.perf_counter() - began)
    for what, times in (("a customer", known), ("a list that counts it", counted)):
        print(f"| from acknowledgement to {what}, ms | p50 {np.percentile(times, 50) * 1e3:.1f} |"
              f" p99 {np.percentile(times, 99) * 1e3:.1f} | n {count} | | | |", flush=True)  # fmt: skip


def sustained(server: Server, key: str, read: str, minutes: int) -> None:
    """A steady load, a minute at a time, with lists asked for meanwhile."""
    _, listed = ask(server.port, read, "GET", "/v1/trending?top=1")
    product = listed["items"][0]["product_id"]
    for minute in range(1, minutes + 1):
        load = Load(server.port, key, 50, 8, 60.0, 8_000.0, 500 + minute)
        script = str(Path(__file__).with_name("load.py"))
        with subprocess.Popen(
            [sys.executable, script, json.dumps(asdict(load))], stdout=subprocess.PIPE, text=True
        ) as driving:
            times = []
            while driving.poll() is None:
                began = time.perf_counter()
                ask(server.port, read, "GET", f"/v1/products/{product}/similar?top=10")
                times.append((time.perf_counter() - began) * 1e3)
                time.sleep(0.02)
            assert driving.stdout is not None
            told = json.loads(driving.stdout.read())
        lists = f"{np.percentile(times, 50):.1f}, p99 {np.percentile(times, 99):.1f} ms"
        own, mapped = server.memory()
        print(f"| minute {minute} | {told['events_per_second']:,.0f} | p99 {told['p99_ms']:.1f} |"
              f" lists p50 {lists} | {own:,.0f} MB, mapped {mapped:,.0f} MB"
              f" | refused {told['refused']:.0f} |", flush=True)  # fmt: skip


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("shop", type=Path)
    parts = ["floor", "fresh", "batches", "offered", "singles", "sustained"]
    parser.add_argument("--parts", nargs="+", choices=parts, default=parts)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--minutes", type=int, default=30)
    measure(parser.parse_args())


def measure(asked: argparse.Namespace) -> None:
    """The parts that were asked for."""
    shop = shop_file.load(asked.shop)
    source = next(each.name for each in shop.sources if each.live)
    write, first = make_key(shop, ["write"], source=source, per_minute=100_000_000)
    read, second = make_key(shop, ["read", "personal"], per_minute=100_000_000)
    print("| what | events/s | requests/s | p50 ms | p99 ms | refused | server's work, µs a request |")
    print("|---|---|---|---|---|---|---|")
    folder = Path(tempfile.mkdtemp(dir=shop.folder))
    try:
        if "floor" in asked.parts:
            floor(asked.seconds / 2, folder)
        with serving("-m", "onebasket", "serve", str(asked.shop), "--port", "{port}") as server:
            run = int(time.time()) % 400
            if "fresh" in asked.parts:
                fresh(server.port, write, read, shop)
            if "batches" in asked.parts:
                row("batches of 100", server, Load(server.port, write, 100, 32, asked.seconds, 0.0, run))
            if "offered" in asked.parts:
                load = Load(server.port, write, 100, 32, asked.seconds, 41_000.0, run + 2)
                row("batches of 100, 41,000 events/s offered", server, load)
            if "singles" in asked.parts:
                row("single", server, Load(server.port, write, 1, 64, asked.seconds, 0.0, run + 1))
            if "sustained" in asked.parts:
                sustained(server, write, read, asked.minutes)
    finally:
        shutil.rmtree(folder)
        for each in (first, second):
            Keys(shop.folder).revoke(each.id)


if __name__ == "__main__":
    main()
