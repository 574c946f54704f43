"""Lists with chance in them: what comes where, and how often."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebasket.serve.exploring import Pool

POOLS = st.builds(
    lambda size, pinned, top, share: Pool(list(range(size)), min(pinned, size), top, share),
    st.integers(0, 12), st.integers(0, 5), st.integers(1, 10), st.sampled_from([0.0, 0.1, 0.5, 1.0]),
)  # fmt: skip


@given(POOLS, st.integers(0, 1_000))
def test_a_list_is_of_the_pool_each_once_pinned_first(pool: Pool, seed: int) -> None:
    made = pool.drawn(random.Random(seed))
    assert len(made) == min(pool.top, len(pool.codes)) == len(set(made)) and set(made) <= set(pool.codes)
    first = min(pool.pinned, pool.top)
    assert made[:first] == list(pool.codes[:first])
    chances = pool.propensities(made)
    assert all(chance > 0 for chance in chances) and set(chances[:first]) <= {1.0}


@given(POOLS)
def test_something_stands_at_every_place(pool: Pool) -> None:
    for place in range(min(pool.top, len(pool.codes))):
        rows = [pool.propensities([*pool.codes[:place], code])[place] for code in pool.codes]
        assert sum(rows) == pytest.approx(1)


def test_products_come_as_often_as_is_said() -> None:
    pool, chance, count = Pool([7, 8, 9, 4, 5], 1, 3, 0.4), random.Random(3), 40_000
    seen = [Counter[int]() for _ in range(3)]
    for _ in range(count):
        for place, code in enumerate(pool.drawn(chance)):
            seen[place][code] += 1
    for place in range(3):
        for code in pool.codes:
            expected = pool.propensities([*[99] * place, code])[place]
            assert seen[place][code] / count == pytest.approx(expected, abs=0.01)


def test_without_a_share_nothing_is_left_to_chance() -> None:
    pool = Pool([7, 8, 9], 0, 2, 0.0)
    assert {tuple(pool.drawn(random.Random(seed))) for seed in range(50)} == {(7, 8)}
    assert pool.propensities([7, 8]) == (1.0, 1.0) and pool.propensities([9, 8]) == (0.0, 1.0)
