"""What databases are sent, and how their values are read: without a server where none can be had."""

from __future__ import annotations

import datetime as dt
import decimal
from contextlib import ExitStack
from typing import Any

import pytds
import pytest

from onebasket.collect.engines import MySql, PostgreSql, Sqlite, SqlServer
from onebasket.collect.engines.engine import Engine


def bare(kind: type[Engine]) -> Engine:
    """An engine without a connection."""
    return kind.__new__(kind)


@pytest.mark.parametrize(
    ("kind", "value", "written"),
    [
        (PostgreSql, dt.datetime(2024, 3, 1, 10, 0, 0, 123456), "'2024-03-01 10:00:00.123456'"),
        (PostgreSql, dt.datetime(2024, 3, 1, 10, tzinfo=dt.UTC), "'2024-03-01 10:00:00+00:00'"),
        (PostgreSql, dt.date(2024, 3, 1), "'2024-03-01'"),
        (PostgreSql, 17, "'17'"),
        (PostgreSql, "O'Neil", "'O''Neil'"),
        (MySql, "9007199254740993", "9007199254740993"),
        (MySql, "2024-03-01 10:00:00.5", "'2024-03-01 10:00:00.5'"),
        (MySql, "x\\' or 1=1", "_utf8mb4 x'785c27206f7220313d31'"),
        (SqlServer, "2024-03-01 10:00:00.123456", "'2024-03-01T10:00:00.123'"),
        (SqlServer, dt.date(2024, 3, 1), "'2024-03-01'"),
        (SqlServer, "O'Neil", "'O''Neil'"),
        (SqlServer, "17", "'17'"),
    ],
)
def test_values_as_they_stand_in_a_query(kind: type[Engine], value: Any, written: str) -> None:
    assert bare(kind).written(value) == written


@pytest.mark.parametrize(
    ("kind", "cursor", "earlier"),
    [
        (PostgreSql, "'2024-03-01 10:00:00.123456'", "'2024-02-28'"),
        (PostgreSql, "'2024-03-01 10:00:00+00:00'", "'2024-02-28 00:00:00+00:00'"),
        (MySql, "'2024-03-01 10:00:00'", "'2024-02-28'"),
        (Sqlite, "'2024-03-01'", "'2024-02-28'"),
        (SqlServer, "'2024-03-01T10:00:00.123'", "'2024-02-28'"),
        (Sqlite, "'yesterday'", None),
        (PostgreSql, "'17'", None),
    ],
)
def test_days_before_a_cursor(kind: type[Engine], cursor: str, earlier: str | None) -> None:
    assert bare(kind).earlier(cursor, 2) == earlier


@pytest.mark.parametrize(
    ("kind", "quoted"), [(PostgreSql, '"a""b]`"'), (MySql, '`a"b]```'), (SqlServer, '[a"b]]`]')]
)
def test_names(kind: type[Engine], quoted: str) -> None:
    assert bare(kind).quoted('a"b]`') == quoted


class Cursor:
    """One of SQL Server's driver, with rows of its kinds of values."""

    description = (("id",), ("when",), ("paid",), ("amount",), ("raw",), ("note",))
    rows = ((1, dt.datetime(2024, 3, 1, 10, 0, 0, 5), True, decimal.Decimal("1.10"), b"\x01\xff", None),)

    def __init__(self, asked: list[str]) -> None:
        self.asked, self.left = asked, list(self.rows)

    def execute(self, query: str) -> None:
        self.asked.append(query)

    def fetchmany(self, count: int) -> list[Any]:
        some, self.left = self.left[:count], self.left[count:]
        return some


def test_sql_server(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    told: dict[str, Any] = {}

    class Connection:
        def cursor(self) -> Cursor:
            return Cursor(asked)

        def close(self) -> None:
            asked.append("closed")

    def connect(**options: Any) -> Connection:
        told.update(options)
        return Connection()

    monkeypatch.setattr(pytds, "connect", connect)
    with ExitStack() as stack:
        engine = SqlServer("sqlserver://me:p%40ss@host:1500/shop?cafile=ca.pem", stack)
        answer = engine.ask_new("select * from [sales]", "when", "'2024-03-01'")
        (batch,) = answer.batches
    assert (told["dsn"], told["port"], told["database"]) == ("host", 1500, "shop")
    assert (told["user"], told["password"], told["cafile"]) == ("me", "p@ss", "ca.pem")
    assert asked == [
        "select asked.* from (select * from [sales]) asked"
        " where asked.[when] >= '2024-03-01' or asked.[when] is null order by asked.[when]",
        "closed",
    ]
    assert [column.to_pylist()[0] for column in batch.columns] == [
        "1", "2024-03-01 10:00:00.000005", "true", "1.10", "01ff", None,
    ]  # fmt: skip
