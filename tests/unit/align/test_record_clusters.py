"""Which records become one customer."""

from __future__ import annotations

from typing import Any

from onebasket.shop import Align


def together(aligned: Any, *names: str) -> bool:
    return len({aligned.customers[name] for name in names}) == 1


def test_every_record_has_a_customer(world: Any, records: Any) -> None:
    aligned = world.align(records().add("a/1").add("a/2", email="e").add("b/3", phone="p"))
    assert len(set(aligned.customers.values())) == 3
    assert all(len(id) == 17 and id[0] == "c" for id in aligned.customers.values())


def test_chains_of_different_identifiers_join(world: Any, records: Any) -> None:
    aligned = world.align(
        records()
        .add("a/1", "ann", email="e")
        .add("b/2", "ann", email="e", phone="p")
        .add("c/3", phone="p", account="u")
        .add("d/4", account="u", cookie="k")
        .add("d/5", cookie="k")
        .seen("d/4", 1.2)
        .seen("d/5", 1.1)
        .add("d/6", cookie="other")
    )
    assert together(aligned, "a/1", "b/2", "c/3", "d/4", "d/5")
    assert not together(aligned, "a/1", "d/6")


def test_a_shared_identifier_joins_within_a_name_only(world: Any, records: Any) -> None:
    aligned = world.align(
        records()
        .add("a/1", "ann", phone="p")
        .add("b/1", "ann", phone="p")
        .add("a/2", "bob", phone="p")
        .add("b/2", "bob", phone="p")
        .add("c/3", phone="p")
    )
    assert aligned.clusters == {frozenset({"a/1", "b/1"}), frozenset({"a/2", "b/2"}), frozenset({"c/3"})}
    assert aligned.limits == {("phone", "p"): "same_name_only"}
    assert {edge["rule"] for edge in aligned.edges} == {"same_value_and_name"}


def test_two_accounts_are_not_joined_by_a_phone(world: Any, records: Any) -> None:
    aligned = world.align(
        records().add("a/1", "ann", phone="p", account="u1").add("a/2", "ann", phone="p", account="u2")
    )
    assert not together(aligned, "a/1", "a/2")
    assert aligned.limits == {("phone", "p"): "refused"}


def test_each_of_a_household_keeps_its_account(world: Any, records: Any) -> None:
    aligned = world.align(
        records()
        .add("a/1", "ann", phone="p", account="u1")
        .add("b/1", "ann", phone="p")
        .add("a/2", "bob", phone="p", account="u2")
    )
    assert aligned.clusters == {frozenset({"a/1", "b/1"}), frozenset({"a/2"})}


def test_a_cookie_with_one_account_joins_and_with_two_does_not(world: Any, records: Any) -> None:
    aligned = world.align(
        records()
        .add("w/1", cookie="mine")
        .add("w/2", cookie="mine", account="u1")
        .add("w/3", cookie="tablet")
        .add("w/4", cookie="tablet", account="u1")
        .add("w/5", cookie="tablet", account="u2")
        .seen("w/1", 0.1)
        .seen("w/2", 0.2)
        .seen("w/3", 0.1)
        .seen("w/4", 0.2)
    )
    assert together(aligned, "w/1", "w/2", "w/4")
    assert not together(aligned, "w/2", "w/5")
    assert not together(aligned, "w/3", "w/4")
    assert aligned.limits == {("cookie", "tablet"): "refused"}


def test_accounts_join_whatever_the_name(world: Any, records: Any) -> None:
    aligned = world.align(records().add("a/1", "ann", account="u").add("a/2", "anne", account="u"))
    assert together(aligned, "a/1", "a/2")


def test_crowded_identifiers_are_refused(world: Any, records: Any) -> None:
    crowd = records()
    for number in range(4):
        crowd.add(f"a/{number}", email="e")
    aligned = world.align(crowd, Align(max_records={"email": 3}))
    assert len(aligned.clusters) == 4
    assert aligned.limits == {("email", "e"): "refused"}


def test_unusable_identifiers_join_nothing(world: Any, records: Any) -> None:
    made = records().add("a/1", email="e").add("a/2", email="e")
    made.identifiers[0]["usable"] = False
    assert len(world.align(made).clusters) == 2


def test_edges_are_chains_not_pairs(world: Any, records: Any) -> None:
    made = records()
    for number in range(30):
        made.add(f"a/{number:02}", email="e")
    aligned = world.align(made)
    assert len(aligned.edges) == 29
    assert {edge["record_a"] for edge in aligned.edges} == {"a/00"}


def test_who_never_sat_with_the_owner_of_a_device_is_somebody_else(world: Any, records: Any) -> None:
    aligned = world.align(
        records()
        .add("w/1", cookie="k", account="u")
        .add("w/2", cookie="k")
        .add("w/3", cookie="k", device="d")
        .seen("w/1", 0)
        .seen("w/2", 30)
        .seen("w/3", 30)
    )
    assert aligned.clusters == {frozenset({"w/1"}), frozenset({"w/2", "w/3"})}
    assert aligned.limits == {}
