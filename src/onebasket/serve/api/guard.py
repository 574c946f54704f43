"""What stands before all routes: counts, sizes of bodies, and which pages may ask."""

from __future__ import annotations

import time
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from onebasket.serve.api.answers import Answers
from onebasket.serve.collector.requests import Endpoint
from onebasket.serve.problems import problem

MOST_BYTES = 500_000  # of a body
_ELSEWHERE = "other"  # the route of requests that have none
_PREFLIGHT_SECONDS = "600"


class Guard:
    """Wraps the server. The collector's routes look after themselves: they are counted, and asked without the
    detour through all others."""

    def __init__(self, app: ASGIApp, answers: Answers, collecting: Sequence[Route]) -> None:
        self._app, self._answers, self._collecting = app, answers, collecting
        self._direct = {
            (route.path, method): route.app
            for route in collecting
            for method in route.methods or ()
            if isinstance(route.app, Endpoint)
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if (endpoint := self._direct.get((scope["path"], scope["method"]))) is not None:
            await self._collected(endpoint, scope, receive, send)
            return
        begun, status = time.perf_counter(), 500
        scope.setdefault("state", {})

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if origin := scope["state"].get("origin"):
                    message["headers"] = [*message["headers"], *_allowing(origin)]
            await send(message)

        try:
            await self._guarded(scope, receive, sent)
        finally:
            route = getattr(scope.get("route"), "path", _ELSEWHERE)
            seconds = time.perf_counter() - begun
            self._answers.metrics.count(route, _method(scope), status, seconds)

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope["method"]
        if method not in ("OPTIONS", "POST") or self._collects(scope):
            await self._app(scope, receive, send)
        elif method == "OPTIONS":
            await self._preflight(Request(scope))(scope, receive, send)
        else:
            body = await _body(scope, receive)
            if body is None:
                await problem(413, f"the body is larger than {MOST_BYTES:,} bytes")(scope, receive, send)
            else:
                await self._app(scope, _again(body, receive), send)

    async def _collected(self, endpoint: Endpoint, scope: Scope, receive: Receive, send: Send) -> None:
        begun, status = time.perf_counter(), 500
        try:
            status = await endpoint.answer(scope, receive, send)
        except Exception as error:  # noqa: BLE001 one request must not take others with it
            told = problem(500, f"an unforeseen fault: {type(error).__name__}")
            await told(scope, receive, send)
        finally:
            seconds = time.perf_counter() - begun
            self._answers.metrics.count(scope["path"], _method(scope), status, seconds)

    def _collects(self, scope: Scope) -> bool:
        return any(route.matches(scope)[0] == Match.FULL for route in self._collecting)

    def _preflight(self, request: Request) -> Response:
        """A browser asks whether a page may ask, before it shows its key."""
        origin = request.headers.get("origin", "")
        if not self._answers.may_ask(origin):
            return problem(403, "no key may be used from that page")
        return Response(status_code=204, headers={
            "access-control-allow-origin": origin, "vary": "origin",
            "access-control-allow-methods": "GET, POST",
            "access-control-allow-headers": "authorization, content-type, x-api-key",
            "access-control-max-age": _PREFLIGHT_SECONDS,
        })  # fmt: skip


def _allowing(origin: str) -> list[tuple[bytes, bytes]]:
    return [(b"access-control-allow-origin", origin.encode("latin-1")), (b"vary", b"origin")]


def _method(scope: Scope) -> str:
    """The method; made-up ones are one, so that nobody can make the counts grow."""
    method: str = scope["method"]
    return method if method in ("GET", "POST", "OPTIONS", "HEAD", "PUT", "DELETE", "PATCH") else "OTHER"


async def _body(scope: Scope, receive: Receive) -> bytes | None:
    """The whole body; None: it is too large."""
    said = dict(scope["headers"]).get(b"content-length", b"")
    if said.isdigit() and int(said) > MOST_BYTES:
        return None
    made, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            break  # the sender went away
        made += message.get("body", b"")
        more = message.get("more_body", False)
        if len(made) > MOST_BYTES:
            return None
    return bytes(made)


def _again(body: bytes, receive: Receive) -> Receive:
    """A body that was read, to be read once more; then whatever comes."""
    given = False

    async def told() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return told
