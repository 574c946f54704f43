"""What a page is made of, and what its sections draw on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from onebasket.messages import translator
from onebasket.report.figures import Figures
from onebasket.report.words import CHANNEL, plain
from onebasket.shop import Shop
from onebasket.store.base import Reading, Store

Row = dict[str, Any]
_RESULT = "report_rows"
_COLORS = 8


@dataclass(frozen=True)
class Grid:
    """A table of texts. The first `texts` columns are words, the others numbers."""

    head: tuple[str, ...]
    rows: list[list[str]]
    texts: int = 1


@dataclass(frozen=True)
class Example:
    """One merged customer, masked."""

    title: str
    records: Grid
    joins: list[str]
    values: list[str]


@dataclass(frozen=True)
class Meter:
    """A share with its name, shown as a filled bar."""

    name: str
    share: float
    written: str


@dataclass(frozen=True)
class Block:
    """A card of a section. A grid beside a chart is its table form, folded away unless `open`."""

    title: str = ""
    note: str = ""
    legend: list[tuple[str, int]] = field(default_factory=list)
    chart: str = ""
    meters: list[Meter] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    grid: Grid | None = None
    folded: bool = False
    examples: list[Example] = field(default_factory=list)
    span: str = ""  # "half" or "third" of the page's width


@dataclass(frozen=True)
class Section:
    """One part of the page: the finding in a sentence, then the cards that show it."""

    key: str
    title: str
    short: str
    lead: str
    blocks: list[Block] = field(default_factory=list)


@dataclass(frozen=True)
class Tile:
    """A number to remember."""

    name: str
    number: str
    note: str = ""


class Page:
    """The run a report is about, in the shop's language."""

    def __init__(self, store: Store, shop: Shop, manifest: dict[str, Any]) -> None:
        self._store, self.shop, self.manifest = store, shop, manifest
        identity = shop.shop
        self.translate = translator(identity.language)
        self.figures = Figures(identity.language, identity.currency, identity.timezone)
        channels = sorted({source.channel for source in shop.sources}, key=_channel_order)
        self._colors = {name: place % _COLORS + 1 for place, name in enumerate(channels)}

    def rows(self, query: str, **values: object) -> list[Row]:
        """The rows of one of the report's queries; small by design."""
        self._store.keep(_RESULT, self._store.sql(f"report/{query}", **values))
        batches = list(self._store.read(_RESULT))
        self._store.forget(_RESULT)
        return [row for batch in batches for row in batch.to_pylist()]

    def keep(self, name: str, query: str) -> int:
        """Name a query's result, so that other queries can read it. Gives its rows."""
        return self._store.keep(name, self._store.sql(f"report/{query}"))

    def keep_parsed(self, name: str, kept: str, readings: dict[str, tuple[str, Reading]]) -> int:
        """Name what `readings` make of a kept result's texts. Gives its rows."""
        return self._store.keep(name, self._store.parse(kept, readings))

    def forget(self, name: str) -> None:
        self._store.forget(name)

    def say(self, text: str, /, **values: object) -> str:
        """A text in the reader's language, its `{names}` filled."""
        return self.translate(text).format(**values)

    def word(self, words: Mapping[str, str], word: str) -> str:
        return plain(words, word, self.translate)

    def channel(self, name: str) -> str:
        return self.word(CHANNEL, name)

    def color(self, channel: str) -> int:
        """The colour of a channel: the same in every picture."""
        return self._colors.get(channel, _COLORS)

    def channels(self, seen: set[str]) -> list[str]:
        """Channels in the order in which every picture shows them."""
        return sorted(seen, key=_channel_order)

    def joined(self, words: list[str]) -> str:
        return ("、" if self.figures.language == "zh" else ", ").join(words)


def _channel_order(name: str) -> tuple[int, str]:
    known = list(CHANNEL)
    return (known.index(name) if name in known else len(known), name)
