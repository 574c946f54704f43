"""A request to the collector and its answer, straight on ASGI: what a framework makes of a request costs more
than taking one event in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

from onebasket.serve.collector.bodies import MOST_BYTES, BodyError, plain, too_large

SLOWEST = 30  # seconds that a body may take to arrive
_LEAVE = b"authorization, content-type, content-encoding, x-write-key, x-retry-count"
_ANYBODY = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-headers", _LEAVE),
]
_ANY_PAGE = [
    (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
    (b"access-control-expose-headers", b"retry-after"),
    (b"access-control-max-age", b"86400"),
    (b"vary", b"origin"),
]
_JSON = (b"content-type", b"application/json")


class Request:
    """A request, read as far as it is looked at."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._scope, self._receive = scope, receive
        self._headers: dict[bytes, bytes] = dict(scope["headers"])
        self.method: str = scope["method"]

    def said(self, header: bytes) -> str:
        """A header, whose name is in lower case; empty where there is none."""
        return self.raw_said(header).decode("latin-1")

    def raw_said(self, header: bytes) -> bytes:
        """The same, as it came."""
        return self._headers.get(header, b"")

    @cached_property
    def query(self) -> dict[str, str]:
        """What stands in the address behind the question mark."""
        return dict(parse_qsl(self._scope["query_string"].decode("latin-1"), keep_blank_values=True))

    @property
    def words(self) -> Mapping[str, Any]:
        """The parts of its path that its route names."""
        found: Mapping[str, Any] = self._scope["path_params"]
        return found

    async def body(self) -> bytes:
        """Its body as JSON. Raises BodyError."""
        return plain(await self.raw())

    async def raw(self) -> bytes:
        """Its body as it came; reading ends where it grows too large or too slow. Raises BodyError."""
        said = self._headers.get(b"content-length", b"")
        if said.isdigit() and int(said) > MOST_BYTES:
            raise too_large(MOST_BYTES)
        made, more = b"", True
        try:
            async with asyncio.timeout(SLOWEST):
                while more:
                    message = await self._receive()
                    if message["type"] == "http.disconnect":
                        raise BodyError(400, "the sender went away before the body had arrived")
                    made += message.get("body", b"")
                    if len(made) > MOST_BYTES:
                        raise too_large(MOST_BYTES)
                    more = message.get("more_body", False)
        except TimeoutError:
            raise BodyError(408, f"the body took longer than {SLOWEST} seconds") from None
        return made


@dataclass(slots=True)
class Answer:
    """What is answered."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


Handler = Callable[[Request], Awaitable[Answer]]


def json(told: bytes) -> Answer:
    """JSON, as it is."""
    return Answer(200, [_JSON, (b"content-length", b"%d" % len(told))], told)


class Endpoint:
    """Answers requests by a handler, with leave for any page to ask."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.answer(scope, receive, send)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> int:
        """Answer, and give the status of it."""
        request = Request(scope, receive)
        asking = request.method == "OPTIONS"
        made = Answer(204, [], b"") if asking else await self._handler(request)
        headers = made.headers + _any_page(request)
        await send({"type": "http.response.start", "status": made.status, "headers": headers})
        await send({"type": "http.response.body", "body": made.body})
        return made.status


def _any_page(request: Request) -> list[tuple[bytes, bytes]]:
    """Leave for the page that asks, whichever it is, with whatever its library sends along: what counts here
    is the write key. Libraries that send cookies need their origin said back to them."""
    asked, origin = request.raw_said(b"access-control-request-headers"), request.raw_said(b"origin")
    if not asked and not origin:
        return _ANYBODY + _ANY_PAGE
    told = [
        (b"access-control-allow-origin", origin or b"*"),
        (b"access-control-allow-headers", asked or _LEAVE),
    ]
    return told + _ANY_PAGE + ([(b"access-control-allow-credentials", b"true")] if origin else [])
