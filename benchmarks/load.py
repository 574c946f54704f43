"""Load for a server: clients that wait for each answer before they ask again, in a process of their own.

Used by benchmarks/serve.py. Each event is about 400 bytes with a message id of its own; people come back.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

_ID, _WHO, _WHAT = b"@" * 16, b"#" * 8, b"%" * 6
_PEOPLE, _PRODUCTS = 20_000, 2_000


@dataclass
class Load:
    """What is sent."""

    port: int
    key: str
    batch: int  # events a request; 1: single requests
    connections: int
    seconds: float
    rate: float = 0.0  # events a second in all; 0: as many as it takes
    run: int = 0  # makes message ids of this load others than those of another
    path: str = ""


@dataclass
class Made:
    """What came of it."""

    events: int = 0
    requests: int = 0
    refused: int = 0  # answers that were not 200
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)  # milliseconds

    def told(self) -> dict[str, float]:
        """Figures."""
        times = np.array(self.latencies or [0.0])
        return {
            "events": self.events, "requests": self.requests, "refused": self.refused,
            "seconds": self.seconds, "events_per_second": self.events / self.seconds,
            "requests_per_second": self.requests / self.seconds,
            **{f"p{each}_ms": float(np.percentile(times, each)) for each in (50, 99)},
        }  # fmt: skip


def requests(load: Load, worker: int) -> Iterator[bytes]:
    """Requests of one connection, each other than all before."""
    event = {
        "type": "track", "messageId": _ID.decode(), "anonymousId": f"visitor-{_WHO.decode()}",
        "event": "Product Viewed", "timestamp": "2026-11-20T10:00:00.000Z",
        "properties": {"product_id": f"product-{_WHAT.decode()}", "price": 12.5},
        "context": {"library": {"name": "load", "version": "1"}, "page": {"path": "/products/of/some/length"},
                    "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"},
    }  # fmt: skip
    one = json.dumps(event).encode()
    body = one if load.batch == 1 else b'{"batch":[' + b",".join([one] * load.batch) + b"]}"
    path = load.path or ("/v1/track" if load.batch == 1 else "/v1/batch")
    head = (
        f"POST {path} HTTP/1.1\r\nhost: localhost\r\nx-write-key: {load.key}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    ).encode()
    made = bytearray(head + body)
    places = [(_at(made, mark), len(mark)) for mark in (_ID, _WHO, _WHAT)]
    chance, number = np.random.default_rng([load.run, worker]), 0
    while True:
        who = chance.integers(0, _PEOPLE, load.batch)
        what = chance.integers(0, _PRODUCTS, load.batch)
        texts = (
            [b"%03d%03d%010d" % (load.run % 1000, worker, number + place) for place in range(load.batch)],
            [b"%08d" % each for each in who],
            [b"%06d" % each for each in what],
        )
        number += load.batch
        for (starts, size), values in zip(places, texts, strict=True):
            for start, value in zip(starts, values, strict=True):
                made[start : start + size] = value
        yield bytes(made)


def _at(text: bytearray, mark: bytes) -> list[int]:
    found, at = [], text.find(mark)
    while at >= 0:
        found.append(at)
        at = text.find(mark, at + len(mark))
    return found


class Client(asyncio.Protocol):
    """One connection: sends, waits for the whole answer, sends again."""

    def __init__(self, made: Made, batch: int, following: Callable[[], bytes | None]) -> None:
        self.made, self.batch, self.following = made, batch, following
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.buffer, self.wanted, self.sent = b"", -1, 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.send()

    def send(self) -> None:
        """The next request; none: the end."""
        request = self.following()
        if request is None:
            self.transport.close()
            return
        self.sent = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        """A piece of an answer."""
        self.buffer += data
        if self.wanted < 0:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self.buffer[:end].lower()
            at = head.find(b"content-length:")
            self.wanted = end + 4 + int(head[at + 15 :].split(b"\r\n", 1)[0])
        if len(self.buffer) < self.wanted:
            return
        self.made.latencies.append((time.perf_counter() - self.sent) * 1000)
        self.made.requests += 1
        if self.buffer[9:12] == b"200":
            self.made.events += self.batch
        else:
            self.made.refused += 1
        self.buffer, self.wanted = self.buffer[self.wanted :], -1
        self.send()

    def connection_lost(self, error: Exception | None) -> None:
        """The end."""
        if not self.done.done():
            self.done.set_result(None)


async def drive(load: Load) -> Made:
    """Send for so many seconds."""
    made, loop = Made(), asyncio.get_running_loop()
    began = time.perf_counter()

    def following(stream: Iterator[bytes]) -> bytes | None:
        return None if time.perf_counter() - began > load.seconds else next(stream)

    def client(worker: int) -> Client:
        stream = requests(load, worker)
        if not load.rate:
            return Client(made, load.batch, lambda: following(stream))
        every = load.batch * load.connections / load.rate
        return Paced(made, load.batch, lambda: following(stream), every * worker / load.connections, every)

    clients = []
    for worker in range(load.connections):
        _, one = await loop.create_connection(lambda worker=worker: client(worker), "127.0.0.1", load.port)  # type: ignore[misc]
        clients.append(one)
    await asyncio.gather(*(each.done for each in clients))
    made.seconds = time.perf_counter() - began
    return made


class Paced(Client):
    """A connection that sends at fixed moments, or at once where it is late; how long an answer took counts
    from the moment when its request was due. `first` and `every` are seconds."""

    def __init__(
        self, made: Made, batch: int, following: Callable[[], bytes | None], first: float, every: float
    ) -> None:
        super().__init__(made, batch, following)
        self.loop = asyncio.get_running_loop()
        self.due, self.every = self.loop.time() + first, every

    def send(self) -> None:
        """The next request when it is due."""
        self.loop.call_at(self.due, self.send_now)

    def send_now(self) -> None:
        """The next request."""
        super().send()
        self.sent = self.due
        self.due += self.every


if __name__ == "__main__":
    result = asyncio.run(drive(Load(**json.loads(sys.argv[1]))))
    sys.stdout.write(json.dumps(result.told()) + "\n")
