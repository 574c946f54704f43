"""The portable type names of `onebasket.tables`, as Arrow types."""

from __future__ import annotations

import re

import pyarrow as pa

_SIMPLE = {
    "varchar": pa.string(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}


def arrow_type(name: str) -> pa.DataType:
    """The Arrow type of a portable type name. Raises ValueError for any other name."""
    if name in _SIMPLE:
        return _SIMPLE[name]
    if match := re.fullmatch(r"decimal\((\d+), *(\d+)\)", name):
        return pa.decimal128(int(match[1]), int(match[2]))
    if match := re.fullmatch(r"list\((.+)\)", name):
        return pa.list_(arrow_type(match[1]))
    if match := re.fullmatch(r"struct\((.+)\)", name):
        fields = (field.strip().split(" ", 1) for field in match[1].split(","))
        return pa.struct([pa.field(key, arrow_type(kind)) for key, kind in fields])
    raise ValueError(f"not a portable type: {name}")
