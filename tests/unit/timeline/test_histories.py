"""Histories do what the lists they stand for would do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from onebasket.timeline.histories import Histories, in_order, shuffled

CPU = torch.device("cpu")
LISTS = st.lists(st.lists(st.integers(1, 99), max_size=9), min_size=1, max_size=20)


def marked(lists: list[list[int]]) -> Histories:
    """With marks and times that tell the item."""
    made = Histories.of(lists)
    marks = np.stack([np.ones(len(made.items)), made.items + 1], 1).astype(np.uint8)
    return replace(made, marks=marks, times=made.items.astype(np.int64) * 7)


def told(histories: Histories) -> list[list[int]]:
    lines = zip(histories.first, histories.lengths, strict=True)
    return [histories.items[first : first + length].tolist() for first, length in lines]


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
    whose, items = histories.seen(some)
    assert [lists[some[row]][0] for row in np.unique(whose)] == [lists[row][0] for row in some if lists[row]]
    assert items.tolist() == [item for row in some for item in lists[row]]


@given(LISTS, st.integers(1, 6))
def test_batches_are_filled_up_at_the_end_and_cut_at_the_start(lists: list[list[int]], most: int) -> None:
    histories = marked(lists)
    batch = histories.batch(np.arange(len(lists)), most, CPU)
    assert batch.marks is not None and batch.times is not None
    for row, each in enumerate(lists):
        kept = each[-most:]
        assert batch.items[row, : len(kept)].tolist() == kept and not batch.items[row, len(kept) :].any()
        assert batch.marks[row, : len(kept), 1].tolist() == [item + 1 for item in kept]
        assert batch.times[row, : len(kept)].tolist() == [item * 7 for item in kept]
        assert batch.real[row].tolist() == [place < len(kept) for place in range(batch.items.shape[1])]
    one, other = batch.all_but(1, 0), batch.all_but(0, 1)
    assert one.items.shape == other.items.shape
    assert one.items[one.real].tolist() == [item for each in lists for item in each[-most:][1:]]
    assert other.items[other.real].tolist() == [item for each in lists for item in each[-most:][:-1]]


@given(LISTS, st.integers(1, 6), st.integers(0, 9))
def test_pieces_ask_for_every_event_but_the_first_once(lists: list[list[int]], most: int, seed: int) -> None:
    histories = Histories.of(
        [[100 * row + place + 1 for place in range(len(each))] for row, each in enumerate(lists)]
    )
    pieces = told(histories.pieces(most, np.random.default_rng(seed)))
    assert all(2 <= len(piece) <= most + 1 for piece in pieces)
    assert all(np.diff(piece).tolist() == [1] * (len(piece) - 1) for piece in pieces)
    asked = sorted(item for piece in pieces for item in piece[1:])
    assert asked == [item for each in told(histories) for item in each[1:]]


@given(LISTS, st.integers(1, 30))
def test_an_epoch_shows_everybody_who_has_a_next_item_once(lists: list[list[int]], events: int) -> None:
    batches = shuffled(Histories.of(lists), events, np.random.default_rng(0))
    seen = sorted(person for batch in batches for person in batch.tolist())
    assert seen == [place for place, each in enumerate(lists) if len(each) > 1]
    for batch in batches:
        assert sum(len(lists[person]) for person in batch) < events + 10


@given(LISTS, st.integers(1, 5))
def test_in_order_is_everybody_once(lists: list[list[int]], size: int) -> None:
    seen = sorted(person for batch in in_order(Histories.of(lists), 5, size) for person in batch.tolist())
    assert seen == list(range(len(lists)))
