"""Requests to a collector as libraries send them, and as nobody should: for benchmarks/fuzz.py.

A request begins as one that a library would send. Then its JSON is changed in places (values of other kinds,
huge numbers, NaN, halves of UTF-16 pairs, deep nesting, long texts, names that are missing or there twice),
its bytes are (cut, flipped, zipped well or badly, in a form, in base64), or its head is (keys in odd places,
headers of odd bytes).
"""

from __future__ import annotations

import base64
import copy
import gzip
import hashlib
import hmac
import json
from dataclasses import dataclass, replace
from itertools import count
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

SECRET = "shpss_of_the_fuzzed_shop"
_ID, _KEY, _TIME = "@ID@", "@KEY@", "2026-03-01T10:00:00.000Z"
_CALLS = {"identify": "identify", "track": "track", "page": "page", "screen": "screen", "group": "group",
          "alias": "alias", "t": "track", "i": "identify", "p": "page"}  # fmt: skip
_CONTEXT = {"library": {"name": "analytics.js", "version": "2.11.1"}, "locale": "de-DE", "ip": "192.0.2.1",
            "page": {"url": "https://shop.example/茶?a=1", "path": "/茶", "title": "Tee 🍵"}}  # fmt: skip
_CALL: dict[str, Any] = {
    "type": "track", "messageId": _ID, "anonymousId": "a1", "userId": "u1", "event": "Product Viewed",
    "previousId": "a0", "groupId": "g1", "timestamp": _TIME, "sentAt": _TIME, "context": _CONTEXT,
    "traits": {"email": "li@example.com", "name": "王小明", "address": {"city": "Berlin", "zip": "10115"}},
    "properties": {"product_id": "p1", "price": 12.5, "quantity": 2, "currency": "EUR", "order_id": "#1001",
                   "products": [{"sku": "s1", "price": "9.90", "quantity": 1}, {"sku": "s2", "price": 1}]},
}  # fmt: skip
_POSTHOG = {"event": "$pageview", "uuid": _ID, "distinct_id": "u1", "timestamp": _TIME, "api_key": _KEY,
            "properties": {"$device_id": "d1", "$lib": "web", "$lib_version": "1.2", "sku": "s1",
                           "$set": {"email": "a@example.com"}, "$session_id": "s",
                           "token": _KEY}}  # fmt: skip
_INNER = {"schema": "iglu:x/unstruct_event/jsonschema/1-0-0",
          "data": {"schema": "iglu:shop/add_to_cart/jsonschema/1-0-0", "data": {"sku": "s2"}}}  # fmt: skip
_SNOWPLOW = {"e": "ue", "eid": _ID, "aid": _KEY, "uid": "u1", "duid": "d1", "dtm": "1772359200000",
             "stm": "1772359200100", "tv": "js-3.1", "url": "https://shop.example/", "page": "T",
             "ue_pr": json.dumps(_INNER), "se_ac": "add", "se_va": "1.5", "tr_id": "#7",
             "tr_tt": "20.0"}  # fmt: skip
_ORDER = {
    "id": 820982911946154508, "name": "#1001", "email": "li@example.com", "financial_status": "paid",
    "created_at": "2026-03-01T12:00:00+01:00", "processed_at": "2026-03-01T12:00:01+01:00", "currency": "EUR",
    "total_price": "29.80", "total_tax": "4.76", "test": False, "order_id": 1,
    "customer": {"id": 115310627314723954, "first_name": "丽", "last_name": "王", "phone": "+4930901820"},
    "shipping_address": {"address1": "Kaiserstr. 1", "city": "Berlin", "zip": "10115", "country_code": "DE"},
    "line_items": [{"product_id": 1, "variant_id": 2, "sku": "TEA-1", "quantity": 2, "price": "9.90"}],
    "refund_line_items": [{"quantity": 1, "line_item": {"sku": "TEA-1", "price": "9.90"}}],
}  # fmt: skip
_BOMB = gzip.compress(b" " * 100_000_000, 1)
_NUMBER = count()
_DIALECTS = ("single", "single", "batch", "batch", "posthog", "snowplow", "order", "address", "other")
_METHODS = ("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE", "NONSENSE")
_NAMES = ("authorization", "content-type", "content-encoding", "origin", "x-write-key", "accept", "expect",
          "cookie", "x-forwarded-for", "user-agent", "access-control-request-headers", "x" * 999)  # fmt: skip
