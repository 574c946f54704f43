"""One record at a time says what a file of them says."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onebasket.collect.formats.segment import EVENTS
from onebasket.store import fields as f
from onebasket.store.records import reader, value

TEXTS = st.one_of(
    st.none(),
    st.sampled_from(
        ["", " ", "a", " A ", "Product Viewed", "product viewed", "Order Completed", "查看 商品"]
    ),
    st.text("aZ9_- .Ä漢", max_size=8),
    st.integers(-5, 10**12),
    st.sampled_from([1.5, 19.99, True, False]),
)
PRODUCT = st.dictionaries(
    st.sampled_from(["product_id", "sku", "name", "quantity", "price"]), TEXTS, max_size=3
)
PROPERTIES = st.dictionaries(
    st.sampled_from(
        [
            "product_id",
            "sku",
            "name",
            "quantity",
            "price",
            "currency",
            "query",
            "session_id",
            "order_id",
            "orderId",
            "total",
        ]
    ),
    TEXTS,
    max_size=5,
)
TRAITS = st.dictionaries(
    st.sampled_from(["email", "phone", "firstName", "last_name", "name", "birthday"]), TEXTS, max_size=4
)


@st.composite
def calls(draw: st.DrawFn) -> dict[str, Any]:
    """An event somewhat as Segment's libraries send it."""
    made: dict[str, Any] = {
        "messageId": draw(st.text("abc1", min_size=1, max_size=6)),
        "type": draw(st.sampled_from(["track", "page", "identify", "alias", "group", "Track"])),
        "event": draw(TEXTS),
        "timestamp": "2026-01-02T03:04:05.000Z",
        "properties": draw(PROPERTIES),
        "traits": draw(TRAITS),
        "context": {
            "traits": draw(TRAITS),
            "device": draw(st.fixed_dictionaries({}, optional={"id": TEXTS})),
        },
    }
    for name in ("userId", "anonymousId", "previousId"):
        made[name] = draw(TEXTS)
    if draw(st.booleans()):
        made["properties"]["products"] = draw(st.lists(PRODUCT, max_size=3))
    return made


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(calls(), min_size=1, max_size=30))
def test_single_records_say_what_the_engine_reads(
    read: Callable[..., Any], sent: list[dict[str, Any]]
) -> None:
    text = "\n".join(json.dumps(call, ensure_ascii=False) for call in sent)
    made = read({"e.ndjson": text}, format="segment")
    for table in ("raw_events", "raw_orders"):
        rows = EVENTS.tables[table]
        columns = ["line", *rows.columns]
        wanted = [
            (line, *row.values())
            for line, call in enumerate(sent, 1)
            for row in reader(rows)(call)
            if any(text is not None for text in row.values())
        ]
        assert sorted(map(repr, made.rows(table, *columns))) == sorted(map(repr, wanted))
    assert EVENTS.people
    people = {
        tuple(row.values())
        for call in sent
        for row in reader(EVENTS.people)(call)
        if any(text is not None for text in row.values())
    }
    found = made.rows("raw_people", *EVENTS.people.columns)
    assert len(found) == len(set(found)) == len(people)
    assert set(found) == people


RECORD = {"list": [{"key": "x", "value": {"n": 7}}], "s": "'0123", "q": '="42"', "h": "aB cD--e"}


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (f.entry("list", "x", "value", "n"), "7"),
        (f.entry("list", "y", "value", "n"), None),
        (f.Stripped(f.column("s")), "0123"),
        (f.Stripped(f.column("q")), "42"),
        (f.Snake(f.column("h")), "a_b_c_d_e"),
        (f.Lower(f.column("h")), "ab cd--e"),
        (f.joined(f.column("s"), f.column("nothing"), f.column("h"), sep="|"), "'0123|aB cD--e"),
        (f.When(f.Not(f.Contains(f.column("h"), "cD")), f.column("h")), None),
        (
            f.When(f.either(f.Filled(f.column("z")), f.equals(f.column("h"), "AB CD--E")), f.column("s")),
            "'0123",
        ),
    ],
)
def test_every_kind_of_field(field: f.Field, said: str | None) -> None:
    assert value(field)(RECORD, {}) == said


def test_a_digest_needs_an_engine() -> None:
    with pytest.raises(TypeError, match="single records"):
        value(f.digest(f.column("a")))
