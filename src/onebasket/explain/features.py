"""What the columns that scorers look at are about, and how each is said."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from onebasket.messages import mark
from onebasket.scoring.frames import AT, STATE

Unit = Literal["count", "days", "ago", "money", "share"]


class Feature(NamedTuple):
    """A column in words: `text` with {value}, written as its unit asks, and where it counts within a time
    {days}; of an action also {action}."""

    topic: str
    text: str
    unit: Unit
    days: int = 0


_Said = tuple[str, str, Unit]  # topic, text, unit
_IN_DAYS: dict[str, _Said] = {
    "orders": ("frequency", mark("orders in the last {days} days: {value}"), "count"),
    "amount": ("money", mark("spent in the last {days} days: {value}"), "money"),
    "products": ("variety", mark("different products bought in the last {days} days: {value}"), "count"),
    "categories": ("variety", mark("categories bought from in the last {days} days: {value}"), "count"),
    "returns": ("returns", mark("items returned in the last {days} days: {value}"), "count"),
    "bought": ("bought_it", mark("orders of it in the last {days} days: {value}"), "count"),
    "viewed": ("looked_at_it", mark("views of it in the last {days} days: {value}"), "count"),
    "carted": ("looked_at_it", mark("times put into the cart in the last {days} days: {value}"), "count"),
    "buyers": ("popularity", mark("customers who bought it in the last {days} days: {value}"), "count"),
}  # fmt: skip
_PLAIN: dict[str, _Said] = {
    "order_last_days": ("recency", mark("last bought: {value}"), "ago"),
    "order_first_days": ("acquaintance", mark("first bought: {value}"), "ago"),
    "known_days": ("acquaintance", mark("days known: {value}"), "days"),
    "orders": ("frequency", mark("orders so far: {value}"), "count"),
    "orders_per_30d": ("frequency", mark("orders in 30 days, on average: {value}"), "count"),
    "weeks_of_13": ("frequency", mark("weeks with an order, of the last 13: {value}"), "count"),
    "amount_per_30d": ("money", mark("spent in 30 days, on average: {value}"), "money"),
    "largest_minor": ("money", mark("largest order: {value}"), "money"),
    "basket_minor": ("money", mark("an order, on average: {value}"), "money"),
    "basket_lines": ("variety", mark("products an order, on average: {value}"), "count"),
    "gap_mean_days": ("rhythm", mark("days between orders, on average: {value}"), "days"),
    "gap_spread_days": ("rhythm", mark("days by which the time between orders varies: {value}"), "days"),
    "gap_longest_days": ("rhythm", mark("longest time between orders, in days: {value}"), "days"),
    "overdue": ("rhythm", mark("time since the last order, usual time = 1: {value}"), "count"),
    "discount_share": ("discounts", mark("share of discounts: {value}"), "share"),
    "returns": ("returns", mark("items returned so far: {value}"), "count"),
    "return_share": ("returns", mark("share of items returned: {value}"), "share"),
    "returned_share": ("returns", mark("share of money returned: {value}"), "share"),
    "bought": ("bought_it", mark("bought it before (1: yes, 0: no): {value}"), "count"),
    "bought_last_days": ("bought_it", mark("last bought it: {value}"), "ago"),
    "bought_first_days": ("bought_it", mark("first bought it: {value}"), "ago"),
    "bought_gap_days": ("rhythm_of_it", mark("days between purchases of it, on average: {value}"), "days"),
    "bought_overdue": ("rhythm_of_it", mark("time since it was bought, usual time = 1: {value}"), "count"),
    "bought_share": ("bought_it", mark("share of orders with it: {value}"), "share"),
    "seen_last_days": ("looked_at_it", mark("last looked at it: {value}"), "ago"),
    "place": ("popularity", mark("place among the most bought: {value}"), "count"),
}  # fmt: skip
_OF_CUSTOMER = "customer_"  # columns of the customer, beside a candidate
_WINDOW = re.compile(r"(?P<kind>.+)_(?P<days>\d+)d")
_LAST = "_last_days"
_TOPICS = {"purchase": "frequency", "return": "returns"}  # of actions that orders tell, too
_STATES = Feature("states", mark("what the timeline model makes of all that was done"), "count")


def feature_of(name: str) -> Feature:
    """How a column is said. A column that nobody foresaw is an action's."""
    if name.startswith(STATE):
        return _STATES
    name = name.removeprefix(_OF_CUSTOMER)
    if name in _PLAIN:
        return Feature(*_PLAIN[name])
    if name.endswith(_LAST):
        action = action_of(name)
        topic = "recency" if action == "purchase" else _TOPICS.get(action, action)
        return Feature(topic, mark("{action}, last: {value}"), "ago")
    window = _WINDOW.fullmatch(name)
    days = int(window["days"]) if window else 0
    if window and window["kind"] in _IN_DAYS:
        return Feature(*_IN_DAYS[window["kind"]], days)
    action = action_of(name)
    text = mark("{action} in the last {days} days: {value}")
    return Feature(_TOPICS.get(action, action), text, "count", days)


def topic_of(name: str) -> str:
    """What a column is about."""
    return feature_of(name).topic


def action_of(name: str) -> str:
    """`view` of `view@web_30d`."""
    return _done(name).partition(AT)[0]


def channel_of(name: str) -> str:
    """`web` of `view@web_30d`; empty where all channels are meant."""
    return _done(name).partition(AT)[2]


def _done(name: str) -> str:
    window = _WINDOW.fullmatch(name)
    return window["kind"] if window else name.removesuffix(_LAST)
