"""Candidates, beside all pairs looked at one by one."""

from __future__ import annotations

from itertools import combinations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onebasket.align.people.blocking import Rule, blocks_of, pairs_of
from onebasket.align.people.fields import Field, find_fields
from onebasket.align.people.proposing import propose
from onebasket.align.people.records import encode
from onebasket.errors import SchemaError

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
    pairs = pairs_of([blocks_of(records, Rule.parse(text), 100) for text in RULES])
    found = dict(zip(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True), pairs.rule, strict=True))
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
    blocks = blocks_of(records, Rule.parse("name"), 5)
    assert (blocks.pairs, blocks.skipped) == (3, 15)
    assert len(pairs_of([blocks])) == 3


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
    assert chosen and sum(each.pairs for each in chosen) <= 2000
    parts = [set(each.rule.parts) for each in chosen]
    assert not any(a < b for a in parts for b in parts)
    assert {"email"} in [{part.column for part in each} for each in parts]
    assert propose(records, 5000, 0) == []


def test_more_rules_than_can_be_numbered_are_refused() -> None:
    records = encode(pa.table({"name": ["x", "x"]}), [Field("name", "family_name")])
    with pytest.raises(SchemaError, match="too many rules"):
        pairs_of([blocks_of(records, Rule.parse("name"), 5)] * 129)
