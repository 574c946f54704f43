"""Raw rows of one source: each is kept, refused with a reason, or the repetition of another."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.clean.clean_world import World

NOON = "2024-05-01T12:00:00Z"
BOUGHT: dict[str, Any] = {"action": "purchase", "time": NOON, "order_id": "o1", "product_key": "p1"}


def bought(**values: Any) -> dict[str, Any]:
    return {**BOUGHT, "quantity": "1", "unit_price": "2.50", **values}


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"time": "2024-02-30"}, "bad_time", "time"),
    ({"time": None, "order_id": None}, "bad_time", "time"),
    ({"time": "1999-12-31T00:00:00Z"}, "too_early", "time"),
    ({"quantity": "two"}, "bad_quantity", "quantity"),
    ({"quantity": "0"}, "bad_quantity", "quantity"),
    ({"quantity": "99999999"}, "absurd_quantity", "quantity"),
    ({"amount": "lots"}, "bad_amount", "amount"),
    ({"unit_price": "?"}, "bad_amount", "unit_price"),
    ({"discount": "some"}, "bad_amount", "discount"),
    ({"unit_price": "-2.50"}, "negative_price", "unit_price"),
    ({"amount": "-2.50"}, "negative_price", "amount"),
    ({"unit_price": "1000001"}, "absurd_amount", "unit_price"),
    ({"amount": "400000", "currency": "KWD"}, "absurd_amount", "amount"),
    ({"currency": "XTS"}, "unknown_currency", "currency"),
    ({"product_key": "(not set)"}, "no_product", "product_key"),
    ({"action": None}, "no_action", "action"),
    ({"time": None, "order_id": "o2"}, "no_order", "order_id"),
]


def test_refused(world: World) -> None:
    accounts = world.clean(events=[bought(), *(bought(**values) for values, _, _ in REFUSED)])
    assert (accounts[3].kept, accounts[3].quarantined) == (1, len(REFUSED))
    rows = world.rows("quarantine")
    assert [(row["reason"], row["field"]) for row in rows] == [tuple(case[1:]) for case in REFUSED]
    assert [json.loads(row["row_text"])["line"] for row in rows] == [row["line"] for row in rows]


def test_future_is_refused_and_tomorrow_is_not(world: World) -> None:
    now = datetime.now(UTC)
    days = [now + timedelta(hours=20), now + timedelta(days=3)]
    world.clean(events=[bought(time=day.strftime("%Y-%m-%dT%H:%M:%SZ")) for day in days])
    assert world.refused() == ["future_time"]


def test_a_line_falls_with_its_head(world: World) -> None:
    line = {"action": "purchase", "order_id": "o1", "product_key": "p", "unit_price": "1"}
    world.clean(
        orders=[{"order_id": "o1", "time": "soon"}, {"order_id": "o2", "time": NOON, "currency": "XTS"}],
        events=[line, {**line, "order_id": "o2", "time": NOON}],
    )
    assert sorted(world.refused()) == ["bad_time", "no_order", "no_order", "unknown_currency"]
    assert world.rows("orders") == []


def test_people_without_any_value_are_refused(world: World) -> None:
    world.clean(
        people=[
            {"record_id": "r1", "cookie": "null", "country": "US"},
            {"record_id": "r2", "device": "till-1"},
            {"record_id": "r3", "email": "x@marketplace.amazon.de"},
        ],
        orders=[{"order_id": "o1", "record_id": "r1", "time": NOON}],
        events=[bought(record_id="r2", order_id=None), bought(record_id="r3", order_id=None)],
    )
    assert world.refused() == ["no_usable_value"] * 2
    assert [row["record_id"] for row in world.rows("people")] == ["r3"]
    assert [row["record_id"] for row in world.rows("events")] == [None, "r3"]
    assert world.rows("orders")[0]["record_id"] is None
    (relay,) = world.rows("identifiers")
    assert (relay["usable"], relay["reason"]) == (False, "relay")


def test_records_stand_once(world: World) -> None:
    mary = {"record_id": "r1", "email": "Mary@Shop.example", "given_name": "MARY", "family_name": "Lee"}
    world.clean(people=[{**mary, "file": "b.csv", "rows": 2}, mary, {**mary, "line": 1, "file": "c.csv"}])
    (person,) = world.rows("people")
    assert (person["file"], person["rows"], person["given_name"]) == ("a.csv", 4, "Mary")
    assert [(row["file"], row["of_file"], row["why"]) for row in world.rows("duplicates")] == [
        ("b.csv", "a.csv", "same_record"),
        ("c.csv", "a.csv", "same_record"),
    ]


def test_equal_names_and_values_have_equal_pseudonyms(world: World) -> None:
    world.clean(
        people=[
            {"record_id": "r1", "full_name": "张伟", "email": "A@shop.example"},
            {"record_id": "r2", "given_name": "Wei", "family_name": "Zhang", "email": "a@Shop.example"},
            {"record_id": "r3", "given_name": "Wei", "phone": "0000000"},
        ]
    )
    first, second, third = world.rows("identifiers")
    assert first["value_key"] == second["value_key"] and first["name_key"] == second["name_key"]
    assert (third["name_key"], third["usable"], third["reason"]) == (None, False, "placeholder")


def test_tracked_events_repeat_by_id(world: World) -> None:
    item = {"event_id": "e1", "action": "view", "time": NOON, "product_key": "p"}
    accounts = world.clean(
        events=[
            {**item, "line": 2, "item": 0},
            {**item, "line": 2, "item": 1},
            {**item, "line": 5, "item": 0},
            {**item, "file": "b.csv", "line": 1, "item": 1},
            {**item, "event_id": "e2", "line": 6},
        ]
    )
    assert accounts[3].duplicates == 2
    assert [
        (row["file"], row["line"], row["item"], row["of_line"], row["of_item"], row["why"])
        for row in world.rows("duplicates")
    ] == [("a.csv", 5, 0, 2, 0, "same_event_id"), ("b.csv", 1, 1, 2, 1, "same_event_id")]


def test_equal_lines_of_one_file_are_units_and_of_two_files_repetitions(world: World) -> None:
    world.clean(
        events=[bought(line=2), bought(line=3), bought(line=4, unit_price="9")]
        + [bought(file="b.csv", line=line) for line in (2, 3, 4)]
        + [bought(file="c.csv", line=9, order_id="o9")]
    )
    kept = [(row["file"], row["line"]) for row in world.rows("events")]
    assert kept == [("a.csv", 2), ("a.csv", 3), ("a.csv", 4), ("b.csv", 4), ("c.csv", 9)]
    assert [(row["line"], row["of_line"], row["why"]) for row in world.rows("duplicates")] == [
        (2, 2, "same_row"),
        (3, 3, "same_row"),
    ]


def test_the_last_head_of_an_order_stands(world: World) -> None:
    head = {"order_id": "o1", "time": NOON, "total": "5"}
    world.clean(
        orders=[
            {**head, "file": "b.csv", "status": "Refunded"},
            {**head, "status": "paid"},
            {**head, "file": "c.csv", "time": "never"},
        ]
    )
    (order,) = world.rows("orders")
    assert (order["file"], order["status"], order["total_minor"]) == ("b.csv", "refunded", 500)
    assert [(row["file"], row["of_file"], row["why"]) for row in world.rows("duplicates")] == [
        ("a.csv", "b.csv", "same_order")
    ]


def test_lines_take_time_person_and_currency_from_their_head(world: World) -> None:
    world.clean(
        people=[{"record_id": "r1", "email": "mary@shop.example"}],
        orders=[{"order_id": "o1", "record_id": "r1", "time": NOON, "currency": "jpy", "test": "TRUE"}],
        events=[
            {"action": "purchase", "order_id": "o1", "sku": "a1", "quantity": "3", "unit_price": "120.4"}
        ],
    )
    (event,) = world.rows("events")
    assert (event["record_id"], event["ts"], event["test"]) == ("r1", datetime(2024, 5, 1, 12), True)
    assert (event["currency"], event["amount_minor"], event["unit_price_minor"]) == ("JPY", 361, 120)


def test_orders_without_number_are_named_by_their_line(world: World) -> None:
    tracked = {"event_id": "e1", "action": "purchase", "time": NOON, "product_key": "p", "unit_price": "2"}
    world.clean(
        orders=[{"time": NOON, "total": "2", "line": 7}, {"time": NOON, "total": "2", "line": 9}],
        events=[{**tracked, "line": 7}, {**tracked, "line": 9}, {"action": "view", "time": NOON, "line": 10}],
    )
    assert [row["order_id"] for row in world.rows("orders")] == ["~a.csv:7"]
    assert [row["order_id"] for row in world.rows("events")] == ["~a.csv:7", None]
    assert {row["why"] for row in world.rows("duplicates")} == {"same_event_id", "same_order"}


def test_lines_without_head_get_one(world: World) -> None:
    world.clean(
        people=[{"record_id": "r1", "email": "mary@shop.example"}],
        events=[
            bought(time="2024-05-01T12:00:05Z", unit_price="2.50"),
            bought(record_id="r1", quantity="2", unit_price="0.333"),
            bought(order_id=None),
            {"action": "cart", "time": NOON, "order_id": "o7", "product_key": "p1"},
        ],
    )
    first, second = world.rows("orders")
    assert (first["order_id"], first["record_id"], first["status"]) == ("o1", "r1", "unknown")
    assert (first["ts"], first["total_minor"], first["line"]) == (datetime(2024, 5, 1, 12), 317, 2)
    assert second["order_id"] == "~a.csv:4"


def test_returns(world: World) -> None:
    world.clean(
        events=[
            bought(quantity="-2"),
            bought(quantity="-1", amount="-3.00"),
            bought(action="return", quantity="1"),
            bought(quantity=None, unit_price=None, amount="-4"),
            bought(quantity="-1", order_id=None),
        ]
    )
    rows = world.rows("events")
    assert {row["action"] for row in rows} == {"return"}
    assert [row["quantity"] for row in rows] == [-2, -1, -1, -1, -1]
    assert [row["amount_minor"] for row in rows] == [-500, -300, -250, -400, -250]
    assert rows[4]["order_id"] is None
    assert all(row["unit_price_minor"] >= 0 for row in rows)


def test_every_product_of_a_line_is_listed(world: World) -> None:
    world.clean(
        products=[
            {
                "product_key": "p1",
                "sku": "a1",
                "gtin": "4006381333931",
                "title": "Whole Milk 1 gal",
                "price": "3",
            },
            {"product_key": "p1", "sku": "a1", "title": "Whole Milk 1 gal", "price": "3.50", "stock": "4"},
            {"product_key": "p2", "title": "Bread", "status": "draft"},
            {"product_key": " ", "price": "3"},
        ],
        events=[
            bought(product_key=None, sku="A1 "),
            bought(product_key=None, gtin="4006381333931"),
            bought(product_key=None, title="whole  milk 1 GAL"),
            bought(product_key=None, title="Oat Milk"),
            bought(product_key=None, title="OAT MILK", unit_price="3.50"),
            bought(product_key=None, sku="new", title="New 6 x 330 ml"),
            bought(product_key="k9", gtin="1.2E+12"),
        ],
    )
    keys = [row["product_key"] for row in world.rows("events")]
    assert keys[0] == keys[2] == "p1"
    assert keys[3:] == ["title:oat milk", "title:oat milk", "NEW", "k9"]
    products = {row["product_key"]: row for row in world.rows("products")}
    assert set(keys) <= set(products)
    assert (products["p1"]["price_minor"], products["p1"]["stock"]) == (350, 4)
    assert (products["p1"]["size_value"], products["p1"]["size_unit"]) == (3785.412, "ml")
    assert not products["p2"]["active"]
    assert (products["NEW"]["pack_count"], products["NEW"]["line"], products["NEW"]["price_minor"]) == (
        6,
        7,
        250,
    )
    assert products["k9"]["gtin"] is None
    assert world.refused() == ["no_product"]
    assert [row["why"] for row in world.rows("duplicates")] == ["same_product"]


def test_vectors_of_a_source_have_one_length(world: World) -> None:
    said = ["[1, 2, 3]", "1;2;3", "1 2", "cat.jpg", None, "[0, 0.5, -1]"]
    world.clean(
        products=[{"product_key": f"p{n}", "title": "tea", "vector": text} for n, text in enumerate(said)],
        events=[bought(product_key="p9")],
    )
    assert {row["product_key"]: row["vector"] for row in world.rows("products")} == {
        "p0": [1, 2, 3], "p1": [1, 2, 3], "p2": None, "p3": None, "p4": None, "p5": [0, 0.5, -1], "p9": None,
    }  # fmt: skip
    rules = {(row["field"], row["rule"]): row["rows"] for row in world.rows("repairs")}
    assert rules["vector", "unreadable"] == 1 and rules["vector", "other_width"] == 1


def test_prices_far_from_the_usual_are_counted(world: World) -> None:
    lines = [bought(order_id=f"o{n}", unit_price=price) for n, price in enumerate(["2", "2", "2.2", "99"])]
    world.clean(events=lines)
    rules = {row["rule"]: row["rows"] for row in world.rows("repairs")}
    assert rules["outlier_marked"] == 1 and rules["amount_computed"] == 4


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cents=st.lists(st.integers(min_value=0, max_value=99_999_999), min_size=50, max_size=99))
def test_money_is_exact(world: World, cents: list[int]) -> None:
    world.clean(
        events=[bought(order_id=f"o{n}", amount=f"{c // 100}.{c % 100:02d}") for n, c in enumerate(cents)]
    )
    assert [row["amount_minor"] for row in world.rows("events")] == cents


SOME = st.sampled_from
EVENT = st.fixed_dictionaries(
    {
        "file": SOME(["a.csv", "b.csv"]),
        "event_id": SOME([None, None, "e1", "e2"]),
        "record_id": SOME([None, "r1", "r2", "r3"]),
        "action": SOME(["purchase", "return", "view", None, "Cart"]),
        "time": SOME([NOON, NOON, None, "-", "never"]),
        "order_id": SOME([None, "o1", "o2", "N/A"]),
        "product_key": SOME([None, "p1", "p2"]),
        "title": SOME([None, "Milk"]),
        "quantity": SOME([None, "1", "-1", "x", "0"]),
        "unit_price": SOME([None, "2.00", "-2", "$3"]),
        "currency": SOME([None, "USD", "CNY", "XTS"]),
    }
)
ORDER = st.fixed_dictionaries(
    {
        "file": SOME(["a.csv", "b.csv"]),
        "order_id": SOME([None, "o1", "o2"]),
        "record_id": SOME([None, "r1", "r3"]),
        "time": SOME([NOON, "never", None]),
        "currency": SOME([None, "XTS", "CNY"]),
    }
)
PERSON = st.fixed_dictionaries(
    {"record_id": SOME(["r1", "r2", "r3"]), "email": SOME([None, "null", "private.person@shop.example"])}
)
PRODUCT = st.fixed_dictionaries({"product_key": SOME([None, "p1", "p3"]), "title": SOME([None, "Milk"])})


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.lists(PERSON, max_size=5),
    products=st.lists(PRODUCT, max_size=4),
    orders=st.lists(ORDER, max_size=5),
    events=st.lists(EVENT, max_size=14),
)
def test_accounts_balance_and_tables_agree(world: World, **raw: list[dict[str, Any]]) -> None:
    accounts = world.clean(**raw)  # which checks that each balances
    assert [account.rows_in for account in accounts] == [len(rows) for rows in raw.values()]
    events, orders = world.rows("events"), world.rows("orders")
    products = {row["product_key"] for row in world.rows("products")}
    assert {row["product_key"] for row in events} - {None} <= products
    assert len({row["order_id"] for row in orders}) == len(orders)
    numbered = {row["order_id"] for row in orders}
    assert all(row["order_id"] in numbered for row in events if row["action"] == "purchase")
    known = {row["record_id"] for row in world.rows("people")}
    spoken = {row["record_id"] for row in raw["people"]}
    assert {row["record_id"] for row in (*events, *orders)} & (spoken - known) == set()
    kept = {(row["file"], row["line"], row["item"]) for row in events}
    repeated = [row for row in world.rows("duplicates") if row["table_name"] == "raw_events"]
    assert {(row["of_file"], row["of_line"], row["of_item"]) for row in repeated} <= kept | {
        (row["file"], row["line"], row["item"]) for row in world.rows("quarantine")
    }


def test_no_personal_value_outside_personal_tables(world: World) -> None:
    secrets = {
        "email": "private.person@shop.example", "phone": "+12125550187", "given_name": "Zebulon",
        "family_name": "Quackenbush", "address": "77 Hidden Way", "cookie": "GA1.secret.77",
        "device": "device-secret-77", "card": "card-secret-77", "account": "account-secret-77",
    }  # fmt: skip
    world.clean(
        people=[{"record_id": "r1", **secrets}, {"record_id": "r2", "email": "broken-secret@"}],
        events=[bought(record_id="r1", session="session-secret-77"), bought(record_id="r2", quantity="x")],
    )
    for table in ("identifiers", "products", "orders", "events", "duplicates", "repairs"):
        told = json.dumps(world.rows(table), default=str).lower()
        for secret in (*secrets.values(), "broken-secret", "session-secret"):
            assert secret.lower() not in told, (table, secret)


def test_ids_of_lists_are_kept_and_nothing_that_is_none(world: World) -> None:
    one = "0123456789abcdef" * 2
    said = [one, f" {one.upper()} ", "private.person@shop.example-----", ""]
    world.clean(events=[bought(line=place, list_id=each) for place, each in enumerate(said, 1)])
    found = {row["line"]: row["list_id"] for row in world.rows("events")}
    assert found == {1: one, 2: one, 3: None, 4: None}


def test_the_same_input_gives_the_same_bytes(world: World) -> None:
    raw = {"events": [bought(), bought(product_key=None, title="Milk"), bought(file="b.csv", line=2)]}
    folder = world.store._home.path
    parts = {"orders": "web.0000", "products": "web", "duplicates": "web"}
    files = [folder / table / f"{part}.parquet" for table, part in parts.items()]
    files.append(folder / "events" / "web.0000.parquet")
    world.clean(**raw)
    first = [file.read_bytes() for file in files]
    world.clean(**raw)
    assert [file.read_bytes() for file in files] == first
