"""Lists from scores, and interactions from rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from onebasket.recommenders import Interactions, Ragged, top_of_rows

SCORES = st_numpy.arrays(
    np.float32,
    st.tuples(st.integers(1, 4), st.integers(1, 12)),
    elements=st.sampled_from([-np.inf, 0, 1, 2, 3]),
)


@settings(deadline=None, max_examples=60)
@given(SCORES, st.integers(0, 14), st.data())
def test_top_is_a_stable_sort(scores: np.ndarray, top: int, data: st.DataObject) -> None:
    rows, width = scores.shape
    late = [sorted(data.draw(st.sets(st.integers(0, width - 1)))) for _ in range(rows)]
    starts = np.cumsum([0, *map(len, late)])
    ragged = Ragged(
        starts, np.array([item for row in late for item in row], np.int32), np.ones(starts[-1], np.float32)
    )
    items, best = top_of_rows(scores, top, ragged)
    for row in range(rows):
        order = sorted(range(width), key=lambda item: (-scores[row, item], item in late[row], item))
        wanted = [item for item in order if scores[row, item] > -np.inf][:top]
        assert items[row].tolist() == wanted + [-1] * (top - len(wanted))
        assert best[row].tolist() == [*scores[row, wanted].tolist(), *[-np.inf] * (top - len(wanted))]


def test_nan_is_never_listed() -> None:
    items, _ = top_of_rows(np.array([[np.nan, 1, np.nan, 2]]), 4)
    assert items.tolist() == [[3, 1, -1, -1]]


def some() -> Interactions:
    return Interactions.of(
        np.array([2, 0, 0, 2, 2, 0]),
        np.array([0, 3, 0, 3, 1, 3]),
        np.array([30, 20, 10, 5, 5, 21]) * 86_400,
        ["zoe", "nobody", "ann"],
        ["pear", "fig", "never", "apple"],
    )


def test_codes_follow_ids_and_popularity() -> None:
    data = some()
    assert data.user_ids == ("ann", "zoe")
    assert data.item_ids == ("apple", "pear", "fig")
    assert [(int(u), int(i)) for u, i in zip(data.users, data.items, strict=True)] == [
        (0, 0), (0, 2), (0, 1), (1, 1), (1, 0), (1, 0),
    ]  # fmt: skip


def test_arrays_are_closed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        some().users[0] = 1


def test_what_is_left_out_leaves_nothing() -> None:
    early = some().before(10 * 86_400)
    assert early.user_ids == ("ann",)
    assert early.item_ids == ("apple", "fig")
    assert len(some().between(10 * 86_400, 21 * 86_400)) == 2


def test_order_of_rows_does_not_matter() -> None:
    data = some()
    turned = Interactions.of(
        data.users[::-1], data.items[::-1], data.times[::-1], data.user_ids, data.item_ids
    )
    for name in ("users", "items", "times"):
        assert (getattr(data, name) == getattr(turned, name)).all()


def test_histories_count_and_fade() -> None:
    plain, faded = some().histories(), some().histories(half_life_days=10)
    assert plain.items.tolist() == [0, 1, 2, 0, 1]
    assert plain.values.tolist() == [1, 1, 1, 2, 1]
    assert faded.values[1] == 1
    assert faded.values[3] == pytest.approx(2**-1 + 2**-0.9)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sets(st.integers(0, 5)), max_size=6))
def test_turned_twice_is_the_same(rows: list[set[int]]) -> None:
    items = [item for row in rows for item in sorted(row)]
    ragged = Ragged(
        np.cumsum([0, *map(len, rows)]), np.array(items, np.int32), np.arange(len(items), dtype=np.float32)
    )
    back = ragged.turned(6).turned(len(rows))
    for name in ("starts", "items", "values"):
        assert (getattr(back, name) == getattr(ragged, name)).all()
