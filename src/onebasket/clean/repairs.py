"""How many values were set right or set aside, by rule."""

from __future__ import annotations

import pyarrow as pa

from onebasket.clean.work import Work
from onebasket.store.portable_types import arrow_type
from onebasket.tables import REPAIRS

_COUNTS = ("people_counts", "people_empty", "products_counts", "orders_counts", "events_counts", "outliers")


def clean_repairs(work: Work) -> None:
    """Write the part of repairs. A query of counts names each `table field rule`."""
    rows = []
    for query in _COUNTS:
        values = {"source": work.source} if query == "outliers" else {}
        work.keep(query, work.sql(query, **values))
        for batch in work.store.read(f"clean_{query}"):
            for name, count in batch.to_pylist()[0].items():
                table, field, rule = name.split()
                rows.append({"table_name": table, "field": field, "rule": rule, "rows": count})
    schema = pa.schema([(column.name, arrow_type(column.type)) for column in REPAIRS.columns])
    told = [{"source": work.source, **row} for row in rows if row["rows"]]
    work.store.write("repairs", work.store.arrow(pa.Table.from_pylist(told, schema)), work.source)
