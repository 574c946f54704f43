"""Who bought what and when, as arrays: what every recommender is fitted on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int32]
Times = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

DAY_SECONDS = 86_400


@dataclass(frozen=True, eq=False)
class Ragged:
    """Lists of different lengths, one a row: row r is `items[starts[r]:starts[r + 1]]`."""

    starts: Times  # (rows + 1,)
    items: Codes  # (values,)
    values: Floats  # (values,)

    @property
    def rows(self) -> int:
        return len(self.starts) - 1

    def take(self, rows: Codes) -> Ragged:
        """Some rows, in the given order."""
        lengths = (self.starts[1:] - self.starts[:-1])[rows]
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        places = np.arange(starts[-1]) - np.repeat(starts[:-1] - self.starts[:-1][rows], lengths)
        return Ragged(starts, self.items[places], self.values[places])

    def only(self, mask: Mask) -> Ragged:
        """Some values; the rows stay."""
        before = np.concatenate([np.zeros(1, np.int64), np.cumsum(mask)])
        return Ragged(before[self.starts], self.items[mask], self.values[mask])

    def turned(self, columns: int) -> Ragged:
        """The transpose: one row a column, in it the rows that hold it, in rising order."""
        order = np.argsort(self.items, kind="stable")
        rows = np.repeat(np.arange(self.rows, dtype=np.int32), np.diff(self.starts))
        return Ragged(_starts(self.items, columns), rows[order], self.values[order])

    def with_more(self, items: Codes) -> Ragged:
        """One list with more at its end, each of which counts one."""
        values = np.concatenate([self.values, np.ones(len(items), np.float32)])
        return Ragged(np.array([0, len(values)]), np.concatenate([self.items, items]), values)

    def summed(self) -> Ragged:
        """One list with each item once, in rising order."""
        items, place = np.unique(self.items, return_inverse=True)
        values = np.bincount(place, self.values, minlength=len(items)).astype(np.float32)
        return Ragged(np.array([0, len(items)]), items, values)

    def mapped(self, values: Floats) -> Ragged:
        """The same lists with other values."""
        return Ragged(self.starts, self.items, values)


@dataclass(frozen=True, eq=False)
class Interactions:
    """Purchases of known customers, ordered by user, time and item. Arrays cannot be written to.

    A purchase counts once, however many units. Users are coded in the order of their ids,
    items by their purchases, most first, equals by id: ties between scores that are broken
    by code are broken by popularity. Every user and item occurs at least once, but those that
    `with_users` and `with_items` added.
    """

    users: Codes  # (n,)
    items: Codes  # (n,)
    times: Times  # (n,) seconds since 1970, UTC
    user_ids: tuple[str, ...]
    item_ids: tuple[str, ...]

    @classmethod
    def of(
        cls,
        users: npt.NDArray[np.integer],
        items: npt.NDArray[np.integer],
        times: npt.NDArray[np.integer],
        user_ids: Sequence[str],
        item_ids: Sequence[str],
    ) -> Interactions:
        """From any codes into lists of ids, in any order; ids that do not occur are left out."""
        user_codes, user_ids = _by_id(users, user_ids)
        item_codes, item_ids = _by_id(items, item_ids)
        ranks = np.argsort(-np.bincount(item_codes, minlength=len(item_ids)), kind="stable")
        new = np.empty(len(ranks), np.int32)
        new[ranks] = np.arange(len(ranks), dtype=np.int32)
        item_codes = new[item_codes]
        order = np.lexsort((item_codes, times, user_codes))
        columns = (
            user_codes[order].astype(np.int32),
            item_codes[order].astype(np.int32),
            times[order].astype(np.int64),
        )
        for column in columns:
            column.flags.writeable = False
        return cls(*columns, tuple(user_ids), tuple(item_ids[rank] for rank in ranks))

    def __len__(self) -> int:
        return len(self.users)

    def only(self, mask: Mask) -> Interactions:
        """The rows where `mask` is set, coded anew: nothing of the others remains, not even an id."""
        return Interactions.of(
            self.users[mask], self.items[mask], self.times[mask], self.user_ids, self.item_ids
        )

    def with_items(self, item_ids: Iterable[str]) -> Interactions:
        """The same purchases among more items: those that nobody bought come last, by id."""
        known = set(self.item_ids)
        more = sorted({item for item in item_ids if item not in known})
        return replace(self, item_ids=(*self.item_ids, *more))

    def with_users(self, user_ids: Iterable[str]) -> Interactions:
        """The same purchases of more users: those who bought nothing come last, by id."""
        known = set(self.user_ids)
        more = sorted({user for user in user_ids if user not in known})
        return replace(self, user_ids=(*self.user_ids, *more))

    def coded_by(self, item_ids: Sequence[str]) -> Interactions:
        """The rows of these items, coded as they are listed; users without one stay, with nothing."""
        codes = {item: code for code, item in enumerate(item_ids)}
        items = np.array([codes.get(item, -1) for item in self.item_ids], np.int32)[self.items]
        known = items >= 0
        users, items, times = self.users[known], items[known], self.times[known]
        order = np.lexsort((items, times, users))
        return Interactions(users[order], items[order], times[order], self.user_ids, tuple(item_ids))

    def before(self, time: int) -> Interactions:
        return self.only(self.times < time)

    def between(self, start: int, end: int) -> Interactions:
        return self.only((self.times >= start) & (self.times < end))

    def histories(self, half_life_days: float = 0.0) -> Ragged:
        """Per user the items bought, with how often, in rising order of item.

        With a half-life, a purchase counts half as much for every half-life that lies
        between it and the last purchase of all.
        """
        weights = self._weights(half_life_days)
        pairs = self.users.astype(np.int64) * max(len(self.item_ids), 1) + self.items
        unique, place = np.unique(pairs, return_inverse=True)
        users, items = np.divmod(unique, max(len(self.item_ids), 1))
        values = np.bincount(place, weights, minlength=len(unique)).astype(np.float32)
        return Ragged(_starts(users, len(self.user_ids)), items.astype(np.int32), values)

    def sequences(self, half_life_days: float = 0.0) -> Ragged:
        """Per user the items bought, in order of time, with what each counts; of one instant, the better
        sold first."""
        weights = self._weights(half_life_days).astype(np.float32)
        return Ragged(_starts(self.users, len(self.user_ids)), self.items, weights)

    def _weights(self, half_life_days: float) -> npt.NDArray[np.float64]:
        """What each purchase counts."""
        if not half_life_days or not len(self):
            return np.ones(len(self))
        age_days = (self.times.max() - self.times) / DAY_SECONDS
        weights: npt.NDArray[np.float64] = 0.5 ** (age_days / half_life_days)
        return weights


def _starts(codes: npt.NDArray[np.integer], rows: int) -> Times:
    counts = np.bincount(codes, minlength=rows) if len(codes) else np.zeros(rows, np.int64)
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)]).astype(np.int64)


def _by_id(codes: npt.NDArray[np.integer], ids: Sequence[str]) -> tuple[Codes, list[str]]:
    """Codes into the sorted ids that occur, and those ids."""
    used = np.unique(codes)
    order = sorted(used.tolist(), key=lambda code: ids[code])
    new = np.zeros(len(ids), np.int32)
    new[order] = np.arange(len(order), dtype=np.int32)
    return new[codes], [ids[code] for code in order]
