"""A realistic file of a format: its rows, what they tell, and how it is damaged."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

HEADERS: dict[str, list[str]] = json.loads((Path(__file__).parent / "headers.json").read_text("utf-8"))
Facts = Mapping[str, Sequence[tuple[object, ...]]]
STAMP = "%Y-%m-%d %H:%M:%S"


def money(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def stamp(at: datetime) -> str:
    return at.strftime(STAMP)


@dataclass(frozen=True)
class Row:
    """One record: cells by their column, and what it tells by our table. `alone`: nothing else needs it."""

    cells: Mapping[str, str]
    tells: Facts = field(default_factory=dict)
    alone: bool = True


@dataclass(frozen=True)
class Sample:
    """One file with more than a thousand rows. `roles` names the columns that damage is done to."""

    file: str
    format: str
    layout: str
    rows: Sequence[Row]
    roles: Mapping[str, tuple[str, ...]]
    traps: tuple[str, ...]
    header: tuple[str, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)  # of the source
    delimiter: str = ","
    encoding: str = "utf-8"
    above: tuple[str, ...] = ()  # lines before the header
    when: Callable[[datetime], str] = stamp  # how it writes a time
    explained: bool = False  # a row below the header explains the columns
    beside: tuple[Sample, ...] = ()  # sound files that it needs
    below: tuple[Mapping[str, str], ...] = ()  # sums
    selects: Mapping[str, str] = field(
        default_factory=dict
    )  # what is compared otherwise than with other files

    @property
    def columns(self) -> tuple[str, ...]:
        return self.header or tuple(HEADERS[self.file])

    @property
    def has_bom(self) -> bool:
        return self.encoding == "utf-8-sig"

    def cells(self, row: Mapping[str, str]) -> list[str]:
        unknown = set(row) - set(self.columns)
        assert not unknown, f"{self.file} has no column {unknown}"
        return [row.get(name, "") for name in self.columns]

    def line(self, cells: Iterable[str]) -> str:
        out = io.StringIO()
        csv.writer(out, delimiter=self.delimiter, lineterminator="\r\n").writerow(cells)
        return out.getvalue()


@dataclass(frozen=True)
class Damage:
    """A way in which a record is spoilt. `role` None: the line itself is, by `spoil`."""

    name: str
    reason: str
    role: str | None = None
    text: str | datetime = ""
    spoil: Callable[[Sample, list[str]], bytes] | None = None
    loses: tuple[str, ...] = ()  # tables whose facts the record tells no more; none: all
    outcome: str = "quarantine"


def _raw(text: str, sample: Sample) -> bytes:
    return text.encode("utf-8" if sample.has_bom else sample.encoding)


def _longer(sample: Sample, cells: list[str]) -> bytes:
    return _raw(sample.line([*cells, "one", "more"]), sample)


def _twice(sample: Sample, cells: list[str]) -> bytes:
    return _raw(sample.line([*cells, *cells]), sample)


def _shorter(sample: Sample, cells: list[str]) -> bytes:
    return _raw(sample.line(cells[:2]), sample)


def _stray_quote(sample: Sample, cells: list[str]) -> bytes:
    rest = sample.line(cells[1:])
    return _raw(f'"stray" quote"{sample.delimiter}{rest}', sample)


def _undecodable(sample: Sample, cells: list[str]) -> bytes:
    return b"\x81 " + _raw(sample.line(cells), sample)


def _oversized(sample: Sample, cells: list[str]) -> bytes:
    return _raw(sample.line([*cells[:-1], "x" * 1_100_000]), sample)


_TIMED = ("orders", "events", "payments", "product_days", "campaigns")
_MONEY = ("events", "payments", "product_days", "campaigns")
LINES = (
    Damage("too many cells", "too_many_columns", spoil=_longer),
    Damage("two records on one line", "too_many_columns", spoil=_twice),
    Damage("too few cells", "too_few_columns", spoil=_shorter),
    Damage("a stray quotation mark", "broken_quote", spoil=_stray_quote),
    Damage("bytes of another encoding", "wrong_encoding", spoil=_undecodable),
    Damage("a cell of a megabyte", "too_long", spoil=_oversized),
)
CELLS = (
    Damage("a time in words", "bad_time", "time", "yesterday", loses=_TIMED),
    Damage("a time before all", "too_early", "time", datetime(1970, 1, 1), loses=_TIMED),
    Damage("a time to come", "future_time", "time", datetime(2199, 1, 1), loses=_TIMED),
    Damage("an amount in words", "bad_amount", "amount", "twelve", loses=_MONEY),
    Damage("a sum in words", "bad_amount", "sum", "twelve", loses=_MONEY),
    Damage("an absurd amount", "absurd_amount", "amount", "987654321987", loses=_MONEY),
    Damage("a negative price", "negative_price", "price", "-7.00", loses=("events",)),
    Damage("a quantity in words", "bad_quantity", "quantity", "two", loses=("events",)),
    Damage("a quantity of nothing", "bad_quantity", "quantity", "0", loses=("events",)),
    Damage("an absurd quantity", "absurd_quantity", "quantity", "99999999", loses=("events",)),
    Damage("a currency nobody knows", "unknown_currency", "currency", "ZZZ", loses=_TIMED),
    Damage("no product", "no_product", "product", "n/a", loses=("events", "products", "product_days")),
    Damage("no campaign", "no_campaign", "campaign", "n/a", loses=("campaigns",)),
    Damage("nobody", "no_usable_value", "person", "n/a", loses=("people",)),
    Damage("a total in words", "bad_amount", "total", "twelve", loses=_TIMED),
    Damage("an absurd total", "absurd_amount", "total", "987654321987", loses=_TIMED),
)
# What is done to every file besides, not to one record.
WHOLE = (
    Damage("blank lines", "", outcome="nothing is lost"),
    Damage("line ends of two kinds", "", outcome="nothing is lost"),
    Damage("a last record cut off", "too_few_columns"),
    Damage("records again in another file", "", outcome="duplicate: counted once"),
)
DAMAGES = (*CELLS, *LINES)
