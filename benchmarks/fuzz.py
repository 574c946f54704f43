"""Requests that nobody should send, for minutes: no crash, no 5xx, bounded memory, and what is taken is kept.

    python benchmarks/fuzz.py SHOP [--minutes 10] [--seed 0]

Needs hypothesis (MPL 2.0). SHOP has run; a copy of it is served by `onebasket serve` in a process of its own,
and sent requests of all routes of the collector over loopback, one after another (`mutations.py` says how
they are made). Some are as libraries send them: they must be taken. Of the others any answer below 500 will
do. At the end the inbox must hold as many events as the answers said were accepted, the live state must go
on, and the next run must take it all in.
"""

from __future__ import annotations

import argparse
import http.client
import json
import socket
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from mutations import SECRET, Request, requests
from onebasket import shop as shop_file
from onebasket.inbox import FOLDER, REJECTED, blocks
from onebasket.serve.keys import shop_key
from serve import Server, ask
from shops import asked, copied, key, onebasket

SOURCE, PIXELS = "fuzz", "fuzz-pixels"
_ROUND = 500  # requests of a seed
_SHOWN = 5  # requests of a fault that are shown
_PATIENCE = 60.0  # seconds for an answer, and for the live state


class Wire:
    """A connection, opened again where the server closed it."""

    def __init__(self, port: int) -> None:
        self.port, self.again = port, 0
        self.socket: socket.socket | None = None

    def send(self, request: Request) -> tuple[int, str, bytes]:
        """Status, media type and body; status 0: it closed without an answer. A connection that was closed
        since it was used last is opened again, as libraries do."""
        used = self.socket is not None
        found = self._sent(request)
        if used and not found[0]:
            self.again += 1
            found = self._sent(request)
        return found

    def _sent(self, request: Request) -> tuple[int, str, bytes]:
        try:
            if self.socket is None:
                self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=_PATIENCE)
            with suppress(BrokenPipeError, ConnectionResetError):  # it may answer before it has read all
                self.socket.sendall(_bytes(request))
                if request.short:  # else the rest of the body is waited for
                    self.socket.shutdown(socket.SHUT_WR)
            answer = http.client.HTTPResponse(self.socket, method=request.method)
            answer.begin()
            body, kind = answer.read(), answer.headers.get_content_type()
            if answer.will_close or request.short or request.method == "HEAD":
                self.close()
            return answer.status, kind, body
        except TimeoutError:
            raise
        except (OSError, http.client.HTTPException):
            self.close()
            return 0, "", b""

    def close(self) -> None:
        """Begin anew."""
        if self.socket is not None:
            self.socket.close()
        self.socket = None


