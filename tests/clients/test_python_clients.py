"""The Python libraries of Segment and RudderStack against a real server."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from typing import Any

import pytest
from rudderstack.analytics.client import Client as RudderStack
from segment.analytics.client import Client as Segment

from tests.clients.conftest import Collecting, until
from tests.clients.story import Said, check, story

Client = Segment | RudderStack
_WORDS = {
    "type": None, "messageId": "message_id", "userId": "user_id", "anonymousId": "anonymous_id",
    "groupId": "group_id", "previousId": "previous_id",
}  # fmt: skip
# What each logs when it will try again, and where.
_RETRY = {Segment: ("segment", "Network error retry"), RudderStack: ("backoff", "Backing off")}


def say(client: Client, call: Said) -> None:
    """Tell a library one event, in its words."""
    told = {name: value for said, value in call.items() if (name := _WORDS.get(said, said))}
    accepted, _ = getattr(client, call["type"])(**told)
    assert accepted


class Heard(logging.Handler):
    """What a library logs."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.lines: list[str] = []
        logging.getLogger(name).addHandler(self)
        logging.getLogger(name).setLevel(logging.DEBUG)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@pytest.mark.parametrize(
    ("kind", "more"),
    [(Segment, {}), (Segment, {"gzip": True}), (RudderStack, {})],
    ids=["segment", "segment-zipped", "rudderstack"],
)
def test_every_event_arrives_once(
    collecting: Collecting, request: pytest.FixtureRequest, kind: Callable[..., Client], more: dict[str, Any]
) -> None:
    source = request.node.callspec.id
    client, sent = kind(collecting.key_for(source), host=collecting.address, **more), story()
    for call in sent:
        say(client, call)
    client.flush()
    client.join()
    arrived = collecting.of(source)
    check(arrived, sent)
    assert len({line["receivedAt"] for line in arrived}) <= len(sent) // 10, "sent in batches"
    assert [line["messageId"] for line in arrived] == [call["messageId"] for call in sent]


@pytest.mark.parametrize("kind", [Segment, RudderStack])
def test_killed_servers_lose_and_double_nothing(restarting: Collecting, kind: type[Client]) -> None:
    name, retried = _RETRY[kind]
    heard, failed, sent = Heard(name), list[Exception](), story(200)
    client = kind(
        restarting.key_for("app"), host=restarting.address, upload_size=5,
        on_error=lambda error, events: failed.append(error),
    )  # fmt: skip
    for call in sent[:100]:
        say(client, call)
    until(lambda: len(restarting.kept()) >= 20)
    restarting.stop(signal.SIGKILL)
    for call in sent[100:]:
        say(client, call)
    until(lambda: any(retried in line for line in heard.lines))
    assert len(restarting.kept()) < len(sent)
    restarting.start()
    client.flush()
    client.join()
    assert not failed
    check(restarting.of("app"), sent)


@pytest.mark.parametrize("kind", [Segment, RudderStack])
def test_what_is_refused_for_good_is_not_sent_again(collecting: Collecting, kind: type[Client]) -> None:
    failed = list[Any]()
    client = kind(
        "nobodys",
        host=collecting.address,
        on_error=lambda error, events: failed.append(error),
        max_retries=50,
    )
    say(client, story(0)[0])
    client.flush()
    client.join()
    assert [error.status for error in failed] == [401]
