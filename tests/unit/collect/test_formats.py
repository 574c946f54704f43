# ruff: noqa: E501 (headers and rows as the channels write them)
"""Each declared format reads a small file with the traps of its channel."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from onebasket.errors import SourceError

_ORDERS = (
    "Name,Email,Financial Status,Paid at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Discount Amount,"
    "Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Name,Billing Street,Billing City,"
    "Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,Notes,Cancelled at,Payment Method,"
    "Refunded Amount,Location,Id,Tags,Lineitem discount,A further column"
)


def csv_row(header: str, **values: str) -> str:
    cells = (values.get(name.replace(" ", "_"), "") for name in header.split(","))
    return ",".join(f'"{cell}"' if "," in cell or "\n" in cell else cell for cell in cells)


def test_shopify_orders(read: Any) -> None:
    head = {
        "Name": "#1", "Email": "a@x.org", "Financial_Status": "partially_refunded", "Currency": "USD",
        "Total": "9.00", "Created_at": "2024-05-01 10:00:00 -0400", "Billing_Name": "Ann Lee",
        "Billing_Zip": "'02101", "Billing_Phone": "'+12125550100", "Refunded_Amount": "3.00",
        "Notes": "ring\ntwice", "Tags": "vip, test", "Accepts_Marketing": "yes", "Shipping_Name": "Bo",
    }  # fmt: skip
    line = {
        "Lineitem_quantity": "1",
        "Lineitem_name": "Tea, green",
        "Lineitem_price": "3.00",
        "Lineitem_sku": "T1",
    }
    rows = [
        csv_row(_ORDERS, **head, **line),
        csv_row(_ORDERS, Name="#1", Email="a@x.org", **line),
        csv_row(_ORDERS, **{**head, "Name": "#2", "Cancelled_at": "2024-05-02 10:00:00 -0400", "Tags": "testing",
                            "Financial_Status": "voided"}, **line),
    ]  # fmt: skip
    world = read({"o.csv": "\n".join([_ORDERS, *rows]) + "\n"}, format="shopify")
    orders = world.rows("raw_orders", "line", "order_id", "status", "refunded", "test", "cancelled_time")
    assert orders == [
        (2, "#1", "partly_refunded", "3.00", "true", None),
        (5, "#2", "cancelled", "3.00", None, "2024-05-02 10:00:00 -0400"),
    ]
    events = world.rows("raw_events", "line", "item", "order_id", "product_key", "title", "time")
    assert events == [
        (line, 0, order, "T1", "Tea, green", None) for line, order in ((2, "#1"), (4, "#1"), (5, "#2"))
    ]
    (person,) = world.rows("raw_people")
    assert person["rows"] == 2 and person["line"] == 2
    assert (person["full_name"], person["postcode"], person["phone"]) == ("Ann Lee", "02101", "+12125550100")
    assert world.rows("raw_orders", "record_id") == [person["record_id"]] * 2
    assert world.rows("raw_events", "record_id") == [person["record_id"], None, person["record_id"]]
    assert len(person["record_id"]) == 32 and int(person["record_id"], 16)
    (source,) = world.rows("sources")
    assert source["time_formats"][0] == "%Y-%m-%d %H:%M:%S %z" and source["accounts"] == "s"
    assert (source["currency"], source["time_zone"], source["country"]) == ("EUR", "Europe/Berlin", "DE")


def test_shopify_customers_of_both_templates_and_products_of_both(read: Any) -> None:
    new = "Customer ID,First Name,Last Name,Email,Default Address Address1,Default Address Address2,Default Address Zip,"
    new += "Phone,Total Spent,Total Orders\n'77,Ann,Lee,a@x.org,1 Main St,Apt 2,'02101,'+12125550100,1,2\n"
    old = "First Name,Last Name,Email,Company,Address1,Zip,Phone,Total Spent,Total Orders\nBo,Ek,b@x.org,Co,2 Rd,'01,,0,0\n"
    products = (
        "Title,URL handle,Vendor,Product category,Status,SKU,Barcode,Option1 value,Price,Inventory quantity\n"
    )
    products += (
        "Tea,tea,Leaf,Food > Tea,Active,T1,'0400010013333,100 g,3.00,5\nCup,cup,,,Draft,,,Default Title,7,\n"
    )
    classic = "Handle,Title,Variant SKU,Variant Price,Variant Barcode,Image Src\npot,Pot,P1,9.00,,a.png\npot,,,,,b.png\n"
    files = {"c1.csv": new, "c2.csv": old, "p1.csv": products, "p2.csv": classic}
    world = read(files, format="shopify")
    people = {person["given_name"]: person for person in world.rows("raw_people")}
    assert people["Ann"]["account"] == "77" and people["Ann"]["address"] == "1 Main St, Apt 2"
    assert people["Bo"]["company"] == "Co" and "phone" not in people["Bo"]
    found = {row["product_key"]: row for row in world.rows("raw_products")}
    assert set(found) == {"T1", "cup", "P1"}
    assert found["T1"]["gtin"] == "0400010013333" and found["T1"]["size"] == "100 g"
    assert "size" not in found["cup"] and found["cup"]["status"] == "Draft"
    assert world.accounts[0].rows_in == world.accounts[0].kept == 6  # the picture's row is counted too


def test_square(read: Any) -> None:
    items = (
        "Date,Time,Time Zone,Item,Qty,SKU,Discounts,Net Sales,Transaction ID,Event Type,Customer ID,Customer Name,"
        "Customer Reference ID,GTIN\n"
        "2024-05-01,10:00:00,Eastern Time (US & Canada),TEA,1.0,T1,-$1.00,$8.00,A1,Payment,C1,Ann Lee,2125550100,\n"
        "2024-05-02,10:00:00,Mars,TEA,-1.0,,$0.00,-$8.00,A2,Refund,,,,0400010013333\n"
    )
    transactions = (
        "Date,Time,Time Zone,Discounts,Tax,Total Collected,Transaction ID,Description,Event Type,Location,Customer ID,"
        "Customer Name,Customer Reference ID,Transaction Status\n"
        "2024-05-01,10:00:00,Eastern Time (US & Canada),-$1.00,$0.50,$8.50,A1,,Payment,Main St,C1,Ann Lee,2125550100,Complete\n"
        "2024-05-02,10:00:00,Eastern Time (US & Canada),,,-$8.00,A2,TEST,Refund,Main St,,,,\n"
    )
    world = read({"i.csv": items, "t.csv": transactions}, format="square", currency="USD")
    events = world.rows(
        "raw_events", "line", "action", "time", "time_zone", "product_key", "amount", "quantity"
    )
    assert events == [
        (2, "purchase", "2024-05-01 10:00:00", "America/New_York", "T1", "$8.00", "1.0"),
        (3, "return", "2024-05-02 10:00:00", "Mars", None, "-$8.00", "-1.0"),
    ]
    orders = world.rows("raw_orders", "order_id", "status", "total", "test", "place")
    assert orders == [
        ("A1", "paid", "$8.50", None, "Main St"),
        ("A2", "refunded", "-$8.00", "true", "Main St"),
    ]
    record, same = world.rows("raw_people", "record_id")  # one for each file batch, of one name
    assert (
        record == same == world.rows("raw_events", "record_id")[0] == world.rows("raw_orders", "record_id")[0]
    )


def test_tmall(read: Any) -> None:
    orders = (
        "订单编号,买家会员名,买家支付宝账号,买家应付邮费,总金额,买家实际支付金额,订单状态,收货人姓名,收货地址,联系电话,联系手机,"
        "订单创建时间,店铺名称\n"
        '="17000000000314187",tb1,a@x.cn,12.00,20.00,20.00,卖家已发货，等待买家确认,张三,南京市,,\'17700651899,'
        "2024-01-02 04:03:15,旗舰店\n"
        "'17000000000314188,tb2,177****1899,0,9.00,,交易关闭,李*,****,'025-123,,2024-01-03 04:03:15,旗舰店\n"
        '"=""17000000000314189""",tb3,,0,9.00,9.00,新状态,王五,北京市,,,2024-01-03 04:03:15,旗舰店\n'
    )
    lines = (
        "订单编号,标题,价格,购买数量,外部系统编号,商品属性,商家编码\n"
        '="17000000000314187",茉莉花茶,10.00,2,X1,规格:100克,T1\n="17000000000314188",杯子,9.00,1,X2,,\n'
    )
    files = {"l.csv": orders.encode("gb18030"), "d.csv": lines.encode("gbk")}
    world = read(files, format="tmall")
    heads = world.rows("raw_orders", "order_id", "status", "total", "place")
    assert heads == [
        ("17000000000314187", "paid", "20.00", "旗舰店"),
        ("17000000000314188", "cancelled", "9.00", "旗舰店"),
        ("17000000000314189", "新状态", "9.00", "旗舰店"),
    ]
    events = world.rows("raw_events", "order_id", "product_key", "title", "quantity", "unit_price")
    assert events == [
        ("17000000000314187", "T1", "茉莉花茶", "2", "10.00"),
        ("17000000000314188", "X2", "杯子", "1", "9.00"),
    ]
    people = {person["account"]: person for person in world.rows("raw_people")}
    assert people["tb1"]["email"] == "a@x.cn" and people["tb1"]["phone"] == "17700651899"
    assert "email" not in people["tb2"] and people["tb2"]["phone"] == "025-123"
    (source,) = world.rows("sources")
    assert (source["currency"], source["country"], source["time_zone"]) == ("CNY", "CN", "Asia/Shanghai")
    assert set(world.rows("files", "encoding")) == {"gb18030"}