def _bytes(request: Request) -> bytes:
    path = request.path.encode("ascii", "ignore")
    head = [request.method.encode() + b" " + path + b" HTTP/1.1", b"host: localhost"]
    head += [name.encode() + b": " + value for name, value in request.headers]
    body = request.body
    if request.pieces:
        head.append(b"transfer-encoding: chunked")
        size = -(-len(body) // request.pieces) or 1
        parts = [body[at : at + size] for at in range(0, len(body), size)]
        body = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    else:
        head.append(b"content-length: %d" % (len(body) + request.short))
    return b"\r\n".join(head) + b"\r\n\r\n" + body


class Trial:
    """A server, what it is sent, and what it says."""

    def __init__(self, shop: Path) -> None:
        self.write = key(shop, "--scope", "write", "--source", SOURCE)
        self.pixel = key(shop, "--scope", "write", "--source", PIXELS)
        self.read = key(shop, "--scope", "read", "--scope", "personal")
        key(shop, "--scope", "webhook", "--source", SOURCE, "--adopt", SECRET)
        self.shop = shop
        self.server = Server([sys.executable, "-m", "onebasket", "serve", str(shop), "--port", "{port}"])
        self.wire = Wire(self.server.port)
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.faults: Counter[str] = Counter()
        self.events: Counter[str] = Counter()  # of answers with 200: accepted, duplicates, rejected
        self.ids: set[str] = set()  # of events that must be there
        self.memory: list[tuple[int, float]] = []

    def through(self, minutes: float, first: int) -> None:
        """Send for so many minutes."""
        began = told = time.monotonic()
        until, round_ = began + minutes * 60, first
        self.memory.append((0, sum(self.server.memory())))
        while time.monotonic() < until:
            self._round(round_, until)
            round_ += 1
            if time.monotonic() - told > 60:
                told += 60
                self.memory.append((self.statuses.total(), sum(self.server.memory())))
                print(
                    f"{self.statuses.total():,} requests, {self.memory[-1][1]:,.0f} MB",
                    file=sys.stderr,
                    flush=True,
                )
        self.memory.append((self.statuses.total(), sum(self.server.memory())))

    def _round(self, number: int, until: float) -> None:
        @seed(number)
        @settings(
            max_examples=_ROUND, phases=[Phase.generate], database=None, deadline=None,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(requests(self.write, self.pixel))
        def sent(request: Request) -> None:
            if time.monotonic() < until:
                self._sent(request)

        sent()

    def _sent(self, request: Request) -> None:
        status, kind, body = self.wire.send(request)
        self.statuses[request.route, status] += 1
        if status >= 500:
            self._fault(f"answered with {status}", request, body)
        if self.server.process.poll() is not None:
            self._fault("the server ended", request, body)
            raise SystemExit(1)
        if request.id and status != 200:
            self._fault(f"refused with {status}, though a library would send it", request, body)
        if status == 200 and request.id:
            self.ids.add(request.id)
        if status == 200 and kind == "application/json" and request.method == "POST":
            told = json.loads(body)
            self.events.update({name: told.get(name, 0) for name in ("accepted", "duplicates", "rejected")})
        if status == 200 and kind == "image/gif":
            self.events["pixels"] += 1

    def _fault(self, what: str, request: Request, body: bytes) -> None:
        self.faults[what] += 1
        if self.faults[what] <= _SHOWN:
            print(f"{what}: {repr(request)[:3_000]}\n  {body[:500]!r}", file=sys.stderr, flush=True)

    def follows(self) -> bool:
        """Whether the live state knows somebody who comes now."""
        event = {"anonymousId": "the-last", "event": "Product Viewed", "messageId": "the-last"}
        assert ask(self.server.port, self.write, "POST", "/v1/track", event)[0] == 200
        self.events["accepted"] += 1
        began, told = time.monotonic(), {"identifiers": {"cookie": "the-last"}}
        while time.monotonic() - began < _PATIENCE:
            if ask(self.server.port, self.read, "POST", "/v1/customers/lookup", told)[0] == 200:
                return True
            time.sleep(0.1)
        return False

    def kept(self) -> tuple[Counter[str], int]:
        """Events of the inbox by source, and how many that must be there are not."""
        shop, found, ids = shop_file.load(self.shop), Counter[str](), set[str]()
        for block in blocks(shop.folder / FOLDER, shop_key(shop)):
            for event in block.events:
                found[event.source] += 1
                if not event.source.endswith(REJECTED):
                    ids.add(json.loads(event.line)["messageId"])
        return found, len(self.ids - ids)


def tell(trial: Trial, follows: bool, ended: int) -> bool:
    """The tables; whether all is well."""
    kept, missing = trial.kept()
    routes = sorted({route for route, _ in trial.statuses})
    print("| status | " + " | ".join(routes) + " |\n|---" + "|---" * len(routes) + "|")
    for status in sorted({status for _, status in trial.statuses}):
        counts = " | ".join(f"{trial.statuses[route, status]:,}" for route in routes)
        print(f"| {status or 'closed without an answer'} | {counts} |")
    print("\n| requests | memory, MB |\n|---|---|")
    for count, size in trial.memory:
        print(f"| {count:,} | {size:,.0f} |")
    onebasket("fuse", trial.shop)
    rows = asked(trial.shop, f"select count(*) as rows from events where starts_with(source, '{SOURCE}')")
    print("\n| what | how many |\n|---|---|")
    again, more = trial.wire.again, kept[SOURCE] - trial.events["accepted"]
    for what, count in (
        ("events accepted, by the answers", trial.events["accepted"]), ("in the inbox", kept[SOURCE]),
        ("requests sent again, the connection being gone", again),
        ("pixels answered", trial.events["pixels"]), ("their events in the inbox", kept[PIXELS]),
        ("duplicates, by the answers", trial.events["duplicates"]),
        ("rejected, by the answers", trial.events["rejected"]),
        ("kept as rejected, each once", kept[SOURCE + REJECTED] + kept[PIXELS + REJECTED]),
        ("events as libraries send them, taken", len(trial.ids)), ("of these not in the inbox", missing),
        ("rows that the next run made of them", rows[0]["rows"]),
        *sorted((f"fault: {what}", count) for what, count in trial.faults.items()),
    ):  # fmt: skip
        print(f"| {what} | {count:,} |")
    print(f"\nThe live state {'went on' if follows else 'stood still'}; the server ended with {ended}.")
    fine = 0 <= more <= again and kept[PIXELS] <= trial.events["pixels"] + again and follows
    return fine and not (missing or trial.faults or ended)


def main() -> int:
    """Print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("shop", type=Path)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0)
    asked_for = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(folder) / "shop"
        trial = Trial(copied(asked_for.shop, shop, SOURCE, PIXELS))
        try:
            trial.through(asked_for.minutes, asked_for.seed)
            follows = trial.follows()
        finally:
            trial.wire.close()
            trial.server.stop()
        return not tell(trial, follows, trial.server.process.returncode)


if __name__ == "__main__":
    sys.exit(main())
