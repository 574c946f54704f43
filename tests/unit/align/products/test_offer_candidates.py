"""Candidates, how pairs stand among them, and the choice: against plain reckoning."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from onebasket.align.products.candidates import LOOKED_AT, Index, candidates, likest
from onebasket.align.products.choosing import one_to_one
from onebasket.align.products.comparing import PLAIN, compare
from onebasket.align.products.fields import Field
from onebasket.align.products.known import Known
from onebasket.align.products.offers import Offers, encode
from onebasket.align.products.standing import BY, STANDING, Rivals, alike
from tests.unit.align.products.world import world

TITLE = [Field("title", "title")]
WORDS = ("red", "kettle", "lamp", "ps-lx350h", "500gb", "白吐司", "5", "usb", "x1", "café")
titles = st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join)


def offers_of(*catalogues: list[str]) -> Offers:
    return encode(
        [pa.table({"title": pa.array(each, pa.string())}) for each in catalogues], [TITLE] * len(catalogues)
    )


def nothing_known(offers: Offers) -> Known:
    """No identifiers."""
    return Known.by_codes(offers.source, offers.gtin)


def pairs(offers: Offers) -> tuple[np.ndarray, np.ndarray]:
    every = [(a, b) for a in range(offers.size) for b in range(a + 1, offers.size)]
    both = np.array(every, np.int32).reshape(-1, 2)
    return both[:, 0].copy(), both[:, 1].copy()


@settings(max_examples=30, deadline=None)
@given(st.lists(titles, min_size=1, max_size=6), st.lists(titles, min_size=1, max_size=6), st.integers(1, 3))
def test_with_budget_enough_the_likest_are_found(one: list[str], other: list[str], most: int) -> None:
    offers = offers_of(one, other)
    views = tuple(offers.views[each] for each in LOOKED_AT)
    found = likest(views, Index.of(views, offers.of(1)), offers.of(0), most, 1_000_000)
    for place in range(len(one)):
        scores = [cosine(offers, place, len(one) + each) for each in range(len(other))]
        expected = sorted((score for score in scores if score > 0), reverse=True)[:most]
        got = [scores[each - len(one)] for each in found[place] if each >= 0]
        np.testing.assert_allclose(got, expected, rtol=1e-5)


def cosine(offers: Offers, a: int, b: int) -> float:
    dot, squares = 0.0, [0.0, 0.0]
    for view in LOOKED_AT:
        sets, rare = offers.views[view].sets, offers.views[view].rarity
        said = [
            dict(zip(sets.tokens[slice(*sets.starts[n : n + 2])].tolist(),
                     rare[slice(*sets.starts[n : n + 2])].astype(float).tolist(), strict=True))
            for n in (a, b)
        ]  # fmt: skip
        dot += sum(weight * weight for token, weight in said[0].items() if token in said[1])
        squares = [
            square + sum(w * w for w in each.values()) for square, each in zip(squares, said, strict=True)
        ]
    return dot / np.sqrt(squares[0] * squares[1]) if all(squares) else 0.0


def test_nearly_all_pairs_are_candidates_and_no_catalogue_is_paired_with_itself() -> None:
    ours, theirs, truth = world(400, seed=1)
    kinds = [[Field("title", "title")], [Field("name", "title")]]
    offers = encode([ours, theirs], kinds)
    left, right = candidates(offers, nothing_known(offers))
    assert (offers.source[left] < offers.source[right]).all()
    places = [{name: place for place, name in enumerate(table["id"].to_pylist())} for table in (ours, theirs)]
    known = set(zip(left.tolist(), (right - ours.num_rows).tolist(), strict=True))
    assert np.mean([(places[0][a], places[1][b]) in known for a, b in truth]) > 0.99


def test_the_few_that_are_open_ask_the_many() -> None:
    ours, theirs, truth = world(200, seed=3)
    few = theirs.slice(0, 20)
    titles = ours["title"].to_pylist(), few["name"].to_pylist()
    offers = offers_of(*titles)
    left, right = candidates(offers, nothing_known(offers), open_only=True)
    assert len(left) <= 20 * 10
    asked = {each for each in truth if each[1] in few["id"].to_pylist()}
    ids = [*ours["id"].to_pylist(), *few["id"].to_pylist()]
    found = {(ids[a], ids[b]) for a, b in zip(left.tolist(), right.tolist(), strict=True)}
    assert len(asked & found) >= 0.95 * len(asked) > 0


def test_a_small_budget_bounds_the_work_and_one_title_for_all_is_no_trouble() -> None:
    offers = offers_of(["same old kettle"] * 3000, ["same old kettle"] * 3000)
    left, _ = candidates(offers, nothing_known(offers), most=5, budget=100)
    assert 0 < len(left) <= 2 * 5 * 3000


@settings(max_examples=30, deadline=None)
@given(st.lists(titles, min_size=1, max_size=4), st.lists(titles, min_size=1, max_size=4))
def test_features_do_not_depend_on_which_comes_first(one: list[str], other: list[str]) -> None:
    offers = offers_of(one, other)
    left, right = pairs(offers)
    plain = compare(offers, left, right)
    np.testing.assert_array_equal(plain, compare(offers, right, left))
    rivals = Rivals(offers, left, right, alike(plain))
    np.testing.assert_allclose(rivals.standing(left, right, plain), rivals.standing(right, left, plain))
    known = plain[~np.isnan(plain)]
    assert np.isfinite(known).all() and (known >= 0).all()


def test_features_of_known_pairs() -> None:
    offers = offers_of(
        ["Sony PS-LX350H turntable"], ["sony pslx350h", "sony ps lx350 h turntable", "", "bose 901"]
    )
    left, right = np.zeros(4, np.int32), np.arange(1, 5, dtype=np.int32)
    told = [dict(zip(PLAIN, row, strict=True)) for row in compare(offers, left, right).tolist()]
    assert told[0]["words_covered_more"] == 1.0 and told[0]["model_shared"] > 0.5
    assert told[1]["model_shared"] == 0.0 and told[1]["model_within"] >= 1
    assert told[1]["fives_cosine"] > 0.99
    assert np.isnan(told[2]["words_cosine"])
    assert told[3]["words_cosine"] == 0.0 and told[3]["model_alone_more"] == 1.0


def test_standing_is_told_among_the_candidates_of_the_other_catalogue() -> None:
    offers = offers_of(["a b c d"], ["a b c d", "a b c x", "q r s t"])
    left, right = np.zeros(3, np.int32), np.arange(1, 4, dtype=np.int32)
    plain = compare(offers, left, right)
    found = Rivals(offers, left, right, alike(plain)).standing(left, right, plain)
    by = BY.index("words_cosine")
    told = [dict(zip(STANDING, row, strict=True)) for row in found.tolist()]
    assert [row["words_cosine_rank_more"] for row in told] == [1.0, 2.0, 3.0]
    best = alike(plain)[:, by]
    np.testing.assert_allclose([row["words_cosine_gap_more"] for row in told], best[0] - best, atol=1e-6)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(5, 9), st.floats(-3, 3)), max_size=20))
def test_chosen_pairs_take_both_offers_and_no_better_one_is_left(said: list[tuple[int, int, float]]) -> None:
    unique = {(a, b): score for a, b, score in said}
    left, right = (np.array([pair[side] for pair in unique], np.int32) for side in (0, 1))
    scores = np.array(list(unique.values()))
    source = np.repeat(np.arange(2, dtype=np.int32), 5)
    chosen = one_to_one(source, left, right, scores, 0.0)
    assert (scores[chosen] >= 0.0).all()
    for side in (left, right):
        assert len(set(side[chosen].tolist())) == chosen.sum()
    for place in np.flatnonzero(~chosen & (scores >= 0.0)):
        rivals = chosen & ((left == left[place]) | (right == right[place]))
        assert scores[rivals].max() >= scores[place]
