"""Who sends: the write key of a request, wherever a library puts it, and how much it may send."""

from __future__ import annotations

import base64
import binascii
import time
from collections import OrderedDict
from dataclasses import dataclass

from onebasket.serve.collector.requests import Request
from onebasket.serve.keys import ApiKey

PER_MINUTE = 60_000  # requests of a write key, where it does not say
_KEPT = 10_000  # keys whose use is remembered


def key_of(request: Request) -> str | None:
    """The key in a request's head or address: Basic (the name, or name and word), Bearer, X-Write-Key, or
    `?writeKey=`."""
    if said := request.said(b"authorization"):
        kind, _, rest = said.partition(" ")
        if kind.lower() == "basic":
            try:
                name, _, word = base64.b64decode(rest.strip()).decode().partition(":")
            except (binascii.Error, ValueError):
                return None
            return f"{name}:{word}" if word else name or None
        if kind.lower() == "bearer":
            return rest.strip() or None
    return request.said(b"x-write-key") or request.query.get("writeKey") or None


@dataclass
class _Bucket:
    left: float
    since: float


class Limits:
    """A bucket of requests a key, filled again as time goes by."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def wait(self, key: ApiKey, usual: int = PER_MINUTE) -> float:
        """Take one request of a key: how many seconds too early it is, 0 where it may pass."""
        most, now = key.per_minute or usual, time.monotonic()
        bucket = self._buckets.setdefault(key.id, _Bucket(float(most), now))
        self._buckets.move_to_end(key.id)
        while len(self._buckets) > _KEPT:
            self._buckets.popitem(last=False)
        bucket.left = min(float(most), bucket.left + (now - bucket.since) * most / 60)
        bucket.since = now
        if bucket.left < 1:
            return (1 - bucket.left) * 60 / most
        bucket.left -= 1
        return 0.0
