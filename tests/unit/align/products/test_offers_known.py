"""What identifiers say: barcodes decide, and bring together what texts would not."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from onebasket import match_products
from onebasket.align.products.choosing import exclusive
from onebasket.align.products.known import DIFFERENT, SAME, UNKNOWN, Known
from tests.unit.align.products.world import world

CODES = ("4006381333931", "0012345678905", "96385074")


def test_barcodes_join_and_part() -> None:
    ours, theirs, truth = world(120, seed=5)
    ours = ours.append_column("ean", pa.array([None] * ours.num_rows, pa.string()))
    theirs = theirs.append_column("upc", pa.array([None] * theirs.num_rows, pa.int64()))
    one = pa.Table.from_pylist(
        [
            {"id": "x", "title": "Nothing like it", "brand": None, "price": None, "ean": "0012345678905"},
            {"id": "y", "title": "Kestrel silver bike helmet AL123", "ean": CODES[0]},
            {
                "id": "z",
                "title": "Kestrel silver bike helmet AL777",
                "ean": "4006381333930",
            },  # no check digit
        ],
        schema=ours.schema,
    )
    other = pa.Table.from_pylist(
        [
            {"id": "x", "name": "entirely other words", "maker": None, "price": None, "upc": 12345678905},
            {"id": "y", "name": "kestrel silver bike helmet al123", "upc": int(CODES[2])},
            {"id": "z", "name": "kestrel silver bike helmet al777"},
        ],
        schema=theirs.schema,
    )
    found = match_products(pa.concat_tables([ours, one]), pa.concat_tables([theirs, other]))
    links = {(row["id_a"], row["id_b"]): row["probability"] for row in found.links.to_pylist()}
    assert links["x", "x"] > 0.999 and ("z", "z") in links
    assert ("y", "y") not in links  # alike to the letter, with two barcodes
    assert len(truth & set(links)) > 0.9 * len(truth)


def test_barcodes_teach_how_two_catalogues_write() -> None:
    ours, theirs, truth = world(300, seed=6)
    strange = [" ".join(word[::-1] for word in text.split()) for text in theirs["name"].to_pylist()]
    theirs = theirs.set_column(1, "name", pa.array(strange))
    code = {}
    for number, (a, b) in enumerate(sorted(truth)):
        if number % 2:
            body = f"40{number:010}"
            digits = [int(sign) for sign in body]
            code[a] = code[b] = body + str(-(sum(digits[0::2]) + 3 * sum(digits[1::2])) % 10)
    for table, told in ((ours, "a"), (theirs, "b")):
        column = pa.array([code.get(each) for each in table["id"].to_pylist()], pa.string())
        if told == "a":
            ours = table.append_column("gtin", column)
        else:
            theirs = table.append_column("gtin", column)
    found = match_products(ours, theirs, one_to_one=True)
    assert list(found.matching.learnt.own) == [(0, 1)]
    links = {(row["id_a"], row["id_b"]) for row in found.links.to_pylist()}
    assert {pair for pair in truth if pair[0] in code} <= links


def test_what_is_known_of_pairs() -> None:
    source = np.array([0, 0, 1, 1, 1], np.int32)
    known = Known.of(source, np.array([7, 8, 7, 9, 4]), np.array([1, -1, 1, 2, -1]))
    left, right = np.array([0, 0, 0, 1, 1], np.int32), np.array([2, 3, 4, 2, 4], np.int32)
    assert known.verdicts(source, left, right, False).tolist() == [SAME, DIFFERENT, UNKNOWN, UNKNOWN, UNKNOWN]
    assert known.verdicts(source, left, right, True).tolist() == [
        SAME,
        DIFFERENT,
        DIFFERENT,
        DIFFERENT,
        UNKNOWN,
    ]
    assert known.lack(np.array([0, 1]), 1).tolist() == [False, True]
    assert known.pairs(source).tolist() == [2]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), max_size=60))
def test_offers_of_one_code_are_candidates_every_two_where_they_are_few(told: list[tuple[int, int]]) -> None:
    source = np.array(sorted(each for each, _ in told), np.int32)
    codes = np.array([code for _, code in told], np.int64)
    found = {divmod(pair, len(source)) for pair in Known.by_codes(source, codes).pairs(source).tolist()}
    for code in set(codes.tolist()):
        mine = np.flatnonzero(codes == code).tolist()
        every = {(a, b) for a in mine for b in mine if a < b and source[a] != source[b]}
        here = {pair for pair in found if pair[0] in mine}
        assert here == every if len(mine) <= 20 else here <= every
        assert not every or {offer for pair in here for offer in pair} == {o for p in every for o in p}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.floats(-8, 8)), min_size=1, max_size=16))
def test_of_pairs_that_exclude_each_other_odds_are_shared(told: list[tuple[int, int, float]]) -> None:
    pairs = {(a, 4 + b): score for a, b, score in told}
    left, right = (np.array([pair[side] for pair in pairs], np.int32) for side in (0, 1))
    scores, source = np.array(list(pairs.values())), np.repeat([0, 1], 4).astype(np.int32)
    found = 1.0 / (1.0 + np.exp(-exclusive(source, left, right, scores)))
    odds = np.exp(scores)
    for place, (a, b) in enumerate(pairs):
        mine = odds[place] / (1.0 + odds[left == a].sum()), odds[place] / (1.0 + odds[right == b].sum())
        assert np.isclose(found[place], min(mine), rtol=1e-6)
    for offer in range(8):
        assert found[(left == offer) | (right == offer)].sum() <= 1.0 + 1e-9
