"""Tables that the shop file maps: from files of every kind and from databases."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from onebasket.clean.values.vectors import vector
from onebasket.errors import MissingExtraError, PrivacyError, SourceError
from onebasket.tables import BY_NAME, FURTHER
from tests.servers import databases

MAP: dict[str, Any] = {
    "format": "table",
    "people": {"account": "Customer", "full_name": ["First", "Last"]},
    "orders": {"order_id": "Invoice", "time": "When", "status": {"value": "paid"}},
    "events": {
        **{"order_id": "Invoice", "action": {"value": "purchase"}, "time": "When"},
        **{"product_key": "Item", "quantity": "Qty", "unit_price": "Price"},
    },
}
HEADER = ("Invoice", "When", "Customer", "First", "Last", "Item", "Qty", "Price")
ROWS = [
    ("A1", "2024-05-01 10:00:00", "17", "Ann", "Lee", "T1", "2", "3.5"),
    ("A2", "2024-05-02 10:00:00", "18", None, "Ek", "C1", "-1", "1.25"),
    (None, None, None, None, None, None, None, None),
    ("A3", "2024-05-03 10:00:00", None, None, None, "T1", "1", "3.5"),
]


def check(world: Any, first: int = 2) -> None:
    lines = [first, first + 1, first + 3]
    assert world.rows("raw_events", "line", "order_id", "product_key", "quantity", "unit_price", "time") == [
        (lines[0], "A1", "T1", "2", "3.5", "2024-05-01 10:00:00"),
        (lines[1], "A2", "C1", "-1", "1.25", "2024-05-02 10:00:00"),
        (lines[2], "A3", "T1", "1", "3.5", "2024-05-03 10:00:00"),
    ]
    assert world.rows("raw_orders", "line", "order_id", "status")[0] == (lines[0], "A1", "paid")
    people = {person["account"]: person for person in world.rows("raw_people")}
    assert people["17"]["full_name"] == "Ann Lee" and people["18"]["full_name"] == "Ek"
    records = world.rows("raw_events", "record_id")
    assert records == [people["17"]["record_id"], people["18"]["record_id"], None]
    assert world.accounts[0].rows_in == world.accounts[0].kept == 4


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_text(read: Any, delimiter: str) -> None:
    lines = [delimiter.join(cell or "" for cell in row) for row in (HEADER, *ROWS)]
    check(read({"f.txt": "\n".join(lines)}, **MAP))


def test_stated_delimiter(read: Any) -> None:
    world = read({"f.csv": "a;x,b,c\n1;2,3,4\n"}, delimiter=";", format="table", products={"title": "a"})
    assert world.rows("raw_products", "title") == ["1"]


@pytest.mark.parametrize("name", FURTHER)
def test_further_tables_are_mapped(read: Any, name: str) -> None:
    told = BY_NAME[f"raw_{name}"].names[5:]  # behind where the row stands
    ours = [column for column in told if column != "record_id"]
    text = ",".join(ours) + "\n" + ",".join(f"{column} 1" for column in ours) + "\n"
    people = {"account": ours[0]} if "record_id" in told else {}
    world = read({"f.csv": text}, format="table", people=people, **{name: dict(zip(ours, ours, strict=True))})
    (row,) = world.rows(f"raw_{name}")
    assert (row["line"], row["item"]) == (2, 0)
    assert [row[column] for column in ours] == [f"{column} 1" for column in ours]
    assert not people or row["record_id"] == world.rows("raw_people")[0]["record_id"]


def test_json_lines_and_array(read: Any) -> None:
    objects = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
    check(read({"f.ndjson": "\n".join(map(json.dumps, objects))}, **MAP, path="in/f.ndjson"), 1)
    check(read({"f.json": json.dumps(objects, indent=1)}, **MAP, path="in/f.json"), 1)


def _typed() -> dict[str, list[Any]]:
    """The same rows as a typed table has them."""
    columns = dict(zip(HEADER, map(list, zip(*ROWS, strict=True)), strict=True))
    columns["When"] = [each and dt.datetime.fromisoformat(each) for each in columns["When"]]
    columns["Customer"] = [each and float(each) for each in columns["Customer"]]
    columns["Qty"] = [each and int(each) for each in columns["Qty"]]
    columns["Price"] = [each and float(each) for each in columns["Price"]]
    return columns


def test_parquet(read: Any, tmp_path: Path) -> None:
    pq.write_table(pa.table(_typed()), tmp_path / "f.parquet")
    check(read({"f.parquet": (tmp_path / "f.parquet").read_bytes()}, **MAP), 1)


def test_parquet_lists_are_texts_of_numbers(read: Any, tmp_path: Path) -> None:
    """As networks' vectors of pictures are kept; in single precision, too."""
    vectors = pa.array([[0.25, -1.5], None, [0.1, 1e-7]], pa.list_(pa.float32()))
    pq.write_table(pa.table({"sku": ["a", "b", "c"], "picture": vectors}), tmp_path / "f.parquet")
    mapped = {"sku": "sku", "vector": "picture"}
    world = read({"f.parquet": (tmp_path / "f.parquet").read_bytes()}, format="table", products=mapped)
    assert [vector(text) for text in world.rows("raw_products", "vector")] == [
        [0.25, -1.5],
        None,
        [0.1, 1e-7],
    ]


