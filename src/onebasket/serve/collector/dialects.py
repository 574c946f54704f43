"""What the libraries of PostHog and Snowplow send, as Segment's would have said it.

Formats: PostHog's capture API (posthog.com/docs/api/capture), Snowplow's tracker protocol
(docs.snowplow.io/docs/fundamentals/canonical-event).
"""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import Any

import msgspec

from onebasket.serve.collector.bodies import BodyError, read

Said = dict[str, Any]
_POSTHOG_TYPES = {"$identify": "identify", "$set": "identify", "$pageview": "page", "$screen": "screen",
                  "$create_alias": "alias", "$groupidentify": "group"}  # fmt: skip
_SNOWPLOW_TYPES = {"pv": "page", "pp": "track", "se": "track", "ue": "track", "tr": "track", "ti": "track"}

_PAGE = {"url": "url", "title": "page", "referrer": "refr"}


def posthog(body: bytes) -> tuple[str | None, list[Said]]:
    """The key, and the events of a request to PostHog: one, a list, or a batch."""
    found = _decoded(body)
    if isinstance(found, dict) and isinstance(found.get("batch"), list):
        key, events = found.get("api_key"), found["batch"]
    else:
        events = found if isinstance(found, list) else [found]
        key = next(
            (each.get("api_key") or each.get("token") for each in events if isinstance(each, dict)), None
        )
    return _text(key), [_from_posthog(each) for each in events if isinstance(each, dict)]


def snowplow(body: bytes) -> tuple[str | None, list[Said]]:
    """The key (`aid`, the application), and the events of a request to Snowplow."""
    found = _decoded(body)
    events = found.get("data") if isinstance(found, dict) else None
    if not isinstance(events, list):
        raise BodyError(400, 'not a payload of Snowplow: expected {"schema": …, "data": [events]}')
    return snowplow_events([each for each in events if isinstance(each, dict)])


def snowplow_events(events: list[Said]) -> tuple[str | None, list[Said]]:
    """The same of the events alone, as a pixel sends one in its address."""
    key = next((each["aid"] for each in events if each.get("aid")), None)
    return _text(key), [_from_snowplow(each) for each in events]


def _from_posthog(event: Said) -> Said:
    """An event of PostHog: what begins with $ is about the device, all else about what was done."""
    told = event.get("properties")
    told = told if isinstance(told, dict) else {}
    name = str(event.get("event") or "")
    kind = _POSTHOG_TYPES.get(name, "track")
    who = event.get("distinct_id") or told.get("distinct_id")
    device = told.get("$device_id") or told.get("$anon_distinct_id")
    known = told.get("$is_identified") or kind in ("identify", "alias") or not device or who != device
    made: Said = {
        "type": kind,
        "messageId": event.get("uuid") or told.get("$insert_id"),
        "timestamp": event.get("timestamp"),
        "sentAt": event.get("sent_at"),
        "userId": who if known else None,
        "anonymousId": device or (None if known else who),
        "context": {"library": {"name": told.get("$lib"), "version": told.get("$lib_version")},
                    "page": {"url": told.get("$current_url"), "referrer": told.get("$referrer")},
                    "sessionId": told.get("$session_id")},
    }  # fmt: skip
    if kind == "identify":
        made["traits"] = {**_part(told, "$set_once"), **_part(told, "$set"), **_part(event, "$set")}
    elif kind == "alias":
        made["previousId"] = told.get("alias")
    elif kind == "group":
        made |= {"groupId": told.get("$group_key"), "traits": _part(told, "$group_set")}
    else:
        made["properties"] = {name: value for name, value in told.items() if not name.startswith("$")}
    if kind == "track":
        made["event"] = name
    return made


def _from_snowplow(event: Said) -> Said:
    """An event of Snowplow: page views, structured and self-describing events, orders and their items."""
    kind = _SNOWPLOW_TYPES.get(str(event.get("e")), "track")
    made: Said = {
        "type": kind,
        "messageId": event.get("eid"),
        "timestamp": _millis(event.get("dtm")),
        "sentAt": _millis(event.get("stm")),
        "userId": event.get("uid"),
        "anonymousId": event.get("duid") or event.get("nuid") or event.get("sid") or event.get("ip"),
        "context": {"library": {"name": "snowplow", "version": event.get("tv")},
                    "page": {name: event.get(said) for name, said in _PAGE.items()},
                    "sessionId": event.get("sid")},
    }  # fmt: skip
    described = _described(event)
    match event.get("e"):
        case "pv":
            made["properties"] = {"url": event.get("url"), "title": event.get("page")}
        case "se":
            made["event"] = event.get("se_ac")
            made["properties"] = {
                "category": event.get("se_ca"), "label": event.get("se_la"), "property": event.get("se_pr"),
                "value": event.get("se_va"),
            }  # fmt: skip
        case "tr":
            made["event"] = "Order Completed"
            made["properties"] = {
                "order_id": event.get("tr_id"), "total": event.get("tr_tt"), "tax": event.get("tr_tx"),
                "shipping": event.get("tr_sh"), "currency": event.get("tr_cu"), "products": [],
            }  # fmt: skip
        case "ti":
            made["event"] = "Order Item"
            made["properties"] = {
                "order_id": event.get("ti_id"), "sku": event.get("ti_sk"), "name": event.get("ti_nm"),
                "price": event.get("ti_pr"), "quantity": event.get("ti_qu"), "currency": event.get("ti_cu"),
            }  # fmt: skip
        case "pp":
            made["event"], made["properties"] = "Page Ping", {"url": event.get("url")}
        case _:
            made["event"], made["properties"] = described
    return made


def _described(event: Said) -> tuple[str | None, Said]:
    """The name and the data of a self-describing event, plain (`ue_pr`) or in base64 (`ue_px`)."""
    text = event.get("ue_pr")
    if text is None and isinstance(event.get("ue_px"), str):
        padded = event["ue_px"] + "=" * (-len(event["ue_px"]) % 4)
        try:
            text = base64.urlsafe_b64decode(padded).decode()
        except (binascii.Error, ValueError):
            return None, {}
    if not isinstance(text, str):
        return None, {}
    try:
        inner = msgspec.json.decode(text or "{}")
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None, {}
    inner = inner.get("data") if isinstance(inner, dict) else None
    if not isinstance(inner, dict) or not isinstance(inner.get("schema"), str):
        return None, {}
    name = inner["schema"].removeprefix("iglu:").split("/")
    return name[1] if len(name) > 1 else name[0], _part(inner, "data")


def _part(told: Said, name: str) -> Said:
    found = told.get(name)
    return found if isinstance(found, dict) else {}


def _millis(value: Any) -> str | None:
    """Milliseconds since 1970, as text, as ISO 8601."""
    try:
        return datetime.fromtimestamp(int(value) / 1000, UTC).isoformat() if value is not None else None
    except (ValueError, TypeError, OverflowError, OSError):
        return str(value)  # which is no time, and rejected as such


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _decoded(body: bytes) -> Any:
    try:
        return read(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BodyError(400, "the body is not JSON") from error