def _ga4_events() -> list[dict[str, Any]]:
    def event(name: str, micros: str, params: dict[str, dict[str, Any]], **more: Any) -> dict[str, Any]:
        listed = [{"key": key, "value": value} for key, value in params.items()]
        base = {
            "event_date": "20240501",
            "event_timestamp": micros,
            "event_name": name,
            "event_params": listed,
        }
        return base | {"user_pseudo_id": "1.2", "stream_id": "9", "event_bundle_sequence_id": "5"} | more

    session = {"ga_session_id": {"int_value": "1714550400"}}
    two = [
        {"item_id": "T1", "item_name": "Tea", "price": 3.5, "quantity": 2},
        {"item_id": "C1", "item_name": "(not set)", "price": 1},
    ]
    return [
        event("session_start", "1714550400000000", session),
        event("view_item", "1714550400000001", session | {"currency": {"string_value": "USD"}}, items=two[:1]),
        event("view_search_results", "1714550400000002", {"search_term": {"string_value": "Tea"}}, user_id="77"),
        event("purchase", "1714550400000003", session | {"currency": {"string_value": "USD"}}, user_id="77",
              items=two, ecommerce={"transaction_id": "#1", "purchase_revenue": 8.0, "tax_value": 0.5}),
        event("purchase", "1714550400000003", {"value": {"double_value": 8.0}}, items=two[:1],
              ecommerce={"transaction_id": "(not set)"}, event_bundle_sequence_id="6"),
        event("select_promotion", "1714550400000004", {}, items=[]),
    ]  # fmt: skip