def test_parquet_times_with_zone_are_utc(read: Any, tmp_path: Path) -> None:
    when = pa.array([dt.datetime(2024, 5, 1, 8, tzinfo=dt.UTC)], pa.timestamp("us", "Europe/Berlin"))
    pq.write_table(pa.table({"t": when}), tmp_path / "f.parquet")
    world = read({"f.parquet": (tmp_path / "f.parquet").read_bytes()}, format="table", events={"time": "t"})
    assert world.rows("raw_events", "time") == ["2024-05-01T08:00:00.000000Z"]


def test_workbook(read: Any, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([])
    for row in (HEADER, *zip(*_typed().values(), strict=True)):
        sheet.append(row)
    book.save(tmp_path / "f.xlsx")
    check(read({"f.xlsx": (tmp_path / "f.xlsx").read_bytes()}, **MAP), 3)


def test_dots_lead_into_nested_objects(read: Any) -> None:
    world = read({"f.json": '{"a":{"b":{"c":1}}}\n'}, format="table", products={"title": "a.b.c"})
    assert world.rows("raw_products", "title") == ["1"]


def test_settings_of_the_source_win(read: Any) -> None:
    stated = {"currency": "CNY", "accounts": "crm", "country": "JP", "time_formats": ["%d.%m.%Y"]}
    world = read({"f.csv": "a,b,c\n1,2,3\n"}, **stated, timezone="Asia/Tokyo", decimal=",")
    (source,) = world.rows("sources")
    assert {name: source[name] for name in stated} == stated
    assert (source["time_zone"], source["decimal_mark"]) == ("Asia/Tokyo", ",")


def test_their_column_is_not_there(read: Any) -> None:
    with pytest.raises(SourceError) as error:
        read(
            {"f.csv": "Customer ID,Mail\n1,2\n"},
            format="table",
            people={"email": "E-Mail", "account": "CustomerID"},
        )
    message = str(error.value)
    for part in ("in/f.csv", "E-Mail (nearest: Mail)", "CustomerID (nearest: Customer ID)"):
        assert part in message


def test_their_key_is_in_no_object(read: Any) -> None:
    with pytest.raises(SourceError, match=r"nearest: mail"):
        read({"f.json": '{"mail":1}\n'}, format="table", people={"email": "emial"})
    world = read({"f.json": '{"mail":1}\n', "g.json": '{"tel":2}\n'}, format="table",
                 people={"email": "mail", "phone": "tel"})  # fmt: skip
    assert sorted(world.rows("raw_people", "email", "phone"), key=str) == [("1", None), (None, "2")]


def test_our_column_is_not_there(read: Any) -> None:
    with pytest.raises(SourceError, match=r"no column emial of ours") as error:
        read({"f.csv": "a\n1\n"}, format="table", people={"emial": "a"})
    assert "nearest: email" in str(error.value)


def test_no_map(read: Any) -> None:
    with pytest.raises(SourceError, match="what its columns mean"):
        read({"f.csv": "a\n1\n"}, format="table")


def test_sqlite(read: Any, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "erp.db")) as connection:
        connection.execute(f"create table sales ({', '.join(map(repr, HEADER))})")
        connection.executemany(f"insert into sales values ({', '.join('?' * len(HEADER))})", ROWS)
        connection.execute("update sales set Qty = 2 where Invoice = 'A1'")  # a number among words
        connection.commit()
    world = read({}, **MAP, url="sqlite:///erp.db", query="select * from sales order by rowid;")
    check(world, 1)
    assert world.rows("files", "file", "bytes", "rows") == [("sqlite:///erp.db", 0, 4)]


