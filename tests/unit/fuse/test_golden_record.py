"""The golden record and the customer table."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any


def values(fused: Any) -> dict[str, tuple[str, str, str, int]]:
    return {
        row["attribute"]: (row["value"], row["source"], row["why"], row["others"])
        for row in fused["customer_values"]
    }


def test_unmasked_then_account_then_latest(story: Any, fused: Any) -> None:
    story.person("tmall/1", "c", masked=True, phone="+8613*****1", email="masked@tmall")
    story.person("web/1", "c", account="u1", email="old@example.org", phone="+1555")
    story.person("till/1", "c", email="new@example.org", phone="+1555", birth_date=date(1980, 2, 3))
    story.event("till", "view", 5, record_id="till/1").event("web", "view", 1, record_id="web/1")
    assert values(fused(story)) == {
        "account": ("u1", "web", "only", 0),
        "email": ("old@example.org", "web", "account", 2),  # over the best loser, the till's guest
        "phone": ("+1555", "web", "unmasked", 1),
        "birth_date": ("1980-02-03", "till", "only", 0),
    }


def test_among_guests_the_latest_wins_then_most_rows(story: Any, fused: Any) -> None:
    story.person("web/1", "a", email="old@example.org").person("web/2", "a", email="new@example.org")
    story.event("web", "view", 1, record_id="web/1").order("web", "1", 9, record_id="web/2")
    story.person("web/3", "b", email="often@example.org", rows=5).person(
        "web/4", "b", email="once@example.org"
    )
    rows = fused(story)["customer_values"]
    assert [(r["value"], r["why"]) for r in rows] == [
        ("new@example.org", "latest"),
        ("often@example.org", "most_common"),
    ]


def test_an_address_is_of_one_record(story: Any, fused: Any) -> None:
    story.person("web/1", "c", account="u", city="Hull", postcode="HU1")
    story.person("till/1", "c", address="1 Quay", city="York", family_name="Ash", given_name="Ann")
    story.person("web/2", "c", account="v", given_name="Annie")
    found = values(fused(story))
    assert found["address"][:2] == ("1 Quay", "till")
    assert found["city"] == ("York", "till", "most_complete", 1)
    assert "postcode" not in found
    assert found["given_name"] == ("Ann", "till", "most_complete", 1)


def test_the_customer_row(story: Any, fused: Any) -> None:
    story.product("web", "a", "pa")
    story.person("web/1", "c", email="a@b", consent=True).person("app/1", "c", consent=False)
    story.person("site/9", "cookie")
    story.purchase("web", "1", [("a", 1, 500)], 1, "web/1").purchase("web", "2", [("a", 1, 70)], 2, "web/1")
    story.purchase("web", "3", [("a", 1, 90)], 3, "web/1", status="cancelled")
    story.event("app", "view", 7, record_id="app/1").event("site", "view", 8, record_id="site/9")
    for old in ("z", "y"):
        story.rows["supersessions"].append(
            {"kind": "customer", "old_id": old, "new_id": "c", "why": "merged", "version": 2}
        )
    result = fused(story)
    row = result.one("customers", customer_id="c")
    assert row["known"] and row["channels"] == ["app", "web"] and row["sources"] == ["app", "web"]
    assert (row["records"], row["events"], row["orders"], row["value_minor"]) == (2, 4, 2, 570)
    assert row["last_ts"] - row["first_ts"] == timedelta(hours=6)
    assert row["consent"] is False  # said later
    assert row["superseded"] == ["y", "z"]
    assert result.one("customers", customer_id="cookie")["known"] is False


def test_personal_values_stay_in_their_table(story: Any, fused: Any) -> None:
    story.person("web/1", "c", email="ann@example.org", phone="+15550100", family_name="Ashworth")
    story.event("web", "view", record_id="web/1")
    result = fused(story)
    open_tables = str({name: rows for name, rows in result.tables.items() if name != "customer_values"})
    assert not any(value in open_tables for value in ("ann@", "+1555", "Ashworth"))
