"""What a format is: layouts, each with the columns it is known by and where our columns come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from onebasket.store.duckdb_fields import name_key
from onebasket.store.fields import Path, Rows, leaves
from onebasket.tables import FURTHER

FILLED = ("people", "products", "orders", "events", *FURTHER)  # what a layout may give rows of


@dataclass(frozen=True)
class Layout:
    """One kind of file of a format. Columns are found by name; others may stand between them.

    `required` are the columns (of JSON the keys, dots between levels) that it is known by; all
    other columns that fields name may be missing and read as null. `also` are further ones that tell it from
    others. `people` gives the personal
    values of a record, which get one pseudonym together.
    """

    name: str
    required: tuple[str, ...]
    people: Rows | None = None
    products: Rows | None = None
    orders: Rows | None = None
    events: Rows | None = None
    stock: Rows | None = None
    product_days: Rows | None = None
    campaigns: Rows | None = None
    exposures: Rows | None = None
    reviews: Rows | None = None
    tickets: Rows | None = None
    shipments: Rows | None = None
    payments: Rows | None = None
    also: tuple[str, ...] = ()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The columns that it reads, by name, those required first; without those inside nested ones."""
        read = (leaf for rows in self.tables.values() for field in rows.fields() for leaf in leaves(field))
        named = (leaf.names[0] for leaf in read if isinstance(leaf, Path))
        return tuple(dict.fromkeys((*self.required, *named)))

    @property
    def tables(self) -> Mapping[str, Rows]:
        """The raw tables it fills."""
        named = {f"raw_{name}": getattr(self, name) for name in FILLED}
        return {name: rows for name, rows in named.items() if rows is not None}


@dataclass(frozen=True)
class Format:
    """A channel's export format: its layouts, and how its texts are to be read where the shop file is silent.

    `encodings` are those it is written in; with none the encoding is guessed. `time_zone`,
    `currency` and `country` are None where the shop's hold. Where countries write dates in different orders,
    `time_formats` begin with the day and `month_first` with the month; what the files say decides. So it does
    about the decimal mark where that is None. `padded` formats keep numbers texts by blanks and tabs.
    """

    name: str
    layouts: tuple[Layout, ...]
    time_formats: tuple[str, ...]
    channel: str = "web"  # that of a source of which the shop file is yet to be written
    month_first: tuple[str, ...] = ()
    time_zone: str | None = None
    decimal_mark: str | None = "."
    currency: str | None = None
    country: str | None = None
    encodings: tuple[str, ...] = ("utf-8",)
    padded: bool = False
    mapped: bool = False  # the shop file maps its columns

    @cached_property
    def known(self) -> frozenset[str]:
        """The keys of the names of all columns that its layouts read."""
        return frozenset(name_key(name) for layout in self.layouts for name in layout.names)


ANY = Format("", layouts=(), time_formats=("iso",), encodings=())  # a file of which nothing is known
