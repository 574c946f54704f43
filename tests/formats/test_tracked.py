"""Event files: good records in, bad ones in quarantine with the reason."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from onebasket.collect.formats import EXPORTS
from onebasket.collect.recognise import guess
from tests.formats.tracked import MAKERS, W, item_of, timed
from tests.formats.truth import Sale

TIMELY = "select order_id, product_key, quantity, amount_minor, action from events"
KEYS = {"ga4": "item_id", "snowplow": "id"}
STEP = 19


def _changed(format_: str, event: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    spoilt = copy.deepcopy(event)
    item_of(format_, spoilt)[name] = value
    return spoilt


def _nameless(format_: str, event: dict[str, Any]) -> dict[str, Any]:
    spoilt = copy.deepcopy(event)
    item = item_of(format_, spoilt)
    item.update({name: None for name in item if name.endswith(("id", "name"))})
    return spoilt


WAYS: dict[str, Callable[[str, dict[str, Any]], bytes | dict[str, Any]]] = {
    "bad_time": lambda name, event: timed(name, event, "yesterday"),
    "too_early": lambda name, event: timed(name, event, datetime(1970, 2, 1, tzinfo=UTC)),
    "future_time": lambda name, event: timed(name, event, datetime(2199, 1, 1, tzinfo=UTC)),
    "bad_quantity": lambda name, event: _changed(name, event, "quantity", "two"),
    "absurd_quantity": lambda name, event: _changed(name, event, "quantity", 99_999_999),
    "bad_amount": lambda name, event: _changed(name, event, "price", "dear"),
    "absurd_amount": lambda name, event: _changed(name, event, "price", 987654321987),
    "negative_price": lambda name, event: _changed(name, event, "price", -3),
    "no_product": _nameless,
    "not_json": lambda name, event: json.dumps(event).encode()[:-20],
    "wrong_encoding": lambda name, event: json.dumps(event).encode().replace(b"SKU", b"\xff\xfe"),
    "no_object": lambda name, event: b'["a list"]',
}  # fmt: skip
REASONS = {"no_object": "not_json"}


def expected(sales: list[Sale]) -> Counter[tuple[object, ...]]:
    return Counter(
        (f"W{sale.number}", line.product.sku, float(line.quantity), line.cents, "purchase")
        for sale in sales
        for line in sale.lines
    )


@pytest.mark.parametrize("name", MAKERS)
def test_good_records_come_in_and_bad_ones_are_refused_with_the_reason(
    name: str, read: Callable[..., Any]
) -> None:
    good, lines, reasons = [], [], {}
    ways = list(WAYS)
    sales = [*W.sales, *_more()]
    alone = [sale.number for sale in sales if len(sale.lines) == 1][::STEP]
    for line, sale in enumerate(sales, 1):
        event = MAKERS[name](sale)
        if sale.number in alone:
            way = ways[alone.index(sale.number) % len(ways)]
            reasons[line] = REASONS.get(way, way)
            spoilt = WAYS[way](name, event)
            lines.append(spoilt if isinstance(spoilt, bytes) else json.dumps(spoilt).encode())
        else:
            good.append(sale)
            lines.append(json.dumps(event, ensure_ascii=False).encode())
    assert len(lines) >= 1_000 and set(reasons.values()) >= {REASONS.get(way, way) for way in ways}
    world = read({"e.ndjson": b"\n".join(lines) + b"\n"}, format=name)
    found = Counter(world.rows(TIMELY))
    assert (expected(good) - found, found - expected(good)) == (Counter(), Counter())
    refused = dict(
        world.rows("select line, min(reason) from quarantine where table_name <> 'raw_orders' group by 1")
    )
    assert refused == reasons
    people = {email for (email,) in world.rows("select email from people where email is not null")}
    assert people >= ({sale.person.email for sale in good} if name not in ("ga4", "snowplow") else set())
    (cookies,) = world.rows("select count(distinct cookie) from people")
    assert cookies[0] >= len({sale.person.number for sale in good})
    totals = dict(world.rows("select order_id, total_minor from orders where status = 'paid'"))
    assert all(totals[f"W{sale.number}"] == sale.total for sale in good)


def _more() -> list[Sale]:
    """Sales of other numbers, so that there are a thousand."""
    later = timedelta(seconds=1)
    return [replace(sale, number=sale.number + 10_000, at=sale.at + later) for sale in W.sales[:400]]


@pytest.mark.parametrize("name", MAKERS)
def test_recognised(name: str) -> None:
    found = guess(MAKERS[name](W.sales[0]), EXPORTS)
    assert found and found.format.name == name


def test_properties_as_json_in_parquet_and_csv(read: Callable[..., Any], tmp_path: Any) -> None:
    events = [MAKERS["posthog"](sale) for sale in W.sales[:50]]
    rows = [{**event, "properties": json.dumps(event["properties"])} for event in events]
    rows.append({**rows[0], "uuid": "m-odd", "properties": "{not json"})
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "e.parquet")
    world = read({"e.parquet": (tmp_path / "e.parquet").read_bytes()}, format="posthog")
    found = Counter(row for row in world.rows(TIMELY) if row[0])
    assert found == expected(list(W.sales[:50]))
