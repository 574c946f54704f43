"""What a format is: layouts, each with the columns it is known by and where our columns come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from onebasket.store.fields import Rows


@dataclass(frozen=True)
class Layout:
    """One kind of file of a format. Columns are found by name; others may stand between them.

    `required` are the columns (of JSON the keys, dots between levels) that it is known by; all
    other columns that fields name may be missing and read as null. `people` gives the personal
    values of a record, which get one pseudonym together.
    """

    name: str
    required: tuple[str, ...]
    people: Rows | None = None
    products: Rows | None = None
    orders: Rows | None = None
    events: Rows | None = None

    @property
    def tables(self) -> Mapping[str, Rows]:
        """The raw tables it fills."""
        named = {
            "raw_people": self.people,
            "raw_products": self.products,
            "raw_orders": self.orders,
            "raw_events": self.events,
        }
        return {name: rows for name, rows in named.items() if rows is not None}


@dataclass(frozen=True)
class Format:
    """A channel's export format: its layouts, and how its texts are to be read where the shop file is silent.

    `encodings` are those it is written in; with none the encoding is guessed. `time_zone`,
    `currency` and `country` are None where the shop's hold.
    """

    name: str
    layouts: tuple[Layout, ...]
    time_formats: tuple[str, ...]
    time_zone: str | None = None
    decimal_mark: str = "."
    currency: str | None = None
    country: str | None = None
    encodings: tuple[str, ...] = ("utf-8",)
    mapped: bool = False  # the shop file maps its columns
