"""Why a product is recommended: the events that carried it, and the nearest known facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pyarrow as pa

from onebasket.apply.recommend import Recommendation
from onebasket.recommenders import Reason, Why
from onebasket.scoring.frames import table
from onebasket.store.base import Store

Kind = Literal["event", "regular", "again", "together", "brand", "category", "popular"]
Row = dict[str, Any]
ASKED = "explain_asked"
_MOST_EVENTS, _MOST_FACTS = 3, 3
_LEAST = 0.1  # of what the first event adds: what adds less is not told
_REGULAR_DAYS = 3  # days with a purchase from which on there is a usual time between them
_UNKNOWN = "unknown"  # the category where nobody says


@dataclass(frozen=True)
class Because:
    """One reason, as data.

    `values` by kind, ages in days: event: action, days_ago, product_id and title (None: about no product),
    single (False: all its purchases), contribution, rank, rank_without; regular: days, every_days, days_ago;
    again: days, days_ago; together: product_id, title, orders (of others); brand and category: that, and of
    one like it product_id, title, action, days_ago; popular: customers (who bought it).
    """

    kind: Kind
    values: dict[str, Any]


def recommended(
    store: Store, customer_id: str, listed: Sequence[tuple[Recommendation, Why | None]]
) -> list[tuple[Because, ...]]:
    """Of each product listed: up to three events that raise its score, what raises it most first, and up to
    three facts, the nearest first; where there is neither, how many bought it.

    The customer's id is one that holds now (`apply.recommend.customer_named`).
    """
    if not listed:
        return []
    whys = [why for _, why in listed if why]
    steps = {reason.step.item for why in whys for reason in why.reasons if reason.step.item}
    past = table(store, "explain/past", customer_id=customer_id).to_pylist()
    products = {each.product_id for each, _ in listed}
    known = _about(store, steps | products, "explain/asked")
    near = _about(store, products, "explain/together", customer_id=customer_id)
    now = table(store, "explain/now").to_pylist()[0]["now"]
    made = []
    for each, why in listed:
        told = [*_events(why, past, known, now), *_facts(each.product_id, past, known, near, now)]
        popular = Because("popular", {"customers": known.get(each.product_id, {}).get("customers", 0)})
        made.append(tuple(told) or (popular,))
    return made


def _about(store: Store, products: Iterable[str], query: str, **values: Any) -> dict[str, Row]:
    """The rows of a query about some products, by product."""
    told = pa.table({"product_id": pa.array(sorted(products), pa.string())})
    store.keep(ASKED, store.arrow(told))
    try:
        return {row["product_id"]: row for row in table(store, query, **values).to_pylist()}
    finally:
        store.forget(ASKED)


def _events(why: Why | None, past: list[Row], known: dict[str, Row], now: datetime) -> list[Because]:
    """The events that raise the score most; of those that read alike the first."""
    found: dict[tuple[str, str | None, int | None], Because] = {}
    raising = [reason for reason in why.reasons if reason.contribution > 0] if why else []
    for reason in raising:
        if reason.contribution >= _LEAST * raising[0].contribution:
            values = _event(reason, past, known, now) | {"rank": why.rank if why else 0}
            key = values["action"], values["product_id"], values["days_ago"]
            found.setdefault(key, Because("event", values))
    return list(found.values())[:_MOST_EVENTS]


def _event(reason: Reason, past: list[Row], known: dict[str, Row], now: datetime) -> dict[str, Any]:
    step = reason.step
    did = _did(past, step.item, step.action)
    then: datetime | None = did["last_ts"] if did else None
    if step.time is not None:
        then = datetime.fromtimestamp(step.time, UTC).replace(tzinfo=None)
    return {
        "action": step.action,
        "product_id": step.item,
        "title": known[step.item]["title"] if step.item in known else step.item,
        "days_ago": _days(now - then) if then else None,
        "single": step.time is not None,
        "contribution": reason.contribution,
        "rank_without": reason.rank,
    }


def _facts(
    product: str, past: list[Row], known: dict[str, Row], near: dict[str, Row], now: datetime
) -> list[Because]:
    """Facts about a customer and a product, the nearest first."""
    made: list[Because] = []
    if bought := _did(past, product, "purchase"):
        days, age = bought["days"], _days(now - bought["last_ts"])
        if days >= _REGULAR_DAYS:
            every = (bought["last_ts"] - bought["first_ts"]) / timedelta(days=1) / (days - 1)
            values = {"days": days, "every_days": max(round(every), 1), "days_ago": age}
            made.append(Because("regular", values))
        else:
            made.append(Because("again", {"days": days, "days_ago": age}))
    if product in near:
        row = near[product]
        told = {"product_id": row["other_id"], "title": row["title"], "orders": row["orders"]}
        made.append(Because("together", told))
    about = known.get(product, {})
    if about.get("brand"):
        made += _like("brand", product, about["brand"], past, now)
    if about.get("category", _UNKNOWN) != _UNKNOWN:
        made += _like("category", product, about["category"], past, now)
    return made[:_MOST_FACTS]


def _like(
    kind: Literal["brand", "category"], product: str, wanted: str, past: list[Row], now: datetime
) -> list[Because]:
    """Another product of the same brand or category: the last one bought, else the last one looked at."""
    others = [row for row in past if row[kind] == wanted and row["product_id"] != product]
    others.sort(key=lambda row: row["action"] != "purchase")  # the last come first, among equals too
    return [
        Because(kind, {kind: wanted, "product_id": row["product_id"], "title": row["title"]}
                | {"action": row["action"], "days_ago": _days(now - row["last_ts"])})
        for row in others[:1]
    ]  # fmt: skip


def _did(past: list[Row], product: str | None, action: str) -> Row | None:
    return next((row for row in past if row["product_id"] == product and row["action"] == action), None)


def _days(age: timedelta) -> int:
    """Whole days."""
    return max(age.days, 0)
