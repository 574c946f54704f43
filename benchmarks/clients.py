"""Captured requests of tracking libraries against a real server on this machine, each sent twice.

    python benchmarks/clients.py FILE

FILE: a list of requests as JSON, each {"method", "path", "headers", "encoding_seen", "body"}; a body that was
zipped (`encoding_seen` begins with gzip, or names its magic bytes) is zipped again. Every write key in it is
adopted. Fine is a request whose events are all accepted at first and all duplicates when they come again.
"""

from __future__ import annotations

import base64
import gzip
import http.client
import json
import multiprocessing
import re
import socket
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from onebasket.inbox import FOLDER, blocks
from onebasket.protect import Key
from onebasket.serve.keys import Keys
from onebasket.serve.process import Address, serve

SECRET = bytes(range(32))
LEFT_OUT = {"host", "content-length", "connection"}
NAMED = {
    "": re.compile(r'"library":\s*{"name":\s*"([^"]+)",\s*"version":\s*"([^"]+)"'),
    "posthog": re.compile(r'"\$lib":\s*"(?:posthog-)?([^"]+)".*?"\$lib_version":\s*"([^"]+)"'),
    "snowplow": re.compile(r'(?:"tv":\s*"|[?&]tv=)([^"&]+)'),
}
KEYS = re.compile(r'"(?:api_key|token|writeKey|aid)":\s*"([^"]+)"')


@dataclass
class Sent:
    """What became of a request."""

    status: int
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    why: str = ""


def served(folder: Path, port: int, ready: Event) -> None:
    serve(folder, Key(SECRET, folder / "key"), Address(port=port), ready.set)


def keys_in(request: dict[str, Any]) -> set[str]:
    """Every write key of a request, wherever it stands."""
    headers = {name.lower(): value for name, value in request["headers"].items()}
    asked = urlsplit(request["path"])
    found = set(KEYS.findall(request["body"])) | set(parse_qs(asked.query).get("aid", []))
    if headers.get("authorization", "").startswith("Basic "):
        found.add(base64.b64decode(headers["authorization"][6:]).decode().removesuffix(":"))
    if "x-write-key" in headers:
        found.add(headers["x-write-key"])
    if project := re.search(r"/projects/([^/]+)/settings", asked.path):
        found.add(project[1])
    return found


def client(request: dict[str, Any]) -> str:
    """Which library sent it, as far as it says."""
    for name, pattern in NAMED.items():
        if found := pattern.search(request["path"] + request["body"]):
            return " ".join([name, *found.groups()]).strip()
    headers = {name.lower(): value for name, value in request["headers"].items()}
    return headers.get("user-agent", "?")


def kept(folder: Path) -> int:
    return sum(len(block.events) for block in blocks(folder / FOLDER, Key(SECRET, folder / "key")))


def send(request: dict[str, Any], folder: Path, port: int) -> Sent:
    body = request["body"].encode()
    if "gzip" in request["encoding_seen"]:
        body = gzip.compress(body)
    headers = {name: value for name, value in request["headers"].items() if name.lower() not in LEFT_OUT}
    before = kept(folder)
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request(request["method"], request["path"], body or None, headers)
        answer = connection.getresponse()
        text = answer.read()
    if answer.headers.get_content_type() == "image/gif":  # which tells nothing: a pixel is one event
        new = kept(folder) - before
        return Sent(answer.status, new, 1 - new)
    told = json.loads(text)
    counts = (int(told.get(name, 0)) for name in ("accepted", "duplicates", "rejected"))
    why = "; ".join(each["reason"] for each in told.get("reasons", [])) or told.get("detail", "")
    return Sent(answer.status, *counts, why)


def fine(first: Sent, again: Sent) -> bool:
    return (
        first.status == again.status == 200
        and not first.rejected + again.rejected + again.accepted
        and again.duplicates == first.accepted + first.duplicates
    )


def main(path: Path) -> None:
    requests: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    spawning = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as name:
        folder, ready = Path(name), spawning.Event()
        keys = Keys(folder)
        for place, key in enumerate(sorted(set().union(*map(keys_in, requests)))):
            keys.make(["write"], source=f"source{place}", adopted=key)
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            port = free.getsockname()[1]
        server = spawning.Process(target=served, args=(folder, port, ready))
        server.start()
        try:
            ready.wait(60)
            tell(requests, folder, port)
        finally:
            server.terminate()
            server.join()


def tell(requests: list[dict[str, Any]], folder: Path, port: int) -> None:
    print(f"{'client':30} {'path':43} status accepted duplicates rejected  again")
    words = []
    for request in requests:
        first, again = send(request, folder, port), send(request, folder, port)
        words.append("ok" if fine(first, again) else "no route" if first.status == 404 else "not ok")
        counts = f"{first.status:6} {first.accepted:8} {first.duplicates:10} {first.rejected:8}"
        after = f"{again.accepted} new, {again.duplicates} known"
        shown = f"{request['method']} {request['path'].split('?')[0]}"
        told = " ".join([words[-1], first.why or again.why]).strip()
        print(f"{client(request)[:30]:30} {shown[:43]:43} {counts}  {after:14} {told}")
    tally = ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words))
    print(f"{len(requests)} requests: {tally}; {kept(folder)} events are kept")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
