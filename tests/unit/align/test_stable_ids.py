"""Ids from run to run."""

from __future__ import annotations

from typing import Any


def test_growth_keeps_ids(world: Any, records: Any) -> None:
    first = world.align(records().add("b/1", email="e").add("b/2", email="e").add("b/3", email="f"))
    second = world.align(
        records()
        .add("a/0", email="e")  # smaller than the record the id was made from
        .add("b/1", email="e")
        .add("b/2", email="e")
        .add("b/3", email="f")
        .add("b/4", email="g")
    )
    for record, customer in first.customers.items():
        assert second.customers[record] == customer
    assert second.customers["a/0"] == first.customers["b/1"]
    assert second.superseded == []


def test_merges_are_followed_to_the_living_id(world: Any, records: Any) -> None:
    def people(*bridges: str) -> Any:
        made = records()
        for letter, size in (("a", 1), ("b", 2), ("c", 6)):
            for number in range(size):
                made.add(f"{letter}/{number}", email=letter)
        for bridge in bridges:
            made.add(f"z/{bridge}", email=tuple(bridge))
        return made

    one = world.align(people())
    a, b, c = (one.customers[name] for name in ("a/0", "b/0", "c/0"))
    two = world.align(people("ab"))
    assert two.customers["a/0"] == b
    assert two.superseded == [("customer", a, b, "merged", 2)]
    three = world.align(people("ab", "bc"))
    assert set(three.customers.values()) == {c}
    assert sorted(three.superseded) == sorted(
        [("customer", a, b, "merged", 2), ("customer", b, c, "merged", 3), ("customer", a, c, "merged", 3)]
    )
    assert sorted(world.align(people("ab", "bc")).superseded) == sorted(three.superseded)


def test_the_larger_part_keeps_the_id(world: Any, records: Any) -> None:
    one = world.align(records().add("a/0", email="e").add("a/1", email="e").add("a/2", email="e"))
    (whole,) = set(one.customers.values())
    two = world.align(records().add("a/0", email="x").add("a/1", email="e").add("a/2", email="e"))
    assert two.customers["a/1"] == two.customers["a/2"] == whole
    part = two.customers["a/0"]
    assert part != whole
    assert two.superseded == [("customer", whole, part, "split", 2)]


def test_an_id_once_used_is_never_given_again(world: Any, records: Any) -> None:
    alone = records().add("a/0", email="x").add("b/1", email="e").add("b/2", email="e")
    first = world.align(alone)
    bridged = records().add("a/0", email="x").add("b/1", email="e").add("b/2", email=("e", "x"))
    world.align(bridged)
    third = world.align(alone)
    assert third.customers["b/1"] == first.customers["b/1"]
    assert third.customers["a/0"] not in first.customers.values()


def test_the_wish_of_the_larger_part_wins(world: Any, records: Any) -> None:
    """A falls apart into 2 and 1 records; the one joins B, which is larger, and takes nothing."""
    one = world.align(
        records()
        .add("a/0", email="a").add("a/1", email="a").add("a/2", email="a")
        .add("b/0", email="b").add("b/1", email="b")
    )  # fmt: skip
    a, b = one.customers["a/0"], one.customers["b/0"]
    two = world.align(
        records()
        .add("a/0", email="a").add("a/1", email="a").add("a/2", email="b")
        .add("b/0", email="b").add("b/1", email="b")
    )  # fmt: skip
    assert two.customers == {"a/0": a, "a/1": a, "a/2": b, "b/0": b, "b/1": b}
    assert two.superseded == [("customer", a, b, "split", 2)]
