"""Reasons in words."""

from __future__ import annotations

import math
from typing import Any

from onebasket.explain.features import action_of, channel_of, feature_of
from onebasket.explain.products import Because
from onebasket.explain.scores import Expectation, Influence
from onebasket.messages import mark, translator
from onebasket.report.figures import Figures
from onebasket.report.words import CHANNEL, TASK, plain
from onebasket.shop import Shop

_EVENTS = {
    "purchase": mark("bought {title} {ago}"),
    "view": mark("viewed {title} {ago}"),
    "cart": mark("put {title} into the cart {ago}"),
    "return": mark("returned {title} {ago}"),
}
_EVENTS_ABOUT_NOTHING = {
    "search": mark("searched for something {ago}"),
    "session": mark("visited {ago}"),
    "login": mark("signed in {ago}"),
}
_FACTS = {
    "regular": mark("bought on {days} days, about every {every_days} days, last {ago}"),
    "again": mark("bought before, last {ago}"),
    "together": mark("others bought it in {orders} orders together with {title}"),
    "brand": mark("of the brand {brand}, like {title} ({did} {ago})"),
    "category": mark("in the category {category}, like {title} ({did} {ago})"),
    "popular": mark("customers who bought it: {customers}"),
}
_DID = {"purchase": mark("bought"), "view": mark("viewed"), "cart": mark("put into the cart")}
_ACTIONS = {
    "purchase": mark("items bought"),
    "view": mark("views"),
    "cart": mark("additions to the cart"),
    "checkout": mark("checkouts"),
    "search": mark("searches"),
    "session": mark("visits"),
    "login": mark("sign-ins"),
    "return": mark("returns"),
}
_EFFECTS = {
    (True, "strong"): mark("raises it strongly"),
    (True, "medium"): mark("raises it"),
    (True, "slight"): mark("raises it slightly"),
    (False, "strong"): mark("lowers it strongly"),
    (False, "medium"): mark("lowers it"),
    (False, "slight"): mark("lowers it slightly"),
}


class Wording:
    """Puts reasons into the words of a shop's language, amounts into its currency."""

    def __init__(self, shop: Shop) -> None:
        self._say = translator(shop.shop.language)
        self._figures = Figures(shop.shop.language, shop.shop.currency, shop.shop.timezone)

    def because(self, told: Because) -> str:
        """Why a product is recommended: `bought Tea 3 days ago; at place 12 without it`."""
        values = told.values | {"ago": self._ago(told.values.get("days_ago"))}
        if told.kind != "event":
            return self._fact(told, values)
        if not values["single"] and values["action"] == "purchase":
            words = self._say(mark("bought {title}, last {ago}")).format(**values)
        elif values["product_id"] is None:
            texts = _EVENTS_ABOUT_NOTHING
            words = self._say(texts.get(values["action"], mark("{action} {ago}"))).format(**values)
        else:
            text = _EVENTS.get(values["action"], mark("{action}: {title} {ago}"))
            words = self._say(text).format(**values)
        if values["rank_without"] == values["rank"]:
            return self._say(mark("{words}; at the same place without it")).format(words=words)
        without = self._say(mark("{words}; at place {rank} without it"))
        return without.format(words=words, rank=self._figures.count(values["rank_without"]))

    def influence(self, told: Influence) -> str:
        """What is known: `last bought: 6 days ago`."""
        feature, name = feature_of(told.feature), told.feature
        action, channel = plain(_ACTIONS, action_of(name), self._say), channel_of(name)
        if channel:
            named = plain(CHANNEL, channel, self._say)
            action = self._say(mark("{action} ({channel})")).format(action=action, channel=named)
        value = self._value(feature.unit, told.value)
        return self._say(feature.text).format(action=action, days=feature.days, value=value)

    def effect(self, told: Influence) -> str:
        """What it does: `raises it strongly`."""
        return self._say(_EFFECTS[told.raises, told.strength])

    def score(self, told: Expectation) -> str:
        """What is expected: `a purchase in 30 days: 83 %`; of an amount `$34`."""
        money, write = told.task.startswith("value_"), self._figures
        said = write.money(told.value) if money else write.percent(told.value)
        text = mark("{task} ({title}): {value}") if told.target else mark("{task}: {value}")
        task = plain(TASK, told.task, self._say)
        return self._say(text).format(task=task, title=told.title, value=said)

    def _fact(self, told: Because, values: dict[str, Any]) -> str:
        if "category" in values:
            values = values | {"category": values["category"].rpartition(" > ")[2]}
        if "action" in values:
            values = values | {"did": plain(_DID, values["action"], self._say)}
        return self._say(_FACTS[told.kind]).format(**values)

    def _ago(self, days: float | None) -> str:
        if days is None:
            return self._say(mark("some time ago"))
        if round(days) < 2:
            return self._say(mark("yesterday") if round(days) else mark("today"))
        return self._say(mark("{days} days ago")).format(days=self._figures.count(round(days)))

    def _value(self, unit: str, value: float) -> str:
        if math.isnan(value):
            return self._say(mark("never") if unit == "ago" else mark("not known"))
        if unit == "ago":
            return self._ago(value)
        if unit == "money":
            return self._figures.money(value)
        if unit == "share":
            return self._figures.percent(value, 0)
        return self._figures.count(round(value) if unit == "days" else value)
