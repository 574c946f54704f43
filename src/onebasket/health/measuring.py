"""What a run found of each source, as the manifest keeps it: no values, counts and names of columns only."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from onebasket.accounting import Account
from onebasket.shop import Shop
from onebasket.store.duckdb import DuckStore
from onebasket.tables import BY_NAME

_WEEKS = 8  # that tell what is usual
_FEWEST_WEEKS = 3
_ALWAYS = ("source", "channel", "file", "line", "item", "rows")
_RAW = tuple(name for name in BY_NAME if name.startswith("raw_"))


class Drift(msgspec.Struct, frozen=True):
    """How the columns of one kind of file changed since the last run that read it."""

    layout: str
    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str, float], ...] = ()  # from, to, probability


class Measures(msgspec.Struct, frozen=True):
    """One source."""

    last: str | None = None  # its last order or event, ISO 8601, UTC
    rows: int = 0  # records read
    rejected: float = 0.0  # share of its rows that went to quarantine
    duplicates: float = 0.0  # share of its rows that repeat others
    week: int = 0  # rows of the seven days up to the last
    usual: float | None = None  # median of the weeks before; None: too few
    identifiers: float | None = None  # usable ones a record; None: no records
    nulls: dict[str, float] = {}  # share of rows without a value: raw table and column
    risen: dict[str, tuple[float, float]] = {}  # of those, which rose since the last run: from, to
    columns: dict[str, tuple[str, ...]] = {}  # by kind of file
    drift: tuple[Drift, ...] = ()
    stopped: str | None = None  # why it could not be read; what is measured is of the last good run


def measure(
    store: DuckStore,
    shop: Shop,
    accounts: Iterable[Mapping[str, Any]],
    before: Mapping[str, Any],
    stopped: Mapping[str, str],
) -> dict[str, Measures]:
    """The measures of each source of a shop; `before` are those in the last manifest."""
    by_source: dict[str, list[Account]] = defaultdict(list)
    for entry in accounts:
        by_source[entry["source"]].append(Account(**entry))
    weeks: dict[str, Counter[int]] = defaultdict(Counter)
    last = {}
    for row in _rows(store, "windows"):
        weeks[row["source"]][row["ago"]] = row["rows"]
        last[row["source"]] = row["last_ts"].isoformat()
    identified = {row["source"]: row["identifiers"] / row["records"] for row in _rows(store, "identified")}
    headers: dict[str, dict[str, tuple[str, ...]]] = defaultdict(lambda: defaultdict(tuple))
    for row in _rows(store, "headers"):
        headers[row["source"]][row["layout"]] += (row["name"],)
    measured = {}
    for source in shop.sources:
        name = source.name
        old = msgspec.convert(before.get(name) or {}, Measures)
        read, refused, repeated = _shares(by_source[name])
        nulls = _nulls(store, name)
        measured[name] = Measures(
            last=last.get(name),
            rows=read,
            rejected=refused,
            duplicates=repeated,
            week=weeks[name][0],
            usual=_usual(weeks[name]),
            identifiers=identified.get(name),
            nulls=nulls,
            risen=_risen(old.nulls, nulls),
            columns=headers[name],
            drift=() if source.live else tuple(_drift(old.columns, headers[name])),
            stopped=stopped.get(name),
        )
    return measured


def _rows(store: DuckStore, name: str) -> list[dict[str, Any]]:
    store.keep(f"health_{name}", store.sql(f"health/{name}"))
    return [row for batch in store.read(f"health_{name}") for row in batch.to_pylist()]


def _shares(accounts: Iterable[Account]) -> tuple[int, float, float]:
    """Records read; shares refused and repeated, of all rows they became."""
    read = refused = repeated = rows = 0
    for account in accounts:
        refused += account.quarantined
        repeated += account.duplicates
        rows += account.rows_in if account.stage == "clean" else account.quarantined
        read += account.rows_in if account.stage == "collect" else 0
    return read, refused / rows if rows else 0.0, repeated / rows if rows else 0.0


def _usual(weeks: Mapping[int, int]) -> float | None:
    """The median week of those before the last, as far back as the source goes."""
    oldest = max(weeks, default=0)
    counts = [weeks.get(ago, 0) for ago in range(1, min(oldest, _WEEKS) + 1)]
    return float(statistics.median(counts)) if len(counts) >= _FEWEST_WEEKS else None


def _nulls(store: DuckStore, source: str) -> dict[str, float]:
    """Of the columns that have any value: those always empty are not told."""
    return {
        f"{table.removeprefix('raw_')}.{column}": round(share, 4)
        for table in _RAW
        for column, share in store.nulls(table, source).items()
        if share < 1 and column not in _ALWAYS
    }


def _risen(before: Mapping[str, float], now: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    found = {column: (share, now.get(column, 1.0)) for column, share in before.items()}
    return {column: (old, new) for column, (old, new) in found.items() if new > old}


def _drift(before: Mapping[str, tuple[str, ...]], now: Mapping[str, tuple[str, ...]]) -> Iterable[Drift]:
    for layout in sorted(set(before) & set(now)):
        added = [name for name in now[layout] if name not in before[layout]]
        gone = [name for name in before[layout] if name not in now[layout]]
        if added or gone:
            yield Drift(layout, tuple(added), tuple(gone), tuple(_renamed(gone, added)))


def _renamed(gone: list[str], added: list[str]) -> Iterable[tuple[str, str, float]]:
    """What the columns that are gone are likely called now, by their names."""
    from onebasket.collect.columns.renaming import renamed

    for each in renamed({name: [] for name in gone}, {name: [] for name in added}):
        yield each.old, each.new, round(each.probability, 2)
