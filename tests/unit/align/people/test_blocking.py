"""Candidates, beside all pairs looked at one by one."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onebasket.align.people.blocking import Rule, all_blocks, within
from onebasket.align.people.fields import Field, find_fields, state_fields
from onebasket.align.people.index import Index
from onebasket.align.people.proposing import propose
from onebasket.align.people.records import encode
from onebasket.errors import MatchError

ROWS = st.lists(
    st.tuples(*[st.one_of(st.none(), st.sampled_from(["ann", "anna", "bob", "Ann "])) for _ in range(2)]),
    min_size=1,
    max_size=12,
)
RULES = ("given", "given+family", "family:start3")


@settings(max_examples=100, deadline=None)
@given(ROWS)
def test_every_pair_that_agrees_stands_once_under_its_first_rule(rows: list[tuple[str | None, ...]]) -> None:
    given_names, families = zip(*rows, strict=True)
    table = pa.table({"given": pa.array(given_names, pa.string()), "family": pa.array(families, pa.string())})
    records = encode(table, [Field("given", "given_name"), Field("family", "family_name")])
    pairs = within(all_blocks(records, [Rule.parse(text) for text in RULES], 100))
    rule = np.searchsorted(pairs.ends, np.arange(len(pairs)), side="right")
    found = dict(zip(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True), rule, strict=True))
    assert len(found) == len(pairs)

    def key(row: tuple[str | None, ...], rule: int) -> tuple[str, ...] | None:
        first, last = (text.strip().lower() if text else None for text in row)
        parts = ((first,), (first, last), (last and last[:3],))[rule]
        return None if None in parts else tuple(str(part) for part in parts)

    wanted = {}
    for a, b in combinations(range(len(rows)), 2):
        for rule in range(len(RULES)):
            if key(rows[a], rule) and key(rows[a], rule) == key(rows[b], rule):
                wanted.setdefault((a, b), rule)
    assert found == wanted


def test_blocks_that_are_too_large_are_left_out_and_counted() -> None:
    table = pa.table({"name": ["x"] * 6 + ["y"] * 3})
    records = encode(table, [Field("name", "family_name")])
    blocking = all_blocks(records, [Rule.parse("name")], 5)
    assert (blocking.blocks[0].pairs, blocking.blocks[0].lost) == (3, 15)
    assert len(within(blocking)) == 3


def test_blocks_that_are_too_large_are_split_by_what_else_is_said() -> None:
    table = pa.table({"phone": ["1"] * 6 + ["2"] * 2, "name": ["x", "x", "x", "y", "y", None, "x", "y"]})
    records = encode(table, state_fields(table, {"phone": "phone", "name": "family_name"}))
    blocking = all_blocks(records, [Rule.parse("phone")], 5)
    assert (blocking.blocks[0].pairs, blocking.blocks[0].lost) == (3 + 1 + 1, 11)
    pairs = within(blocking)
    assert {(0, 1), (0, 2), (1, 2), (3, 4), (6, 7)} == set(
        zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)
    )


def test_more_pairs_than_may_be_compared_are_refused_before_any_is_listed() -> None:
    records = encode(pa.table({"name": ["x"] * 20}), [Field("name", "family_name")])
    with pytest.raises(MatchError, match="more pairs together than may be compared") as error:
        within(all_blocks(records, [Rule.parse("name")], 50), most=100)
    assert "190 pairs" in str(error.value) and "name (190)" in str(error.value)


@settings(max_examples=100, deadline=None)
@given(ROWS, ROWS)
def test_pairs_with_new_records_are_those_of_all_together(
    old: list[tuple[str | None, ...]], new: list[tuple[str | None, ...]]
) -> None:
    def table(rows: list[tuple[str | None, ...]]) -> pa.Table:
        return pa.table(
            {
                name: pa.array([row[n] for row in rows], pa.string())
                for n, name in enumerate(("given", "family"))
            }
        )

    fields = [Field("given", "given_name"), Field("family", "family_name")]
    rules = [Rule.parse(text) for text in RULES]
    every = within(all_blocks(encode(table(old + new), fields), rules, 100))
    wanted = {(a, b) for a, b in zip(every.left.tolist(), every.right.tolist(), strict=True) if b >= len(old)}
    before = encode(table(old), fields)
    index = Index(all_blocks(before, rules, 100))
    pairs = index.pairs_with(index.keys_of(encode(table(new), fields)))
    found = list(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))
    assert set(found) == wanted and len(found) == len(wanted)


def test_proposed_rules_keep_within_the_budget_and_ask_for_nothing_twice() -> None:
    size = 400
    table = pa.table(
        {
            "given_name": [f"g{n % 7}" for n in range(size)],
            "surname": [f"s{n % 50}" for n in range(size)],
            "dob": [f"19{n % 60 + 10}-01-{n % 28 + 1:02d}" for n in range(size)],
            "email": [f"m{n // 2}@x.example" for n in range(size)],
        }
    )
    records = encode(table, find_fields(table))
    chosen = propose(records, 5000, 2000)
    assert chosen and sum(each.pairs for each in all_blocks(records, chosen).blocks) <= 2000
    parts = [set(rule.parts) for rule in chosen]
    assert not any(a < b for a in parts for b in parts)
    assert {"email"} in [{part.column for part in each} for each in parts]
    assert propose(records, 5000, 0) == []


def test_more_rules_than_can_be_numbered_are_refused() -> None:
    records = encode(pa.table({"name": ["x", "x"]}), [Field("name", "family_name")])
    with pytest.raises(MatchError, match="too many rules"):
        all_blocks(records, [Rule.parse("name")] * 129)


def test_records_of_a_block_too_large_may_meet_by_a_later_rule() -> None:
    table = pa.table({"name": ["meier"] * 4, "address": ["1 high st", "1 high st", "2 low st", "3 mid st"]})
    fields = state_fields(table, {"name": "family_name", "address": "address"})
    blocking = all_blocks(encode(table, fields), [Rule.parse("name"), Rule.parse("address")], 2)
    pairs = within(blocking)
    assert list(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)) == [(0, 1)]
