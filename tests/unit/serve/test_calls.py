"""From JSON to events, each checked."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebasket.serve.collector.bodies import BodyError
from onebasket.serve.collector.calls import Call, Rejected, batch_of, calls

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
USUAL: dict[str, Any] = {"type": "track", "event": "Product Viewed", "userId": "u1", "messageId": "m1"}
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)


def asked(event: Any, kind: str | None = None, sent: Any = None, context: Any = None) -> Call | Rejected:
    raw = event if isinstance(event, bytes) else json.dumps(event).encode()
    (found,) = calls([raw], kind, sent, context, NOW)
    return found


def taken(event: Any, **told: Any) -> dict[str, Any]:
    found = asked(event, **told)
    assert isinstance(found, Call), found
    assert b"\n" not in found.line
    line: dict[str, Any] = json.loads(found.line)
    assert line["messageId"] == found.message
    return line


def refused(event: Any, **told: Any) -> str:
    found = asked(event, **told)
    assert isinstance(found, Rejected)
    return found.reason


def test_what_was_said_stays() -> None:
    event = USUAL | {"properties": {"a": [1, 2.5, None, "é\n茶"]}, "integrations": {"All": True}}
    line = taken(event)
    assert {name: line[name] for name in event} == event
    assert line["receivedAt"] == line["timestamp"] == "2026-03-01T12:00:00.000Z"


def test_paths_say_what_it_is_and_batches_the_context() -> None:
    line = taken({"userId": 7, "context": {"ip": "x"}}, kind="identify", context={"ip": "y", "app": "z"})
    assert line["type"] == "identify" and line["context"] == {"ip": "x", "app": "z"}


def test_keys_are_not_kept() -> None:
    assert "writeKey" not in taken(USUAL | {"writeKey": "secret"})


def test_events_without_an_id_get_one_each() -> None:
    event = {name: value for name, value in USUAL.items() if name != "messageId"}
    assert taken(event)["messageId"] != taken(event)["messageId"]
    assert taken(USUAL | {"messageId": 17})["messageId"] == "17"


@pytest.mark.parametrize(
    ("said", "sent", "right"),
    [
        ("2026-03-01T11:00:00Z", None, "2026-03-01T11:00:00.000Z"),
        ("2026-03-01T11:00:00Z", "2026-03-01T11:00:10Z", "2026-03-01T11:59:50.000Z"),  # an hour behind
        ("2026-03-01T19:00:00+08:00", "2026-03-01T20:00:00+08:00", "2026-03-01T11:00:00.000Z"),
        ("2026-03-02T12:00:00", "2026-03-02T12:00:01", "2026-03-01T11:59:59.000Z"),  # a day ahead
        (1772362800000, None, "2026-03-01T11:00:00.000Z"),
        ("2016-03-01T11:00:00Z", "2026-03-01T12:00:00Z", "2016-03-01T11:00:00.000Z"),
    ],
)
def test_clocks_are_set_right(said: Any, sent: Any, right: str) -> None:
    for line in (
        taken(USUAL | {"timestamp": said}, sent=sent),
        taken(USUAL | {"timestamp": said, "sentAt": sent}),
    ):
        assert line["timestamp"] == right and line["originalTimestamp"] == said
    assert taken(USUAL | {"originalTimestamp": said}, sent=sent)["timestamp"] == right


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (b"{", "not JSON"),
        (b'{"a": NAN}', "not JSON"),
        (b'{"a": "\\ud80"}', "not JSON"),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, "nested too deeply"),
        (b"[" * 16_000 + b"]" * 16_000, "nested too deeply"),
        (b"[1]", "not an object"),
        (b"null", "not an object"),
        (b'"' + b"x" * 32_767 + b'"', "32,769 bytes"),
        ({"event": "e", "userId": "u"}, "no type"),
        (USUAL | {"type": "tracks"}, "expected one of"),
        (USUAL | {"type": "identify", "userId": None}, "identify without userId or anonymousId"),
        (USUAL | {"type": "group", "userId": " ", "anonymousId": ""}, "group without"),
        (USUAL | {"userId": {"a": 1}}, "userId is neither text nor a number"),
        (USUAL | {"messageId": "m" * 256}, "messageId is longer"),
        (USUAL | {"event": " "}, "without the name"),
        (USUAL | {"event": 3}, "without the name"),
        (USUAL | {"properties": []}, "properties is not an object"),
        (USUAL | {"timestamp": "yesterday"}, "ISO 8601"),
        (USUAL | {"timestamp": [1]}, "ISO 8601"),
        (USUAL | {"timestamp": "1999-12-31T00:00:00Z"}, "before 2000-01-01"),
        (USUAL | {"timestamp": "2026-03-02T12:00:01Z"}, "a day ahead"),
    ],
)
def test_what_cannot_be_taken_is_told(event: Any, why: str) -> None:
    assert why in refused(event)


def test_equal_names_the_last_counts() -> None:
    assert taken(b'{"type":"page","userId":"a","userId":"b","messageId":"m"}')["userId"] == "b"


def test_one_bad_event_leaves_the_others() -> None:
    body = json.dumps({"batch": [USUAL, 5, USUAL | {"userId": []}, USUAL], "sentAt": None}).encode()
    found = batch_of(body)
    made = calls(found.batch, None, found.sentAt, found.context, NOW)
    assert [isinstance(each, Call) for each in made] == [True, False, False, True]


def test_one_event_beside_the_standard_leaves_all() -> None:
    told = [USUAL, USUAL | {"properties": {"price": float("nan"), "title": "tea \ud83c"}}]
    found = batch_of(json.dumps({"batch": told}).encode())
    made = calls(found.batch, None, None, None, NOW)
    lines = [json.loads(each.line) for each in made if isinstance(each, Call)]
    assert [line.get("properties") for line in lines] == [None, {"price": None, "title": "tea \ufffd"}]
    assert taken(json.dumps(told[1]).encode())["properties"] == {"price": None, "title": "tea \ufffd"}


def test_events_as_large_as_libraries_send_them() -> None:
    """Segment's libraries send up to 32 KiB an event, and batches of 475,000 bytes and one event more."""
    event = USUAL | {"properties": {"text": ""}}
    event["properties"] = {"text": "x" * ((32 << 10) - len(json.dumps(event)))}
    assert len(json.dumps(event)) == 32 << 10
    assert taken(event)["properties"] == event["properties"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[]", 400), (b"{}", 400), (b'{"batch": 1}', 400), (b"\xff", 400), (b'{"batch": [NAN]}', 400),
        (b'{"batch": [' + b"[" * 200_000, 400),
    ],
)  # fmt: skip
def test_what_is_no_batch(body: bytes, status: int) -> None:
    with pytest.raises(BodyError) as caught:
        batch_of(body)
    assert caught.value.status == status


EVENTS = st.fixed_dictionaries(
    {"type": st.just("track"), **dict.fromkeys(("userId", "event", "timestamp", "sentAt"), ANYTHING)}
)


@given(st.lists(ANYTHING | EVENTS, max_size=3))
def test_any_json_is_taken_or_rejected(events: list[Any]) -> None:
    found = batch_of(json.dumps({"batch": events}).encode())
    for each in calls(found.batch, None, found.sentAt, found.context, NOW):
        if isinstance(each, Call):
            assert timedelta(0) <= NOW + timedelta(days=1) - datetime.fromisoformat(
                json.loads(each.line)["timestamp"]
            )
        else:
            assert each.reason
