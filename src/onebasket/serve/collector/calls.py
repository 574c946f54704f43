"""From JSON to events: each becomes one line as Segment's libraries write it, or is rejected with the reason.

A device's clock is set right by how far its `sentAt` is from the moment of arrival, as Segment does it
(`timestamp`; what the device said stays as `originalTimestamp`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from onebasket.serve.collector.bodies import BodyError, read

MOST_EVENT_BYTES = 32 << 10  # as Segment's libraries count them
MOST_EVENTS = 2_500
TYPES = ("identify", "track", "page", "screen", "group", "alias")
_WHO = {
    "identify": ("userId", "anonymousId"),
    "group": ("userId", "anonymousId"),
    "alias": ("userId", "previousId", "anonymousId"),
}
_LONGEST_ID = 255
_IDS = ("messageId", "userId", "anonymousId", "previousId", "groupId")
_PARTS = ("properties", "traits", "context")
_SECRET = ("writeKey",)  # keys are kept as hashes only
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)
_SKEWED = timedelta(seconds=1)  # less is the way of the request, not the clock


@dataclass(frozen=True, slots=True)
class Call:
    """An event that can be taken in."""

    message: str  # its id
    line: bytes  # JSON without line breaks


@dataclass(frozen=True, slots=True)
class Rejected:
    """An event that cannot, and why."""

    message: str | None
    reason: str
    raw: bytes


class Batch(msgspec.Struct):
    """Events sent together, each as it stands in the body."""

    batch: list[msgspec.Raw]
    sentAt: Any = None  # noqa: N815
    writeKey: Any = None  # noqa: N815
    context: Any = None


def batch_of(body: bytes) -> Batch:
    """Read a batch. Raises BodyError for what is none, or has too many events."""
    try:
        found: Batch = read(body, Batch)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BodyError(400, f'not a batch: {_told(error)}; expected {{"batch": [events]}}') from error
    return found


def calls(
    events: Sequence[bytes | msgspec.Raw], kind: str | None, sent: Any, context: Any, now: datetime
) -> list[Call | Rejected]:
    """Each event, checked. `kind`: what all of them are, where the request's path says it; `sent` and
    `context` hold for those that do not say it themselves; `now`, when they came."""
    skew, arrived = _skew(sent, now), _Arrived(now, _written(now), now + _AHEAD)
    return [_call(bytes(event), kind, skew, context, arrived) for event in events]


@dataclass(frozen=True, slots=True)
class _Arrived:
    """When events came."""

    now: datetime
    written: str
    latest: datetime  # that an event may say


def _call(
    raw: bytes, kind: str | None, skew: timedelta | None, context: Any, arrived: _Arrived
) -> Call | Rejected:
    if len(raw) > MOST_EVENT_BYTES:
        return Rejected(None, f"{len(raw):,} bytes; at most {MOST_EVENT_BYTES:,} are taken", raw)
    try:
        event = read(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return Rejected(None, f"not JSON: {_told(error)}", raw)
    if not isinstance(event, dict):
        return Rejected(None, "not an object", raw)
    message = event.get("messageId")
    reason = _fault(event, kind)
    if reason is not None:
        return Rejected(message if isinstance(message, str) else None, reason, raw)
    if skew is None:
        skew = _skew(event.get("sentAt"), arrived.now)
    said = event.get("timestamp") or event.get("originalTimestamp")
    when = _time(said)
    if when is None and said is not None:
        return Rejected(_text(message), "timestamp is not a time of ISO 8601", raw)
    if when is not None and when < _EARLIEST:
        return Rejected(_text(message), f"timestamp before {_EARLIEST.date()}", raw)
    for name in _SECRET:
        event.pop(name, None)
    if context and isinstance(context, dict):
        event["context"] = context | (event["context"] if isinstance(event.get("context"), dict) else {})
    event["type"] = kind or event["type"]
    event["messageId"] = message = _text(message) or f"onebasket-{os.urandom(12).hex()}"
    event["receivedAt"] = arrived.written
    if when is None:
        event["timestamp"] = arrived.written
    else:
        right = when + skew if skew is not None and abs(skew) > _SKEWED else when
        if right > arrived.latest:
            return Rejected(message, "timestamp more than a day ahead", raw)
        event["originalTimestamp"], event["timestamp"] = said, _written(right)
    return Call(message, msgspec.json.encode(event))


def _fault(event: dict[str, Any], kind: str | None) -> str | None:
    """Why an event cannot be taken; None: it can."""
    said = kind or event.get("type")
    if said not in TYPES:
        return f"type {str(said)[:40]!r}; expected one of {', '.join(TYPES)}" if said else "no type"
    for name in _IDS:
        value = event.get(name)
        if isinstance(value, str):
            if len(value) > _LONGEST_ID:
                return f"{name} is longer than {_LONGEST_ID} characters"
        elif value is not None and not isinstance(value, int):
            return f"{name} is neither text nor a number"
    names = _WHO.get(said, ())
    if names and not any(_text(event.get(name)) for name in names):
        return f"{said} without {' or '.join(names)}"
    if said == "track" and not (isinstance(event.get("event"), str) and event["event"].strip()):
        return "a track without the name of its event"
    for name in _PARTS:
        if (value := event.get(name)) is not None and not isinstance(value, dict):
            return f"{name} is not an object"
    return None


def _text(value: Any) -> str | None:
    """An id as text; None for none."""
    return (str(value).strip() or None) if value is not None else None


def _skew(sent: Any, now: datetime) -> timedelta | None:
    """How far the sender's clock is behind; None: it does not say."""
    when = _time(sent)
    return None if when is None else now - when


def _time(value: Any) -> datetime | None:
    """A time of ISO 8601, or milliseconds since 1970; without a zone it is UTC."""
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            return None
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value / 1000, UTC)
        except (ValueError, OverflowError, OSError):
            return None
    return None


def _written(when: datetime) -> str:
    """ISO 8601 in UTC, milliseconds."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _told(error: Exception) -> str:
    """An error in a few words, without what was sent."""
    return "nested too deeply" if isinstance(error, RecursionError) else str(error).split(" - at ")[0][:120]
