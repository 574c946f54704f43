"""Files of one source may write dates and numbers in different ways, and each is read in its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.formats.examples import FOLDER

_TIKTOK = "Order ID,Order Status,Product Name,Quantity,Created Time,SKU ID,SKU Unit Original Price\n"
_AMAZON = "amazon-order-id,purchase-date,order-status,sku,quantity,currency,item-price\n"


def _orders(first: int, *times: str) -> bytes:
    lines = (f"5760{first + n},Completed,Tea,1,{time},9,1.50" for n, time in enumerate(times))
    return (_TIKTOK + "\n".join(lines) + "\n").encode()


def _sales(first: int, *prices: str) -> bytes:
    lines = (
        f'028-{first + n},2024-01-0{n + 1}T10:00:00+00:00,Shipped,S{n},1,EUR,"{price}"'
        for n, price in enumerate(prices)
    )
    return (_AMAZON + "\n".join(lines) + "\n").encode()


def _days(world: Any) -> list[str]:
    assert _refused(world) == []
    return [f"{time:%m-%d}" for (time,) in world.rows("select ts from orders order by order_id")]


@pytest.mark.parametrize(
    ("files", "days"),
    [
        (
            {
                "a.csv": ("13/01/2024 10:00:00", "02/03/2024 10:00:00"),
                "b.csv": ("01/14/2024 10:00:00", "02/03/2024 10:00:00"),
            },
            ["01-13", "03-02", "01-14", "02-03"],
        ),
        (
            {"a.csv": ("01/02/2024 10:00:00 PM",), "b.csv": ("01/02/2024 10:00:00",)},
            ["01-02", "02-01"],
        ),
        (
            {"a.csv": ("13/01/2024 10:00:00",), "b.csv": ("02/03/2024 10:00:00",)},
            ["01-13", "03-02"],
        ),
    ],
    ids=["told", "by the clock", "as the others"],
)  # fmt: skip
def test_dates(read: Callable[..., Any], files: dict[str, tuple[str, ...]], days: list[str]) -> None:
    made = {name: _orders(10 * n, *times) for n, (name, times) in enumerate(sorted(files.items()), 1)}
    assert _days(read(made, format="tiktok", timezone="UTC")) == days


def test_one_slip_does_not_turn_a_file(read: Callable[..., Any]) -> None:
    plain = [f"{day:02d}/{month:02d}/2024 10:00:00" for month in range(1, 3) for day in range(1, 13)]
    files = {"a.csv": _orders(10, "13/01/2024 10:00:00"), "b.csv": _orders(20, *plain, "01/13/2024 10:00:00")}
    world = read(files, format="tiktok", timezone="UTC")
    assert [row["reason"] for row in _refused(world)] == ["bad_time", "no_order"]
    times = [time for (time,) in world.rows("select ts from orders order by order_id")]
    assert times[1:] == [datetime(2024, month, day, 10) for month in range(1, 3) for day in range(1, 13)]


def test_decimal_marks(read: Callable[..., Any]) -> None:
    files = {"a.csv": _sales(10, "1.234,50", "2,00"), "b.csv": _sales(20, "1,234.50", "2.00", "3.00")}
    world = read(files, format="amazon")
    assert _refused(world) == []
    paid = world.rows("select file, amount_minor from events order by file, line")
    assert paid == [("in/a.csv", 123450), ("in/a.csv", 200), *(("in/b.csv", n) for n in (123450, 200, 300))]
    ((unlike, mark),) = world.rows("select unlike, decimal_mark from sources")
    assert mark == "." and [(each["file"], each["mark"]) for each in unlike] == [("in/a.csv", ",")]


@pytest.mark.parametrize("shop", ["amazon", "tiktok"])
def test_all_examples_of_a_channel_in_one_source(read: Callable[..., Any], shop: str) -> None:
    files = {path.name: path.read_bytes() for path in (FOLDER / shop).iterdir()}
    assert _refused(read(files, format=shop)) == []


def test_a_source_that_says_how_it_writes_is_believed(read: Callable[..., Any]) -> None:
    files = {"a.csv": _sales(10, "12,50"), "b.csv": _sales(20, "12.50")}
    world = read(files, format="amazon", decimal=".")
    assert [(row["file"], row["reason"]) for row in _refused(world)] == [("in/a.csv", "bad_amount")]


def _refused(world: Any) -> list[dict[str, Any]]:
    found = world.rows("select file, reason from quarantine order by reason")
    return [{"file": file, "reason": reason} for file, reason in found]
