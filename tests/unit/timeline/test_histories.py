"""Histories do what the lists they stand for would do."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from onebasket.timeline.histories import Histories, in_order, shuffled

LISTS = st.lists(st.lists(st.integers(1, 99), max_size=9), min_size=1, max_size=20)


def told(histories: Histories) -> list[list[int]]:
    ends = zip(histories.starts[:-1], histories.starts[1:], strict=True)
    return [histories.items[start:end].tolist() for start, end in ends]


@given(LISTS)
def test_there_and_back(lists: list[list[int]]) -> None:
    histories = Histories.of(lists)
    assert told(histories) == lists
    assert told(histories.shortened()) == [each[:-1] for each in lists]
    assert told(histories.shortened(np.arange(len(lists)))) == [
        each[: max(len(each) - place, 0)] for place, each in enumerate(lists)
    ]
    some = np.arange(len(lists))[::-2]
    assert told(histories.take(some)) == [lists[place] for place in some]
    full = np.array([place for place, each in enumerate(lists) if each], np.int64)
    assert histories.last(full).tolist() == [lists[place][-1] for place in full]


@given(LISTS, st.integers(1, 6))
def test_padded_at_the_end_cut_at_the_start(lists: list[list[int]], most: int) -> None:
    padded = Histories.of(lists).padded(np.arange(len(lists)), most)
    for row, each in zip(padded.tolist(), lists, strict=True):
        kept = each[-most:]
        assert row[: len(kept)] == kept and not any(row[len(kept) :])


@given(LISTS, st.integers(1, 30))
def test_an_epoch_shows_everybody_who_has_a_next_item_once(lists: list[list[int]], events: int) -> None:
    batches = shuffled(Histories.of(lists), 5, events, np.random.default_rng(0))
    seen = sorted(person for batch in batches for person in batch.tolist())
    assert seen == [place for place, each in enumerate(lists) if len(each) > 1]
    for batch in batches:
        assert sum(min(len(lists[person]), 5) for person in batch) < events + 5


@given(LISTS, st.integers(1, 5))
def test_in_order_is_everybody_once(lists: list[list[int]], size: int) -> None:
    seen = sorted(person for batch in in_order(Histories.of(lists), 5, size) for person in batch.tolist())
    assert seen == list(range(len(lists)))
