"""The collector as its senders see it: a real server, real sockets."""

from __future__ import annotations

import base64
import gzip
import json
import signal
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from tests.unit.serve.conftest import Served

EVENT = {"type": "track", "event": "Product Viewed", "userId": "u1", "properties": {"product_id": "p1"}}


def named(message: str, **more: Any) -> dict[str, Any]:
    return EVENT | {"messageId": message} | more


def of(served: Served, message: str) -> list[dict[str, Any]]:
    return [line for _, line in served.kept() if line.get("messageId") == message]


def test_batches_tell_what_became_of_each_event(served: Served) -> None:
    events = [named("b1"), named("b2", userId=[]), named("b1"), named("b3", type="page")]
    told = served.send("/v1/batch", {"batch": events, "context": {"app": {"name": "shop"}}}).told
    assert {name: told[name] for name in ("success", "accepted", "duplicates", "rejected")} == {
        "success": True, "accepted": 2, "duplicates": 1, "rejected": 1,
    }  # fmt: skip
    assert told["reasons"] == [
        {"index": 1, "messageId": "b2", "reason": "userId is neither text nor a number"}
    ]
    assert of(served, "b1")[0]["context"] == {"app": {"name": "shop"}}
    ((_, quarantined),) = [each for each in served.kept() if each[0] == "web/rejected"]
    assert json.loads(quarantined["raw"])["messageId"] == "b2" and "userId" in quarantined["reason"]


