"""The engine the demo is written with: settings, macros, and tables made of rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import duckdb
import pyarrow as pa

# q: a CSV value, quoted when it must be. text_field, raw_field: a member of a JSON object, null (and so
# left out by concat_ws) when its value is. *_param: one of GA4's event parameters.
_MACROS = (
    """q(x) as case when x is null then ''
        when regexp_matches(x, '[",\\r\\n]') then '"' || replace(x, '"', '""') || '"' else x end""",
    "money(x) as format('{:.2f}', x / 100.0)",
    "dollars(x) as case when x < 0 then '-$' else '$' end || format('{:.2f}', abs(x) / 100.0)",
    "local_time(ts, zone) as timezone(zone, timezone('UTC', ts))",
    """text_field(name, x) as '"' || name || '":"' || x || '"'""",
    """raw_field(name, x) as '"' || name || '":' || x""",
    """text_param(key, x) as '{"key":"' || key || '","value":{"string_value":' || x || '}}'""",
    """whole_param(key, x) as '{"key":"' || key || '","value":{"int_value":"' || x || '"}}'""",
    """number_param(key, x) as '{"key":"' || key || '","value":{"double_value":' || x || '}}'""",
    # which quarter of 2017 a file is of; what falls outside the year goes to its ends
    "part_of_year(ts) as case when year(ts) < 2017 then 1 when year(ts) > 2017 then 4 else quarter(ts) end",
)


def setup(connection: duckdb.DuckDBPyConnection, spill: str) -> None:
    """Settings and macros every query of the demo relies on. What memory cannot hold goes to `spill`."""
    for setting in ("memory_limit = '1500MB'", "timezone = 'UTC'", "preserve_insertion_order = true"):
        connection.execute(f"set {setting}").fetchall()
    connection.execute("set temp_directory = $1", [spill]).fetchall()
    for macro in _MACROS:
        connection.execute(f"create or replace macro {macro}").fetchall()


def make_table(connection: duckdb.DuckDBPyConnection, name: str, data: pa.Table) -> None:
    """Make a table of Arrow data."""
    connection.register("_data", data)
    connection.execute(f"create or replace table {name} as select * from _data").fetchall()
    connection.unregister("_data")


def columns_of(rows: Iterable[Sequence[object]], schema: pa.Schema) -> pa.Table:
    """An Arrow table of rows of Python values."""
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def text_schema(*names: str, **types: pa.DataType) -> pa.Schema:
    """Text columns, but for those whose type is given."""
    return pa.schema([(name, types.get(name, pa.string())) for name in names])
