"""What people did, in order, and batches of it.

Items are numbered from one: 0 stands for none, and fills histories up at their end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Histories:
    """Person p did `items[starts[p] : starts[p + 1]]`, the oldest first."""

    items: Numbers  # (events,) from 1 on
    starts: Places  # (people + 1,)

    @classmethod
    def of(cls, lists: Sequence[Sequence[int]]) -> Histories:
        """From one list of items a person."""
        starts = np.concatenate([[0], np.cumsum([len(each) for each in lists], dtype=np.int64)])
        return cls(np.array([item for each in lists for item in each], np.int32), starts.astype(np.int64))

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def lengths(self) -> Places:
        """Events of each person, (people,)."""
        return np.diff(self.starts)

    def shortened(self, last: Places | int = 1) -> Histories:
        """The same people, each without so many of the last events."""
        return Histories(*self._cut(self.starts[:-1], np.maximum(self.lengths - last, 0)))

    def take(self, people: npt.NDArray[np.integer]) -> Histories:
        """Some people, in the given order."""
        return Histories(*self._cut(self.starts[people], self.lengths[people]))

    def last(self, people: npt.NDArray[np.integer]) -> Numbers:
        """The last item of people who have one, (people,)."""
        ends: Numbers = self.items[self.starts[people + 1] - 1]
        return ends

    def padded(self, people: npt.NDArray[np.integer], most: int) -> Numbers:
        """The last `most` events of some people, (people, longest), 0 behind them."""
        lengths = np.minimum(self.lengths[people], most)
        made = np.zeros((len(people), max(int(lengths.max(initial=0)), 1)), np.int32)
        inside = np.arange(made.shape[1]) < lengths[:, None]
        made[inside] = self._cut(self.starts[people + 1] - lengths, lengths)[0]
        return made

    def _cut(self, first: Places, lengths: Places) -> tuple[Numbers, Places]:
        """From each person `lengths` events from place `first` on."""
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        places = np.arange(starts[-1]) - np.repeat(starts[:-1] - first, lengths)
        return self.items[places], starts


def shuffled(histories: Histories, most: int, events: int, random: np.random.Generator) -> list[Places]:
    """Who goes together in an epoch: all with two events or more, those of about one length side by side.

    Each batch has about as many `events`, of the last `most` of each person, so that steps cost alike.
    """
    people = random.permutation(np.flatnonzero(histories.lengths > 1))
    lengths = np.minimum(histories.lengths[people], most)
    order = np.argsort(lengths + 2 * random.random(len(people)), kind="stable")
    people, batch = people[order], np.cumsum(lengths[order]) // events
    batches = np.split(people, np.flatnonzero(np.diff(batch)) + 1)
    return [batches[place] for place in random.permutation(len(batches))] if len(people) else []


def in_order(histories: Histories, most: int, size: int) -> Iterator[Places]:
    """Everybody, those of one length side by side."""
    people = np.argsort(np.minimum(histories.lengths, most), kind="stable")
    yield from (people[start : start + size] for start in range(0, len(people), size))
