"""The default store: DuckDB over Parquet, in process, spilling to disk."""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from onebasket.errors import SchemaError, StoreError
from onebasket.protect import Key, ParquetCipher
from onebasket.store.base import KernelFunction, MapFunction, Reading
from onebasket.store.basket import SPILL, Draft, Version
from onebasket.store.duckdb_parse import select as parsing
from onebasket.store.duckdb_scan import parts
from onebasket.store.portable_types import arrow_type
from onebasket.tables import BY_NAME, Table

_BATCH_ROWS = 100_000
_COMPRESSION = "zstd"
VAULT = "vault"
_numbers = itertools.count()
HANDED_ON = ("customer_links", "product_links", "supersessions")  # seen as previous_…


class DuckStore:
    """Tables of one version or draft, read in place. Also a context manager."""

    def __init__(
        self,
        home: Version | Draft,
        key: Key,
        *,
        memory: str = "1500MB",
        threads: int = 0,
        share: float = 1.0,
    ) -> None:
        """Open the tables of `home`. It may use `share` of `memory`; `threads` 0 means all cores."""
        self._home, self._cipher = home, ParquetCipher(key)
        self.connection = duckdb.connect()
        self.written: set[str] = set()  # files written through this store, relative to `home`
        self._run(f"set memory_limit = '{_share(memory, share)}'")
        if threads:
            self._run(f"set threads = {threads}")
        self._spill = home.path.parent / f"{SPILL}-{os.getpid()}-{next(_numbers)}"
        self._secure_spill(self._spill)
        for name in BY_NAME:
            self._show(BY_NAME[name], home.parts(name))
        previous = home.previous if isinstance(home, Draft) else None
        for name in HANDED_ON:
            parts = previous.parts(name) if previous else []
            self._show(BY_NAME[name], parts, f"previous_{name}")

    def _secure_spill(self, folder: Path) -> None:
        """Spilled rows may be personal: encrypt them under a key that lives in memory only.

        DuckDB asks for an extension's cipher unless told that its built-in one (mbedTLS,
        whose nonces come from a weaker generator) will do; for files that are unreadable
        once the process ends, it does.
        """
        self._run("set force_mbedtls_unsafe = 'true'")
        self._run("set temp_file_encryption = true")
        self._run("set temp_directory = $1", [str(folder)])
        self._run("set preserve_insertion_order = true")
        self._run("set timezone = 'UTC'")

    def close(self) -> None:
        self.connection.close()
        shutil.rmtree(self._spill, ignore_errors=True)

    def room(self) -> Path:
        """A folder of this store alone, for what holds no personal value; gone when it is closed."""
        self._spill.mkdir(mode=0o700, exist_ok=True)
        return self._spill

    def open_vault(self) -> None:
        """Attach a database of this store alone, for more personal rows than memory holds; gone on closing.

        It keeps columns compressed, encrypted under a key that lives in memory only: a fraction of what a
        temporary table spills.
        """
        path, key = _quoted(self.room() / f"{VAULT}.db"), secrets.token_hex(32)
        self._run(f"attach if not exists '{path}' as {VAULT} (encryption_key '{key}')")

    def errors(self) -> contextlib.AbstractContextManager[None]:
        """Within it DuckDB's refusals that a user can mend come as ours."""
        return _engine_errors(self._home.path)

    def _run(self, statement: str, values: Sequence[object] = ()) -> None:
        """Run a statement to its end: DuckDB 2 keeps a connection busy until all is fetched."""
        self.connection.execute(statement, list(values) or None).fetchall()

    def __enter__(self) -> DuckStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def sql(self, name: str, /, **values: Any) -> duckdb.DuckDBPyRelation:
        return self.connection.sql(stage_sql(name), params=values or None)

    def query(self, text: str, **values: Any) -> duckdb.DuckDBPyRelation:
        """Engine SQL: for the store's own readers and the `query` command, not for stages."""
        return self.connection.sql(text, params=values or None)

    def keep(self, name: str, result: duckdb.DuckDBPyRelation, *, large: bool = False) -> int:
        with _engine_errors(self._home.path):
            result.create_view("_kept", replace=True)
            if large:
                self.room()
                self._copy("select * from _kept", self._large(name))
                self._read_parquet(name, [self._large(name)])
            else:
                self._run(f'create or replace temp table "{name}" as select * from _kept')
        _give_back()
        return self.count(name)

    def view(self, name: str, result: duckdb.DuckDBPyRelation) -> None:
        result.create_view(name, replace=True)

    def forget(self, *names: str) -> None:
        views = self.connection.execute("select view_name from duckdb_views() where not internal").fetchall()
        for name in names:
            self._run(f'drop {"view" if (name,) in views else "table"} if exists "{name}"')
            self._large(name).unlink(missing_ok=True)

    def write(
        self, table: str, result: duckdb.DuckDBPyRelation, part: str = "all", *, ordered: bool = False
    ) -> int:
        if not isinstance(self._home, Draft):
            raise StoreError(f"The table {table} cannot be written to a published version.")
        kind = BY_NAME[table]
        _check_columns(kind, result)
        final = self._home.part(table, part)
        path = final.with_suffix(".new")  # other stores must not see it half written
        with contextlib.ExitStack() as undo:
            undo.callback(path.unlink, missing_ok=True)  # what was refused must not be there
            with _engine_errors(self._home.path):
                result.create_view("_written", replace=True)
                rows = f"select {_names(kind.names)} from _written"
                if not (ordered and self._write_ordered(rows, path, kind)):
                    self._write_rows(f"{rows} order by {_names(kind.order)}", path, kind)
            metadata = self._metadata(kind, path)
            _check_nulls(kind, metadata)
            self._check_nested_nulls(kind, path)
            path.replace(final)
            undo.pop_all()
        self.written.add(final.relative_to(self._home.path).as_posix())
        self._show(kind, self._home.parts(table))
        return int(metadata.num_rows)

    def reuse(self, parts: Mapping[str, Sequence[str]]) -> set[str]:
        """Take parts, each of some tables, from the version before; gives those that were all there."""
        assert isinstance(self._home, Draft)
        taken, tables = set(), set()
        for part, names in parts.items():
            files = [f"{table}/{part}.parquet" for table in names]
            if self._home.reuse(files):
                taken.add(part)
                tables |= set(names)
                self.written |= set(files)
        for table in tables:
            self._show(BY_NAME[table], self._home.parts(table))
        return taken

    def read(self, table: str, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        names = _names(columns) if columns else "*"
        with _engine_errors(self._home.path):
            yield from self.connection.sql(f'select {names} from "{table}"').to_arrow_reader(_BATCH_ROWS)

    def count(self, table: str) -> int:
        ((rows,),) = self.connection.execute(f'select count(*) from "{table}"').fetchall()
        return int(rows)

    def nulls(self, table: str, source: str) -> dict[str, float]:
        """The share of nulls in each column of one source's parts of a table; none where there are no rows.

        Read off the statistics of the files, without reading rows.
        """
        kind, counts, rows = BY_NAME[table], dict.fromkeys(BY_NAME[table].names, 0), 0
        for path in self._home.parts(table):
            if path.name.split(".")[0] == source:
                metadata = self._metadata(kind, path)
                rows += metadata.num_rows
                for name, nulls in _null_counts(metadata):
                    counts[name] = counts.get(name, 0) + nulls
        return {name: counts[name] / rows for name in kind.names} if rows else {}

    def map(
        self, table: str, columns: Sequence[str], function: MapFunction, schema: pa.Schema
    ) -> duckdb.DuckDBPyRelation:
        names = _names(columns)
        with _engine_errors(self._home.path):
            distinct = self.connection.sql(f'select distinct {names} from "{table}" order by {names}')
            reader = distinct.to_arrow_reader(_BATCH_ROWS)
            whole = pa.schema([*reader.schema, *schema])
            done = [
                pa.RecordBatch.from_arrays([*batch.columns, *function(batch).columns], schema=whole)
                for batch in reader
            ]
        return self.arrow(pa.Table.from_batches(done, whole))

    def kernel(
        self, table: str, key: Sequence[str], function: KernelFunction, schema: pa.Schema
    ) -> duckdb.DuckDBPyRelation:
        with _engine_errors(self._home.path):
            if not key:
                whole = self.connection.sql(f'select * from "{table}"').to_arrow_table()
                return self.arrow(function(whole).cast(schema))
            names = _names(key)
            groups = self.connection.sql(
                f'select distinct {names} from "{table}" order by {names}'
            ).fetchall()
            same = " and ".join(f'"{name}" is not distinct from ${n}' for n, name in enumerate(key, 1))
            found = [
                function(
                    self.connection.sql(
                        f'select * from "{table}" where {same}', params=list(group)
                    ).to_arrow_table()
                ).cast(schema)
                for group in groups
            ]
        return self.arrow(pa.concat_tables(found) if found else schema.empty_table())

    def parse(self, table: str, readings: dict[str, tuple[str, Reading]]) -> duckdb.DuckDBPyRelation:
        return self.connection.sql(parsing(table, readings))

    def arrow(self, data: pa.Table | pa.RecordBatchReader) -> duckdb.DuckDBPyRelation:
        return self.connection.from_arrow(data)

    def _show(self, kind: Table, paths: list[Path], name: str | None = None) -> None:
        """Make a table readable under its name; an empty one of its type where nothing is written."""
        name = name or kind.name
        with contextlib.suppress(duckdb.Error):  # it may be a view, or nothing yet
            self.connection.unregister(name)
        if not paths:
            schema = pa.schema([(column.name, arrow_type(column.type)) for column in kind.columns])
            self.connection.register(name, schema.empty_table())
        elif kind.personal:
            self.connection.register(name, self._cipher.dataset(paths))
        else:
            self._read_parquet(name, paths)

    def _read_parquet(self, name: str, paths: list[Path]) -> None:
        self._run(f'create or replace view "{name}" as {parts(paths)}')

    def _copy(self, query: str, path: Path) -> None:
        self._run(f"copy ({query}) to '{_quoted(path)}' (format parquet, compression {_COMPRESSION})")

    def _large(self, name: str) -> Path:
        """Where a large intermediate result is kept."""
        return self._spill / f"{name}.parquet"

    def _write_ordered(self, rows: str, path: Path, kind: Table) -> bool:
        """Write rows as they come; whether they came in the table's order."""
        self._write_rows(rows, path, kind)
        self._show(kind, [path], "_part")
        key = f"({_names(kind.order)})"
        after = f"select {key} < lag({key}) over () as astray from _part"
        ((astray,),) = self.connection.execute(f"select count(*) from ({after}) where astray").fetchall()
        return not astray

    def _write_rows(self, query: str, path: Path, kind: Table) -> None:
        if not kind.personal:
            self._copy(query, path)
            return
        reader = self.connection.sql(query).to_arrow_reader(_BATCH_ROWS)
        with pq.ParquetWriter(
            path, reader.schema, compression=_COMPRESSION, encryption_properties=self._cipher.encryption()
        ) as writer:
            for batch in reader:
                writer.write_batch(batch)
        _give_back()

    def _check_nested_nulls(self, kind: Table, path: Path) -> None:
        """No nulls among lists and structs, of which the statistics know the inside only."""
        names = [column.name for column in kind.columns if column.required and "(" in column.type]
        if names:
            self._show(kind, [path], "_part")
            nulls = ", ".join(f'count(*) - count("{name}")' for name in names)
            (counts,) = self.connection.execute(f"select {nulls} from _part").fetchall()
            for name, count in zip(names, counts, strict=True):
                if count:
                    raise _null_error(kind, name, count)

    def _metadata(self, kind: Table, path: Path) -> pq.FileMetaData:
        return self._cipher.metadata(path) if kind.personal else pq.read_metadata(path)


def _give_back() -> None:
    """What Arrow holds in reserve counts as the process's memory, and the engine may want it."""
    pa.default_memory_pool().release_unused()


def _share(memory: str, share: float) -> str:
    """Part of an amount of memory: half of 1500MB is 750.0MB."""
    number = memory.rstrip("BKMGTi ")
    return f"{float(number) * share}{memory[len(number) :]}"


@cache
def stage_sql(name: str) -> str:
    """The text of a stage's query: `fuse/timeline` is `timeline.sql` in the package `onebasket.fuse`."""
    stage, _, query = name.partition("/")
    return (files(f"onebasket.{stage}") / f"{query}.sql").read_text(encoding="utf-8")


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _check_columns(kind: Table, result: duckdb.DuckDBPyRelation) -> None:
    """Names and types, before anything is computed."""
    found = dict(zip(result.columns, (str(t) for t in result.types), strict=True))
    missing = [column.name for column in kind.columns if column.name not in found]
    unknown = [name for name in found if name not in kind.names]
    wrong = [
        f"{column.name}: {found[column.name]} instead of {column.type}"
        for column in kind.columns
        if column.name in found and found[column.name] != _engine_type(column.type)
    ]
    if missing or unknown or wrong:
        said = [("missing", missing), ("unknown", unknown), ("wrong type", wrong)]
        raise SchemaError(
            f"The table {kind.name} was not born as it should be.",
            found="; ".join(f"{what}: {', '.join(items)}" for what, items in said if items),
            expected="the columns of onebasket.tables",
        )


def _check_nulls(kind: Table, metadata: pq.FileMetaData) -> None:
    """No nulls where none may be: read off the statistics of the file just written."""
    required = {column.name for column in kind.columns if column.required}
    for name, nulls in _null_counts(metadata):
        if name in required and nulls:
            raise _null_error(kind, name, nulls)


def _null_counts(metadata: pq.FileMetaData) -> Iterator[tuple[str, int]]:
    """Each column of each group of rows, with its nulls."""
    for group in range(metadata.num_row_groups):
        for place in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(place)
            if chunk.statistics:
                yield chunk.path_in_schema, chunk.statistics.null_count or 0


def _null_error(kind: Table, column: str, count: int) -> SchemaError:
    return SchemaError(
        f"The table {kind.name} was not born as it should be.",
        found=f"{count} nulls in {column}",
        expected="a value in every row",
    )


@cache
def _engine_type(name: str) -> str:
    with duckdb.connect() as own:  # the module's own connection refuses a second thread
        return str(own.from_arrow(pa.schema([("x", arrow_type(name))]).empty_table()).types[0])


@contextlib.contextmanager
def _engine_errors(home: Path) -> Iterator[None]:
    """DuckDB's refusals that a user can mend, as ours."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise StoreError(
            "The run needs more memory than it may use.",
            found=str(error).splitlines()[0],
            state="the last published version is as it was",
            next_step="raise memory under [run] in the shop file",
        ) from error
    except duckdb.IOException as error:
        raise StoreError(
            f"The basket {home.parent} cannot be read or written.",
            found=str(error).splitlines()[0],
            state="the last published version is as it was",
            next_step="free some space or mend the permissions, then run again",
        ) from error