_WORDS = (b"gzip", b"Basic !!", b"Basic /w==", b"Bearer ", b"null", b"100-continue", b"\xff\xfe",
          b"a" * 9_000, b"chunked")  # fmt: skip
_TOPICS = ("orders/create", "orders/paid", "orders/cancelled", "refunds/create", "products/update", "")

_LITTLE = ("", " ", "\0", "null", "-0", "1e400", "\u2028", "9" * 30, "0000-00-00", "2026-03-01T10:00:00.000Z",
           "2999-01-01", "10000-01-01", "+99999-01-01T00:00Z", "0001-01-01T00:00:00+14:00")  # fmt: skip
_TEXTS = st.one_of(
    st.text(max_size=12),
    st.text(st.characters(min_codepoint=0xD800, max_codepoint=0xDFFF), min_size=1, max_size=3),
    st.sampled_from(_LITTLE),
    st.builds(
        lambda letter, times: letter * times, st.characters(), st.sampled_from([255, 256, 5_000, 40_000])
    ),
)  # fmt: skip
_NUMBERS = st.one_of(
    st.integers(-(10**25), 10**25), st.floats(), st.sampled_from([0, -1, 2**63, 2**64, -(2**63) - 1, 1e308]),
    st.builds(lambda power: 10**power, st.integers(20, 4_000)),
)  # fmt: skip
_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), _NUMBERS, _TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_TEXTS, inner, max_size=4)),
    max_leaves=8,
)
_DEEP = st.builds(
    lambda depth, begin, end: json.loads(begin * depth + "1" + end * depth),
    st.sampled_from([10, 50, 100]), *map(st.just, ('{"a":', "}")),
)  # fmt: skip


