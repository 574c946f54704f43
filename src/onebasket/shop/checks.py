"""Rules between values of a shop file that types cannot say."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import date

import msgspec

from onebasket.errors import MatchError
from onebasket.judging import Judge
from onebasket.shop.checks_sources import Mistake, currency_mistakes, place_mistakes, source_mistakes
from onebasket.shop.settings import (
    TEXTS,
    Align,
    Experiment,
    File,
    Health,
    Learn,
    Placement,
    Serve,
    challenger_of,
)  # fmt: skip

MOST_LISTED = 100  # products of a list
MOST_EXPLORED = 1_000  # products that an order by chance is made of
_NAME, _LETTERS = "[A-Za-z0-9_-]{1,64}", "letters, digits, - and _"
_SENTENCES = r"sentence-transformers:\S.*"


def mistakes(settings: File) -> Iterator[Mistake]:
    """What is wrong between values, each found when the one before is mended."""
    shop, run = settings.shop, settings.run
    yield from place_mistakes("shop", shop)
    for currency, rate in shop.rates.items():
        yield from currency_mistakes("shop.rates", currency)
        if not 0 < rate < math.inf:
            yield "shop.rates", "not a rate", f"{currency} = {rate}", "more than 0"
    names: set[str] = set()
    for place, source in enumerate(settings.source):
        yield from source_mistakes(f"source[{place}]", source, names)
        names.add(source.name)
    if not re.fullmatch(r"\d+(\.\d+)? ?([KMGT]i?B)", run.memory):
        yield "run.memory", "not an amount of memory", run.memory, "such as 1500MB or 4GB"
    try:
        date.fromisoformat(settings.clean.earliest)
    except ValueError:
        yield "clean.earliest", "not a date", settings.clean.earliest, "such as 2000-01-01"
    for name in ("max_names", "max_accounts", "max_records"):
        kinds = getattr(Align(), name)
        for kind in getattr(settings.align, name):
            if kind not in kinds:
                yield f"align.{name}", "not a kind of identifier", kind, ", ".join(kinds)
    for name in ("threshold", "product_threshold"):
        if not 0 < (chance := getattr(settings.align, name)) < 1:
            yield f"align.{name}", "not a probability", str(chance), "between 0 and 1"
    if settings.align.judge is not None:
        try:
            Judge.of(settings.align.judge)
        except MatchError as error:
            yield "align.judge", error.failed, error.found or "", error.expected or ""
    yield from _learn_mistakes("learn", settings.learn)
    least = {"run.keep_versions": 2, "run.threads": 0, "recommend.top": 1}
    least |= {"behaviour.categories": 0, "behaviour.products": 0, "improve.window_days": 1}
    for where, smallest in least.items():
        section, _, name = where.partition(".")
        found = getattr(getattr(settings, section), name)
        if found < smallest:
            yield where, "too small", str(found), f"{smallest} or more"
    yield from _serve_mistakes(settings.serve)
    yield from _health_mistakes("health", settings.health)
    for place, source in enumerate(settings.source):
        if source.health is not None:
            yield from _health_mistakes(f"source[{place}].health", source.health)
    if not 0 < settings.improve.held_back < 1:
        yield "improve.held_back", "not a share", str(settings.improve.held_back), "between 0 and 1"
    if settings.experiment is not None:
        yield from _experiment_mistakes(settings.experiment, settings.learn)


def _health_mistakes(at: str, health: Health) -> Iterator[Mistake]:
    for name in Health.__struct_fields__:
        found = getattr(health, name)
        if not 0 <= found < math.inf:
            yield f"{at}.{name}", "not a limit", str(found), "0 or more"


def _learn_mistakes(at: str, learn: Learn) -> Iterator[Mistake]:
    if not learn.models:
        yield f"{at}.models", "no model to learn", "[]", "one or more"
    if learn.text not in TEXTS and not re.fullmatch(_SENTENCES, learn.text):
        expected = f"{', '.join(TEXTS)} or sentence-transformers:NAME"
        yield f"{at}.text", "not a text model", learn.text, expected
    if learn.search_minutes > 0 and "timeline" not in learn.models:
        expected = '"timeline" among learn.models'
        yield f"{at}.search_minutes", "nothing to search settings for", "no timeline model", expected
    least = dict.fromkeys(
        ("top", "validation_days", "test_days", "seeds", "ease_max_items", "factors", "epochs"), 1
    )
    for name, smallest in {**least, "search_minutes": 0}.items():
        if getattr(learn, name) < smallest:
            yield f"{at}.{name}", "too small", str(getattr(learn, name)), f"{smallest} or more"


def _experiment_mistakes(experiment: Experiment, learn: Learn) -> Iterator[Mistake]:
    if not re.fullmatch(_NAME, experiment.name):
        yield "experiment.name", "not an experiment's name", repr(experiment.name), _LETTERS
    if not 0 <= experiment.share < 1:
        yield "experiment.share", "not a share", str(experiment.share), "0 or more, below 1"
    for name in ("days", "customers"):
        if getattr(experiment, name) < 1:
            yield f"experiment.{name}", "too small", str(getattr(experiment, name)), "1 or more"
    try:
        other = challenger_of(learn, experiment)
    except msgspec.ValidationError as error:
        yield "experiment.learn", "not settings of [learn]", str(error), "as in [learn]"
        return
    if other == learn:
        yield "experiment.learn", "the same as [learn]", "no other model", "settings that differ from it"
    yield from _learn_mistakes("experiment.learn", other)


def _serve_mistakes(serve: Serve) -> Iterator[Mistake]:
    if not 1 <= serve.port <= 65_535:
        yield "serve.port", "not a port", str(serve.port), "1 to 65535"
    if not serve.host:
        yield "serve.host", "not an address", '""', "such as 127.0.0.1"
    if bool(serve.certificate) != bool(serve.certificate_key):
        yield "serve.certificate", "half of a certificate", "one file", "certificate and certificate_key"
    if serve.per_minute < 1:
        yield "serve.per_minute", "too small", str(serve.per_minute), "1 or more"
    for name, placement in serve.placement.items():
        at = f"serve.placement.{name}"
        if not re.fullmatch(_NAME, name):
            yield at, "not a placement's name", repr(name), _LETTERS
        yield from _placement_mistakes(at, placement)


def _placement_mistakes(at: str, said: Placement) -> Iterator[Mistake]:
    if not 1 <= said.top <= MOST_LISTED:
        yield f"{at}.top", "not the length of a list", str(said.top), f"1 to {MOST_LISTED}"
    for name in ("not_bought_days", "most_per_category"):
        if getattr(said, name) < 0:
            yield f"{at}.{name}", "too small", str(getattr(said, name)), "0 or more"
    if not 0 <= said.explore < 1:
        yield f"{at}.explore", "not a share", str(said.explore), "0 or more, below 1"
    if not said.top <= said.explore_among <= MOST_EXPLORED and said.explore:
        expected = f"top ({said.top}) to {MOST_EXPLORED}"
        yield f"{at}.explore_among", "not a number to choose among", str(said.explore_among), expected
    low, high = said.price_min or 0, said.price_max
    if low < 0 or (high is not None and high < low):
        yield f"{at}.price_min", "not a range of prices", f"{low} to {high}", "0 or more, the least first"
    if both := sorted(set(said.pinned) & set(said.banned)):
        yield f"{at}.pinned", "pinned and banned at once", both[0], "one of the two"
