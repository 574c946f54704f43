"""What people did, in order, and batches of it.

Items are numbered from one: 0 stands for none, and fills histories up at their end. What else is said of an
event (what was done, where, how long after the one before, …) are marks: small codes, 0 for not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

Places = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]
Marks = npt.NDArray[np.uint8]
PURCHASE = 1  # of the first mark, what was done
ASKED = 2  # the first marks are known of the event that is asked for: what is done, and after how long


@dataclass(frozen=True)
class Batch:
    """Some people's events, filled up at the end: B people, T places, M marks."""

    items: Tensor  # (B, T)
    marks: Tensor | None  # (B, T, M); None: there are none
    times: Tensor | None  # (B, T) seconds since 1970; None: nobody asks
    lengths: Tensor  # (B,)

    def all_but(self, first: int, last: int) -> Batch:
        """Without so many of the first and of the last places."""
        end = self.items.shape[1] - last
        marks = None if self.marks is None else self.marks[:, first:end]
        times = None if self.times is None else self.times[:, first:end]
        return Batch(self.items[:, first:end], marks, times, (self.lengths - first - last).clamp(min=0))

    @property
    def real(self) -> Tensor:
        """Which places are events, (B, T)."""
        return torch.arange(self.items.shape[1], device=self.items.device) < self.lengths[:, None]


@dataclass(frozen=True, eq=False)
class Histories:
    """Person p did the `lengths[p]` events from `first[p]` on, the oldest first."""

    items: Numbers  # (events,) from 1 on; 0: about no item
    first: Places  # (people,)
    lengths: Places  # (people,)
    marks: Marks | None = None  # (events, M)
    times: Places | None = None  # (events,) seconds since 1970

    @classmethod
    def of(cls, lists: Sequence[Sequence[int]]) -> Histories:
        """From one list of items a person."""
        lengths = np.array([len(each) for each in lists], np.int64)
        items = np.array([item for each in lists for item in each], np.int32)
        return cls(items, lengths.cumsum() - lengths, lengths)

    def __len__(self) -> int:
        return len(self.first)

    def take(self, people: npt.NDArray[np.integer]) -> Histories:
        """Some people, in the given order."""
        return replace(self, first=self.first[people], lengths=self.lengths[people])

    def shortened(self, last: Places | int = 1) -> Histories:
        """The same people, each without so many of the last events."""
        return replace(self, lengths=np.maximum(self.lengths - last, 0))

    def pieces(self, most: int, random: np.random.Generator) -> Histories:
        """Histories of up to `most` + 1 events which ask for every event but each person's first once.

        Long ones are cut, at other places each time; a piece begins with the event that ended the one
        before it.
        """
        steps = np.maximum(self.lengths - 1, 0)  # events to be asked for
        later = np.where(steps > most, random.integers(0, most, len(self)), 0)
        counts = np.where(steps > 0, (later > 0) + -(-(steps - later) // most), 0)
        whose = np.repeat(np.arange(len(self)), counts)
        place = np.arange(len(whose)) - np.repeat(counts.cumsum() - counts, counts)  # from the end
        cut = later[whose]
        ends = np.where(place == 0, steps[whose], steps[whose] - cut - (place - (cut > 0)) * most)
        begins = np.where((place == 0) & (cut > 0), ends - cut, np.maximum(ends - most, 0))
        return replace(self, first=self.first[whose] + begins, lengths=ends - begins + 1)

    def batch(self, people: npt.NDArray[np.integer], most: int, device: torch.device) -> Batch:
        """The last `most` events of some people."""
        (places, inside), marks, times = self.places(people, most), self.marks, self.times

        def told(values: npt.NDArray[np.integer]) -> Tensor:
            found = values[places] if len(values) else np.zeros((*places.shape, *values.shape[1:]), np.int64)
            found[~inside] = 0
            return torch.from_numpy(found).to(device, torch.int64)

        return Batch(
            told(self.items),
            None if marks is None else told(marks),
            None if times is None else told(times),
            torch.from_numpy(inside.sum(1)).to(device),
        )

    def places(self, people: npt.NDArray[np.integer], most: int) -> tuple[Places, npt.NDArray[np.bool_]]:
        """Where the last `most` events of some people are, (B, T), and which of these places are real."""
        lengths = np.minimum(self.lengths[people], most)
        first = self.first[people] + self.lengths[people] - lengths
        inside = np.arange(max(int(lengths.max(initial=0)), 1)) < lengths[:, None]
        return np.where(inside, first[:, None] + np.arange(inside.shape[1]), 0), inside

    def seen(self, people: npt.NDArray[np.integer]) -> tuple[Places, Numbers]:
        """All items of some people's histories, and the places of these people in `people`."""
        lengths = self.lengths[people]
        whose = np.repeat(np.arange(len(people)), lengths)
        places = np.arange(len(whose)) - (lengths.cumsum() - lengths)[whose]
        items = self.items[self.first[people][whose] + places]
        return whose[items > 0], items[items > 0]


def shuffled(histories: Histories, events: int, random: np.random.Generator) -> list[Places]:
    """Who goes together in an epoch: all with two events or more, those of about one length side by side.

    Each batch has about as many `events`, so that steps cost alike.
    """
    people = random.permutation(np.flatnonzero(histories.lengths > 1))
    lengths = histories.lengths[people]
    order = np.argsort(lengths + 2 * random.random(len(people)), kind="stable")
    people, batch = people[order], np.cumsum(lengths[order]) // events
    batches = np.split(people, np.flatnonzero(np.diff(batch)) + 1)
    return [batches[place] for place in random.permutation(len(batches))] if len(people) else []


def in_order(histories: Histories, most: int, size: int) -> Iterator[Places]:
    """Everybody, those of one length side by side."""
    people = np.argsort(np.minimum(histories.lengths, most), kind="stable")
    yield from (people[start : start + size] for start in range(0, len(people), size))
