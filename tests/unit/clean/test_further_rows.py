"""The further tables: good rows are kept, bad ones refused with the reason, equal ones stand once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from onebasket.tables import BY_NAME, FURTHER
from tests.unit.clean.clean_world import World

# A sound row of each table.
SOUND: dict[str, dict[str, str]] = {
    "stock": {"product_key": "T1", "time": "2024-05-01", "place": "north", "on_hand": "5"},
    "product_days": {"product_key": "T1", "day": "2024-05-01", "visitors": "10", "amount": "9.50"},
    "campaigns": {"campaign_id": "c1", "time": "2024-05-01", "sent": "1,000", "revenue": "12.00"},
    "exposures": {"campaign_id": "c1", "kind": "Opened", "time": "2024-05-01T10:00:00Z"},
    "reviews": {"review_id": "r1", "product_key": "T1", "rating": "4", "time": "2024-05-01"},
    "tickets": {"ticket_id": "t1", "subject": "Where is it?", "time": "2024-05-01 10:00"},
    "shipments": {"shipment_id": "s1", "order_id": "1", "shipped_time": "2024-05-01", "quantity": "2"},
    "payments": {"payment_id": "p1", "kind": "charge", "time": "2024-05-01", "amount": "10.00"},
}


def clean(world: World, name: str, *rows: dict[str, Any], **how: Any) -> list[dict[str, Any]]:
    """Clean rows of one table, each the sound one with changes."""
    accounts = world.clean(how, **{name: [{**SOUND[name], **row} for row in rows]})
    (account,) = (one for one in accounts if one.table == f"raw_{name}")
    assert account.rows_in == len(rows)
    kept = world.rows(name)
    assert account.kept == len(kept)
    assert account.quarantined == len(world.rows("quarantine"))
    assert account.duplicates == len(world.rows("duplicates"))
    return kept


@pytest.mark.parametrize("name", FURTHER)
def test_a_sound_row_is_kept_and_one_said_twice_stands_once(world: World, name: str) -> None:
    (row,) = clean(world, name, {}, {})
    assert row["line"] == 3  # the last in file and line
    (twin,) = world.rows("duplicates")
    assert (twin["table_name"], twin["line"], twin["of_line"]) == (f"raw_{name}", 2, 3)


def test_sources_without_them_have_neither_parts_nor_accounts(world: World) -> None:
    accounts = world.clean(people=[{"record_id": "r", "email": "a@b.example"}])
    assert [account.table for account in accounts] == [
        "raw_people",
        "raw_products",
        "raw_orders",
        "raw_events",
    ]
    for name in FURTHER:
        assert not world.parts(name)


@pytest.mark.parametrize(
    ("name", "damage", "reason", "field"),
    [
        ("stock", {"product_key": " - "}, "no_product", "product_key"),
        ("stock", {"on_hand": "many"}, "bad_quantity", "on_hand"),
        ("stock", {"on_hand": None}, "bad_quantity", "on_hand"),
        ("stock", {"reserved": "-1"}, "bad_quantity", "reserved"),
        ("stock", {"time": "soon"}, "bad_time", "time"),
        ("stock", {"time": "1999-12-31"}, "too_early", "time"),
        ("stock", {"time": "2999-01-01"}, "future_time", "time"),
        ("product_days", {"day": None}, "bad_time", "day"),
        ("product_days", {"visitors": "-3"}, "bad_quantity", "visitors"),
        ("product_days", {"amount": "free"}, "bad_amount", "amount"),
        ("product_days", {"currency": "XXX"}, "unknown_currency", "currency"),
        ("campaigns", {"campaign_id": None}, "no_campaign", "campaign_id"),
        ("campaigns", {"clicks": "1.2.3"}, "bad_quantity", "clicks"),
        ("campaigns", {"time": "2999-01-01"}, "future_time", "time"),
        ("campaigns", {"end_time": "never"}, "bad_time", "end_time"),
        ("exposures", {"campaign_id": None}, "no_campaign", "campaign_id"),
        ("exposures", {"kind": None}, "no_action", "kind"),
        ("exposures", {"time": None}, "bad_time", "time"),
        ("reviews", {"rating": "6"}, "bad_rating", "rating"),
        ("reviews", {"rating": "good"}, "bad_rating", "rating"),
        ("reviews", {"rating": None}, "no_usable_value", "rating"),
        ("reviews", {"scale": "0"}, "bad_rating", "scale"),
        ("reviews", {"time": "then"}, "bad_time", "time"),
        ("tickets", {"time": None}, "bad_time", "time"),
        ("tickets", {"closed_time": "x"}, "bad_time", "closed_time"),
        ("shipments", {"shipment_id": None, "order_id": None}, "no_order", "order_id"),
        ("shipments", {"quantity": "9999999"}, "absurd_quantity", "quantity"),
        ("shipments", {"shipped_time": "2999-01-01"}, "future_time", "shipped_time"),
        ("payments", {"amount": None}, "bad_amount", "amount"),
        ("payments", {"amount": "ten"}, "bad_amount", "amount"),
        ("payments", {"amount": "99999999"}, "absurd_amount", "amount"),
        ("payments", {"currency": "XXX"}, "unknown_currency", "currency"),
    ],
)
def test_bad_rows_go_to_quarantine_with_the_reason(
    world: World, name: str, damage: dict[str, Any], reason: str, field: str
) -> None:
    (row,) = clean(world, name, {}, damage)
    assert row["line"] == 2
    (refused,) = world.rows("quarantine")
    assert (refused["table_name"], refused["reason"], refused["field"]) == (f"raw_{name}", reason, field)
    assert refused["found"] == {**SOUND[name], **damage}.get(field)


def test_stock_is_told_by_product_place_and_time(world: World) -> None:
    rows = clean(
        world, "stock",
        {"on_hand": "5"}, {"on_hand": "4"}, {"place": "south"}, {"time": "2024-05-02", "on_hand": "-1.5"},
        {"product_key": None, "sku": "t1", "available": "1", "time": None},
    )  # fmt: skip
    assert [(row["line"], row["place"], row["on_hand"]) for row in rows] == [
        (3, "north", 4.0), (4, "south", 5.0), (5, "north", -1.5), (6, "north", 5.0),
    ]  # fmt: skip
    assert rows[3]["product_key"] == "T1" and rows[3]["ts"] is None and rows[3]["available"] == 1
    assert [row["product_key"] for row in world.rows("products")] == ["T1"]


def test_rows_find_the_products_of_the_source_and_name_new_ones(world: World) -> None:
    listed = [{"product_key": "P1", "sku": "A-1", "title": "Green Tea", "gtin": "4006381333931"}]
    told = [
        {"sku": "a-1", "on_hand": "1"},
        {"title": "green tea", "on_hand": "2"},
        {"gtin": "4006381333931", "on_hand": "3"},
        {"sku": "B-2", "title": "Black Tea", "on_hand": "4"},
        {"sku": "B-2", "on_hand": "5", "place": "south"},
    ]
    shown = [{"product_key": "B-2", "campaign_id": "c", "kind": "click", "time": "2024-05-01"}]
    world.clean(products=listed, stock=told, exposures=shown)
    assert [row["product_key"] for row in world.rows("stock")] == ["P1", "P1", "P1", "B-2", "B-2"]
    assert [row["product_key"] for row in world.rows("exposures")] == ["B-2"]
    products = {row["product_key"]: row for row in world.rows("products")}
    assert set(products) == {"P1", "B-2"} and products["B-2"]["title"] == "Black Tea"


def test_days_are_the_source_s_own_and_shares_may_be_per_cent(world: World) -> None:
    rows = clean(
        world, "product_days",
        {"conversion": "5%"}, {"product_key": "T2", "conversion": "0.05"},
        {"product_key": "T3", "conversion": "12.5"},
        {"product_key": "T4", "conversion": "0.5%", "currency": "CNY"},
        time_zone="Asia/Shanghai",
    )  # fmt: skip
    assert {row["day"] for row in rows} == {date(2024, 5, 1)}
    assert [row["conversion"] for row in rows] == [0.05, 0.05, 0.125, 0.005]
    assert [(row["amount_minor"], row["currency"]) for row in rows] == [(950, "USD")] * 3 + [(950, "CNY")]


def test_words_become_ours(world: World) -> None:
    kinds = ["Opened Email", "点击", "hard-bounce", "Wink"]
    shown = clean(world, "exposures", *({"kind": kind} for kind in kinds))
    assert [row["kind"] for row in shown] == ["open", "click", "bounce", "wink"]
    (campaign,) = clean(world, "campaigns", {"medium": "E-Mail", "status": "Completed"})
    assert (campaign["medium"], campaign["status"]) == ("email", "done")
    (review,) = clean(world, "reviews", {"verified": "Yes", "status": "approved"})
    assert (review["verified"], review["status"], review["scale"]) == (True, "published", 5)
    (parcel,) = clean(world, "shipments", {"country": "germany", "region": "by", "status": "In Transit"})
    assert (parcel["country"], parcel["region"], parcel["status"]) == ("DE", "BY", "shipped")


def test_scheduled_campaigns_lie_ahead(world: World) -> None:
    (row,) = clean(world, "campaigns", {"time": "2999-01-01", "status": "scheduled"})
    assert row["ts"] == datetime(2999, 1, 1)


def test_what_leaves_is_negative_and_a_refund_may_carry_the_id_of_what_it_gives_back(world: World) -> None:
    rows = clean(
        world, "payments",
        {}, {"kind": "Refund", "amount": "4.00", "time": "2024-05-02"},
        {"kind": "refund", "amount": "-3.00", "time": "2024-05-03"}, {"kind": None, "amount": "(2.00)"},
        {"kind": "fee", "amount": "0.30", "fee": "-0.10"},
        {"kind": "payout", "amount": "-8", "currency": "JPY"},
    )  # fmt: skip
    assert [(row["kind"], row["amount_minor"]) for row in rows] == [
        ("charge", 1000), ("refund", -400), ("refund", -300),
        ("refund", -200), ("fee", -30), ("transfer", -8),
    ]  # fmt: skip
    assert rows[4]["fee_minor"] == 10


def test_of_several_products_in_a_parcel_each_is_kept(world: World) -> None:
    rows = clean(
        world, "shipments",
        {"product_key": "T1"}, {"product_key": "T2"}, {"product_key": "T1", "line": 2, "item": 1},
        {"product_key": "T1", "file": "b.csv", "status": "delivered"},
    )  # fmt: skip
    assert [(row["file"], row["product_key"], row["item"]) for row in rows] == [
        ("a.csv", "T1", 1), ("a.csv", "T2", 0), ("b.csv", "T1", 0),
    ]  # fmt: skip
    assert rows[2]["status"] == "delivered"


def test_a_person_of_whom_nothing_is_left_is_nobody(world: World) -> None:
    people = [{"record_id": "r1", "email": "a@b.example"}, {"record_id": "r2", "full_name": "-"}]
    told = [
        {**SOUND["reviews"], "record_id": "r1"},
        {**SOUND["reviews"], "review_id": "r2", "record_id": "r2"},
    ]
    world.clean(people=people, reviews=told)
    assert [row["record_id"] for row in world.rows("reviews")] == ["r1", None]


def test_free_texts_stay_in_personal_tables() -> None:
    for name in FURTHER:
        open_ones = {"text", "heading", "answer", "tracking", "description"}
        texts = open_ones & {*BY_NAME[f"raw_{name}"].names, *BY_NAME[name].names}
        assert not texts or (BY_NAME[f"raw_{name}"].personal and BY_NAME[name].personal)
