"""Records that could not be read as rows, on their way to quarantine."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import duckdb
import numpy as np
import pyarrow as pa

from onebasket.store.duckdb_fields import literal
from onebasket.store.reading import Numbers, RawFile

_REJECTS, _REFUSED, _ARRIVING = "_collect_rejects", "_collect_refused", "_collect_refusals"
_BATCH_ROWS = 1_000
_SCHEMA = pa.schema(
    [("line", pa.int64()), ("reason", pa.string()), ("found", pa.string()), ("row_text", pa.string())]
)
# What DuckDB calls its reasons, in our words.
_REASONS = {
    "UNQUOTED VALUE": "broken_quote",
    "TOO MANY COLUMNS": "too_many_columns",
    "MISSING COLUMNS": "too_few_columns",
    "LINE SIZE OVER MAXIMUM": "too_long",
    "INVALID ENCODING": "wrong_encoding",
}


class Refusals:
    """Collects refused records of one source in the engine, never in Python's memory."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, source: str) -> None:
        self._connection, self._source = connection, source
        for name, place in (
            (_REJECTS, "path varchar, slot bigint, reason varchar"),
            (_REFUSED, "file varchar, line bigint, reason varchar, found varchar"),
        ):
            self._run(f"create or replace temp table {name} ({place}, row_text varchar)")
        self._forget_scans()

    def close(self) -> None:
        """Drop all that was collected."""
        for name in (_REJECTS, _REFUSED):
            self._run(f"drop table if exists {name}")

    def note_rejects(self, path: str | None = None) -> None:
        """Take over what the CSV reader rejected; `path` where it read from a pipe.

        One record may be rejected for several columns: the leftmost reason counts.
        """
        cases = " ".join(f"when {literal(theirs)} then {literal(ours)}" for theirs, ours in _REASONS.items())
        where = "s.file_path" if path is None else literal(path)
        self._run(f"""
            insert into {_REJECTS}
            select {where}, line,
                case arg_min(error_type::varchar, coalesce(column_idx, 0)) {cases} else 'unreadable' end,
                trim(any_value(csv_line), chr(13) || chr(10))
            from reject_errors e join reject_scans s using (scan_id, file_id)
            group by 1, 2
        """)
        self._forget_scans()

    def slots(self, file: RawFile, reason: str | None = None) -> Numbers:
        """The slots of a file's rejected records, all or those of one reason, ascending."""
        found = self._connection.execute(
            f"select slot from {_REJECTS} where path = $1 and reason = coalesce($2, reason) order by slot",
            [str(file.path), reason],
        ).fetchnumpy()["slot"]
        return np.asarray(found, np.int64)

    def settle(self, file: RawFile, slots: Numbers, lines: Numbers) -> None:
        """Give a file's rejected records their lines."""
        self._connection.register(_ARRIVING, pa.table({"slot": slots, "line": lines}))
        self._run(f"""
            insert into {_REFUSED}
            select {literal(file.name)}, line, reason, null, row_text
            from {_REJECTS} join {_ARRIVING} using (slot) where path = {literal(str(file.path))}
        """)
        self._connection.unregister(_ARRIVING)
        self._run(f"delete from {_REJECTS} where path = {literal(str(file.path))}")

    def add(self, file: str, records: Iterable[tuple[int, str, str | None, str]]) -> None:
        """Refuse further records: line, reason, what was found where that says more, text."""
        stream = iter(records)
        while some := list(itertools.islice(stream, _BATCH_ROWS)):
            columns = [pa.array(c, t) for c, t in zip(zip(*some, strict=True), _SCHEMA.types, strict=True)]
            self._connection.register(_ARRIVING, pa.table(columns, schema=_SCHEMA))
            self._run(f"insert into {_REFUSED} select {literal(file)}, * from {_ARRIVING}")
            self._connection.unregister(_ARRIVING)

    def forgive(self, file: str, lines: list[int]) -> list[int]:
        """Take back the refusals of some lines, since something else stands there; gives those there were."""
        self._connection.register(_ARRIVING, pa.table({"line": pa.array(lines, pa.int64())}))
        found = self._connection.execute(
            f"delete from {_REFUSED} where file = $1 and line in (from {_ARRIVING}) returning line",
            [file],
        ).fetchall()
        self._connection.unregister(_ARRIVING)
        return [int(line) for (line,) in found]

    def count(self, file: str) -> int:
        """How many records of a file are refused."""
        ((count,),) = self._connection.execute(
            f"select count(*) from {_REFUSED} where file = $1", [file]
        ).fetchall()
        return int(count)

    def rows(self) -> duckdb.DuckDBPyRelation:
        """The refused records as rows of `quarantine`."""
        return self._connection.sql(f"""
            select 'collect' as stage, 'file' as table_name, {literal(self._source)} as source, file, line,
                0::int as item, reason, null::varchar as field, found, row_text
            from {_REFUSED}
        """)

    def forget(self) -> None:
        """Begin anew: what was refused is written."""
        self._run(f"delete from {_REFUSED}")

    def _forget_scans(self) -> None:
        self._run("drop table if exists reject_errors")
        self._run("drop table if exists reject_scans")

    def _run(self, statement: str) -> None:
        self._connection.execute(statement).fetchall()
