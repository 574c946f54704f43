"""The truth beside the exports: who is who, which product is which, what was broken. For scoring only."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

_PLACE = "source varchar, file varchar, line bigint"
_TABLES = {
    "people": (f"{_PLACE}, person_id varchar, household_id varchar", "source, file, line"),
    "orders": (f"{_PLACE}, order_id varchar, purchase_id varchar", "source, file, line"),
    "damage": (f"{_PLACE}, kind varchar, detail varchar", "source, file, line, kind"),
    "products": (
        "source varchar, product_key varchar, product_id varchar",
        "source, product_key, product_id",
    ),
}
_PRODUCT_KEYS = (
    ("webshop", "sku"),
    ("webshop", "handle"),
    ("webshop", "web_title"),
    ("website", "sku"),
    ("app", "sku"),
    ("stores", "till_sku"),
    ("stores", "till_gtin"),
    ("stores", "till_title"),
    ("tmall", "tmall_key"),
    ("tmall", "chinese_title"),
)
_BATCH_ROWS = 100_000


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

    def broken(self, source: str, table: str) -> None:
        """Add what the column `bad` of a table of exported rows says."""
        self.damage(f"select '{source}', file, line, bad, null from {table} where bad is not null")

    def tracked(self, source: str, table: str, purchase_kind: int) -> None:
        """Add everything about the events of a tracker."""
        self.people(f"select '{source}', file, line, person_id, household_id from {table}")
        purchases = f"from {table} join purchase using (p) where kind = {purchase_kind}"
        number = "case when not numberless then '#' || order_number end"
        self.orders(f"select '{source}', file, line, {number}, purchase_id {purchases}")
        self.damage(f"select '{source}', file, line, 'no_transaction_id', null {purchases} and numberless")
        self.damage(f"select '{source}', file, line, 'sent_twice', null from {table} where copy = 1")
        self.broken(source, table)

    def products(self) -> None:
        """Add every name by which a source may call a product.

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
        """Write what was added since the last time, in order, and forget it."""
        for name, (_, order) in _TABLES.items():
            rows = self._connection.sql(f"select distinct * from truth_{name} order by {order}")
            reader = rows.to_arrow_reader(_BATCH_ROWS)
            if name not in self._writers:
                path = self._folder / f"{name}.parquet"
                self._writers[name] = pq.ParquetWriter(path, reader.schema, compression="zstd")
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