@pytest.mark.parametrize(
    ("url", "query", "found"),
    [
        ("sqlite:///none.db", "select 1", "none.db"),
        ("sqlite:///erp.db", "select * from nowhere", "nowhere"),
        ("mysql://u:secret@h/db", "select 1", "mysql"),
        ("postgresql://u:secret@127.0.0.1:1/db", "select 1", "127.0.0.1"),
    ],
)
def test_databases_that_do_not_answer(read: Any, tmp_path: Path, url: str, query: str, found: str) -> None:
    sqlite3.connect(tmp_path / "erp.db").close()
    (tmp_path / "erp.db").touch()
    with pytest.raises(SourceError) as error:
        read({}, **MAP, url=url, query=query)
    assert found in str(error.value) and "secret" not in str(error.value)


def test_a_url_may_take_its_password_from_the_environment(read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql://shop:${SHOP_DB_PASSWORD}@127.0.0.1:1/db"
    with pytest.raises(PrivacyError, match="SHOP_DB_PASSWORD"):
        read({}, **MAP, url=url, query="select 1")
    monkeypatch.setenv("SHOP_DB_PASSWORD", "secret")
    with pytest.raises(SourceError, match=r"127\.0\.0\.1") as error:
        read({}, **MAP, url=url, query="select 1")
    assert "secret" not in str(error.value)


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server of our own, on a Unix socket."""
    with databases.postgresql() as url:
        yield url


def test_postgresql(read: Any, postgresql: str) -> None:
    values = ", ".join(
        "(" + ", ".join("null" if cell is None else f"'{cell}'" for cell in row) + ")" for row in ROWS
    )
    columns = ", ".join(f'"{name}"' for name in HEADER)
    query = f"""
        select "Invoice", "When"::timestamp as "When", "Customer"::numeric as "Customer", "First", "Last",
            "Item", "Qty"::int as "Qty", "Price"::float8 as "Price", '\\x00'::bytea as "x", now() as "now"
        from (values {values}) as t ({columns})
    """
    world = read({}, **MAP, url=postgresql, query=query)
    check(world, 1)
    (file,) = world.rows("files", "file")
    assert file == "postgresql:///postgres"


def test_postgresql_streams(read: Any, postgresql: str) -> None:
    query = "select n::text as a, 'x' as b, 'y' as c from generate_series(1, 300000) as n"
    world = read({}, format="table", products={"title": "a", "brand": "b"}, url=postgresql, query=query)
    wrong = world.store.query("select count(*), count_if(line <> title::bigint) from raw_products")
    assert wrong.fetchall() == [(300_000, 0)]


def test_databases_need_their_extra(read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "adbc_driver_sqlite", None)
    with pytest.raises(MissingExtraError, match="databases"):
        read({}, **MAP, url="sqlite:///erp.db", query="select 1")
