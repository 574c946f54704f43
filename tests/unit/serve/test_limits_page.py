"""The page on client libraries states the limits that hold."""

from __future__ import annotations

from pathlib import Path

from onebasket.inbox.writing import WINDOW_HOURS
from onebasket.serve.collector.bodies import MOST_BYTES
from onebasket.serve.collector.calls import MOST_EVENT_BYTES, MOST_EVENTS
from onebasket.serve.collector.senders import PER_MINUTE

PAGE = Path(__file__).parents[3] / "docs" / "clients.md"


def test_limits_are_those_of_the_code() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for said in (
        f"| an event | {MOST_EVENT_BYTES >> 10} KB ({MOST_EVENT_BYTES:,} bytes",
        f"unzipped | {MOST_BYTES >> 10} KB ({MOST_BYTES:,} bytes)",
        f"| events of a batch | {MOST_EVENTS:,} |",
        f"| requests with a key | {PER_MINUTE:,} a minute",
        f"at least {WINDOW_HOURS} hours",
    ):
        assert said in text
