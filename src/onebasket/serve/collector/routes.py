"""The collector's routes: those of Segment's HTTP API, and those of PostHog, Snowplow and Jitsu.

Every request is answered with what became of its events, once they are on disk: accepted, there before, or
rejected and why. What is rejected is kept beside the events, for quarantine.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import math
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from onebasket.errors import InboxFullError, PrivacyError
from onebasket.inbox import REJECTED, Inbox, Posted, id_of
from onebasket.protect import Key
from onebasket.serve.collector import dialects
from onebasket.serve.collector.bodies import MOST_BYTES, BodyError, plain, read, too_large
from onebasket.serve.collector.calls import MOST_EVENTS, Call, Rejected, batch_of, calls
from onebasket.serve.collector.senders import Limits, key_of
from onebasket.serve.collector.webhooks import shopify, signed
from onebasket.serve.keys import WEBHOOKS, ApiKey, Keys
from onebasket.serve.problems import problem

_SLOWEST = 30  # seconds that a body may take to arrive
_SHOWN = 100  # rejected events of a request that are told one by one
_SHORT = {"i": "identify", "t": "track", "p": "page", "s": "screen", "g": "group", "a": "alias"}
_PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_HEADERS = "authorization, content-type, content-encoding, x-write-key, x-retry-count"
Handler = Callable[[Request], Awaitable[Response]]


class Collector:
    """Takes requests in, as one source each key."""

    def __init__(self, inbox: Inbox, keys: Keys, key: Key) -> None:
        """`key`: the shop's, which secrets of webhooks are sealed with."""
        self._inbox, self._keys, self._key, self._limits = inbox, keys, key, Limits()
        self.counts = {"accepted": 0, "duplicate": 0, "rejected": 0}  # events, since it was made

    def routes(self) -> list[Route]:
        """All of them."""
        singles = {"/v1/" + path: kind for kind in _SHORT.values() for path in (kind,)}
        singles |= {"/v1/" + short: kind for short, kind in _SHORT.items()}
        singles |= {f"/api/s/{way}{kind}": kind for kind in _SHORT.values() for way in ("", "s2s/")}
        posts: dict[str, Handler] = {path: self._single(kind) for path, kind in singles.items()}
        posts |= dict.fromkeys(("/v1/batch", "/v1/import", "/v1/b", "/api/s/batch"), self._batch)
        posts |= dict.fromkeys(("/batch/", "/batch", "/e/", "/i/v0/e/", "/capture/"), self._posthog)
        posts |= dict.fromkeys(("/flags/", "/flags", "/decide/"), self._flags)
        posts["/com.snowplowanalytics.snowplow/tp2"] = self._snowplow
        posts["/v1/webhooks/shopify"] = self._shopify
        gets: dict[str, Handler] = dict.fromkeys(
            ("/v1/projects/{key}/settings", "/cdn/v1/projects/{key}/settings"), self._settings
        )
        gets |= {f"/v1/pixel/{kind}": self._pixel(kind) for kind in _SHORT.values()}
        gets["/i"] = self._snowplow_pixel
        return [
            *(
                Route(path, self._told(handler), methods=["POST", "OPTIONS"])
                for path, handler in posts.items()
            ),
            *(Route(path, self._told(handler), methods=["GET", "OPTIONS"]) for path, handler in gets.items()),
        ]

    def _told(self, handler: Handler) -> Handler:
        """The same, with errors as problem details and leave for any page to call it."""

        async def answered(request: Request) -> Response:
            if request.method == "OPTIONS":
                return Response(status_code=204, headers=_any_page(request))
            try:
                made = await handler(request)
            except BodyError as error:
                wait = {"retry-after": str(error.wait)} if error.wait else None
                made = _refused(error.status, error.reason, headers=wait)
            except InboxFullError as error:
                made = _refused(429, f"{error.failed} Send it again later.", headers={"retry-after": "5"})
            except PrivacyError:
                made = _refused(503, "the keys cannot be read now", headers={"retry-after": "60"})
            except ClientDisconnect:
                made = _refused(400, "the sender went away before the body had arrived")
            except TimeoutError:
                made = _refused(408, f"the body took longer than {_SLOWEST} seconds")
            made.headers.update(_any_page(request))
            return made

        return answered

    def _single(self, kind: str) -> Handler:
        async def take(request: Request) -> Response:
            body = await _body(request)
            sender = self._sender(request, _word(body, "writeKey"))
            return await self._taken(sender, [body], kind=kind, alone=True)

        return take

    async def _batch(self, request: Request) -> Response:
        found = batch_of(await _body(request))
        sender = self._sender(request, found.writeKey)
        return await self._taken(sender, found.batch, sent=found.sentAt, context=found.context)

    async def _posthog(self, request: Request) -> Response:
        key, events = dialects.posthog(await _body(request))
        return await self._taken(self._sender(request, key), _lines(events))

    async def _snowplow(self, request: Request) -> Response:
        key, events = dialects.snowplow(await _body(request))
        return await self._taken(self._sender(request, key), _lines(events))

    async def _snowplow_pixel(self, request: Request) -> Response:
        key, events = dialects.snowplow_events([dict(request.query_params)])
        await self._taken(self._sender(request, key), _lines(events), alone=True)
        return Response(_PIXEL, media_type="image/gif")

    async def _shopify(self, request: Request) -> Response:
        body, said = await _raw(request), request.headers
        holding = {each.id: each for each in self._keys.webhooks()}
        secrets = [(name, self._key.unseal(WEBHOOKS, each.sealed)) for name, each in holding.items()]
        known = signed(body, said.get("x-shopify-hmac-sha256", ""), secrets)
        if known is None:
            raise BodyError(401, "not signed with a secret that is known here")
        events = shopify(body, said.get("x-shopify-topic", ""), said.get("x-shopify-webhook-id"))
        return await self._taken(holding[known], _lines(events))

    def _pixel(self, kind: str) -> Handler:
        async def take(request: Request) -> Response:
            body = plain(f"data={request.query_params.get('data', '')}".encode())
            sender = self._sender(request, _word(body, "writeKey"))
            await self._taken(sender, [body], kind=kind, alone=True)
            return Response(_PIXEL, media_type="image/gif")

        return take

    async def _flags(self, request: Request) -> Response:
        """PostHog's libraries ask for switches; there are none here."""
        await _body(request)
        return _json({"success": True, "flags": {}, "featureFlags": {}})

    async def _settings(self, request: Request) -> Response:
        """What analytics.js asks before it sends: to send everything here."""
        sender = self._sender(request, request.path_params["key"])
        told = {"apiKey": request.path_params["key"], "unbundledIntegrations": [], "addBundledMetadata": True}
        if host := request.headers.get("host"):
            told |= {"apiHost": f"{host}/v1"}
        assert sender
        return _json(
            {"integrations": {"Segment.io": told}, "plan": {"track": {}, "identify": {}, "group": {}}}
        )

    def _sender(self, request: Request, said: Any) -> ApiKey:
        """The write key's entry. Raises BodyError for a key that may not write, or not so often, or not from
        that page."""
        text = key_of(request) or (said if isinstance(said, str) else None)
        found = self._keys.find(text) if text else None
        if found is None:
            raise BodyError(401, "no write key" if text is None else "this write key is not known here")
        if "write" not in found.scopes:
            raise BodyError(403, "this key may not write")
        origin = request.headers.get("origin")
        if origin and found.origins and origin not in found.origins:
            raise BodyError(403, "this key may not be used from that page")
        if wait := self._limits.wait(found):
            raise BodyError(429, "too many requests with this key", math.ceil(wait))
        return found

    async def _taken(
        self, sender: ApiKey, events: Sequence[bytes | msgspec.Raw], *, kind: str | None = None,
        sent: Any = None, context: Any = None, alone: bool = False,
    ) -> Response:  # fmt: skip
        """Check events, make them durable, and tell what became of each."""
        if len(events) > MOST_EVENTS:
            raise BodyError(413, f"{len(events):,} events in a batch; at most {MOST_EVENTS:,} are taken")
        found = calls(events, kind, sent, context, datetime.now(UTC))
        posted = [_posted(sender.source, each) for each in found]
        fresh = await asyncio.wrap_future(self._inbox.submit(posted))
        taken = [new for each, new in zip(found, fresh, strict=True) if isinstance(each, Call)]
        rejected = [(place, each) for place, each in enumerate(found) if isinstance(each, Rejected)]
        self._count(sum(taken), len(taken) - sum(taken), len(rejected))
        if alone and rejected:
            return _refused(400, rejected[0][1].reason, messageId=rejected[0][1].message)
        told = [
            {"index": place, "messageId": each.message, "reason": each.reason}
            for place, each in rejected[:_SHOWN]
        ]
        return _json({
            "success": True, "accepted": sum(taken), "duplicates": len(taken) - sum(taken),
            "rejected": len(rejected), "reasons": told,
        })  # fmt: skip

    def _count(self, *events: int) -> None:
        for name, count in zip(self.counts, events, strict=True):
            self.counts[name] += count


