"""What the tables of a version say of one customer or product, and what came in since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from onebasket.errors import WishError
from onebasket.serve.happened import Happened
from onebasket.serve.opened import Opened
from onebasket.serve.shelf import Row, Shelf
from onebasket.serve.told import Customer, Event, Features, Page, Product, Score, Scores

MOST_EVENTS = 500  # of a page
_PARTED = "~"  # in the place where a page ended: microseconds since 1970, then the event's id
_LAST = "9" * 16 + _PARTED
_MICROS = 1_000
_START = datetime(1970, 1, 1)


def customer(opened: Opened, asked: str, found: str, recent: Sequence[Happened]) -> Customer:
    """A customer of the version, or one whom only live events know, by the id that holds now."""
    row = next(iter(opened.customer_rows.rows(found)), None)
    features = next(iter(opened.features.rows(found)), {})
    features.pop("customer_id", None)
    told: dict[str, Any] = row or {
        "known": False, "channels": [], "consent": None, "first_ts": None, "last_ts": None, "events": 0,
        "orders": 0, "value_minor": 0,
    }  # fmt: skip
    first, last = _millis(told["first_ts"]), _millis(told["last_ts"])
    if recent:
        first, last = first if row else recent[0].at, max(last or 0, recent[-1].at)
    channels = {*told["channels"], *(each.channel for each in recent if each.channel)}
    return Customer(
        found, asked, told["known"], tuple(sorted(channels)), told["consent"], first, last,
        told["events"], len(recent), told["orders"], told["value_minor"],
        Features(**features) if features else None, opened.number,
    )  # fmt: skip


def personal(opened: Opened, customer_id: str) -> dict[str, str]:
    """A customer's golden record."""
    rows = opened.rows("serve/values", customer_id=customer_id)
    return {row["attribute"]: row["value"] for row in rows}


def page(
    opened: Opened, customer_id: str, recent: Sequence[Happened], limit: int, before: str | None
) -> Page:
    """Up to `limit` events before a place (`next` of the page before). Raises WishError for no place."""
    if not 1 <= limit <= MOST_EVENTS:
        raise WishError(f"A page cannot hold {limit} events.", expected=f"1 to {MOST_EVENTS}")
    micros, _, name = (before or _LAST).partition(_PARTED)
    if not (micros.isascii() and micros.isdigit() and len(micros) <= len(_LAST)):
        raise WishError(
            "There is no such place in a timeline.", expected="`next` of the page before", found=before
        )
    place = int(micros), name
    moment = _START + timedelta(microseconds=min(place[0], 10**17))
    rows = _before(opened.timeline, customer_id, moment, name, limit + 1)
    found = [
        ((row["ts"] - _START) // timedelta(microseconds=1), row["event_id"], _of_version(opened, row))
        for row in rows
    ]
    live = [(each.at * _MICROS, each.event_id, _of_live(opened, each)) for each in recent]
    found = sorted([*found, *(each for each in live if each[:2] < place)], key=lambda each: each[:2])[::-1]
    more = f"{found[limit - 1][0]}{_PARTED}{found[limit - 1][1]}" if len(found) > limit else None
    return Page(customer_id, tuple(event for _, _, event in found[:limit]), more, opened.number)


def _before(timeline: Shelf, customer_id: str, moment: datetime, event_id: str, most: int) -> list[Row]:
    """A customer's last events before a place, the oldest first."""
    start, end = timeline.span(customer_id)
    times = timeline.values("ts", start, end)
    last = start + int(np.searchsorted(times, np.datetime64(moment, "us")))
    same = start + int(np.searchsorted(times, np.datetime64(moment, "us"), side="right"))
    last += sum(row["event_id"] < event_id for row in timeline.between(last, same))
    return timeline.between(max(start, last - most), last)


def scores(opened: Opened, customer_id: str) -> Scores:
    """All that is expected of a customer."""
    told = tuple(
        Score(row["task"], row["target"], row["title"] if row["target"] else "", row["value"], row["model"],
              _millis(row["as_of"]) or 0)
        for row in opened.scores.rows(customer_id)
    )  # fmt: skip
    return Scores(customer_id, told, opened.number)


def product(opened: Opened, product_id: str, sold: float) -> Product:
    """A product of the catalogue. Raises NotThereError for none."""
    code = opened.assortment.code(product_id)
    (row,) = opened.products.rows(product_id)
    stock = None if row["stock"] is None else row["stock"] - sold
    return Product(
        **row | {"stock": stock}, known_to_model=code < len(opened.model.item_ids), version=opened.number
    )


def _of_version(opened: Opened, row: dict[str, Any]) -> Event:
    return Event(
        row["event_id"], _millis(row["ts"]) or 0, row["action"], row["channel"], row["source"],
        row["product_id"], _title(opened, row["product_id"]), row["order_id"], row["quantity"],
        row["amount_minor"], False,
    )  # fmt: skip


def _of_live(opened: Opened, each: Happened) -> Event:
    return Event(
        each.event_id, each.at, each.action, each.channel, each.source, each.product_id,
        _title(opened, each.product_id), None, each.quantity, each.amount_minor, True,
    )  # fmt: skip


def _title(opened: Opened, product_id: str | None) -> str | None:
    code = opened.assortment.codes.get(product_id or "")
    return None if code is None else opened.assortment.titles[code]


def _millis(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.replace(tzinfo=UTC).timestamp() * 1000)
