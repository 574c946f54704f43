"""What reading files gives: they are collected and cleaned into a basket that is thrown away."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from onebasket.adding.looking import Looked, ending
from onebasket.clean import clean, quarantine
from onebasket.collect import collect
from onebasket.collect.layout import FILLED
from onebasket.errors import OneBasketError
from onebasket.protect import load_or_make
from onebasket.shop import Align, Clean, Identity, Learn, Recommend, Run, Shop, Source
from onebasket.store.basket import Basket
from onebasket.store.duckdb import DuckStore
from onebasket.store.feed import opened

TRIED_BYTES = 32 << 20  # of a source, shared by its files: of larger ones the beginning is tried
_PIECE = 1 << 20
_TEXTS = ("csv", "ndjson")
_CURRENCIES = (
    "EUR USD GBP CHF CNY HKD TWD JPY KRW SGD MYR THB VND IDR PHP INR AUD NZD CAD MXN BRL SEK NOK DKK PLN CZK"
    " HUF RON TRY AED SAR ZAR ILS CLP COP PEN ARS"
)
# A trial refuses no currency for want of a rate: which ones there are is what it is to tell.
_EVEN = dict.fromkeys(_CURRENCIES.split(), 1.0)


@dataclass(frozen=True)
class Tried:
    """What reading files gives: rows kept by table, rows refused, first and last event or order (UTC)."""

    whole: bool = True  # False: only the beginning of large files was read
    rows: dict[str, int] = field(default_factory=dict)
    refused: list[dict[str, Any]] = field(default_factory=list)
    first: datetime | None = None
    last: datetime | None = None
    currencies: dict[str, int] = field(default_factory=dict)
    sample: list[dict[str, Any]] = field(default_factory=list)
    problem: str = ""


def attempt(source: Source, files: Sequence[Looked], identity: Identity) -> Tried:
    """Read the files of a source in the shop `identity`, large texts only as far as `TRIED_BYTES`."""
    with tempfile.TemporaryDirectory(prefix="onebasket-") as place:
        home = Path(place)
        (home / "in").mkdir()
        copies, whole = [], True
        for number, each in enumerate(files):
            path, complete = _beginning(
                each, TRIED_BYTES // len(files), home / "in" / f"{number:05d}{ending(each.path)}"
            )
            copies.append(str(path.resolve()))
            whole &= complete
        tried = replace(source, path=tuple(copies))
        settings = (Run(), Clean(), Align(), Learn(), Recommend())
        shop = Shop(home, replace(identity, rates={**_EVEN, **identity.rates}), (tried,), *settings)
        try:
            with Basket(shop.basket).begin() as draft:
                key = load_or_make(home, None)
                with DuckStore(draft, key) as store:
                    collect(store, shop, tried, key)
                    clean(store, shop, tried, key)
                    return _outcome(store, whole)
        except OneBasketError as error:
            name = files[0].path.name if len(files) == 1 else "a file"
            missing = f" ({error.expected})" if error.expected else ""
            return Tried(whole, problem=error.failed.replace(copies[0], name) + missing)


def _beginning(looked: Looked, most: int, place: Path) -> tuple[Path, bool]:
    """The file, or a copy of its first lines, `most` bytes; and whether that is all of it."""
    file = looked.file
    assert file is not None
    if file.kind not in _TEXTS or file.size <= most:
        return looked.path, True
    left = most
    place = place.with_name(place.name.removesuffix(".gz"))
    with opened(looked.path, file.gzip) as source, place.open("wb") as copy:
        while left > 0 and (piece := source.read(min(_PIECE, left))):
            copy.write(piece)
            left -= len(piece)
        if left <= 0:
            copy.write(source.readline())
    return place, left > 0


def _outcome(store: DuckStore, whole: bool) -> Tried:
    rows = {name: _rows(store, name) for name in ("span", "currencies", "sample")}
    currencies = Counter[str]()
    for row in rows["currencies"]:
        currencies[row["said"].strip().upper()] += row["rows"]
    refused = Counter[tuple[str, str | None]]()
    for entry in quarantine.by_reason(store):
        refused[entry["reason"], entry["field"]] += entry["rows"]
    return Tried(
        whole,
        {name: count for name in FILLED if (count := store.count(name))},
        [{"reason": reason, "field": name, "rows": times} for (reason, name), times in refused.most_common()],
        rows["span"][0]["first_ts"],
        rows["span"][0]["last_ts"],
        dict(currencies.most_common()),
        rows["sample"],
    )


def _rows(store: DuckStore, name: str) -> list[dict[str, Any]]:
    store.keep(f"adding_{name}", store.sql(f"adding/{name}"))
    return [row for batch in store.read(f"adding_{name}") for row in batch.to_pylist()]
