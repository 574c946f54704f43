"""What holds whatever the records are."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from onebasket.align.union_find import unite

FEW = settings(max_examples=3, deadline=None)
RECORD = st.tuples(
    st.sampled_from([None, "ann", "bob"]),
    st.dictionaries(
        st.sampled_from(["email", "phone", "cookie", "account"]), st.sampled_from("123"), min_size=1
    ),
)
PEOPLE = st.lists(RECORD, min_size=1, max_size=12)


def flood(size: int, edges: list[tuple[int, int]]) -> list[int]:
    """Smallest member of each node's component, by spreading until nothing changes."""
    root = list(range(size))
    changed = True
    while changed:
        changed = False
        for a, b in edges:
            low = min(root[a], root[b])
            changed |= root[a] != low or root[b] != low
            root[a] = root[b] = low
    return root


@given(
    st.integers(1, 30).flatmap(
        lambda n: st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=40)
    )
)
@settings(max_examples=60, deadline=None)
def test_union_find_equals_flooding(edges: list[tuple[int, int]]) -> None:
    parent = np.arange(30)
    unite(*(np.array([edge[side] for edge in edges], np.int64) for side in (0, 1)), parent)
    assert parent.tolist() == flood(30, edges)


def test_the_kernel_says_the_same_without_the_compiler() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 200, 150), rng.integers(0, 200, 150)
    compiled, plain = np.arange(200), np.arange(200)
    unite(a, b, compiled)
    unite.__wrapped__(a, b, plain)  # type: ignore[attr-defined]
    assert (compiled == plain).all()


def build(records: Any, people: list[Any], order: random.Random | None = None) -> Any:
    numbered = list(enumerate(people))
    if order:
        order.shuffle(numbered)
    made = records()
    for number, (name, values) in numbered:
        made.add(f"s/{number:03}", name, **values)
    return made


@FEW
@given(PEOPLE, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(
    worlds: Callable[[], Any], records: Any, people: list[Any], order: random.Random
) -> None:
    straight = worlds().align(build(records, people))
    shuffled = worlds().align(build(records, people, order))
    assert straight == shuffled


@FEW
@given(PEOPLE)
def test_an_unrelated_record_changes_nothing(
    worlds: Callable[[], Any], records: Any, people: list[Any]
) -> None:
    before = worlds().align(build(records, people)).customers
    after = worlds().align(build(records, people).add("a/new", "zoe", email="her own")).customers
    assert after.pop("a/new") not in before.values()
    assert before == after


@FEW
@given(PEOPLE, PEOPLE)
def test_every_former_id_is_found_again(
    worlds: Callable[[], Any], records: Any, first: list[Any], more: list[Any]
) -> None:
    """An id of the first run lives on, or its latest merge names one that lives."""
    world = worlds()
    before = world.align(build(records, first))
    after = world.align(build(records, first + more))
    living = set(after.customers.values())
    merged = {old: new for _, old, new, why, _ in after.superseded if why == "merged"}
    for old in set(before.customers.values()):
        assert (old in living) != (old in merged)
        assert merged.get(old, old) in living
