"""Further tables get the customer, product, order and campaign they are about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from tests.unit.fuse.conftest import START, Fused, Story


@pytest.fixture
def story() -> Story:
    """Ann bought tea under #1001 on the web; the till knows the tea by another name."""
    return (
        Story()
        .person("web/a", "ann", email="ann@x.example")
        .person("help/a", "ann")
        .person("help/b", "ben")
        .product("web", "T1", "tea", stock=7)
        .product("till", "44", "tea", stock=2)
        .product("till", "45", "cup", stock=3)
        .purchase("web", "#1001", [("T1", 1, 500)], record="web/a")
    )


def test_nothing_is_written_of_what_the_shop_has_not(story: Story, fused: Callable[..., Fused]) -> None:
    found = fused(story)
    for name in (
        "stock_levels",
        "catalogue_days",
        "campaign_results",
        "campaign_exposures",
        "product_reviews",
    ):
        assert found[name] == []
    assert {row["product_id"]: row["stock"] for row in found["catalogue"]} == {"tea": 9, "cup": 3}


def test_the_latest_level_of_each_place_is_what_the_catalogue_counts(
    story: Story, fused: Callable[..., Fused]
) -> None:
    story.told("stock", "till", 2, product_key="44", place="north", on_hand=5.0, reserved=1.0)
    story.told("stock", "till", 1, product_key="44", place="north", on_hand=50.0)
    story.told("stock", "till", 0, product_key="44", place="south", on_hand=9.0, available=8.0)
    story.told("stock", "till", 0, product_key="44", place="south", ts=None, on_hand=70.0)
    found = fused(story)
    north, south = found["stock_levels"]
    assert (north["product_id"], north["place"], north["on_hand"], north["reserved"]) == (
        "tea",
        "north",
        5,
        1,
    )
    assert (south["place"], south["available"], south["ts"]) == ("south", 8, START)
    stock = {row["product_id"]: row["stock"] for row in found["catalogue"]}
    assert stock == {"tea": 4 + 8, "cup": 3}  # levels stand before lists, where there are any


def test_days_of_two_listings_are_added_up(story: Story, fused: Callable[..., Fused]) -> None:
    story.product("till", "46", "tea")
    day = {"day": date(2024, 1, 9), "currency": "EUR"}
    story.told("product_days", "till", product_key="44", visitors=30, buyers=3, amount_minor=900, **day)
    story.told("product_days", "till", product_key="46", visitors=10, buyers=1, amount_minor=100, **day)
    story.told(
        "product_days", "web", product_key="T1", visitors=8, conversion=0.5, **{**day, "currency": "USD"}
    )
    till, web = fused(story, rates={"EUR": 2.0})["catalogue_days"]
    assert (till["visitors"], till["buyers"], till["conversion"]) == (40, 4, 0.1)
    assert (till["amount_minor"], till["currency"]) == (2000, "USD")
    assert (web["source"], web["conversion"], web["amount_minor"]) == ("web", 0.5, None)


def test_exposures_find_their_campaign_in_another_source_by_id_or_name(
    story: Story, fused: Callable[..., Fused]
) -> None:
    told = {"kind": "open", "record_id": "web/a"}
    story.told("campaigns", "mail", campaign_id="c1", name="Spring", currency="USD", revenue_minor=5)
    story.told("campaigns", "mail", campaign_id="c2", name="Twice", currency="USD")
    story.told("campaigns", "ads", campaign_id="c3", name="Twice", currency="USD")
    story.told("exposures", "mail", campaign_id="c1", **told)
    story.told("exposures", "log", campaign_id="Spring", **{**told, "kind": "click", "record_id": "help/b"})
    story.told("exposures", "log", campaign_id="Twice", **told)
    story.told("exposures", "web", product_key="T1", **told)
    found = fused(story)
    results = {(row["source"], row["name"]): row for row in found["campaign_results"]}
    spring = results["mail", "Spring"]
    assert (spring["exposures"], spring["customers"], spring["revenue_minor"]) == (2, 2, 5)
    assert results["mail", "Twice"]["exposures"] == results["ads", "Twice"]["exposures"] == 0
    log = [row for row in found["campaign_exposures"] if row["source"] == "log"]
    assert log[0]["campaign_id"] == spring["campaign_id"] and log[0]["customer_id"] == "ben"
    assert log[1]["campaign_id"] not in {row["campaign_id"] for row in results.values()}
    (shown,) = [row for row in found["campaign_exposures"] if row["source"] == "web"]
    assert (shown["campaign_id"], shown["product_id"], shown["customer_id"]) == (None, "tea", "ann")


def test_orders_are_found_by_their_number_and_tell_the_customer(
    story: Story, fused: Callable[..., Fused]
) -> None:
    hour = timedelta(hours=1)
    story.told(
        "payments", "pay", order_id="1001", kind="charge", amount_minor=500, currency="USD", method="a@b.c"
    )
    story.told("shipments", "web", order_id="#1001", shipment_id="s", product_key="T1", quantity=1.0)
    story.told("shipments", "web", order_id="#9", shipment_id="s")
    story.told("tickets", "help", 1, ticket_id="t", record_id="help/b", order_id="1001", text="Dear shop",
               satisfaction="Ann was kind", first_answer_ts=START + 2 * hour, closed_ts=START)  # fmt: skip
    story.told("reviews", "web", review_id="r", order_id="#1001", product_key="T1", rating=4.0, scale=5.0,
               text="Good", heading="Tea", answer="Thanks")  # fmt: skip
    found = fused(story)
    (bought,) = found.acts("purchase")
    (payment,) = found["order_payments"]
    assert (payment["order_id"], payment["customer_id"]) == (bought["order_id"], "ann")
    assert payment["method"] is None
    parcel, other = found["order_shipments"]
    assert (parcel["order_id"], parcel["customer_id"], parcel["product_id"]) == (
        bought["order_id"], "ann", "tea",
    )  # fmt: skip
    assert other["order_id"] not in (None, bought["order_id"]) and other["customer_id"] is None
    (ticket,) = found["support_tickets"]
    assert (ticket["customer_id"], ticket["order_id"]) == ("ben", bought["order_id"])
    assert (ticket["answer_minutes"], ticket["closed_minutes"], ticket["satisfaction"]) == (60, None, None)
    (review,) = found["product_reviews"]
    assert (review["customer_id"], review["product_id"], review["letters"]) == ("ann", "tea", 7)
    assert review["answered"]
