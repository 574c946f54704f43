"""The truth beside the exports: who is who, which product is which, what was broken. For scoring only."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

_TABLES = {
    "people": ("source varchar, file varchar, line bigint, person_id varchar, household_id varchar", "source, file, line"),
    "orders": ("source varchar, file varchar, line bigint, order_id varchar, purchase_id varchar", "source, file, line"),
    "damage": ("source varchar, file varchar, line bigint, kind varchar, detail varchar", "source, file, line, kind"),
    "products": ("source varchar, product_key varchar, product_id varchar", "source, product_key, product_id"),
}  # fmt: skip
_PRODUCT_KEYS = (
    ("webshop", "sku"), ("webshop", "handle"), ("webshop", "web_title"), ("website", "sku"), ("app", "sku"),
    ("stores", "till_sku"), ("stores", "till_gtin"), ("stores", "till_title"), ("tmall", "tmall_key"),
    ("tmall", "chinese_title"),
)  # fmt: skip
_ROW_GROUP = 100_000


class Truth:
    """Collects the truth of one chunk after another and writes one file a table."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self._connection, self._folder = connection, folder
        self._writers: dict[str, pq.ParquetWriter] = {}
        folder.mkdir(parents=True, exist_ok=True)
        self._empty()

    def people(self, query: str) -> None:
        """Add rows of source, file, line, person_id, household_id."""
        self._add("people", query)

    def orders(self, query: str) -> None:
        """Add rows of source, file, line, order_id, purchase_id."""
        self._add("orders", query)

    def damage(self, query: str) -> None:
        """Add rows of source, file, line, kind, detail."""
        self._add("damage", query)

    def all_products(self) -> None:
        """Every name by which a source may call a product.

        Where an export line has neither SKU nor barcode, its title is all there is; a title of
        several products counts as the one most sold.
        """
        for source, key in _PRODUCT_KEYS:
            self._add(
                "products",
                f"select '{source}', {key}, arg_max(product, (lines, -product))::varchar"
                f" from product where {key} is not null group by {key}",
            )

    def flush(self) -> None:
        """Write what this chunk added, in order, and forget it."""
        for name, (_, order) in _TABLES.items():
            reader = self._connection.sql(
                f"select distinct * from truth_{name} order by {order}"
            ).to_arrow_reader(_ROW_GROUP)
            if name not in self._writers:
                self._writers[name] = pq.ParquetWriter(
                    self._folder / f"{name}.parquet", reader.schema, compression="zstd"
                )
            for batch in reader:
                self._writers[name].write_table(pa.Table.from_batches([batch]))
        self._empty()

    def close(self) -> None:
        for writer in self._writers.values():
            writer.close()

    def _add(self, table: str, query: str) -> None:
        self._connection.execute(f"insert into truth_{table} {query}").fetchall()

    def _empty(self) -> None:
        for name, (columns, _) in _TABLES.items():
            self._connection.execute(f"create or replace table truth_{name} ({columns})").fetchall()
