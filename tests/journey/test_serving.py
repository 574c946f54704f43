"""A day of a server: somebody looks around, signs in, buys; the server is killed; a new version comes."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.journey import shops
from tests.journey.test_live import LITTLE, LIVE

Answer = tuple[int, Any]


class Server:
    """`onebasket serve` on one port, through kills."""

    def __init__(self, shop: Path) -> None:
        self.shop = shop
        self.write = self._key("--scope", "write", "--source", "app")
        self.read = self._key("--scope", "read", "--scope", "personal")
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self.port = free.getsockname()[1]
        self.start()

    def _key(self, *words: str) -> str:
        made = shops.command("keys", "make", self.shop, *words, "--json")
        return str(json.loads(made.stdout)["key"])

    def start(self) -> None:
        """Start it, or start it again."""
        command = [sys.executable, "-m", "onebasket", "serve", str(self.shop), "--port", str(self.port)]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        assert str(self.port) in self.process.stderr.readline()

    def stop(self, how: signal.Signals) -> None:
        """End it, and see the process that followed end with it: whose errors go where its own do."""
        self.process.send_signal(how)
        self.process.communicate(timeout=60)

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        """A request of somebody who may read."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            told = {"x-api-key": self.read, "x-write-key": self.write, "content-type": "application/json"}
            connection.request(method, path, None if body is None else json.dumps(body), told)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

    def track(self, number: int, event: str, sku: str, **who: Any) -> None:
        """One event that is acknowledged."""
        said = {
            "event": event,
            "messageId": f"m{number}",
            "properties": {"sku": sku, "product_id": sku},
            **who,
        }
        status, told = self.ask("POST", "/v1/track", said)
        assert (status, told["accepted"] + told["duplicates"]) == (200, 1)

    def found(self, **identifiers: str) -> str:
        """The customer with these identifiers."""
        found = until(lambda: self.ask("POST", "/v1/customers/lookup", {"identifiers": identifiers}), known)
        return str(found["customer_id"])

    def did(self, customer: str) -> list[tuple[str, str, bool]]:
        """What a customer did, the latest first: action, title, whether it came in live."""
        _, page = self.ask("GET", f"/v1/customers/{customer}/timeline?limit=200")
        return [(each["action"], each["title"], each["live"]) for each in page["events"]]


def known(answer: Answer) -> bool:
    return answer[0] == 200


def until(ask: Callable[[], Answer], right: Callable[[Answer], bool]) -> Any:
    """What is answered once it is right."""
    ends = time.monotonic() + 60
    while not right(answer := ask()):
        assert time.monotonic() < ends, answer
    return answer[1]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    shop = shops.make(tmp_path / "shop", shop=shops.SHOP + LIVE + LITTLE)
    assert shops.command("run", shop).returncode == 0
    made = Server(shop)
    yield made
    if made.process.poll() is None:
        made.stop(signal.SIGKILL)


def test_a_day(server: Server) -> None:
    views = [("view", "Thing 3", True), ("view", "Thing 2", True)]
    server.track(1, "Product Viewed", "S2", anonymousId="a1")
    server.track(2, "Product Viewed", "S3", anonymousId="a1")
    nobody = server.found(cookie="a1")
    until(lambda: (200, server.did(nobody)), lambda answer: answer[1] == views)
    bought = server.found(email="p1@example.org")
    before = server.did(bought)
    assert bought != nobody and before and not any(live for *_, live in before)

    who = {"userId": "u1", "anonymousId": "a1", "context": {"traits": {"email": "p1@example.org"}}}
    server.track(3, "Order Completed", "S5", **who)
    after = [("purchase", "Thing 5", True), *views, *before]
    until(lambda: (200, server.did(bought)), lambda answer: answer[1] == after)
    assert server.did(nobody) == after  # by the id that it had
    _, listed = server.ask("GET", f"/v1/customers/{bought}/recommendations?seen=mask")
    assert "Thing 5" not in [each["title"] for each in listed["items"]]

    server.stop(signal.SIGKILL)
    server.start()
    server.track(3, "Order Completed", "S5", **who)  # the client had no answer, and sends it again
    assert server.did(bought) == after
    assert server.found(cookie="a1") == bought

    assert shops.command("run", server.shop).returncode == 0
    until(lambda: server.ask("GET", "/version"), lambda answer: answer[1].get("version") == 2)
    now = server.did(bought)
    assert [each[:2] for each in now] == [each[:2] for each in after]
    assert not any(live for *_, live in now)
    assert server.found(cookie="a1") == bought
    assert server.did(nobody) == now  # still by the id that it had
    server.track(4, "Product Viewed", "S1", anonymousId="a1")
    until(lambda: (200, server.did(bought)), lambda answer: answer[1] == [("view", "Thing 1", True), *now])
    server.stop(signal.SIGTERM)
    assert server.process.returncode == 0
    assert [path.name for path in (server.shop / "live").glob("*.sqlite")] == ["v000002.sqlite"]


def test_before_the_first_run_events_come_in_and_questions_wait(tmp_path: Path) -> None:
    server = Server(shops.make(tmp_path / "shop", shop=shops.SHOP + LIVE + LITTLE))
    try:
        server.track(1, "Product Viewed", "S2", anonymousId="a1")
        assert server.ask("GET", "/v1/trending")[0] == 503
        assert server.ask("GET", "/ready")[0] == 503
        assert shops.command("run", server.shop).returncode == 0
        until(lambda: server.ask("GET", "/ready"), known)
        assert server.did(server.found(cookie="a1")) == [("view", "Thing 2", False)]
    finally:
        server.stop(signal.SIGKILL)
