"""The collector's routes: those of Segment's HTTP API, and those of PostHog, Snowplow and Jitsu.

Every request is answered with what became of its events, once they are on disk: accepted, there before, or
rejected and why. What is rejected is kept beside the events, for quarantine.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.routing import Route

from onebasket.errors import InboxFullError, PrivacyError
from onebasket.inbox import REJECTED, Inbox, Posted, id_of
from onebasket.protect import Key
from onebasket.serve.collector import dialects
from onebasket.serve.collector.arriving import Arriving
from onebasket.serve.collector.bodies import BodyError, plain, read
from onebasket.serve.collector.calls import MOST_EVENTS, Call, Rejected, batch_of, calls
from onebasket.serve.collector.requests import Answer, Endpoint, Handler, Request, json
from onebasket.serve.collector.senders import Limits, key_of
from onebasket.serve.collector.webhooks import shopify, signed
from onebasket.serve.keys import WEBHOOKS, ApiKey, Keys
from onebasket.serve.problems import problem

_SHOWN = 100  # rejected events of a request that are told one by one
_SHORT = {"i": "identify", "t": "track", "p": "page", "s": "screen", "g": "group", "a": "alias"}
_PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


class Collector:
    """Takes requests in, as one source each key."""

    def __init__(self, inbox: Inbox, keys: Keys, key: Key) -> None:
        """`key`: the shop's, which secrets of webhooks are sealed with."""
        self._arriving, self._keys, self._key, self._limits = Arriving(inbox), keys, key, Limits()
        self._looked = False  # at the file of keys, in this turn of the loop
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
            Route(path, Endpoint(self._told(handler)), methods=[method, "OPTIONS"])
            for method, handlers in (("POST", posts), ("GET", gets))
            for path, handler in handlers.items()
        ]

    def _told(self, handler: Handler) -> Handler:
        """The same, with errors as problem details."""

        async def answered(request: Request) -> Answer:
            try:
                return await handler(request)
            except BodyError as error:
                return _refused(error.status, error.reason, error.wait)
            except InboxFullError as error:
                return _refused(429, f"{error.failed} Send it again later.", 5)
            except PrivacyError:
                return _refused(503, "the keys cannot be read now", 60)

        return answered

    def _single(self, kind: str) -> Handler:
        async def take(request: Request) -> Answer:
            body = await request.body()
            sender = self._sender(request, body)
            return await self._taken(sender, [body], kind=kind, alone=True)

        return take

    async def _batch(self, request: Request) -> Answer:
        found = batch_of(await request.body())
        sender = self._sender(request, found.writeKey)
        return await self._taken(sender, found.batch, sent=found.sentAt, context=found.context)

    async def _posthog(self, request: Request) -> Answer:
        key, events = dialects.posthog(await request.body())
        return await self._taken(self._sender(request, key), _lines(events))

    async def _snowplow(self, request: Request) -> Answer:
        key, events = dialects.snowplow(await request.body())
        return await self._taken(self._sender(request, key), _lines(events))

    async def _snowplow_pixel(self, request: Request) -> Answer:
        key, events = dialects.snowplow_events([dict(request.query)])
        await self._taken(self._sender(request, key), _lines(events), alone=True)
        return _pixel()

    async def _shopify(self, request: Request) -> Answer:
        body, said = await request.raw(), request.said
        holding = {each.id: each for each in self._keys.webhooks()}
        secrets = [(name, self._key.unseal(WEBHOOKS, each.sealed)) for name, each in holding.items()]
        known = signed(body, said(b"x-shopify-hmac-sha256"), secrets)
        if known is None:
            raise BodyError(401, "not signed with a secret that is known here")
        events = shopify(body, said(b"x-shopify-topic"), said(b"x-shopify-webhook-id") or None)
        return await self._taken(holding[known], _lines(events))

    def _pixel(self, kind: str) -> Handler:
        async def take(request: Request) -> Answer:
            body = plain(f"data={request.query.get('data', '')}".encode())
            sender = self._sender(request, body)
            await self._taken(sender, [body], kind=kind, alone=True)
            return _pixel()

        return take

    async def _flags(self, request: Request) -> Answer:
        """PostHog's libraries ask for switches; there are none here."""
        await request.body()
        return _json({"success": True, "flags": {}, "featureFlags": {}})

    async def _settings(self, request: Request) -> Answer:
        """What analytics.js asks before it sends: to send everything here."""
        sender = self._sender(request, request.words["key"])
        told = {"apiKey": request.words["key"], "unbundledIntegrations": [], "addBundledMetadata": True}
        if host := request.said(b"host"):
            told |= {"apiHost": f"{host}/v1"}
        assert sender
        return _json(
            {"integrations": {"Segment.io": told}, "plan": {"track": {}, "identify": {}, "group": {}}}
        )

    def _sender(self, request: Request, said: Any) -> ApiKey:
        """The entry of a write key; where neither head nor address have it, of that which was `said`, or
        stands in a body. Raises BodyError for a key that may not write, or not so often, or not from
        that page."""
        text = key_of(request)
        if text is None:
            text = _word(said, "writeKey") if isinstance(said, bytes) else said
        found = self._known(text) if text and isinstance(text, str) else None
        if found is None:
            raise BodyError(401, "no write key" if text is None else "this write key is not known here")
        if "write" not in found.scopes:
            raise BodyError(403, "this key may not write")
        origin = request.said(b"origin")
        if origin and found.origins and origin not in found.origins:
            raise BodyError(403, "this key may not be used from that page")
        if wait := self._limits.wait(found):
            raise BodyError(429, "too many requests with this key", math.ceil(wait))
        return found

    async def _taken(
        self, sender: ApiKey, events: Sequence[bytes | msgspec.Raw], *, kind: str | None = None,
        sent: Any = None, context: Any = None, alone: bool = False,
    ) -> Answer:  # fmt: skip
        """Check events, make them durable, and tell what became of each."""
        if len(events) > MOST_EVENTS:
            raise BodyError(413, f"{len(events):,} events in a batch; at most {MOST_EVENTS:,} are taken")
        found = calls(events, kind, sent, context, datetime.now(UTC))
        posted = [_posted(sender.source, each) for each in found]
        fresh = await self._arriving.submit(posted)
        rejected = [(place, each) for place, each in enumerate(found) if isinstance(each, Rejected)]
        accepted = sum(fresh) - sum(fresh[place] for place, _ in rejected)
        duplicates = len(found) - len(rejected) - accepted
        self.counts["accepted"] += accepted
        self.counts["duplicate"] += duplicates
        self.counts["rejected"] += len(rejected)
        if alone and rejected:
            return _refused(400, rejected[0][1].reason, messageId=rejected[0][1].message)
        told = [
            {"index": place, "messageId": each.message, "reason": each.reason}
            for place, each in rejected[:_SHOWN]
        ]
        return _json({
            "success": True, "accepted": accepted, "duplicates": duplicates,
            "rejected": len(rejected), "reasons": told,
        })  # fmt: skip

    def _known(self, text: str) -> ApiKey | None:
        """The key that holds, if this is one. The file is looked at once a turn of the loop: a request that
        came after a key was revoked is handled in a later one."""
        if not self._looked:
            self._keys.refresh()
            self._looked = True
            asyncio.get_running_loop().call_soon(self._look_again)
        return self._keys.known(text)

    def _look_again(self) -> None:
        self._looked = False


def _refused(status: int, reason: str, wait: int = 0, **more: Any) -> Answer:
    """A problem, also as libraries read it: without `code` and `message` some send again and again. `wait`:
    seconds after which to try again."""
    later = {"retry-after": str(wait)} if wait else None
    made = problem(
        status, reason, headers=later, code=HTTPStatus(status).name.lower(), message=reason, **more
    )
    return Answer(status, made.raw_headers, bytes(made.body))


def _pixel() -> Answer:
    return Answer(200, [(b"content-type", b"image/gif"), (b"content-length", b"%d" % len(_PIXEL))], _PIXEL)


def _posted(source: str, found: Call | Rejected) -> Posted:
    if isinstance(found, Call):
        return Posted(source, id_of(source, found.message), found.line)
    line = msgspec.json.encode({"reason": found.reason, "raw": found.raw.decode("utf-8", "replace")})
    known = hashlib.blake2b(found.raw, digest_size=16).hexdigest()
    return Posted(source + REJECTED, id_of(source + REJECTED, known), line)


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


def _json(told: dict[str, Any]) -> Answer:
    return json(msgspec.json.encode(told))