def _check_ga4(world: Any) -> None:
    events = world.rows(
        "raw_events", "line", "item", "action", "product_key", "quantity", "unit_price", "order_id"
    )
    assert events == [
        (1, 0, "session", None, None, None, None),
        (2, 0, "view", "T1", "2", "3.5", None),
        (3, 0, "search", None, None, None, None),
        (4, 0, "purchase", "T1", "2", "3.5", "#1"),
        (4, 1, "purchase", "C1", None, "1", "#1") if events[4][5] == "1" else (4, 1, "purchase", "C1", None, "1.0", "#1"),
        (5, 0, "purchase", "T1", "2", "3.5", None),
        (6, 0, "select_promotion", None, None, None, None),
    ]  # fmt: skip
    assert world.rows("raw_events", "title")[3:5] == ["Tea", None]
    ids = world.rows("raw_events", "event_id")
    assert len(set(ids)) == 6 and all(len(each) == 32 for each in ids) and ids[3] == ids[4]
    assert (
        world.rows("raw_events", "query")[2] == "Tea"
        and world.rows("raw_events", "session")[0] == "1714550400"
    )
    orders = world.rows("raw_orders", "line", "order_id", "total", "tax", "currency", "status")
    assert [(line, order, float(total)) for line, order, total, *_ in orders] == [
        (4, "#1", 8.0),
        (5, None, 8.0),
    ]
    people = world.rows("raw_people", "account", "cookie", "rows", "line")
    assert sorted(people, key=lambda each: each[3]) == [(None, "1.2", 4, 1), ("77", "1.2", 2, 3)]