@dataclass(frozen=True)
class Request:
    """What goes over the wire, but for the length."""

    route: str  # by which it is counted
    method: str
    path: str
    body: bytes = b""
    headers: tuple[tuple[str, bytes], ...] = ()
    id: str = ""  # of its event, where it is as a library would send it; then it must be taken
    pieces: int = 0  # 0: with its length; else in chunks
    short: int = 0  # bytes that never come


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """All places in a JSON value but the top."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for name, each in inner for place in ((*path, name), *_places(each, (*path, name)))]


def _changed(draw: st.DrawFn, value: Any) -> Any:
    """JSON with one place that is other."""
    places = _places(value)
    if not places or draw(st.integers(0, 30)) == 0:
        return draw(_VALUES)
    *way, last = draw(st.sampled_from(places))
    at = value
    for name in way:
        at = at[name]
    match draw(st.integers(0, 5)):
        case 0:
            del at[last]
        case 1:
            at[last] = draw(_DEEP)
        case 2 if isinstance(at, dict):
            at[draw(_TEXTS)] = at.pop(last)
        case 3 if isinstance(at, list):
            at.extend([copy.deepcopy(at[last])] * draw(st.sampled_from([1, 10, 300])))
        case _:
            at[last] = draw(_VALUES)
    return value


def _written(draw: st.DrawFn, value: Any) -> bytes:
    """JSON as text, some of it as no standard has it."""
    text = json.dumps(value, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    match draw(st.integers(0, 12)):
        case 0:  # a name twice
            return text.replace(b"{", b'{"messageId":[],"type":1,', 1).replace(b"}", b',"type":"track"}', 1)
        case 1:
            depth = draw(st.sampled_from([1_000, 20_000, 200_000]))
            return text.replace(b'"p1"', b"[" * depth + b"]" * depth)
        case 2:
            return text.replace(
                b"12.5", draw(st.sampled_from([b"NaN", b"-Infinity", b"1e999999", b"0x1", b"1_0"]))
            )
        case 3:
            return b"\xef\xbb\xbf \n" + text + b"\n "
    return text


def _spoilt(draw: st.DrawFn, body: bytes) -> bytes:
    """Bytes that are other."""
    at = int(len(body) * draw(st.floats(0, 0.999)))
    match draw(st.integers(0, 9)):
        case 0:
            return body[:at]
        case 1:
            return body[:at] + draw(st.binary(min_size=1, max_size=4)) + body[at + 1 :]
        case 2:
            return body[:1_000] * draw(st.sampled_from([2, 50, 2_000]))
        case 3:
            return gzip.compress(body, mtime=0)[: -draw(st.integers(1, 12))]
        case 4:
            return gzip.compress(gzip.compress(body, mtime=0), mtime=0)
        case 5:
            return draw(st.sampled_from([_BOMB, gzip.compress(body + b" " * 600_000, 1, mtime=0)]))
        case 6:
            return b"data=" + quote(base64.b64encode(body)).encode()
        case 7:
            return b"data=" + quote(body).encode()[: draw(st.integers(0, 10_000))]
        case 8:
            return quote(body).encode()
        case _:
            return draw(st.binary(max_size=200))


@st.composite
def requests(draw: st.DrawFn, key: str, pixel: str) -> Request:
    """One request. `key` writes; `pixel` does for what is told in an address."""
    made = f"f{next(_NUMBER):09}"
    changes = draw(st.sampled_from([0, 0, 1, 1, 2, 4]))
    dialect = draw(st.sampled_from(_DIALECTS))
    if dialect == "address":
        return _spoken(draw, made, pixel, changes)
    if dialect == "other":
        return _other(draw, key)
    wrong = 0 if not changes else draw(st.integers(0, 2))  # bytes that are changed, too
    path, said = _said(draw, dialect)
    said = json.loads(json.dumps(said).replace(_ID, made).replace(_KEY, key))
    for _ in range(changes):
        said = _changed(draw, said)
    body = _written(draw, said) if changes else json.dumps(said).encode()
    for _ in range(wrong):
        body = _spoilt(draw, body)
    zipped = draw(st.integers(0, 3)) == 0
    body = gzip.compress(body, mtime=0) if zipped else body
    request = Request(f"{dialect}", "POST", path, body, (), "" if changes or dialect == "order" else made)
    if dialect == "order":
        body = request.body if not zipped else gzip.decompress(body)
        signature = base64.b64encode(hmac.digest(SECRET.encode(), body, hashlib.sha256))
        topic = draw(st.sampled_from(_TOPICS)).encode()
        told = (("x-shopify-topic", topic), ("x-shopify-hmac-sha256", signature),
                ("x-shopify-webhook-id", made.encode()))  # fmt: skip
        return replace(request, body=body, headers=told)
    return _headed(draw, request, key)


def _said(draw: st.DrawFn, dialect: str) -> tuple[str, Any]:
    """A path and what is sent there."""
    many = draw(st.sampled_from([1, 2, 5]))
    match dialect:
        case "single":
            kind = draw(st.sampled_from(sorted(_CALLS)))
            return draw(st.sampled_from([f"/v1/{kind}", f"/api/s/{_CALLS[kind]}"])), _CALL
        case "batch":
            path = draw(st.sampled_from(["/v1/batch", "/v1/import", "/v1/b", "/api/s/batch"]))
            calls = [_CALL | {"messageId": f"{_ID}.{place}" if place else _ID} for place in range(many)]
            return path, {
                "batch": calls,
                "sentAt": _TIME,
                "context": {"app": {"name": "x"}},
                "writeKey": _KEY,
            }
        case "posthog":
            events = [_POSTHOG | {"uuid": f"{_ID}.{place}" if place else _ID} for place in range(many)]
            path = draw(st.sampled_from(["/batch/", "/batch", "/e/", "/i/v0/e/", "/capture/"]))
            shapes = [{"api_key": _KEY, "batch": events}, events, events[0]]
            return path, draw(st.sampled_from(shapes))
        case "snowplow":
            kinds = ["ue", "pv", "pp", "se", "tr", "ti"]
            event = _SNOWPLOW | {"e": draw(st.sampled_from(kinds)), "se_ac": "add"}
            return "/com.snowplowanalytics.snowplow/tp2", {"schema": "iglu:p", "data": [event]}
        case _:
            return "/v1/webhooks/shopify", _ORDER


def _spoken(draw: st.DrawFn, made: str, key: str, changes: int) -> Request:
    """An event in an address: a pixel of Segment's or of Snowplow's."""
    if draw(st.booleans()):
        said: Any = copy.deepcopy(_CALL) | {"messageId": made, "writeKey": key}
        for _ in range(changes):
            said = _changed(draw, said)
        data = base64.b64encode(json.dumps(said).encode()).decode()
        data = data[: draw(st.integers(0, 60_000))] if changes == 4 else data
        path = (
            f"/v1/pixel/{draw(st.sampled_from(list(_CALLS)[:6]))}?writeKey={key}&data={quote(data, safe='')}"
        )
    else:
        told = _SNOWPLOW | {"eid": made, "aid": key, "e": draw(st.sampled_from(["pv", "pp", "se", "ue"]))}
        for _ in range(changes):
            told[draw(st.sampled_from(sorted(told)))] = draw(_TEXTS)
        said = {name: value.encode("utf-8", "surrogatepass") for name, value in told.items()}
        path = "/i?" + "&".join(f"{name}={quote(value)}" for name, value in said.items())
    return Request("address", "GET", path, id="" if changes else made)


def _other(draw: st.DrawFn, key: str) -> Request:
    """Anything else that the collector answers, and what it does not."""
    said, plain = draw(_TEXTS).encode("utf-8", "surrogatepass"), draw(st.sampled_from(["", "/", "?&=/"]))
    odd = quote(said, safe=plain)[:8_000]
    path = draw(st.sampled_from([
        f"/v1/projects/{odd}/settings", f"/v1/projects/{key}/settings", f"/{odd}", f"/v1/{odd}", "/v1/track",
        f"/v1/track?writeKey={odd}", "/v1//track", "/%00", "*", "http://other.example/v1/track", "/flags/",
        "/decide/?v=3",
    ]))  # fmt: skip
    request = Request(
        "other", draw(st.sampled_from(_METHODS)), path, draw(st.sampled_from([b"", b"{}", b"[]", b"\xff"]))
    )
    return _headed(draw, request, key)


def _headed(draw: st.DrawFn, request: Request, key: str) -> Request:
    """The same with a head, and, where it need not be as a library would send it, an odd one."""
    basic = base64.b64encode(f"{key}:".encode())
    usual = (("x-write-key", key.encode()), ("authorization", b"Basic " + basic),
             ("authorization", b"Bearer " + key.encode()))  # fmt: skip
    headers = [draw(st.sampled_from(usual))]
    headers.append(
        ("content-type", draw(st.sampled_from([b"application/json", b"text/plain;charset=UTF-8", b""])))
    )
    if request.id:
        return replace(request, headers=tuple(headers), pieces=draw(st.sampled_from([0, 0, 0, 1, 3])))
    for _ in range(draw(st.sampled_from([0, 0, 1, 3]))):
        value = draw(st.one_of(st.binary(max_size=40), st.sampled_from(_WORDS)))
        kept = bytes(byte for byte in value if byte >= 32 or byte == 9)
        headers.append((draw(st.sampled_from(_NAMES)), kept))
    pieces, short = draw(st.sampled_from([0, 0, 1, 7])), draw(st.sampled_from([0] * 40 + [3]))
    return replace(request, headers=tuple(headers), pieces=pieces, short=0 if pieces else short)
