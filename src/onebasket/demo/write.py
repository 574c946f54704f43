"""The demo shop, whole: one chunk of households after another, so that memory does not grow."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from onebasket.accounting import Progress, silent
from onebasket.demo import browsing, ga4, segment, shopify, shopify_lists, square, tmall
from onebasket.demo.baskets import APP, WEB, Chunk, Purchases, chunks, make_purchases, register
from onebasket.demo.catalogue import write_products
from onebasket.demo.engine import setup
from onebasket.demo.people import Household, make_households, register_people
from onebasket.demo.purchases import HOUSEHOLDS, Baskets, Home, load
from onebasket.demo.rates import Rates
from onebasket.demo.shop_file import shop_file
from onebasket.demo.truth import Truth
from onebasket.errors import SourceError
from onebasket.shop import FILE_NAME

GENERATOR = 1  # raised whenever the same arguments give other files
_MARK = "demo.json"
_STEPS = 7


def write_demo(
    folder: Path, households: int = HOUSEHOLDS, seed: int = 0, progress: Progress = silent
) -> None:
    """Write a complete shop folder: shop.toml, exports/ and truth/.

    The same arguments give the same bytes. A folder that already holds this demo is left alone.
    Raises MissingExtraError without the extra [demo], SourceError for a folder with other things in it.
    """
    if households < 1:
        raise SourceError("A demo shop needs households.", found=str(households), expected="1 or more")
    mark = json.dumps({"generator": GENERATOR, "households": households, "seed": seed}) + "\n"
    if (folder / _MARK).exists() and (folder / _MARK).read_text(encoding="utf-8") == mark:
        return
    if folder.exists() and any(folder.iterdir()):
        raise SourceError(
            f"The folder {folder} is not empty.",
            found="a demo shop of other settings" if (folder / _MARK).exists() else "other files",
            expected="a new or empty folder, or this very demo",
            state="nothing was written",
            next_step="name another folder, or delete this one",
        )
    rates = Rates()
    with TemporaryDirectory() as spill, duckdb.connect() as connection:
        setup(connection, spill)
        parts = chunks(households, seed)
        progress("demo", 0, len(parts) * _STEPS)
        baskets, homes = load(connection, households, seed)
        folder.mkdir(parents=True, exist_ok=True)
        write_products(connection, rates, seed, all_listed=households >= HOUSEHOLDS)
        shopify_lists.write_products(connection, folder)
        truth = Truth(connection, folder / "truth")
        truth.products()
        writer = _Writer(connection, folder, rates, truth, progress, len(parts) * _STEPS)
        first_order = parts[0].first_order
        for part in parts:
            chunk = replace(part, first_order=first_order)
            first_order += writer.write(chunk, baskets, homes)
        truth.close()
    (folder / FILE_NAME).write_text(shop_file(rates), encoding="utf-8")
    (folder / _MARK).write_text(mark, encoding="utf-8")


@dataclass
class _Writer:
    """Writes the exports of one chunk after another."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    rates: Rates
    truth: Truth
    progress: Progress
    steps: int
    done: int = 0

    def write(self, chunk: Chunk, baskets: Baskets, homes: list[Home]) -> int:
        """All exports of one chunk. Gives how many web shop orders it has."""
        connection, folder, rates, truth = self.connection, self.folder, self.rates, self.truth
        households = make_households(homes[: chunk.households], chunk.number, chunk.seed, rates)
        register_people(connection, households)
        purchases = make_purchases(baskets, households, chunk, rates)
        register(connection, purchases, households, chunk, rates)
        self._step("people and baskets")
        shopify.register_contacts(connection, purchases, households, chunk, rates)
        shopify.write_orders(connection, folder, chunk, rates, truth)
        shopify_lists.write_customers(connection, folder, households, chunk, rates, truth)
        self._step("web shop")
        self._browse(purchases, households, chunk)
        square.write_sales(connection, folder, chunk, rates, truth)
        self._step("stores")
        tmall.write_sales(connection, folder, purchases, households, chunk, rates, truth)
        self._step("tmall")
        truth.flush()
        self._step("truth")
        return int((purchases.order_number > 0).sum())

    def _browse(self, purchases: Purchases, households: list[Household], chunk: Chunk) -> None:
        """The tracked events of web site and app."""
        taste = browsing.read_taste(self.connection, chunk)
        for channel, write_events in ((WEB, ga4.write_events), (APP, segment.write_events)):
            sessions = browsing.make_sessions(purchases, households, channel, chunk, self.rates)
            browsing.register_events(self.connection, sessions, households, taste, channel, chunk, self.rates)
            write_events(self.connection, self.folder, chunk, self.rates, self.truth)
            self._step("web site" if channel == WEB else "app")

    def _step(self, what: str) -> None:
        self.done += 1
        self.progress(what, self.done, self.steps)
