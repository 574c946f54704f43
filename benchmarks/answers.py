"""How long answers of a shop take, in process and over HTTP.

    python benchmarks/answers.py SHOP [--calls 1000] [--seconds 5] [--connections 1 4]

SHOP has run; its chosen model answers (`large_shop.py` makes a shop with many products). In process, one
thread: lists of known customers with filters, first asked (`cold`: the model is asked) and asked again within
a minute with nothing new (`again`), lists with three events of a session, which are never remembered, and
facts. Over HTTP: a server in a process of its own, clients that wait for each answer before they ask again,
on the same machine, which share its cores.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import numpy as np

import onebasket
from onebasket.serve.answering import Answering
from onebasket.serve.keys import Keys
from onebasket.serve.since import Did
from onebasket.serve.wishes import Wishes

FILTERS = {"top": 10, "seen": "mask", "in_stock": True, "price_max": 2_000}
QUERY = "top=10&seen=mask&in_stock=true&price_max=2000"
KINDS = {  # of requests over HTTP, by what they ask of a customer
    "known customers": f"/recommendations?{QUERY}", "sessions": "", "customer": "", "timeline": "/timeline",
    "scores": "/scores",
}  # fmt: skip


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("shop", type=Path)
    parser.add_argument("--calls", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--connections", type=int, nargs="*", default=[1, 4])
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    begun = time.perf_counter()
    with onebasket.open(asked.shop) as shop:
        customers, products = shop.known_ids()
        print(f"{shop.model}, {len(customers)} customers, {len(products)} products")
        print(f"opened in {time.perf_counter() - begun:.1f} s\n")
        print("| what | mean ms | p50 | p99 |\n|---|---|---|---|")
        in_process(shop, customers[: asked.calls], products, asked.calls)
    print("\n| over HTTP | connections | requests/s | p50 ms | p99 ms |\n|---|---|---|---|---|")
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    key, kept = Keys(asked.shop).make(["read"], name="benchmark")
    command = [sys.executable, "-m", "tests.unit.serve.api_serving", str(asked.shop), str(port)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None and server.stdout.readline() == "ready\n"
        for count in asked.connections:
            for what in KINDS:
                load = Load(port, key, what, customers, products)
                asyncio.run(load.run(count, asked.seconds))
                times = np.array(load.times) * 1e3
                p50, p99 = np.percentile(times, [50, 99])
                print(f"| {what} | {count} | {len(times) / asked.seconds:.0f} | {p50:.1f} | {p99:.1f} |")
    finally:
        server.terminate()
        server.wait()
        Keys(asked.shop).revoke(kept.id)


def in_process(shop: Answering, customers: list[str], products: list[str], calls: int) -> None:
    """One caller, one thread."""
    wishes = Wishes(top=10, seen="mask", in_stock=True, price_max=2_000)
    shop.warm()
    timed("cold", lambda who: shop.recommend(who, (), wishes), customers)
    timed("again", lambda who: shop.recommend(who, (), wishes), customers)
    some = [random.choice(customers) for _ in range(calls)]
    timed("with a session", lambda who: shop.recommend(who, session(products), wishes), some)
    timed("nobody known, a session", lambda _: shop.recommend(None, session(products)), some)
    few = random.sample(products, min(calls, len(products)))
    timed("similar", shop.similar, few)
    timed("together", shop.together, few)
    timed("customer", shop.customer, some)
    timed("timeline", shop.timeline, some)
    timed("scores", shop.scores, some)
    timed("product", shop.product, few)
    timed("with reasons", lambda who: shop.recommend(who, (), Wishes(reasons=True)), some[:10])


def session(products: list[str]) -> list[Did]:
    """Three views."""
    return [Did("view", random.choice(products)) for _ in range(3)]


def timed(what: str, ask: Callable[[str], object], each: Iterable[str]) -> None:
    """A row of the table."""
    times = []
    for one in each:
        begun = time.perf_counter()
        ask(one)
        times.append((time.perf_counter() - begun) * 1e3)
    p50, p99 = np.percentile(times, [50, 99])
    print(f"| {what} | {np.mean(times):.2f} | {p50:.2f} | {p99:.2f} |")


class Load:
    """Clients that ask over connections of their own, one request after the other."""

    def __init__(self, port: int, key: str, kind: str, customers: list[str], products: list[str]) -> None:
        self.port, self.key, self.kind, self.customers, self.products = port, key, kind, customers, products
        self.times: list[float] = []

    async def run(self, connections: int, seconds: float) -> None:
        """Ask for so long."""
        end = time.perf_counter() + seconds
        await asyncio.gather(*(self._client(end) for _ in range(connections)))

    async def _client(self, end: float) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        while time.perf_counter() < end:
            request = self._request()
            begun = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            self.times.append(time.perf_counter() - begun)
            assert head.startswith(b"HTTP/1.1 200"), head
        writer.close()

    def _request(self) -> bytes:
        who = random.choice(self.customers)
        head = f"HTTP/1.1\r\nHost: x\r\nx-api-key: {self.key}\r\n"
        if self.kind != "sessions":
            return f"GET /v1/customers/{who}{KINDS[self.kind]} {head}\r\n".encode()
        seen = [{"action": "view", "product_id": random.choice(self.products)} for _ in range(3)]
        body = json.dumps({"customer_id": who, "session": seen, "filters": FILTERS})
        head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
        return f"POST /v1/recommendations {head}\r\n{body}".encode()


if __name__ == "__main__":
    main()
