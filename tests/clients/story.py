"""What every client library is told to send, and how what arrived is compared with it."""

from __future__ import annotations

from typing import Any

Said = dict[str, Any]

HARD: Said = {
    "product": {"id": "p1", "name": "龙井茶 🍵", "price": 12.5, "tags": ["é", "日本語", "👨‍👩‍👧"]},
    "stock": 0,
    "revenue": 9_007_199_254_740_991,  # the largest that JavaScript counts by ones
    "ratio": 0.1,
    "loss": -3.25,
    "paid": True,
    "note": 'quotes " and \\, two\nlines, </script>, \u2028',
    "empty": {},
    "列表": [[1, 2], [3.5, [{"深": "い"}]]],
}
_COMPARED = (
    "type", "messageId", "event", "name", "properties", "traits", "userId", "anonymousId", "groupId",
    "previousId",
)  # fmt: skip


def story(burst: int = 300) -> list[Said]:
    """Calls of every kind, then many at once."""
    calls: list[Said] = [
        {"type": "identify", "userId": "u1", "traits": {"name": "王小明", "vip": True, "address": HARD}},
        {"type": "track", "userId": "u1", "event": "Order Completed", "properties": HARD},
        {"type": "track", "anonymousId": "a1", "event": "加入购物车 🛒", "properties": {"quantity": 2}},
        {"type": "page", "userId": "u1", "name": "首页", "properties": {"url": "http://shop.example/茶"}},
        {"type": "screen", "userId": "u1", "name": "Basket", "properties": {"depth": {"of": [1]}}},
        {"type": "group", "userId": "u1", "groupId": "g1", "traits": {"name": "茶友会", "members": 12}},
        {"type": "alias", "userId": "u1", "previousId": "a1"},
    ]
    for place in range(burst):
        properties = {"place": place, "name": f"茶 {place}"}
        calls.append({"type": "track", "userId": "u1", "event": "Product Viewed", "properties": properties})
    return [call | {"messageId": f"m{place}"} for place, call in enumerate(calls)]


def compared(line: Said) -> Said:
    """The part of an event that a client library hands on as it was told."""
    told = {name: line[name] for name in _COMPARED if line.get(name) is not None}
    if line["type"] == "identify" and "traits" not in told:  # RudderStack's put them there
        told["traits"] = line["context"]["traits"]
    return told


def check(arrived: list[Said], sent: list[Said]) -> None:
    """Everything sent arrived once and as it was sent, and nothing else did."""
    assert sorted(line["messageId"] for line in arrived) == sorted(call["messageId"] for call in sent)
    found = {line["messageId"]: compared(line) for line in arrived}
    for call in sent:
        assert found[call["messageId"]] == compared(call)