@pytest.mark.parametrize("packed", [False, True])
def test_ga4_json(read: Any, packed: bool) -> None:
    text = "".join(json.dumps(event) + "\n" for event in _ga4_events()).encode()
    _check_ga4(
        read({"e.json.gz" if packed else "e.json": gzip.compress(text) if packed else text}, format="ga4")
    )


def test_ga4_parquet(read: Any, tmp_path: Any) -> None:
    rows = _ga4_events()
    for row in rows:
        row["event_timestamp"] = int(row["event_timestamp"])
        for pair in row["event_params"]:
            if "int_value" in pair["value"]:
                pair["value"]["int_value"] = int(pair["value"]["int_value"])
        row.setdefault("items", [])
        for each in row["items"]:
            each["price"] = float(each["price"])
    pq.write_table(pa.Table.from_pylist(rows, schema=_PARQUET), tmp_path / "e.parquet")
    world = read({"e.parquet": (tmp_path / "e.parquet").read_bytes()}, format="ga4")
    _check_ga4(world)


_PARQUET = pa.schema(
    [
        ("event_timestamp", pa.int64()),
        ("event_name", pa.string()),
        ("user_id", pa.string()),
        ("user_pseudo_id", pa.string()),
        ("stream_id", pa.string()),
        ("event_bundle_sequence_id", pa.string()),
        ("ecommerce", pa.struct([("transaction_id", pa.string()), ("purchase_revenue", pa.float64()), ("tax_value", pa.float64())])),
        ("event_params", pa.list_(pa.struct([("key", pa.string()), ("value", pa.struct([
            ("string_value", pa.string()), ("int_value", pa.int64()), ("double_value", pa.float64())]))]))),
        ("items", pa.list_(pa.struct([("item_id", pa.string()), ("item_name", pa.string()), ("price", pa.float64()), ("quantity", pa.int64())]))),
    ]
)  # fmt: skip


def test_segment(read: Any) -> None:
    def call(number: int, kind: str, **more: Any) -> str:
        base = {"type": kind, "messageId": f"m{number}", "timestamp": "2024-05-01T10:00:00.000Z"}
        return json.dumps(
            base | {"anonymousId": "anon", "context": {"device": {"id": "d1"}, "sessionId": 7}} | more
        )

    tea = {"product_id": "T1", "sku": "T1", "name": "Tea", "price": 3.5, "quantity": 2}
    products = [{**tea, "list_id": "f1"}, {"sku": "C1"}]
    calls = [
        call(1, "identify", userId="77", traits={"email": "a@x.org", "firstName": "Ann", "address": {"city": "Rome"}}),
        call(2, "track", event="Product Viewed", properties={"product_id": "T1", "name": "Tea", "price": 3.5, "list_id": "f0"}),
        call(3, "track", event="Products Searched", properties={"query": "tea"}),
        call(4, "track", event="Order Completed", userId="77",
             properties={"order_id": "o1", "total": 8, "currency": "USD", "products": products}),
        call(5, "track", event="Order Refunded", properties={"order_id": "o1", "products": products[:1]}),
        call(6, "screen", name="Home", properties={"name": "Home"}),
        call(7, "alias", anonymousId=None, previousId="anon", userId="77"),
        call(8, "track", event="Coupon Entered", traits="not an object", properties=None),
    ]  # fmt: skip
    world = read({"e.ndjson": "\n".join(calls) + "\n"}, format="segment")
    events = world.rows(
        "raw_events", "line", "item", "action", "product_key", "title", "quantity", "unit_price"
    )
    assert events == [
        (1, 0, "identify", None, None, None, None),
        (2, 0, "view", "T1", "Tea", None, "3.5"),
        (3, 0, "search", None, None, None, None),
        (4, 0, "purchase", "T1", "Tea", "2", "3.5"),
        (4, 1, "purchase", "C1", None, None, None),
        (5, 0, "return", "T1", "Tea", "2", "3.5"),
        (6, 0, "page", None, None, None, None),
        (7, 0, "identify", None, None, None, None),
        (8, 0, "coupon_entered", None, None, None, None),
    ]
    assert world.rows("raw_orders", "line", "order_id", "total", "currency") == [(4, "o1", "8", "USD")]
    assert (
        world.rows("raw_events", "event_id")[:2] == ["m1", "m2"]
        and world.rows("raw_events", "query")[2] == "tea"
    )
    assert world.rows("raw_events", "list_id") == [None, "f0", None, "f1", None, "f1", None, None, None]
    people = {person["line"]: person for person in world.rows("raw_people")}
    assert people[1]["email"] == "a@x.org" and people[1]["city"] == "Rome" and people[1]["cookie"] == "anon"
    assert people[4]["cookie"] == "anon" and people[4]["account"] == "77"
    assert people[4]["rows"] == 2  # the alias says the same as the order
    assert people[2]["rows"] == 5


