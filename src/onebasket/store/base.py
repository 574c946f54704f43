"""The one seam to an engine. Stages speak to a `Store`; only its implementations name an engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

import pyarrow as pa

MapFunction = Callable[[pa.RecordBatch], pa.RecordBatch]
KernelFunction = Callable[[pa.Table], pa.Table]


@dataclass(frozen=True)
class Time:
    """How to read a column of times into UTC timestamps without zone.

    `formats` are strptime patterns tried in order, or 'iso', 'epoch_s', 'epoch_ms',
    'epoch_us'. Wall-clock times take the zone in column `zone_column`, else `zone`; a zone
    that nobody knows makes them null. An hour that a clock skipped is read as if it had not;
    of an hour that came twice the second is meant.
    """

    formats: tuple[str, ...]
    zone: str = "UTC"
    zone_column: str | None = None


@dataclass(frozen=True)
class Number:
    """How to read a column of numbers: currency signs, units, spaces and grouping marks fall away.

    Four decimals are kept. Digits grouped otherwise than by threes (or, before the last three, by
    twos) are no number: '1,5' is null where the decimal mark is a point. A leading minus, a
    trailing minus and accounting brackets make it negative. `scale` multiplies before
    rounding half up to a whole number (100: euros to cents); None leaves a double. With `counted` a number
    below 0 is none.
    """

    decimal_mark: str = "."
    scale: int | None = None
    counted: bool = False


@dataclass(frozen=True)
class Text:
    """How to read a column of texts: blanks around them fall away, words that say nothing are null.

    `missing` holds such words in lower case; `case` is 'lower', 'upper' or None (as it is).
    """

    missing: tuple[str, ...] = ()
    case: Literal["lower", "upper"] | None = None


@dataclass(frozen=True)
class Hash:
    """A text's pseudonym: the first 32 hex digits of SHA-256 over `prefix` and the trimmed text."""

    prefix: str


@dataclass(frozen=True)
class Json:
    """Several columns of a row as one JSON object, nulls included. The column read is ignored."""

    columns: tuple[str, ...]


@dataclass(frozen=True)
class Unread:
    """What stands in `words` beside the first of some other readings that makes nothing of a text that says
    something; null where all texts are read. `missing` holds texts that say nothing, in lower case."""

    words: tuple[tuple[str, str], ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Apart:
    """Two readings of a kind: `there` where `column` has one of `values`, `here` in all other rows.

    Both are times with one `zone_column`, or numbers of one `scale`.
    """

    column: str
    values: tuple[str, ...]
    there: Time | Number | Apart
    here: Time | Number | Apart


Reading = Time | Number | Text | Hash | Json | Unread | Apart


# An engine's own lazy result: its rows are not computed yet. Stages hand it on, unopened.
Result: TypeAlias = Any


class Store(Protocol):
    """Tables by name, SQL over them, and functions over Arrow where SQL does not reach.

    Names are those of `onebasket.tables`, plus intermediate results named by `keep`.
    A table not yet written reads as empty. `previous_customer_links`, `previous_product_links`
    and `previous_supersessions` are those of the version before; empty in a first run.
    """

    def sql(self, name: str, /, **values: Any) -> Result:
        """The stage query `stage/query` (file `query.sql` beside the stage's code).

        `values` fill its `$name` parameters: text, numbers, booleans, timestamps.
        """

    def keep(self, name: str, result: Result, *, large: bool = False) -> int:
        """Compute an intermediate result once and name it, until `forget`. Gives its rows.

        `large`: it may exceed memory and holds nothing personal, so that it is kept on disk, as the
        tables are; the order of its rows stays.
        """

    def view(self, name: str, result: Result) -> None:
        """Name a lazy result, until `forget`: it is computed anew wherever it is read, and only as
        far as it is read. For results too large to `keep`."""

    def forget(self, *names: str) -> None:
        """Drop intermediate results, kept or viewed."""

    def write(self, table: str, result: Result, part: str = "all", *, ordered: bool = False) -> int:
        """Check a result against `onebasket.tables`, order it totally, and stage it. Gives its rows.

        The result may hold the columns in any order. A part of that name is replaced. `ordered`:
        the rows are thought to come in the table's order; they are sorted only where they do not.
        Raises SchemaError for wrong columns, types, or nulls where none may be.
        """

    def read(self, table: str, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Arrow batches of a table or intermediate result, in the order it was written."""

    def count(self, table: str) -> int:
        """Rows of a table or intermediate result."""

    def map(self, table: str, columns: Sequence[str], function: MapFunction, schema: pa.Schema) -> Result:
        """A pure function over the distinct values of some columns.

        `function` gets batches with `columns` and gives batches of the same length with
        `schema`; the result has `columns` followed by `schema`, one row a distinct combination.
        """

    def kernel(self, table: str, key: Sequence[str], function: KernelFunction, schema: pa.Schema) -> Result:
        """A compiled function over the partitions of a table by `key` (none: the whole table at once)."""

    def parse(self, table: str, readings: dict[str, tuple[str, Reading]]) -> Result:
        """Typed columns beside a table's texts: `{"ts": ("time", Time(…))}`.

        The result has all columns of `table`, then the new ones; null where a text cannot be read.
        """

    def arrow(self, data: pa.Table | pa.RecordBatchReader) -> Result:
        """A small Arrow table as a result, or a stream of batches, which can be read once."""