@pytest.mark.parametrize("kind", ["identify", "track", "page", "screen", "group", "alias"])
def test_each_call_has_its_paths(served: Served, kind: str) -> None:
    for place, path in enumerate((f"/v1/{kind}", f"/v1/{kind[0]}", f"/api/s/{kind}", f"/api/s/s2s/{kind}")):
        answer = served.send(path, named(f"{kind}{place}", type="whatever"))
        assert (answer.status, answer.told["accepted"]) == (200, 1)
        assert of(served, f"{kind}{place}")[0]["type"] == kind
    answer = served.send(f"/v1/{kind}", 5)
    assert answer.status == 400 and answer.told["detail"] == "not an object"
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("place", ["basic", "basic without colon", "bearer", "header", "query", "body"])
def test_keys_wherever_libraries_put_them(served: Served, place: str) -> None:
    key, message = served.key, f"key {place}"
    path, body, headers = "/v1/track", named(message), {}
    match place:
        case "basic":
            headers = {"authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}
        case "basic without colon":
            headers = {"authorization": "Basic " + base64.b64encode(key.encode()).decode()}
        case "bearer":
            headers = {"authorization": f"Bearer {key}"}
        case "header":
            headers = {"x-write-key": key}
        case "query":
            path += f"?writeKey={key}"
        case "body":
            body |= {"writeKey": key}
    answer = served.ask("POST", path, json.dumps(body).encode(), headers)
    assert answer.told.get("accepted") == 1
    assert "writeKey" not in of(served, message)[0]


@pytest.mark.parametrize("how", ["gzip", "gzip unsaid", "text", "form", "pixel", "chunked"])
def test_bodies_as_libraries_send_them(served: Served, how: str) -> None:
    body = json.dumps(named(f"how {how}")).encode()
    headers = {"x-write-key": served.key}
    match how:
        case "gzip":
            answer = served.ask(
                "POST", "/v1/track", gzip.compress(body), headers | {"content-encoding": "gzip"}
            )
        case "gzip unsaid":
            answer = served.ask("POST", "/v1/track", gzip.compress(body), headers)
        case "text":
            answer = served.ask("POST", "/v1/track", body, headers | {"content-type": "text/plain"})
        case "form":
            sent = b"data=" + quote(base64.b64encode(body)).encode()
            form = {"content-type": "application/x-www-form-urlencoded"}
            answer = served.ask("POST", "/v1/track", sent, headers | form)
        case "pixel":
            data = base64.b64encode(body).decode()
            answer = served.ask("GET", f"/v1/pixel/track?data={quote(data)}&writeKey={served.key}")
            assert answer.body.startswith(b"GIF89a") and answer.headers["content-type"] == "image/gif"
        case "chunked":
            with socket.create_connection(("127.0.0.1", served.port)) as raw:
                raw.sendall(f"POST /v1/track HTTP/1.1\r\nHost: x\r\nX-Write-Key: {served.key}\r\n".encode())
                raw.sendall(b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
                for start in range(0, len(body), 7):
                    piece = body[start : start + 7]
                    raw.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
                raw.sendall(b"0\r\n\r\n")
                assert raw.makefile("rb").readline().startswith(b"HTTP/1.1 200")
    if how != "chunked":
        assert answer.status == 200
    assert len(of(served, f"how {how}")) == 1


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        ("/v1/batch", b'{"batch":[]}', {"x-write-key": "nobody's"}, 401),
        ("/v1/batch", b'{"batch":[]}', {}, 401),
        ("/v1/batch", b'{"batch":[]}', {"authorization": "Basic ***"}, 401),
        ("/v1/batch", b"{", {}, 400),
        ("/v1/batch", b"", {}, 400),
        ("/v1/batch", b"x" * 512_001, {}, 413),
        ("/v1/batch", gzip.compress(bytes(10_000_000)), {}, 413),
        ("/v1/tracks", b"{}", {}, 404),
        ("/com.snowplowanalytics.snowplow/tp2", b"[]", {}, 400),
        ("/batch/", b"nothing", {}, 400),
    ],
)
def test_what_is_wrong_is_told(
    served: Served, path: str, body: bytes, headers: dict[str, str], status: int
) -> None:
    answer = served.ask("POST", path, body, headers)
    assert (answer.status, answer.told["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json" and answer.told["detail"]
    # RudderStack's library for Python tries again for minutes what does not say these.
    if status != 404:
        assert answer.told["message"] == answer.told["detail"] and answer.told["code"]


def test_too_many_events(served: Served) -> None:
    assert served.send("/v1/batch", {"batch": [1] * 2501}).status == 413
    assert served.send("/v1/batch", {"batch": [1] * 2500}).told["rejected"] == 2500


def test_other_keys_may_not_write(served: Served) -> None:
    for scope in ("read", "personal", "admin"):
        key, _ = served.keys.make([scope])  # type: ignore[list-item]
        answer = served.ask("POST", "/v1/track", json.dumps(EVENT).encode(), {"x-write-key": key})
        assert (answer.status, answer.told["detail"]) == (403, "this key may not write")


def test_keys_hold_for_their_pages_until_revoked(served: Served) -> None:
    key, kept = served.keys.make(["write"], source="app", origins=["https://shop.example"])

    def status(origin: str) -> int:
        headers = {"x-write-key": key, "origin": origin}
        return served.ask("POST", "/v1/track", json.dumps(named("paged")).encode(), headers).status

    assert status("https://shop.example") == 200
    assert status("https://evil.example") == 403
    assert {source for source, line in served.kept() if line.get("messageId") == "paged"} == {"app"}
    served.keys.revoke(kept.id)
    assert status("https://shop.example") == 401


def test_keys_have_limits(served: Served) -> None:
    key, _ = served.keys.make(["write"], source="web", per_minute=2)
    answers = [
        served.ask("POST", "/v1/track", json.dumps(EVENT).encode(), {"x-write-key": key}) for _ in range(3)
    ]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[2].headers["retry-after"]) <= 30


def test_any_page_may_ask(served: Served) -> None:
    page = {"origin": "https://shop.example"}
    answer = served.ask("OPTIONS", "/v1/batch", headers=page)
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (204, "https://shop.example")
    assert "authorization" in answer.headers["access-control-allow-headers"]
    # Segment's says with each new trial how many there were, others send headers of their own.
    asked = page | {"access-control-request-headers": "authorization,x-retry-count"}
    answer = served.ask("OPTIONS", "/v1/t", headers=asked)
    assert answer.headers["access-control-allow-headers"] == "authorization,x-retry-count"
    answer = served.send("/v1/track", named("cors"), origin="https://shop.example")
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert answer.headers["access-control-allow-credentials"] == "true"  # Snowplow's sends them
    assert answer.headers["access-control-expose-headers"] == "retry-after"
    assert answer.headers["vary"] == "origin"
    assert served.send("/v1/track", named("cors")).headers["access-control-allow-origin"] == "*"


def test_settings_for_analytics_js(served: Served) -> None:
    for path in ("/v1/projects", "/cdn/v1/projects"):
        told = served.ask("GET", f"{path}/{served.key}/settings").told
        assert told["integrations"]["Segment.io"]["apiHost"] == f"127.0.0.1:{served.port}/v1"
        assert served.ask("GET", f"{path}/nobody/settings").status == 401


def test_posthog_and_snowplow_say_it_their_way(served: Served) -> None:
    seen = {"event": "add_to_cart", "uuid": "ph1", "distinct_id": "d1", "timestamp": "2026-03-01T10:00:00Z",
            "properties": {"$device_id": "d1", "sku": "s1", "$lib": "web"}}  # fmt: skip
    known = {"event": "$identify", "uuid": "ph2", "distinct_id": "u1",
             "properties": {"$device_id": "d1", "$set": {"email": "a@b.co"}}}  # fmt: skip
    assert served.send("/batch/", {"api_key": served.key, "batch": [seen, known]}).told["accepted"] == 2
    (line,) = of(served, "ph1")
    assert (line["type"], line["event"], line["properties"]) == ("track", "add_to_cart", {"sku": "s1"})
    assert (line["anonymousId"], line["userId"]) == ("d1", None)
    (line,) = of(served, "ph2")
    assert (line["type"], line["userId"], line["traits"]) == ("identify", "u1", {"email": "a@b.co"})
    inner = {"schema": "iglu:shop/add_to_cart/jsonschema/1-0-0", "data": {"sku": "s2"}}
    self_described = {"schema": "iglu:x/unstruct_event/jsonschema/1-0-0", "data": inner}
    sent = [
        {"e": "ue", "eid": "sp1", "aid": served.key, "uid": "u1", "dtm": "1772359200000",
         "ue_px": base64.urlsafe_b64encode(json.dumps(self_described).encode()).decode().rstrip("=")},
        {"e": "pv", "eid": "sp2", "duid": "d1", "url": "http://x/y", "page": "T", "dtm": "soon"},
    ]  # fmt: skip
    told = served.send("/com.snowplowanalytics.snowplow/tp2", {"schema": "iglu:p", "data": sent}).told
    assert (told["accepted"], told["rejected"]) == (1, 1)
    (line,) = of(served, "sp1")
    assert (line["event"], line["properties"], line["userId"]) == ("add_to_cart", {"sku": "s2"}, "u1")
    query = f"e=pv&eid=sp3&aid={served.key}&url=http%3A%2F%2Fx%2Fy&page=T&duid=d1"
    assert served.ask("GET", f"/i?{query}").body.startswith(b"GIF89a")
    assert of(served, "sp3")[0]["properties"] == {"url": "http://x/y", "title": "T"}


@pytest.mark.parametrize("described", [7, [], {"schema": "iglu:x"}, True, "7", "\ud800"])
def test_a_description_of_another_kind_is_told_beside_the_rest(served: Served, described: object) -> None:
    odd = {"e": "ue", "aid": served.key, "uid": "u1", "ue_pr": described}
    good = {"e": "pp", "eid": f"beside {described!r}", "duid": "d1"}
    told = served.send("/com.snowplowanalytics.snowplow/tp2", {"schema": "iglu:p", "data": [odd, good]}).told
    assert (told["accepted"], told["rejected"]) == (1, 1)


def test_a_sender_that_dawdles_holds_nobody_up(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.port)) as slow:
        slow.sendall(b"POST /v1/track HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
        assert served.send("/v1/track", named("meanwhile")).status == 200
    assert served.send("/v1/track", named("afterwards")).status == 200


def test_it_ends_when_told_and_remembers(serving: Callable[..., Served]) -> None:
    one = serving()
    assert one.send("/v1/track", named("again")).told["accepted"] == 1
    assert one.stop() == 0
    one.start()
    assert one.send("/v1/track", named("again")).told["duplicates"] == 1
    one.stop(signal.SIGKILL)
    one.start()
    assert one.send("/v1/track", named("again")).told["duplicates"] == 1


def test_a_full_disk_is_told_and_passes(serving: Callable[..., Served]) -> None:
    one = serving("100000")
    events = [named(f"f{number}", properties={"text": f"{number:064x}" * 40}) for number in range(200)]
    answers = []
    for event in events:
        answers.append(one.send("/v1/track", event))
        if answers[-1].status != 200:
            break
    assert (answers[-1].status, answers[-1].headers["retry-after"]) == (429, "5")
    one.process.send_signal(signal.SIGUSR1)
    for event in events:
        assert one.send("/v1/track", event).status == 200
    assert [line["messageId"] for _, line in one.kept()] == [event["messageId"] for event in events]
