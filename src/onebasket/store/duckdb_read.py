"""Reading files with DuckDB: each file once, into a batch of columns, then out into raw tables.

Whatever a declared field needs of a record is computed while it is read, so that the batch
holds the values of our tables and nothing else. The line of a row follows from its place in
the batch and the few steps at which lines and rows part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import duckdb
import msgspec
import numpy as np
import pyarrow as pa

from onebasket.errors import SourceError
from onebasket.store import fields as f
from onebasket.store.duckdb import VAULT, DuckStore
from onebasket.store.duckdb_fields import ITEM, NOTHING, Expressions, Loaded, literal
from onebasket.store.duckdb_scan import ARRIVING, Shape, scan, shape_of
from onebasket.store.feed import pipe, readable, texts
from onebasket.store.reading import Counted, Lines, Numbers, RawFile, Steps
from onebasket.store.refusals import Refusals
from onebasket.tables import BY_NAME, RAW_PEOPLE
from onebasket.tables.schema import WHERE, columns

_BATCH, _STEPS, _GONE = f"{VAULT}._collect_batch", "_collect_steps", "_collect_gone"
_WHERE = tuple(column.name for column in columns(WHERE))
PERSONAL = tuple(name for name in RAW_PEOPLE.names if name not in (*_WHERE, "record_id", "rows"))
_SECRET = "onebasket_secret"


Corrected = Mapping[int, str]  # line → the text that stands there instead
_Placed = tuple[
    Numbers, str, Numbers
]  # rows of the batch from which on, of a file, what is added for the line


class Reader:
    """Reads the files of one source, a batch at a time. Also a context manager."""

    def __init__(self, store: DuckStore, source: str, channel: str, pepper: str) -> None:
        self._store, self._connection = store, store.connection
        store.open_vault()
        self._source, self._channel = source, channel
        self._selects: dict[str, tuple[str, str]] = {}
        self._keys: tuple[str, ...] = ()
        self._place = ("", "")
        self._rows_of: dict[
            str, tuple[int, int, Steps]
        ] = {}  # first row, number of rows and steps of each file
        self._read_records: dict[str, int] = {}
        self.refusals = Refusals(store.connection, source)
        secret = literal(f"{pepper}\x1f{source}")
        self._run(f"set variable {_SECRET} = {secret}")

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.refusals.close()
        for name in (_BATCH, _STEPS):
            self._run(f"drop table if exists {name}")
        self._run(f"reset variable {_SECRET}")

    @property
    def tables(self) -> tuple[str, ...]:
        """The raw tables that the loaded files give rows of."""
        return tuple(self._selects)

    def load(
        self,
        files: Sequence[RawFile],
        tables: Mapping[str, f.Rows],
        corrected: Mapping[str, Corrected] | None = None,
    ) -> list[Counted]:
        """Read files that have one kind and the same columns; they take the place of those read before.

        `tables` says what each record gives in each of our tables. `corrected` holds, by the name
        of a file, the texts that stand in place of some of its records. Raises SourceError when
        records would be lost.
        """
        shape = shape_of(self._connection, files[0], tables.values())
        self._keys = tuple(shape.types)
        record = Expressions(shape.roots, f"getvariable('{_SECRET}')")
        loaded = Loaded(record)
        record_id = loaded.keep(_record_id(record, tables.get("raw_people")))
        self._selects = {name: self._select(name, table, loaded, record_id) for name, table in tables.items()}
        kept = [f'{expression} as "{name}"' for expression, name in loaded.columns.items()]
        names = f"enum({', '.join(literal(str(file.path)) for file in files)})"
        with self._store.errors():
            self._run(f"drop table if exists {_BATCH}")
            self._rows_of.clear()
            wanted = [*kept, f"{shape.void} as _void"]
            for unit in _units(files):
                self._read(unit, shape, wanted, names)
            placed = self._settle(files)
            for file in files:
                lines = (corrected or {}).get(file.name, {})
                if lines and file.kind in ("csv", "ndjson"):
                    placed += self._correct(file, lines, shape, (wanted, names))
            self._locate(placed)
        return [
            Counted(file, self._read_records[file.name], self.refusals.count(file.name)) for file in files
        ]

    def rows(self, table: str) -> duckdb.DuckDBPyRelation:
        """The rows of a raw table that the loaded files give."""
        columns, inner = self._selects[table]
        place, join = self._place
        return self._connection.sql(f"select {columns} from (select b.*, {place} from ({inner}) b {join})")

    def texts(self, table: str, column: str, most: int) -> dict[str, list[str]]:
        """Some of the texts in one column of a raw table by file, each once: those of the first lines."""
        if table not in self._selects or column not in BY_NAME[table].names:
            return {}
        first = max(most // len(self._rows_of), 1)  # of each file as much
        rows = self.rows(table).filter(f'"{column}" is not null and line <= {first}').limit(most)
        found: dict[str, list[str]] = {}
        for file, text in rows.project(f'file, "{column}"').distinct().fetchall():
            found.setdefault(file, []).append(text)
        return found

    def _read(self, unit: Sequence[RawFile], shape: Shape, wanted: Sequence[str], names: str) -> None:
        """One statement: files that the engine reads side by side, or one that is fed to it."""
        file = unit[0]
        own = f"{literal(str(file.path))}::{names}"
        try:
            if file.rows is not None:
                self._connection.register(ARRIVING, file.rows)
                self._append(ARRIVING, wanted, own)
                self._connection.unregister(ARRIVING)
            elif file.plain:
                paths = [each.path for each in unit]
                self._append(scan(file.kind, paths, shape.types, file), wanted, f"filename::{names}")
            else:
                with pipe(readable(file)) as path:
                    self._append(scan(file.kind, [path], shape.types, file), wanted, own)
        except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.InternalException) as error:
            names = ", ".join(each.name for each in unit[:3])
            raise SourceError(
                f"Source {self._source}: {names} cannot be read.",
                found=f"{file.kind} that the engine gives up on ({type(error).__name__})",
                expected="records of one shape from the first line to the last",
                state="nothing was published",
                next_step="open the file, mend it or export it again",
            ) from None  # the engine's message quotes the record
        if file.kind == "csv":
            self.refusals.note_rejects(None if file.plain else str(file.path))

    def _append(self, scanned: str, wanted: Sequence[str], file: str) -> None:
        query = f"select {', '.join(wanted)}, {file} as _file from {scanned}"
        exists = self._connection.execute(
            "select 1 from duckdb_tables() where database_name || '.' || table_name = $1", [_BATCH]
        ).fetchall()
        self._run(f"insert into {_BATCH} {query}" if exists else f"create table {_BATCH} as {query}")

    def _settle(self, files: Sequence[RawFile]) -> list[_Placed]:
        """Find the line of every row, and refuse the records that only look like rows."""
        found = self._connection.execute(
            f"select _file, min(rowid), count(*), max(rowid) from {_BATCH} group by 1"
        ).fetchall()
        ranges = {path: (first, count) for path, first, count, _ in found}
        assert all(last - first + 1 == count for _, first, count, last in found), "files came mixed"
        placed: list[_Placed] = []
        for file in files:
            base, count = ranges.get(str(file.path), (0, 0))
            slots = self.refusals.slots(file)
            lines = self._checked_lines(file, count + len(slots))
            refused = lines.lines_of(slots)
            self.refusals.settle(file, slots, refused)
            parting = lines.steps(refused)
            self._refuse_rows(replace(file, lines=lines), base, count, parting)
            own = parting.row < count  # what is refused behind the last row would begin in the next file
            placed.append((base + parting.row[own], file.name, parting.add[own] - base))
            self._read_records[file.name] = count + len(slots)
            self._rows_of[file.name] = (base, count, parting)
        return placed

    def _correct(
        self, file: RawFile, corrected: Corrected, shape: Shape, query: tuple[Sequence[str], str]
    ) -> list[_Placed]:
        """Take corrected texts in place of the records that began on their lines."""
        wanted, names = query
        base, count, steps = self._rows_of[file.name]
        rows = steps.rows_at(np.array(sorted(corrected), np.int64), count)
        self._delete(rows + base)
        known = {*steps.lines_of(rows).tolist(), *self.refusals.forgive(file.name, list(corrected))}
        given = [(line, corrected[line]) for line in sorted(known) if corrected[line].strip()]
        if file.kind == "ndjson":
            unread = [line for line, text in given if _object(text) is None]
            self.refusals.add(file.name, ((line, "not_json", None, corrected[line]) for line in unread))
            given = [(line, text) for line, text in given if line not in unread]
        if not given:
            return []
        ((last,),) = self._connection.execute(f"select coalesce(max(rowid), -1) from {_BATCH}").fetchall()
        header = [file.delimiter.join(f"c{n}" for n in range(len(file.header)))] if file.kind == "csv" else []
        whole = "\n".join([*header, *(text for _, text in given), ""]).encode("utf-8", "backslashreplace")
        with pipe([whole]) as path:
            own = f"{literal(str(file.path))}::{names}"
            self._append(scan(file.kind, [path], shape.types, file), wanted, own)
        if file.kind == "csv":
            self.refusals.note_rejects(str(file.path))
        slots = self.refusals.slots(file)
        ((first, came),) = self._connection.execute(
            f"select coalesce(min(rowid), 0), count(*) from {_BATCH} where rowid > $1", [last]
        ).fetchall()
        if came + len(slots) != len(given):
            raise SourceError(
                f"Source {self._source}: the corrections of {file.name} cannot be read.",
                found=f"{came + len(slots)} records in {len(given)} corrected lines",
                expected="one record in each corrected line",
                state="nothing was published",
                next_step="correct those lines again, each with one record of the file",
            )
        at = np.array([line for line, _ in given], np.int64)
        self.refusals.settle(file, slots, at[slots - 2])
        good = np.delete(at, slots - 2) if len(slots) else at
        rows = first + np.arange(len(good), dtype=np.int64)
        return [(rows, file.name, good - rows)] if len(good) else []

    def _checked_lines(self, file: RawFile, records: int) -> Lines:
        """The file's lines, when as many records came as it has."""
        lines = file.lines
        if file.kind not in ("csv", "ndjson") or lines.records == records:
            return lines
        if file.look_again is not None:
            lines = file.look_again()
            if lines.records == records:
                return lines
        raise SourceError(
            f"Source {self._source}: {file.name} cannot be read without losing records.",
            found=f"{lines.records} records in the file, {records} read{self._first_broken(file)}",
            expected="as many read as there are",
            state="nothing was published",
            next_step="look for stray quotation marks in the file, mend them or export it again",
        )

    def _first_broken(self, file: RawFile) -> str:
        slots = self.refusals.slots(file, "broken_quote")
        return f"; a quotation mark goes wrong on line {file.lines.lines_of(slots)[0]}" if len(slots) else ""

    def _refuse_rows(self, file: RawFile, base: int, count: int, steps: Steps) -> None:
        """Move rows to quarantine that were refused where they came in, hold undecodable bytes, or nothing of
        an object."""
        if file.rejected:
            self._refuse(file, base, np.arange(count, dtype=np.int64), steps, "rejected")
            return
        damaged = steps.rows_at(file.lines.record_of(file.undecodable), count)
        self._refuse(file, base, damaged, steps, "wrong_encoding")
        if file.kind == "ndjson" and count:
            void = self._connection.execute(
                f"select rowid as r from {_BATCH} where _void and rowid between $1 and $2 order by 1",
                [base, base + count - 1],
            ).fetchnumpy()["r"]
            self._refuse(file, base, np.asarray(void, np.int64) - base, steps, "not_json")

    def _refuse(self, file: RawFile, base: int, rows: Numbers, steps: Steps, reason: str) -> None:
        """Refuse rows of the batch by their place in the file, with the text of their lines."""
        if not len(rows):
            return
        lines = steps.lines_of(rows)
        silent: list[int] = []  # lines that are objects indeed and say nothing of what we read

        def refused() -> Iterator[tuple[int, str, str | None, str]]:
            for line, raw in texts(file, ((line, file.lines.span(line)) for line in lines.tolist())):
                text, valid = file.decode(raw)
                if valid and reason == "not_json" and _says_nothing(text, self._keys):
                    silent.append(line)
                else:
                    found = file.rejected[line - 1] if file.rejected else None
                    yield line, reason if valid or found else "wrong_encoding", found, text

        self.refusals.add(file.name, refused())
        self._delete(rows[~np.isin(lines, np.array(silent, np.int64))] + base)

    def _delete(self, rows: Numbers) -> None:
        self._connection.register(_GONE, pa.table({"r": rows}))
        self._run(f"delete from {_BATCH} where rowid in (select r from {_GONE})")
        self._connection.unregister(_GONE)

    def _locate(self, placed: Sequence[_Placed]) -> None:
        """Set how rows get their file and line: from lists where each file has one step, else by a join."""
        if all(len(shift) == 1 for _, _, shift in placed) and len(placed) == len(self._rows_of):
            files = ", ".join(literal(name) for _, name, _ in placed)
            shifts = ", ".join(str(shift[0]) for _, _, shift in placed)
            at = "[enum_code(b._file) + 1]"
            self._place = (f"[{files}]{at} as file, b._row + [{shifts}]{at} as line", "")
            return
        table = pa.table(
            {
                "from_row": np.concatenate([rows for rows, _, _ in placed]),
                "file": pa.array([name for rows, name, _ in placed for _ in rows], pa.string()),
                "shift": np.concatenate([shift for _, _, shift in placed]),
            }
        )
        self._connection.register(_GONE, table)
        self._run(f"create or replace temp table {_STEPS} as select * from {_GONE}")
        self._connection.unregister(_GONE)
        join = f"asof join {_STEPS} s on b._row >= s.from_row"
        self._place = ("s.file, b._row + s.shift as line", join)

    def _select(self, name: str, table: f.Rows, loaded: Loaded, record_id: str) -> tuple[str, str]:
        """What one of our tables takes from the batch: its columns, and the rows they come from."""
        chosen = {
            "source": literal(self._source),
            "channel": literal(self._channel),
            "file": "file",
            "line": "line",
        }
        chosen |= {column: loaded.text(field) for column, field in table.columns.items()}
        chosen["record_id"] = record_id
        inner = f"select rowid as _row, * from {_BATCH}"
        if name == "raw_people":
            first = (
                f"select {record_id} as _id, min(rowid) as _first, count(*) as _rows from {_BATCH} group by 1"
            )
            inner += f" join ({first}) on rowid = _first where _id is not null"
            chosen["rows"] = "_rows"
        else:
            said = dict.fromkeys(
                loaded.text(field) for field in table.columns.values() if loaded.keeps(field)
            )
            filled = [f"coalesce({', '.join(said)}) is not null"] if said else []  # a blank row gives nothing
            wanted = [loaded.holds(table.where)] if table.where else []
            inner += f" where {' and '.join([*filled, *wanted])}" if filled or wanted else ""
        if "item" in BY_NAME[name].names:
            chosen["item"] = "0::int"
        if table.each:
            items = loaded.items(table.each)
            inner = (
                f"select *, unnest(case when len({items}) > 0 then {items} else [null] end) as {ITEM},"
                f" unnest(range(greatest(len({items}), 1))) as _place from ({inner})"
            )
            chosen["item"] = "_place::int"
        known = [column.name for column in BY_NAME[name].columns]
        return ", ".join(f'{chosen.get(column, NOTHING)} as "{column}"' for column in known), inner

    def _run(self, statement: str) -> None:
        self._connection.execute(statement).fetchall()


def _record_id(record: Expressions, people: f.Rows | None) -> str:
    """The pseudonym of a record's personal values, whichever of them it has."""
    if people is None:
        return NOTHING
    said = (people.columns.get(name) for name in PERSONAL)
    pseudonym = record.digest(NOTHING if field is None else record.text(field) for field in said)
    if people.where is None or pseudonym == NOTHING:
        return pseudonym
    return f"case when {record.holds(people.where)} then {pseudonym} end"


def _units(files: Sequence[RawFile]) -> Iterator[Sequence[RawFile]]:
    """Files that one statement reads: all plain ones together, every other by itself."""
    plain = [file for file in files if file.plain and file.rows is None]
    if plain:
        yield plain
    yield from ([file] for file in files if file not in plain)


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return None
    return value if isinstance(value, dict) else None


def _says_nothing(text: str, keys: Sequence[str]) -> bool:
    """Whether a text is a JSON object without any of the keys."""
    value = _object(text)
    return value is not None and all(value.get(key) is None for key in keys)
