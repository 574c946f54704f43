"""Questions from outside: one select over the published tables, read-only and bounded."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import duckdb

from onebasket.errors import QueryError
from onebasket.store.basket import Version
from onebasket.store.duckdb_scan import parts
from onebasket.tables import ALL

MAX_ROWS = 1_000
MAX_SECONDS = 30.0
_MEMORY = "1GB"


def query(
    version: Version, text: str, *, max_rows: int = MAX_ROWS, max_seconds: float = MAX_SECONDS
) -> tuple[list[str], list[tuple[Any, ...]], bool]:
    """Columns, rows, and whether there were more rows than `max_rows`.

    The connection sees the tables without personal values and nothing else: no other
    file, no network, no setting may be touched. Raises QueryError for anything but one
    select, for a query that fails, and for one that takes longer than `max_seconds`.
    """
    connection = duckdb.connect()
    try:
        _lock_up(connection, version)
        _check(connection, text)
        timer = threading.Timer(max_seconds, connection.interrupt)
        timer.start()
        try:
            result = connection.sql(text)
            rows = result.limit(max_rows + 1).fetchall()
            return list(result.columns), rows[:max_rows], len(rows) > max_rows
        except duckdb.InterruptException as error:
            raise QueryError(
                f"The query took longer than {max_seconds:g} seconds.",
                next_step="ask for less, or raise --seconds",
            ) from error
        except duckdb.Error as error:
            raise QueryError("The query failed.", found=str(error).splitlines()[0]) from error
        finally:
            timer.cancel()
    finally:
        connection.close()


def _lock_up(connection: duckdb.DuckDBPyConnection, version: Version) -> None:
    """Make the tables readable, then close every other door for good."""
    for table in ALL:
        paths = version.parts(table.name)
        if paths and not table.personal:
            connection.execute(f'create view "{table.name}" as {parts(paths)}')
    connection.execute(f"set memory_limit = '{_MEMORY}'")
    connection.execute("set temp_directory = ''")
    connection.execute(f"set allowed_directories = [{_literal(version.path)}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


def _check(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    try:
        statements = connection.extract_statements(text)
    except duckdb.Error as error:
        raise QueryError("The query cannot be read.", found=str(error).splitlines()[0]) from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise QueryError(
            "Only one select may be asked.",
            found=f"{len(statements)} statements"
            if len(statements) != 1
            else str(statements[0].type).rpartition(".")[2].lower(),
            expected="one select",
        )


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
