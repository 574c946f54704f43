"""Products: the source's list, and what its lines name beside it."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from onebasket.clean import readings
from onebasket.clean.values.gtin import gtin
from onebasket.clean.values.sizes import size
from onebasket.clean.values.titles import title, title_key
from onebasket.clean.values.vectors import vector
from onebasket.clean.work import Work

_GTIN = pa.schema([("gtin14", pa.string())])
_SIZE = pa.schema([("size_value", pa.float64()), ("size_unit", pa.string()), ("pack_count", pa.int32())])
_TITLE = pa.schema([("tidy", pa.string()), ("title_key", pa.string()), *_SIZE])
_VECTOR = pa.schema([("vector", pa.list_(pa.float64()))])


def _titled(text: str | None) -> tuple[Any, ...]:
    tidied = title(text)
    return (tidied, title_key(tidied), *size(tidied))


def clean_products(work: Work) -> None:
    """From `clean_raw_products` and `clean_events_typed` to the part of products.

    Leaves `clean_listing_keys`: which product each name on a line means.
    """
    work.keep("products_read", work.store.parse("clean_raw_products", readings.products(work.how)))
    work.keep("listings_seen", work.sql("listings_seen", currency=work.how.currency))
    work.view("listing_rows", work.sql("listing_rows"))
    work.keep("listings", work.store.parse("clean_listing_rows", readings.listings()))
    work.view("product_texts", work.sql("product_texts"))
    _read_names(work, "product_texts")
    work.map("size", "product_texts", ("size_said",), size, _SIZE)
    work.map("vector", "products_read", ("vector_said",), lambda text: (vector(text),), _VECTOR)
    work.keep("vector_width", work.sql("vector_width"))
    work.keep("products_ranked", work.sql("products_ranked", currency=work.how.currency))
    work.keep("listing_keys", work.sql("listing_keys"))
    how = work.how
    listed = work.sql("products", source=work.source, channel=how.channel, currency=how.currency)
    work.store.write("products", listed, work.source)


def name_listings(work: Work) -> None:
    """From other `clean_listing_rows` to other `clean_listing_keys`, once the source's products are known."""
    work.keep("listings", work.store.parse("clean_listing_rows", readings.listings()))
    _read_names(work, "listings")
    work.keep("listing_keys", work.sql("listing_keys"))


def _read_names(work: Work, table: str) -> None:
    """`clean_gtin` and `clean_title` of the barcodes and titles in a table."""
    work.map("gtin", table, ("gtin_said",), lambda text: (gtin(text),), _GTIN)
    work.map("title", table, ("title_said",), _titled, _TITLE)
