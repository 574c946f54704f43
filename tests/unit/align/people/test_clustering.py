"""Clusters against connected components, and what never comes together."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from onebasket.align.clustering import Limits, clusters
from onebasket.align.union_find import unite

SIZE = 9
PAIR = st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)).filter(lambda pair: pair[0] < pair[1])
LINKS = st.dictionaries(PAIR, st.integers(-5, 5).map(float), max_size=20)
SOME = settings(max_examples=200, deadline=None)


def found(links: dict[tuple[int, int], float], limits: Limits) -> list[int]:
    left, right = (np.array([pair[side] for pair in links], np.int32) for side in (0, 1))
    weights = np.array(list(links.values()), np.float32)
    return clusters(SIZE, left, right, weights, 0.0, limits).tolist()


@SOME
@given(LINKS.map(lambda links: {pair: abs(weight) for pair, weight in links.items()}))
def test_where_nothing_speaks_against_it_they_are_connected_components(
    links: dict[tuple[int, int], float],
) -> None:
    parent = np.arange(SIZE)
    unite(*(np.array([pair[side] for pair in links], np.int64) for side in (0, 1)), parent)
    assert found(links, Limits()) == parent.tolist()


@SOME
@given(LINKS, st.sets(PAIR, max_size=6), st.lists(st.integers(-1, 2), min_size=SIZE, max_size=SIZE),
       st.integers(1, 5))  # fmt: skip
def test_limits_hold(
    links: dict[tuple[int, int], float], apart: set[tuple[int, int]], sources: list[int], largest: int
) -> None:
    pairs = np.array(sorted(apart), np.int64).reshape(-1, 2)
    holders = np.stack([sources, np.arange(SIZE)], axis=1)[:, None]  # one record of a source
    roots = found(links, Limits(largest, pairs, holders=holders))
    for a, b in apart:
        assert roots[a] != roots[b]
    for a, b in combinations(range(SIZE), 2):
        assert sources[a] < 0 or sources[a] != sources[b] or roots[a] != roots[b]
    assert max(roots.count(root) for root in roots) <= largest
    assert all(roots[root] == root <= record for record, root in enumerate(roots))
    parent = np.arange(SIZE)
    strong = [pair for pair, weight in links.items() if weight >= 0]
    unite(*(np.array([pair[side] for pair in strong], np.int64) for side in (0, 1)), parent)
    assert all(parent[record] == parent[root] for record, root in enumerate(roots))


def test_what_is_too_large_comes_apart_at_its_weakest_link() -> None:
    links = {(0, 1): 9.0, (1, 2): 8.0, (2, 3): 1.0, (3, 4): 9.0, (4, 5): 8.0}
    assert found(links, Limits(4))[:6] == [0, 0, 0, 3, 3, 3]


def test_one_slip_does_not_join_what_differs_otherwise() -> None:
    links = {(0, 1): 9.0, (2, 3): 9.0, (1, 2): 5.0, (0, 2): -8.0, (0, 3): -8.0, (1, 3): 1.0}
    assert found(links, Limits())[:4] == [0, 0, 2, 2]
    assert found({**links, (0, 3): 8.0}, Limits())[:4] == [0, 0, 0, 0]


@SOME
@given(LINKS, st.randoms())
def test_the_order_of_links_does_not_matter(links: dict[tuple[int, int], float], random: object) -> None:
    shuffled = list(links.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    limits = Limits(3, np.array([[0, 1], [2, 5]]))
    assert found(links, limits) == found(dict(shuffled), limits)


@SOME
@given(LINKS, st.sets(PAIR, max_size=4), st.sets(PAIR, max_size=3))
def test_what_is_joined_by_hand_is_joined_and_what_is_parted_by_hand_is_not(
    links: dict[tuple[int, int], float], apart: set[tuple[int, int]], together: set[tuple[int, int]]
) -> None:
    one, other = (np.array(sorted(said), np.int64).reshape(-1, 2) for said in (apart, together))
    roots = found(links, Limits(1, one, other, np.zeros((SIZE, 1, 2), np.int64)))
    assert not any(roots[a] == roots[b] for a, b in apart)
    if not apart:
        parent = np.arange(SIZE)
        unite(other[:, 0].copy(), other[:, 1].copy(), parent)
        assert roots == parent.tolist()


def test_a_cluster_holds_one_account_of_a_system() -> None:
    links = {(0, 1): 9.0, (1, 2): 8.0, (2, 3): 7.0}
    holders = np.array([[0, 5], [-1, -1], [0, 5], [0, 6]] + [[-1, -1]] * 5)[:, None]
    assert found(links, Limits(holders=holders))[:4] == [0, 0, 0, 3]


@SOME
@given(LINKS, st.lists(st.sampled_from([-1, 19700312, 19701203, 19700321, 19640312, 19991224]),
                       min_size=SIZE, max_size=SIZE))  # fmt: skip
def test_no_cluster_has_two_dates_of_birth_that_contradict_each_other(
    links: dict[tuple[int, int], float], born: list[int]
) -> None:
    roots = found(links, Limits(born=np.array(born)))
    for a, b in combinations(range(SIZE), 2):
        if roots[a] == roots[b] and {born[a], born[b]} & {19991224}:
            assert born[a] == born[b] or -1 in (born[a], born[b])


def test_a_slip_in_a_date_of_birth_contradicts_nothing() -> None:
    born = np.array([19700312, 19701203, 19700321, 19640312] + [-1] * 5)
    links = {(0, 1): 9.0, (0, 2): 8.0, (0, 3): 7.0}
    assert found(links, Limits(born=born))[:4] == [0, 0, 2, 3], "0 and 1, but 2 and 3 are not as near to 1"
    assert found({(0, 2): 8.0}, Limits(born=born))[2] == 0
    assert found({(0, 3): 8.0}, Limits(born=born))[3] == 0
