"""The texts of DuckDB's own readers: which file, as what, with which columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from onebasket.store import fields as f
from onebasket.store.duckdb_fields import literal, name_key, objects, quoted, structure
from onebasket.store.reading import MAX_RECORD_BYTES, Kind, RawFile

_PADDING = "' ' || chr(9)"
ARRIVING = "_collect_arriving"  # the rows that a driver hands over


@dataclass(frozen=True)
class Shape:
    """What DuckDB sees of a kind of file: types of columns, and the expression for each name of theirs."""

    types: Mapping[str, str]
    roots: Mapping[str, str]
    void: str  # whether a record said nothing that could be read


def shape_of(connection: duckdb.DuckDBPyConnection, file: RawFile, tables: Iterable[f.Rows]) -> Shape:
    """How the columns that `tables` read are found in a file."""
    match file.kind:
        case "csv":
            types = {f"c{place}": "varchar" for place in range(len(file.header))}
            texts = [f"nullif(trim({name}, {_PADDING}), '')" if file.padded else name for name in types]
            nested = objects(tables)
            roots = {
                name: _object(text, nested.get(name)) for name, text in _by_name(file.header, texts).items()
            }
            return Shape(types, {**_missing(tables), **roots}, "false")
        case "ndjson" | "json":
            types = structure(tables)
            roots = {name_key(name): as_text(quoted(name), kind) for name, kind in types.items()}
            return Shape(types, roots, " and ".join(f"{quoted(name)} is null" for name in types))
        case "parquet":
            found = connection.sql(f"select * from {scan('parquet', [file.path], {})} limit 0")
            actual = dict(zip(found.columns, map(str, found.types), strict=True))
            declared = {name_key(name): kind for name, kind in structure(tables).items()}
            nested = objects(tables)
            roots = {
                name_key(name): _object(quoted(name), nested[name_key(name)])
                if kind in ("VARCHAR", "JSON") and name_key(name) in nested
                else _as_declared(name, kind, declared)
                for name, kind in actual.items()
            }
            return Shape(actual, {**_missing(tables), **roots}, "false")
        case "rows":
            assert file.rows is not None
            found = connection.from_arrow(file.rows.schema.empty_table())
            texts = [as_text(quoted(c), str(t)) for c, t in zip(found.columns, found.types, strict=True)]
            return Shape({}, _by_name(file.header, texts), "false")


def scan(kind: Kind, paths: Sequence[Path], types: Mapping[str, str], file: RawFile | None = None) -> str:
    """A table function over files; `file` says how the texts among them are written."""
    listed = f"[{', '.join(literal(str(path)) for path in paths)}]"
    names = ", ".join(f"{literal(name)}: {literal(type_)}" for name, type_ in types.items())
    packed = "gzip" if file is not None and file.gzip and file.path in paths else "none"
    match kind:
        case "csv":
            assert file is not None
            return (
                f"read_csv({listed}, columns={{{names}}}, delim={literal(file.delimiter)}, quote='\"',"
                " escape='\"', header=true, auto_detect=false, strict_mode=true, store_rejects=true,"
                f" compression='{packed}', max_line_size={MAX_RECORD_BYTES})"
            )
        case "ndjson" | "json":
            form = "newline_delimited" if kind == "ndjson" else "array"
            lenient = "true" if kind == "ndjson" else "false"
            return (
                f"read_json({listed}, columns={{{names}}}, format='{form}', records=true,"
                f" ignore_errors={lenient},"
                f" compression='{packed}')"
            )
        case "parquet":
            return f"read_parquet({listed})"
        case "rows":
            return ARRIVING


def parts(paths: Sequence[Path]) -> str:
    """Parquet files of one table, in their order. DuckDB plans as if all were as long as the first, and puts
    what it thinks short into memory: so the largest begins a scan of its own."""
    largest = paths.index(max(paths, key=lambda path: path.stat().st_size))
    scans = [
        f"select * from read_parquet([{', '.join(literal(str(path)) for path in part)}])"
        for part in (paths[:largest], paths[largest:])
        if part
    ]
    return " union all ".join(scans)


def _by_name(header: Sequence[str], columns: Iterable[str]) -> dict[str, str]:
    """Columns by their key; of two with one name the first counts."""
    found: dict[str, str] = {}
    for name, column in zip(header, columns, strict=True):
        found.setdefault(name_key(name), column)
    return found


def _missing(tables: Iterable[f.Rows]) -> dict[str, str]:
    """The columns in which rows look for lists, as where a file lacks them."""
    kinds = structure(tables)
    lists = {table.each.names[0] for table in tables if isinstance(table.each, f.Path)}
    return {name_key(name): f"null::{kinds[name]}" for name in sorted(lists)}


def _object(text: str, shape: str | None) -> str:
    """A text; one that is JSON as the nested value that fields were declared for, null where it is none."""
    return (
        text
        if shape is None
        else f"case when json_valid({text}) then from_json({text}, {literal(shape)}) end"
    )


def _as_declared(name: str, kind: str, declared: Mapping[str, str]) -> str:
    """A typed column as a text, or as the nested type that fields were declared for."""
    wanted = declared.get(name_key(name), "varchar")
    return as_text(quoted(name), kind) if wanted == "varchar" else f"cast({quoted(name)} as {wanted})"


def as_text(column: str, kind: str) -> str:
    """A column of any type as a text that says the same: whole numbers without point, times with zone."""
    kind = kind.upper()
    if kind == "VARCHAR":
        return f"nullif({column}, '')"
    if kind.startswith(("STRUCT", "VARCHAR[", "MAP")):
        return column
    if kind in ("DOUBLE", "FLOAT"):
        whole = f"{column} = trunc({column}) and abs({column}) < 1e15"
        text = f"case when {whole} then {column}::bigint::varchar else {column}::varchar end"
        return f"case when not isnan({column}) then {text} end"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"strftime(timezone('UTC', {column}), '%Y-%m-%dT%H:%M:%S.%fZ')"
    return f"{column}::varchar"
