"""The demo shop: complete, true to the real purchases, the same every time."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
from collections import Counter
from dataclasses import fields
from pathlib import Path

import duckdb
import pytest

from onebasket import shop as shop_file
from onebasket.demo import purchases, write_demo
from onebasket.demo.rates import Rates
from onebasket.errors import MissingExtraError, SourceError

HOUSEHOLDS, SEED = 12, 3
WIDTHS = {
    "shopify/orders*.csv": 79,
    "shopify/customers.csv": 20,
    "shopify/products.csv": 57,
    "square/items*.csv": 35,
    "square/transactions*.csv": 55,
    "tmall/ExportOrderList*.csv": 37,
    "tmall/ExportOrderDetailList*.csv": 10,
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "shop"
    write_demo(folder, HOUSEHOLDS, SEED)
    return folder


def rows(path: Path) -> list[list[str]]:
    encoding = "gb18030" if "tmall" in str(path) else "utf-8"
    text = path.read_bytes().decode(encoding, errors="surrogateescape")
    return list(csv.reader(io.StringIO(text)))


def records(demo: Path, pattern: str) -> list[dict[str, str]]:
    return [
        dict(zip(header, row, strict=True))
        for path in sorted(demo.glob(f"exports/{pattern}"))
        for header, *body in [rows(path)]
        for row in body
    ]


def events(demo: Path, pattern: str) -> list[dict[str, object]]:
    return [
        json.loads(line)
        for path in sorted(demo.glob(f"exports/{pattern}"))
        for line in gzip.decompress(path.read_bytes()).splitlines()
    ]


def truth(demo: Path, query: str) -> list[tuple[object, ...]]:
    named = re.sub(r"\b(from|join) (\w+)", rf"\1 '{demo}/truth/\2.parquet'", query)
    with duckdb.connect() as connection:
        return connection.execute(named).fetchall()


@pytest.mark.parametrize(("pattern", "width"), WIDTHS.items())
def test_every_row_is_as_wide_as_its_header(demo: Path, pattern: str, width: int) -> None:
    paths = sorted(demo.glob(f"exports/{pattern}"))
    assert paths
    for path in paths:
        assert {len(row) for row in rows(path)} == {width}


def test_the_shop_file_is_valid(demo: Path) -> None:
    shop = shop_file.load(demo)
    assert [source.name for source in shop.sources] == ["webshop", "website", "app", "stores", "tmall"]
    for source in shop.sources:
        assert sorted(demo.glob(source.paths[0]))


def test_every_real_purchase_line_is_exported(demo: Path) -> None:
    with duckdb.connect() as connection:
        purchases.load(connection, HOUSEHOLDS, SEED)
        ((real,),) = connection.execute("select count(*) from base_line").fetchall()
    tests = len(
        {row[0] for row in truth(demo, "select purchase_id from orders where purchase_id like 'test%'")}
    )
    told = (
        len(records(demo, "shopify/orders.csv"))
        + sum(row["Event Type"] == "Payment" for row in records(demo, "square/items*.csv"))
        + len(records(demo, "tmall/ExportOrderDetailList*.csv"))
    )
    assert told == real + tests


def test_order_heads_and_lines_agree(demo: Path) -> None:
    """Where nothing is broken: price × quantity − discount over the lines is the subtotal."""
    lines = records(demo, "shopify/orders.csv")
    broken = Counter(
        row["Name"] for row in lines if "-" in row["Lineitem price"] or len(row["Lineitem quantity"]) > 6
    )
    sums: Counter[str] = Counter()
    for row in lines:
        cents = round(float(row["Lineitem price"]) * 100) * int(row["Lineitem quantity"])
        sums[row["Name"]] += cents - round(float(row["Lineitem discount"]) * 100)
    heads = [row for row in lines if row["Subtotal"] and row["Name"] and row["Name"] not in broken]
    assert heads
    for row in heads:
        assert sums[row["Name"]] == round(float(row["Subtotal"]) * 100)
        parts = sum(float(row[name]) for name in ("Subtotal", "Shipping", "Taxes"))
        assert float(row["Total"]) == pytest.approx(parts, abs=0.005)


def test_tracked_purchases_are_orders_of_the_shop(demo: Path) -> None:
    names = {row["Name"] for row in records(demo, "shopify/orders.csv")}
    tracked = [event for event in events(demo, "ga4/*.json.gz") if event["event_name"] == "purchase"]
    assert tracked
    for event in tracked:
        ecommerce = event["ecommerce"]
        assert isinstance(ecommerce, dict)
        assert "transaction_id" not in ecommerce or ecommerce["transaction_id"] in names


def test_truth_points_at_lines_that_are_there(demo: Path) -> None:
    for file, last in truth(demo, "select file, max(line) from people group by file"):
        path = demo / str(file)
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        assert data.count(b"\n") >= int(str(last))


def test_truth_names_the_order_on_its_line(demo: Path) -> None:
    text = (demo / "exports/shopify/orders.csv").read_bytes().decode("utf-8", errors="replace").splitlines()
    told = truth(demo, "select line, order_id from orders where file = 'exports/shopify/orders.csv'")
    assert told
    for line, order_id in told:
        assert text[int(str(line)) - 1].startswith(f"{order_id or ''},")


def test_the_truth_knows_every_order_told_twice(demo: Path) -> None:
    shares = truth(
        demo,
        "select count(distinct o.source) from orders o join orders p using (purchase_id)"
        " where o.source <> p.source group by purchase_id",
    )
    assert len(shares) > 50
    assert {row[0] for row in shares} == {2}


def test_damage_is_where_it_is_said_to_be(demo: Path) -> None:
    for file, line in truth(
        demo, "select file, line from damage where kind = 'wrong_encoding' and source = 'stores'"
    ):
        raw = (demo / str(file)).read_bytes().splitlines()[int(str(line)) - 1]
        with pytest.raises(UnicodeDecodeError):
            raw.decode("utf-8")
    kinds = {row[0] for row in truth(demo, "select distinct kind from damage")}
    assert kinds >= {
        "exported_twice",
        "sent_twice",
        "broken_date",
        "negative_price",
        "missing_product",
        "test_order",
    }


def test_tmall_masks_the_second_half_year(demo: Path) -> None:
    old, new = (
        records(demo, "tmall/ExportOrderList201706.csv"),
        records(demo, "tmall/ExportOrderList201712.csv"),
    )
    assert all(re.fullmatch(r"'\d{11}(-\d{4})?", row["联系手机"]) for row in old)
    assert all("****" in row["联系手机"] and "****" in row["收货地址"] for row in new)
    assert all(re.fullmatch(r'="\d{17}"', row["订单编号"]) for row in old + new)


def test_no_real_address_is_made_up(demo: Path) -> None:
    """E-mail domains are reserved ones; American numbers are of the exchange no subscriber has."""
    domains = {
        row["Email"].rpartition("@")[2].lower() for row in records(demo, "shopify/orders.csv") if row["Email"]
    }
    reserved = re.compile(r"(.+\.)?example(\.com|\.net|\.org)?|privaterelay\.appleid\.com")
    assert all(reserved.fullmatch(domain) for domain in domains)
    phones = {
        re.sub(r"\D", "", row["Phone"])[-10:]
        for row in records(demo, "shopify/customers.csv")
        if "+1" in row["Phone"]
    }
    assert {phone[3:6] for phone in phones} == {"555"}


def _digest(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_arguments_give_the_same_bytes(demo: Path, tmp_path: Path) -> None:
    write_demo(tmp_path / "again", HOUSEHOLDS, SEED)
    assert _digest(tmp_path / "again") == _digest(demo)


def test_a_demo_that_is_there_is_left_alone(demo: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in demo.rglob("*")}
    write_demo(demo, HOUSEHOLDS, SEED)
    assert {path: path.stat().st_mtime_ns for path in demo.rglob("*")} == before


def test_other_content_is_not_overwritten(demo: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="not empty"):
        write_demo(demo, HOUSEHOLDS + 1, SEED)
    (tmp_path / "diary.txt").write_text("mine")
    with pytest.raises(SourceError, match="not empty"):
        write_demo(tmp_path, HOUSEHOLDS, SEED)
    assert [path.name for path in tmp_path.iterdir()] == ["diary.txt"]


def test_without_the_extra_the_error_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purchases, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match="needs a part") as error:
        write_demo(tmp_path / "shop", HOUSEHOLDS, SEED)
    assert "[demo]" in str(error.value)
    assert not (tmp_path / "shop").exists()


def test_further_households_are_new_people_with_known_baskets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the real households the baskets come again, in part files of their own."""
    monkeypatch.setattr(purchases, "HOUSEHOLDS", 6)
    monkeypatch.setattr("onebasket.demo.baskets.HOUSEHOLDS", 6)
    monkeypatch.setattr("onebasket.demo.write.HOUSEHOLDS", 100)  # list only what was sold
    write_demo(tmp_path / "shop", 10, SEED)
    assert (tmp_path / "shop/exports/shopify/orders-02.csv").exists()
    households = truth(
        tmp_path / "shop", "select distinct household_id from people where household_id <> 'staff'"
    )
    assert {str(row[0])[:3] for row in households} == {"h00", "h01"}
    first, second = (records(tmp_path / "shop", f"shopify/customers{part}.csv") for part in ("", "-02"))
    assert not {row["Email"] for row in first} & {row["Email"] for row in second}
    assert not {row["Customer ID"] for row in first} & {row["Customer ID"] for row in second}


def test_the_docs_state_every_rate() -> None:
    text = (Path(__file__).parents[3] / "docs/demo.md").read_text(encoding="utf-8")
    for rate in fields(Rates):
        assert f"| `{rate.name}` | {rate.default:g} |" in text