def _any_page(request: Request) -> dict[str, str]:
    """Leave for the page that asks, whichever it is, with whatever its library sends along: what counts here
    is the write key. Libraries that send cookies need their origin said back to them."""
    asked, origin = request.headers.get("access-control-request-headers"), request.headers.get("origin")
    told = {
        "access-control-allow-origin": origin or "*",
        "access-control-allow-methods": "GET, POST, OPTIONS",
        "access-control-allow-headers": asked or _HEADERS,
        "access-control-expose-headers": "retry-after",
        "access-control-max-age": "86400",
        "vary": "origin",
    }
    return told | ({"access-control-allow-credentials": "true"} if origin else {})


def _refused(status: int, reason: str, **more: Any) -> Response:
    """A problem, also as libraries read it: without `code` and `message` some send again and again."""
    return problem(status, reason, code=HTTPStatus(status).name.lower(), message=reason, **more)

    def _count(self, *events: int) -> None:
        for name, count in zip(self.counts, events, strict=True):
            self.counts[name] += count


def _posted(source: str, found: Call | Rejected) -> Posted:
    if isinstance(found, Call):
        return Posted(source, id_of(source, found.message), found.line)
    line = msgspec.json.encode({"reason": found.reason, "raw": found.raw.decode("utf-8", "replace")})
    known = hashlib.blake2b(found.raw, digest_size=16).hexdigest()
    return Posted(source + REJECTED, id_of(source + REJECTED, known), line)


async def _body(request: Request) -> bytes:
    """A request's body as JSON."""
    return plain(await _raw(request))


async def _raw(request: Request) -> bytes:
    """A request's body as it came; reading ends where it grows too large or too slow."""
    said = request.headers.get("content-length", "")
    if said.isdigit() and int(said) > MOST_BYTES:
        raise too_large(MOST_BYTES)
    made = bytearray()
    async with asyncio.timeout(_SLOWEST):
        async for piece in request.stream():
            made += piece
            if len(made) > MOST_BYTES:
                raise too_large(MOST_BYTES)
    return bytes(made)


def _word(body: bytes, name: str) -> str | None:
    """A text at the top of an object; None: it has none, or is none."""
    try:
        found = read(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    word = found.get(name) if isinstance(found, dict) else None
    return word if isinstance(word, str) else None


def _lines(events: list[dict[str, Any]]) -> list[bytes]:
    return [msgspec.json.encode(event) for event in events]


def _json(told: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(told), media_type="application/json")
