"""What all requests share: keys, the version in use, limits, the audit file, counts."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from onebasket.errors import OneBasketError
from onebasket.improve.served import Log
from onebasket.serve.answering import Answering
from onebasket.serve.api.metrics import Metrics
from onebasket.serve.arms import unnoted
from onebasket.serve.audit import Audit
from onebasket.serve.collector.senders import Limits
from onebasket.serve.current import Current
from onebasket.serve.happened import Live, Still
from onebasket.serve.keys import ApiKey, Keys, Scope
from onebasket.shop import Shop
from onebasket.store.basket import Version

_BEARER = "bearer"


class RefusedError(Exception):
    """A request that is not answered: its status, why, and headers to say so."""

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers


def _still(version: Version) -> Live:
    return Still()


class Answers:
    """What a server answers from. `live_of` makes the live state that goes with a version; `log` keeps the
    lists that are given."""

    def __init__(
        self, shop: Shop, keys: Keys, live_of: Callable[[Version], Live] = _still, log: Log | None = None
    ) -> None:
        self.shop, self.keys, self.log = shop, keys, log
        self.current = Current(shop, live_of, log.note if log else unnoted)
        self.limits, self.audit, self.metrics = Limits(), Audit(shop.folder), Metrics()

    def start(self) -> None:
        """Open what is published, now and whenever it changes. Where nothing can be opened yet, requests
        are answered with 503 until it can."""
        try:
            self.current.refresh()
        except OneBasketError as error:
            self.current.fault = str(error)
        self.current.watch()

    def close(self) -> None:
        """Let go of the version, and write down what waits."""
        self.current.close()
        if self.log is not None:
            self.log.close()

    def key(self, request: Request, *scopes: Scope) -> ApiKey:
        """The key of a request that may do all this. Raises RefusedError."""
        text = _key_of(request)
        found = self.keys.find(text) if text else None
        if found is None:
            said = "no API key: send it as Authorization: Bearer KEY, or as x-api-key"
            raise RefusedError(401, "this API key is not known here" if text else said,
                          {"www-authenticate": "Bearer"})  # fmt: skip
        missing = [scope for scope in scopes if scope not in found.scopes]
        if missing:
            raise RefusedError(403, f"this needs a key of scope {missing[0]}")
        origin = request.headers.get("origin")
        if origin:
            if origin not in found.origins:
                raise RefusedError(403, "this key may not be used from that page")
            request.state.origin = origin
        if wait := self.limits.wait(found, self.shop.serve.per_minute):
            raise RefusedError(429, "too many requests with this key", {"retry-after": str(math.ceil(wait))})
        return found

    def may_ask(self, origin: str) -> bool:
        """Whether some key may be used from a page."""
        return any(origin in key.origins for key in self.keys.all() if not key.revoked)


def needs(*scopes: Scope) -> Callable[[Request], Awaitable[None]]:
    """For a route: only with a key of these scopes, which is `request.state.key` then."""

    async def check(request: Request) -> None:
        request.state.key = answers_of(request).key(request, *scopes)

    return check


def answers_of(request: Request) -> Answers:
    """What the server of a request answers from."""
    found: Answers = request.app.state.answers
    return found


async def answered(request: Request, ask: Callable[[Answering], Any], *, slow: bool = False) -> Response:
    """What the version in use says, as JSON. `slow`: in another thread, so that others need not wait."""

    def work() -> Response:
        with answers_of(request).current.get() as shop:
            return told(ask(shop))

    return await run_in_threadpool(work) if slow else work()


def told(answer: Any) -> Response:
    """An answer as JSON."""
    return Response(msgspec.json.encode(answer), media_type="application/json")


def _key_of(request: Request) -> str | None:
    kind, _, rest = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == _BEARER and rest.strip():
        return rest.strip()
    return request.headers.get("x-api-key") or None
