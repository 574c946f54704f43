"""How many values were set right or set aside, by rule."""

from __future__ import annotations

import pyarrow as pa

from onebasket.clean.work import Work
from onebasket.store.portable_types import arrow_type
from onebasket.tables import REPAIRS

_COUNTS = ("people_counts", "people_empty", "products_counts", "orders_counts", "events_counts", "outliers")
_WITH = {  # the parameters of those that have any
    "orders_counts": ("walled",),
    "events_counts": ("walled",),
    "outliers": ("source",),
}


def clean_repairs(work: Work) -> None:
    """Write the part of repairs. A query of counts names each `table field rule`."""
    walled = any(not form.startswith("epoch") and "%z" not in form for form in work.how.time_formats)
    values = {"walled": walled, "source": work.source}
    rows = []
    for query in _COUNTS:
        work.keep(query, work.sql(query, **{name: values[name] for name in _WITH.get(query, ())}))
        for batch in work.store.read(f"clean_{query}"):
            for name, count in batch.to_pylist()[0].items():
                table, field, rule = name.split()
                rows.append({"table_name": table, "field": field, "rule": rule, "rows": count})
    schema = pa.schema([(column.name, arrow_type(column.type)) for column in REPAIRS.columns])
    told = [{"source": work.source, **row} for row in rows if row["rows"]]
    work.store.write("repairs", work.store.arrow(pa.Table.from_pylist(told, schema)), work.source)
