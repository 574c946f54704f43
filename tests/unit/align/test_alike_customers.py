"""Records that are alike, orders told twice, decisions by hand: who becomes one customer."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from onebasket.align import decisions
from onebasket.align.customers import _labels
from onebasket.errors import StoreError
from onebasket.shop import Align, Source

GIVEN = ("William", "Elizabeth", "Robert", "Anna", "Maria", "Peter", "Lena", "Omar", "Sofia", "Karl")
FAMILY = ("Meier", "Lopez", "Smith", "Wang", "Nowak", "Rossi", "Dubois", "Jansen", "Silva", "Berg", "Okafor")
STREETS = ("Mill", "Oak", "Harbour", "Church", "Station", "Garden", "King", "Lake")


def town(records: Any, households: int = 150) -> Any:
    """Households of one or two; each person as `web/<n>` and, with another e-mail, as `app/<n>`."""
    chance, made, number = random.Random(4), records(), 0
    for _ in range(households):
        family, code = chance.choice(FAMILY), f"{chance.randrange(10**4, 10**5)}"
        street = f"{chance.randrange(1, 400)} {chance.choice(STREETS)} Street"
        for given in chance.sample(GIVEN, chance.choice((1, 2))):
            for source in ("web", "app"):
                record, mail = f"{source}/{number:03}", f"{given}{chance.randrange(10**6)}@x.example".lower()
                made.says(record, given_name=given, family_name=family, address=street, postcode=code)
                made.says(record, email=mail, city="Here").add(record, f"{given} {family}", email=mail)
            number += 1
    return made


def people(number: int) -> set[frozenset[str]]:
    return {frozenset({f"web/{n:03}", f"app/{n:03}"}) for n in range(number)}


def test_likeness_joins_people_and_not_households(world: Any, records: Any) -> None:
    made = town(records)
    aligned = world.align(made)
    wanted = people(len(made.people) // 2)
    assert len(aligned.clusters & wanted) / len(wanted) > 0.97
    homes = {aligned.households[aligned.customers[record]] for record in aligned.customers}
    assert 145 <= len(homes) <= 156
    joined = [row for row in aligned.matches if row["joined"]]
    assert joined and all('["given_name", "equal"' in row["evidence"] for row in joined[:5])


def test_above_the_threshold_only(world: Any, records: Any) -> None:
    aligned = world.align(town(records), Align(threshold=0.999999))
    assert len(aligned.clusters) == len(aligned.customers)


def test_two_accounts_of_one_system_are_not_joined_by_likeness(world: Any, records: Any) -> None:
    made = town(records)
    for record in ("web/003", "app/003"):
        made.add(record, account=f"account of {record}")
    aligned = world.align(made)
    assert aligned.customers["web/003"] != aligned.customers["app/003"]
    assert aligned.customers["web/004"] == aligned.customers["app/004"]


def test_a_source_that_knows_each_person_once_has_each_once(world: Any, records: Any) -> None:
    made = town(records)
    made.says("app/999", **{name: made.people["web/003"][name] for name in ("given_name", "family_name")})
    made.says("app/999", **{name: made.people["web/003"][name] for name in ("address", "postcode")})
    assert len({world.align(made).customers[record] for record in ("app/003", "app/999")}) == 1
    once = (Source("app", "app", "table", one_record_per_person=True),)
    aligned = world.align(made, declared=once)
    assert aligned.customers["app/003"] != aligned.customers["app/999"]


def test_dates_of_birth_that_contradict_each_other_are_not_joined_by_likeness(
    world: Any, records: Any
) -> None:
    made = town(records)
    for number in range(40):
        for source in ("web", "app"):
            made.says(f"{source}/{number:03}", birth_date=date(1950 + number, 3, 12))
    assert world.align(made).customers["web/003"] == world.align(made).customers["app/003"]
    made.says("app/003", birth_date=date(1991, 11, 28))
    aligned = world.align(made)
    assert aligned.customers["web/003"] != aligned.customers["app/003"]


def test_an_order_told_twice_joins_who_tells_it(world: Any, records: Any) -> None:
    aligned = world.align(
        records()
        .add("site/1", cookie="k").ordered("site/1", "#1001", 0.1)
        .add("web/1", email="e").ordered("web/1", "1001")
        .add("web/2", email="f").ordered("web/2", "1002")
        .add("site/2", cookie="m").ordered("site/2", "#1002", 9.0)
        .add("till/1", device="d").ordered("till/1", "1001")
    )  # fmt: skip
    assert aligned.customers["site/1"] == aligned.customers["web/1"]
    assert aligned.customers["site/2"] != aligned.customers["web/2"]  # hours apart: another shop's number
    assert aligned.customers["till/1"] != aligned.customers["web/1"]  # a till is nobody
    assert {edge["rule"] for edge in aligned.edges} == {"same_order"}


def test_by_hand_wins_and_split_after_join_restores(world: Any, records: Any) -> None:
    made = town(records)
    before = world.align(made)
    decisions.decide(world.folder, "join", ["web/001"], ["web/002"])
    joined = world.align(made)
    assert joined.customers["web/001"] == joined.customers["web/002"]
    decisions.decide(world.folder, "split", ["web/001", "app/001"], ["web/002", "app/002"])
    assert world.align(made).clusters == before.clusters
    decisions.decide(world.folder, "split", ["web/005"], ["app/005"])
    assert world.align(made).customers["web/005"] != world.align(made).customers["app/005"]


def test_what_is_split_by_hand_stays_apart_even_with_one_e_mail(world: Any, records: Any) -> None:
    decisions.decide(world.folder, "split", ["a/1"], ["c/3"])
    aligned = world.align(records().add("a/1", email="e").add("b/2", email="e").add("c/3", email="e"))
    assert aligned.customers["a/1"] != aligned.customers["c/3"]
    assert {edge["record_b"] for edge in aligned.edges} == {"b/2"}


def test_decisions_are_read_back_and_a_line_cut_short_was_never_taken(world: Any) -> None:
    made = decisions.decide(world.folder, "join", ["b"], ["a"], "same voice on the telephone")
    path = world.folder / decisions.FILE
    assert decisions.decisions(world.folder) == [made] and path.stat().st_mode & 0o777 == 0o600
    with path.open("ab") as file:
        file.write(b'{"at":"2024')  # killed here
    assert decisions.decisions(world.folder) == [made]
    decisions.decide(world.folder, "split", ["c"], ["a"])
    assert [each.what for each in decisions.decisions(world.folder)] == ["join", "split"]
    assert decisions.standing(decisions.decisions(world.folder)) == decisions.Standing(
        (("a", "b"),), (("a", "c"),)
    )


def test_a_line_that_is_no_decision_is_an_error(world: Any) -> None:
    (world.folder / decisions.FILE).write_text('{"what": "merge"}\n', encoding="utf-8")
    with pytest.raises(StoreError, match=r"Line 1 of .* is no decision"):
        decisions.decisions(world.folder)


def test_decisions_about_records_that_are_gone_change_nothing(world: Any, records: Any) -> None:
    before = world.align(records().add("a/1", email="e").add("b/2", email="e"))
    decisions.decide(world.folder, "join", ["gone"], ["a/1"])
    decisions.decide(world.folder, "split", ["gone"], ["b/2"])
    assert world.align(records().add("a/1", email="e").add("b/2", email="e")).clusters == before.clusters


def test_an_order_number_does_not_join_people_who_plainly_differ(world: Any, records: Any) -> None:
    made = town(records)
    made.ordered("web/000", "77").ordered("app/011", "77")
    aligned = world.align(made)
    assert aligned.customers["web/000"] != aligned.customers["app/011"]


def test_a_join_holds_between_all_records_of_the_two() -> None:
    joined = decisions.Decision("t", "u", "join", ("a1", "a2"), ("b1", "b2"))
    split = decisions.Decision("t", "u", "split", ("b1",), ("a1", "a2", "b2"))
    stands = decisions.standing([joined, split])
    assert stands.together == (("a1", "b2"), ("a2", "b2"))
    assert stands.apart == (("a1", "b1"), ("a2", "b1"), ("b1", "b2"))


def test_the_last_word_on_a_pair_teaches_whichever_way_it_was_named(world: Any) -> None:
    decisions.decide(world.folder, "join", ["a"], ["b"])
    decisions.decide(world.folder, "split", ["b"], ["a"])
    labels = _labels(decisions.decisions(world.folder), {"a": 0, "b": 1})
    assert labels is not None and labels.same.tolist() == [False]
