"""A shop with all further tables: stock, product days, campaigns, exposures, reviews, tickets, …"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pytest

import onebasket
from onebasket.accounting import Account
from onebasket.store.duckdb_query import query
from onebasket.tables import BY_NAME, FURTHER
from tests.journey import shops
from tests.journey.conftest import FUSED_FURTHER, LEARN_LITTLE, Ran, run_by_command

PRODUCT = '{ sku = "sku", title = "title" }'
PERSON = 'people = { email = "email", full_name = "name" }'
SECRET = "Quinlan Underwood"  # who tells the free texts
# Of each table: its map, the header of its file, and its rows; the last one is damaged.
FILES: dict[str, tuple[str, str, list[str]]] = {
    "stock": (
        'stock = { sku = "sku", place = "shop", time = "asof", on_hand = "there", reserved = "kept" }',
        "sku,shop,asof,there,kept",
        ["S1,north,2024-03-20,10,1", "S1,north,2024-03-21,8,2", "S1,south,2024-03-21,5,",
         "S2,north,2024-03-21,,", "S2,north,2024-03-21,no,"],
    ),
    "product_days": (
        'product_days = { sku = "sku", day = "day", visitors = "people", buyers = "bought", amount = "eur" }',
        "sku,day,people,bought,eur",
        ["S1,2024-03-20,40,2,5.00", "S2,2024-03-20,10,1,2.50", "S1,2024-03-21,-4,1,2.50"],
    ),
    "campaigns": (
        'campaigns = { campaign_id = "id", name = "name", medium = { value = "email" }, time = "sent at",'
        ' sent = "sent", revenue = "eur" }',
        "id,name,sent at,sent,eur",
        ["k1,Spring,2024-03-10 08:00,200,55.00", "k2,,2024-03-11 08:00,100,", ",,2024-03-12 08:00,1,"],
    ),
    "exposures": (
        PERSON + '\nexposures = { campaign_id = "campaign", kind = "what", time = "when" }',
        "email,name,campaign,what,when",
        ["p0@example.org,,Spring,Sent,2024-03-10 08:00", "p0@example.org,,Spring,Opened,2024-03-10 09:00",
         "p1@example.org,,Spring,Sent,2024-03-10 08:00", "p1@example.org,,Spring,Sent,2024-03-10 08:00",
         "p2@example.org,,Spring,Sent,soon"],
    ),
    "reviews": (
        PERSON + '\nreviews = { review_id = "id", sku = "sku", rating = "stars", text = "text",'
        ' time = "when" }',
        "id,email,name,sku,stars,text,when",
        [f"r1,p0@example.org,,S1,5,Greetings from {SECRET},2024-03-15", "r2,,,S1,3,,2024-03-16",
         "r3,,,S2,6,,2024-03-16"],
    ),
    "tickets": (
        PERSON + '\ntickets = { ticket_id = "id", order_id = "order", text = "text", time = "came",'
        ' first_answer_time = "answered", status = "state" }',
        "id,email,name,order,text,came,answered,state",
        [f"t1,p1@example.org,,A1,I am {SECRET},2024-03-15 10:00,2024-03-15 11:30,Solved",
         "t2,,,,Hello,2024-03-15 10:00,,new", "t3,,,,Hello,yesterday,,new"],
    ),
    "shipments": (
        'shipments = { shipment_id = "id", order_id = "order", sku = "sku", quantity = "units",'
        ' tracking = "no", shipped_time = "went", delivered_time = "came" }',
        "id,order,sku,units,no,went,came",
        ["s1,A1,S1,2,TRK900100200,2024-03-03,2024-03-05", "s2,A2,S2,1,TRK900100201,2024-03-04,",
         "s3,A3,S3,many,TRK900100202,2024-03-04,"],
    ),
    "payments": (
        'payments = { payment_id = "id", order_id = "order", kind = "type", time = "when", amount = "eur",'
        ' fee = "fee", description = "text" }',
        "id,order,type,when,eur,fee,text",
        [f"y1,A1,charge,2024-03-02,5.00,0.25,{SECRET}", "y1,A1,refund,2024-03-05,-2.50,,",
         "y2,A2,charge,2024-03-03,,,"],
    ),
}  # fmt: skip
KEPT = {"stock": 3, "product_days": 2, "campaigns": 2, "exposures": 3, "reviews": 2, "tickets": 2,
        "shipments": 2, "payments": 2}  # fmt: skip
REFUSED = {
    "raw_stock": {"bad_quantity": 2}, "raw_product_days": {"bad_quantity": 1},
    "raw_campaigns": {"no_campaign": 1},
    "raw_exposures": {"bad_time": 1}, "raw_reviews": {"bad_rating": 1}, "raw_tickets": {"bad_time": 1},
    "raw_shipments": {"bad_quantity": 1}, "raw_payments": {"bad_amount": 1},
}  # fmt: skip


def write(folder: Path) -> Path:
    """A shop of order lines and one source for each further table."""
    shops.make(folder, lines=40, shop=shops.SHOP + LEARN_LITTLE)
    with (folder / "shop.toml").open("a", encoding="utf-8") as file:
        for name, (mapping, header, rows) in FILES.items():
            source = (
                f'[[source]]\nname = "{name.replace("_", "-")}-list"\nchannel = "web"\nformat = "table"\n'
            )
            file.write(f'\n{source}path = "{name}.csv"\n{mapping}\n')
            (folder / f"{name}.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    done = run_by_command(write(tmp_path_factory.mktemp("further") / "shop"))
    with done.version:
        yield done


def asked(ran: Ran, text: str) -> list[tuple[object, ...]]:
    return query(ran.version, text)[1]


def test_every_row_is_counted_out(ran: Ran) -> None:
    accounts = [Account(**one) for one in ran.manifest["accounts"]]
    for name, (_, _, rows) in FILES.items():
        (account,) = (one.check() for one in accounts if (one.stage, one.table) == ("clean", f"raw_{name}"))
        assert (account.rows_in, account.kept) == (len(rows), KEPT[name])
        with ran.store() as store:
            assert store.count(name) == KEPT[name]
        fused = [one.check() for one in accounts if (one.stage, one.table) == ("fuse", name)]
        assert [one.kept for one in fused] == ([] if name in FURTHER[:2] else [KEPT[name]])


def test_bad_rows_are_refused_with_the_reason(ran: Ran) -> None:
    with ran.store() as store:
        rows = store.query("select table_name, reason from quarantine").fetchall()
        (twin,) = store.query("select table_name, line, of_line, why from duplicates").fetchall()
    found: dict[str, Counter[str]] = {}
    for table, reason in rows:
        found.setdefault(table, Counter())[reason] += 1
    assert found == REFUSED
    assert twin == ("raw_exposures", 4, 5, "same_exposure")


def test_what_may_be_asked_names_products_customers_and_orders(ran: Ran) -> None:
    levels = asked(
        ran, "select sku, place, on_hand from stock_levels join catalogue using (product_id) order by 1, 2"
    )
    assert levels == [("S1", "north", 8.0), ("S1", "south", 5.0)]
    assert asked(ran, "select stock from catalogue where sku = 'S1'") == [(8 - 2 + 5,)]
    assert asked(ran, "select sum(visitors)::bigint, count(distinct sku) from catalogue_days join catalogue"
                      " using (product_id)") == [(50, 2)]  # fmt: skip
    reached = asked(ran, "select name, exposures, customers, revenue_minor from campaign_results order by 1")
    assert reached == [("Spring", 3, 2, 5500), ("k2", 0, 0, None)]
    bought = "(select order_id, min(customer_id) as customer_id from timeline group by order_id) as t"
    for name in ("order_shipments", "order_payments"):
        (met,) = asked(ran, f"select count(*) from {name} as x join {bought} using (order_id, customer_id)")
        assert met == (2,)
    (ticket,) = asked(
        ran, f"select answer_minutes from support_tickets join {bought} using (order_id, customer_id)"
    )
    assert ticket == (90,)
    assert asked(ran, "select kind, amount_minor, fee_minor from order_payments order by kind") == [
        ("charge", 500, 25), ("refund", -250, None),
    ]  # fmt: skip
    (review,) = asked(
        ran, "select rating from product_reviews join customers using (customer_id) where known"
    )
    assert review == (5.0,)


def test_free_texts_and_parcel_numbers_stay_closed(ran: Ran) -> None:
    with ran.store() as store:
        texts = store.query("select text from reviews union all select text from tickets").fetchall()
        assert sum(SECRET in (text or "") for (text,) in texts) == 2  # they are there, for who has the key
    for table in BY_NAME.values():
        for path in ran.version.parts(table.name):
            if table.personal:
                with pytest.raises((OSError, pa.ArrowInvalid)):
                    ds.dataset(path).to_table()
            else:
                said = json.dumps(ds.dataset(path).to_table().to_pylist(), default=str)
                assert SECRET not in said and "TRK9001" not in said and "@example" not in said, table.name
    page = (ran.version.path / "report.html").read_text(encoding="utf-8")
    assert "Customer service" in page and SECRET not in page and "TRK9001" not in page


def test_a_second_run_does_nothing_and_a_corrected_row_comes_back(ran: Ran, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(ran.folder, folder)
    again = shops.command("run", folder)
    assert again.returncode == 0 and run_by_command(folder).version.number == ran.version.number
    export = tmp_path / "refused.ndjson"
    assert shops.command("quarantine", folder, "--export", export).returncode == 0
    rows = [json.loads(line) for line in export.read_text(encoding="utf-8").splitlines()]
    (row,) = (row for row in rows if row["table_name"] == "raw_shipments")
    row["row_text"] = row["row_text"].replace('"many"', '"3"')
    export.write_text(json.dumps(row), encoding="utf-8")
    done = shops.command("quarantine", folder, "--replay", "--corrected", export)
    assert done.returncode == 0, done.stderr
    after = run_by_command(folder)
    with after.version:
        assert after.version.number > ran.version.number
        assert asked(after, "select sum(quantity) from order_shipments") == [(6.0,)]


def test_the_order_of_sources_changes_nothing(ran: Ran, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    write(folder)
    shutil.copytree(ran.folder / "keys", folder / "keys")
    head, *sources = (folder / "shop.toml").read_text(encoding="utf-8").split("[[source]]")
    last, learn = sources[0].split("\n[learn]")
    turned = [head, *reversed(sources[1:]), last]
    (folder / "shop.toml").write_text("[[source]]".join(turned) + "\n[learn]" + learn, encoding="utf-8")
    other = run_by_command(folder)
    with other.version:
        for name in FUSED_FURTHER:
            for path, twin in zip(ran.version.parts(name), other.version.parts(name), strict=True):
                assert path.read_bytes() == twin.read_bytes(), name


def test_what_a_server_answers_from_opens_the_version(ran: Ran) -> None:
    ((product,),) = asked(ran, "select product_id from catalogue where sku = 'S1'")
    with onebasket.open(ran.folder) as shop:
        assert shop.product(str(product)).stock == 8 - 2 + 5