def test_mailchimp(read: Any) -> None:
    header = (
        "Email Address,First Name,Last Name,Address,Phone Number,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,"
        "LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS"
    )
    ann = {
        "Email_Address": "ann@x.org", "First_Name": "Ann", "Last_Name": "Lee", "Address": "1 Main St, Boston",
        "Phone_Number": "+1 212 555 0100", "CC": "US", "REGION": "ma", "EUID": "e1", "LEID": "11",
        "MEMBER_RATING": "4", "CONFIRM_TIME": "2024-05-01 10:00:00",
    }  # fmt: skip
    tags = '"""VIP"",""Blog"""'
    subscribed = [
        csv_row(header, **ann).removesuffix(",") + "," + tags,
        csv_row(header, Email_Address="bo@x.org", EUID="e2"),
    ]
    gone = csv_row(header + ",UNSUB_TIME", **{**ann, "EUID": "e3", "UNSUB_TIME": "2024-06-01 10:00:00"})
    files = {
        "subscribed.csv": "\n".join([header, *subscribed]) + "\n",
        "unsubscribed.csv": f"{header},UNSUB_TIME\n{gone}\n",
    }
    world = read(files, format="mailchimp")
    people = {person["account"]: person for person in world.rows("raw_people")}
    assert people["e1"].items() >= {
        "email": "ann@x.org", "given_name": "Ann", "family_name": "Lee", "address": "1 Main St, Boston",
        "phone": "+1 212 555 0100", "country": "US", "region": "ma", "consent": "yes",
    }.items()  # fmt: skip
    assert "consent" not in people["e2"] and people["e3"]["consent"] == "no"
    assert set(world.rows("files", "layout")) == {"audience"}


def test_klaviyo(read: Any) -> None:
    text = (
        "Email,Klaviyo ID,First Name,Last Name,City,State / Region,Country,Zip Code,Source,Email Marketing Consent,"
        "Profile Created On,Date Added\n"
        "ann@x.org,01H,Ann,Lee,Boston,Massachusetts,United States,02101,Footer form,SUBSCRIBED,2024-05-01 10:00:00,\n"
        "bo@x.org,01J,,,,,,,,NEVER_SUBSCRIBED,,\n"
    )
    world = read({"p.csv": text, "q.csv": "Klaviyo ID,Email\n01K,li@x.cn\n"}, format="klaviyo")
    people = {person["account"]: person for person in world.rows("raw_people")}
    assert people["01H"].items() >= {
        "email": "ann@x.org", "given_name": "Ann", "family_name": "Lee", "city": "Boston", "region": "Massachusetts",
        "country": "United States", "postcode": "02101", "consent": "yes",
    }.items()  # fmt: skip
    assert people["01J"]["consent"] == "no" and people["01K"]["email"] == "li@x.cn"


def test_a_file_of_another_kind_is_named_with_what_was_expected(read: Any) -> None:
    with pytest.raises(SourceError) as error:
        read({"x.csv": "Name,Total,Colour\n1,2,3\n"}, format="shopify")
    message = str(error.value)
    for part in ("in/x.csv", "Name, Total, Colour", "Financial Status", "Lineitem price"):
        assert part in message


def test_header_in_other_case_and_with_blanks(read: Any) -> None:
    text = "order,date , time,ITEM,qty,net  sales,transaction id\n1,2024-05-01,10:00:00,TEA,1,$8.00,A1\n"
    world = read({"i.csv": text}, format="square")
    assert world.rows("raw_events", "time", "title", "amount") == [("2024-05-01 10:00:00", "TEA", "$8.00")]


def test_unknown_format(read: Any) -> None:
    with pytest.raises(SourceError, match="unknown format") as error:
        read({"x.csv": "a\n1\n"}, format="shopfy")
    assert "shopify" in str(error.value)
